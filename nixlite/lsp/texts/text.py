"""Texts as editors have them: positions are lines and units of an encoding, changes are replaced ranges.

Lines end at `\\n`, `\\r\\n` or a lone `\\r` (LSP 3.17, "Text Documents"), and nowhere else: a form feed is no
end of a line. An editor counts columns in UTF-16 units unless both sides agree on UTF-8 or UTF-32.
"""

from __future__ import annotations

from bisect import bisect_right

from nixlite.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.lsp.texts.tree import Span

UTF8, UTF16, UTF32 = "utf-8", "utf-16", "utf-32"


class Text:
    """A text with its lines; *encoding* is what columns are counted in.

    All offsets are in characters of Python's. Places outside of the text mean its nearest end, as LSP has it.
    """

    def __init__(self, text: str, encoding: str = UTF16) -> None:
        self.text = text
        self.encoding = encoding
        self.starts = Source("", text).line_starts()
        self.plain = text.isascii() or encoding == UTF32

    def position(self, offset: int) -> tuple[int, int]:
        """0-based line and column of an offset."""
        line = bisect_right(self.starts, offset) - 1
        start = self.starts[line]
        return line, offset - start if self.plain else self.units(self.text[start:offset])

    def units(self, piece: str) -> int:
        """How many units a piece of text has."""
        if self.encoding == UTF8:
            return len(piece.encode("utf-8", "surrogatepass"))
        return len(piece) + sum(1 for letter in piece if letter > "\uffff")

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column; a column in the middle of a character means its beginning."""
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.text)
        start, end = self.starts[line], self.line_end(line)
        if self.plain:
            return min(start + column, end)
        units = 0
        for at in range(start, end):
            width = self.units(self.text[at])
            if units + width > column:
                return at
            units += width
        return end

    def line_end(self, line: int) -> int:
        """Where a line ends, before what ends it."""
        if line + 1 >= len(self.starts):
            return len(self.text)
        end = self.starts[line + 1] - 1
        return end - 1 if self.text[end] == "\n" and self.text[end - 1 : end] == "\r" else end

    def line_of(self, offset: int) -> int:
        """The 0-based line of an offset."""
        return bisect_right(self.starts, offset) - 1

    def line_text(self, line: int) -> str:
        """A line, without what ends it."""
        return self.text[self.starts[line] : self.line_end(line)]

    def replaced(self, span: Span, new: str) -> Text:
        """The text with a span replaced."""
        return Text(self.text[: span[0]] + new + self.text[span[1] :], self.encoding)


def difference(old: str, new: str) -> tuple[int, int, str]:
    """The smallest single replacement that makes *new* of *old*: start, end, and what is put there."""
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[len(old) - 1 - end] == new[len(new) - 1 - end]:
        end += 1
    return start, len(old) - end, new[start : len(new) - end]
