"""Builtins that tell what a value is. All force their argument and nothing inside it."""

from __future__ import annotations

from nixlite.abi.signatures import FIRST
from nixlite.builtins.registry import builtin
from nixlite.runtime.thunk import force
from nixlite.runtime.values import ContextString, FunctionType, NixPath, PrimOp, PrimOpApp, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.values import Lazy, Value


@builtin("typeOf", args=("e",))
def type_of(e: Lazy) -> Value:
    """Return the name of the type of *e*: `"int"`, `"bool"`, `"string"`, `"path"`, `"null"`, `"set"`, `"list"`, `"lambda"` or `"float"`."""  # noqa: E501 - one paragraph of documentation
    return type_name(force(e))


@builtin("isNull", args=("e",), top_level=True, forces=FIRST)
def is_null(e: Lazy) -> Value:
    """Return `true` if *e* is `null`, and `false` otherwise."""
    return force(e) is None


@builtin("isFunction", args=("e",), forces=FIRST)
def is_function(e: Lazy) -> Value:
    """Return `true` if *e* is a function, and `false` otherwise.

    A set with `__functor` is a set.
    """
    kind = type(force(e))
    return kind is FunctionType or kind is PrimOp or kind is PrimOpApp


@builtin("isInt", args=("e",))
def is_int(e: Lazy) -> Value:
    """Return `true` if *e* is an integer, and `false` otherwise."""
    return type(force(e)) is int


@builtin("isFloat", args=("e",))
def is_float(e: Lazy) -> Value:
    """Return `true` if *e* is a float, and `false` otherwise."""
    return type(force(e)) is float


@builtin("isString", args=("e",))
def is_string(e: Lazy) -> Value:
    """Return `true` if *e* is a string, and `false` otherwise."""
    kind = type(force(e))
    return kind is str or kind is ContextString


@builtin("isBool", args=("e",))
def is_bool(e: Lazy) -> Value:
    """Return `true` if *e* is `true` or `false`, and `false` otherwise."""
    return type(force(e)) is bool


@builtin("isPath", args=("e",))
def is_path(e: Lazy) -> Value:
    """Return `true` if *e* is a path, and `false` otherwise."""
    return type(force(e)) is NixPath


@builtin("isAttrs", args=("e",))
def is_attrs(e: Lazy) -> Value:
    """Return `true` if *e* is an attribute set, and `false` otherwise."""
    return type(force(e)) is dict


@builtin("isList", args=("e",))
def is_list(e: Lazy) -> Value:
    """Return `true` if *e* is a list, and `false` otherwise."""
    return type(force(e)) is tuple
