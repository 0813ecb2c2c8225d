"""What may stand at the cursor: commands, variables, attributes, files.

Nothing is evaluated but the sets on the way to an attribute; what fails there completes to nothing.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError
from nixlite.repl.table import visible_commands
from nixlite.runtime.thunk import force, is_evaluated
from nixlite.runtime.values import type_name
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.repl.session import Session
    from nixlite.runtime.values import Lazy

_PATH = re.compile(
    r"(?:^|[^\w'\"./-])((?:[A-Za-z_][\w'-]*|\"[^\"]*\")(?:\.(?:[A-Za-z_][\w'-]*|\"[^\"]*\"))*\.?)?$"
)
_PART = re.compile(r'"([^"]*)"|([A-Za-z_][\w\'-]*)')
_FILE = re.compile(r"(?:^|[\s(\[{=;])((?:~|\.{1,2})?/[\w.+/-]*)$")
FILE_COMMANDS = (":l", ":load", ":e", ":edit")


class Candidate(NamedTuple):
    """A completion: *text* takes the place of the last *length* characters; *note* describes it."""

    text: str
    length: int
    note: str = ""


def complete(session: Session, text: str) -> list[Candidate]:
    """What can complete *text*, the input up to the cursor, sorted."""
    if text.startswith(":") and not re.search(r"\s", text):
        return _commands(session, text)
    first, _, rest = text.partition(" ")
    if first in FILE_COMMANDS and " " not in rest.strip():
        found = _files(session, rest.lstrip(), bare=True)
        if found or first in (":l", ":load"):
            return found
    file = _FILE.search(text)
    if file:
        return _files(session, file[1])
    path = _PATH.search(text)
    return _names(session, path[1] or "") if path else []


def _commands(session: Session, text: str) -> list[Candidate]:
    from nixlite.repl import commands  # noqa: F401 - fills the table

    rows = sorted((name, row) for name, row in visible_commands(session).items())
    return [
        Candidate(name, len(text), row.help.split("\n")[0]) for name, row in rows if name.startswith(text)
    ]


def _names(session: Session, path: str) -> list[Candidate]:
    """Variables that begin with *path*, or attributes when it has a dot."""
    parts = [quoted or bare for quoted, bare in _PART.findall(path)]
    unfinished = "" if not path or path.endswith(".") else parts.pop()
    length = len(path) if not path.endswith(".") and "." not in path else _length_of_last(path)
    if not parts:
        names = {**session.evaluator.state.globals, **session.scope}
        # Globals such as `__add` are there for the operators; nobody looks for them.
        shown = {n: x for n, x in names.items() if not n.startswith("__") or unfinished.startswith("__")}
        return _candidates(shown, unfinished, length)
    try:
        value = force(session.variable(parts[0]))
        for part in parts[1:]:
            value = force(value[part]) if type(value) is dict else None
    except (NixError, KeyError):
        return []
    return _candidates(value, unfinished, length) if type(value) is dict else []


def _length_of_last(path: str) -> int:
    """Characters behind the last dot that is not inside quotes."""
    return 0 if path.endswith(".") else len(path) - list(_PART.finditer(path))[-1].start()


def _candidates(names: dict[str, Lazy], prefix: str, length: int) -> list[Candidate]:
    found = sorted(name for name in names if name.startswith(prefix))
    return [Candidate(attribute_name(name), length, _note(names[name])) for name in found]


def _note(x: Lazy) -> str:
    """The type of what is evaluated already."""
    if not is_evaluated(x):
        return ""
    return type_name(x[1] if type(x) is list else x)  # type: ignore[arg-type]


def _files(session: Session, text: str, *, bare: bool = False) -> list[Candidate]:
    """Files and directories that begin with *text*; *bare*: also without a slash before them."""
    directory, slash, prefix = text.rpartition("/")
    if not slash and not bare:
        return []
    settings, host = session.evaluator.settings, session.evaluator.host
    where = os.path.expanduser(directory + slash) if text.startswith("~") else directory + slash
    try:
        entries = host.list_dir(os.path.normpath(os.path.join(settings.cwd, where)))
    except NixError:
        return []
    return [
        Candidate(name + "/" * (kind == "directory"), len(prefix), kind)
        for name, kind in sorted(_visible(entries.items(), prefix))
    ]


def _visible(entries: Iterable[tuple[str, str]], prefix: str) -> list[tuple[str, str]]:
    """The entries that begin with *prefix*; hidden ones only when asked for."""
    return [
        (name, kind)
        for name, kind in entries
        if name.startswith(prefix) and (not name.startswith(".") or prefix.startswith("."))
    ]
