"""`nixlite kernel install` and `nixlite kernel start`."""

from __future__ import annotations

import os

from nixlite.cli.auto_call import auto_arguments
from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, store, turn_on
from nixlite.cli.starting import start
from nixlite.errors import UsageError
from nixlite.resources import DOCUMENTATION

ABOUT = (
    "With it, notebooks and 'jupyter console' evaluate Nix. What cells can hold, and how values, overrides\n"
    f"and errors are shown: {DOCUMENTATION}/how-to/notebooks.html"
)
MISSING = "the Jupyter kernel needs ipykernel, which is not installed"
HINT = "Install nixlite with it, where Jupyter is or elsewhere: pip install 'nixlite[jupyter]'"

INSTALL: Flags = {
    "--user": Flag("", turn_on("user"), "for yourself, whichever Jupyter you start (that is the default)"),
    "--prefix": Flag("dir", store("prefix"), "below DIR, such as the folder of a virtual environment"),
    **COMMON,
}
NOT_FOR_KERNELS = ("--arg-from-stdin", *(name for name in EVALUATION if name.startswith("--max-")))
"""There is nobody to type, and what bounds one evaluation would end a session."""

START: Flags = {
    "--file": Flag("file", store("file"), "the connection file that Jupyter has written", "-f"),
    **{name: flag for name, flag in EVALUATION.items() if name not in NOT_FOR_KERNELS},
    **COMMON,
}


def look_for_jupyter() -> None:
    """Raise UsageError where the extra is not installed."""
    try:
        import ipykernel  # noqa: F401 - is it there?
    except ImportError:
        raise UsageError(MISSING, hint=HINT) from None


class Install(Command):
    """The command line of `nixlite kernel install`."""

    program = "nixlite kernel install"
    usage = "nixlite kernel install [--user | --prefix DIR]"
    description = f"Make the kernel known to Jupyter.\n\n{ABOUT}"
    shows_progress = False
    flags = INSTALL
    user = False
    prefix = ""

    def run(self) -> int:
        """Install, and say where."""
        self.host.unkept("files are written")
        if self.words:
            raise UsageError(f"'nixlite kernel install' takes no arguments, such as '{self.words[0]}'")
        if self.user and self.prefix:
            raise UsageError("'--user' and '--prefix' are exclusive")
        look_for_jupyter()
        from nixlite.kernel.installing import NAME, SHOWN, install

        prefix = os.path.abspath(os.path.expanduser(self.prefix)) if self.prefix else None
        folder = install(prefix)
        self.host.write_stdout(
            f"Installed in {folder}\n"
            f"In Jupyter it is '{SHOWN}'; in a terminal: jupyter console --kernel {NAME}\n"
        )
        return 0


class Start(Command):
    """The command line of `nixlite kernel start`."""

    program = "nixlite kernel start"
    usage = "nixlite kernel start [flags] -f FILE"
    description = f"The kernel itself, which Jupyter starts.\n\n{ABOUT}"
    shows_progress = False
    flags = START
    file = ""

    def run(self) -> int:
        """Serve until Jupyter ends it."""
        self.host.unkept("a Jupyter kernel")
        if self.words:
            raise UsageError(f"'nixlite kernel start' takes no arguments, such as '{self.words[0]}'")
        if not self.file:
            raise UsageError(
                "Jupyter starts this, and says with '-f' where its connection file is",
                hint="'nixlite kernel install' makes it known there.",
            )
        look_for_jupyter()
        from nixlite.kernel.cells import Notebook
        from nixlite.kernel.serving import serve
        from nixlite.kernel.sessions import CellHost

        evaluator = start(self, CellHost())
        notebook = Notebook(evaluator, auto_arguments(self, evaluator))
        return serve(os.path.join(self.settings.cwd, self.file), notebook)
