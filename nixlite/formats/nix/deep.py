"""Evaluation all the way down: `builtins.deepSeq` and `--strict`."""

from __future__ import annotations

from nixlite.errors import StackOverflow
from nixlite.runtime.depth import is_exact, nesting_limit
from nixlite.runtime.symbols import in_symbol_order
from nixlite.runtime.thunk import broken, force, peel, stops
from nixlite.spelling import attribute_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy


def force_deep(state: State, x: Lazy) -> None:
    """Evaluate *x* and everything in it (`builtins.deepSeq`, `--strict`); a cycle is visited once.

    Derivations are sets like any other here. Errors get the frames `while evaluating the attribute 'a'`
    and `while evaluating list element at index 1`.
    """
    force_inside(x, Walk(state), 0)


def force_deep_again(state: State, x: Lazy) -> None:
    """The same for programs that do it in a loop, with a value that grows: what was evaluated deeply before
    is not gone through again, nor asked how deep it is."""
    known: dict[int, Any] = state.caches.setdefault("deep", {})
    walk = Walk(state, known)
    force_inside(x, walk, 0)
    if walk.whole and len(walk.met) <= MOST:
        if len(known) + len(walk.met) > MOST:
            known.clear()
        known.update(zip(map(id, walk.met), walk.met, strict=True))


MOST = 20_000
"""Sets and lists of which it is known that they are evaluated deeply: so long they live."""


class Walk:
    """One evaluation of everything: what it has *seen*, and how deep it may go.

    *known*: sets and lists, by identity, in which all is evaluated; None: it is not of interest. `met`: those
    that are not among these; `whole`: whether all in them is a value now, and nothing to be asked again.
    `exact`: whether each call is counted, and so each text and number.
    """

    __slots__ = ("exact", "known", "limit", "met", "seen", "whole")

    def __init__(self, state: State, known: dict[int, Any] | None = None) -> None:
        self.limit = nesting_limit(state.settings.max_call_depth)
        self.exact = is_exact()
        self.seen: set[int] = set()
        self.known = known
        self.met: list[Any] = []
        self.whole = known is not None


def force_inside(x: Lazy, walk: Walk, depth: int) -> None:
    """Evaluate *x* and what is in it, at *depth*: what C++ Nix counts as a call, see `runtime.depth`."""
    error_forces_deeply = True  # noqa: F841 - read by `traces`
    if depth > walk.limit:
        raise StackOverflow
    x = peel(x)  # an alias stays one, so that printing can tell what is repeated
    if type(x) is list:
        if id(x) in walk.seen:
            return
        walk.seen.add(id(x))
        if x[0] is broken and stops(x):
            walk.whole = False
            return
    value: Any = force(x)
    kind = type(value)
    if walk.whole and type(x) is list and x[0] is not None:
        walk.whole = False
    if kind is dict or kind is tuple:
        if walk.known is not None:
            if id(value) in walk.known:
                return
            walk.met.append(value)
        if type(x) is not list:
            if id(value) in walk.seen:
                return
            walk.seen.add(id(value))
        if kind is dict:
            _force_attributes(value, walk, depth + 1)
        else:
            _force_items(value, walk, depth + 1)


def frame_of_attribute(names: dict[str, Any]) -> str:
    """The text of the frame around the evaluation of an attribute, from the locals of who does it."""
    return f"while evaluating the attribute '{attribute_name(names['name'])}'"


def _force_attributes(attrs: dict[str, Any], walk: Walk, depth: int) -> None:
    error_context = frame_of_attribute  # read out of the traceback by `traces`, like `error_position`
    for name in in_symbol_order(attrs if walk.exact or depth > walk.limit else unfinished(attrs)):
        item = attrs[name]
        kind = type(item)
        if kind is list or kind is dict or kind is tuple or walk.exact:
            error_position = item[2] if kind is list and len(item) > 2 else None
            force_inside(item, walk, depth)


def unfinished(attrs: dict[str, Any]) -> dict[str, Any]:
    """The attributes with something left to evaluate, perhaps: most are texts and numbers that are."""
    return {
        name: item
        for name, item in attrs.items()
        if (
            type(item) is dict
            or type(item) is tuple
            or (
                type(item) is list
                and (item[0] is not None or type(item[1]) is dict or type(item[1]) is tuple)
            )
        )
    }


def _force_items(items: tuple[Any, ...], walk: Walk, depth: int) -> None:
    for index, item in enumerate(items):
        kind = type(item)
        if kind is list or kind is dict or kind is tuple or walk.exact:
            error_context = f"while evaluating list element at index {index}"
            force_inside(item, walk, depth)
