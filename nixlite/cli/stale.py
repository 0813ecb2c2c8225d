"""`nixlite stale`: what an override left behind."""

from __future__ import annotations

from nixlite.cli.explaining import Explaining


class StaleCommand(Explaining):
    """The command line of `nixlite stale`. The exit code is 1 where something is stale."""

    usage = "nixlite stale [flags] [FILE] [--expr EXPR] [ATTRPATH]"
    description = "Which attributes still depend on values that an override replaced, why, and what helps?"

    def run(self) -> int:
        """Examine one overridden set."""
        from nixlite.explain.fixes import propose
        from nixlite.explain.stale import examine
        from nixlite.explain.stale_text import show

        program = self.make_program()
        report = examine(program, self.path)
        fix = propose(program, self.path, report)
        self.write(show(report, fix, self.settings.cwd), stale_data(report, fix) if self.json else None)
        return 1 if report.stale or report.traps else 0


def stale_data(report: object, fix: object) -> object:
    """The report as plain data."""
    from nixlite.explain.stale_data import data

    return data(report, fix)  # type: ignore[arg-type]
