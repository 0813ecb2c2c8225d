"""`builtins.sort`: a stable merge sort that asks the comparator exactly what C++ Nix asks it.

The algorithm is Munro and Wild's Peeksort ("Nearly-Optimal Mergesorts", ESA 2018), as in Nix ≥ 2.30: it
looks for runs from the middle outwards and sorts short stretches by insertion. Which elements are compared,
and in which order, can be observed (`builtins.trace`, failing comparators, comparators that are no order).
Python's own `sorted` is used only where no Nix code runs: for `lessThan` on numbers or strings.
"""

from __future__ import annotations

from operator import eq

from nixlite.abi.signatures import SECOND
from nixlite.builtins.arithmetic import less_than_builtin
from nixlite.builtins.registry import builtin
from nixlite.opaque import TEXTS, put_in_order
from nixlite.runtime.call import call2, takes_two
from nixlite.runtime.expect import force_bool, force_function, force_list
from nixlite.runtime.operators import less_than
from nixlite.runtime.thunk import force
from nixlite.runtime.utf8 import to_bytes
from nixlite.runtime.values import FunctionType, PrimOp, PrimOpApp, linked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.runtime.values import Lazy, Value

    Comparator = Callable[[Any, Lazy, Lazy], bool]

INSERTION_LIMIT = 16
FUNCTIONS = (FunctionType, PrimOp, PrimOpApp)


@builtin("sort", args=("comparator", "list"), forces=SECOND)
def sort(comparator: Lazy, xs: Lazy) -> Value:
    """Return *list* sorted so that of two elements the one for which `comparator a b` is `true` comes first.

    Stable; all elements are evaluated first. A comparator that is no strict weak order gives some order.
    """
    items = force_list(xs, "while evaluating the second argument passed to builtins.sort")
    if not items:
        return items
    function = force_function(comparator, "while evaluating the first argument passed to builtins.sort")
    values = [force(item) for item in items]
    if type(function) is PrimOp and linked(function).function is less_than_builtin:
        ordered = sort_simple(values)
        if ordered is not None:
            return tuple(ordered)
        return tuple(peeksort(list(items), _by_less_than, None))
    # Thunks need not be opened again and again; those of functions have an identity of their own (`same`).
    opened = [item if type(value) in FUNCTIONS else value for value, item in zip(values, items, strict=True)]
    by = _by_lambda if takes_two(function) else _by_call
    return tuple(peeksort(opened, by, function))


def sort_simple(values: list[Any]) -> list[Value] | None:
    """The sorted values if all are integers, all plain strings, or all floats but NaN; else None."""
    kinds = set(map(type, values))
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    if kind is str:
        ascii_only = "".join(values).isascii()
        ordered = sorted(values, key=None if ascii_only else to_bytes)
        if TEXTS:
            put_in_order(ordered)
        return ordered
    if kind is int or (kind is float and all(map(eq, values, values))):
        return sorted(values)
    return None


def _by_less_than(_: None, a: Lazy, b: Lazy) -> bool:
    return less_than(a, b, "while evaluating the ordering function passed to builtins.sort")


def _by_lambda(function: Any, a: Lazy, b: Lazy) -> bool:
    verdict = function(a, b)
    return verdict if type(verdict) is bool else _not_boolean(verdict)


def _by_call(function: Value, a: Lazy, b: Lazy) -> bool:
    verdict = call2(function, a, b)
    return verdict if type(verdict) is bool else _not_boolean(verdict)


def _not_boolean(verdict: Value) -> bool:
    return force_bool(
        verdict, "while evaluating the return value of the sorting function passed to builtins.sort"
    )


def peeksort(items: list[Lazy], less: Comparator, function: Any) -> list[Lazy]:
    """Sort *items* in place by `less(function, a, b)`, and return them."""
    if len(items) == 2:
        if less(function, items[1], items[0]):
            items.reverse()
    elif len(items) > 2:
        _peeksort(items, 0, len(items), 0, len(items), less, function)
    return items


def _peeksort(
    items: list[Lazy], begin: int, end: int, left_end: int, right_begin: int, less: Comparator, function: Any
) -> None:
    """Sort items[begin:end], of which [begin:left_end] and [right_begin:end] are sorted already."""
    if left_end == end or right_begin == begin:
        return
    if end - begin <= INSERTION_LIMIT:
        _insertion_sort(items, begin, end, less, function)
        return
    middle = begin + (end - begin) // 2
    if middle <= left_end:
        _peeksort(items, left_end, end, left_end + 1, right_begin, less, function)
        _merge(items, begin, left_end, end, less, function)
        return
    if middle >= right_begin:
        _peeksort(items, begin, right_begin, left_end, right_begin - 1, less, function)
        _merge(items, begin, right_begin, end, less, function)
        return
    # The run around the middle: from i to j, turned round if it goes down.
    falling = less(function, items[middle], items[middle - 1])
    i = _run_backwards(items, left_end, middle, falling, less, function)
    j = _run_forwards(items, middle - 1, right_begin, falling, less, function)
    if falling:
        items[i:j] = items[i:j][::-1]
    if i == begin and j == end:
        return
    if middle - i < j - middle:
        _peeksort(items, begin, i, left_end, i - 1, less, function)
        _peeksort(items, i, end, j, right_begin, less, function)
        _merge(items, begin, i, end, less, function)
    else:
        _peeksort(items, begin, j, left_end, i, less, function)
        _peeksort(items, j, end, j + 1, right_begin, less, function)
        _merge(items, begin, j, end, less, function)


def _insertion_sort(items: list[Lazy], begin: int, end: int, less: Comparator, function: Any) -> None:
    for current in range(begin + 1, end):
        at = current
        while at != begin and less(function, items[at], items[at - 1]):
            items[at], items[at - 1] = items[at - 1], items[at]
            at -= 1


def _run_forwards(
    items: list[Lazy], begin: int, end: int, falling: bool, less: Comparator, function: Any
) -> int:
    """The end of the longest run that starts at *begin*; a falling run falls strictly."""
    if begin == end:
        return begin
    while begin + 1 != end and less(function, items[begin + 1], items[begin]) is falling:
        begin += 1
    return begin + 1


def _run_backwards(
    items: list[Lazy], begin: int, end: int, falling: bool, less: Comparator, function: Any
) -> int:
    """The start of the longest run that ends just before *end*."""
    if begin == end:
        return end
    while end - 1 > begin and less(function, items[end - 1], items[end - 2]) is falling:
        end -= 1
    return end - 1


def _merge(items: list[Lazy], begin: int, middle: int, end: int, less: Comparator, function: Any) -> None:
    """Merge the sorted items[begin:middle] and items[middle:end]; of equals the left one comes first."""
    left, right = items[begin:middle], items[middle:end]
    i = j = 0
    out = begin
    at_once = less is _by_lambda
    while i < len(left) and j < len(right):
        first, second = left[i], right[j]
        verdict = function(second, first) if at_once else less(function, second, first)
        if verdict is True:
            items[out] = second
            j += 1
        elif verdict is False:
            items[out] = first
            i += 1
        else:
            _not_boolean(verdict)
        out += 1
    items[out:end] = left[i:] + right[j:]
