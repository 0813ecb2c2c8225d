"""`nixlite repl`: the first prompt is there before all else.

`nixlite eval --debugger` is given `run_debugged` by `__main__`.
"""

from __future__ import annotations

from nixlite.errors import UsageError
from nixlite.repl.command_line import ReplLine
from nixlite.repl.terminal.early import first_prompt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.evaluator import Evaluator


class Repl(ReplLine):
    """The command. What a session needs is loaded when the prompt is there."""

    def run(self) -> int:
        """Talk; returns the exit code."""
        if self.file and self.expression is not None:
            raise UsageError("'--file' and '--expr' are exclusive")
        early = None if self.has_more_to_do() else first_prompt(self.host)
        from nixlite.repl.beginning import begin

        try:
            return begin(self, early)
        finally:
            if early is not None:
                early.end()


def run_debugged(evaluator: Evaluator, run: Callable[[], int]) -> int:
    """The exit code of `run()`, which evaluates under the debugger; 0 where the user leaves it there."""
    from nixlite.repl.conversation import Abandoned
    from nixlite.repl.debugging.debugger import attach
    from nixlite.repl.session import Session

    attach(evaluator, Session)
    try:
        return run()
    except Abandoned:
        return 0
