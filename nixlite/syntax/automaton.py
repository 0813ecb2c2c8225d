"""The parser's tables as data: what Bison's are, and the kinds of tokens that no grammar names."""

from __future__ import annotations

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
