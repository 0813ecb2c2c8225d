"""Whether a list has an element (`builtins.elem`), which programs ask in loops: `unique`, `subtractLists`.

What is asked of each element is what `same` would ask, but where it is evaluated already and certainly
another one, that is seen here. So it is where a function asks, that of `filter (x: x != e)` (`remove`).
"""

from __future__ import annotations

import sys

from nixlite.runtime.operators import equal, same
from nixlite.runtime.symbols import ACTIVE, in_symbol_order
from nixlite.runtime.thunk import UNASKED, force
from nixlite.runtime.values import ContextString, lambda_info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType
    from typing import Any

    from nixlite.runtime.values import Lazy


def is_member(x: Lazy, items: tuple[Lazy, ...]) -> bool:
    """Whether a value equal to *x*, which is evaluated, occurs in *items*, which are not empty."""
    value: Any = force(x)  # told apart by `kind`
    kind = type(value)
    if kind is str or kind is int:
        return is_among(value, items)
    if value and (kind is tuple or (kind is dict and "type" not in value)):
        return is_collection_among(x, value, items)
    path = evaluated_out_path(value) if kind is dict else None
    return is_any_same(x, items) if path is None else is_derivation_among(x, path, items)


def is_any_same(x: Lazy, items: tuple[Lazy, ...]) -> bool:
    """`elem` for any value."""
    for item in items:  # noqa: SIM110 - a generator would spend C stack
        if same(x, item):
            return True
    return False


def is_derivation_among(x: Lazy, path: str, items: tuple[Lazy, ...]) -> bool:
    """`elem` for a derivation whose `outPath` is *path*: one of another path need not be looked at.

    What is evaluated already only is looked at here, so that `same` evaluates, and in the order that Nix has.
    """
    for item in items:
        value: Any = item[1] if type(item) is list and item[0] is None else item
        if type(value) is dict:  # what follows is `evaluated_out_path`, in place
            other = value.get("outPath")
            if type(other) is list and other[0] is None:
                other = other[1]
            if type(other) is ContextString and other.text != path:
                kind = value.get("type")
                if type(kind) is list and kind[0] is None:
                    kind = kind[1]
                if type(kind) is str and kind == "derivation":
                    continue
        if same(x, item):
            return True
    return False


def evaluated_out_path(value: dict[str, Any]) -> str | None:
    """The `outPath` of a derivation, None if it is none or not evaluated yet."""
    if "type" not in value or "outPath" not in value:
        return None
    path = value["outPath"]
    if type(path) is list and path[0] is None:
        path = path[1]
    if type(path) is not ContextString:
        return None
    kind = value["type"]
    if type(kind) is list and kind[0] is None:
        kind = kind[1]
    return path.text if type(kind) is str and kind == "derivation" else None


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


def are_calls_watched() -> bool:
    """Whether somebody counts the calls of functions: a profiler, `--stats`."""
    if sys.version_info >= (3, 12) and sys.monitoring.get_tool(sys.monitoring.PROFILER_ID) is not None:
        return True
    return sys.getprofile() is not None


def passing(function: FunctionType, items: tuple[Lazy, ...]) -> list[Lazy] | None:
    """Those *items*, of which there are some, for which `x: x == e` or `x: x != e` is true; None when the
    *function* is another one.

    It is called for the first item, which evaluates *e*. If that is a string, others that are evaluated are
    compared with it here.
    """
    comparison = lambda_info(function).comparison
    cells = function.__closure__ or ()
    if comparison is None or len(cells) != (comparison[1] is None) or are_calls_watched():
        return None
    kept = [items[0]] if function(items[0]) else []
    operator, text = comparison
    if text is None:
        operand = cells[0].cell_contents
        text = operand[1] if type(operand) is list and operand[0] is None else operand
    if type(text) is not str:
        return kept + [item for item in items[1:] if function(item)]
    wanted = operator == "=="
    return kept + [
        item
        for item in items[1:]
        if (
            (value == text) is wanted
            if type(value := item[1] if type(item) is list and item[0] is None else item) is str
            else function(item)
        )
    ]
