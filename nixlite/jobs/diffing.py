"""`nixlite jobs --diff OLD NEW`: what becomes of the jobs of a set in another version of it.

Both are gone into at once, as two attributes of one set, so that what they share is evaluated once. A job is
changed if its .drv file is another one, and has to be built again if its outputs are; the words are those of
`nixlite impact`.
"""

from __future__ import annotations

from json import loads
from typing import TYPE_CHECKING, Any

from nixlite.explain.impact.packages import ADDED, BROKEN, CHANGED, MENDED, REMOVED, SAME
from nixlite.formats.json.writing import data_to_json
from nixlite.jobs.aggregates import with_tuples
from nixlite.jobs.job import attr_text
from nixlite.jobs.printing import Printer
from nixlite.jobs.walk import NEW, OLD

if TYPE_CHECKING:
    from nixlite.jobs.asking import Asking

    Path = tuple[str, ...]
    Side = dict[str, Any]

ORDER = (ADDED, REMOVED, CHANGED, BROKEN, MENDED)

DIFFERENT = 1


class Differ(Printer):
    """Prints a line for each job that the new version has otherwise: as soon as it is known, or sorted."""

    def __init__(self, command: Asking) -> None:
        super().__init__(command)
        self.sides: dict[str, dict[Path, Side]] = {OLD: {}, NEW: {}}
        self.failures: dict[str, set[Path]] = {OLD: set(), NEW: set()}
        self.counts = dict.fromkeys((*ORDER, SAME), 0)
        self.rebuilt = 0

    def print(self, path: Path, text: str) -> None:
        """A job of one version; where the other's is known, say what has become of it."""
        side, name = path[0], path[1:]
        row = loads(text)
        if "error" in row:
            self.failures[side].add(name)
            self.sides[side][name] = {"error": row["error"]}
        else:
            self.sides[side][name] = {"drvPath": row["drvPath"], "outputs": row["outputs"]}
        if name in self.sides[NEW if side == OLD else OLD]:
            self.compare(name)

    def tell_failure(self, text: str) -> None:
        """See `Printer`: it is in the lines, where it is new."""

    def compare(self, name: Path) -> None:
        """Say what has become of a job, if it is another one."""
        old, new = (self.sides[side].pop(name, None) for side in (OLD, NEW))
        status = self.status(name, old, new)
        self.counts[status] += 1
        if status == SAME:
            return
        row: dict[str, Any] = {"attr": attr_text(name), "attrPath": name, "status": status}
        row |= {side: value for side, value in ((OLD, old), (NEW, new)) if value is not None}
        if status == CHANGED and old is not None and new is not None:
            row["rebuild"] = old["outputs"] != new["outputs"] or None in new["outputs"].values()
            self.rebuilt += row["rebuild"]
        super().print(name, data_to_json(with_tuples(row)))

    def status(self, name: Path, old: Side | None, new: Side | None) -> str:
        """What has become of a job. One in a set that fails is broken, not removed."""
        worked, works = (side is not None and "error" not in side for side in (old, new))
        if worked and works:
            return SAME if old == new else CHANGED
        if works:
            return MENDED if self.fails(OLD, name) else ADDED
        if worked:
            return BROKEN if self.fails(NEW, name) else REMOVED
        if old is not None and new is not None:
            return SAME
        return BROKEN if old is None else REMOVED

    def fails(self, side: str, name: Path) -> bool:
        """Whether a job, or a set that it is in, cannot be evaluated."""
        return any(name[:end] in self.failures[side] for end in range(len(name) + 1))

    def end(self) -> int:
        """See `Printer`; 1 where anything is different."""
        for side in (OLD, NEW):
            for name in sorted(self.sides[side]):
                self.compare(name)
        super().end()
        if self.command.talks:
            self.log(self.summary() + "\n")
        return DIFFERENT if any(self.counts[status] for status in ORDER) else 0

    def summary(self) -> str:
        """How many jobs have become what."""
        parts = [f"{self.counts[status]:,} {status}" for status in ORDER if self.counts[status]]
        if self.counts[CHANGED]:
            parts[parts.index(f"{self.counts[CHANGED]:,} {CHANGED}")] += f" ({self.rebuilt:,} to be rebuilt)"
        return ", ".join([*parts, f"{self.counts[SAME]:,} the same"])
