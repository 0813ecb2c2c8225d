"""Sixth step of `stale`: whether a fix does what it is for, found out by evaluating it.

A fix is right if what it gives is what it would be had the values been there from the start, hashes aside
(`target`); where there is no such target, if what was lost is there again and the package is another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.recording.observing import Trial
from nixlite.explain.stale.facts import (
    HASHES,
    built_from,
    value_of,
)
from nixlite.explain.stale.fix.effects import Effect
from nixlite.runtime.values import MISSING

if TYPE_CHECKING:
    from nixlite.explain.recording.observing import Site
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.facts import Differing
    from nixlite.explain.stale.fix.alike import Likeness
    from nixlite.explain.stale.record import Record, Runs


def tried(runs: Runs, name: str, text: str) -> Record:
    """The program with another text for one source."""
    return runs.trial(Trial(texts=((name, text),)))


def result_in(record: Record, site: Site) -> Any:
    """What an overriding call gives in another evaluation: the call that begins at the same place, or,
    where that is what was asked about, the value. MISSING if it was not evaluated."""
    for seen in reversed(record.observations):
        if is_same_call(seen.site, site):
            return value_of(record.found, seen.result) if seen.result is not MISSING else MISSING
    return MISSING


def is_same_call(site: Site, other: Site) -> bool:
    """Whether two sites, of two texts of a source, are one call: its subject stands in the same place."""
    first = (site.source.name, site.call.start, site.subject.end)
    return first == (other.source.name, other.call.start, other.subject.end)


def effects(likeness: Likeness, package: Any, rows: list[Differing]) -> list[Effect]:
    """What became of the attributes of a package that were behind: each must be as it would be from the
    start, hashes aside. *likeness* compares with an evaluation where they were there from the start."""
    found, then = likeness.found, likeness.other
    result = []
    for row in rows:
        after = at_path(found, package, row.path)
        ok = likeness.values(after, value_of(then, row.new)) or row.path[-1] in HASHES
        result.append(Effect(row.path, row.old, after, ok))
    return result


def at_path(found: Examination, package: Any, path: tuple[str, ...]) -> Any:
    """What a package is built with at a path; MISSING where there is nothing."""
    at = package
    for name in path:
        attrs = built_from(found, at) if type(at) is dict else {}
        at = value_of(found, attrs.get(name, MISSING))
    return at
