"""The sites of compiled code: where in the Nix source an instruction belongs, and in what context.

The compiler writes a row for each (`compiler.unit`), the code says of each instruction which row is its own
(`compiler.emit`), and traces are read from them (`traces.reading`, `runtime.depth`).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    Row = tuple[int, int, int, int, Any]
    """A row: its places are the first names below."""

LINE: Final = 0
"""Where in a row the line is; 0 where there is no position."""

COLUMN: Final = 1
"""Where the column is."""

OUTER: Final = 2
"""Where the number of the row of the enclosing context is; 0 for none."""

KIND: Final = 3
"""Where the kind is."""

ABOUT: Final = 4
"""Where that is what else there is to say, by kind."""

PLAIN, CONTEXT, SELECT, CALL, FORMALS = range(5)
"""Kinds of sites: a position only; a trace context (its text); an attribute selection (the path); a function
call (the line and column of an argument that is called before, or None); the matching of a function's
formals."""

EMPTY: Row = (0, 0, 0, PLAIN, None)
"""The row of what has neither a position nor a context; row 0 of each table."""

CALLING_BUILTIN = "while calling the '"
"""How the text of a context begins that stands for a call of a builtin, made without a frame."""

NOWHERE: tuple[str, int, int] = ("", 0, 1)
"""The place (file, line, column) of what has none. As a local `error_site`: what is evaluated is charged to
no place, as Nix does in comparisons."""


class Site:
    """A place in the Nix source that an instruction belongs to; *number* is its row in the table."""

    __slots__ = ("column", "line", "number")

    def __init__(self, line: int, column: int, number: int) -> None:
        self.line = line
        self.column = column
        self.number = number
