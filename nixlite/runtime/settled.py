"""What two sets have in common, so that comparing them need not look at it."""

from __future__ import annotations

from nixlite.runtime.symbols import ACTIVE, SMALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.values import Lazy

MOST_SETTLED = 64
"""Pairs of sets that are remembered: each keeps its sets alive."""


def unsettled(a: dict[str, Lazy], b: dict[str, Lazy]) -> dict[str, None]:
    """The names of two sets with the same names at which they do not share an evaluated cell.

    All others are equal, and looking at them evaluates nothing. Nearly all are such where package sets ask
    whether one platform is another, which they do for each package: so two large sets without any are
    remembered, in `Symbols.settled`. (Sets never change, nor do cells that are evaluated.)
    """
    found: dict[str, None] = {}
    for name, x in a.items():
        if x is not b[name] or (type(x) is list and x[0] is not None):
            found[name] = None
    if not found and len(a) > SMALL:
        known = ACTIVE.symbols.settled
        if len(known) >= MOST_SETTLED:
            known.clear()
        known[id(a), id(b)] = (a, b)
    return found
