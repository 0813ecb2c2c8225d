"""`nixlite override`: write an override for what is wished."""

from __future__ import annotations

from nixlite.cli.explain.answering import EXPLAINING, Explaining, looks_like_file
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import turn_on
from nixlite.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.explain.recording.program import Program

FLAGS: Flags = {
    "--overlay": Flag("", turn_on("overlay"), "as an overlay"),
    "--flake": Flag("", turn_on("flake"), "as a flake.nix"),
    "--shell": Flag("", turn_on("shell"), "as a shell.nix"),
    **EXPLAINING,
}


class OverrideCommand(Explaining):
    """The command line of `nixlite override`. The exit code is 0 where the code does all that was wished, 1
    where it does not."""

    program = "nixlite override"
    usage = "nixlite override [flags] [FILE] ATTRPATH NAME=VALUE…"
    description = "Write an override that gives a package what is wished, tried before it is shown."

    flags = FLAGS
    overlay = False
    flake = False
    shell = False

    def run(self) -> int:
        """Read the wishes, write the code, print it."""
        from nixlite.cli.auto_call import parse_attr_path
        from nixlite.explain.override.answer import proved, write
        from nixlite.explain.override.text import data, form_of, show
        from nixlite.explain.override.wishes import read

        if self.expression is not None:
            raise UsageError("'--expr' is not for 'override': name the file of the package set")
        words = list(self.words)
        if not self.file:
            self.file = words.pop(0) if words and looks_like_file(words[0]) else "<nixpkgs>"
        if not words or "=" in words[0]:
            raise UsageError(f"which package? {self.usage}")
        path = parse_attr_path(words[0])
        if not words[1:]:
            raise UsageError("what is wished? NAME=VALUE, such as version=1.2, or NAME+=VALUE to add")
        wishes = [read(word) for word in words[1:]]
        forms = [name for name in ("overlay", "flake", "shell") if getattr(self, name)]
        if len(forms) > 1:
            raise UsageError("only one of '--overlay', '--flake' and '--shell'")
        self.words = []

        def make(expression: str) -> Program:
            self.expression = expression
            program = self.make_program()
            program.quiet = True  # what is only tried says nothing
            return program

        written = write(make, path, wishes)
        form = forms[0] if forms else ""
        drv = proved(make, written, form_of(written, form)) if form == "overlay" else None
        self.write(show(written, form, drv), data(written, form) if self.json else None)
        return 0 if written.ok else 1
