"""Errors and warnings as Nix 2.34 writes them to stderr.

    error:
           … while calling the 'head' builtin
             at /d/t.nix:1:1:
                1| builtins.head x
                 | ^

           error: expected a list but found a string: "x"

Everything about the layout is here: which frames of the trace are shown, the excerpts of the source, the
indentation by the width of `error: `, tabs. Nothing is evaluated.
"""

from __future__ import annotations

import re

from nixlite.colours import BLUE, MAGENTA, NORMAL, RED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.errors import Frame, NixError
    from nixlite.source import Position

TRUNCATED = "(stack trace truncated; use '--show-trace' to show the full, detailed trace)"
ENOUGH = 3
"""A short trace stops when more than this is shown; a frame counts 1, its position 1 more."""
FEW_DUPLICATES = 5
"""As many repeated frames in a row are shown after all: leaving them out would not be shorter."""
BLANKS = " \n\r\t"

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]?|\][^\x1b\a]*(?:\x1b\\?|\a)?|[@-_])?")


def render_error(
    error: NixError, *, show_trace: bool = False, prefix: str = "error: ", colour: bool = False
) -> str:
    """The text for an error, without a newline at its end.

    `error.trace` holds the frames, outermost first (`trace.explain` fills it in); without `show_trace` only
    the first few are shown, and none that are `detail`.
    """
    return terminal_text(error_text(error, show_trace=show_trace, prefix=prefix, colour=colour), colour)


def error_text(error: NixError, *, show_trace: bool, prefix: str = "error: ", colour: bool = False) -> str:
    """As `render_error`, not yet made fit for a terminal."""
    paint = _Paint(colour)
    shown_prefix = paint(RED, prefix.rstrip()) + prefix[len(prefix.rstrip()) :]
    parts: list[str] = []
    frames = [frame for frame in error.trace or () if show_trace or not frame.detail]
    if frames:
        _write_trace(parts, frames, show_trace, paint)
        parts.append(f"\n{shown_prefix}")
    parts.append(f"{paint.message(error.message) if error.painted else error.message}\n")
    if error.position is not None:
        _write_position(parts, error.position, "", paint)
    if error.hint:
        parts.append(f"{paint.hint(error.hint)}\n")
    text = "".join(parts).rstrip(BLANKS)
    if not colour and error.ends_highlighted and error.message.endswith("\n"):
        blanks = error.message[len(error.message.rstrip(BLANKS)) :]
        text += "\n" * blanks.count("\n") + NORMAL  # empty lines, of which the last is indented
    return indent(shown_prefix, len(prefix), text)


def render_warning(text: str, prefix: str = "warning: ", *, colour: bool = False) -> str:
    """The text for a warning; `builtins.warn` has the prefix `evaluation warning: `."""
    paint = _Paint(colour)
    shown_prefix = paint(MAGENTA, prefix.rstrip()) + prefix[len(prefix.rstrip()) :]
    return terminal_text(indent(shown_prefix, len(prefix), text.rstrip(BLANKS)), colour)


class _Paint:
    """Puts a colour around a text, or does not."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, code: str, text: str) -> str:
        return f"{code}{text}{NORMAL}" if self.colour else text

    def message(self, text: str) -> str:
        """Colours the arguments of a message."""
        if not self.colour:
            return text
        from nixlite.traces.painting import paint_message

        return paint_message(text)

    def hint(self, text: str) -> str:
        """Colours the names of a suggestion."""
        if not self.colour:
            return text
        from nixlite.traces.painting import paint_hint

        return paint_hint(text)


def _write_trace(parts: list[str], frames: list[Frame], show_trace: bool, paint: _Paint) -> None:
    seen: set[tuple[object, str]] = set()
    held: list[Frame] = []  # a run of frames that were shown before
    count = 0
    truncated = False
    for frame in frames:
        if not frame.text:
            continue
        if not show_trace and count > ENOUGH:
            truncated = True
        if truncated and not frame.always:
            continue
        key = (frame.position, frame.text)
        if key in seen:
            held.append(frame)
            continue
        seen.add(key)
        count += _write_held(parts, held, paint)
        count += 1 + _write_frame(parts, frame, paint)
    _write_held(parts, held, paint)
    if truncated:
        parts.append(f"\n{paint(MAGENTA, TRUNCATED)}\n")


def _write_held(parts: list[str], held: list[Frame], paint: _Paint) -> int:
    """Write or summarise repeated frames and forget them; the number of positions written."""
    count = 0
    if len(held) <= FEW_DUPLICATES:
        for frame in held:
            count += _write_frame(parts, frame, paint)
    else:
        parts.append(f"\n{paint(MAGENTA, f'({len(held)} duplicate frames omitted)')}\n")
    held.clear()
    return count


def _write_frame(parts: list[str], frame: Frame, paint: _Paint) -> bool:
    parts.append(f"\n… {paint.message(frame.text)}\n")
    if frame.position is None:
        return False
    _write_position(parts, frame.position, "  ", paint)
    return True


def _write_position(parts: list[str], position: Position, indent: str, paint: _Paint) -> None:
    """`at FILE:LINE:COLUMN:` and the excerpt; without a text that is all, not even a newline."""
    start = BLUE if paint.colour else ""  # goes on until the end of the position, in another colour
    parts.append(f"{indent}{start}at {paint(MAGENTA, str(position))}:")
    excerpt = excerpt_lines(position, paint)
    if excerpt:
        parts.append("\n" + "\n".join(excerpt) + "\n")


def excerpt_lines(position: Position, paint: _Paint | None = None) -> list[str]:
    """The line of *position* with its neighbours and a caret below; none without a text."""
    source = position.source
    if source is None or not source.text:
        return []
    number, last = position.line, len(source.line_starts())
    shown = []
    if 1 < number <= last + 1:
        shown.append(f" {number - 1:5}| {source.line(number - 1)}")
    if number <= last:
        caret = paint(RED, "^") if paint else "^"
        shown.append(f" {number:5}| {source.line(number)}")
        shown.append(f"      |{' ' * position.column}{caret}")
    if number < last:
        shown.append(f" {number + 1:5}| {source.line(number + 1)}")
    return shown


def indent(prefix: str, width: int, text: str) -> str:
    """*prefix* before the first line, blanks before the others; no blanks at the ends of lines."""
    if not text:
        return ""
    first, *others = text.split("\n")
    margin = " " * width
    return "\n".join([(prefix + first).rstrip(BLANKS), *((margin + line).rstrip(BLANKS) for line in others)])


def terminal_text(text: str, colour: bool = False) -> str:
    """*text* as Nix's logger writes it: without carriage returns and bells, without escape sequences except
    colours on a terminal, and with tabs expanded to the next multiple of 8.

    The column for that is counted over the whole text: newlines do not reset it (Nix 2.34.8).
    """
    if "\x1b" in text:
        text = _ESCAPE.sub(lambda match: match[0] if colour and match[0].endswith("m") else "", text)
    if "\r" in text or "\a" in text:
        text = text.replace("\r", "").replace("\a", "")
    if "\t" not in text:
        return text
    pieces = text.split("\t")
    column = 0
    out = []
    for piece in pieces[:-1]:
        column += _width(piece)
        blanks = 8 - column % 8
        column += blanks
        out.append(piece + " " * blanks)
    out.append(pieces[-1])
    return "".join(out)


def _width(text: str) -> int:
    """Columns that *text* takes: escape sequences and control characters none, wide characters two."""
    if "\x1b" in text:
        text = _ESCAPE.sub("", text)
    if text.isascii():
        return sum(" " <= character <= "~" for character in text)
    from unicodedata import category, east_asian_width  # only for excerpts with tabs and beyond ASCII

    width = 0
    for character in text:
        kind = category(character)
        if kind == "Cs":  # a byte that is not UTF-8
            width += 1
        elif kind not in ("Cc", "Cf", "Mn", "Me"):
            width += 2 if east_asian_width(character) in "WF" else 1
    return width
