"""Calling Nix functions."""

from __future__ import annotations

from nixlite.errors import NixTypeError
from nixlite.runtime.thunk import force
from nixlite.runtime.values import HERE, MISSING, FunctionType, PrimOp, PrimOpApp, show_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.runtime.values import Lazy, Value


def call(function: Any, argument: Lazy) -> Value:
    """Apply a function, built-in function or functor to one argument; the result is in WHNF.

    Manual: Language, "Functions" and "Functors" (`__functor`).
    """
    kind = type(function)
    result: Value
    if kind is FunctionType:
        result = function(argument)
    elif kind is list:
        result = call(force(function), argument)
    elif kind is PrimOp:
        if function.arity == 1:
            result = function.function(argument)
        else:
            result = PrimOpApp(function, (argument,))
    elif kind is PrimOpApp:
        arguments = (*function.arguments, argument)
        primop = function.primop
        if len(arguments) == primop.arity:
            result = apply_primop(primop.function, arguments)
        else:
            result = PrimOpApp(primop, arguments)
    elif kind is dict and "__functor" in function:
        result = call_functor(function, argument)
    else:
        raise not_a_function(function)
    return result


def apply_primop(code: Callable[..., Value], arguments: tuple[Lazy, ...]) -> Value:
    """`code(*arguments)` without CALL_FUNCTION_EX, which spends C stack on CPython 3.11."""
    match len(arguments):
        case 2:
            return code(arguments[0], arguments[1])
        case 3:
            return code(arguments[0], arguments[1], arguments[2])
        case 1:
            return code(arguments[0])
    return code(*arguments)


def call_many(function: Value, arguments: tuple[Lazy, ...]) -> Value:
    """Apply to any number of arguments, three at a time."""
    at, count = 0, len(arguments)
    while at + 3 <= count:
        function = call3(function, arguments[at], arguments[at + 1], arguments[at + 2])
        at += 3
    for argument in arguments[at:]:
        function = call(function, argument)
    return function


def takes_two(function: Value) -> bool:
    """Whether a function is compiled Nix code `a: b: …`, which may be called with both arguments at once.

    All parameters but the first have a default. (That is quicker to learn than how many there are.)
    """
    return type(function) is FunctionType and function.__defaults__ is not None


def curry(
    function: Callable[..., Value], first: Lazy, second: Lazy = MISSING, third: Lazy = MISSING
) -> Callable[[Lazy], Value]:
    """A compiled function of two arguments or more that has got its first, or the first ones.

    Closures: how many arguments were given is told by what they close over (`values.lambda_info`).
    """
    if second is MISSING:

        def waiting(argument: Lazy) -> Value:
            return function(first, argument)

    elif third is MISSING:

        def waiting(argument: Lazy) -> Value:
            return function(first, second, argument)

    else:

        def waiting(argument: Lazy) -> Value:
            return function(first, second, third, argument)

    return waiting


def call_functor(functor: dict[str, Lazy], argument: Lazy) -> Value:
    """`{ __functor = self: …; } argument`."""
    error_context = "while calling a functor (an attribute set with a '__functor' attribute)"
    error_position = HERE
    cell = functor["__functor"]
    error_site = cell[2] if type(cell) is list and len(cell) > 2 else None
    return call(call(cell, functor), argument)


def not_a_function(value: Value) -> NixTypeError:
    """The error for calling anything else."""
    from nixlite.runtime.messages import show_short  # only on the way to an error: keeps start-up short

    return NixTypeError(
        f"attempt to call something which is not a function but {show_type(value)}: {show_short(value)}",
        at_site=True,
    )


def call2(function: Any, a: Lazy, b: Lazy) -> Value:
    """Apply to two arguments; a built-in function that takes two gets them at once."""
    kind = type(function)
    result: Value
    if kind is FunctionType:
        if function.__defaults__ is not None:  # see `takes_two`
            result = function(a, b)
        else:
            function = function(a)
            result = function(b) if type(function) is FunctionType else call(function, b)
    elif kind is PrimOp and function.arity == 2:
        result = function.function(a, b)
    elif kind is list:
        result = call2(force(function), a, b)
    else:
        result = call(call(function, a), b)
    return result


def call3(function: Any, a: Lazy, b: Lazy, c: Lazy) -> Value:
    """Apply to three arguments; a function that takes them all gets them at once."""
    kind = type(function)
    result: Value
    if kind is FunctionType and function.__code__.co_argcount >= 3:
        result = function(a, b, c)
    elif kind is PrimOp and function.arity == 3:
        result = function.function(a, b, c)
    elif kind is list:
        result = call3(force(function), a, b, c)
    else:
        result = call(call2(function, a, b), c)
    return result
