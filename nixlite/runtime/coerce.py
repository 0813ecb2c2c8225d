"""Coercion of values to strings, paths and store paths.

What `"${x}"`, `toString`, `builtins.readFile` and the attributes of a derivation share. A trace frame with
the caller's text is due only where C++ Nix gives it: for the value that is of no use here, not for errors
that pass through while it is evaluated. So the parameter `error_context`, which would be a frame for
everything (see `expect.py`), is put aside at once and taken up again just before raising.
"""

from __future__ import annotations

from nixlite.errors import EvalError, NixTypeError
from nixlite.limits.growth import grow_by_joining, is_limited
from nixlite.runtime.call import call
from nixlite.runtime.expect import NO_CONTEXT
from nixlite.runtime.thunk import force
from nixlite.runtime.values import ContextString, NixPath, show_type
from nixlite.spelling import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value

Place = tuple[str, int, int] | None
"""File, 1-based line, 1-based byte column of the frame that `error_context` gives."""


def coerce_to_string(
    state: State,
    x: Lazy,
    error_context: str,
    *,
    coerce_more: bool = False,
    copy_to_store: bool = True,
    error_position: Place = None,
) -> tuple[str, frozenset[str]]:
    """The text of *x* and its string context; forces *x* and, in sets, `__toString` or `outPath`.

    With *copy_to_store* a path becomes the store path that it is copied to. *coerce_more* accepts what
    `toString` does: numbers, Booleans, null and lists. Raises NixTypeError for all else.
    Manual: String interpolation, "Interpolated expression"; Built-ins, `toString`.
    """
    if type(x) is str:
        return x, NO_CONTEXT
    blamed, error_context, error_site = error_context, "", error_position
    value: Any = x if type(x) is not list else x[1] if x[0] is None else force(x)
    kind = type(value)
    if kind is str:
        return value, NO_CONTEXT
    if kind is ContextString:
        return value.text, value.context
    if kind is NixPath:
        return _path_text(state, value.path, copy_to_store)
    if kind is dict:
        if "__toString" in value:
            return coerce_to_string(
                state,
                call(value["__toString"], value),
                "while evaluating the result of the `__toString` attribute",
                coerce_more=coerce_more,
                copy_to_store=copy_to_store,
                error_position=error_position,
            )
        if "outPath" in value:
            return coerce_to_string(
                state,
                value["outPath"],
                blamed,
                coerce_more=coerce_more,
                copy_to_store=copy_to_store,
                error_position=error_position,
            )
    elif coerce_more:
        if kind is tuple:
            # Every error inside a list passes under the caller's text as well.
            error_context = blamed
            found: set[str] = set()
            return list_text(state, value, found, copy_to_store, error_position), frozenset(found)
        if (text := _atom_text(value)) is not None:
            return text, NO_CONTEXT
    error_context = blamed
    raise not_coercible(value)


def not_coercible(value: Value) -> NixTypeError:
    """`cannot coerce a set to a string: { a = «thunk»; }`."""
    from nixlite.runtime.messages import show_short  # only on the way to an error

    return NixTypeError(f"cannot coerce {show_type(value)} to a string: {show_short(value)}")


def _path_text(state: State, path: str, copy_to_store: bool) -> tuple[str, frozenset[str]]:
    if not copy_to_store:
        return path, NO_CONTEXT
    if path.endswith(".drv"):
        raise EvalError("file names are not allowed to end in '.drv'")
    store_path: str = state.store.copy_path(state, path)
    return store_path, frozenset((store_path,))


def _atom_text(value: Value) -> str | None:
    """`toString` of null, a Boolean or a number; None for anything else."""
    kind = type(value)
    if kind is int:
        return str(value)
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if type(value) is float:
        return float_to_string(value)
    return None


def float_to_string(number: float) -> str:
    """A float with six decimals, as C's `%f`; the sign of a NaN is shown."""
    if number != number:
        from math import copysign  # almost never needed

        return "-nan" if copysign(1.0, number) < 0 else "nan"
    return f"{number:f}"


def list_text(
    state: State,
    items: tuple[Lazy, ...],
    contexts: set[str],
    copy_to_store: bool = True,
    error_position: Place = None,
) -> str:
    """The elements' texts with blanks between them; an empty list as an element leaves no blank.

    Their context is added to *contexts*.
    """
    texts: Any = items
    if items and type(items[0]) is str and not is_limited():
        try:
            return " ".join(texts)  # mostly there are no others
        except TypeError:
            pass
    pieces: list[str] = []
    empty: list[int] = []
    value: Any
    for item in items:
        value = item[1] if type(item) is list and item[0] is None else item
        if type(value) is dict and "outPath" in value and "__toString" not in value:
            value = value["outPath"]  # a package; whatever is there already needs no call
            if type(value) is list and value[0] is None:
                value = value[1]
        if type(value) is str:
            pieces.append(value)
        elif type(value) is ContextString:
            pieces.append(value.text)
            contexts |= value.context
        else:
            text, context = coerce_to_string(
                state,
                value,
                "while evaluating one element of the list",
                coerce_more=True,
                copy_to_store=copy_to_store,
                error_position=error_position,
            )
            if not text and force(item) == ():
                empty.append(len(pieces))
            pieces.append(text)
            contexts |= context
    for at in reversed(empty):
        if at < len(items) - 1:
            del pieces[at]
    grow_by_joining(" ", pieces)
    return " ".join(pieces)  # what lies between two blanks is as it was: no `normalise_text`


def coerce_list(state: State, items: tuple[Lazy, ...], contexts: set[str]) -> str:
    """`coerce_to_string` of a list, with all that this accepts; counts as a call, as that does."""
    return list_text(state, items, contexts)


def coerce_to_path(
    state: State, x: Lazy, error_context: str, *, error_position: Place = None
) -> tuple[str, frozenset[str]]:
    """The absolute, normalised path that *x* means, and the string context it comes with.

    Paths are taken as they are, not copied to the store; strings must be absolute.
    """
    error_site = error_position
    value = force(x)  # here the frame is due for any error
    blamed, error_context = error_context, ""
    if type(value) is NixPath:
        return value.path, NO_CONTEXT
    if type(value) is dict and "__toString" in value:
        result = call(value["__toString"], value)
        return coerce_to_path(state, result, blamed, error_position=error_position)
    text, context = coerce_to_string(state, value, blamed, copy_to_store=False, error_position=error_position)
    if not text.startswith("/"):
        error_context = blamed
        raise EvalError(f"string '{text}' doesn't represent an absolute path")
    return normalise(text), context


def coerce_to_store_path(
    state: State, x: Lazy, error_context: str, *, error_position: Place = None
) -> tuple[str, frozenset[str]]:
    """The store path (`/nix/store/hash-name`, nothing below it) that *x* means, and its context."""
    blamed, error_context = error_context, ""
    text, context = coerce_to_string(state, x, blamed, copy_to_store=False, error_position=error_position)
    if not state.store.is_store_path(text):
        error_context = blamed
        raise EvalError(f"path '{text}' is not in the Nix store")
    return text, context
