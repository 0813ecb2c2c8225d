"""Telling on the standard error what goes wrong: warnings, mistakes of the user's, and nixlite's own."""

from __future__ import annotations

from nixlite.cli.command import FAILURE
from nixlite.errors import NixError, StackOverflow, UsageError
from nixlite.host.settings import ERROR, WARNING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.command import Command
    from nixlite.host.host import Host


INTERNAL = 70  # sysexits.h: internal software error


def report(command: Command, error: Exception) -> int:
    """Tell what ended a command; returns the exit code."""
    if isinstance(error, NixError):
        report_error(command, error)
        return error.status if error.status != FAILURE else command.failure
    if isinstance(error, RecursionError):
        report_error(command, StackOverflow().with_traceback(error.__traceback__))
        return command.failure
    report_bug(command.host, error)
    return INTERNAL


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
        host.write_stderr(linked_error(command, text) + "\n")
    if isinstance(error, UsageError):
        from nixlite.traces.log import tell

        tell(settings, host, ERROR, f"Try '{command.program} --help' for more information.")


def linked_error(command: Command, text: str) -> str:
    """An error with links to files, unless exactly what Nix prints is wanted (`repl --compat`)."""
    if getattr(command, "compat", False):
        return text
    from nixlite.cli.links import linked

    return linked(text, command.host, command.settings, "stderr")


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
