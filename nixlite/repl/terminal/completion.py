"""What may stand at the cursor: commands, options, variables, attributes, arguments, files, lookup paths.

Nothing is evaluated but the sets and functions on the way to a name; `complete_or_fail` tells what goes wrong
there or takes too long.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.repl.terminal.inspecting import peek, signature
from nixlite.runtime.thunk import force
from nixlite.runtime.values import PrimOp, lambda_info, type_name
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy

_NAME = r"(?:[A-Za-z_][\w'-]*|\"[^\"]*\")"
_UNFINISHED = r"(?:[A-Za-z_][\w'-]*|\"[^\"]*\"?)?"
_PATH = re.compile(rf"(?:^|[^\w'\"./-])((?:{_NAME}\.)*{_UNFINISHED})$")
_CALLEE = re.compile(rf"((?:{_NAME}\.)*{_NAME})\s*$")
_PART = re.compile(r'"([^"]*)"?|([A-Za-z_][\w\'-]*)')
_FILE = re.compile(r"(?:^|[\s(\[{=;])((?:~|\.{1,2})?/[\w.+/-]*)$")
_LOOKUP = re.compile(r"<([\w.+/-]*)$")
_OPENING = re.compile(r"[\s;{]([A-Za-z_][\w'-]*)?$")
FILE_COMMANDS = (":l", ":load", ":e", ":edit", ":save")
PATIENCE = 2.0
"""Seconds that evaluating for a completion may take."""


class Candidate(NamedTuple):
    """A completion: *text* takes the place of the last *length* characters; *note* describes it."""

    text: str
    length: int
    note: str = ""


class TooSlow(BaseException):
    """Evaluating for a completion took longer than a person likes to wait."""


def complete(conversation: Conversation, text: str) -> list[Candidate]:
    """What can complete *text*, the input up to the cursor, sorted; nothing where that goes wrong."""
    return complete_or_fail(conversation, text)[0]


def complete_or_fail(conversation: Conversation, text: str) -> tuple[list[Candidate], str]:
    """The candidates, and the message of what went wrong while looking for them."""
    try:
        with time_limit():
            return _complete(conversation, text), ""
    except NixError as error:
        return [], error.message.split("\n", 1)[0]
    except RecursionError:
        return [], "stack overflow; max-call-depth exceeded"
    except TooSlow:
        return [], f"completing took more than {PATIENCE:.0f} seconds"


@contextmanager
def time_limit() -> Iterator[None]:
    """See to it that what runs inside ends; without a timer (another thread, Windows) it takes its time."""
    import signal

    def expired(number: int, frame: object) -> None:
        raise TooSlow

    try:
        former = signal.signal(signal.SIGALRM, expired)
    except (ValueError, AttributeError):
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def _complete(conversation: Conversation, text: str) -> list[Candidate]:
    if text.startswith(":") and not re.search(r"\s", text):
        return _commands(conversation, text)
    first, _, rest = text.partition(" ")
    if first in (":set", ":?", ":help") and not conversation.style.compat:
        return _words(conversation, first, rest)
    if first in FILE_COMMANDS and " " not in rest.strip():
        found = _files(conversation, rest.lstrip(), bare=True)
        if found or first not in (":e", ":edit"):
            return found
    lookup = _LOOKUP.search(text)
    if lookup:
        return _lookup_paths(conversation, lookup[1])
    file = _FILE.search(text)
    if file:
        return _files(conversation, file[1])
    arguments = _formals(conversation, text)
    if arguments is not None:
        return arguments
    path = _PATH.search(text)
    return _names(conversation, path[1] or "") if path else []


def _commands(conversation: Conversation, text: str) -> list[Candidate]:
    rows = sorted((name, row) for name, row in conversation.known_commands().items())
    return [
        Candidate(name, len(text), row.help.split("\n")[0]) for name, row in rows if name.startswith(text)
    ]


def _words(conversation: Conversation, command: str, text: str) -> list[Candidate]:
    """Options and their values after `:set`, commands after `:?`."""
    if command != ":set":
        return _commands(conversation, text) if text.startswith(":") or not text else []
    from nixlite.repl.commands.options import OPTIONS

    name, blank, value = text.partition(" ")
    if not blank:
        found = [(option, row.help) for option, row in OPTIONS.items() if option.startswith(name)]
        return [Candidate(option, len(name), note) for option, note in found]
    values = OPTIONS[name].values.split(" | ") if name in OPTIONS else []
    return [Candidate(v, len(value)) for v in values if v.startswith(value) and v != "NUMBER"]


def _names(conversation: Conversation, path: str) -> list[Candidate]:
    """Variables that begin with *path*, or attributes when it has a dot."""
    parts = [quoted or bare for quoted, bare in _PART.findall(path)]
    ends_open = not path or path.endswith(".")
    unfinished = "" if ends_open else parts.pop()
    length = 0 if ends_open else len(path) - list(_PART.finditer(path))[-1].start()
    if not parts:
        names = {**conversation.evaluator.state.globals, **conversation.scope}
        # Globals such as `__add` are there for the operators; nobody looks for them.
        shown = {n: x for n, x in names.items() if not n.startswith("__") or unfinished.startswith("__")}
        return _candidates(shown, unfinished, length)
    value = _value(conversation, parts)
    return _candidates(value, unfinished, length) if type(value) is dict else []


def _value(conversation: Conversation, parts: list[str]) -> Any:
    """The value that an attribute path leads to; None where there is nothing."""
    value: Any = conversation.evaluator.guard(force, conversation.variable(parts[0]))
    for part in parts[1:]:
        if type(value) is not dict or part not in value:
            return None
        value = conversation.evaluator.guard(force, value[part])
    return value


def _candidates(names: dict[str, Lazy], prefix: str, length: int) -> list[Candidate]:
    found = sorted(name for name in names if name.startswith(prefix))
    return [Candidate(attribute_name(name), length, _note(names[name])) for name in found]


def _note(x: Lazy) -> str:
    """The type of what is evaluated already, and the arguments of a function."""
    value = peek(x)
    if type(value) is object:
        return ""
    kind = "builtin" if type(value) is PrimOp else type_name(value)
    return f"{kind} {signature(value)}".rstrip()


# -- arguments of a function


def _formals(conversation: Conversation, text: str) -> list[Candidate] | None:
    """Inside the braces of a call `f { … }`, the arguments of `f` that are not given yet.

    None where the cursor is elsewhere or `f` takes no named arguments.
    """
    name = _OPENING.search(text)
    if name is None:
        return None
    opening = _open_brace(text)
    if opening is None:
        return None
    inside = text[opening + 1 : name.start() + 1]
    if inside.strip() and not inside.rstrip().endswith(";"):
        return None
    callee = _CALLEE.search(text[:opening])
    if callee is None or callee[1] in ("rec", "let", "in", "then", "else", "with", "inherit", "assert", "if"):
        return None
    parts = [quoted or bare for quoted, bare in _PART.findall(callee[1])]
    if conversation.variable(parts[0]) is None:
        return None
    formals = _formals_of(_value(conversation, parts))
    if not formals:
        return None
    prefix = name[1] or ""
    given = set(re.findall(r"(?:^|[;{\s])([A-Za-z_][\w'-]*)\s*=", inside))
    return [
        Candidate(formal, len(prefix), "optional argument" if optional else "argument")
        for formal, optional in formals
        if formal.startswith(prefix) and formal not in given
    ]


def _open_brace(text: str) -> int | None:
    """Where the innermost brace that is still open stands, if that is the innermost bracket; strings count as
    text."""
    pending: list[int] = []
    plain = re.sub(r'"(?:[^"\\]|\\.)*"', lambda match: "_" * len(match[0]), text)
    for at, character in enumerate(plain):
        if character in "{[(":
            pending.append(at)
        elif character in "}])" and pending:
            pending.pop()
    return pending[-1] if pending and plain[pending[-1]] == "{" else None


def _formals_of(function: Any) -> tuple[tuple[str, bool], ...]:
    """The named arguments of a function, or of a set that says it has some."""
    if type(function) is FunctionType:
        return lambda_info(function).formals or ()
    if type(function) is dict and "__functionArgs" in function:
        arguments: Any = force(function["__functionArgs"])
        return tuple((name, force(arguments[name]) is True) for name in sorted(arguments))
    return ()


# -- files


def _lookup_paths(conversation: Conversation, text: str) -> list[Candidate]:
    """What may stand in `<…>`: the names of the lookup path, and files in what they mean."""
    from nixlite.host.lookup_path import find_file, lookup_path

    state = conversation.evaluator.state
    entries = lookup_path(state.settings, state.host)
    directory, slash, prefix = text.rpartition("/")
    if not slash:
        names = sorted({name for name, _ in entries if name.startswith(text)} | _bundled_names(text))
        return [Candidate(f"{name}>", len(text), "lookup path") for name in names]
    found = _entries(conversation, find_file(state, entries, directory, tell=False))
    return [
        Candidate(name + ("/" if kind == "directory" else ">"), len(prefix), kind)
        for name, kind in sorted(_visible(found.items(), prefix))
    ]


def _bundled_names(prefix: str) -> set[str]:
    """`<nixpkgs>` and `<nix/…>` are always there."""
    return {name for name in ("nixpkgs",) if name.startswith(prefix)}


def _files(conversation: Conversation, text: str, *, bare: bool = False) -> list[Candidate]:
    """Files and directories that begin with *text*; *bare*: also without a slash before them."""
    directory, slash, prefix = text.rpartition("/")
    if not slash and not bare:
        return []
    where = os.path.expanduser(directory + slash) if text.startswith("~") else directory + slash
    found = _entries(conversation, os.path.normpath(os.path.join(conversation.evaluator.settings.cwd, where)))
    return [
        Candidate(name + "/" * (kind == "directory"), len(prefix), kind)
        for name, kind in sorted(_visible(found.items(), prefix))
    ]


def _entries(conversation: Conversation, directory: str) -> dict[str, str]:
    """What is in a directory; nothing when it cannot be read."""
    try:
        return conversation.evaluator.host.list_dir(directory)
    except NixError:
        return {}


def _visible(entries: Iterable[tuple[str, str]], prefix: str) -> list[tuple[str, str]]:
    """The entries that begin with *prefix*; hidden ones only when asked for."""
    return [
        (name, kind)
        for name, kind in entries
        if name.startswith(prefix) and (not name.startswith(".") or prefix.startswith("."))
    ]
