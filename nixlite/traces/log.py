"""What is told beside the answer: traces, warnings, talk; as text or as records for programs.

The settings say up to which level: each `--verbose` is one more, each `--quiet` one less.
"""

from __future__ import annotations

from nixlite.host.settings import WARNING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings


def tell(settings: Settings, host: Host, level: int, text: str) -> None:
    """Write a line to the standard error, if its *level* is wanted."""
    if level > settings.verbosity:
        return
    if settings.log_records:
        from nixlite.traces.log_records import line_record

        host.write_stderr(line_record(level, text))
        return
    from nixlite.traces.rendering import terminal_text

    host.write_stderr(terminal_text(text) + "\n")


def warn(
    settings: Settings, host: Host, text: str, prefix: str = "warning: ", *, placed: bool = False
) -> None:
    """Write a warning of the evaluator to the standard error, if warnings are wanted.

    *placed*: see `log_records.warning_record`.
    """
    if settings.verbosity < WARNING:
        return
    if settings.log_records:
        from nixlite.traces.log_records import warning_record

        host.write_stderr(warning_record(text, prefix, placed=placed))
        return
    from nixlite.traces.rendering import render_warning

    host.write_stderr(render_warning(text, prefix) + "\n")
