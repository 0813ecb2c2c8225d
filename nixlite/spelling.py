"""How strings and names are written so that Nix reads them back, and paths in their one form."""

from __future__ import annotations

KEYWORDS = frozenset(("if", "then", "else", "assert", "with", "let", "in", "rec", "inherit"))
_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def quote(text: str) -> str:
    """*text* as a string literal: `"` `\\` newline, return, tab and `${` escaped, nothing else."""
    escaped = text.translate(_ESCAPES).replace("${", "\\${")
    return f'"{escaped}"'


def is_identifier(name: str) -> bool:
    """Whether *name* is `[A-Za-z_][A-Za-z0-9_'-]*`, by way of Python's names: `re` is slow to load."""
    if not name.isascii() or name.startswith(("'", "-")):
        return False
    return name.replace("'", "_").replace("-", "_").isidentifier()


def natural(text: str, largest: int = 2**64 - 1) -> int | None:
    """The number that *text*, decimal digits without a sign, stands for; None for any other text, or beyond.

    Python's `int` takes digits of other alphabets, and refuses very long texts with an error of its own.
    """
    if not (text.isascii() and text.isdigit()):
        return None
    text = text.lstrip("0") or "0"
    if len(text) > 20:
        return None
    number = int(text)
    return number if number <= largest else None


def attribute_name(name: str) -> str:
    """*name* as the left side of a binding, and in messages: bare if it is an identifier, else quoted."""
    if is_identifier(name) and name not in KEYWORDS:
        return name
    return quote(name)


def normalise(path: str) -> str:
    """*path* made absolute and canonical by its text alone: no `.`, `..`, doubled or final slashes."""
    if path.startswith("/") and "//" not in path and "/." not in path and not path.endswith("/"):
        return path
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)
