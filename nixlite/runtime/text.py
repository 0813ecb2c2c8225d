"""Strings with interpolation, and `+`."""

from __future__ import annotations

from nixlite.errors import EvalError, NixTypeError
from nixlite.limits.growth import NOTABLE, grow
from nixlite.runtime.coerce import coerce_to_string
from nixlite.runtime.operators import add_numbers
from nixlite.runtime.values import HERE, ContextString, NixPath, make_string, show_type
from nixlite.spelling import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Value

SEGMENT = "while evaluating a path segment"


class Summand:
    """What a set on the left of `+` was coerced to before the right operand was evaluated."""

    __slots__ = ("text",)

    def __init__(self, text: str | ContextString) -> None:
        self.text = text


def join(parts: tuple[str | ContextString, ...]) -> str | ContextString:
    """The concatenation of strings, contexts united."""
    try:
        return "".join(parts)  # type: ignore[arg-type]  # what has a context is told by the TypeError
    except TypeError:
        texts = [part if isinstance(part, str) else part.text for part in parts]
        contexts = [part.context for part in parts if type(part) is ContextString]
        return ContextString("".join(texts), frozenset().union(*contexts))


def string_operations(state: State) -> dict[str, Callable[..., Any]]:
    """The operations of compiled code that may copy a path to the store, and so need the *state*."""

    def to_string(value: Value) -> str | ContextString:
        if type(value) is str:
            return value
        text, context = coerce_to_string(state, value, SEGMENT, error_position=HERE)
        return make_string(text, context)

    def to_path_segment(value: Value) -> tuple[str, frozenset[str]]:
        return coerce_to_string(state, value, SEGMENT, copy_to_store=False, error_position=HERE)

    def plus(left: Value | Summand, right: Value, left_place: tuple[str, int, int]) -> Value:
        return add_values(state, left, right, left_place)

    def summand(left: Value, left_place: tuple[str, int, int]) -> Value | Summand:
        return left_operand(state, left, left_place)

    operations: dict[str, Callable[..., Any]] = {
        "to_string": to_string,
        "to_path_segment": to_path_segment,
        "plus": plus,
        "summand": summand,
    }
    return operations


def append_path(start: str, segments: tuple[tuple[str, frozenset[str]], ...]) -> NixPath:
    """`./a/${b}`: *start* is absolute; a segment with a context is refused."""
    for _, context in segments:
        if context:
            raise EvalError("a string that refers to a store path cannot be appended to a path", at_site=True)
    return NixPath(normalise(start + "".join(text for text, _ in segments)))


def left_operand(state: State, left: Value, left_place: tuple[str, int, int]) -> Value | Summand:
    """The left operand of `+`, which fails or is coerced before the right one is evaluated."""
    kind = type(left)
    if kind is int or kind is str or kind is ContextString or kind is float or kind is NixPath:
        return left
    return Summand(make_string(*coerce_left(state, left, left_place)))


def coerce_left(state: State, left: Value, left_place: tuple[str, int, int]) -> tuple[str, frozenset[str]]:
    """The text of a left operand that is no string: what that calls is called at the operand's place."""
    error_site = left_place
    return coerce_to_string(state, left, SEGMENT, copy_to_store=False, error_position=left_place)


def add_values(state: State, left: Value | Summand, right: Value, left_place: tuple[str, int, int]) -> Value:
    """`left + right`: the left operand's type decides (numbers, path, else string).

    Manual: Operators, "Addition", "String concatenation", "Path concatenation".
    """
    kind, other = type(left), type(right)
    if kind is int or kind is float:
        if other is int or other is float:
            return add_numbers(left, right, at_site=True)  # type: ignore[arg-type]  # `kind` and `other` are numbers
        name = "an integer" if kind is int else "a float"
        raise NixTypeError(f"cannot add {show_type(right)} to {name}", at_site=True)
    if kind is str and other is str:
        if len(left) + len(right) > NOTABLE:  # type: ignore[arg-type]  # `kind` and `other` are strings
            grow(len(left) + len(right))  # type: ignore[arg-type]  # `kind` and `other` are strings
        return left + right  # type: ignore[operator]  # `kind` and `other` are strings
    if kind is NixPath:
        return add_to_path(state, left, right)  # type: ignore[arg-type]  # `kind` is a path
    as_string = kind is str or kind is ContextString
    operand: Any = left.text if type(left) is Summand else left
    if as_string or type(left) is Summand:
        first, first_context = coerce_to_string(state, operand, SEGMENT)
    else:
        first, first_context = coerce_left(state, operand, left_place)
    second, second_context = coerce_to_string(
        state, right, SEGMENT, copy_to_store=as_string, error_position=HERE
    )
    grow(len(first) + len(second))
    return make_string(first + second, first_context | second_context)


def add_to_path(state: State, left: NixPath, right: Value) -> NixPath:
    """`./a + "b"`: the texts are joined and made canonical."""
    text, context = coerce_to_string(state, right, SEGMENT, copy_to_store=False, error_position=HERE)
    if context:
        raise EvalError("a string that refers to a store path cannot be appended to a path", at_site=True)
    return NixPath(normalise(left.path + text))
