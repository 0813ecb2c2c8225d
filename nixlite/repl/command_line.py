"""The command line of `nixlite repl`: what can be written there, and what was."""

from __future__ import annotations

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, ignore, set_option, store, turn_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings


class ReplLine(Command):
    """The command line of `nix repl`, and files as arguments: `nixlite repl lib.nix`, `nixlite repl .#lib`.

    With `--file` or `--expr` the arguments are attribute paths, as for `nix repl`.
    """

    program = "nix"
    shows_progress = False  # but while an input is evaluated, see `terminal/prompt.py`
    usage = (
        "nixlite repl [flags] [FILE | FLAKE[#ATTRPATH]]…"
        "   or   nixlite repl [flags] (--file FILE | --expr EXPR) [ATTRPATH…]"
    )
    description = "Bind names, load files and evaluate expressions, interactively or from a pipe."

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.flags = FLAGS
        self.file = ""
        self.expression: str | None = None
        self.compat = False
        self.inputs: list[str] = []
        self.fail = False
        self.debugger = False
        self.build_options: list[str] = []

    def has_more_to_do(self) -> bool:
        """Whether anything comes before the first prompt."""
        given = self.words or self.inputs or self.file or self.expression is not None
        return bool(given or self.compat or self.debugger)


def add_input(command: ReplLine, words: list[str]) -> None:
    """`-c`."""
    command.inputs.append(words[0])


def take_option(command: ReplLine, words: list[str]) -> None:
    """`--option`, which a Nix that builds is told of as well."""
    set_option(command, words)
    command.build_options += ["--option", *words]


FLAGS: Flags = {
    "--expr": Flag("expr", store("expression"), "start with the attributes of an expression"),
    "--file": Flag("file", store("file"), "start with the attributes of a file", "-f"),
    "--command": Flag("input", add_input, "do this and leave; may be given several times", "-c"),
    "--fail": Flag("", turn_on("fail"), "stop at an input that fails, with exit code 1"),
    "--compat": Flag("", turn_on("compat"), "print exactly what nix repl prints"),
    "--debugger": Flag("", turn_on("debugger"), "stop at errors and builtins.break"),
    **EVALUATION,
    **COMMON,
    "--option": Flag("name value", take_option, "set a setting of nix.conf, also for building"),
    "--stdin": Flag("", ignore),
    "--offline": Flag("", ignore),
    "--no-net": Flag("", ignore),
    "--refresh": Flag("", ignore),
    "--print-build-logs": Flag("", ignore, short="-L"),
}
