"""From text to code: what is parsed, analysed and compiled for an evaluator, or taken from its cache.

Nothing is run here; the parser and the compiler are loaded when a source is not in the cache.
"""

from __future__ import annotations

import gc

from nixlite.errors import NixError
from nixlite.host.settings import DEFAULT_DEPTH, WARNING
from nixlite.runtime.depth import with_all_room
from nixlite.runtime.values import PrimOp
from nixlite.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from typing import Any, TypeVar

    from nixlite.abi.signatures import Signatures
    from nixlite.analysis.facts import Analysis
    from nixlite.analysis.policy import Policy
    from nixlite.cache.code import Code
    from nixlite.cache.files import Cache
    from nixlite.cache.pieces import Pieces
    from nixlite.compiler.deferred import PieceCompiler
    from nixlite.compiler.naming import Naming
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy
    from nixlite.source import Position
    from nixlite.syntax.nodes import AttrSet, Expr
    from nixlite.syntax.parser import ParseOptions

    T = TypeVar("T")


def uncollected(make: Callable[[], T], source: Source) -> T:
    """What *make*, which translates *source*, gives, Python's cyclic collector being off.

    Trees are large and hold no garbage; they may be deep, too.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return with_all_room(make, len(source.text))  # type: ignore[no-any-return]  # it gives what *make* gives
    finally:
        if collecting:
            gc.enable()


class Compiled:
    """A source that is compiled: its code, and where the codes of its pieces are, None where it has none."""

    __slots__ = ("code", "pieces")

    def __init__(self, code: Code, pieces: Pieces | None) -> None:
        self.code = code
        self.pieces = pieces


class Translator:
    """Turns sources into code, as an evaluator's settings and builtins have it; `Evaluator` is built upon it.

    `sources` are the texts met so far, by name.
    """

    instrumented = False
    """Whether code is compiled for `explain.recording`, which replaces the operations it calls."""
    stepping = False
    """Whether thunks say in such code that they were made."""

    is_metered = False
    """Whether code counts its steps and tells what it makes, for a budget (`limits.budget`)."""

    counts_calls = True
    """Whether `max-call-depth` is exact (see `runtime.depth`): not where code takes other ways than usual."""

    def __init__(self, state: State, cache: Cache | None) -> None:
        """*state* has its builtins already; *cache* keeps compiled sources on disk."""
        self.state = state
        self.settings = state.settings
        self.host = state.host
        self.primops = {name: value.arity for name, value in state.builtins.items() if type(value) is PrimOp}
        self.cache = cache
        self.policy: Policy | None = None
        """Which parts of big sources are compiled when they are first needed; None for the usual ones."""
        self.unsaved: set[Pieces] = set()
        """The sources of which pieces were compiled that the cache does not have yet."""
        self.rewrite: Callable[[Expr, Source], Expr] | None = None
        """Changes each tree before it is compiled (the debugger's); what it changes is not cached."""
        self.warned = False
        """Whether the parser has warned: such a source is not cached, for it is to warn again."""
        self.sources: MutableMapping[str, Source] = {}
        self._facts: tuple[Any, ...] = ()
        self._facts_text = ""

    # -- from text to tree

    def parse(self, source: Source, skim: bool = False) -> Expr:
        """The tree of a source; raises ParseError. *skim*: parts of it may only be skimmed."""
        self.sources[source.name] = source
        return self.tree_of(source, skim)

    def tree_of(self, source: Source, skim: bool) -> Expr:
        """As `parse`, of a source that is known already."""
        from nixlite.syntax.parser import parse

        options = self.parse_options()
        options.skim = skim
        return parse(source, options)

    def parse_options(self) -> ParseOptions:
        """What the parser needs to know of settings and host."""
        from nixlite.syntax.parser import ParseOptions

        settings = self.settings
        return ParseOptions(
            home=self.host.home(),
            pure_eval=settings.pure_eval,
            features=frozenset(settings.features),
            lint_url_literals=settings.lint_url_literals,
            lint_short_path_literals=settings.lint_short_path_literals,
            lint_absolute_path_literals=settings.lint_absolute_path_literals,
            warn=self.warn,
            known_names=self.state.symbols.table(),
        )

    def warn(self, text: str, position: Position | None) -> None:
        """Print a warning of the parser; one with a position shows its source."""
        self.warned = True
        if self.settings.verbosity < WARNING:
            return
        if self.settings.log_records:
            from nixlite.traces.log_records import parser_warning_record

            self.host.write_stderr(parser_warning_record(text, position))
            return
        if position is None:
            self.host.write_stderr(f"warning: {text}\n")
            return
        from nixlite.traces.rendering import render_error

        warning = NixError(text, position=position)
        warning.trace = []
        self.host.write_stderr(render_error(warning, show_trace=False, prefix="warning: ") + "\n")

    def parse_source(self, source: Source, scope: dict[str, Lazy] | None = None) -> Expr:
        """The tree of a source whose variables are all defined (what `--parse` prints)."""
        from nixlite.analysis.scope import analyse

        tree = self.parse(source)
        analyse(tree, source, self.state.globals, scope or (), first=self.state.symbols.first)
        return tree

    def parse_bindings(self, source: Source) -> AttrSet:
        """The bindings of a REPL input such as `x = 1; inherit (y) z;`."""
        from nixlite.syntax.parser import parse_bindings

        self.sources[source.name] = source
        return parse_bindings(source, self.parse_options())

    def canonical_text(self, source: Source, start: int, end: int) -> str:
        """What `--parse` prints for an expression that is a part of *source*."""
        from nixlite.syntax.parser import parse
        from nixlite.syntax.unparse import show

        options = self.parse_options()
        options.warn = None  # it has done that
        return show(parse(Source(source.name, source.text[start:end], base=source.base), options))

    # -- from tree to code

    def compile(self, tree: Expr, source: Source, names: tuple[str, ...] = ()) -> Compiled:
        """The code of a tree; *names* are those of the scope it will run in."""
        from nixlite.compiler.program import compile_expression

        tree = self.changed(tree, source)
        analysis = self.analysed(tree, source, names)
        code, make = compile_expression(
            tree, source, analysis, self.signatures(),
            self.instrumented, self.is_exact(), self.stepping, self.is_metered,
        )  # fmt: skip
        if make is None:
            return Compiled(code, None)
        from nixlite.cache.pieces import Pieces

        return Compiled(code, Pieces(make))

    def analysed(self, tree: Expr, source: Source, names: tuple[str, ...]) -> Analysis:
        """The facts about a tree that is to be compiled."""
        from nixlite.analysis.scope import analyse

        policy = None if self.stepping or self.rewrite is not None else self.deferral()
        symbols, ordered = self.state.symbols, None
        if policy is None or len(source.text) < policy.source:  # pieces are made for one order of names
            symbols.load("\0".join(source.names))
            ordered = symbols.ordered
        return analyse(
            tree, source, self.state.globals, names, aliases=not self.instrumented, policy=policy,
            first=symbols.first, ordered=ordered,
        )  # fmt: skip

    def naming(
        self, source: Source, names: tuple[str, ...] = (), piece: int | None = None, *, bindings: bool = False
    ) -> Naming:
        """What the local variables stand for in the code of a source that was compiled before with these
        *names* in scope, or of a *piece* of it; with *bindings* it is no expression. Raises NixError for
        a text that has other names now."""
        from nixlite.compiler.program import named_expression
        from nixlite.syntax.parser import parse, parse_bindings

        options = self.parse_options()
        options.warn = None  # it has done that
        options.skim = not bindings and self.skims(source)

        def make() -> Naming:
            tree = self.changed((parse_bindings if bindings else parse)(source, options), source)
            return named_expression(
                tree, source, self.analysed(tree, source, names), self.signatures(),
                self.instrumented, self.is_exact(), self.stepping, self.is_metered, piece=piece,
            )  # fmt: skip

        return uncollected(make, source)

    def changed(self, tree: Expr, source: Source) -> Expr:
        """The tree of a source as it is compiled."""
        return tree if self.rewrite is None else self.rewrite(tree, source)

    def skims(self, source: Source) -> bool:
        """Whether parts of a source need not be parsed before they are compiled."""
        return self.rewrite is None and not self.stepping

    def signatures(self) -> Signatures:
        """What the compiler may know of the builtins that are there."""
        from nixlite.abi.signatures import Signatures
        from nixlite.builtins.index import FORCES, KEEPS

        return Signatures(self.primops, FORCES, KEEPS)

    def is_exact(self) -> bool:
        """Whether every call is counted, for a `max-call-depth` of the user's own."""
        return self.counts_calls and self.settings.max_call_depth != DEFAULT_DEPTH

    def deferral(self) -> Policy:
        """Which parts of a source are compiled when they are first needed."""
        from nixlite.analysis.policy import DEFERRAL

        return self.policy or DEFERRAL

    def piece_compiler(self, source: Source) -> Callable[[int], Code]:
        """What compiles the pieces of a source whose main part was in the cache."""
        from nixlite.analysis.scope import analyse
        from nixlite.compiler.program import piece_compiler

        def make() -> PieceCompiler:
            tree = self.changed(self.tree_of(source, self.skims(source)), source)
            analysis = analyse(
                tree, source, self.state.globals, aliases=not self.instrumented, policy=self.deferral(),
                first=self.state.symbols.first,
            )  # fmt: skip
            return piece_compiler(
                tree,
                source,
                analysis,
                self.signatures(),
                self.instrumented,
                self.is_exact(),
                self.is_metered,
            )

        return uncollected(make, source)

    # -- the code of sources, new or from the cache

    def code_of(self, source: Source, names: tuple[str, ...]) -> Compiled:
        """The code of a source, compiled now or taken from the cache."""
        self.sources[source.name] = source
        cache = None if names or self.rewrite is not None else self.cache
        key = ""
        if cache is not None:
            key, code = self.cached(cache, cache.key(source, self.code_settings()))
            if code is not None:
                found = Compiled(code, None)
                if code.tables:
                    from nixlite.cache.pieces import Pieces

                    found.pieces = self.keep_pieces(Pieces(lambda: self.piece_compiler(source)), cache, key)
                return found
        compiled = uncollected(
            lambda: self.compile(self.parse(source, self.skims(source)), source, names), source
        )
        if cache is not None and not self.warned:
            kept = cache.is_worthwhile(key, source)
            cache.store(key, compiled.code, kept)
            if compiled.pieces is not None:
                compiled.pieces = self.keep_pieces(compiled.pieces, cache, key, on_disk=kept)
        return compiled

    def cached(self, cache: Cache, key: str) -> tuple[str, Code | None]:
        """The code under *key*, and that key; or under another one, where the order of names is another."""
        code = cache.load(key)
        if code is None or not code.groups:
            return key, code
        symbols = self.state.symbols
        symbols.load(code.names)
        groups = [symbols.ordered(group) for group in code.groups]
        if groups == [list(group) for group in code.groups]:
            return key, code
        key = cache.variant(key, groups)
        return key, cache.load(key)

    def keep_pieces(self, pieces: Pieces, cache: Cache, key: str, *, on_disk: bool = True) -> Pieces:
        """The pieces of a source, those of another evaluator that it has in common with; *on_disk*: they are
        looked for in the cache, and others get there."""
        known: Pieces = pieces if cache.shared is None else cache.shared.setdefault(key, pieces)
        if known is not pieces:
            return known
        if cache.directory and on_disk:
            from nixlite.cache.pack import Pack

            pieces.pack = Pack(cache, key)
            pieces.waiting = self.unsaved
        return pieces

    def close(self) -> None:
        """Write to the cache what the sources in it have become since; for other processes, and the next."""
        for pieces in list(self.unsaved):
            pieces.save()

    def code_settings(self) -> str:
        """What decides, beside a source, which code it becomes."""
        settings = self.settings
        lints = (
            settings.lint_url_literals,
            settings.lint_short_path_literals,
            settings.lint_absolute_path_literals,
        )
        home, features = self.host.home(), settings.features
        exact = self.is_exact()
        facts = (
            home,
            settings.pure_eval,
            features,
            lints,
            len(self.primops),
            self.policy,
            exact,
            self.is_metered,
        )
        if facts != self._facts:  # each file asks, and they hardly ever change
            self._facts = facts
            self._facts_text = repr((*facts[:2], sorted(features), *facts[3:]))
        return self._facts_text
