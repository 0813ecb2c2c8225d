"""`nixlite impact` on all cores: a large set is gone through by several processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.cli.explain.impact import FLAGS, ImpactCommand
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, number
from nixlite.cli.flake.locking import LOCKING

if TYPE_CHECKING:
    from nixlite.cli.explain.impact import Version
    from nixlite.explain.impact.packages import Packages
    from nixlite.explain.impact.table import Table
    from nixlite.host.host import Host


WITH_WORKERS: Flags = {
    **FLAGS,
    "--workers": Flag(
        "n", number("workers", 1), "evaluate a large set in N processes (as many as processors)"
    ),
    **EVALUATION,
    **COMMON,
    **LOCKING,
}


class Impact(ImpactCommand):
    """The command line of `nixlite impact`."""

    flags = WITH_WORKERS
    workers = 0

    def packages(self, versions: list[Version], table: Table, host: Host) -> list[Packages]:
        """The packages of both versions, their derivations in *table*: by several processes if the set is
        large."""
        from nixlite.cli.cache import processors
        from nixlite.explain.impact.children import can_fork

        workers = self.workers or processors()
        if workers > 1 and can_fork() and not self.only and self.budget is None:
            from nixlite.jobs.surveying import survey_at_once

            surveys = [self.survey(version, table, host, at) for at, version in enumerate(versions)]
            found = survey_at_once(surveys, workers, self.tell_both)
            if found is not None:
                return found
        return super().packages(versions, table, host)

    def tell_both(self, done: int, known: int) -> None:
        """Show on a terminal how far both versions are."""
        self.tell(f"before and after the change: {done:,} of {known:,} attributes")
