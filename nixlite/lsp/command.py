"""`nixlite lsp`: the language server on the command line."""

from __future__ import annotations

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, turn_on
from nixlite.errors import UsageError
from nixlite.resources import DOCUMENTATION

FLAGS: Flags = {
    "--stdio": Flag("", turn_on("stdio"), "talk over standard input and output, which it does anyway"),
    "--check": Flag("", turn_on("check"), "print what it would offer, and whether it can evaluate, and end"),
    **COMMON,
}
MISSING = "the language server needs pygls, which is not installed"
HINT = "Install nixlite with it: pip install 'nixlite[lsp]', or uvx --from 'nixlite[lsp]' nixlite lsp"


class Lsp(Command):
    """The command line of `nixlite lsp`."""

    program = "nixlite lsp"
    usage = "nixlite lsp [--stdio | --check]"
    description = (
        "A language server: editors start it and talk to it. How to set up VS Code, Neovim, Helix and\n"
        f"Emacs: {DOCUMENTATION}/how-to/editors.html"
    )
    shows_progress = False
    flags = FLAGS
    stdio = False
    check = False

    def run(self) -> int:
        """Serve until the editor ends it."""
        if self.words:
            raise UsageError(f"'nixlite lsp' takes no arguments, such as '{self.words[0]}'")
        self.host.unkept("a language server")
        try:
            import pygls.lsp.server  # noqa: F401 - is it there?
        except ImportError:
            raise UsageError(MISSING, hint=HINT) from None
        if self.check:
            from nixlite.lsp.checking import check

            return check(self.host)
        if self.host.is_terminal("stdin"):
            self.host.write_stderr(
                "nixlite lsp: this is for an editor to start, which talks to it over the standard input.\n"
                "'nixlite lsp --check' tells whether all is well; Ctrl-C ends it.\n"
            )
        from nixlite.lsp.serving import serve

        return serve()
