"""`nixlite trace`: an evaluation step by step."""

from __future__ import annotations

from nixlite.cli.explain.answering import EXPLAINING, PROGRAMS, Explaining
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import store, turn_on
from nixlite.errors import UsageError
from nixlite.spelling import natural

TYPE_CHECKING = False

FLAGS: Flags = {
    "--html": Flag("", turn_on("html"), "print a page for the browser: step forward and backward"),
    "--strict": Flag("", turn_on("strict"), "evaluate all of the value"),
    "--everywhere": Flag("", turn_on("everywhere"), "also steps in files that the program imports"),
    "--limit": Flag("n", store("limit"), "how many steps to keep (5000)"),
    **EXPLAINING,
}


class Trace(Explaining):
    """The command line of `nixlite trace`."""

    program = "nixlite trace"
    functions = True
    usage = "nixlite trace [flags] [PROGRAM] [--expr EXPR] [ATTRPATH]"
    description = (
        "Show an evaluation step by step: thunks made, forced (by whom), replaced by values.\n\n" + PROGRAMS
    )
    flags = FLAGS
    strict = False
    everywhere = False
    html = False
    limit = "5000"

    def run(self) -> int:
        """Record and print."""
        from nixlite.explain import steps
        from nixlite.explain.recording.program import located

        if natural(self.limit) is None:
            raise UsageError(f"'--limit' takes a number, not '{self.limit}'")
        program = self.make_program()
        if self.path:
            whole, path = program.evaluate, self.path
            program.evaluate = lambda e: located(whole(e), path, e.recorder.force).cell
        trace = steps.record(program, strict=self.strict, everywhere=self.everywhere, limit=int(self.limit))
        if self.html:
            from nixlite.explain.steps_page import page

            self.host.write_stdout(page(trace))
        else:
            self.write(steps.show(trace, self.settings.cwd), steps.to_data(trace))
        if trace.error is not None:
            raise trace.error
        return 0
