"""Arguments and attribute paths from the command line: `--arg`, `-A`, `-f FILE ATTRPATH`."""

from __future__ import annotations

from nixlite.abi.sites import NOWHERE
from nixlite.cli.sources import string_source
from nixlite.drives import given_path
from nixlite.errors import EvalError, NixError, NixTypeError, ParseError, did_you_mean
from nixlite.runtime.call import call
from nixlite.runtime.symbols import in_symbol_order, make_symbol
from nixlite.runtime.thunk import force, is_evaluated
from nixlite.runtime.values import FunctionType, lambda_info, show_type
from nixlite.source import Position
from nixlite.spelling import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.command import Command
    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import Lazy, Value


def auto_arguments(command: Command, evaluator: Evaluator) -> dict[str, Lazy]:
    """The values of `--arg` and its like, by name; expressions are parsed now and evaluated when wanted."""
    found: dict[str, Lazy] = {}
    for name, (kind, text) in sorted(command.auto_arguments.items()):
        if kind == "arg":
            source = string_source(command, text, name)
            compiled = evaluator.compile(evaluator.parse(source), source)
            evaluator.state.symbols.load(compiled.code.names)
            found[name] = [evaluator.run, compiled]
        elif kind == "argstr":
            found[name] = text
        elif kind == "arg-from-file":
            found[name] = read_file(command, text)
        else:
            found[name] = command.host.read_stdin().decode("utf-8", "surrogateescape")
        make_symbol(name)
    return found


def read_file(command: Command, name: str) -> str:
    """The contents of a file that the command line names; no program is involved, so no guard is."""
    path = given_path(name, command.settings.cwd)
    if not command.host.exists(command.host.real_path(path)):
        raise EvalError(f'opening file "{name}": No such file or directory')
    return command.host.read_bytes(path).decode("utf-8", "surrogateescape")


def auto_call(value: Lazy, arguments: dict[str, Lazy], *, known: bool | None = None) -> Value:
    """Call a function that takes a set with the arguments it wants, if it is one; else the value itself.

    Functors are called with themselves first. A function with `...` gets all arguments there are.
    *known*: whether somebody had evaluated it before, which Nix's trace of the call tells by its place; by
    default as it is. Raises EvalError for an argument that has neither a value nor a default.
    """
    known = is_evaluated(value) if known is None else known
    value = force(value)
    while type(value) is dict and "__functor" in value:
        value = call(value["__functor"], value)
        known = True
    if type(value) is not FunctionType:
        return value
    info = lambda_info(value)
    if info.formals is None:
        return value
    # Read by traces: to Nix, the function is called where it is, if that was known before.
    error_site = info.position if known else NOWHERE
    if info.ellipsis:
        return call(value, dict(arguments))
    wanted: dict[str, Lazy] = {}
    places = {name: at for at, (name, _) in enumerate(info.formals)}
    for name in in_symbol_order(places):
        at = places[name]
        if name in arguments:
            wanted[name] = arguments[name]
        elif not info.formals[at][1]:
            line, column = info.formal_positions[at] if info.formal_positions else info.position[1:]
            raise missing_argument(name, Position(info.position[0], line, column))
    return call(value, wanted)


def missing_argument(name: str, position: Position) -> EvalError:
    """Nix's message when a top-level function's argument is not given."""
    return EvalError(
        f"cannot evaluate a function that has an argument without a value ('{name}')\n"
        "Nix attempted to evaluate a function as a top level expression; in\n"
        "this case it must have its arguments supplied either by default\n"
        "values, or passed explicitly with '--arg' or '--argstr'. See\n"
        "https://nix.dev/manual/nix/stable/language/syntax.html#functions.",
        position=position,
    )


def parse_attr_path(text: str) -> list[str]:
    """The components of `a.b."c.d".0`. A final empty one is dropped, others are kept."""
    parts: list[str] = []
    part = ""
    at = 0
    while at < len(text):
        if text[at] == ".":
            parts.append(part)
            part = ""
        elif text[at] == '"':
            end = text.find('"', at + 1)
            if end < 0:
                raise ParseError(f"missing closing quote in selection path '{text}'")
            part += text[at + 1 : end]
            at = end
        else:
            part += text[at]
        at += 1
    return [*parts, part] if part else parts


def find_along_attr_path(value: Lazy, path: str, arguments: dict[str, Lazy]) -> Lazy:
    """What the attribute path leads to; functions on the way are called with *arguments*.

    A component that is a number selects from a list. The result itself is not forced.
    """
    for part in parse_attr_path(path):
        inner = auto_call(value, arguments)
        index = natural(part, 2**32 - 1)
        if index is not None:
            value = select_element(inner, index, path)
        else:
            value = select_attribute(inner, part, path)
    return value


def select_attribute(value: Value, name: str, path: str) -> Lazy:
    """One step into a set."""
    if type(value) is not dict:
        raise NixTypeError(
            f"the expression selected by the selection path '{path}' should be a set"
            f" but is {show_type(value)}"
        )
    if not name:
        raise NixError(f"empty attribute name in selection path '{path}'")
    if make_symbol(name) not in value:
        raise NixError(
            f"attribute '{name}' in selection path '{path}' not found", hint=did_you_mean(name, value)
        )
    return value[name]


def select_element(value: Value, index: int, path: str) -> Lazy:
    """One step into a list."""
    if type(value) is not tuple:
        raise NixTypeError(
            f"the expression selected by the selection path '{path}' should be a list"
            f" but is {show_type(value)}"
        )
    if index >= len(value):
        raise NixError(f"list index {index} in selection path '{path}' is out of range")
    return value[index]
