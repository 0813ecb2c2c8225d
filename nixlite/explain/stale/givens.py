"""Second step of `stale`: what each override gave, with the values before and after.

A layer is one override: an overriding call, or a `//` over a package. It gives values; what it merely
passes on (`o // { … }` has all of `o`) is not given. Layers and givens are compared by identity: values may
contain themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.recording.history import same as same_cell
from nixlite.explain.recording.observing import ARGUMENTS, ATTRIBUTES, SCOPES
from nixlite.explain.recording.recorder import place_of
from nixlite.explain.stale.facts import FUNCTIONS, is_package, value_of
from nixlite.runtime.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.recording.notes import Made, Place
    from nixlite.explain.recording.observing import Observation
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.record import Record

BY_ATTRIBUTES, BY_ARGUMENTS, BY_SCOPE, BY_UPDATE = "attributes", "arguments", "scope", "//"


class Given:
    """A value that an override gave: *old* and *new* are lazies, *old* is MISSING where there was none;
    *place* is where the new one is written."""

    __slots__ = ("name", "new", "old", "place")

    def __init__(self, name: str, old: Any, new: Any, place: Place | None) -> None:
        self.name = name
        self.old = old
        self.new = new
        self.place = place


class Layer:
    """One override. *kind* tells what it changes, *what* is the function's name or `//`. *before* and
    *after* are the values in weak head normal form, or what came instead: a NixError, MISSING where there
    is no result. *previous* is the set that it was told is there (MISSING: it did not ask), *observation*
    the call, None for a `//`."""

    __slots__ = ("after", "before", "given", "kind", "observation", "place", "previous", "what")

    def __init__(
        self,
        kind: str,
        what: str,
        place: Place | None,
        before: Any,
        after: Any,
        given: list[Given],
        previous: Any,
        observation: Observation | None,
    ) -> None:
        self.kind = kind
        self.what = what
        self.place = place
        self.before = before
        self.after = after
        self.given = given
        self.previous = previous
        self.observation = observation

    @property
    def number(self) -> int:
        """The number of the call's site, -1 for a `//`."""
        return self.observation.site.number if self.observation is not None else -1


def layers(record: Record) -> list[Layer]:
    """The overrides that were evaluated, oldest first; each site once, as it was evaluated last."""
    last: dict[int, Observation] = {seen.site.number: seen for seen in record.observations}
    made: dict[int, Made] = {id(item.result): item for item in record.found.recorder.made.values()}
    result = [layer(record.found, seen) for seen in last.values()]
    results = {id(entry.after) for entry in result}
    for item in record.updates:
        if id(item.result) in made and id(item.result) not in results:
            result += updated(record, item)
    return result


def layer(found: Examination, seen: Observation) -> Layer:
    """An overriding call that was evaluated."""
    site = seen.site
    kind = BY_ATTRIBUTES if site.name in ATTRIBUTES else BY_ARGUMENTS if site.name in ARGUMENTS else BY_SCOPE
    assert kind is not BY_SCOPE or site.name in SCOPES
    given: list[Given] = []
    previous: Any = MISSING
    if seen.applications:
        last = seen.applications[-1]
        previous = value_of(found, last.before) if last.before is not MISSING else MISSING
        old = previous if type(previous) is dict else before_update(found, last.attrs)
        given = list(givens(found, old, last.attrs))
        previous = old if old is not None else MISSING
    return Layer(
        kind, site.name, site.place, value_of(found, seen.subject), seen.result, given, previous, seen
    )


def before_update(found: Examination, attrs: dict[str, Any]) -> dict[str, Any] | None:
    """The set that a set was put over by `//`, or that set with some attributes removed; None where it
    was not."""
    forms = {id(attrs)}
    for made in found.recorder.made.values():
        if made.how == "//":
            if id(made.sources[1]) in forms:
                return made.sources[0]
        elif made.sources and id(made.sources[-1]) in forms:
            forms.add(id(made.result))
    return None


def givens(found: Examination, old: dict[str, Any] | None, attrs: dict[str, Any]) -> Iterator[Given]:
    """The values that a set gives over another one."""
    for name, cell in attrs.items():
        before = old.get(name, MISSING) if old is not None else MISSING
        if before is MISSING or not same_cell(before, cell):
            yield Given(name, before, cell, place_of(cell))


def updated(record: Record, made: Made) -> list[Layer]:
    """The layer of a `//` whose left side is a package, and none for another."""
    left, right = made.sources
    if not is_package(record.found, left):
        return []
    given = [
        item
        for item in givens(record.found, left, right)
        if type(value_of(record.found, item.new)) not in FUNCTIONS  # how it can be overridden: not built
    ]
    return [Layer(BY_UPDATE, "//", made.place, left, made.result, given, left, None)] if given else []
