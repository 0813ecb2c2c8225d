"""Builtins on lists, but for folds, sorting and closures.

Those that hand out elements hand them out as they lie in the list, unforced. Loops that call a function
again and again call a compiled one (`FunctionType`) directly and leave the rest to `call`.
"""

from __future__ import annotations

from nixlite.abi.signatures import AFTER_FUNCTION, FIRST, INTEGER, SECOND
from nixlite.builtins.registry import builtin
from nixlite.errors import EvalError
from nixlite.limits.growth import MANY, THUNK_BYTES, grow
from nixlite.runtime.call import call
from nixlite.runtime.expect import (
    force_bool,
    force_function,
    force_int,
    force_list,
    force_string_no_context,
    wrong_type,
)
from nixlite.runtime.membership import LONG_LIST, is_member, passing
from nixlite.runtime.symbols import make_symbol
from nixlite.runtime.thunk import force
from nixlite.runtime.values import FunctionType, lambda_info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn

    from nixlite.runtime.values import Lazy, Value


def call_delayed(payload: tuple[Value, Lazy]) -> Value:
    """The code of a thunk for `f x`, where f is no compiled function: payload (f, x)."""
    return call(payload[0], payload[1])


call_delayed.is_application = True  # type: ignore[attr-defined]  # Python lets functions have some: see thunk.blackhole


def delayed_calls(function: Value, arguments: Iterable[Lazy]) -> tuple[Lazy, ...]:
    """A thunk for each `function argument`; a compiled function is itself the code of its thunks."""
    if type(function) is FunctionType:
        return tuple([[function, argument] for argument in arguments])
    return tuple([[call_delayed, (function, argument)] for argument in arguments])


@builtin("length", args=("e",))
def length(e: Lazy) -> Value:
    """Return the length of the list *e*."""
    return len(force_list(e, "while evaluating the first argument passed to builtins.length"))


@builtin("head", args=("list",), forces=FIRST)
def head(xs: Lazy) -> Value:
    """Return the first element of a list; an empty list is an error."""
    items = force_list(xs, "while evaluating the first argument passed to 'builtins.head'")
    if not items:
        raise EvalError("'builtins.head' called on an empty list")
    first: Any = items[0]
    return first if type(first) is not list else first[1] if first[0] is None else force(first)


@builtin("tail", args=("list",), forces=FIRST)
def tail(xs: Lazy) -> Value:
    """Return the list without its first element; an empty list is an error.

    Takes time in proportion to the length of the list.
    """
    items = force_list(xs, "while evaluating the first argument passed to 'builtins.tail'")
    if not items:
        raise EvalError("'builtins.tail' called on an empty list")
    return items[1:]


@builtin(
    "elemAt",
    args=("xs", "n"),
    forces=((1, INTEGER, "while evaluating the second argument passed to 'builtins.elemAt'"), *FIRST),
)
def elem_at(xs: Lazy, n: Lazy) -> Value:
    """Return element *n* of the list *xs*, counting from 0; an index out of bounds is an error.

    The index is looked at first.
    """
    index: Any = n
    if type(n) is not int:
        index = force_int(n, "while evaluating the second argument passed to 'builtins.elemAt'")
    items: Any = xs
    if type(xs) is not tuple:
        items = force_list(xs, "while evaluating the first argument passed to 'builtins.elemAt'")
    if not 0 <= index < len(items):  # Python's negative indices are not Nix's
        raise EvalError(f"'builtins.elemAt' called with index {index} on a list of size {len(items)}")
    item: Any = items[index]
    return item if type(item) is not list else item[1] if item[0] is None else force(item)


@builtin("elem", args=("x", "xs"), forces=SECOND)
def elem(x: Lazy, xs: Lazy) -> Value:
    """Return `true` if a value equal to *x* occurs in the list *xs*, and `false` otherwise.

    *x* is not evaluated for an empty list.
    """
    items = force_list(xs, "while evaluating the second argument passed to builtins.elem")
    if not items:
        return False
    return is_member(x, items)


@builtin("map", args=("f", "list"), top_level=True, forces=SECOND)
def map_(f: Lazy, xs: Lazy) -> Value:
    """Apply the function *f* to each element of *list* and return the list of the results.

    The calls are delayed until an element is needed; *f* is not evaluated for an empty list.
    """
    items: Any = xs
    if type(xs) is not tuple:
        items = force_list(xs, "while evaluating the second argument passed to builtins.map")
    if not items:
        return ()
    function: Any = f
    if type(f) is not FunctionType:
        function = force_function(f, "while evaluating the first argument passed to builtins.map")
    if len(items) == 1 and type(function) is FunctionType:  # each second list or so
        return ([function, items[0]],)
    if len(items) > MANY:
        grow(THUNK_BYTES * len(items))
    return delayed_calls(function, items)


@builtin(
    "genList",
    args=("generator", "length"),
    forces=((1, INTEGER, "while evaluating the second argument passed to builtins.genList"),),
)
def gen_list(generator: Lazy, size: Lazy) -> Value:
    """Return the list of the given *length* whose element *i* is `generator i`, from 0 on.

    The calls are delayed until an element is needed.
    """
    count = force_int(size, "while evaluating the second argument passed to builtins.genList")
    if count < 0:
        raise EvalError(f"cannot create list of size {count}")
    function: Any = force_function(
        generator, "while evaluating the first argument passed to builtins.genList"
    )
    if count > MANY:
        grow(THUNK_BYTES * count)
    return delayed_calls(function, range(count))


@builtin("filter", args=("f", "list"), forces=SECOND)
def filter_(f: Lazy, xs: Lazy) -> Value:
    """Return the elements of *list* for which the function *f* returns `true`.

    *f* is not evaluated for an empty list. If nothing is left out, the result is the same list.
    """
    items = force_list(xs, "while evaluating the second argument passed to builtins.filter")
    if not items:
        return items
    function: Any = force_function(f, "while evaluating the first argument passed to builtins.filter")
    compiled = type(function) is FunctionType
    if compiled and len(items) >= LONG_LIST:
        found = passing(function, items)
        if found is not None:
            return items if len(found) == len(items) else tuple(found)
    kept = []
    for item in items:
        verdict = function(item) if compiled else call(function, item)
        if verdict is True:
            kept.append(item)
        elif verdict is not False:
            force_bool(
                verdict,
                "while evaluating the return value of the filtering function passed to builtins.filter",
            )
    return items if len(kept) == len(items) else tuple(kept)


@builtin("partition", args=("pred", "list"), forces=AFTER_FUNCTION)
def partition(pred: Lazy, xs: Lazy) -> Value:
    """Return the set of two lists: in `right` the elements of *list* for which *pred* returns `true`, in `wrong` the others.

    All elements are evaluated.
    """  # noqa: E501 - one paragraph of documentation
    function: Any = force_function(pred, "while evaluating the first argument passed to builtins.partition")
    items = force_list(xs, "while evaluating the second argument passed to builtins.partition")
    compiled = type(function) is FunctionType
    right: list[Lazy] = []
    wrong: list[Lazy] = []
    for item in items:
        force(item)
        verdict = function(item) if compiled else call(function, item)
        if type(verdict) is not bool:
            force_bool(
                verdict,
                "while evaluating the return value of the partition function passed to builtins.partition",
            )
        (right if verdict else wrong).append(item)
    return {"right": tuple(right), "wrong": tuple(wrong)}


@builtin("any", args=("pred", "list"), forces=AFTER_FUNCTION)
def any_(pred: Lazy, xs: Lazy) -> Value:
    """Return `true` if the function *pred* returns `true` for at least one element of *list*, and `false` otherwise.

    Stops at the first one.
    """  # noqa: E501 - one paragraph of documentation
    function: Any = force_function(pred, "while evaluating the first argument passed to builtins.any")
    items = force_list(xs, "while evaluating the second argument passed to builtins.any")
    compiled = type(function) is FunctionType
    for item in items:
        verdict = function(item) if compiled else call(function, item)
        if verdict is True:
            return True
        if verdict is not False:
            force_bool(verdict, "while evaluating the return value of the function passed to builtins.any")
    return False


@builtin("all", args=("pred", "list"), forces=AFTER_FUNCTION)
def all_(pred: Lazy, xs: Lazy) -> Value:
    """Return `true` if the function *pred* returns `true` for all elements of *list*, and `false` otherwise.

    Stops at the first for which it does not.
    """
    function: Any = force_function(pred, "while evaluating the first argument passed to builtins.all")
    items = force_list(xs, "while evaluating the second argument passed to builtins.all")
    compiled = type(function) is FunctionType
    for item in items:
        verdict = function(item) if compiled else call(function, item)
        if verdict is False:
            return False
        if verdict is not True:
            force_bool(verdict, "while evaluating the return value of the function passed to builtins.all")
    return True


@builtin("concatLists", args=("lists",), forces=FIRST)
def concat_lists(lists: Lazy) -> Value:
    """Join a list of lists into one list.

    A single list that is not empty is returned as it is.
    """
    filled: list[tuple[Lazy, ...]] = []
    for item in force_list(lists, "while evaluating the first argument passed to builtins.concatLists"):
        part: Any = item
        if type(item) is not tuple:
            part = force_list(item, "while evaluating a value of the list passed to builtins.concatLists")
        if part:
            filled.append(part)
    if len(filled) == 1:
        return filled[0]
    grow(8 * sum(map(len, filled)))
    joined: list[Lazy] = []
    for part in filled:
        joined += part
    return tuple(joined)


@builtin("concatMap", args=("f", "list"), forces=AFTER_FUNCTION)
def concat_map(f: Lazy, xs: Lazy) -> Value:
    """Apply the function *f*, which returns lists, to each element of *list* and join the results."""
    function: Any = force_function(f, "while evaluating the first argument passed to builtins.concatMap")
    items = force_list(xs, "while evaluating the second argument passed to builtins.concatMap")
    joined: list[Lazy] = []
    if type(function) is FunctionType:
        for item in items:
            part = function(item)
            if type(part) is not tuple:
                _no_list(part, _place_of_result(part, function))
            if part:
                if len(part) > MANY:
                    grow(8 * len(part))
                joined += part
    else:
        for item in items:
            part = call(function, item)
            if type(part) is not tuple:
                _no_list(part, _place_of_result(part, function))
            if len(part) > MANY:
                grow(8 * len(part))
            joined += part
    return tuple(joined)


def _place_of_result(value: Value, function: Any) -> Any:
    """What Nix blames for a result of `concatMap`'s *f*: a function or set itself, else *f*.

    Of a set only its attributes know where they are; `traces` finds out more, so it gets set and function.
    """
    if type(value) is FunctionType:
        return lambda_info(value).position
    place = lambda_info(function).position if type(function) is FunctionType else None
    blamed = value if type(value) is dict else function
    return (blamed, place) if type(blamed) is dict else place


def _no_list(value: Value, error_position: Any) -> NoReturn:
    """Raise the error for what *f* of `concatMap` returned."""
    error_context = "while evaluating the return value of the function passed to builtins.concatMap"
    raise wrong_type("a list", value)


@builtin("groupBy", args=("f", "list"), forces=AFTER_FUNCTION)
def group_by(f: Lazy, xs: Lazy) -> Value:
    """Return a set in which the elements of *list* lie in lists by the string that the function *f* returns for them.

    The elements themselves are evaluated only if *f* does so.
    """  # noqa: E501 - one paragraph of documentation
    function: Any = force_function(f, "while evaluating the first argument passed to builtins.groupBy")
    items = force_list(xs, "while evaluating the second argument passed to builtins.groupBy")
    compiled = type(function) is FunctionType
    groups: dict[str, list[Lazy]] = {}
    for item in items:
        name = function(item) if compiled else call(function, item)
        if type(name) is not str:
            name = force_string_no_context(
                name,
                "while evaluating the return value of the grouping function passed to builtins.groupBy",
            )
        group = groups.get(name)
        if group is None:
            groups[make_symbol(name)] = [item]
        else:
            group.append(item)
    return {name: tuple(group) for name, group in groups.items()}
