"""The names that compiled code may use: the contract between compiler and runtime.

The dictionary that all compiled units of an evaluator start from has the operations below. `LateNames` adds
what a unit turns out to use: the operations in `LATE`; for a builtin `x`, `p_x` (its Python function, called
with all arguments) and `b_x` (the value `builtins.x`); for a name `x` of the global scope, `g_x`.
"""

from __future__ import annotations

import sys

from nixlite.errors import AssertionFailed, NixTypeError
from nixlite.limits.growth import MANY, grow
from nixlite.opaque import TEXTS
from nixlite.runtime import select
from nixlite.runtime.call import call, call2, call3, call_many, curry
from nixlite.runtime.depth import within_calls
from nixlite.runtime.expect import wrong_type
from nixlite.runtime.thunk import UNASKED, broken, force
from nixlite.runtime.values import HERE, MISSING, ContextString, FunctionType, NixPath, linked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value
    from nixlite.source import Source

    Names = dict[str, Any]
else:
    Names = dict

Formals = tuple[tuple[str, bool], ...]
"""A function's formals: (name, has a default)."""


def update(right: dict[str, Lazy], left: dict[str, Lazy]) -> dict[str, Lazy]:
    """`left // right`."""
    if not right:
        return left
    if not left:
        return right
    return {**left, **right}


def update_all(sets: tuple[dict[str, Lazy], ...]) -> dict[str, Lazy]:
    """`… // c // b // a` for *sets* a, b, c, …: as `update` on each in turn, but they are copied once."""
    filled = [attrs for attrs in sets if attrs]
    if len(filled) < 2:
        return filled[0] if filled else sets[-1]
    result = filled.pop().copy()
    while filled:
        result.update(filled.pop())
    return result


def concat(left: Value, right: Value) -> tuple[Lazy, ...]:
    """`left ++ right`, where one of them is no list."""
    error_context, error_position = "while evaluating one of the elements to concatenate", HERE
    if type(left) is not tuple:
        raise wrong_type("a list", left)
    if type(right) is not tuple:
        raise wrong_type("a list", right)
    if len(left) + len(right) > MANY:
        grow(8 * (len(left) + len(right)))
    return left + right


def concat_all(values: tuple[Value, ...], places: tuple[tuple[str, int, int], ...]) -> tuple[Lazy, ...]:
    """`a ++ b ++ c ++ …`; *places*: where the operators are. The last two operands are looked at first."""
    error_context = "while evaluating one of the elements to concatenate"
    last = len(values) - 1
    for index in (last - 1, last, *range(last - 2, -1, -1)):
        if type(values[index]) is not tuple:
            error_position = places[min(index, last - 1)]
            raise wrong_type("a list", values[index])
    grow(8 * sum(map(len, values)))  # type: ignore[arg-type]  # lists, all of them
    joined: list[Lazy] = []
    value: Any  # lists, all of them
    for value in values:
        joined += value
    return tuple(joined)


def metered_operations(tick: Callable[[], None]) -> dict[str, Any]:
    """What stands for operations in code that is compiled for a budget; *tick* is called at each start."""
    from nixlite.runtime.text import join

    def metered_join(parts: tuple[str | ContextString, ...]) -> str | ContextString:
        grow(sum([len(part if isinstance(part, str) else part.text) for part in parts]))
        return join(parts)

    return {"tick": tick, "join": metered_join}


def not_a_boolean(value: Value) -> bool:
    """Refuse a condition that is no Boolean."""
    raise wrong_type("a Boolean", value, at_site=True)


def not_a_set(value: Value) -> dict[str, Lazy]:
    """Refuse an operand of `//` that is no set."""
    raise wrong_type("a set", value)


def assertion_failed(condition: str) -> None:
    """A failed `assert`; *condition* as `--parse` prints it."""
    raise AssertionFailed(f"assertion '{condition}' failed", at_site=True)


def long_assertion_failed(state: State) -> Callable[[Source, int, int], None]:
    """`assertion_failed` for a condition whose text is not in the code, but from where to where it is."""

    def fail(source: Source, start: int, end: int) -> None:
        condition = state.canonical_text(source, start, end)
        raise AssertionFailed(f"assertion '{condition}' failed", at_site=True)

    return fail


def argument_set(value: Value) -> None:
    """Refuse an argument that is no set, of a function with formals."""
    raise wrong_type("a set", value)


def function_name() -> str:
    """How messages about arguments name the function that called our caller."""
    frame = sys._getframe(2)
    name: str | None = frame.f_globals["LAMBDAS"][frame.f_code.co_name][0]
    return "anonymous lambda" if name is None else name


def missing_argument(attrs: dict[str, Lazy], formals: Formals) -> None:
    """The error for the first formal without default that *attrs* lacks."""
    from nixlite.runtime.symbols import ordered

    missing = ordered([name for name, optional in formals if not optional and name not in attrs])[0]
    message = f"function '{function_name()}' called without required argument '{missing}'"
    raise NixTypeError(message, at_site=True) from None


def unexpected_argument(attrs: dict[str, Lazy], formals: Formals) -> None:
    """The error for the first attribute that is no formal."""
    from nixlite.errors import did_you_mean
    from nixlite.runtime.symbols import ordered
    from nixlite.spelling import attribute_name

    names = [name for name, _ in formals]
    unexpected = ordered([name for name in attrs if name not in names])[0]
    message = f"function '{function_name()}' called with unexpected argument '{attribute_name(unexpected)}'"
    raise NixTypeError(message, at_site=True, hint=did_you_mean(unexpected, names))


OPERATIONS: dict[str, Any] = {
    "type": type, "list": list, "dict": dict, "int": int, "str": str, "bool": bool, "tuple": tuple,
    "float": float,
    "len": len,
    "KeyError": KeyError, "function": FunctionType, "NixPath": NixPath,
    "ContextString": ContextString, "MISSING": MISSING,
    "UNASKED": UNASKED, "force": force, "call": call, "call2": call2, "call3": call3,
    "call_many": call_many, "curry": curry, "within_calls": within_calls,
    "select": select.select, "select_path": select.select_path, "selection": select.selection,
    "find": select.find, "find_one": select.find_one, "find_named": select.find_named, "TEXTS": TEXTS,
    "path_selection": select.path_selection, "lookup_selection": select.lookup_selection,
    "lookup_one": select.lookup_one, "lookup_two": select.lookup_two,
    "select_computed": select.select_computed, "find_computed": select.find_computed,
    "default_of": select.default_of, "has_path": select.has_path, "has_attribute": select.has_attribute,
    "attribute_name": select.attribute_name, "dynamic_name": select.dynamic_name,
    "add_attribute": select.add_attribute, "add_function": select.add_function,
    "with_value": select.with_value, "with_chain": select.with_chain, "with_nearest": select.with_nearest,
    "with_one": select.with_one, "with_two": select.with_two,
    "apply_overrides": select.apply_overrides, "refill": select.refill, "position_set": select.position_set,
    "update": update, "update_all": update_all, "concat": concat, "concat_all": concat_all,
    "not_a_boolean": not_a_boolean, "not_a_set": not_a_set, "assertion_failed": assertion_failed,
    "argument_set": argument_set, "missing_argument": missing_argument,
    "unexpected_argument": unexpected_argument, "broken": broken,
}  # fmt: skip


LATE = frozenset(
    (
        "append_path", "assert_equal", "equal", "join", "long_assertion_failed", "plus", "summand",
        "to_path_segment", "to_string",
    ),
)  # fmt: skip
"""Operations whose modules are loaded when a program first comes to one of them."""


def late_operations(state: State) -> dict[str, Any]:
    """The operations that `LATE` names."""
    from nixlite.runtime.operators import assert_equal, equal
    from nixlite.runtime.text import append_path, join, string_operations

    names = {"append_path": append_path, "assert_equal": assert_equal, "equal": equal, "join": join}
    names["long_assertion_failed"] = long_assertion_failed(state)
    return {**names, **string_operations(state)}


def globals_for(state: State) -> dict[str, Any]:
    """All operations of one evaluator."""
    return {**OPERATIONS, **late_operations(state)}


def unit_globals(state: State, base: dict[str, Any]) -> dict[str, Any]:
    """The dictionary of a new unit; *base* is what all units start from."""
    names = base.copy()
    names["__builtins__"] = LateNames(state, base, names)
    return names


class LateNames(Names):
    """What stands as `__builtins__` in a unit's dictionary *names*: it is asked for names that are not there.

    It puts them there, so each is asked for once. A program uses few builtins, and the module of a builtin
    is loaded when a program first comes to it. *names* may begin empty: what *base* has is found too.
    """

    __slots__ = ("base", "names", "state")

    def __init__(self, state: State, base: dict[str, Any], names: dict[str, Any]) -> None:
        super().__init__()
        self.state = state
        self.base = base
        self.names = names

    def __missing__(self, name: str) -> Any:
        kind, key = name[:2], name[2:]
        value: Any
        if name in LATE and name not in self.base:
            self.base.update(late_operations(self.state))  # units made from now on have them
        if name in self.base:
            value = self.base[name]
        elif kind == "g_":
            value = self.state.globals[key]
        elif kind == "o_":
            value = self.state.operation(key)
        else:
            value = self.state.builtins[key]
            if kind == "p_":
                value = linked(value).function
        self.names[name] = value
        return value
