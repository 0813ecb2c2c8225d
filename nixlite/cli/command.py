"""What all commands share: reading the command line and the configuration, and reporting what goes wrong."""

from __future__ import annotations

from nixlite.cli.flags import read_command_line
from nixlite.errors import NixError, StackOverflow, UsageError
from nixlite.host.settings import ERROR, INFO, TALKATIVE, WARNING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.cli.flags import Flags
    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.observe.watch import Watch
    from nixlite.runtime.values import Lazy

FAILURE = 1
INTERNAL = 70  # sysexits.h: internal software error
INTERRUPTED = 130


class Command:
    """A command: its flags, and what a command line has asked of it.

    `words` are the arguments that are no flags. `auto_arguments` maps names to (kind, text), the kind being
    the flag that gave it: `arg`, `argstr`, `arg-from-file`, `arg-from-stdin`. `registry_flags` are the words
    of each `--override-flake` (two) and `--inputs-from` (one). `evaluator` is there once it is needed.
    `program` is the command of Nix that is stood in for.
    """

    program = "nix"
    usage = ""
    description = ""
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

    @property
    def talks(self) -> bool:
        """Whether a person may be shown how things go: no `--quiet`, and the log is not for programs."""
        return self.settings.verbosity >= INFO and not self.settings.log_records

    def run(self) -> int:
        """Do what the command line, which has been read, asks; returns the exit code."""
        raise NotImplementedError

    def start(self, host: Host | None = None) -> Evaluator:
        """The evaluator, made now that the settings are known; *host*: another than the command's."""
        from nixlite.cache.files import Cache
        from nixlite.evaluator import Evaluator

        directory = self.host.cache_directory() if self.cache else None
        self.evaluator = Evaluator(self.settings, host or self.host, Cache(directory) if directory else None)
        told = "evaluating file '«nix-internal»/derivation-internal.nix'"  # Nix does so at once
        self.evaluator.state.tell(TALKATIVE, told)
        if self.watch is not None:
            self.watch.follow(self.evaluator)
        if self.shows_progress and self.watch is None and self.talks and self.host.stderr_colour():
            from nixlite.observe.watch import PATIENCE, Watch

            self.watch = Watch(self.host, self.evaluator, self.patience or PATIENCE)
            self.watch.__enter__()  # left when the command is over
        if self.registry_flags:
            from nixlite.cli.flake.locking import apply_registry_flags

            apply_registry_flags(self, self.evaluator)
        return self.evaluator

    def auto_values(self, evaluator: Evaluator) -> dict[str, Lazy]:
        """The values of `--arg` and its like."""
        if not self.auto_arguments:
            return {}
        from nixlite.cli.auto_call import auto_arguments

        return auto_arguments(self, evaluator)

    def observed(self, run: Callable[[], int]) -> int:
        """The exit code of `run()`, which evaluates; with a profile or counters where they are asked for."""
        profile = self.profile or self.settings.get("eval-profiler", "disabled") != "disabled"
        if not (profile or self.stats or self.count_calls or self.host.has_env("NIX_SHOW_STATS")):
            return run()
        from nixlite.cli.observing import observed

        assert self.evaluator is not None
        return observed(self, self.evaluator, run)

    def unwatch(self) -> None:
        """No line tells of progress any more: the command is over, or a person is going to type."""
        if self.watch is not None:
            self.watch.__exit__()
            self.watch = None


def run_command(command: Command, words: list[str]) -> int:
    """Read the command line and run the command; errors are reported. Returns the exit code."""
    host = command.host
    try:
        return read_and_run(command, words)
    except NixError as error:
        report_error(command, error)
        return error.status if error.status != FAILURE else command.failure
    except RecursionError as error:
        report_error(command, StackOverflow().with_traceback(error.__traceback__))
        return command.failure
    except KeyboardInterrupt:
        host.write_stderr("error: interrupted by the user\n")
        return INTERRUPTED
    except MemoryError:
        host.write_stderr("error: out of memory\n")
        return FAILURE
    except BrokenPipeError:  # whoever was reading has seen enough
        return FAILURE
    except Exception as error:
        report_bug(host, error)
        return INTERNAL
    finally:
        command.unwatch()


def read_and_run(command: Command, words: list[str]) -> int:
    """The part of `run_command` where things may go wrong."""
    from nixlite.host.configuration import load_configuration

    settings = command.settings
    settings.warn = lambda text: write_warning(command, text)
    load_configuration(settings, command.host)
    settings.pure_eval = settings.pure_eval or command.pure
    read_command_line(command, words, command.flags)
    settings.warn_unknown()
    if command.version or command.help:
        from nixlite.cli.help import help_text, version_text

        command.host.write_stdout(version_text(command) if command.version else help_text(command))
        return 0
    try:
        return command.run()
    finally:
        if command.evaluator is not None:
            command.evaluator.close()


def write_warning(command: Command, text: str) -> None:
    """Write a warning about settings or the command line to the standard error."""
    settings, host = command.settings, command.host
    if settings.verbosity < WARNING:
        return
    if settings.log_records:
        from nixlite.colours import MAGENTA, NORMAL
        from nixlite.traces.log import tell

        tell(settings, host, WARNING, f"{MAGENTA}warning:{NORMAL} {text}")
        return
    from nixlite.traces.rendering import render_warning

    first, newline, rest = text.partition("\n")  # further lines are not indented here
    shown = render_warning(first, colour=host.stderr_colour())
    shown += first[len(first.rstrip()) :] if rest else ""
    host.write_stderr(shown + newline + rest + "\n")


def report_error(command: Command, error: NixError) -> None:
    """Write a user's mistake to the standard error, in Nix's form."""
    if command.evaluator is not None:
        command.evaluator.explain(error)
    settings, host = command.settings, command.host
    if settings.log_records:
        from nixlite.traces.log_records import error_record

        host.write_stderr(error_record(error, show_trace=settings.show_trace))
    else:
        from nixlite.traces.rendering import render_error

        text = render_error(error, show_trace=settings.show_trace, colour=host.stderr_colour())
        host.write_stderr(text + "\n")
    if isinstance(error, UsageError):
        from nixlite.traces.log import tell

        tell(settings, host, ERROR, f"Try '{command.program} --help' for more information.")


def report_bug(host: Host, error: Exception) -> None:
    """Write a mistake of nixlite's own to the standard error, with what is needed to find it."""
    from traceback import format_exception

    lines = format_exception(error)
    if len(lines) > 80:
        lines[40:-40] = [f"  … {len(lines) - 80} more …\n"]
    host.write_stderr(
        "internal error: this is a bug in nixlite, not in your program;"
        " please report it together with what follows\n" + "".join(lines)
    )
