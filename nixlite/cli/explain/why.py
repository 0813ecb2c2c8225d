"""`nixlite why`: where an attribute comes from."""

from __future__ import annotations

from nixlite.cli.explain.answering import EXPLAINING, PROGRAMS, Explaining
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import store, turn_on

TYPE_CHECKING = False

FLAGS: Flags = {
    "--all": Flag("", turn_on("all"), "also what only the functions that are called read"),
    "--expected": Flag(
        "expr", store("expected"), "the value that was expected: what kept it out, and what lets it in"
    ),
    **EXPLAINING,
}


class Why(Explaining):
    """The command line of `nixlite why`."""

    program = "nixlite why"
    usage = "nixlite why [flags] [PROGRAM] [--expr EXPR] [ATTRPATH]"
    description = (
        "Where was an attribute's value written, which layers did it pass, and what does it read?\n\n"
        + PROGRAMS
    )
    flags = FLAGS
    all = False
    expected: str | None = None

    def run(self) -> int:
        """Explain one attribute."""
        if self.expected is not None:
            return self.why_not(self.expected)
        from nixlite.explain.why.answering import answer

        told = answer(self.make_program(), self.path, self.read_depth(), everything=self.all)
        self.write(told.text, told.data)
        return 1 if told.failed else 0

    def why_not(self, expected: str) -> int:
        """Explain why an attribute is not what was expected; the exit code is 0 where it is."""
        from nixlite.explain.brief import folder_of
        from nixlite.explain.expected.answer import show, why_not
        from nixlite.explain.expected.asked import expression

        program = self.make_program()
        told = why_not(program, self.path, expression(expected, self.settings.cwd))
        assert self.evaluator is not None
        self.write(show(told, folder_of(self.evaluator.state)), told)
        return 0 if told.holds else 1
