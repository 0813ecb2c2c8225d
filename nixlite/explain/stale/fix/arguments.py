"""Repairs for an argument that the package's function accepts and then writes its own value over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.recording.notes import Substitute
from nixlite.explain.stale.facts import differences, inside, is_package, value_of
from nixlite.explain.stale.fix.alike import Likeness
from nixlite.explain.stale.fix.check import effects, result_in
from nixlite.explain.stale.fix.editing import Bindings
from nixlite.explain.stale.fix.writing import with_bindings
from nixlite.explain.stale.givens import BY_ARGUMENTS, Layer
from nixlite.explain.stale.record import Changes
from nixlite.explain.stale.target import Origin, Target, cells_at, recipe_at
from nixlite.runtime.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.stale.fix.case import Case, Repair
    from nixlite.explain.stale.fix.effects import Effect
    from nixlite.explain.stale.reach import Reach
    from nixlite.explain.stale.record import Record


def over_what_was_written(case: Case, reach: Reach) -> Iterator[Repair]:
    """`x.overrideAttrs (old: rec { version = …; src = …; })` for `x.override { version = …; }`, where the
    function writes a version of its own.

    What has to be given is found by evaluating the package with that value in place of the one written
    there.
    """
    layer, place = case.layer, reach.written_over
    found = case.runs.first.found
    if layer.kind != BY_ARGUMENTS or place is None or "overrideAttrs" not in layer.before:
        return
    entry = found.places.definition(place)
    recipe = recipe_at(found, entry) if entry is not None else None
    cells = cells_at(found, place)
    if recipe is None or not cells or case.written.container is None or len(layer.given) != 1:
        return
    new = value_of(found, reach.given.new)
    record = case.runs.substituted(Changes({place: Substitute(MISSING, new)}, {}, {}))
    origin = Origin(reach.given, layer, recipe, [found.recorder.node(cells[-1])], False)
    goal = Target(record, [origin])
    then = goal.of(layer)
    if not is_package(record.found, then):
        return
    rows = [
        part
        for row in differences(found, layer.after, record.found, then)
        if row.name != reach.given.name
        for part in inside(found, row, record.found)
    ]
    made = Bindings(found, goal, attributes_of(layer), rows, case.written, None)
    code, _ = with_bindings(case.written, made.bindings(), recursive=made.needs_rec)
    if not code:
        return

    def check(other: Record) -> list[Effect]:
        assert layer.observation is not None
        after = result_in(other, layer.observation.site)
        if not is_package(other.found, after):
            return []
        likeness = Likeness(other.found, record.found)
        fine = likeness.packages(after, then)
        return [row._replace(ok=row.ok or fine) for row in effects(likeness, after, rows)]

    say = "the package's attributes are changed after its function has written them"
    argument = code if code.startswith(("(", "{")) else f"({code})"
    repair = case.call("overrideAttrs", argument, say, check)
    yield repair._replace(assumes_hash=made.assumes_hash)


def attributes_of(layer: Layer) -> Layer:
    """A layer as one of attributes, which may name what the package shows."""
    return Layer(
        layer.kind,
        layer.what,
        layer.place,
        layer.before,
        layer.after,
        layer.given,
        layer.before,
        layer.observation,
    )
