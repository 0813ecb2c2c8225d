"""A TOML text that is being read, and its errors as the library toml11 (version 4) shows them.

The text is a byte view. A `Region` is what an excerpt underlines; where toml11 shortens or mixes up lines,
so do we, since C++ Nix prints its messages unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.runtime.utf8 import from_byte_view

if TYPE_CHECKING:
    import re

FILE = "fromTOML"
SHOWN = 30  # characters around the region that an excerpt keeps of a line
NAMES = {0: "NUL", 32: "SPACE", 10: "LINE FEED", 13: "CARRIAGE RETURN", 9: "TAB", 11: "VERTICAL TAB",
         12: "FORM FEED", 27: "ESCAPE"}  # fmt: skip


class Region(NamedTuple):
    """Characters *first* to *last* (exclusive) of *text*; its last line is that of the character *ending*.

    Lines are counted only for an error that is shown.
    """

    text: str
    file: str
    first: int
    last: int
    ending: int

    @property
    def first_line(self) -> int:
        """The 1-based line on which the region begins."""
        return self.text.count("\n", 0, self.first) + 1

    @property
    def last_line(self) -> int:
        """The 1-based line on which it ends."""
        return self.text.count("\n", 0, self.ending) + 1


class Fault(Exception):
    """One error: what is wrong, the places with a remark each, and a hint."""

    def __init__(self, title: str, *places: tuple[Region, str], hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.places = places
        self.hint = hint


class Text:
    """A text with a position in it; `at` is the character there, "" at the end."""

    def __init__(self, text: str, file: str = FILE) -> None:
        self.text = text
        self.file = file
        self.position = 0

    @property
    def at(self) -> str:
        """The character at the position."""
        return self.text[self.position : self.position + 1]

    @property
    def at_end(self) -> bool:
        """Whether everything is read."""
        return self.position >= len(self.text)

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """The text that *pattern* matches here, and step over it."""
        found = pattern.match(self.text, self.position)
        if found is None:
            return None
        self.position = found.end()
        return found.group()

    def here(self) -> Region:
        """The character at the position, or the last one at the end."""
        position = self.position
        if self.at_end:
            return Region(self.text, self.file, max(position - 1, 0), position, position)
        return Region(self.text, self.file, position, position + 1, position)

    def since(self, first: int) -> Region:
        """From *first* to the position."""
        return Region(self.text, self.file, first, self.position, self.position)

    def fault(self, title: str, remark: str = "here", hint: str = "") -> Fault:
        """An error at the position."""
        return Fault(title, (self.here(), remark), hint=hint)

    def expected(
        self, title: str, steps: tuple[tuple[re.Pattern[str], str], ...], hint: str = "", prefix: str = ""
    ) -> Fault:
        """An error at the first of *steps* (pattern, its name) that does not fit here."""
        for pattern, name in steps:
            if self.take(pattern) is None:
                return self.fault(title, f"expected {prefix}{name}", hint)
        return self.fault(title, "expected ", hint)


def report(faults: list[Fault]) -> str:
    """The message for all that was found wrong."""
    return from_byte_view("".join([show_fault(fault) for fault in faults]))


def show_fault(fault: Fault) -> str:
    """One error with its excerpts."""
    width = max(
        [len(str(region.last_line)) if region.last_line else 0 for region, _ in fault.places], default=0
    )
    margin = " " * (width + 1)
    text = f"[error] {fault.title}\n"
    file = ""
    for index, (region, remark) in enumerate(fault.places):
        if index:
            text += f"{margin} | ...\n{margin} |\n"
        if region.file != file:
            file = region.file
            text += f" --> {file}\n{margin} |\n"
        text += show_excerpt(region, remark, width)
    return text + fault.hint


def show_excerpt(region: Region, remark: str, width: int) -> str:
    """The lines of a region, underlined."""
    lines = excerpt_lines(region)
    first, offset = lines[0]
    if len(lines) == 1:
        limit = 1 if len(first) < offset + 1 else len(first) - offset
        length = min(limit, region.last - region.first)
        return show_line(region.first_line, first, width) + underline(offset, length, remark, width)
    last, last_offset = lines[-1]
    middle = "" if len(lines) == 2 else "and"
    text = show_line(region.first_line, first, width) + underline(offset, len(first) - offset, middle, width)
    if len(lines) == 3:
        text += show_line(region.first_line + 1, "...", width) + underline(0, 3, "and", width)
    return text + show_line(region.last_line, last, width) + underline(0, last_offset + 1, remark, width)


def show_line(number: int, line: str, width: int) -> str:
    """` 12 | line`, characters that cannot be seen by their codes."""
    shown = "".join([c if " " <= c <= "~" else show_character(c) for c in line])
    return f" {number:>{width}} | {shown}\n"


def show_character(character: str) -> str:
    """`0x09(TAB)`."""
    code = ord(character)
    return f"0x{code:02x}" + (f"({NAMES[code]})" if code in NAMES else "")


def underline(offset: int, length: int, remark: str, width: int) -> str:
    """`    ^^^-- remark`."""
    return f"{' ' * (width + 1)} | {' ' * offset}{'^' * length}-- {remark}\n"


def excerpt_lines(region: Region) -> list[tuple[str, int]]:
    """One to three lines, each with the offset in it where the region begins or ends."""
    text, begin, end = region.text, region.first, region.last - 1
    if region.first == region.last:
        return [("", 0)]
    if region.first_line == region.last_line:
        return [cut_line(text, begin, end)]
    size = len(text)
    stop = min(begin + 50, size) if size - begin > 60 else size
    first_end = text.find("\n", begin, stop)
    start = end - 50 if end > 60 else 0
    last_begin = text.find("\n", start, end)
    first = cut_line(text, begin, stop if first_end < 0 else first_end)
    last = cut_line(text, end if last_begin < 0 else last_begin, end)
    if region.first_line + 1 == region.last_line:
        return [first, last]
    return [first, ("...", 0), last]


def cut_line(text: str, begin: int, end: int) -> tuple[str, int]:
    """The line around *begin* to *end*, shortened, and the offset of *begin* in it."""
    earliest = max(begin - SHOWN, 0)
    latest = min(end + SHOWN, len(text))
    start = max(text.rfind("\n", earliest, begin) + 1, earliest)
    stop = text.find("\n", end, latest)
    stop = latest if stop < 0 else stop
    line, offset = text[start:stop], begin - start
    if start and text[start - 1] != "\n":
        line, offset = "... " + line, offset + 4
    if stop < len(text) and text[stop] != "\n":
        line += " ..."
    return line, offset
