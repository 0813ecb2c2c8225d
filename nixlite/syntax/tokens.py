"""What the lexer hands to the parser."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Tokens:
    """The tokens of a source, as parallel lists.

    *kinds* as in `automaton.Tables.kinds`; *values*: the text of a word, the value of a number, for a piece
    of a string its offset and text (of an indented string also whether it is raw, no escape), otherwise the
    offset; *starts* and *ends*: character offsets. The last token is END, or LEXER_ERROR with the exception
    as its value. *docs*: the span of the `/** */` comment before the token at an offset.
    """

    __slots__ = ("docs", "ends", "kinds", "starts", "values")

    def __init__(self) -> None:
        self.kinds: list[int] = []
        self.values: list[Any] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.docs: dict[int, tuple[int, int]] = {}

    def add(self, kind: int, value: Any, start: int, end: int) -> None:
        """Append one token."""
        self.kinds.append(kind)
        self.values.append(value)
        self.starts.append(start)
        self.ends.append(end)

    def insert_first(self, kind: int) -> None:
        """Put a token without text before all others."""
        for column, entry in ((self.kinds, kind), (self.values, 0), (self.starts, 0), (self.ends, 0)):
            column.insert(0, entry)
