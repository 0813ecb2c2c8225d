"""What a front end asks while one types: completions, what is at the cursor, whether a cell is whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nixlite.errors import NixError
from nixlite.kernel.magics import CELL_MAGICS, NAMES, as_commands, cell_magic, with_commands
from nixlite.repl.commands.documentation import NOTHING, document
from nixlite.repl.commands.overview import show_help
from nixlite.repl.terminal.completion import bounded, complete_or_fail, silent
from nixlite.repl.terminal.inspecting import describe, parse
from nixlite.source import Source

if TYPE_CHECKING:
    from nixlite.kernel.sessions import CellSession

MOST = 200
"""Completions that are sent."""

_BEFORE = re.compile(r"(?:[A-Za-z_][\w'-]*)(?:\.[A-Za-z_][\w'-]*)*$")
_AFTER = re.compile(r"[\w'-]*")
_MAGIC = re.compile(r"(%{1,2})[\w?]*$")
_COMMAND = re.compile(r"[:%][A-Za-z?]\S*")


def completions(session: CellSession, code: str, cursor: int) -> tuple[list[str], int]:
    """What may stand at the cursor, an offset into the cell, and where what it takes the place of begins."""
    before = code[:cursor]
    magic = cell_magic(before)
    if magic is not None and "\n" in before:
        before = magic[1]
    line = before.rpartition("\n")[2]
    named = _MAGIC.match(line)
    if named is not None:
        return magics(session, line), cursor - len(line)
    inputs = session.inputs_in(with_commands(session, before))
    text = inputs[-1].text.removesuffix("\n") if inputs else as_commands(line)
    found, _ = complete_or_fail(session, text)
    longest = max((one.length for one in found), default=0)
    texts = [text[len(text) - longest : len(text) - one.length] + one.text for one in found[:MOST]]
    return texts, cursor - longest


def magics(session: CellSession, beginning: str) -> list[str]:
    """The magics that begin so."""
    lines = [f"%{name[1:]}" for name in session.known_commands() if name[1:2].isalpha()]
    known = [*lines, *NAMES, *(f"%%{name}" for name in CELL_MAGICS)]
    return sorted({name for name in known if name.startswith(beginning)})


def inspection(session: CellSession, code: str, cursor: int) -> str:
    """What is known of the command, or of the name or path, at the cursor; "" for nothing."""
    line_start = code.rfind("\n", 0, cursor) + 1
    command = _COMMAND.match(code, line_start)
    if command is not None and cursor <= command.end():
        return command_help(session, NAMES.get(command[0], f":{command[0][1:]}"))
    path = path_at(code, cursor)
    if not path:
        return ""
    try:
        with bounded(session), silent(session):
            value = session.evaluate(path)
            kind = f"{path}: {describe(value)}"
            try:
                told = document(session, path)
            except NixError:  # it says nothing of itself
                told = ""
    except (NixError, RecursionError):
        return ""
    return f"{kind}\n\n{told.removesuffix(NOTHING)}".rstrip() + "\n"


def command_help(session: CellSession, name: str) -> str:
    """What `:?` says of a command."""
    if name not in session.known_commands():
        return ""
    return show_help.action(session, name)


def path_at(code: str, cursor: int) -> str:
    """The name, or the path of names up to it, that the cursor is in or just behind; of `f (` it is `f`."""
    end = cursor + len(after[0]) if (after := _AFTER.match(code, cursor)) else cursor
    found = _BEFORE.search(code[:end])
    if found is None:
        found = _BEFORE.search(code[:cursor].rstrip(" \t({[="))
    return found[0] if found else ""


def completeness(session: CellSession, code: str) -> tuple[str, str]:
    """Whether a cell is `complete`, `incomplete` or `invalid`, and by what the next line is indented."""
    magic = cell_magic(code)
    if magic is not None:
        if not magic[1].strip():
            return "incomplete", ""
        code = magic[1]
    inputs = session.inputs_in(with_commands(session, code))
    if inputs and inputs[-1].is_open:
        last = code.rstrip("\n").rpartition("\n")[2]
        margin = last[: len(last) - len(last.lstrip(" "))]
        return "incomplete", margin + "  " * last.rstrip().endswith(
            ("{", "[", "(", "let", "in", "=", ":", "then", "''")
        )
    for given in inputs:
        if given.text.lstrip().startswith(":"):
            continue
        try:
            parse(session, Source("«cell»", given.text, base=session.evaluator.settings.cwd))
        except NixError:
            return "invalid", ""
    return "complete", ""
