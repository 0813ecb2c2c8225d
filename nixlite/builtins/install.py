"""Puts the builtins into a `State`: the set `builtins` and the names of the global scope.

What there is tells `index.py`; the module of a builtin is loaded when the builtin is first called.
"""

from __future__ import annotations

from nixlite.builtins.index import BUILTINS, CONSTANT, IMPURE
from nixlite.builtins.registry import PARTS, REGISTRY
from nixlite.runtime.thunk import from_start
from nixlite.runtime.values import FunctionType, PrimOp, linked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

    from nixlite.builtins.registry import Declaration
    from nixlite.runtime.overflow import Counted
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value

OPERATIONS = {"fold_generated": "folds", "fetch_entry": "lookup_entries"}
"""What may be called beside the builtins, by compiled code (as `o_…`) or the runtime, and where it is."""


def install(state: State) -> None:
    """Fill `state.builtins` and `state.globals` with what the settings allow.

    Experimental builtins need their feature; impure ones are absent in pure evaluation (Nix 2.34.8). A name
    that is no `top_level` one is a global with two underscores before it: `__add`.
    """
    builtins = state.builtins
    names = state.globals
    state.operation = operation
    absent = {IMPURE} if state.settings.pure_eval else set()
    known = {"", IMPURE, *state.settings.features} - absent

    def link(primop: PrimOp) -> None:
        row = declaration(primop.name)
        arguments = row.arguments
        primop.function = bind(row.function, state) if row.state else row.function
        primop.arguments = arguments
        primop.doc = (row.function.__doc__ or "").partition("\n\n")[0].strip().replace("\n    ", "\n")

    def constant(name: str) -> Value:
        value: Value = declaration(name).function(state)
        return value

    for name, (_, arity, top_level, condition) in BUILTINS.items():
        if condition in known:
            value = [from_start, (constant, name)] if arity == CONSTANT else unlinked(name, arity, link)
            builtins[name] = value
            names[name if top_level else f"__{name}"] = value
    builtins["builtins"] = names["builtins"] = builtins  # compiled code does not force it


def operation(name: str) -> Callable[..., Any]:
    """An operation that lies beside a builtin."""
    module = OPERATIONS[name]
    found: Callable[..., Any] = getattr(__import__(f"nixlite.builtins.{module}", fromlist=[name]), name)
    return found


def declaration(name: str) -> Declaration:
    """The declaration of a builtin, its module loaded if need be."""
    if name not in REGISTRY:
        __import__(f"nixlite.builtins.{BUILTINS[name][0]}")
    return REGISTRY[name]


def declarations() -> dict[str, Declaration]:
    """The declarations of all builtins by name; loads all their modules."""
    return {name: declaration(name) for name in BUILTINS}


def code_names() -> dict[CodeType, tuple[str, bool]]:
    """Tells `traces` which Python frames are builtins: name, and whether a trace shows the call.

    Those that are not loaded have no frames.
    """
    rows = list(REGISTRY.values())  # other threads load more of them
    names = {row.function.__code__: (row.name, row.trace) for row in rows if not row.is_constant}
    return names | {function.__code__: (name, True) for function, name in list(PARTS.items())}


def of_values() -> dict[CodeType, Counted]:
    """The functions of theirs that go through values and stand for calls, see `runtime.depth`."""
    from nixlite.formats.counted import counted_functions  # few evaluations are that deep

    return counted_functions()


def unlinked(name: str, arity: int, link: Callable[[PrimOp], None]) -> PrimOp:
    """A built-in function whose module is loaded by *link*, at the latest when it is called."""

    def first1(a: Lazy) -> Any:
        return linked(primop).function(a)

    def first2(a: Lazy, b: Lazy) -> Any:
        return linked(primop).function(a, b)

    def first3(a: Lazy, b: Lazy, c: Lazy) -> Any:
        return linked(primop).function(a, b, c)

    primop = PrimOp(name, (first1, first2, first3)[arity - 1], (), "")
    primop.arity = arity
    primop.link = link
    return primop


def bind(function: Any, state: State) -> FunctionType:
    """A function of a module with its last argument fixed: no frame and no C stack more for each call."""
    return FunctionType(function.__code__, function.__globals__, function.__name__, (state,))
