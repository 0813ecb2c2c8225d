"""What the rules of the grammar mean: the base of the classes that make nodes.

`grammar/nix.lark` gives each rule the name of a method. A method gets the list of what the rule's symbols
mean and the span of the text, and returns what the whole means. A word or a number means its value, a piece
of a string its offset and text, any other token its offset. Parentheses leave no node but widen the span.
"""

from __future__ import annotations

from nixlite.errors import ParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.source import Source
    from nixlite.syntax.automaton import Tables
    from nixlite.syntax.options import ParseOptions
    from nixlite.syntax.tokens import Tokens

    Args = list[Any]

_METHODS: dict[type[Rules], tuple[Tables, list[Any]]] = {}


def with_methods(tables: Tables, builder: type[Rules]) -> list[Any]:
    """The rules of the grammar (see `Tables.rules`) with the functions of a class in place of their names.

    A tree of some hundred files is parsed with one class and one automaton: they are looked up once.
    """
    known = _METHODS.get(builder)
    if known is None or known[0] is not tables:
        rules = [(length, origin, name and getattr(builder, name)) for length, origin, name in tables.rules]
        known = _METHODS[builder] = (tables, rules)
    return known[1]


class Rules:
    """What the methods of all rules may use."""

    def __init__(self, source: Source, tokens: Tokens, options: ParseOptions) -> None:
        self.source = source
        self.tokens = tokens
        self.options = options
        self.docs = tokens.docs
        self.names: dict[str, None] = {}
        """The names so far in the order in which Nix makes symbols of them: as rules are reduced."""

    def read(self, tokens: Tokens) -> None:
        """Go on with other tokens of the same source."""
        self.tokens = tokens
        self.docs = tokens.docs

    def error(self, message: str, offset: int) -> ParseError:
        """A ParseError at a character offset."""
        return ParseError(message, position=self.source.position(offset))

    def doc(self, offset: int) -> str | None:
        """What the doc comment before the token at *offset* says, between its delimiters."""
        span = self.docs.get(offset)
        return self.source.text[span[0] + 3 : span[1] - 2] if span else None

    def nothing(self, args: Args, start: int, end: int) -> Args:
        """An empty list, of whatever."""
        return []
