"""From the grammar to the parser's tables, as Bison would make them.

Lark reads the grammar and computes the LALR(1) item sets. Lark's own tables would not do: Nix's error
messages follow from Bison's, with operators resolved by precedence and with default reductions.
"""

from __future__ import annotations

from lark.common import ParserConf
from lark.lexer import PatternStr, TerminalDef
from lark.load_grammar import load_grammar
from lark.parsers.lalr_analysis import LALR_Analyzer

from nixlite.syntax.automaton import END, LEXER_ERROR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lark.grammar import Rule
    from lark.parsers.grammar_analysis import LR0ItemSet

START = "start"

LABELS = {
    "ID": "identifier",
    "STR": "string",
    "IND_STR": "indented string",
    "INT_LIT": "integer",
    "FLOAT_LIT": "floating-point literal",
    "PATH": "path",
    "HPATH": "'~/…' path",
    "SPATH": "'<…>' path",
    "PATH_END": "end of path",
    "URI": "URI",
    "IND_STRING_OPEN": "start of an indented string",
    "IND_STRING_CLOSE": "end of an indented string",
    "REPL_BINDINGS": "start of REPL bindings",
}
"""What messages call the tokens; the others are quoted as they are written."""

Precedence = dict[str, tuple[int, str]]


def build(tokens: str, rules: str, precedence: str) -> tuple[Any, ...]:
    """The arguments of `automaton.Tables` for the texts of tokens.lark, nix.lark and precedence.txt.

    Raises Lark's errors for a malformed grammar and ValueError for one that is ambiguous.
    """
    read: Any = load_grammar  # Lark's functions have no types
    grammar, _ = read(tokens + "\n" + rules, "grammar", [], False)
    terminals, productions, _ = grammar.compile([START], "*")
    automaton: Any = LALR_Analyzer(ParserConf(productions, {}, [START]))
    automaton.compute_lr0_states()
    automaton.compute_reads_relations()
    automaton.compute_includes_lookback()
    automaton.compute_lookaheads()
    return _Tables(automaton, terminals, productions, read_precedence(precedence)).data()


def read_precedence(text: str) -> Precedence:
    """Level and associativity of each token or rule that precedence.txt names."""
    table: Precedence = {}
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    for level, (associativity, *names) in enumerate(lines):
        for name in names:
            table[name] = (level, associativity)
    return table


class _Tables:
    """Numbers everything and fills the tables row by row."""

    def __init__(
        self,
        automaton: LALR_Analyzer,
        terminals: list[TerminalDef],
        rules: list[Rule],
        precedence: Precedence,
    ) -> None:
        self.rules = rules
        self.precedence = precedence
        self.terminals = terminals
        self.named = [terminal for terminal in terminals if not terminal.name.startswith("_")]
        self.kinds = {"$END": END, **{t.name: LEXER_ERROR + 1 + i for i, t in enumerate(self.named)}}
        self.width = LEXER_ERROR + 1 + len(self.named)
        self.nonterminals = {name: i for i, name in enumerate(dict.fromkeys(r.origin.name for r in rules))}
        self.numbers = {rule: number for number, rule in enumerate(rules, 1)}
        self.states = _in_order(automaton)
        self.indices = {id(state): index for index, state in enumerate(self.states)}
        self.default: list[int] = []
        self.actions = [self.action_row(state) for state in self.states]

    def data(self) -> tuple[Any, ...]:
        shared: dict[Any, Any] = {}

        def share(row: Any) -> Any:
            return shared.setdefault(row, row)  # equal rows are stored once

        accepting = self.goto_states(0)[START]
        return (
            tuple(share(tuple(row)) for row in self.actions),
            tuple(share(tuple(map(share, self.goto_rows(index)))) for index in range(len(self.states))),
            tuple(
                (len(r.expansion), self.nonterminals[r.origin.name], r.alias) for r in reversed(self.rules)
            ),
            tuple(self.default),
            accepting,
            self.kinds,
            ("end of file", "invalid token", "", *(self.label(t) for t in self.named)),
            {t.pattern.value: self.kinds[t.name] for t in self.named if isinstance(t.pattern, PatternStr)},
            {t.name: t.pattern.to_regexp() for t in self.terminals},
        )

    def label(self, terminal: TerminalDef) -> str:
        return LABELS.get(terminal.name) or f"'{terminal.pattern.value}'"

    def action_row(self, state: LR0ItemSet) -> list[int]:
        """Shifts, reductions, and the most frequent reduction in all other places."""
        row = [0] * self.width
        refused = set()  # explicit errors: `a == b == c`
        for symbol, target in state.transitions.items():
            if symbol.is_term:
                row[self.kinds[symbol.name]] = self.indices[id(target)]
        for symbol, rules in state.lookaheads.items():
            kind = self.kinds[symbol.name]
            if len(rules) > 1:
                raise ValueError(f"two rules to reduce by before {symbol.name}: {rules}")
            (rule,) = rules
            choice = self.resolve(rule, symbol.name) if row[kind] else "left"
            if choice == "left":
                row[kind] = -self.numbers[rule]
            elif choice == "nonassoc":
                row[kind] = 0
                refused.add(kind)
        default = _most_frequent(row)
        self.default.append(default)
        return [action or (0 if kind in refused else default) for kind, action in enumerate(row)]

    def resolve(self, rule: Rule, token: str) -> str:
        """`left` to reduce by *rule*, `right` to shift *token*, `nonassoc` for an error."""
        named = [rule.alias or "", *(s.name for s in reversed(rule.expansion) if s.is_term)]
        mine = next((self.precedence[name] for name in named if name in self.precedence), None)
        other = self.precedence.get(token)
        if mine is None or other is None:
            raise ValueError(f"shift or reduce before {token}? {rule}")
        if mine[0] != other[0]:
            return "left" if mine[0] > other[0] else "right"
        return other[1]

    def goto_states(self, index: int) -> dict[str, int]:
        transitions = self.states[index].transitions.items()
        return {symbol.name: self.indices[id(target)] for symbol, target in transitions if not symbol.is_term}

    def goto_rows(self, index: int) -> list[tuple[int, ...] | bytes]:
        """Rows of bytes, as long as there are so few states: they are read in no time."""
        gotos = self.goto_states(index)
        row: Any = bytes if len(self.states) <= 256 else tuple
        return [
            row([self.follow(gotos, name, kind) for kind in range(self.width)] if name in gotos else [])
            for name in self.nonterminals
        ]

    def follow(self, gotos: dict[str, int], name: str, kind: int) -> int:
        """The state after nonterminal *name* before *kind*, reductions by unit rules taken at once."""
        while True:
            state = gotos[name]
            action = self.actions[state][kind]
            if action >= 0:
                return state
            rule = self.rules[-action - 1]
            if rule.alias or len(rule.expansion) != 1 or rule.expansion[0].is_term:
                return state
            name = rule.origin.name


def _in_order(automaton: LALR_Analyzer) -> list[LR0ItemSet]:
    """The states from the start on; the order is arbitrary but always the same."""
    (start,) = automaton.lr0_start_states.values()
    states, seen = [start], {id(start)}
    for state in states:
        for _, target in sorted(state.transitions.items(), key=lambda item: str(item[0].name)):
            if id(target) not in seen:
                seen.add(id(target))
                states.append(target)
    return states


def _most_frequent(row: list[int]) -> int:
    """The reduction that occurs most often, the earlier rule in a tie; 0 without reductions."""
    reductions = [action for action in row if action < 0]
    return max(sorted(set(reductions), reverse=True), key=reductions.count, default=0)
