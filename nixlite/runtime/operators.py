"""Equality, order and arithmetic: what operators and builtins have in common.

Nothing here adds a trace frame of its own except where `error_context` says so. Everything recurses in
plain Python, so that the depth of data is limited by `max-call-depth` and not by the C stack.
"""

from __future__ import annotations

from nixlite.abi.sites import NOWHERE
from nixlite.errors import AssertionFailed, EvalError
from nixlite.opaque import TEXTS, compared
from nixlite.runtime.settled import unsettled
from nixlite.runtime.symbols import ACTIVE, in_symbol_order
from nixlite.runtime.thunk import UNASKED, attribute_position, force, noted
from nixlite.runtime.utf8 import to_bytes
from nixlite.runtime.values import (
    INT_MAX,
    INT_MIN,
    ContextString,
    FunctionType,
    NixPath,
    PrimOp,
    PrimOpApp,
    is_derivation_type,
    show_type,
)
from nixlite.spelling import attribute_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from nixlite.runtime.values import Lazy, Value


# ── equality ────────────────────────────────────────────────────────────────────────────────────────────


def equal(a: Lazy, b: Lazy) -> bool:
    """`a == b`: forces both, and the elements of lists and sets as far as needed.

    Integers and floats compare by value, derivations by their `outPath`; functions are never equal. The
    operands are not compared by identity, unlike what lies inside them: see `same`.
    Manual: Operators, "Equality".
    """
    if type(a) is list:
        a = a[1] if a[0] is None else force(a)
    if type(b) is list:
        b = b[1] if b[0] is None else force(b)
    kind = type(a)
    if kind is type(b):
        if kind is tuple:
            left: Any = a
            right: Any = b
            if len(left) != len(right):  # often `x == [ ]`
                return False
            return _equal_lists(left, right) if left else True
        if kind is dict:
            return _equal_sets(a, b) if a else not b  # type: ignore[arg-type]  # `kind` is that of both
        if kind is ContextString:
            return a.text == b.text  # type: ignore[union-attr]  # `kind` is that of both
        if kind is NixPath:
            return a.path == b.path  # type: ignore[union-attr]  # `kind` is that of both
        if kind is FunctionType or kind is PrimOp or kind is PrimOpApp:
            return False
        return a == b
    return _equal_mixed(a, b)


def same(a: Lazy, b: Lazy) -> bool:
    """Equality of two elements or attributes: forces both; one that both sides share equals itself.

    C++ Nix compares pointers here, so `[ f ] == [ f ]` is true for a function f, and what lies inside a
    shared set is not looked at. That two cells were evaluated to one value tells nothing:
    `[ s.f ] == [ s.f ]` is false, and what is in `s.a` is looked at in `[ s.a ] == [ s.a ]`.
    """
    x: Any = a[1] if type(a) is list and a[0] is None else a
    y: Any = b[1] if type(b) is list and b[0] is None else b
    if (type(x) is int or type(x) is str) and type(x) is type(y):
        return x == y  # most are such, and nothing else counts for them
    if a is not b:
        x, y = a, b
        if type(x) is list and (len(x) == 4 or x[0] is force or x[0] is UNASKED):
            x = origin(x)
        if type(y) is list and (len(y) == 4 or y[0] is force or y[0] is UNASKED):
            y = origin(y)
        if x is not y:
            if type(x) is list:
                if type(y) is list or not _may_be_from(x, y, b):
                    return equal(a, b)
            elif type(y) is not list or not _may_be_from(y, x, a):
                return equal(a, b)
    force(a)
    force(b)
    return True


def _may_be_from(cell: list[Any], value: Any, holder: Lazy) -> bool:
    """Whether *value*, the origin of *holder*, may have been read out of *cell*; functions tell their own."""
    if (cell[0] is not None or cell[1] is not value) and (cell[0] is not noted or cell[1][0] is not value):
        return False
    return type(value) is not FunctionType or type(holder) is not list or holder[-1] is not value


def origin(x: Lazy) -> Lazy:
    """What stands for the variable whose cell *x* is: a cell of an attribute or element may be another one.

    It is the variable's thunk, or the value, if that has none or it is not known any more (see `thunk`).
    """
    while type(x) is list:
        if len(x) == 4 and x[3] is not None:
            x = x[3]
        elif x[0] is force or x[0] is UNASKED or (x[0] is None and len(x) == 4):
            x = x[1]
        elif x[0] is noted and len(x) == 4:
            x = x[1][0]
        else:
            break
    return x


def _equal_lists(a: tuple[Lazy, ...], b: tuple[Lazy, ...]) -> bool:
    error_site = NOWHERE
    for x, y in zip(a, b, strict=True):
        if x is y and (type(x) is not list or x[0] is None):
            continue  # as `same` finds
        if not same(x, y):
            return False
    return True


def _equal_sets(a: dict[str, Lazy], b: dict[str, Lazy]) -> bool:
    error_site = NOWHERE
    if "type" in a and is_derivation(a) and is_derivation(b) and "outPath" in a and "outPath" in b:
        x: Any = a["outPath"]
        y: Any = b["outPath"]
        if type(x) is list and type(y) is list and x[0] is None and y[0] is None:
            x, y = x[1], y[1]
            if type(x) is ContextString and type(y) is ContextString:
                return x.text == y.text  # as `same` finds
        return same(a["outPath"], b["outPath"])
    if len(a) != len(b):
        return False
    if (id(a), id(b)) in ACTIVE.symbols.settled:
        return True
    if a.keys() == b.keys():
        for name in in_symbol_order(unsettled(a, b)):  # noqa: SIM110
            if not same(a[name], b[name]):
                return False
        return True
    for name, other in zip(in_symbol_order(a), in_symbol_order(b), strict=True):
        if name != other or not same(a[name], b[name]):
            break
    return False


def _equal_mixed(a: Any, b: Any) -> bool:
    """Values of two Python types: numbers, or strings of which one has a context."""
    left, right = type(a), type(b)
    if (left is int and right is float) or (left is float and right is int):
        return float(a) == float(b)  # as C does; Python would compare exactly
    if left is str and right is ContextString:
        alike: bool = a == b.text
        return alike
    if left is ContextString and right is str:
        agree: bool = a.text == b
        return agree
    return False


def is_derivation(attrs: dict[str, Lazy]) -> bool:
    """Whether the set's `type`, which is forced, says that it is a derivation."""
    kind: Any = attrs.get("type")
    if type(kind) is list:
        kind = kind[1] if kind[0] is None else force(kind)
    return kind == "derivation" if type(kind) is str else is_derivation_type(kind)


# ── equality explained ──────────────────────────────────────────────────────────────────────────────────


def assert_equal(a: Lazy, b: Lazy) -> None:
    """Raise AssertionFailed telling how *a* and *b* differ; called after `equal` found them different.

    Goes the same way through lists and sets as `equal` does (C++ Nix: `EvalState::assertEqValues`).
    """
    left: Any = force(a)
    right: Any = force(b)
    kind, other = type(left), type(right)
    if kind in (int, float) and other in (int, float):
        if equal(left, right):
            return
        raise _different("{} with value '{}' is not equal to {} with value '{}'", left, right)
    if _family(left) is not _family(right):
        raise _different("{} of value '{}' is not equal to {} of value '{}'", left, right)
    if kind is tuple:
        _assert_equal_lists(left, right)
    elif kind is dict:
        _assert_equal_sets(left, right)
    elif _family(left) is FunctionType:
        raise AssertionFailed(
            "distinct functions and immediate comparisons of identical functions compare as unequal"
        )
    elif not equal(left, right):
        word = {bool: "boolean", NixPath: "path"}.get(kind, "string")
        raise AssertionFailed(f"{word} '{_short(left)}' is not equal to {word} '{_short(right)}'")


def _assert_same(a: Lazy, b: Lazy) -> None:
    if not same(a, b):
        assert_equal(a, b)


def _assert_equal_lists(a: tuple[Lazy, ...], b: tuple[Lazy, ...]) -> None:
    if len(a) != len(b):
        raise AssertionFailed(
            f"list of size '{len(a)}' is not equal to list of size '{len(b)}', "
            f"left hand side is '{_short(a)}', right hand side is '{_short(b)}'"
        )
    for n, (x, y) in enumerate(zip(a, b, strict=True)):
        error_context = f"while comparing list element {n}"
        _assert_same(x, y)


def _assert_equal_sets(a: dict[str, Lazy], b: dict[str, Lazy]) -> None:
    if is_derivation(a) and is_derivation(b) and "outPath" in a and "outPath" in b:
        error_context = "while comparing a derivation by its 'outPath' attribute"
        _assert_same(a["outPath"], b["outPath"])
        return
    if len(a) != len(b):
        raise AssertionFailed(
            f"attribute names of attribute set '{_short(a)}' differs from attribute set '{_short(b)}'"
        )
    for name, other in zip(in_symbol_order(a), in_symbol_order(b), strict=True):
        if name != other:
            error_context = ""  # that of the attribute before
            raise _names_differ(a, b, name, other)
        error_context = f"while comparing attribute '{attribute_name(name)}'"
        _compare_left(a[name], b[name])


def _names_differ(a: dict[str, Lazy], b: dict[str, Lazy], name: str, other: str) -> AssertionFailed:
    """The error for *name* of the one set standing where the other one has *other*."""
    if name not in b:
        shown = attribute_name(name)
        return AssertionFailed(
            f"attribute name '{shown}' is contained in '{_short(a)}', but not in '{_short(b)}'"
        )
    shown = attribute_name(other)
    return AssertionFailed(
        f"attribute name '{shown}' is missing in '{_short(a)}', but is contained in '{_short(b)}'"
    )


def _compare_left(a: Lazy, b: Lazy) -> None:
    """Two Python frames for two lines of the trace: where each side was defined."""
    error_position = attribute_position(a)
    error_context = "where left hand side is" if error_position else ""
    _compare_right(a, b)


def _compare_right(a: Lazy, b: Lazy) -> None:
    error_position = attribute_position(b)
    error_context = "where right hand side is" if error_position else ""
    _assert_same(a, b)


def _family(value: Value) -> type:
    """The Nix type of a value as a Python type: strings are one, functions are one."""
    kind = type(value)
    if kind is ContextString:
        return str
    return FunctionType if kind in (PrimOp, PrimOpApp) else kind


def _different(pattern: str, a: Value, b: Value) -> AssertionFailed:
    return AssertionFailed(pattern.format(show_type(a), _short(a), show_type(b), _short(b)))


def _short(value: Lazy) -> str:
    from nixlite.runtime.messages import show_short  # only on the way to an error

    return show_short(value)


# ── order ───────────────────────────────────────────────────────────────────────────────────────────────


def less_than(a: Lazy, b: Lazy, error_context: str = "") -> bool:
    """`a < b` for numbers, strings (by bytes), paths and lists of these; forces what it compares.

    *error_context* is the trace frame for any failure. Raises EvalError for two types that don't compare
    with each other, or one that does not compare at all.
    Manual: Operators, "Comparison".
    """
    if type(a) is list:
        a = force(a)
    if type(b) is list:
        b = force(b)
    kind = type(a)
    if kind is type(b):
        if kind is int or kind is float:
            return a < b  # type: ignore[operator]  # `kind` is that of both
        if kind is str:
            return text_less_than(a, b)  # type: ignore[arg-type]  # `kind` is that of both
        if kind is tuple:
            return _list_less_than(a, b)  # type: ignore[arg-type]  # `kind` is that of both
        if kind is ContextString:
            return text_less_than(a.text, b.text)  # type: ignore[union-attr]  # `kind` is that of both
        if kind is NixPath:
            return text_less_than(a.path, b.path)  # type: ignore[union-attr]  # `kind` is that of both
    return _less_than_mixed(a, b)


def text_less_than(a: str, b: str) -> bool:
    """Byte order; code points give the same except where a string is not UTF-8."""
    if TEXTS:
        compared(a, b)
    if a.isascii() and b.isascii():
        return a < b
    return to_bytes(a) < to_bytes(b)


def sorted_names(names: Iterable[str]) -> list[str]:
    """Attribute names in the order of their bytes, as Nix lists them."""
    ordered = sorted(names)
    if ordered and not "".join(ordered).isascii():
        ordered.sort(key=to_bytes)
    return ordered


def _list_less_than(a: tuple[Lazy, ...], b: tuple[Lazy, ...]) -> bool:
    """The first elements that differ decide. Nix looks for them again in each list within a list."""
    trail: list[int] = []
    index = _difference(a, b, trail)
    if index < 0:
        return len(a) < len(b)
    return _less_along(a[index], b[index], trail, "while comparing two list elements")


def _less_along(a: Lazy, b: Lazy, trail: list[int], error_context: str) -> bool:
    """`less_than` of two that differ; if both are lists, in the elements that *trail* leads to."""
    if not trail:
        return less_than(a, b)
    index = trail.pop()
    left: Any = force(a)  # two lists, as there is a trail
    right: Any = force(b)
    return _less_along(left[index], right[index], trail, "while comparing two list elements")


def _difference(a: tuple[Lazy, ...], b: tuple[Lazy, ...], trail: list[int]) -> int:
    """The index of the first elements that differ, -1 where the shorter list is the beginning of the other.

    If those are lists of one length, *trail* gets the index of the first elements in them that differ, if
    those are lists, too, of the ones in there before it, and so on.
    """
    error_site = NOWHERE
    index = 0
    for x, y in zip(a, b, strict=False):
        if not _same_along(x, y, trail):
            return index
        index += 1  # noqa: SIM113 - `enumerate` makes a tuple for each
    return -1


def difference_inside(a: tuple[Lazy, ...], b: tuple[Lazy, ...], trail: list[int]) -> int:
    """`_difference` of two lists that are elements: what C++ Nix counts as a call, see `depth`."""
    return _difference(a, b, trail)


def _same_along(a: Lazy, b: Lazy, trail: list[int]) -> bool:
    """`same`; where lists differ that are equally long, *trail* gets the way to the difference."""
    left = a[1] if type(a) is list and a[0] is None else a
    right = b[1] if type(b) is list and b[0] is None else b
    if type(left) is not tuple or type(right) is not tuple or left is right or len(left) != len(right):
        return same(a, b)
    index = difference_inside(left, right, trail)
    if index < 0:
        return True
    trail.append(index)
    return False


def _less_than_mixed(a: Any, b: Any) -> bool:
    left, right = type(a), type(b)
    if (left is int and right is float) or (left is float and right is int):
        return float(a) < float(b)
    if _family(a) is not _family(b):
        raise EvalError(
            f"cannot compare {show_type(a)} with {show_type(b)}; values are {_short(a)} and {_short(b)}"
        )
    if _family(a) is str:
        return text_less_than(_text(a), _text(b))
    raise EvalError(
        f"cannot compare {show_type(a)} with {show_type(b)}; values of that type are incomparable "
        f"(values are {_short(a)} and {_short(b)})"
    )


def _text(value: Any) -> str:
    return value if type(value) is str else value.text


# ── arithmetic ──────────────────────────────────────────────────────────────────────────────────────────


def add_numbers(a: float, b: float, *, at_site: bool = False) -> float:
    """The sum of two forced numbers, a float if one of them is; EvalError on 64-bit overflow.

    *at_site* as in `NixError`: set for the operator `+`, unset for `builtins.add`.
    """
    result = a + b
    if type(result) is int and not INT_MIN <= result <= INT_MAX:
        raise EvalError(f"integer overflow in adding {a} + {b}", at_site=at_site)
    return result


def subtract_numbers(a: float, b: float) -> float:
    """The difference of two forced numbers, as `add_numbers`."""
    result = a - b
    if type(result) is int and not INT_MIN <= result <= INT_MAX:
        raise EvalError(f"integer overflow in subtracting {a} - {b}")
    return result


def multiply_numbers(a: float, b: float) -> float:
    """The product of two forced numbers, as `add_numbers`."""
    result = a * b
    if type(result) is int and not INT_MIN <= result <= INT_MAX:
        raise EvalError(f"integer overflow in multiplying {a} * {b}")
    return result


def divide_numbers(a: float, b: float) -> float:
    """The quotient of two forced numbers; that of integers is cut off towards zero."""
    if b == 0:
        raise EvalError("division by zero")
    if type(a) is int and type(b) is int:
        if (a < 0) is (b < 0):
            result = a // b
            if result > INT_MAX:
                raise EvalError(f"integer overflow in dividing {a} / {b}")
            return result
        return -(-a // b)
    return a / b
