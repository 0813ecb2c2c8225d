"""The parser's tables: what to do with each token in each state.

They are computed from `grammar/` by `lalr.py`, which needs Lark and 0.2 seconds; so the result is kept (see
`kept.py`). `load` looks beside this file (a wheel brings the tables along: `write`), then in the user's cache
directory, and computes last.
"""

from __future__ import annotations

import os

from nixlite.resources import grammar_directory
from nixlite.syntax import kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

GRAMMAR_FILES = ("tokens.lark", "nix.lark", "precedence.txt")
FORMAT = "nixlite tables 4"

SHIPPED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_tables.bin")

END, INVALID, LEXER_ERROR = 0, 1, 2
"""Kinds of token that the grammar does not name: end of file, an impossible character, and an error that
the lexer raises when the parser gets there."""

Row = tuple[int, ...]


class Tables:
    """An LALR(1) automaton. Terminals ("kinds" of token), nonterminals and states are small integers.

    *actions*`[state][kind]` is a state to shift to (> 0), minus the number of a rule to reduce by (< 0), or
    0: an error, or acceptance in *accepting* at END. As in Bison the default reduction of a state stands at
    every kind without an action of its own; *defaults* tells which it is.
    *gotos*`[state][nonterminal][kind]` is the next state, chains of unit rules already followed; an empty row
    stands for a nonterminal that cannot follow.
    *rules*`[-number]` is (length, nonterminal, builder method or None).
    *kinds* maps token names to kinds, *labels*`[kind]` is what messages call it. *patterns* maps all names of
    `tokens.lark` to regular expressions, *literals* the fixed texts to kinds.
    """

    __slots__ = (
        "accepting",
        "actions",
        "defaults",
        "gotos",
        "kinds",
        "labels",
        "literals",
        "patterns",
        "rules",
    )

    def __init__(
        self,
        actions: tuple[Row, ...],
        gotos: tuple[tuple[Row | bytes, ...], ...],
        rules: tuple[tuple[int, int, str | None], ...],
        defaults: Row,
        accepting: int,
        kinds: dict[str, int],
        labels: tuple[str, ...],
        literals: dict[str, int],
        patterns: dict[str, str],
    ) -> None:
        self.actions = actions
        self.gotos = gotos
        self.rules = rules
        self.defaults = defaults
        self.accepting = accepting
        self.kinds = kinds
        self.labels = labels
        self.literals = literals
        self.patterns = patterns

    def expected(self, state: int) -> list[int]:
        """The kinds that have an action of their own in *state*, in the order of the kinds."""
        if state == self.accepting:
            return [END]
        default = self.defaults[state]
        row = self.actions[state]
        return [kind for kind, action in enumerate(row) if action > 0 or (action and action != default)]


def load() -> Tables:
    """The tables of the present grammar, from where they can be had fastest.

    Raises OSError when the grammar is missing; an unreadable or unwritable cache is no error.
    """
    key = (FORMAT, *read_grammar())
    data = kept.read(SHIPPED, key)
    if data is None:
        path = kept.kept_file("grammar", key)
        data = kept.read_private(path, key) if path else None
        if data is None:
            data = compute(key[1:])
            if path:
                kept.write_private(path, key, data)
    return Tables(*data)


def write(path: str = SHIPPED) -> None:
    """Compute the tables and put them into the file *path*, for a wheel to bring along."""
    grammar = read_grammar()
    with open(path, "wb") as file:
        file.write(kept.encode((FORMAT, *grammar), compute(grammar)))


def compute(grammar: tuple[str, ...]) -> tuple[Any, ...]:
    """The arguments of `Tables` for a grammar, by way of Lark."""
    from nixlite.syntax.lalr import build  # imports Lark: only when nobody has done the work before

    return build(*grammar)


def read_grammar() -> tuple[str, ...]:
    """The texts of the grammar's files."""
    directory = grammar_directory()
    texts = []
    for name in GRAMMAR_FILES:
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            texts.append(file.read())
    return tuple(texts)
