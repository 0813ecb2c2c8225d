"""Driving the automaton: tokens and tables in, tree out, with the messages of C++ Nix's Bison parser.

The driver keeps its own stack, so no depth of nesting is too deep for it.
"""

from __future__ import annotations

from nixlite.syntax.automaton import END, LEXER_ERROR
from nixlite.syntax.lexer import Patterns
from nixlite.syntax.rules import with_methods
from nixlite.syntax.tables import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol, TypeVar

    from nixlite.errors import NixError
    from nixlite.syntax.automaton import Row, Tables
    from nixlite.syntax.rules import Rules
    from nixlite.syntax.tokens import Tokens

    B = TypeVar("B", bound=Rules)
    B_contra = TypeVar("B_contra", bound=Rules, contravariant=True)

    class Extended(Protocol[B_contra]):
        """An automaton with one more kind of token, which stands for what was skimmed."""

        kind: int
        actions: list[Row]
        gotos: list[tuple[Row, ...]]

        def take(
            self,
            builder: B_contra,
            value: Any,
            start: int,
            states: list[int],
            values: list[Any],
            begins: list[int],
        ) -> Row:
            """Take such a token, whose value and start are given, on to the driver's three stacks.

            Gives the actions of the new state.
            """


MOST_EXPECTED = 4  # Bison names at most so many tokens that it expected, or none

_MACHINE: list[tuple[Tables, Patterns]] = []


def machine() -> tuple[Tables, Patterns]:
    """The parser's tables and the lexer's patterns, made when first needed."""
    if not _MACHINE:
        tables = load()
        _MACHINE.append((tables, Patterns(tables)))
    return _MACHINE[0]


def run(
    tables: Tables,
    tokens: Tokens,
    builder: B,
    skimming: Extended[B] | None = None,
) -> Any:
    """Drive the automaton over the tokens; what the start symbol means. *skimming* takes tokens that skim."""
    automaton = tables if skimming is None else skimming
    actions, gotos = automaton.actions, automaton.gotos
    rules = with_methods(tables, type(builder))
    states: list[int] = [0]  # after each symbol read; before the first: 0
    values: list[Any] = []  # what it means
    begins: list[int] = []  # its start offset
    push_state, push_value, push_begin = states.append, values.append, begins.append
    row = actions[0]
    before = 0  # where the token before ends
    for kind, value, start, end in zip(tokens.kinds, tokens.values, tokens.starts, tokens.ends, strict=True):
        action = row[kind]
        while action < 0:
            length, origin, build = rules[action]
            if length == 1:
                if build:
                    values[-1] = build(builder, values[-1:], begins[-1], before)
                state = states[-1] = gotos[states[-2]][origin][kind]
            elif length:
                arguments = values[-length:]
                del values[1 - length :], states[-length:], begins[1 - length :]
                values[-1] = build(builder, arguments, begins[-1], before)
                state = gotos[states[-1]][origin][kind]
                push_state(state)
            else:
                push_value(build(builder, [], before, before))
                push_begin(before)
                state = gotos[states[-1]][origin][kind]
                push_state(state)
            action = actions[state][kind]
        if action:
            push_state(action)
            push_value(value)
            push_begin(start)
            row = actions[action]
        elif skimming is not None and kind == skimming.kind:
            row = skimming.take(builder, value, start, states, values, begins)
        else:
            break
        before = end
    if kind == END and states[-1] == tables.accepting:
        return values[-1]
    raise refusal(tables, builder, states[-1], (kind, value, start))


def refusal(tables: Tables, builder: Rules, state: int, token: tuple[int, Any, int]) -> NixError:
    """The error for a token (its kind, value and start) that *state* has no use for."""
    kind, value, start = token
    if kind == LEXER_ERROR:
        met: NixError = value
        return met
    error = builder.error(syntax_error(tables, state, kind), start)
    error.incomplete = kind == END
    return error


def syntax_error(tables: Tables, state: int, kind: int) -> str:
    """Bison's message for a token that *state* has no use for."""
    message = f"syntax error, unexpected {tables.labels[kind]}"
    expected = [tables.labels[kind] for kind in tables.expected(state)]
    if 0 < len(expected) <= MOST_EXPECTED:
        message += ", expecting " + " or ".join(expected)
    return message
