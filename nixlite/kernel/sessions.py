"""The session of a notebook: the REPL's, without what needs a terminal; what is written goes to the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.errors import NixError
from nixlite.formats.nix.layout import LayoutOptions
from nixlite.host.real import RealHost
from nixlite.kernel.outputs import stream
from nixlite.repl.session import Session
from nixlite.repl.style import Style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nixlite.evaluator import Evaluator
    from nixlite.host.outside import Finished
    from nixlite.kernel.outputs import Show
    from nixlite.runtime.values import Lazy

PATIENCE = 1
"""Seconds that showing an answer may spend on evaluating what is deep in it, as in the REPL."""

TERMINAL = frozenset((":e", ":edit", ":debug", ":sh", ":u"))
"""Commands in which somebody types into a terminal."""


class CellHost(RealHost):
    """The real machine; what is written is an output of the cell that is being run, at once."""

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        super().__init__(env, b"")
        self.show: Show | None = None

    def write_stdout(self, text: str) -> None:
        """Show *text* in the cell."""
        self._write("stdout", text)

    def write_stderr(self, text: str) -> None:
        """Show *text* in the cell, as what is no answer: traces, warnings."""
        self._write("stderr", text)

    def run_program(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        data: bytes | None = None,
        environment: Mapping[str, str | None] | None = None,
        capture: str = "both",
    ) -> Finished:
        """See `Host`; what would be shown on a terminal is shown in the cell, when the program has ended."""
        done = super().run_program(name, arguments, data=data, environment=environment)
        if capture not in ("both", "stdout"):
            self.write_stdout(done.stdout.decode("utf-8", "replace"))
        if capture not in ("both", "stderr"):
            self.write_stderr(done.stderr.decode("utf-8", "replace"))
        return done

    def _write(self, name: str, text: str) -> None:
        if self.show is not None and text:
            self.show(stream(text, name))

    def flush(self) -> None:
        """Nothing is pending."""

    def is_terminal(self, stream: str) -> bool:
        """A notebook is no terminal."""
        return False


class CellSession(Session):
    """A session whose errors are coloured and whose answers are not: a front end has colours of its own."""

    def __init__(self, evaluator: Evaluator, auto_arguments: dict[str, Lazy] | None = None) -> None:
        style = Style(colour=True, layout=LayoutOptions(colour=False))
        style.layout.patience = PATIENCE
        super().__init__(evaluator, style, auto_arguments=auto_arguments)
        self.pager = False

    def talk(self) -> None:
        """There is nobody who could type into the middle of an evaluation."""
        raise needs_terminal("the debugger")

    def run_command(self, line: str) -> None:
        """See `Session`; refuses what needs a terminal."""
        if line.startswith(":!"):
            from nixlite.kernel.shells import run_shell

            told = run_shell(self.evaluator.host, line[2:].strip(), self.evaluator.settings.cwd)
            self.reply.write(told and f"{told}\n")
            return
        name = line.split(None, 1)[0]
        if name in TERMINAL:
            raise needs_terminal(f"'{name}'")
        super().run_command(line)


def needs_terminal(what: str) -> NixError:
    """The error of what a notebook cannot do."""
    return NixError(f"{what} needs a terminal, and a notebook is none", hint="'nixlite repl' has it.")
