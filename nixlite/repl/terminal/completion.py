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

from nixlite.errors import Exhausted, NixError, ParseError, UndefinedVariable
from nixlite.formats.nix.functions import signature
from nixlite.limits.budget import Budget, Limits
from nixlite.repl.terminal.context import UNKNOWN, Context
from nixlite.runtime.thunk import force, peek
from nixlite.runtime.values import PrimOp, lambda_info, type_name
from nixlite.source import Source
from nixlite.spelling import attribute_name
from nixlite.syntax.driver import machine
from nixlite.syntax.lines import Place, shift

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy

_FILE = re.compile(r"(?:^|[\s(\[{=;])((?:~|\.{1,2})?/[\w.+/-]*)$")
_LOOKUP = re.compile(r"<([\w.+/-]*)$")
USUAL = (
    "buildInputs buildPhase checkPhase cmakeFlags configureFlags doCheck env hardeningDisable installPhase"
    " makeFlags mesonFlags meta name nativeBuildInputs passthru patches pname postFixup postInstall postPatch"
    " preConfigure propagatedBuildInputs src version"
).split()
"""Attributes that packages are given in overrides, also those that have none of them yet."""
PATIENCE = 1.0
"""Seconds that evaluating for a completion may take."""
MEMORY = 400_000_000
"""Bytes that it may take."""


class Candidate(NamedTuple):
    """A completion: *text* takes the place of the last *length* characters; *note* describes it.

    *value* is what there is to be told more of: a lazy, or the row of a command.
    """

    text: str
    length: int
    note: str = ""
    value: Any = None


def complete(conversation: Conversation, text: str) -> list[Candidate]:
    """What can complete *text*, the input up to the cursor, sorted; nothing where that goes wrong."""
    return complete_or_fail(conversation, text)[0]


def complete_or_fail(conversation: Conversation, text: str) -> tuple[list[Candidate], str]:
    """The candidates, and the message of what went wrong while looking for them."""
    try:
        with bounded(conversation), silent(conversation):
            return _complete(conversation, text), ""
    except Exhausted as error:
        what = f"more than {PATIENCE:g} s" if error.limit == "seconds" else "too much memory"
        return [], f"evaluating this takes {what}"
    except NixError as error:
        return [], error.message.split("\n", 1)[0]
    except RecursionError:
        return [], "stack overflow; max-call-depth exceeded"


@contextmanager
def bounded(conversation: Conversation) -> Iterator[None]:
    """See to it that what is evaluated meanwhile comes to an end soon and takes little."""
    evaluator = conversation.evaluator
    own, evaluator.budget = evaluator.budget, Budget(Limits(seconds=PATIENCE, memory=MEMORY))
    try:
        yield
    finally:
        evaluator.budget = own


@contextmanager
def silent(conversation: Conversation) -> Iterator[None]:
    """Keep for later what programs write meanwhile, such as traces: it would stand in the line of input."""
    variables = vars(conversation.evaluator.host)
    former = variables.get("write_stderr")
    variables["write_stderr"] = conversation.unsaid.append
    try:
        yield
    finally:
        del variables["write_stderr"]
        if former is not None:
            variables["write_stderr"] = former


def _complete(conversation: Conversation, text: str) -> list[Candidate]:
    if text.startswith(":"):
        if not re.search(r"\s", text):
            return _commands(conversation, text)
        name, rest = re.split(r"\s", text, maxsplit=1)
        found = _arguments(conversation, name, rest.lstrip())
        if found is not None:
            return found
        text = re.sub(r"^\s*[0-9]+\s", "", rest)  # a depth before an expression
    return _expression(conversation, text)


def _arguments(conversation: Conversation, name: str, text: str) -> list[Candidate] | None:
    """What may be an argument of a command, None where that is an expression."""
    row = conversation.known_commands().get(name)
    if row is None:
        return []
    argument = row.argument if conversation.style.compat else row.own_argument or row.argument
    if argument == "<path>":
        lookup = _LOOKUP.search(text)
        return _lookup_paths(conversation, lookup[1]) if lookup else _files(conversation, text, bare=True)
    if argument == "<ref>":
        found = _files(conversation, text, bare=True)
        return [candidate for candidate in found if candidate.note == "directory"]
    if argument == "<command>":
        return _files(conversation, text.rpartition(" ")[2], bare=True)
    if argument.startswith("[option") or argument == "[command]":
        return _words(conversation, name, text)
    if argument == "[bool]":
        return _chosen({"true": None, "false": None}, text, len(text), lambda _: "")
    if argument == "[prefix]":
        return _chosen(conversation.scope, text, len(text), _note)
    if argument.startswith("<package>") and re.search(r"\s", text):
        return _wishes(conversation, text)
    return None if row.takes_expression or argument.startswith(("<package>", "[<expr>")) else []


def _commands(conversation: Conversation, text: str) -> list[Candidate]:
    rows = sorted((name, row) for name, row in conversation.known_commands().items())
    return [
        Candidate(name, len(text), row.help.split("\n")[0], row)
        for name, row in rows
        if name.startswith(text)
    ]


def _words(conversation: Conversation, command: str, text: str) -> list[Candidate]:
    """Options and their values after `:set`, commands after `:?`."""
    if command != ":set":
        name = text if text.startswith(":") else f":{text}"
        return [candidate._replace(length=len(text)) for candidate in _commands(conversation, name)]
    from nixlite.repl.commands.options import OPTIONS

    name, blank, value = text.partition(" ")
    if not blank:
        found = [(option, row.help) for option, row in OPTIONS.items() if option.startswith(name)]
        return [Candidate(option, len(name), note) for option, note in found]
    values = OPTIONS[name].values.split(" | ") if name in OPTIONS else []
    return [Candidate(v, len(value)) for v in values if v.startswith(value) and v != "NUMBER"]


# -- names in an expression


def _expression(conversation: Conversation, text: str) -> list[Candidate]:
    """What may stand at the end of the beginning of an expression."""
    lookup = _LOOKUP.search(text)
    if lookup:
        return _lookup_paths(conversation, lookup[1])
    file = _FILE.search(text)
    if file:
        return _files(conversation, file[1])
    context = Context(text)
    if context.is_nothing:
        return []
    if context.subject is not None:
        value = _value(conversation, context.wrapping, context.subject)
        names = value if type(value) is dict else {}
        return _chosen(names, context.prefix, context.length, _note)
    if context.is_binding:
        given = _of_call(conversation, context)
        if given is not None:
            return given
    return _variables(conversation, context)


def _value(conversation: Conversation, wrapping: str, text: str) -> Any:
    """The value of an expression, in what *wrapping* binds around it; None where that is not known.

    Raises NixError for what goes wrong in it.
    """
    evaluator = conversation.evaluator
    source = Source("«completion»", f"{wrapping}{text}", base=evaluator.settings.cwd)
    try:
        return evaluator.evaluate_source(source, conversation.scope)
    except (ParseError, UndefinedVariable):
        return None
    except NixError as error:
        if error.message == UNKNOWN:
            return None
        raise


def _variables(conversation: Conversation, context: Context) -> list[Candidate]:
    """Names in scope, and the keywords that may follow."""
    prefix = context.prefix
    known = {**conversation.evaluator.state.globals, **conversation.scope}
    # Globals such as `__add` are there for the operators; nobody looks for them.
    names = {name: x for name, x in known.items() if not name.startswith("__") or prefix.startswith("__")}
    for wrapping, scope in context.scopes():
        attrs = _value(conversation, wrapping, scope)
        if type(attrs) is dict:
            names = {**attrs, **names}  # `with` hides nothing
    local = dict.fromkeys(context.names)
    words = dict.fromkeys(_keywords(conversation, context.before)) if prefix else {}

    def note(name: str) -> str:
        return "local" if name in local else "keyword" if name in words else _note(names[name])

    # What needs quotes is no variable's name, wherever it came from.
    everything = {name: x for name, x in {**names, **local}.items() if attribute_name(name) == name} | words
    return [
        candidate._replace(note=note(candidate.text) if candidate.text in everything else candidate.note)
        for candidate in _chosen(everything, prefix, context.length, lambda _: "", str)
    ]


def _keywords(conversation: Conversation, text: str) -> list[str]:
    """The keywords that the grammar has a use for behind a text."""
    tables, _ = machine()
    place = Place()
    for line in text.split("\n"):
        place = place.then(line, conversation.features)
    stacks = [stack for stack in (place.bindings, place.expression) if stack is not None]
    return [
        word
        for word, kind in tables.literals.items()
        if word.isalpha() and word != "or" and any(shift(tables, stack, kind) for stack in stacks)
    ]


def _chosen(
    names: Mapping[str, Lazy],
    prefix: str,
    length: int,
    note: Callable[[Lazy], str],
    show: Callable[[str], str] = attribute_name,
) -> list[Candidate]:
    """The names that *prefix* may mean, in order.

    Those that begin so; where there are none, in another case; or that have it within, or its letters.
    """
    lower = prefix.lower()
    scattered = re.compile(".*".join(map(re.escape, lower)))
    for fits in (
        lambda name: name.startswith(prefix),
        lambda name: name.lower().startswith(lower),
        lambda name: len(lower) > 2 and lower in name.lower(),
        lambda name: len(lower) > 2 and scattered.search(name.lower()),
    ):
        found = sorted(filter(fits, names))
        if found:
            return [Candidate(show(name), length, note(names[name]), names[name]) for name in found]
    return []


def _note(x: Lazy) -> str:
    """The type of what is evaluated already, and the arguments of a function."""
    value = peek(x)
    if type(value) is object:
        return ""
    kind = "builtin" if type(value) is PrimOp else type_name(value)
    return f"{kind} {signature(value)}".rstrip()


# -- arguments of a function


def _of_call(conversation: Conversation, context: Context) -> list[Candidate] | None:
    """Inside the braces of a call `f { … }`, the arguments of `f` that are not given yet.

    None where the cursor is elsewhere or `f` takes no named arguments.
    """
    call = context.call
    if call is None:
        return None
    # The last frame is the braces themselves, which may be `rec`.
    wrapping = "".join([frame.text for frame in context.frames[:-1]])
    if call.package:
        notes = _overridable(conversation, _value(conversation, wrapping, call.package))
    else:
        formals = _formals_of(conversation, _value(conversation, wrapping, call.callee))
        notes = {name: "optional argument" if optional else "argument" for name, optional in formals}
    if not notes:
        return None
    left: dict[str, Any] = {name: note for name, note in notes.items() if name not in call.given}
    found = _chosen(left, context.prefix, context.length, str)
    return found if call.package else sorted(found, key=lambda candidate: list(left).index(candidate.text))


def _overridable(conversation: Conversation, package: Any) -> dict[str, str]:
    """What `overrideAttrs` may give a package: what it was made of, and what is usual."""
    if type(package) is not dict or "overrideAttrs" not in package:
        return {}
    guard = conversation.evaluator.guard
    attrs: Any = guard(force, package["drvAttrs"]) if "drvAttrs" in package else {}
    hidden = ("builder", "args", "system", "outputs", "stdenv", "all")
    own = {name: f"attribute {_note(x)}".rstrip() for name, x in attrs.items() if name not in hidden}
    return {**dict.fromkeys(USUAL, "attribute"), **own}


def _wishes(conversation: Conversation, text: str) -> list[Candidate]:
    """What may be wished of a package: its attributes, and the arguments of its `override`."""
    package, word = text.split(None, 1)[0], re.split(r"\s", text)[-1]
    if "=" in word:
        return []
    value = _value(conversation, "", package)
    notes = _overridable(conversation, value)
    if notes and "override" in value:
        function = conversation.evaluator.guard(force, value["override"])
        notes.update({name: "argument" for name, _ in _formals_of(conversation, function)})
    found = _chosen(notes, word, len(word), str)
    return [candidate._replace(text=f"{candidate.text}=") for candidate in found]


def _formals_of(conversation: Conversation, function: Any) -> tuple[tuple[str, bool], ...]:
    """The named arguments of a function, or of a set that says it has some."""
    if type(function) is FunctionType:
        return lambda_info(function).formals or ()
    if type(function) is dict and "__functionArgs" in function:
        guard = conversation.evaluator.guard
        arguments: Any = guard(force, function["__functionArgs"])
        return tuple((name, guard(force, arguments[name]) is True) for name in sorted(arguments))
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
