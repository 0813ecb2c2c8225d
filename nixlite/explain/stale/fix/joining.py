"""One fix for two overrides of which one is written inside the other: `src = o.src.override { … }` within
what the outer one gives. Each was tried alone; together they are tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.stale.facts import is_package, value_of
from nixlite.explain.stale.fix.alike import Likeness
from nixlite.explain.stale.fix.check import at_path, result_in, tried
from nixlite.explain.stale.fix.effects import Effect
from nixlite.explain.stale.fix.text_edits import replace
from nixlite.explain.stale.sources import sources

if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.stale.fix.effects import Fix
    from nixlite.explain.stale.reach import Reached
    from nixlite.explain.stale.record import Runs


def joined(runs: Runs, outer: Reached, fix: Fix, inner: Reached, other: Fix) -> Fix | None:
    """The outer fix with the inner one in it; None where they are not one inside the other, or do not work
    together."""
    if outer.layer.observation is None or inner.layer.observation is None or fix.whole or not other.whole:
        return None
    site, below = outer.layer.observation.site, inner.layer.observation.site
    call = below.text(below.call)
    if below.source.name != site.source.name or fix.code.count(call) != 1 or len(fix.edits) != 1:
        return None
    start = fix.code.rindex("\n", 0, fix.code.index(call)) + 1 if "\n" in fix.code else 0
    margin = fix.code[start:][: len(fix.code[start:]) - len(fix.code[start:].lstrip(" "))]
    code = fix.code.replace(call, other.code.replace("\n", f"\n{margin}"))
    edits = [(fix.edits[0][0], fix.edits[0][1], code)]
    record = tried(runs, site.source.name, replace(site.source.text, edits, 0, len(site.source.text)))
    package = result_in(record, site)
    if not is_package(record.found, package) or not isinstance(record.drv, str):
        return None
    given = next(
        (
            item.name
            for item in outer.layer.given
            if value_of(runs.first.found, item.new) is inner.layer.after
        ),
        "",
    )
    likeness = Likeness(record.found, record.found)
    rows = [after(likeness, package, row, row.path) for row in fix.effects]
    rows += [after(likeness, package, row, (given, *row.path)) for row in other.effects]
    trapped = any(source.trap for source in sources(record.found, outer.layer.before, package))
    if trapped or not given or not all(row.ok for row in rows):
        return None
    return fix._replace(
        code=code,
        edits=edits,
        effects=rows,
        assumes_hash=fix.assumes_hash or other.assumes_hash,
        equal=False,
        same=record.drv == runs.first.drv,
        drv=record.drv,
    )


def after(likeness: Likeness, package: Any, row: Effect, path: tuple[str, ...]) -> Effect:
    """What became of something that a fix alone changed: it must be what it was then."""
    now = at_path(likeness.found, package, path)
    return Effect(path, row.before, now, row.ok and likeness.values(now, row.after))
