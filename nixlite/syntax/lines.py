"""Whether a text is a whole, read line by line: for inputs that grow, of which each state has to be judged.

What a line means for the lines below it is kept: the lexer's mode and the parser's stacks. So a line more
costs that line, and a change in the middle what is below it. Nothing is built and nothing is raised.
"""

from __future__ import annotations

from functools import lru_cache

from nixlite.errors import NixError
from nixlite.source import Source
from nixlite.syntax.automaton import END, LEXER_ERROR
from nixlite.syntax.driver import machine
from nixlite.syntax.lexer import Resumed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.syntax.automaton import Tables
    from nixlite.syntax.tokens import Tokens

    Stack = tuple[int, Any]
    """States of the automaton: the top one, and the stack below it."""

KEPT = 8192
"""Lines of which the tokens are remembered."""

BINDINGS, OPEN_BINDINGS, EXPRESSION, OPEN, WRONG = "bindings", "open bindings", "expression", "open", "wrong"
"""What a text is: bindings; such without the last `;`; an expression; the beginning of one; none of these."""

PROGRAM, COMMENT = "program", "comment"
"""Modes in which a line begins, besides those of the lexer in strings."""


class Line:
    """The tokens of a line that begins in a mode of the lexer, and the mode after it.

    *opened*: the modes that each `}` to come returns to, outermost first.
    """

    __slots__ = ("mode", "opened", "tokens")

    def __init__(self, tokens: Tokens, mode: str, opened: tuple[str, ...]) -> None:
        self.tokens = tokens
        self.mode = mode
        self.opened = opened


@lru_cache(KEPT)
def read_line(text: str, mode: str, opened: tuple[str, ...], features: frozenset[str]) -> Line:
    """Read a line, its end included; *mode* and *opened* are those of the line before.

    An error of the lexer is the last token. A comment that goes on below, which Nix's lexer takes for
    operators, ends the tokens.
    """
    tables, patterns = machine()
    start = 0
    if mode == COMMENT:
        start = text.find("*/") + 2
        lexer = Resumed(Source("", text), tables, patterns, features)
        if start < 2:
            return Line(lexer.out, COMMENT, opened)
        mode = PROGRAM
    lexer = Resumed(Source("", text), tables, patterns, features)
    try:
        lexer.resume(mode, opened, start)
    except NixError as error:
        lexer.out.add(LEXER_ERROR, error, len(text), len(text))
    cut = comment_start(lexer.out, tables)
    if cut is None:
        return Line(lexer.out, lexer.mode, lexer.modes())
    lexer = Resumed(Source("", text[:cut]), tables, patterns, features)
    lexer.resume(mode, opened, start)  # what was no error before the cut is none now
    return Line(lexer.out, COMMENT, lexer.modes())


def comment_start(tokens: Tokens, tables: Tables) -> int | None:
    """Where `/*` stands that no `*/` follows."""
    slash, star = tables.literals["/"], tables.literals["*"]
    kinds, starts = tokens.kinds, tokens.starts
    for at in range(len(kinds) - 1):
        if kinds[at] == slash and kinds[at + 1] == star and starts[at + 1] == starts[at] + 1:
            return starts[at]
    return None


class Place:
    """How far a text has been read: what the lexer is in, and the stacks of the parser.

    *bindings* is that of a text that is bindings, *expression* of one that is an expression; None where the
    text cannot be that. The numbers say how many tokens it took until then.
    """

    __slots__ = (
        "binding_tokens",
        "bindings",
        "expression",
        "expression_tokens",
        "mode",
        "opened",
        "text_open",
    )

    def __init__(self) -> None:
        tables, _ = machine()
        self.mode = PROGRAM
        self.opened: tuple[str, ...] = ()
        self.bindings: Stack | None = shift(tables, (0, None), tables.kinds["REPL_BINDINGS"])
        self.expression: Stack | None = (0, None)
        self.binding_tokens = self.expression_tokens = 0
        self.text_open = False  # the last token was a piece of a string, which the next line may continue

    def after(self, line: Line) -> Place:
        """The place behind *line*, which begins here."""
        tables, _ = machine()
        text = tables.kinds["STR"]
        kinds, was_text = [], self.text_open
        for kind in line.tokens.kinds:
            if not (kind == text and was_text):
                kinds.append(kind)
            was_text = kind == text
        found = Place.__new__(Place)
        found.mode, found.opened = line.mode, line.opened
        found.text_open = was_text if line.tokens.kinds else self.text_open
        found.bindings, read = run(tables, self.bindings, kinds)
        found.binding_tokens = self.binding_tokens + read
        found.expression, read = run(tables, self.expression, kinds)
        found.expression_tokens = self.expression_tokens + read
        return found

    def then(self, line: str, features: frozenset[str] = frozenset()) -> Place:
        """The place behind the text of a line, which is given without its end."""
        return self.after(read_line(f"{line}\n", self.mode, self.opened, features))

    @property
    def is_comment(self) -> bool:
        """Whether the text ends within a comment."""
        return self.mode == COMMENT

    @property
    def is_blank(self) -> bool:
        """Whether the text is nothing but blanks and comments."""
        nothing = self.expression is not None and self.expression_tokens == 0
        return nothing and self.mode in (PROGRAM, COMMENT)

    def verdict(self) -> str:
        """What the text is, ending here."""
        tables, _ = machine()
        if self.mode != PROGRAM:
            return WRONG if self.bindings is None and self.expression is None else OPEN
        if self.bindings is not None:
            if accepts(tables, self.bindings):
                return BINDINGS
            ended = shift(tables, self.bindings, tables.literals[";"])
            if ended is not None and accepts(tables, ended):
                return OPEN_BINDINGS
        if self.expression is not None and accepts(tables, self.expression):
            return EXPRESSION
        return WRONG if self.bindings is None and self.expression is None else OPEN

    def waits_as_nix(self) -> bool:
        """Whether `nix repl` asks for another line.

        It does where an expression is open; of bindings only where they are with a `;` put behind them.
        """
        tables, _ = machine()
        if self.mode == COMMENT:  # to Nix's lexer these are operators
            return False
        if self.bindings is not None:
            if self.mode != PROGRAM:
                return True
            if accepts(tables, self.bindings):
                return False
            ended = shift(tables, self.bindings, tables.literals[";"])
            if ended is not None:
                return not accepts(tables, ended)
        if self.expression is None:
            return False
        return self.mode != PROGRAM or not accepts(tables, self.expression)

    @property
    def is_rather_bindings(self) -> bool:
        """Of a wrong text, whether it is longer right as bindings than as an expression."""
        return self.binding_tokens > self.expression_tokens


class LineReader:
    """Reads texts that are mostly like the one before."""

    def __init__(self, features: frozenset[str] = frozenset()) -> None:
        self.features = features
        self.lines: list[str] = []
        self.places: list[Place] = []
        """The place before each line, and the one behind the last."""

    def read(self, text: str) -> Place:
        """The place at the end of *text*."""
        return self.places_in(text)[-1]

    def places_in(self, text: str) -> list[Place]:
        """The places before each line of *text*, and the one at its end."""
        lines = text.split("\n")
        same = 0
        for same, (old, new) in enumerate(zip([*self.lines, None], lines, strict=False)):  # noqa: B007
            if old != new:
                break
        else:
            same = len(lines)
        places = self.places[: same + 1] or [Place()]  # who was given the others may still look at them
        for line in lines[same:]:
            places.append(places[-1].then(line, self.features))
        self.lines, self.places = lines, places
        return places


def run(tables: Tables, stack: Stack | None, kinds: list[int]) -> tuple[Stack | None, int]:
    """The stack after tokens of these kinds, None where it has no use for one; and how many it took."""
    taken = 0
    if stack is not None:
        for kind in kinds:
            stack = shift(tables, stack, kind)
            if stack is None:
                break
            taken += 1
    return stack, taken


def shift(tables: Tables, stack: Stack, kind: int) -> Stack | None:
    """The stack after a token, None where it has no use for it."""
    stack, action = reduced(tables, stack, kind)
    return (action, stack) if action else None


def accepts(tables: Tables, stack: Stack) -> bool:
    """Whether the text may end here."""
    return reduced(tables, stack, END)[0][0] == tables.accepting


def reduced(tables: Tables, stack: Stack, kind: int) -> tuple[Stack, int]:
    """The stack with all reductions that come before a token, and the state that it then leads to, or 0."""
    actions, gotos, rules = tables.actions, tables.gotos, tables.rules
    action = actions[stack[0]][kind]
    while action < 0:
        length, origin, _ = rules[action]
        for _ in range(length):
            stack = stack[1]
        stack = (gotos[stack[0]][origin][kind], stack)
        action = actions[stack[0]][kind]
    return stack, action
