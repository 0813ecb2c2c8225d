"""Where toml11 goes on reading after an error: guesses, made exactly as it makes them."""

from __future__ import annotations

import re

from nixlite.formats.toml.scalars import BASIC, LITERAL, guess_kind
from nixlite.formats.toml.text import Fault, Text

SIMPLE_KEY_SOURCE = rf"""(?:[A-Za-z0-9_-]+|"(?:{BASIC})*"|'(?:{LITERAL})*')"""
KEY_SOURCE = rf"{SIMPLE_KEY_SOURCE}(?:[ \t]*\.[ \t]*{SIMPLE_KEY_SOURCE})*"
KEY = re.compile(KEY_SOURCE)
TABLE = re.compile(rf"\[[ \t]*{KEY_SOURCE}[ \t]*\]")
ARRAY_TABLE = re.compile(rf"\[\[[ \t]*{KEY_SOURCE}[ \t]*\]\]")
EMPTY_LINE = re.compile(r"[ \t]*\r?\n")
WHITE = re.compile(r"[ \t]*")
INLINE_END = re.compile(r"[^\n,\]}]*")
NOT_NEWLINE_OR_EQUALS = re.compile(r"[^\n=]*")


def skip_to_next_table(text: Text) -> None:
    """To the beginning of the next line that holds a table's header, or the end."""
    while not text.at_end:
        if text.at == "\n":
            text.position += 1
            line = text.position
            text.take(WHITE)
            if text.take(TABLE) is not None or text.take(ARRAY_TABLE) is not None:
                text.position = line
                return
        if not text.at_end:
            text.position += 1


def skip_comments(text: Text) -> None:
    """Over comment lines and empty lines."""
    while not text.at_end:
        text.take(WHITE)
        if text.at == "#":
            end = text.text.find("\n", text.position)
            text.position = len(text.text) if end < 0 else end + 1
        elif text.take(EMPTY_LINE) is None:
            return


def skip_member(text: Text) -> None:
    """Over `name = value`, or to the end of the line when there is no `=`."""
    text.take(NOT_NEWLINE_OR_EQUALS)
    if text.at == "=":
        skip_value(text)


def skip_value(text: Text) -> None:
    """Over what looks like a value."""
    try:
        kind = guess_kind(text)
    except Fault:
        kind = ""
    if kind == "string":
        skip_string(text)
    elif kind == "array":
        skip_array(text)
    elif kind == "table":
        skip_inline_table(text)
    else:
        text.take(INLINE_END)


def skip_string(text: Text) -> None:
    """Over a string, which ends with its line unless it has three quotes."""
    quote = text.at
    if text.text.startswith(quote * 3, text.position):
        end = text.text.find(quote * 3, text.position + 3)
        text.position = len(text.text) if end < 0 else end + 3
        return
    found = re.compile(rf"[{quote}\n]").search(text.text, text.position + 1)
    text.position = len(text.text) if found is None else found.end()


def at_header(text: Text) -> bool:
    """Whether a table's header begins here."""
    return TABLE.match(text.text, text.position) is not None or (
        ARRAY_TABLE.match(text.text, text.position) is not None
    )


def skip_array(text: Text) -> None:
    """Into an array, up to a closing bracket or something that cannot be in it."""
    text.position += 1
    while not text.at_end:
        character = text.at
        if character in "\"'":
            skip_string(text)
        elif character == "#":
            skip_comments(text)
        elif character == "{":
            skip_inline_table(text)
        elif character == "[":
            if at_header(text):
                return
            skip_array(text)
        elif character == "=":
            # A member of a table: the array was not closed before this line.
            text.position = text.text.rfind("\n", 0, text.position) + 1
            return
        elif character == "]":
            return
        else:
            text.position += 1


def skip_inline_table(text: Text) -> None:
    """Into an inline table, up to the closing brace, the end of the line or a header."""
    text.position += 1
    while not text.at_end:
        character = text.at
        if character in "\n}":
            return
        if character in "\"'":
            skip_string(text)
        elif character == "#":
            skip_comments(text)
            return
        elif character == "[":
            if at_header(text):
                return
            skip_array(text)
        elif character == "{":
            skip_inline_table(text)
        else:
            text.position += 1
