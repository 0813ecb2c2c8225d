"""Forcing the attributes of a builtin's argument set.

As `expect.py`, but where C++ Nix passes the attribute's position: both the frame and the type error then
show the place where the attribute was defined.
"""

from __future__ import annotations

from nixlite.runtime.expect import force_string_no_context, wrong_type
from nixlite.runtime.thunk import attribute_position, force
from nixlite.runtime.values import ContextString, FunctionType, PrimOp, PrimOpApp
from nixlite.source import Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.errors import NixTypeError
    from nixlite.runtime.values import Lazy, Value

Place = tuple[str, int, int] | None


def position(place: Place) -> Position | None:
    """A place as an error has it."""
    return Position(*place) if place else None


def wrong_type_at(expected: str, value: Value, place: Place) -> NixTypeError:
    """The type error with a position."""
    error = wrong_type(expected, value)
    error.position = position(place)
    return error


def attribute_value(x: Lazy) -> Value:
    """What an attribute evaluates to, of whatever type."""
    error_site = attribute_position(x)
    return force(x)


def bool_attribute(x: Lazy, error_context: str) -> bool:
    """The Boolean that an attribute evaluates to."""
    error_position = error_site = attribute_position(x)
    value = force(x)
    if type(value) is not bool:
        raise wrong_type_at("a Boolean", value, error_position)
    return value


def int_attribute(x: Lazy, error_context: str) -> int:
    """The integer that an attribute evaluates to."""
    error_position = error_site = attribute_position(x)
    value = force(x)
    if type(value) is not int:
        raise wrong_type_at("an integer", value, error_position)
    return value


def string_attribute(x: Lazy, error_context: str, place: Place = None) -> str:
    """The text of the string, which must have no context, that an attribute evaluates to.

    *place* is given where the position is not that of *x* itself (elements of a list).
    """
    error_position = error_site = place or attribute_position(x)
    value = force(x)
    if type(value) not in (str, ContextString):
        raise wrong_type_at("a string", value, error_position)
    return force_string_no_context(value, "")


def function_attribute(x: Lazy, error_context: str) -> Value:
    """The function (or functor) that an attribute evaluates to."""
    error_position = error_site = attribute_position(x)
    value = force(x)
    if type(value) in (FunctionType, PrimOp, PrimOpApp) or (type(value) is dict and "__functor" in value):
        return value
    raise wrong_type_at("a function", value, error_position)
