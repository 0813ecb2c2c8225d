"""Thunks: delayed computations, and forcing them.

A thunk is a Python list of two to four cells `[code, payload]`, `[code, payload, position]`,
`[code, payload, position, origin]`:

* not yet evaluated: *code* is a static function, *payload* the tuple of captured variables that it takes;
* evaluated: *code* is None, *payload* the value;
* under evaluation: *code* is `blackhole`, which raises when it is called again;
* failed: *code* is `failed`, which raises the error in *payload* again;
* evaluated, and what it depends on is noted (`noted`, only where notes are taken: see `noting`);
* *value there, but not yet asked for* (`UNASKED`): the value was cheap enough to compute at once, but Nix
  would have delayed it and prints it as `<CODE>` until it is forced.

*position*, `(file, line, column)`, is there for the attributes of set literals
(`builtins.unsafeGetAttrPos`). A fourth cell, *origin*, says that the thunk stands for a variable, which
C++ Nix would put there itself: the variable's own thunk or function, None where that is not known. Position
is None for elements of lists. See `operators.same`.

A bare list display is used because it is by far the cheapest mutable object that CPython can make (70 ns
against 190 ns for an instance with `__init__`), and a tuple of captured values costs half of a closure. No
Nix value is a Python list, so `type(x) is list` means thunk.
"""

from __future__ import annotations

import sys

from nixlite.errors import InfiniteRecursion, NixError
from nixlite.runtime.depth import go_deeper
from nixlite.runtime.values import MISSING, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.runtime.values import Lazy, Thunk, Value


def blackhole(payload: Any) -> Value:
    """The code of a thunk that is being evaluated: asking for it again can never end.

    C++ Nix notices that at once, except for calls that a builtin such as `map` has delayed: those run into
    the limit of call depth. So the code that is running is looked for, in the `force` further out. A shared
    lookup runs again as well: Nix has no thunk there, and comes upon the one of the attribute that is meant.
    """
    inner = sys._getframe(1)
    thunk, frame = inner.f_locals.get("x"), inner.f_back
    while frame is not None:
        names = frame.f_locals if frame.f_code is inner.f_code else {}
        if names.get("x") is thunk and names["code"] is not blackhole:
            if is_application(names["code"]) or is_lookup(names["code"]):
                return names["code"](payload)
            break
        frame = frame.f_back
    raise InfiniteRecursion


def is_application(code: Any) -> bool:
    """Whether a thunk's code is a delayed call: a compiled Nix function, or one that calls a builtin."""
    return getattr(code, "is_application", False) or code.__name__ in code.__globals__.get("LAMBDAS", ())


def is_lookup(code: Any) -> bool:
    """Whether a thunk's code is a shared lookup in `with` sets (see `compiler.variables`)."""
    return code.__name__[0] == "w" and "LAMBDAS" in code.__globals__


def failed(payload: NixError) -> Value:
    """The code of a thunk whose evaluation failed: fails in the same way, with the same trace."""
    raise payload.again()


def noted(payload: tuple[Value, int]) -> Value:
    """The code of a thunk that is evaluated, and of which it is noted what it depends on: see `noting`."""
    return payload[0]


def UNASKED(payload: Value) -> Value:  # noqa: N802 - a state, used like a constant
    """The code of a thunk whose value is there already but was not asked for yet."""
    if type(payload) is FunctionType:
        ask_for(payload)
    return payload


ASKED = "asked for"
"""What compiled functions, which have no documentation of Python's, have as such."""


def ask_for(function: Any) -> None:
    """Remember that a variable's function was asked for: all cells that stand for the variable print it now.

    (That it was only called is not remembered: it would cost every call.) It is written where Python has a
    place for it in each function: an attribute of ours would be a dictionary for each, 184 bytes.
    """
    function.__doc__ = ASKED


def peel_asked(x: Any) -> Lazy:
    """`peel`, then a function that was asked for in another cell of the same variable."""
    x = peel(x)
    if type(x) is list and len(x) == 4 and x[0] is UNASKED and x[3] is x[1] and x[1].__doc__ is ASKED:
        return x[1]
    return x


def force(x: Lazy) -> Value:
    """Evaluate to weak head normal form and return the value; remembers it in the thunk.

    An error is remembered too (as Nix does since 2.34); a thunk that was only interrupted is restored.
    """
    if type(x) is not list:
        return x  # type: ignore[return-value]  # what is no list is no thunk; mypy thinks of subclasses
    code = x[0]
    if code is None:
        return x[1]
    if code is UNASKED:  # each seventh or so: what it does, without a call
        x[0] = None
        value: Any = x[1]
        if type(value) is FunctionType:
            value.__doc__ = ASKED
        return value
    if code is force and (
        type(x[1]) is not list or x[1][0] is None
    ):  # a variable that is evaluated: the same
        x[0] = None
        if type(x[1]) is list:
            x[1] = x[1][1]
        return x[1]
    x[0] = blackhole
    try:
        value = code(x[1])
    except NixError as error:
        if code is not failed:
            x[1] = error
        x[0] = failed
        raise
    except RecursionError as error:
        x[0] = code
        trapped = error
    except BaseException:
        x[0] = code
        raise
    else:
        x[1] = value
        x[0] = None
        return value
    return go_deeper(force, x, trapped)


def broken(payload: tuple[Any, ...]) -> Value:
    """The code of a thunk for `break e`: evaluates *e*.

    *payload*: what the thunk for *e* captures, then its code and, if it has one, the constant that is part of
    its payload (None in `break (break x)`); for a variable only that. As C++ Nix hands *e* back unevaluated,
    who asks once has a thunk: see `stops`.
    """
    return force(handed_back(payload))


def handed_back(payload: tuple[Any, ...]) -> Lazy:
    """The thunk for the *e* of `break e`."""
    *captured, made = payload
    if made is None:
        return captured[0]
    code, *fixed = made
    if not fixed and len(captured) < 2:
        return [code, captured[0] if captured else None]
    return [code, (*captured, *fixed)]


def left(payload: Lazy) -> Value:
    """The code of a thunk that is another one's copy."""
    return force(payload)


def stops(x: Lazy) -> bool:
    """Whether who evaluates *x* once, deeply or to print it, comes no further: it is `break e` with a thunk.

    It then is that thunk, and evaluated when somebody asks again.
    """
    if type(x) is not list or x[0] is not broken:
        return False
    handed = peel(handed_back(x[1]))
    if is_evaluated(handed):
        return False
    x[0], x[1] = left, handed
    return True


def from_start(payload: tuple[Callable[[str], Value], str]) -> Value:
    """The code of a thunk for what Nix has from the start: computed when it is wanted, also for printing.

    *payload*: a function and its argument.
    """
    make, argument = payload
    return make(argument)


def peel(x: Lazy) -> Lazy:
    """What an alias (an attribute that is just a variable: a thunk whose code is `force`) stands for."""
    while type(x) is list and (x[0] is force or x[0] is from_start):
        x = x[1] if x[0] is force else force(x)
    return x


def is_evaluated(x: Lazy) -> bool:
    """Whether *x* is a value or a thunk that has one already."""
    return type(x) is not list or x[0] is None or x[0] is noted


def peek(x: Lazy) -> Any:
    """The value of *x* if it is there, MISSING where it would have to be evaluated."""
    x = peel(x)
    if type(x) is not list:
        return x
    return x[1] if x[0] is None or x[0] is UNASKED else MISSING


def attribute_position(x: Lazy) -> tuple[str, int, int] | None:
    """(file, line, column) where an attribute with the value *x* was defined; None when not known."""
    return x[2] if type(x) is list and len(x) > 2 else None


def delay(code: Callable[..., Value], *payload: Lazy) -> Thunk:
    """A thunk that will call `code(*payload)` (for builtins; compiled code writes the list itself)."""
    return [_spread, (code, payload)]


def _spread(payload: tuple[Callable[..., Value], tuple[Lazy, ...]]) -> Value:
    code, arguments = payload
    return code(*arguments)
