"""Source texts and positions in them.

A `Source` is a text with a name; it turns character offsets into positions as Nix counts them: 1-based
lines, 1-based columns in UTF-8 bytes. Lines end at `\\n`, `\\r\\n` or a lone `\\r`.
"""

from __future__ import annotations

import re
from bisect import bisect_right

LINE_END = re.compile("\r\n|\n|\r")


class Source:
    """A text with the name that messages show (`/abs/file.nix`, `«string»`, `«stdin»`).

    `text` is UTF-8 decoded with `surrogateescape`; `base` is the absolute directory that relative path
    literals in it are resolved against; `path` is the absolute file path, None when it is no file.
    """

    __slots__ = ("__weakref__", "_starts", "base", "name", "path", "text")

    def __init__(self, name: str, text: str, *, base: str = "/", path: str | None = None) -> None:
        self.name = name
        self.text = text
        self.base = base
        self.path = path
        self._starts: list[int] | None = None

    def line_starts(self) -> list[int]:
        """Character offsets at which the lines begin."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in LINE_END.finditer(self.text))]
        return self._starts

    def line_column(self, offset: int) -> tuple[int, int]:
        """1-based line and UTF-8 byte column of a character offset."""
        starts = self.line_starts()
        line = bisect_right(starts, offset)
        start = starts[line - 1]
        if self.text.isascii():
            return line, offset - start + 1
        return line, len(self.text[start:offset].encode("utf-8", "surrogateescape")) + 1

    def position(self, offset: int) -> Position:
        """The position of a character offset."""
        line, column = self.line_column(offset)
        return Position(self.name, line, column, self)

    def lines(self) -> list[str]:
        """The lines without their ends; the empty line after a final newline counts."""
        return LINE_END.split(self.text)


def shown_name(name: str) -> str:
    """The name of a source as messages have it: without what follows U+001F.

    That tells apart texts of the same name, such as the inputs of the REPL, which are all `«string»`.
    """
    return name.partition("\x1f")[0]


class Position:
    """A place in a source: file name as shown, 1-based line, 1-based UTF-8 byte column.

    `source` is the text where it is at hand; without it no excerpt can be shown.
    """

    __slots__ = ("column", "file", "line", "source")

    def __init__(self, file: str, line: int, column: int, source: Source | None = None) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.source = source

    def __str__(self) -> str:
        return f"{shown_name(self.file)}:{self.line}:{self.column}"

    def __repr__(self) -> str:
        return f"Position({self.file!r}, {self.line}, {self.column})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Position):
            return NotImplemented
        return (self.file, self.line, self.column) == (other.file, other.line, other.column)

    def __hash__(self) -> int:
        return hash((self.file, self.line, self.column))
