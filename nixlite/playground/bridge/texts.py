"""Places as an editor in a browser counts them: lines from 1, columns from 0 in UTF-16 code units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypedDict

from nixlite.explain.brief import shown_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nixlite.source import Source

TOKEN = re.compile(r"[A-Za-z_][\w'-]*|\d[\d.]*|\"|''|//|\+\+|[=!<>]=|&&|\|\||->|\S")
"""What an error at a place is underlined to."""


class Spot(TypedDict):
    """A place: the file as it is shown, where it begins, and the column where it ends."""

    file: str
    line: int
    column: int
    end: int


class Range(TypedDict):
    """A part of a file, by UTF-16 offsets."""

    file: str
    start: int
    end: int


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def characters(text: str, offset: int) -> int:
    """The number of characters in the first *offset* UTF-16 code units of a text."""
    if text.isascii():
        return min(offset, len(text))
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * offset].decode("utf-16-le", "ignore"))


def spot(source: Source | None, file: str, line: int, column: int, base: str) -> Spot:
    """The place of a 1-based line and UTF-8 byte column, up to the end of what is written there."""
    shown = shown_file(file, base)
    if source is None or line < 1:
        return {"file": shown, "line": max(line, 1), "column": 0, "end": 0}
    lines = source.lines()
    text = lines[line - 1] if line <= len(lines) else ""
    before = text.encode("utf-8", "surrogateescape")[: column - 1].decode("utf-8", "surrogateescape")
    found = TOKEN.match(text, len(before))
    start = units(before)
    return {"file": shown, "line": line, "column": start, "end": start + units(found[0] if found else "")}


def part(source: Source, start: int, end: int, base: str) -> Range:
    """A part of a source that is known by character offsets."""
    return {
        "file": shown_file(source.name, base),
        "start": units(source.text[:start]),
        "end": units(source.text[:end]),
    }


def place_spot(place: tuple[str, int, int] | None, sources: Mapping[str, Source], base: str) -> Spot | None:
    """A place as explanations have it."""
    return None if place is None else spot(sources.get(place[0]), *place, base)
