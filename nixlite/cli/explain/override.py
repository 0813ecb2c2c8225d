"""`nixlite override`: write an override for what is wished."""

from __future__ import annotations

from nixlite.cli.explain.answering import EXPLAINING, PROGRAMS, Explaining
from nixlite.cli.explain.ways import FileWay, file_way, names_program, way_in
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import turn_on
from nixlite.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.explain.ways import Way
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
    usage = "nixlite override [flags] [PROGRAM] [--expr EXPR] ATTRPATH NAME=VALUE…"
    description = (
        "Write an override that gives a package what is wished, tried before it is shown.\n\n" + PROGRAMS
    )

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

        way, words = self.way()
        self.path = way.path if way is not None and self.expression is None else []
        if words and "=" not in words[0]:
            self.path = self.path + parse_attr_path(words.pop(0))
        if not self.path:
            raise UsageError(f"which package? {self.usage}")
        if not words:
            raise UsageError("what is wished? NAME=VALUE, such as version=1.2, or NAME+=VALUE to add")
        wishes = [read(word) for word in words]
        forms = [name for name in ("overlay", "flake", "shell") if getattr(self, name)]
        if len(forms) > 1:
            raise UsageError("only one of '--overlay', '--flake' and '--shell'")

        def make(function: str) -> Program:
            self.applied = function
            program = self.program_of(way)
            program.quiet = True  # what is only tried says nothing
            return program

        written = write(make, self.path, wishes)
        form = forms[0] if forms else ""
        drv = proved(make, written, form_of(written, form)) if form == "overlay" else None
        self.write(show(written, form, drv), data(written, form) if self.json else None)
        return 0 if written.ok else 1

    def way(self) -> tuple[Way | None, list[str]]:
        """As for the others, but a package is of `<nixpkgs>` if nothing else is named."""
        words = list(self.words)
        if self.file:
            return file_way(self, self.file), words
        several = len(words) > 1 and "=" not in words[0] and "=" not in words[1]
        if words and (several or names_program(words[0]) or words[0] in (".", "..")):
            return way_in(self, words.pop(0)), words
        return (FileWay(self, "<nixpkgs>") if self.expression is None else None), words
