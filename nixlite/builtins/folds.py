"""`foldl'`, and the two kinds of fold that need not do all that it says."""

from __future__ import annotations

from types import FunctionType

from nixlite.abi.signatures import ANYTHING, FUNCTION
from nixlite.builtins.registry import builtin, part_of
from nixlite.errors import NixError
from nixlite.runtime.call import call2, takes_two
from nixlite.runtime.expect import force_function, force_list
from nixlite.runtime.thunk import force
from nixlite.runtime.values import LambdaInfo, innermost, lambda_info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.runtime.values import Lazy, Thunk, Value


@builtin("foldl'", args=("op", "nul", "list"), forces=((0, FUNCTION, ""), (2, ANYTHING, "")), keeps=1)
def foldl(op: Lazy, nul: Lazy, xs: Lazy) -> Value:
    """Reduce *list* from the left: `foldl' op nul [ x0 x1 x2 ]` is `op (op (op nul x0) x1) x2`.

    Every intermediate result is evaluated at once; *nul* only where `op` or an empty list needs it.
    """
    function: Any = force_function(op, "while evaluating the first argument passed to builtins.foldlStrict")
    items = force_list(xs, "while evaluating the third argument passed to builtins.foldlStrict")
    if not items:
        return force(nul)
    value: Any = nul  # a value after the first step
    if takes_two(function):
        if function.__code__.co_kwonlyargcount:
            return fold_growing(function, nul, items)
        for item in items:
            value = function(value, item)
    else:
        for item in items:
            value = call2(function, value, item)
    return value


def fold_growing(function: Callable[..., Any], nul: Lazy, items: tuple[Lazy, ...]) -> Value:
    """`foldl` with an operator that only adds to the accumulator, which nobody else can see meanwhile.

    So the sets that the fold has made itself need not be copied again and again (`operators.binary_tail`).
    """
    own: dict[str, Lazy] | None = None

    def grow(right: dict[str, Lazy], left: dict[str, Lazy]) -> dict[str, Lazy]:
        nonlocal own
        if left is own:
            left.update(right)
            return left
        if not right or not left:
            return right if right else left
        own = {**left, **right}
        return own

    value: Any = nul
    for item in items:
        value = function(value, item, grow=grow)
    return value


def fold_generated(op: Lazy, nul: Lazy, xs: Thunk, generator: Lazy, size: Lazy) -> Value:
    """`foldl' op nul (genList generator size)`, written so in the source; *xs* is the list, unevaluated.

    Nobody else will see the list. Where the generator is mere arithmetic and the operator only calculates
    with the elements, each is computed when it is its turn, without list and thunks.
    """
    function, made_by, count = settled(op), settled(generator), settled(size)
    if type(count) is int and count > 0 and calculates(made_by) and consumes(function):
        result: Value = fold_numbers(function, nul, made_by, count)
    else:
        result = foldl(op, nul, xs)
    return result


@part_of("foldl'")
def fold_numbers(function: Any, nul: Lazy, generator: Any, count: int) -> Value:
    """The loop of `fold_generated`; a number that leaves 64 bits is left to the operator to fail at."""
    value: Any = nul  # a value after the first step
    if lambda_info(generator).identity:
        for n in range(count):
            value = function(value, n)
        return value
    for n in range(count):
        try:
            item = generator(n)
        except NixError:
            item = [generator, n]
        value = function(value, item)
    return value


def settled(x: Lazy) -> Lazy:
    """A value, or that of an evaluated thunk; any other thunk is given back."""
    return x[1] if type(x) is list and x[0] is None else x


def calculates(generator: Lazy) -> bool:
    """Whether calling *generator* with an integer can but give an integer, or overflow."""
    if type(generator) is not FunctionType or generator.__code__.co_argcount != 1:
        return False
    cells = generator.__closure__ or ()
    return lambda_info(generator).arithmetic and all(type(settled(c.cell_contents)) is int for c in cells)


def consumes(function: Lazy) -> bool:
    """Whether an operator `a: b: …` only calculates with *b*."""
    if type(function) is not FunctionType or not takes_two(function):
        return False
    row = innermost(function.__globals__["LAMBDAS"], function.__code__.co_name)
    return row is not None and LambdaInfo(*row).consuming
