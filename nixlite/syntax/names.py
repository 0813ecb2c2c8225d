"""The names in a text, in the order in which Nix meets them."""

from __future__ import annotations

from nixlite.syntax.lexer import tokenize
from nixlite.syntax.parser import machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.source import Source


def names_in(source: Source, features: frozenset[str]) -> dict[str, None]:
    """All names that are written without quotes, each at its first place.

    (Nix numbers the argument of `x: body` after the names in its body; where they differ, so does the order.)
    """
    tables, patterns = machine()
    tokens = tokenize(source, tables, patterns, features)
    name = tables.kinds["ID"]
    return {value: None for kind, value in zip(tokens.kinds, tokens.values, strict=False) if kind == name}
