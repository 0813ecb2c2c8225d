"""What a person wishes of a package, in words: `version=0.9.0`, `patches+=./x.patch`, `gd=gd2`, `cc=gcc8`."""

from __future__ import annotations

import re
from typing import NamedTuple

from nixlite.errors import UsageError
from nixlite.spelling import quote

WORD = re.compile(r"(?P<path>[A-Za-z_][\w'-]*(?:\.[A-Za-z_][\w'-]*)*)(?P<how>\+?=)(?P<value>.*)", re.DOTALL)
LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|\'\'.*\'\'|\[.*\]|\{.*\}|\(.*\)|true|false|null', re.DOTALL)
PATH = re.compile(r"(?:\./|\.\./|/|~/)[\w./+-]+")
NUMBER = re.compile(r"-?[0-9]+")
NAME = re.compile(r"[A-Za-z_][\w'-]*(?:\.[A-Za-z_][\w'-]*)*")


class Wish(NamedTuple):
    """*name* is to be *value* (with *adds*: to have it as well). `code` is the value as it was written, if it
    can only be Nix code; a bare word may be the name of a package or a text."""

    name: str
    value: str
    adds: bool

    @property
    def code(self) -> str | None:
        """The value as Nix code, if it is written as such: a string, list, set, path, number or truth."""
        return self.value if any(kind.fullmatch(self.value) for kind in (LITERAL, PATH, NUMBER)) else None

    @property
    def is_number(self) -> bool:
        """Whether the value is a bare number, which may also be meant as a text: `version=3`."""
        return NUMBER.fullmatch(self.value) is not None

    @property
    def text(self) -> str:
        """The value as a string in Nix code."""
        return quote(self.value)

    @property
    def is_name(self) -> bool:
        """Whether the value may be the name of a package."""
        return NAME.fullmatch(self.value) is not None


def read(word: str) -> Wish:
    """The wish in a word; raises UsageError."""
    found = WORD.fullmatch(word)
    if found is None:
        raise UsageError(f"'{word}' is no wish: write NAME=VALUE, or NAME+=VALUE for what is to be added")
    if not found["value"]:
        raise UsageError(f"'{word}' has no value; an empty text is {found['path']}='\"\"'")
    return Wish(found["path"], found["value"], found["how"] == "+=")
