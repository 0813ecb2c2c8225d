"""Parsing with skimming: what the parser does with bindings that `skim` has recognised as a whole."""

from __future__ import annotations

from copy import copy
from functools import cache

from nixlite.errors import NixError
from nixlite.syntax.build import Builder
from nixlite.syntax.driver import machine, run
from nixlite.syntax.lexer import tokenize
from nixlite.syntax.nodes import NO_POS, PLAIN, AttrSet, Binding, Skimmed
from nixlite.syntax.skim import Patterns, Skimmer, numbered
from nixlite.syntax.tokens import Tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.source import Position, Source
    from nixlite.syntax.automaton import Row, Tables
    from nixlite.syntax.nodes import Expr
    from nixlite.syntax.options import ParseOptions


class Unusual(NixError):
    """Something that a parser which does not skim should see."""


class SkimmingBuilder(Builder):
    """The methods of all rules, and what a skimmed binding means.

    *patterns*: those of names among others. `usual`: the options for the value of one; `part`: what
    builds those.
    """

    def __init__(self, source: Source, tokens: Tokens, options: ParseOptions, patterns: Patterns) -> None:
        super().__init__(source, tokens, quiet(options))
        self.patterns = patterns
        self.usual = options
        self.part: Builder | None = None

    def skimmed(self, attrs: AttrSet, value: Any, pos: int) -> None:
        """`a = value;` that was skimmed: its name, the value's start and end, what it uses, and its one name,
        where it has no other."""
        name, start, end, names, loose, alone = value
        self.names[name] = None
        if alone is not None:
            self.names[alone] = None
        else:
            text = self.source.text[start:end]
            self.names.update(dict.fromkeys(numbered(self.patterns, text, plain=loose is None)))
        node = Skimmed(names, loose, self.parse_part, start, end)
        if name in attrs.bindings:
            self.define(attrs, [name], name, Binding(PLAIN, node.tree(), pos))
        else:
            attrs.bindings[name] = Binding(PLAIN, node, pos)

    def parse_part(self, start: int, end: int) -> Expr:
        """The tree of a value."""
        tables, patterns = machine()
        tokens = tokenize(self.source, tables, patterns, self.usual.features, part=(start, end))
        if self.part is None:
            self.part = Builder(self.source, tokens, self.usual)
        self.part.read(tokens)
        tree: Expr = run(tables, tokens, self.part)
        return tree


class Skimming:
    """The automaton with one more kind of token: a whole binding, before which it does as before a name (a
    `driver.Extended`).

    *bindings*: the nonterminal of one or more bindings, *reading*: the states after it.
    """

    def __init__(self, tables: Tables) -> None:
        name = tables.kinds["ID"]
        self.kind = len(tables.labels)
        self.actions = [(*row, min(row[name], 0)) for row in tables.actions]
        longer: dict[Row | bytes, Row] = {}
        for rows in tables.gotos:
            for row in rows:
                if row not in longer:
                    longer[row] = (*row, row[name]) if row else ()
        self.gotos = [tuple([longer[row] for row in rows]) for rows in tables.gotos]
        self.bindings = next(origin for _, origin, build in tables.rules if build == "first_binding")
        self.reading = {rows[self.bindings][name] for rows in tables.gotos if rows[self.bindings]}

    def take(
        self,
        builder: SkimmingBuilder,
        value: Any,
        start: int,
        states: list[int],
        values: list[Any],
        begins: list[int],
    ) -> Row:
        """Take a binding, adding it to those before it; the actions of the new state. Raises Unusual."""
        if states[-1] not in self.reading:
            after = self.gotos[states[-1]][self.bindings]
            if not after:
                raise Unusual("no place for a binding")
            states.append(after[self.kind])
            values.append(AttrSet(False, NO_POS, start, start))
            begins.append(start)
        builder.skimmed(values[-1], value, start)
        return self.actions[states[-1]]


@cache
def prepared() -> tuple[Skimming, Patterns]:
    """What skimming needs, made when first needed."""
    tables, patterns = machine()
    return Skimming(tables), Patterns(patterns.trivia.pattern)


def parse_skimming(source: Source, options: ParseOptions) -> Expr | None:
    """The tree of a program, in parts only skimmed; None when all of it should be parsed."""
    if options.lint_url_literals != "ignore":  # for each it is to be said where it is
        return None
    tables, patterns = machine()
    skimming, expressions = prepared()
    skimmer = Skimmer(source.text, expressions, skimming.kind)
    tokens = tokenize(source, tables, patterns, options.features, skimmer)
    builder = SkimmingBuilder(source, tokens, options, expressions)
    try:
        tree: Expr = run(tables, tokens, builder, skimming)
        builder.read(Tokens())  # the builder lives as long as the tree
        builder.names.pop("", None)  # Nix has it from the start
        source.names, builder.names = builder.names, {}
        return tree
    except NixError:  # its message would not be the right one
        return None


def quiet(options: ParseOptions) -> ParseOptions:
    """The options, but that a warning is unusual."""

    def warn(text: str, position: Position | None) -> None:
        raise Unusual(text)

    made = copy(options)
    made.warn = warn
    return made
