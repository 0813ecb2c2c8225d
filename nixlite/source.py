"""Source texts and positions in them.

A `Source` is a text with a name; it turns character offsets into positions as Nix counts them: 1-based
lines, 1-based columns in UTF-8 bytes. Lines end at `\\n`, `\\r\\n` or a lone `\\r`. Here is also what all
rooms need for files: reading and writing one at once, and telling whether it is whole.
"""

from __future__ import annotations

import os
from _thread import get_ident

try:
    from _imp import source_hash
except ImportError:  # another Python than CPython
    source_hash = None  # type: ignore[assignment]  # the stubs know of CPython only

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


CHECKSUM = 8
"""Bytes that `checksum` gives."""

BINARY = os.O_RDONLY | getattr(os, "O_BINARY", 0)
LONG_LINE = 1024
"""Characters of a line from which on the bytes before a column are not counted anew for each."""

SMALL = 1 << 16
"""Bytes that are read of a file at once."""


class Source:
    """A text with the name that messages show (`/abs/file.nix`, `«string»`, `«stdin»`).

    `text` is UTF-8 decoded with `surrogateescape`: of bytes when somebody first reads it, which nobody does
    for what is compiled already. `data`: those bytes until then, None from then on. `base` is the absolute
    directory that relative path literals in it are resolved against; `path` is the absolute file path, None
    when it is no file. `names`: once it is parsed, the names in it in the order in which Nix numbers them
    (see `runtime.symbols`).
    """

    __slots__ = (
        "__weakref__", "_extra", "_find_right", "_starts", "base", "data", "name", "names", "path", "text",
    )  # fmt: skip

    def __init__(self, name: str, text: str | bytes, *, base: str = "/", path: str | None = None) -> None:
        self.name = name
        self.data: bytes | None = None
        if isinstance(text, str):
            self.text = text
        else:
            self.data = text
        self.base = base
        self.path = path
        self.names: Iterable[str] = ()
        self._starts: list[int] | None = None
        self._extra: list[int] = []
        self._find_right: Callable[[list[int], int], int]

    def __getattr__(self, name: str) -> Any:
        """`text`, where it is not there yet."""
        data = self.data if name == "text" else None
        if data is None:  # another thread was here meanwhile, or it is a name that no source has
            found: Any = object.__getattribute__(self, name)
            return found
        self.text = text = data.decode("utf-8", "surrogateescape")
        self.data = None
        return text

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle: what the text is, not what was found out about it."""
        return source_of, (self.name, self.text, self.base, self.path)

    def line_starts(self) -> list[int]:
        """Character offsets at which the lines begin."""
        if self._starts is None:
            text = self.text
            if "\r" in text:  # the lengths stay
                text = text.replace("\r\n", " \n").replace("\r", "\n")
            if "\n" in text:
                from bisect import bisect_right  # one line needs none of this, nor what is in the cache
                from itertools import accumulate

                lengths = [len(line) + 1 for line in text.split("\n")]
                del lengths[-1]
                self._find_right = bisect_right
                self._starts = list(accumulate(lengths, initial=0))
            else:
                self._find_right = only_line
                self._starts = [0]
        return self._starts

    def line_column(self, offset: int) -> tuple[int, int]:
        """1-based line and UTF-8 byte column of a character offset."""
        starts = self._starts or self.line_starts()
        line = self._find_right(starts, offset)
        start = starts[line - 1]
        text = self.text
        if text.isascii():
            return line, offset - start + 1
        if offset - start > LONG_LINE:
            return line, offset - start + 1 + self._wider(offset) - self._wider(start)
        before = text[start:offset]
        if before.isascii():
            return line, offset - start + 1
        return line, len(before.encode("utf-8", "surrogateescape")) + 1

    def line_columns(self, offsets: list[int]) -> tuple[list[int], list[int]]:
        """The lines and the columns of many offsets."""
        starts = self._starts or self.line_starts()
        text, is_ascii = self.text, self.text.isascii()
        lines = [self._find_right(starts, offset) for offset in offsets]
        begins = [starts[line - 1] for line in lines]
        columns = [
            offset - begin + 1
            if is_ascii or (offset - begin <= LONG_LINE and text[begin:offset].isascii())
            else self.line_column(offset)[1]
            for begin, offset in zip(begins, offsets, strict=True)
        ]
        return lines, columns

    def offset(self, line: int, column: int) -> int:
        """The character offset of a line and column, as `line_column` gives them."""
        start = self.line_starts()[line - 1]
        if self.text.isascii():
            return start + column - 1
        before = self.text[start : start + column].encode("utf-8", "surrogateescape")[: column - 1]
        return start + len(before.decode("utf-8", "surrogateescape"))

    def _wider(self, offset: int) -> int:
        """How many bytes more than characters there are before *offset*; counted once, block by block."""
        if not self._extra:
            text = self.text
            self._extra = [0]
            for start in range(0, len(text), LONG_LINE):
                block = text[start : start + LONG_LINE]
                more = len(block.encode("utf-8", "surrogateescape")) - len(block)
                self._extra.append(self._extra[-1] + more)
        number = offset // LONG_LINE
        rest = self.text[number * LONG_LINE : offset]
        return self._extra[number] + len(rest.encode("utf-8", "surrogateescape")) - len(rest)

    def position(self, offset: int) -> Position:
        """The position of a character offset."""
        line, column = self.line_column(offset)
        return Position(self.name, line, column, self)

    def line(self, number: int) -> str:
        """A line, counted from 1, without its end; of `lines`, without taking the whole text apart."""
        starts = self.line_starts()
        if number >= len(starts):
            return self.text[starts[number - 1] :]
        end = starts[number] - 1
        return self.text[starts[number - 1] : end - (self.text[end - 1 : end + 1] == "\r\n")]

    def lines(self) -> list[str]:
        """The lines without their ends; the empty line after a final newline counts."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def source_of(name: str, text: str, base: str, path: str | None) -> Source:
    """A source that was pickled."""
    return Source(name, text, base=base, path=path)


def only_line(starts: list[int], offset: int) -> int:
    """As `bisect_right` in a text of one line."""
    return 1


def read_whole(path: bytes | str, flags: int = 0) -> bytes:
    """The contents of a file; *flags* are further ones of `os.open`. Raises OSError, ValueError.

    Most files are small, and for them a file object takes twice as many calls of the system, and as long.
    """
    return read_open(os.open(path, BINARY | flags))


def read_open(number: int) -> bytes:
    """The contents of a file that is open, which is closed then. Raises OSError."""
    try:
        data = os.read(number, SMALL)
        more = os.read(number, 1)
        if more:
            with open(number, "rb", buffering=0, closefd=False) as file:
                data += more + file.read()
        return data
    finally:
        os.close(number)


def write_all(file: Any, data: bytes) -> None:
    """Write bytes to a file in binary mode. Raises OSError.

    One without a buffer, as the standard output is with PYTHONUNBUFFERED, writes as much as it can; of a pipe
    whose reader is gone it tells the next time only. Where it does not say how much, that is all.
    """
    left = memoryview(data)
    while left:
        written = file.write(left)
        left = left[len(left) if written is None else written :]


def beside(path: str) -> str:
    """A name in *path*'s folder that no other process or thread uses: for what is renamed to *path* once it
    is whole, so that nobody sees half of it."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name}.{os.getpid()}.{get_ident()}"


def checksum(data: bytes) -> bytes:
    """`CHECKSUM` bytes by which damage is noticed, in the same way by every CPython since 3.11.

    It is the hash that Python has for its own `.pyc` files: nothing is to be loaded for it, and it takes a
    fifth of the time of BLAKE2. It is no protection against somebody who wants to deceive.
    """
    if source_hash is not None:
        return source_hash(0, data)
    from hashlib import blake2b

    return blake2b(data, digest_size=CHECKSUM).digest()


def shown_name(name: str) -> str:
    """The name of a source as messages have it: without what follows U+001F.

    That tells apart texts of the same name, such as the inputs of the REPL, which are all `«string»`.
    """
    return name.partition("\x1f")[0]


NO_PLACE = "«none»:0"
"""What is shown for a place that is not known."""


def shown_place(place: tuple[str, int, int] | None) -> str:
    """`file:line:column`."""
    return ":".join(map(str, place)) if place else NO_PLACE


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
