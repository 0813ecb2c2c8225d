"""The syntax room's doors: the tree of a program, and that of bindings."""

from __future__ import annotations

from nixlite.errors import ParseError
from nixlite.syntax.build import Builder
from nixlite.syntax.driver import machine, run, syntax_error
from nixlite.syntax.lexer import tokenize
from nixlite.syntax.options import ParseOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.source import Source
    from nixlite.syntax.nodes import AttrSet, Expr

SKIMMED_FROM = 100_000
"""Characters of a source from which on it may be skimmed: preparing for that takes some hundredths of a
second where nothing is kept on disk."""


def parse(source: Source, options: ParseOptions) -> Expr:
    """The tree of a program, whose names `source.names` has afterwards.

    Raises ParseError; its `incomplete` tells that the text ended too early.
    """
    if options.skim and len(source.text) >= SKIMMED_FROM:
        from nixlite.syntax.skimmed import parse_skimming

        skimmed = parse_skimming(source, options)
        if skimmed is not None:
            return skimmed
    tables, patterns = machine()
    tokens = tokenize(source, tables, patterns, options.features)
    builder = Builder(source, tokens, options)
    tree: Expr = run(tables, tokens, builder)
    source.names = builder.names
    return tree


def parse_bindings(source: Source, options: ParseOptions) -> AttrSet:
    """The bindings of a text such as `x = 1; inherit (e) a;`, as the REPL takes them. Raises ParseError."""
    tables, patterns = machine()
    tokens = tokenize(source, tables, patterns, options.features)
    if len(tokens.kinds) > 1:  # of an empty text, Nix's lexer gives the parser only its end
        tokens.insert_first(tables.kinds["REPL_BINDINGS"])
    builder = Builder(source, tokens, options)
    bindings: AttrSet = run(tables, tokens, builder)
    source.names = builder.names
    return bindings


__all__ = ["ParseError", "ParseOptions", "parse", "parse_bindings", "syntax_error"]
