"""`nixlite stale`: what an override left behind."""

from __future__ import annotations

from nixlite.cli.explaining import EXPLAINING, Explaining
from nixlite.cli.flags import Flag, Flags, turn_on
from nixlite.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.host import Host
    from nixlite.runtime.settings import Settings


class StaleCommand(Explaining):
    """The command line of `nixlite stale`. The exit code is 1 where something is stale."""

    program = "nixlite stale"
    usage = "nixlite stale [flags] [FILE] [--expr EXPR] [ATTRPATH]   or   nixlite stale --table FILE…"
    description = "Which attributes still depend on values that an override replaced, why, and what helps?"

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.flags = FLAGS
        self.table = False

    def run(self) -> int:
        """Examine one overridden set, or compare several."""
        if self.table:
            return self.compare()
        from nixlite.explain.stale.data import data
        from nixlite.explain.stale.examine import examine
        from nixlite.explain.stale.fixes import propose
        from nixlite.explain.stale.text import show

        program = self.make_program()
        report = examine(program, self.path)
        fix = propose(program, self.path, report)
        self.write(show(report, fix, self.settings.cwd), data(report, fix) if self.json else None)
        return 1 if report.stale or report.traps else 0

    def compare(self) -> int:
        """`--table`: one column for each file."""
        from nixlite.explain.lab import column, table

        if self.expression is not None or not self.words:
            raise UsageError("'--table' takes files")
        files = self.words
        columns = []
        for file in files:
            self.words, self.file = [file], ""
            name = file.rpartition("/")[2].removesuffix(".nix")
            columns.append(column(name, self.make_program(), self.path))
        self.write(table(columns), columns)
        return 0


FLAGS: Flags = {
    "--table": Flag("", turn_on("table"), "compare files: one column for each, what is stale marked"),
    **EXPLAINING,
}
