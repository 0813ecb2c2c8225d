"""Calling Nix functions."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from nixlite.errors import NixTypeError
from nixlite.runtime.thunk import force
from nixlite.runtime.values import HERE, PrimOp, PrimOpApp, show_type

if TYPE_CHECKING:
    from nixlite.runtime.values import Lazy, Value


def call(function: Lazy, argument: Lazy) -> Value:
    """Apply a function, built-in function or functor to one argument; the result is in WHNF.

    Manual: Language, "Functions" and "Functors" (`__functor`).
    """
    if type(function) is list:
        function = force(function)
    kind = type(function)
    if kind is FunctionType:
        return function(argument)  # type: ignore[operator,no-any-return]
    if kind is PrimOp:
        if function.arity == 1:  # type: ignore[union-attr]
            return function.function(argument)  # type: ignore[union-attr]
        return PrimOpApp(function, (argument,))  # type: ignore[arg-type]
    if kind is PrimOpApp:
        arguments = (*function.arguments, argument)  # type: ignore[union-attr]
        primop = function.primop  # type: ignore[union-attr]
        if len(arguments) == primop.arity:
            return apply_primop(primop.function, arguments)
        return PrimOpApp(primop, arguments)
    if kind is dict and "__functor" in function:  # type: ignore[operator]
        return call_functor(function, argument)  # type: ignore[arg-type]
    raise not_a_function(function)


def apply_primop(code, arguments):  # type: ignore[no-untyped-def]
    """`code(*arguments)` without CALL_FUNCTION_EX, which spends C stack on CPython 3.11."""
    match len(arguments):
        case 2:
            return code(arguments[0], arguments[1])
        case 3:
            return code(arguments[0], arguments[1], arguments[2])
        case 1:
            return code(arguments[0])
    return code(*arguments)


def call_functor(functor: dict[str, Lazy], argument: Lazy) -> Value:
    """`{ __functor = self: …; } argument`."""
    error_context = "while calling a functor (an attribute set with a '__functor' attribute)"
    error_position = HERE
    cell = functor["__functor"]
    error_site = cell[2] if type(cell) is list and len(cell) == 3 else None
    return call(call(cell, functor), argument)


def not_a_function(value: Value) -> NixTypeError:
    """The error for calling anything else."""
    from nixlite.runtime.show import show_short  # only on the way to an error: keeps start-up short

    return NixTypeError(
        f"attempt to call something which is not a function but {show_type(value)}: {show_short(value)}",
        at_site=True,
    )


def call2(function: Lazy, a: Lazy, b: Lazy) -> Value:
    """Apply to two arguments; a built-in function that takes two gets them at once."""
    if type(function) is list:
        function = force(function)
    kind = type(function)
    if kind is FunctionType:
        function = function(a)  # type: ignore[operator]
        if type(function) is FunctionType:
            return function(b)  # type: ignore[no-any-return]
        return call(function, b)
    if kind is PrimOp and function.arity == 2:  # type: ignore[union-attr]
        return function.function(a, b)  # type: ignore[union-attr]
    return call(call(function, a), b)
