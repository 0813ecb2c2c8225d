"""The repairs for one layer: edits of an override for what no further binding of it would mend.

What replaced a list adds to it, an override that lost to another is merged with that, what was written into
a wrapper is written into the program inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.stale.fix.arguments import over_what_was_written
from nixlite.explain.stale.fix.case import Case
from nixlite.explain.stale.fix.hashes import new_hashes, new_source
from nixlite.explain.stale.fix.losses import added_to, by_attributes_instead
from nixlite.explain.stale.fix.order import merged, misspelt, other_order
from nixlite.explain.stale.fix.ways import by_argument, into_env, into_list, into_shell, into_wrapper
from nixlite.explain.stale.givens import BY_UPDATE
from nixlite.explain.stale.reach import ENVIRONMENT, INSIDE, LOST, NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.stale.fix.case import Repair
    from nixlite.explain.stale.reach import Reached
    from nixlite.explain.stale.record import Runs


def repairs(runs: Runs, item: Reached, results: list[Reached]) -> Iterator[Repair]:
    """The repairs for one layer, likely ones first."""
    case = Case(runs, item, results)
    if item.layer.kind == BY_UPDATE:
        yield from by_attributes_instead(case)
        return
    if item.survives is False:
        yield from other_order(case)
        yield from into_shell(case)
    yield from misspelt(case)
    for reach in item.reaches:
        yield from added_to(case, reach)
        if reach.kind in (LOST, NOTHING, ENVIRONMENT):
            yield from into_env(case, reach)
            yield from by_argument(case, reach)
            yield from over_what_was_written(case, reach)
        if reach.kind == INSIDE:
            yield from into_wrapper(case, reach)
            yield from into_list(case, reach)
    yield from new_hashes(case)
    yield from new_source(case)
    yield from merged(case)
