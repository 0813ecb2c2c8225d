"""Values as `nix-instantiate --eval` prints them, and evaluation all the way down.

C++ Nix calls this form "ambiguous": what is not evaluated is `<CODE>`, functions are `<LAMBDA>`, `<PRIMOP>`
and `<PRIMOP-APP>`, and nothing is evaluated by printing. The other form is in `show.py`.
"""

from __future__ import annotations

from nixlite.errors import StackOverflow
from nixlite.runtime.symbols import in_symbol_order
from nixlite.runtime.thunk import blackhole, broken, force, peel, peel_asked, stops
from nixlite.runtime.values import ContextString, FunctionType, NixPath, PrimOp, PrimOpApp
from nixlite.spelling import attribute_name, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy


DEEPEST = 10_000
"""Nesting at which printing gives up, Nix's default `max-call-depth`."""


def show_shallow(x: Lazy) -> str:
    """*x* as `nix-instantiate --eval` prints it, and `--eval --strict` after `force_deep`.

    Sets and non-empty lists that were shown before are `«repeated»`, whether or not they contain themselves.
    """
    out: list[str] = []
    _write_shallow(x, out, set(), 0)
    return "".join(out)


def _write_shallow(x: Lazy, out: list[str], seen: set[int], depth: int) -> None:
    if depth > DEEPEST:
        raise StackOverflow
    x = peel_asked(x)
    value: Any = x
    if type(x) is list:
        if x[0] is not None:
            out.append("«potential infinite recursion»" if x[0] is blackhole else "<CODE>")
            return
        value = x[1]
    kind = type(value)
    if kind is str:
        out.append(quote(value))
    elif kind is int:
        out.append(str(value))
    elif kind is dict:
        if value:
            if id(value) in seen:
                out.append("«repeated»")
                return
            seen.add(id(value))
        out.append("{ ")
        for name in sorted(value):
            out.append(f"{attribute_name(name)} = ")
            _write_shallow(value[name], out, seen, depth + 1)
            out.append("; ")
        out.append("}")
    elif kind is tuple:
        if value:
            if id(x) in seen:  # the cell, not the tuple: see show.py
                out.append("«repeated»")
                return
            if depth:  # Nix prints a copy of the outermost value
                seen.add(id(x))
        out.append("[ ")
        for item in value:
            _write_shallow(item, out, seen, depth + 1)
            out.append(" ")
        out.append("]")
    else:
        out.append(_shallow_atom(value))


def _shallow_atom(value: Any) -> str:
    kind = type(value)
    if kind is bool:
        return "true" if value else "false"
    if value is None:
        return "null"
    if kind is float:
        from nixlite.runtime.show import float_text  # loaded by the first error or float

        return float_text(value)
    if kind is ContextString:
        return quote(value.text)
    if kind is NixPath:
        return str(value.path)
    return _FUNCTIONS[kind]


_FUNCTIONS: dict[type, str] = {FunctionType: "<LAMBDA>", PrimOp: "<PRIMOP>", PrimOpApp: "<PRIMOP-APP>"}


def force_deep(state: State, x: Lazy) -> None:
    """Evaluate *x* and everything in it (`builtins.deepSeq`, `--strict`); a cycle is visited once.

    Derivations are sets like any other here. Errors get the frames `while evaluating the attribute 'a'`
    and `while evaluating list element at index 1`.
    """
    _force_deep(x, Walk(state), 0)


class Walk:
    """One evaluation of everything: what it has *seen*, and how deep it may go."""

    __slots__ = ("limit", "seen")

    def __init__(self, state: State) -> None:
        self.limit = state.settings.max_call_depth
        self.seen: set[int] = set()


def _force_deep(x: Lazy, walk: Walk, depth: int) -> None:
    error_forces_deeply = True  # noqa: F841 - read by `traces`
    if depth > walk.limit:
        raise StackOverflow
    x = peel(x)  # an alias stays one, so that printing can tell what is repeated
    if type(x) is list:
        if id(x) in walk.seen:
            return
        walk.seen.add(id(x))
        if x[0] is broken and stops(x):
            return
    value: Any = force(x)
    kind = type(value)
    if kind is dict or kind is tuple:
        if type(x) is not list:
            if id(value) in walk.seen:
                return
            walk.seen.add(id(value))
        if kind is dict:
            _force_attributes(value, walk, depth + 1)
        else:
            _force_items(value, walk, depth + 1)


def _force_attributes(attrs: dict[str, Any], walk: Walk, depth: int) -> None:
    for name in in_symbol_order(attrs):
        item = attrs[name]
        kind = type(item)
        if kind is list or kind is dict or kind is tuple:
            # Both are read out of the traceback by traces.
            error_position = item[2] if kind is list and len(item) > 2 else None
            error_context = f"while evaluating the attribute '{attribute_name(name)}'"
            _force_deep(item, walk, depth)


def _force_items(items: tuple[Any, ...], walk: Walk, depth: int) -> None:
    for index, item in enumerate(items):
        kind = type(item)
        if kind is list or kind is dict or kind is tuple:
            error_context = f"while evaluating list element at index {index}"
            _force_deep(item, walk, depth)
