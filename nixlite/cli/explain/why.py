"""`nixlite why`: where an attribute comes from."""

from __future__ import annotations

from nixlite.cli.explain.answering import EXPLAINING, Explaining
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import turn_on

TYPE_CHECKING = False

FLAGS: Flags = {
    "--all": Flag("", turn_on("all"), "also what only the functions that are called read"),
    **EXPLAINING,
}


class Why(Explaining):
    """The command line of `nixlite why`."""

    program = "nixlite why"
    usage = "nixlite why [flags] [FILE] [--expr EXPR] [ATTRPATH]"
    description = "Where was an attribute's value written, which layers did it pass, and what does it read?"
    flags = FLAGS
    all = False

    def run(self) -> int:
        """Explain one attribute."""
        from nixlite.explain.why.answering import answer

        told = answer(self.make_program(), self.path, self.read_depth(), everything=self.all)
        self.write(told.text, told.data)
        return 1 if told.failed else 0
