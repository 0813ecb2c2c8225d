"""How strings and names are written so that Nix reads them back."""

from __future__ import annotations

import re

KEYWORDS = frozenset(("if", "then", "else", "assert", "with", "let", "in", "rec", "inherit"))
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*\Z")
_TO_ESCAPE = re.compile(r'["\\\n\r\t]|\$(?=\{)')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "$": "\\$"}


def quote(text: str) -> str:
    """*text* as a string literal: `"` `\\` newline, return, tab and `${` escaped, nothing else."""
    return f'"{_TO_ESCAPE.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    return _ESCAPES[match.group()]


def attribute_name(name: str) -> str:
    """*name* as the left side of a binding, and in messages: bare if it is an identifier, else quoted."""
    if _IDENTIFIER.match(name) and name not in KEYWORDS:
        return name
    return quote(name)
