"""Values as `nix-instantiate --eval` prints them.

C++ Nix calls this form "ambiguous": what is not evaluated is `<CODE>`, functions are `<LAMBDA>`, `<PRIMOP>`
and `<PRIMOP-APP>`, and nothing is evaluated by printing. The other form is in `evaluated.py`.
"""

from __future__ import annotations

from nixlite.errors import StackOverflow
from nixlite.limits.growth import pieces
from nixlite.runtime.depth import DEEPEST
from nixlite.runtime.thunk import blackhole, peel_asked
from nixlite.runtime.values import ContextString, FunctionType, NixPath, PrimOp, PrimOpApp
from nixlite.spelling import attribute_name, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.values import Lazy


def show_shallow(x: Lazy) -> str:
    """*x* as `nix-instantiate --eval` prints it, and `--eval --strict` after `force_deep`.

    Sets and non-empty lists that were shown before are `«repeated»`, whether or not they contain themselves.
    """
    out = pieces()
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
            if id(x) in seen:  # the cell, not the tuple: see `messages.py`
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
        from nixlite.runtime.messages import short_float  # loaded by the first error or float

        return short_float(value)
    if kind is ContextString:
        return quote(value.text)
    if kind is NixPath:
        return str(value.path)
    return _FUNCTIONS[kind]


_FUNCTIONS: dict[type, str] = {FunctionType: "<LAMBDA>", PrimOp: "<PRIMOP>", PrimOpApp: "<PRIMOP-APP>"}
