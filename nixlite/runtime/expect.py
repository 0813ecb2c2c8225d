"""Forcing a value and insisting on its type, as C++ Nix's `forceInt` and its like do.

`error_context` is the text of the trace frame (`while evaluating the first argument passed to
'builtins.head'`) for anything that goes wrong inside, whether the value cannot be evaluated or has the
wrong type. Nothing is done with it while things go well: `traces` reads the local variable of that name
out of Python's traceback. **The name is a contract**: a function of `runtime/` or `builtins/` with a local
`error_context` that is a non-empty string adds that frame to every error that passes through it. Where
making the text would take time, it is a function that makes it of the locals, or it and its place.
The type errors have no position of their own, as in Nix, where builtins pass `noPos`.
"""

from __future__ import annotations

from nixlite.errors import NixTypeError
from nixlite.runtime.thunk import force
from nixlite.runtime.values import ContextString, FunctionType, PrimOp, PrimOpApp, show_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.values import Lazy, Value


def wrong_type(expected: str, value: Value, held: Lazy = None, *, at_site: bool = False) -> NixTypeError:
    """`expected a list but found a string: "a"`; *expected* has its article. *held*: the thunk of the value,
    where that is what C++ Nix looks at, and not a copy: in a list that contains itself one sees it."""
    from nixlite.runtime.messages import show_short  # only on the way to an error

    shown = show_short(value) if held is None else show_short(held, copied=False)
    return NixTypeError(f"expected {expected} but found {show_type(value)}: {shown}", at_site=at_site)


def force_int(x: Lazy, error_context: str) -> int:
    """The integer that *x* evaluates to."""
    value: Any = x if type(x) is not list else x[1] if x[0] is None else force(x)
    if type(value) is not int:
        raise wrong_type("an integer", value, x)
    return value


def force_float(x: Lazy, error_context: str) -> float:
    """The number that *x* evaluates to, integers converted."""
    value: Any = x if type(x) is not list else x[1] if x[0] is None else force(x)
    if type(value) is int:
        return float(value)
    if type(value) is not float:
        raise wrong_type("a float", value, x)
    return value


def force_bool(x: Lazy, error_context: str) -> bool:
    """The Boolean that *x* evaluates to."""
    value: Any = x if type(x) is not list else x[1] if x[0] is None else force(x)
    if type(value) is not bool:
        raise wrong_type("a Boolean", value, x)
    return value


def force_list(x: Lazy, context: str) -> tuple[Lazy, ...]:
    """The list that *x* evaluates to; elements stay unforced. *context* is only for a wrong type."""
    value: Any = x if type(x) is not list else x[1] if x[0] is None else force(x)
    if type(value) is not tuple:
        error_context = context
        raise wrong_type("a list", value, x)
    return value


def force_attrs(x: Lazy, context: str) -> dict[str, Lazy]:
    """The attribute set that *x* evaluates to; attributes stay unforced. *context*: only for a wrong type."""
    value: Any = x if type(x) is not list else x[1] if x[0] is None else force(x)
    if type(value) is not dict:
        error_context = context
        raise wrong_type("a set", value, x)
    return value


def force_function(x: Lazy, error_context: str) -> Value:
    """The function (or functor) that *x* evaluates to."""
    value: Any = x if type(x) is not list else x[1] if x[0] is None else force(x)
    if type(value) is FunctionType:
        return value
    kind = type(value)
    if kind is PrimOp or kind is PrimOpApp:
        return value  # type: ignore[no-any-return]  # a function
    if type(value) is dict and "__functor" in value:
        return value
    raise wrong_type("a function", value, x)


def force_string(x: Lazy, error_context: str) -> str:
    """The text of the string that *x* evaluates to; its context is dropped."""
    value: Any = x if type(x) is not list else x[1] if x[0] is None else force(x)
    if type(value) is str:
        return value
    if type(value) is ContextString:
        return value.text
    raise wrong_type("a string", value, x)


def force_string_with_context(x: Lazy, error_context: str) -> tuple[str, frozenset[str]]:
    """Text and context of the string that *x* evaluates to."""
    value: Any = x if type(x) is not list else x[1] if x[0] is None else force(x)
    if type(value) is str:
        return value, NO_CONTEXT
    if type(value) is ContextString:
        return value.text, value.context
    raise wrong_type("a string", value, x)


def force_string_no_context(x: Lazy, error_context: str) -> str:
    """The text of the string that *x* evaluates to; a context is an error (names, regular expressions…)."""
    value: Any = x if type(x) is not list else x[1] if x[0] is None else force(x)
    if type(value) is str:
        return value
    if type(value) is ContextString:
        raise has_context(value)
    raise wrong_type("a string", value, x)


def get_attr(attrs: dict[str, Lazy], name: str, error_context: str) -> Lazy:
    """The attribute *name*, unforced, that a builtin wants in a set (no position, no suggestion)."""
    if name in attrs:
        return attrs[name]
    from nixlite.spelling import attribute_name  # only on the way to an error

    raise NixTypeError(f"attribute '{attribute_name(name)}' missing")


def has_context(value: ContextString) -> NixTypeError:
    """`the string 'x' is not allowed to refer to a store path (such as '…')`, as Nix 2.34.8 words it."""
    from nixlite.runtime.string_context import context_order, parse_element  # only on the way to an error

    shown = parse_element(min(value.context, key=context_order)).shown
    return NixTypeError(
        f"the string '{value.text}' is not allowed to refer to a store path (such as '{shown}')"
    )


NO_CONTEXT: frozenset[str] = frozenset()
