"""`nixlite stale`: what an override left behind."""

from __future__ import annotations

from nixlite.cli.explain.answering import EXPLAINING, PROGRAMS, Explaining
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import store, turn_on
from nixlite.errors import UsageError
from nixlite.explain.remarks import GITHUB, JSON, SARIF, check_format, written

TYPE_CHECKING = False

FLAGS: Flags = {
    "--all": Flag("", turn_on("all"), "with the way from everything that is behind to the old value"),
    "--format": Flag(
        "format",
        store("format"),
        "text, json, sarif (for code scanning) or github (annotations of a workflow)",
    ),
    "--table": Flag("", turn_on("table"), "compare files: one column for each, what is stale marked"),
    **EXPLAINING,
}


class StaleCommand(Explaining):
    """The command line of `nixlite stale`. The exit code is 0 where all that was given got through, 1 where
    something did not, 2 where that could not be told."""

    program = "nixlite stale"
    usage = "nixlite stale [flags] [PROGRAM] [--expr EXPR] [ATTRPATH]   or   nixlite stale --table FILE…"
    description = "Did an override take effect? If not: why, and what to write instead.\n\n" + PROGRAMS
    flags = FLAGS
    table = False
    all = False
    format = "text"

    def run(self) -> int:
        """Examine one overridden set, or compare several."""
        check_format(self.format)
        self.json = self.json or self.format == JSON
        if self.table:
            return self.compare()
        from nixlite.explain.brief import folder_of
        from nixlite.explain.stale.several import code_each, data_each, evaluator_of, show_each, stale_each

        answer = stale_each(self.make_program(), self.path)
        base = folder_of(evaluator_of(answer).state)
        if self.format in (SARIF, GITHUB):
            from nixlite.explain.stale.remarks import RULES, remarks

            file = self.file or (self.words[0].partition("#")[0] if self.words else "")
            found = remarks(answer, base, file or "flake.nix")
            self.host.write_stdout(written(self.format, found, RULES, self.host, self.settings.cwd))
            return code_each(answer)
        text = show_each(answer, base, everything=self.all)
        if self.host.stdout_colour() and not self.json:
            from nixlite.explain.stale.painting import painted

            text = painted(text)
        self.write(text, data_each(answer, base) if self.json else None)
        return code_each(answer)

    def compare(self) -> int:
        """`--table`: one column for each file."""
        from nixlite.explain.stale.comparison import column, table

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
