"""`nixlite why`: where an attribute comes from."""

from __future__ import annotations

from nixlite.cli.explaining import EXPLAINING, Explaining
from nixlite.cli.flags import Flag, Flags, turn_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.host import Host
    from nixlite.runtime.settings import Settings


class Why(Explaining):
    """The command line of `nixlite why`."""

    program = "nixlite why"
    usage = "nixlite why [flags] [FILE] [--expr EXPR] [ATTRPATH]"
    description = "Where was an attribute's value written, which layers did it pass, and what does it read?"

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.flags = FLAGS
        self.all = False

    def run(self) -> int:
        """Explain one attribute."""
        from nixlite.explain import cycles
        from nixlite.explain.brief import folder_of
        from nixlite.explain.why import explain, show

        found = self.make_program().run()
        base = folder_of(found.evaluator.state)
        if found.error is not None:
            self.host.write_stdout(cycles.show(found, base))
            raise found.error
        answer = explain(found, self.path, self.read_depth(), everything=self.all)
        self.write(show(answer, base) + cycles.show(found, base), answer)
        return 1 if answer.error else 0


FLAGS: Flags = {
    "--all": Flag("", turn_on("all"), "also what only the functions that are called read"),
    **EXPLAINING,
}
