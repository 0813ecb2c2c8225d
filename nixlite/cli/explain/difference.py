"""`nixlite diff`: how two values differ."""

from __future__ import annotations

from nixlite.cli.command import Command
from nixlite.cli.explain.two_values import add_expression, two_values
from nixlite.cli.explain.ways import file_way, settle_purity, way_in
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, store, turn_on
from nixlite.cli.flake.locking import LOCKING, Locking
from nixlite.cli.starting import start
from nixlite.errors import UsageError
from nixlite.spelling import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings

DIFFERENT = 1

FLAGS: Flags = {
    "--expr": Flag("expr", add_expression, "an expression; twice for both values", "-E"),
    "--file": Flag("file", store("file"), "the file that the attribute paths lead into", "-f"),
    "--all": Flag("", turn_on("everything"), "all derivations that differ, with the paths of the .drv files"),
    "--depth": Flag("n", store("depth"), "as --all, this many inputs deep"),
    "--json": Flag("", turn_on("json"), "print JSON"),
    **EVALUATION,
    **COMMON,
    **LOCKING,
}


class Diff(Command):
    """The command line of `nixlite diff`."""

    program = "nixlite diff"
    usage = "nixlite diff [flags] A B"
    description = (
        "How do two values differ? Derivations are compared by their variables and inputs, to any depth.\n"
        "A and B are FILE, FILE#ATTRPATH or FLAKE#ATTRPATH, '--expr EXPR', or attribute paths into '-f\n"
        "FILE'.\n\n"
        "The exit code is 0 where there is no difference, 1 where there is, and 2 where nobody can tell,\n"
        "since one of them cannot be evaluated."
    )

    failure = 2
    flags = FLAGS
    file = ""
    json = False
    depth = ""
    everything = False

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.expressions: list[str] = []
        self.locking = Locking()

    def run(self) -> int:
        """Compare and print."""
        from nixlite.explain.diff.report import compare, render, to_data

        if natural(self.depth or "0") is None:
            raise UsageError(f"'--depth' takes a number, not '{self.depth}'")
        if not self.expressions:
            ways = [file_way(self, self.file)] if self.file else [way_in(self, word) for word in self.words]
            settle_purity(self, ways)
        evaluator = start(self)
        state = evaluator.state
        pair = two_values(self, evaluator, self.words, self.expressions, self.file)
        report = evaluator.guard(lambda both: compare(both[0], both[1], state), pair)
        if self.json:
            import json  # seldom

            text = json.dumps(to_data(report, state), indent=2, ensure_ascii=False)
        else:
            text = render(
                report,
                state,
                colour=self.host.stdout_colour(),
                depth=int(self.depth or 99),
                everything=self.everything or bool(self.depth),
            )
        if report.same and not self.json:
            text = "no difference"
        self.host.write_stdout(f"{text}\n" if text else "")
        return 0 if report.same else DIFFERENT
