"""What is logged as records for programs: a line `@nix {…}` each, as with `--log-format internal-json`.

Manual: nix.conf, "json-log-path"; the members and their order are those of Nix 2.34.8. Texts are coloured in
them, whatever the terminal.
"""

from __future__ import annotations

from nixlite.colours import MAGENTA, NORMAL, RED
from nixlite.errors import NixError
from nixlite.source import NO_PLACE
from nixlite.traces.painting import paint_message
from nixlite.traces.rendering import error_text, indent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.errors import Frame
    from nixlite.source import Position


def line_record(level: int, text: str) -> str:
    """A plain line of the log."""
    return record({"action": "msg", "level": level, "msg": text})


def error_record(error: NixError, *, show_trace: bool, level: int = 0) -> str:
    """An error with its place, and its trace where that is wanted; innermost frame first."""
    data: dict[str, Any] = {"action": "msg", "level": level, **place_of(error)}
    data["msg"] = error_text(error, show_trace=show_trace, colour=True)
    data["raw_msg"] = paint_message(error.message) if error.painted else error.message
    frames = [frame for frame in error.trace or () if frame.text]
    if show_trace and frames:
        data["trace"] = [
            {**place_of(frame), "raw_msg": paint_message(frame.text)} for frame in reversed(frames)
        ]
    return record(data)


def warning_record(text: str, prefix: str, *, placed: bool) -> str:
    """A warning of the evaluator; *placed*: one that could have a place and has none."""
    data: dict[str, Any] = {"action": "msg", "level": 1, "raw_msg": text}
    if placed:
        data |= {"file": NO_PLACE, "line": 0, "column": 0}
    else:
        data |= {"file": None, "line": None, "column": None, "raw_msg": paint_message(text)}
    data["msg"] = indent(f"{MAGENTA}{prefix.rstrip()}{NORMAL} ", len(prefix), data["raw_msg"])
    return record(data)


def parser_warning_record(text: str, position: Position | None) -> str:
    """A warning of the parser; one with a place shows its source."""
    if position is None:
        return line_record(1, f"{MAGENTA}warning:{NORMAL} {text}")
    warning = NixError(text, position=position)
    shown = error_text(warning, show_trace=False, prefix="warning: ", colour=True)
    data = {"action": "msg", "level": 1, **place_of(warning), "raw_msg": paint_message(text)}
    return record({**data, "msg": shown.replace(RED, MAGENTA, 1)})


def place_of(what: NixError | Frame) -> dict[str, Any]:
    """The members that tell a place; null where there is none."""
    place = what.position
    if place is None:
        return {"file": None, "line": None, "column": None}
    return {"file": str(place), "line": place.line, "column": place.column}


def record(data: dict[str, Any]) -> str:
    """The line of a record; bytes that are no UTF-8 are replaced."""
    import json  # only where programs read the log

    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"@nix {text.encode('utf-8', 'surrogateescape').decode('utf-8', 'replace')}\n"
