"""Sixth step of `stale`: whether a fix does what it is for, found out by evaluating it.

A fix is right if what it gives is what it would be had the values been there from the start, hashes aside
(`target`); where there is no such target, if what was lost is there again and the package is another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError
from nixlite.explain.recording.observing import Trial
from nixlite.explain.stale.facts import (
    HASHES,
    built_from,
    drv_path,
    is_fixed,
    is_package,
    safe_key,
    value_of,
)
from nixlite.explain.stale.fix.alike import Likeness
from nixlite.explain.stale.fix.effects import Effect
from nixlite.runtime.values import MISSING, ContextString

if TYPE_CHECKING:
    from nixlite.explain.recording.observing import Site
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.facts import Differing
    from nixlite.explain.stale.record import Record, Runs

LIKE_DEPTH = 6


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


def effects(
    record: Record, package: Any, rows: list[Differing], found: Examination, then: Examination
) -> list[Effect]:
    """What became of the attributes that were behind: each must be as it would be from the start, hashes
    aside."""
    result = []
    for row in rows:
        after = at_path(record.found, package, row.path)
        ok = like(record.found, after, then, value_of(then, row.new)) or row.path[-1] in HASHES
        result.append(Effect(row.path, row.old, after, ok))
    return result


def at_path(found: Examination, package: Any, path: tuple[str, ...]) -> Any:
    """What a package is built with at a path; MISSING where there is nothing."""
    at = package
    for name in path:
        attrs = built_from(found, at) if type(at) is dict else {}
        at = value_of(found, attrs.get(name, MISSING))
    return at


def like(found: Examination, a: Any, other: Examination, b: Any, depth: int = LIKE_DEPTH) -> bool:
    """Whether two values, of two evaluations, are the same but for the hashes of what is fetched."""
    a, b = value_of(found, a), value_of(other, b)
    if isinstance(a, NixError) or isinstance(b, NixError):
        return False
    if type(a) is tuple and type(b) is tuple:
        return len(a) == len(b) and all(like(found, x, other, y, depth) for x, y in zip(a, b, strict=True))
    if is_package(found, a) and is_package(other, b):
        return alike(found, a, other, b, depth)
    if type(a) is ContextString and type(b) is ContextString:
        return Likeness(found, other).texts(a, b)
    return bool(safe_key(found, a) == safe_key(other, b))


def alike(found: Examination, a: Any, other: Examination, b: Any, depth: int) -> bool:
    """Whether two packages are built alike, but for the hashes of what is fetched for them."""
    first, second = drv_path(found, a), drv_path(other, b)
    if isinstance(first, NixError) or isinstance(second, NixError):
        return False
    if first == second:
        return True
    if not depth:
        return False
    fixed = is_fixed(found, a) and is_fixed(other, b)
    x, y = built_from(found, a), built_from(other, b)
    return all(
        (fixed and name in HASHES)
        or (name in x and name in y and like(found, x[name], other, y[name], depth - 1))
        for name in {*x, *y}
    )
