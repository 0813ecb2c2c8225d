"""One target for each group of overrides that have to do with one another.

A package has one target: all that was given, written where the package is. In a shell or environment are
packages that were overridden each for itself; were all written into the set at once, what one of them gives
would be an input of the others as well, and they would seem to be behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.stale.facts import value_of
from nixlite.explain.stale.reach import chains
from nixlite.explain.stale.target import target
from nixlite.explain.stale.wrappers import is_wrapper

if TYPE_CHECKING:
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.givens import Given, Layer
    from nixlite.explain.stale.record import Runs
    from nixlite.explain.stale.target import Origin, Target


class Goals(NamedTuple):
    """The targets, each with the layers that it is for."""

    parts: list[tuple[list[Layer], Target]]

    def of(self, layer: Layer) -> Target:
        """The target of a layer."""
        return next(part for layers, part in self.parts if any(item is layer for item in layers))

    def origin(self, given: Given) -> Origin | None:
        """The origin of a given value."""
        found = (part.origin(given) for _, part in self.parts)
        return next((item for item in found if item is not None), None)


def goals(runs: Runs, layers: list[Layer]) -> Goals:
    """The targets of what is asked about."""
    groups = [layers]
    if len(layers) > 1 and is_wrapper(runs.first.found, runs.first.value):
        groups = grouped(runs.first.found, layers)
    return Goals([(group, target(runs, group)) for group in groups])


def grouped(found: Examination, layers: list[Layer]) -> list[list[Layer]]:
    """The layers by what they have to do with one another: one changes what another made, or gives it."""
    groups: list[list[Layer]] = []
    for chain in chains(layers):
        mine = [*chain]
        for group in [group for group in groups if related(found, group, chain)]:
            groups.remove(group)
            mine += [item for item in group if not any(item is other for other in mine)]
        groups.append(mine)
    return [[item for item in layers if any(item is other for other in group)] for group in groups]


def related(found: Examination, first: list[Layer], second: list[Layer]) -> bool:
    """Whether layers have one in common, or give what a layer of the others made."""
    if any(item is other for item in first for other in second):
        return True
    return gives(found, first, second) or gives(found, second, first)


def gives(found: Examination, layers: list[Layer], others: list[Layer]) -> bool:
    """Whether one of the layers gives a package, or a list with one, that one of the others made."""
    made = {id(item.after) for item in others}
    for layer in layers:
        for given in layer.given:
            value: Any = value_of(found, given.new)
            items = value if type(value) is tuple else (given.new,)
            if any(id(value_of(found, item)) in made for item in items):
                return True
    return False
