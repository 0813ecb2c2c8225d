"""Edits of a text, all at once: offsets are those of the text as it was."""

from __future__ import annotations

Edit = tuple[int, int, str]
"""Start and end offset of a text, and what takes its place."""


def replace(text: str, edits: list[Edit], start: int, end: int) -> str:
    """Part of a text with replacements in it."""
    result, at = [], start
    for first, last, new in sorted(edits):
        result += [text[at:first], new]
        at = last
    return "".join([*result, text[at:end]])
