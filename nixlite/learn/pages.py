"""Texts of a course as lines that are no wider than they may be.

A text is Markdown's simplest: paragraphs, `# ` titles, `- ` items, fences, `code`, *stress*; a line that
ends in two spaces ends there. Lines of our own begin with a mark: `✓ ` holds, `✗ ` does not, `» ` is said
to the learner, `~ ` is beside the point.
"""

from __future__ import annotations

import re
import unicodedata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

Line = list[tuple[str, str]]
"""Pieces of a line: their style, a word, and their text."""

SIGNS = re.compile(r"(`|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w))")
MARKS = {"✓ ": "good", "✗ ": "bad", "» ": "say", "~ ": "faint", "# ": "title"}


def lines_of(text: str, width: int) -> list[Line]:
    """The lines of a text, wrapped to *width* columns."""
    result: list[Line] = []
    fenced = False
    paragraph: list[str] = []

    def end_paragraph() -> None:
        if paragraph:
            result.extend(wrapped(" ".join(paragraph), width))
            paragraph.clear()

    for line in text.splitlines():
        if line.startswith("```"):
            end_paragraph()
            fenced = not fenced
        elif fenced:
            result.extend([[("code", piece)] for piece in broken("  " + line, width)])
        elif not line.strip():
            end_paragraph()
            result.append([])
        elif line[:2] in MARKS or line.startswith(("- ", " ")):
            end_paragraph()
            if line.startswith(" "):
                result.extend([[("code", piece)] for piece in broken(line, width)])
            else:
                paragraph.append(line)
                if line[:2] not in ("» ", "- "):
                    end_paragraph()
        else:
            paragraph.append(line.strip())
            if line.endswith("  "):
                end_paragraph()
    end_paragraph()
    return result


def wrapped(text: str, width: int) -> Iterator[Line]:
    """A paragraph's lines; what follows a mark is indented."""
    style = MARKS.get(text[:2], "")
    inside = "  " if style not in ("", "title") or text.startswith("- ") else ""
    if style == "title":
        text = text[2:]
    first, line, code = True, "", ""
    for word in [*text.split(), None]:
        if word is not None and columns(f"{line} {word}") <= width - (0 if first else len(inside)):
            line = f"{line} {word}" if line else word
            continue
        if line:
            pieces, code = inline(("" if first else inside) + line, style, code)
            yield pieces
            first = False
        line = word or ""
        while columns(line) > width - len(inside):  # a word that is longer than a line
            cut = fitting(line, width - len(inside))
            pieces, code = inline(("" if first else inside) + line[:cut], style, code)
            yield pieces
            line, first = line[cut:], False


def inline(line: str, style: str, inside: str) -> tuple[Line, str]:
    """A line's pieces: what is between backquotes is code, between asterisks it is stressed; and what the
    line ends within."""
    pieces: Line = []
    for piece in SIGNS.split(line):
        if piece == "`" and inside != "*":
            inside = "" if inside else "`"
        elif piece == "*" and inside != "`":
            inside = "" if inside else "*"
        elif piece:
            pieces.append(({"`": "inline", "*": "stress"}.get(inside, style), piece))
    return pieces, inside


def broken(line: str, width: int) -> Iterator[str]:
    """A line of code, cut where it is too long; what follows is indented by two more."""
    line = line.expandtabs(4).rstrip()
    indent = min(len(line) - len(line.lstrip()) + 2, width // 2)
    while columns(line) > width:
        cut = fitting(line, width)
        space = line.rfind(" ", width // 2, cut)
        if space > indent:
            cut = space
        yield line[:cut]
        line = " " * indent + line[cut:].lstrip()
    yield line


def fitting(text: str, width: int) -> int:
    """How many characters fit into *width* columns; one at least."""
    used = 0
    for n, letter in enumerate(text):
        used += columns(letter)
        if used > width:
            return max(n, 1)
    return len(text)


def columns(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def plain(text: str, width: int) -> str:
    """A text as plain lines."""
    return "\n".join(
        "".join(SHOWN.get(style, "{}").format(piece) for style, piece in line)
        for line in lines_of(text, width)
    )


SHOWN = {"inline": "`{}`", "stress": "*{}*"}
"""How pieces look where there are no styles."""
