"""Puts the builtins into a `State`: the set `builtins` and the names of the global scope."""

from __future__ import annotations

from nixlite.builtins import (  # noqa: F401 - importing a topic declares its builtins
    arithmetic,
    closure,
    constants,
    context,
    control,
    data,
    derivations,
    fetch_closure,
    fetchers,
    files,
    flakerefs,
    flakes,
    hashing,
    lists,
    regex,
    sets,
    sort,
    sources,
    strings,
    types,
    versions,
)
from nixlite.builtins.registry import REGISTRY
from nixlite.runtime.values import PrimOp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

    from nixlite.builtins.registry import Declaration
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy

CODE_NAMES: dict[CodeType, tuple[str, bool]] = {
    row.function.__code__: (row.name, row.trace) for row in REGISTRY.values() if not row.is_constant
}
"""Tells `trace.py` which Python frames are builtins: name, and whether a trace shows the call."""


def install(state: State) -> None:
    """Fill `state.builtins` and `state.globals` with what the settings allow.

    Experimental builtins need their feature; impure ones are absent in pure evaluation (Nix 2.34.8). A name
    that is no `top_level` one is a global with two underscores before it: `__add`.
    """
    settings = state.settings
    builtins = state.builtins
    names = state.globals
    for row in REGISTRY.values():
        if row.feature is not None and row.feature not in settings.features:
            continue
        if row.impure and settings.pure_eval:
            continue
        value = row.function(state) if row.is_constant else primop(state, row)
        builtins[row.name] = value
        names[row.name if row.top_level else f"__{row.name}"] = value


def primop(state: State, row: Declaration) -> Lazy:
    """The built-in function of a declaration, its first paragraph as documentation."""
    function = bind(row.function, state, len(row.arguments)) if row.state else row.function
    doc = (row.function.__doc__ or "").partition("\n\n")[0].strip().replace("\n    ", "\n")
    return PrimOp(row.name, function, row.arguments, doc, row.trace)


def bind(function: Callable[..., Any], state: State, arity: int) -> Callable[..., Any]:
    """*function* with its first argument fixed; plain closures, for `functools.partial` spends C stack."""
    if arity == 1:

        def bound1(a: Lazy) -> Any:
            return function(state, a)

        return bound1
    if arity == 2:

        def bound2(a: Lazy, b: Lazy) -> Any:
            return function(state, a, b)

        return bound2

    def bound3(a: Lazy, b: Lazy, c: Lazy) -> Any:
        return function(state, a, b, c)

    return bound3
