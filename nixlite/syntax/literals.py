"""What literals mean: numbers, escapes, and the indentation of `''…''` strings.

Manual: Nix Language, "String literal"; the corners are those of C++ Nix 2.34.
"""

from __future__ import annotations

import re

from nixlite.syntax.nodes import Expr, Str

INT_MAX = 2**63 - 1
SMALLEST_NORMAL = 2.0**-1022

ESCAPE = re.compile(r"\\(.)|\r\n?", re.DOTALL)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}

Text = tuple[int, str, bool]
"""A piece of an indented string: start offset, text, and whether it is raw (an escape such as `''$` is not)."""

Interpolated = tuple[int, Expr]
"""Start offset and expression."""


def int_value(text: str) -> int | None:
    """The value of decimal digits; None when it exceeds 64 bits (Nix: `invalid integer`)."""
    if len(text) > 18:
        text = text.lstrip("0") or "0"
        if len(text) > 19 or int(text) > INT_MAX:
            return None
    return int(text)


def float_value(text: str) -> float | None:
    """The value of a floating-point literal; None where C's `strtod` reports overflow or a loss by underflow."""
    value = float(text)
    if value == float("inf"):
        return None
    if value < SMALLEST_NORMAL and text.strip("0.")[:1] not in ("", "e", "E"):
        from fractions import Fraction  # only for numbers that are nearly 0

        if Fraction(text) != Fraction(value):
            return None
    return value


def escaped(character: str) -> str:
    """What a backslash (or `''` and a backslash) and this character mean."""
    return ESCAPES.get(character, character)


def unescape(text: str) -> str:
    """The text of a `"…"` piece: escapes resolved; CR and CR LF, unless escaped, become LF."""
    if "\\" not in text and "\r" not in text:
        return text
    return ESCAPE.sub(lambda match: escaped(match[1]) if match[1] else "\n", text)


def strip_indentation(pieces: list[Text | Interpolated]) -> list[Interpolated]:
    """The parts of an indented string without the indentation that its lines share; empty texts left out.

    Only spaces count as indentation (a tab does not); a last line of nothing but spaces is dropped.
    Manual: "String literal", indented strings.
    """
    shared = _shared_indentation(pieces)
    parts: list[Interpolated] = []
    at_line_start, dropped = True, 0
    for piece in pieces:
        if len(piece) == 2:
            at_line_start, dropped = False, 0
            parts.append(piece)
            continue
        start, text, _ = piece
        lines = text.split("\n")
        for number, line in enumerate(lines):
            if number:
                at_line_start, dropped = True, 0
            if at_line_start:
                spaces = len(line) - len(line.lstrip(" "))
                lines[number] = line[min(spaces, max(shared - dropped, 0)) :]
                dropped += spaces
                if len(line) > spaces:
                    at_line_start, dropped = False, 0
        if piece is pieces[-1] and len(lines) > 1 and not lines[-1].strip(" "):
            lines[-1] = ""
        if stripped := "\n".join(lines):
            parts.append((start, Str(stripped, start, start + len(text))))
    return parts


def _shared_indentation(pieces: list[Text | Interpolated]) -> int:
    """The least number of spaces before anything else on a line; lines of spaces only do not count."""
    least = 1_000_000  # as in Nix: lines indented even deeper lose so many spaces only
    at_line_start, indentation = True, 0
    for piece in pieces:
        if len(piece) == 2 or not piece[2]:  # interpolations and escapes end the indentation
            if at_line_start:
                at_line_start = False
                least = min(least, indentation)
            continue
        for number, line in enumerate(piece[1].split("\n")):
            if number:
                at_line_start, indentation = True, 0
            if at_line_start:
                spaces = len(line) - len(line.lstrip(" "))
                indentation += spaces
                if len(line) > spaces:
                    at_line_start = False
                    least = min(least, indentation)
    return least
