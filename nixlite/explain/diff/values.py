"""How two values differ: found lazily, as plain data, and shown.

Nothing is evaluated that need not be: what both sides share is the same without a look at it. Derivations are
sets like others, except that what they only repeat (their outputs, `all`, `drvAttrs`) is left out. Values may
contain themselves.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.colours import FAINT, GREEN, NORMAL, RED
from nixlite.errors import NixError
from nixlite.formats.nix.layout import LayoutOptions, show_layout
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import force, peel
from nixlite.runtime.values import ContextString, NixPath, PrimOp, PrimOpApp, lambda_info
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeGuard

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

REPEATING = frozenset(("all", "drvAttrs"))
"""Attributes of a derivation that say again what others say."""

Path = tuple[str | int, ...]


class Difference(NamedTuple):
    """One place in which two values differ.

    *path*: attribute names and list indices from the whole to the place. *kind*: ADDED (only *new* is there),
    REMOVED (only *old*) or CHANGED. Where evaluation failed, *old* or *new* is the NixError.
    """

    path: Path
    kind: str
    old: Lazy | NixError
    new: Lazy | NixError


def diff(old: Lazy, new: Lazy, state: State) -> list[Difference]:
    """All differences between two values, in the order of names and indices.

    Evaluates what it has to compare; an error in a part is a difference unless both sides fail alike.
    Functions are the same if they are written in the same place, whatever their variables mean.
    """
    comparison = _Comparison(state)
    comparison.compare(old, new, ())
    return comparison.found


class _Comparison:
    """One comparison; `seen` holds the pairs of sets and lists that were or are being compared."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.found: list[Difference] = []
        self.seen: dict[tuple[int, int], object] = {}

    def compare(self, old: Lazy, new: Lazy, path: Path) -> None:
        """Add the differences of two lazies."""
        old, new = peel(old), peel(new)
        if old is new or (type(old) is list and type(new) is list and _same_computation(old, new)):
            return
        a, b = _outcome(old), _outcome(new)
        if isinstance(a, NixError) or isinstance(b, NixError):
            alike = isinstance(a, NixError) and isinstance(b, NixError) and a.message == b.message
            if not alike:
                self.found.append(Difference(path, CHANGED, a, b))
            return
        kind = type(a)
        if kind is type(b) and (kind is dict or kind is tuple):
            if a is b or (id(a), id(b)) in self.seen:
                return
            self.seen[id(a), id(b)] = (a, b)  # kept, so that their identities stay theirs
            if kind is dict:
                self.compare_sets(a, b, path)
            else:
                self.compare_lists(a, b, path)
        elif not _same_atom(a, b):
            self.found.append(Difference(path, CHANGED, a, b))

    def compare_sets(self, old: dict[str, Lazy], new: dict[str, Lazy], path: Path) -> None:
        """Attribute by attribute."""
        left_out = _repetitions(old) & _repetitions(new)
        for name in sorted({**old, **new}):
            if name in left_out:
                continue
            here = (*path, name)
            if name not in new:
                self.found.append(Difference(here, REMOVED, old[name], None))
            elif name not in old:
                self.found.append(Difference(here, ADDED, None, new[name]))
            else:
                self.compare(old[name], new[name], here)

    def compare_lists(self, old: tuple[Lazy, ...], new: tuple[Lazy, ...], path: Path) -> None:
        """Element by element, after what is equal at both ends of lists of different lengths.

        The indices in paths are those of the new list, of the old one for what was removed.
        """
        start, end = 0, 0
        shorter = min(len(old), len(new))
        if len(old) != len(new):
            while start < shorter and self.equal(old[start], new[start]):
                start += 1
            while end < shorter - start and self.equal(old[-1 - end], new[-1 - end]):
                end += 1
        middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
        for index, (a, b) in enumerate(zip(middle_old, middle_new, strict=False), start):
            self.compare(a, b, (*path, index))
        both = start + min(len(middle_old), len(middle_new))
        for index in range(both, start + len(middle_old)):
            self.found.append(Difference((*path, index), REMOVED, old[index], None))
        for index in range(both, start + len(middle_new)):
            self.found.append(Difference((*path, index), ADDED, None, new[index]))

    def equal(self, old: Lazy, new: Lazy) -> bool:
        """Whether there are no differences."""
        return not diff(old, new, self.state)


def _outcome(x: Lazy) -> Any:
    """The value, or the error that comes instead."""
    try:
        return force(x)
    except NixError as error:
        return error


def _same_computation(old: list[Any], new: list[Any]) -> bool:
    """Whether two thunks that are not evaluated would do the same with the same variables."""
    if old[0] is None or old[0] is not new[0]:
        return False
    a, b = old[1], new[1]
    if type(a) is tuple and type(b) is tuple:
        return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))
    return a is b


def _repetitions(attrs: dict[str, Lazy]) -> frozenset[str]:
    """The attributes of a derivation that are not worth comparing: none for other sets."""
    try:
        if not is_derivation(attrs):
            return frozenset()
        outputs = force(attrs.get("outputs", ()))
        names = [force(name) for name in outputs] if type(outputs) is tuple else []
    except NixError:
        return REPEATING
    return REPEATING | {name for name in names if type(name) is str} | {"out"}


def _same_atom(a: Any, b: Any) -> bool:
    """Whether two values, not both sets and not both lists, are the same."""
    if type(a) is FunctionType and type(b) is FunctionType:
        return a is b or lambda_info(a).position == lambda_info(b).position
    if type(a) is PrimOpApp and type(b) is PrimOpApp:
        return a.primop is b.primop and all(
            peel(x) is peel(y) for x, y in zip(a.arguments, b.arguments, strict=False)
        )
    if type(a) in (str, ContextString) and type(b) in (str, ContextString):
        return _text(a) == _text(b)
    if type(a) is not type(b):
        return False
    if type(a) is NixPath:
        return bool(a.path == b.path)
    if type(a) in (PrimOp, dict, tuple):
        return a is b
    return bool(a == b)


def _text(value: str | ContextString) -> str:
    return value if isinstance(value, str) else value.text


# -- showing


def show_path(path: Iterable[str | int]) -> str:
    """`a."b c"[0]`; a lone dot is the whole."""
    text = "".join(
        f"[{step}]" if isinstance(step, int) else f".{attribute_name(step)}" for step in path
    ).removeprefix(".")
    return text or "."


def render_diff(differences: list[Difference], state: State, *, width: int = 80, colour: bool = False) -> str:
    """The differences as text, each on a line where that fits; evaluates what it shows, not deeply."""
    lines = []
    for difference in differences:
        lines += _render(difference, state, width, colour)
    return "\n".join(lines)


def _render(difference: Difference, state: State, width: int, colour: bool) -> list[str]:
    path, kind, old, new = difference
    name = show_path(path)
    if kind == ADDED:
        return _block("+", name, _show(new, state, width), GREEN if colour else "")
    if kind == REMOVED:
        return _block("-", name, _show(old, state, width), RED if colour else "")
    if _is_text(old) and _is_text(new) and ("\n" in _text(old) or "\n" in _text(new)):
        return [f"~ {name}:", *_line_diff(_text(old), _text(new), colour)]
    a, b = _show(old, state, width), _show(new, state, width)
    if "\n" not in a + b and len(name) + len(a) + len(b) + 7 <= width:
        return [f"~ {name}: {_paint(a, RED if colour else '')} → {_paint(b, GREEN if colour else '')}"]
    return [
        f"~ {name}:",
        *(_paint(f"  - {line}" if not n else f"    {line}", RED if colour else "") for n, line in _lines(a)),
        *(
            _paint(f"  + {line}" if not n else f"    {line}", GREEN if colour else "")
            for n, line in _lines(b)
        ),
    ]


def _lines(text: str) -> Iterable[tuple[int, str]]:
    return enumerate(text.split("\n"))


def _block(mark: str, name: str, text: str, colour: str) -> list[str]:
    """`+ name = value`, the value's further lines indented."""
    first, *others = text.split("\n")
    return [_paint(line, colour) for line in (f"{mark} {name} = {first}", *(f"  {line}" for line in others))]


def _paint(text: str, colour: str) -> str:
    return f"{colour}{text}{NORMAL}" if colour else text


def _is_text(x: Any) -> TypeGuard[str | ContextString]:
    return type(x) in (str, ContextString)


def _show(x: Any, state: State, width: int) -> str:
    if isinstance(x, NixError):
        return f"«error: {x.message.split(chr(10), 1)[0]}»"
    try:
        options = LayoutOptions(width=max(20, width - 8), max_depth=2, max_items=8, max_attributes=8)
        options.lambdas, options.lines = "long", False
        return show_layout(state, x, options)
    except NixError as error:
        return f"«error: {error.message.split(chr(10), 1)[0]}»"


def _line_diff(old: str, new: str, colour: bool) -> list[str]:
    """The lines of two texts that differ, with one line around them."""
    from difflib import unified_diff

    colours = {"+": GREEN, "-": RED, "@": FAINT}
    lines = list(unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=1))[2:]
    return [_paint(f"  {line}", colours.get(line[:1], "") if colour else "") for line in lines]
