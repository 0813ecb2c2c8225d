"""Colours for the input, line by line, by the lexer that reads programs.

A line is read anew when it or the mode that it begins in has changed. The colours are those of answers, of
the terminal's own sixteen: names have none, so that they can be read on every background.
"""

from __future__ import annotations

import re

from prompt_toolkit.lexers import Lexer

from nixlite.repl.terminal.style import COMMAND, COMMENT, KEYWORD, NUMBER, PATH, TEXT
from nixlite.syntax.driver import machine
from nixlite.syntax.lines import LineReader, read_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from prompt_toolkit.document import Document
    from prompt_toolkit.formatted_text import StyleAndTextTuples

CLASSES = {
    KEYWORD: ("IF", "THEN", "ELSE", "ASSERT", "WITH", "LET", "IN", "REC", "INHERIT", "OR_KW"),
    NUMBER: ("INT_LIT", "FLOAT_LIT"),
    TEXT: ("STR", "IND_STR", "QUOTE", "IND_STRING_OPEN", "IND_STRING_CLOSE", "URI"),
    PATH: ("PATH", "HPATH", "SPATH"),
}
CONSTANTS = ("true", "false", "null")
_COMMAND = re.compile(r"\s*:\S+")


class NixLexer(Lexer):
    """prompt_toolkit's view of the lexer; *reader* is what knows the lines of the input already."""

    def __init__(self, reader: LineReader) -> None:
        self.reader = reader
        kinds = machine()[0].kinds
        self.classes = {kinds[name]: look for look, names in CLASSES.items() for name in names}

    def look(self, kind: int, text: str) -> str:
        """The class of a token."""
        if text in CONSTANTS:
            return f"class:{NUMBER}"
        return f"class:{self.classes[kind]}" if kind in self.classes else ""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """What gives the pieces of a line, by its number."""
        places, lines = self.reader.places_in(document.text), document.lines

        def pieces(number: int) -> StyleAndTextTuples:
            if number >= len(lines):
                return []
            place, text = places[number], lines[number]
            command = _COMMAND.match(text) if number == 0 else None
            start = command.end() if command else 0
            line = read_line(f"{text}\n", place.mode, place.opened, self.reader.features)
            found: StyleAndTextTuples = [(f"class:{COMMAND}", text[:start])] if start else []
            for begin, end, kind in zip(line.tokens.starts, line.tokens.ends, line.tokens.kinds, strict=True):
                begin, end = max(begin, start), min(end, len(text))  # within the line
                if begin >= end:
                    continue
                found += between(text[start:begin], place.is_comment and not found)
                found.append((self.look(kind, text[begin:end]), text[begin:end]))
                start = end
            return found + between(text[start:], place.is_comment and not found)

        return pieces


def between(text: str, goes_on: bool) -> StyleAndTextTuples:
    """What stands between tokens: blanks, what is no token, comments (one may go on from above)."""
    if not text:
        return []
    is_comment = goes_on or text.lstrip().startswith(("#", "/*"))
    return [(f"class:{COMMENT}" if is_comment else "", text)]
