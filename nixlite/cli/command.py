"""What all commands have: what the command line asked for, and how the command is to be run (`running`)."""

from __future__ import annotations

from nixlite.host.settings import INFO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.cli.flag import Flags
    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.limits.budget import Budget
    from nixlite.observe.watch import Watch

FAILURE = 1


class Command:
    """A command: its flags, and what a command line has asked of it.

    `words` are the arguments that are no flags. `auto_arguments` maps names to (kind, text), the kind being
    the flag that gave it: `arg`, `argstr`, `arg-from-file`, `arg-from-stdin`. `registry_flags` are the words
    of each `--override-flake` (two) and `--inputs-from` (one). `evaluator` is there once it is needed.
    `limits` are those that the command line gives (see `cli.limits`), `budget` what they make.
    `program` is the command of Nix that is stood in for. `debugged` runs something under the debugger, which
    lies above the commands.
    """

    program = "nix"
    usage = ""
    description = ""
    impure = False
    """Whether `--impure` was given."""
    pure = False
    """Whether evaluation is pure unless the command line says otherwise; configuration files have no say."""
    shows_progress = True
    """Whether a line on the terminal tells of evaluations that take long."""
    patience = 0.0
    """After how many seconds, if not after the usual ones."""
    failure = FAILURE
    """The exit code where a mistake of the user's ends the command."""
    flags: Flags

    def __init__(self, settings: Settings, host: Host) -> None:
        self.settings = settings
        self.host = host
        self.words: list[str] = []
        self.auto_arguments: dict[str, tuple[str, str]] = {}
        self.help = False
        self.version = False
        self.cache = True
        self.evaluator: Evaluator | None = None
        self.watch: Watch | None = None
        self.profile = ""
        self.stats = False
        self.count_calls = False
        self.registry_flags: list[list[str]] = []
        self.limits: dict[str, Any] = {}
        self.budget: Budget | None = None
        self.ended_by: BaseException | None = None
        """What ended it, with all that was evaluated still there: freeing that may take long."""
        self.debugged: Callable[[Evaluator, Callable[[], int]], int] | None = None

    @property
    def talks(self) -> bool:
        """Whether a person may be shown how things go: no `--quiet`, and the log is not for programs."""
        return self.settings.verbosity >= INFO and not self.settings.log_records

    def run(self) -> int:
        """Do what the command line, which has been read, asks; returns the exit code."""
        raise NotImplementedError

    def unwatch(self) -> None:
        """No line tells of progress any more: the command is over, or a person is going to type."""
        if self.watch is not None:
            self.watch.stop()
            self.watch = None
