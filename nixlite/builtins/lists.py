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
from nixlite.runtime.operators import equal, same
from nixlite.runtime.symbols import ACTIVE, in_symbol_order, make_symbol
from nixlite.runtime.thunk import UNASKED, force
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
    value: Any = force(x)  # told apart by `kind`
    kind = type(value)
    if kind is str or kind is int:
        return is_among(value, items)
    if value and (kind is tuple or (kind is dict and "type" not in value)):
        return is_collection_among(x, value, items)
    return is_any_same(x, items)


def is_any_same(x: Lazy, items: tuple[Lazy, ...]) -> bool:
    """`elem` for any value."""
    for item in items:  # noqa: SIM110 - a generator would spend C stack
        if same(x, item):
            return True
    return False


def is_collection_among(x: Lazy, value: tuple[Lazy, ...] | dict[str, Lazy], items: tuple[Lazy, ...]) -> bool:
    """`elem` for a list, or a set that is no derivation, which is not empty: one of another size need not be
    looked at, nor one (of a set: with the same names) whose first part is another string or integer."""
    container: Any = type(value)
    length = len(value)
    names = value.keys() if isinstance(value, dict) else None
    key: Any = next(iter(in_symbol_order(value))) if isinstance(value, dict) else 0
    kind = leaf = None
    for item in items:
        other: Any = item[1] if type(item) is list and item[0] is None else item
        if type(other) is container:
            if len(other) != length:
                continue
            if names is None or other.keys() == names:
                if kind is None and (kind := atomic_type(value[key])) is not None:
                    leaf = force(value[key])
                if kind is not None:
                    first = other[key]
                    if type(first) is list and (first[0] is None or first[0] is UNASKED):
                        first = first[1] if first[0] is None else force(first)
                    if type(first) is kind and first != leaf:
                        continue
        if same(x, item):
            return True
    return False


def atomic_type(x: Any) -> type | None:
    """The type of a string or integer that needs no evaluation, None for anything else."""
    if type(x) is list and (x[0] is None or x[0] is UNASKED):
        x = x[1]
    return type(x) if type(x) is str or type(x) is int else None


def is_among(value: str | int, items: tuple[Lazy, ...]) -> bool:
    """`elem` for a string or integer; programs call it in loops, on lists that grow (`unique`)."""
    kind = type(value)
    if kind is str and len(items) >= LONG_LIST:
        return is_in_long_list(value, items)
    for item in items:
        if type(item) is list:
            item = item[1] if item[0] is None else force(item)
        if type(item) is kind:
            if item == value:
                return True
        elif equal(value, item):
            return True
    return False


def begins_with(items: tuple[Lazy, ...], known: tuple[Lazy, ...]) -> bool:
    """Whether *known*, which has nothing but evaluated strings and is not empty, is how *items* begins."""
    length = len(known)
    return length <= len(items) and items[length - 1] is known[-1] and items[:length] == known


LONG_LIST = 64
"""Elements of a list from which on `elem` remembers what was in it."""


def is_in_long_list(value: Any, items: tuple[Lazy, ...]) -> bool:
    """`elem` for a string. The list that was searched last, as far as it was, is known to have nothing but
    evaluated strings; where that is the beginning of this one, only what comes after it is looked at.

    It is, if its cells are equal for Python, which compares the same ones by identity and others no deeper
    than a string. Its strings are put into a set when that is of use for the first time.
    """
    searched = ACTIVE.symbols.searched
    known, values = searched
    start = len(known)
    if items is not known and not (start and begins_with(items, known)):
        start, values = 0, None
    elif values is None:
        values = {item[1] if type(item) is list else item for item in known}
    if values is not None and value in values:
        searched[1] = values
        return True
    searched[0], searched[1] = (), None  # not to be relied on while elements are evaluated
    at, plain = start, True
    for item in items[start:]:
        cell = item
        if type(item) is list:
            item = item[1] if item[0] is None else force(item)
        if type(item) is not str:
            plain = False
        if item == value if type(item) is str else equal(value, item):
            break
        if type(cell) is list and cell[0] is not None:
            plain = False
        if values is not None and plain:
            values.add(item)
        at += 1
    if plain:
        searched[0], searched[1] = items[:at], values
    return at < len(items)


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
