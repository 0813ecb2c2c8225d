"""The one place that joins parser, analysis, compiler, runtime and builtins.

An `Evaluator` has its own settings, host, caches and builtins; two of them in one process never meet.
"""

from __future__ import annotations

import gc
import sys

from nixlite.errors import EvalError, NixError, StackOverflow
from nixlite.host.settings import DEFAULT_DEPTH, TALKATIVE, WARNING
from nixlite.runtime.abi import OPERATIONS, LateNames, unit_globals
from nixlite.runtime.collecting import POLICY
from nixlite.runtime.depth import MOST_FRAMES, go_deeper, python_depth, set_limit, watched, with_all_room
from nixlite.runtime.frames import with_room
from nixlite.runtime.state import LateStore, State
from nixlite.runtime.symbols import ACTIVE, Symbols
from nixlite.runtime.thunk import force, from_start
from nixlite.runtime.values import PrimOp
from nixlite.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from typing import Any, TypeVar

    from nixlite.abi.signatures import Signatures
    from nixlite.analysis.policy import Policy
    from nixlite.cache.code import Code
    from nixlite.cache.files import Cache
    from nixlite.cache.pieces import Pieces
    from nixlite.compiler.deferred import PieceCompiler
    from nixlite.host.host import Host
    from nixlite.host.mounts import Mounts
    from nixlite.host.settings import Settings
    from nixlite.runtime.depth import CountedFunctions
    from nixlite.runtime.values import Lazy, NixPath, Value
    from nixlite.source import Position
    from nixlite.store.store import Store
    from nixlite.syntax.nodes import AttrSet, Expr
    from nixlite.syntax.parser import ParseOptions

    T = TypeVar("T")

OUTSIDE = MOST_FRAMES // 2
"""Python's recursion limit for what evaluates nothing, as a rule: walks over trees, printing."""


def with_limit(frames: int, function: Callable[[Any], T], argument: Any) -> T:
    """`function(argument)` with a recursion limit of Python that is turned into Nix's error."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(python_depth() + frames)
    try:
        return function(argument)
    except RecursionError as error:
        trapped = error
    finally:
        set_limit(limit)
    raise StackOverflow().with_traceback(trapped.__traceback__) from None


def uncollected(make: Callable[[], T]) -> T:
    """What *make* gives, Python's cyclic collector being off: trees are large and hold no garbage.

    They may be deep, too.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return with_all_room(make)  # type: ignore[no-any-return]
    finally:
        if collecting:
            gc.enable()


INTERNAL = {
    "call-flake": "«flakes-internal»/call-flake.nix",
    "derivation": "«nix-internal»/derivation-internal.nix",
}
"""The bundled Nix files that are part of the evaluator, and what they are called in traces."""


def not_a_set(path: str) -> EvalError:
    """The error for a file that should be a set and nothing else."""
    return EvalError(f"file '{path}' must be an attribute set")


def mounts_of(settings: Settings) -> Mounts | None:
    """What pure evaluation shows for fetched trees; None in impure evaluation."""
    if not settings.pure_eval:
        return None
    from nixlite.host.mounts import Mounts

    return Mounts(settings.store_dir)


def counted() -> CountedFunctions:
    """The functions that stand for a call."""
    from nixlite.builtins.install import code_names
    from nixlite.runtime.counted import counted_functions  # few evaluations are that deep

    return counted_functions(code_names)


class Compiled:
    """A source that is compiled: its code, and where the codes of its pieces are, None where it has none."""

    __slots__ = ("code", "pieces")

    def __init__(self, code: Code, pieces: Pieces | None) -> None:
        self.code = code
        self.pieces = pieces


class Evaluator:
    """Evaluates Nix sources. `state` is what builtins see, `sources` the texts evaluated so far, by name."""

    instrumented = False
    """Whether code is compiled for `explain.instrumented`, which replaces the operations it calls."""
    stepping = False
    """Whether thunks say in such code that they were made."""

    counts_calls = True
    """Whether `max-call-depth` is exact (see `runtime.depth`): not where code takes other ways than usual."""

    frames_per_call = 5
    """Python frames that a Nix call takes at most, helpers included, where calls are not counted."""

    def __init__(self, settings: Settings, host: Host, cache: Cache | None = None) -> None:
        """*cache* keeps compiled sources on disk; without one each is compiled anew."""
        from nixlite.builtins.install import install

        outer = host
        if settings.pure_eval or settings.restrict_eval:
            from nixlite.host.guarded import guarded

            host = guarded(host, settings)
        outer.mounts = host.mounts = mounts_of(settings)
        self.settings = settings
        self.host = host

        def make_store() -> Store:
            from nixlite.store.store import Store  # many programs have no use for it

            host.store = Store(settings.store_dir, outer, read_only=settings.read_only)
            return host.store

        host.store = LateStore(settings.store_dir, lambda: self.state.store)
        self.state = State(settings, host, make_store)
        self.state.import_file = self.import_file
        self.state.scoped_import = self.scoped_import
        self.state.import_set = self.import_set
        self.state.internal = self.internal
        self.state.canonical_text = self.canonical_text
        self.state.log = self.log
        self.state.warn = self.log_warning
        install(self.state)
        # Not a builtin but Nix code: evaluated when it is first asked for.
        derivation = [from_start, (self._evaluate_internal, "derivation")]
        self.state.builtins["derivation"] = self.state.globals["derivation"] = derivation
        self.state.symbols = ACTIVE[0] = Symbols(self.state.globals)
        self.base = dict(OPERATIONS)
        self.primops = {
            name: value.arity for name, value in self.state.builtins.items() if type(value) is PrimOp
        }
        self.cache = cache
        self.policy: Policy | None = None
        """Which parts of big sources are compiled when they are first needed; None for the usual ones."""
        self.unsaved: set[Pieces] = set()
        """The sources of which pieces were compiled that the cache does not have yet."""
        self.rewrite: Callable[[Expr, Source], Expr] | None = None
        """Changes each tree before it is compiled (the debugger's); what it changes is not cached."""
        self.warned = False
        """Whether the parser has warned: such a source is not cached, for it is to warn again."""
        self._has_room = False
        self._facts: tuple[Any, ...] = ()
        self._facts_text = ""
        self.files: dict[str, Lazy] = {}
        self.sources: MutableMapping[str, Source] = {}
        if sys.getrecursionlimit() < OUTSIDE:
            sys.setrecursionlimit(OUTSIDE)
        if settings.restrict_eval and not settings.pure_eval:
            from nixlite.host.lookup_path import allow_lookup_path

            allow_lookup_path(self.state)

    def log(self, level: int, text: str) -> None:
        """Write a line to the standard error, if its *level* is wanted."""
        from nixlite.traces.log import tell  # most evaluations are silent

        tell(self.settings, self.host, level, text)

    def log_warning(self, text: str) -> None:
        """Write a warning to the standard error, if warnings are wanted."""
        from nixlite.traces.log import warn

        warn(self.settings, self.host, text)

    # -- from text to code

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

    def compile(self, tree: Expr, source: Source, names: tuple[str, ...] = ()) -> Compiled:
        """The code of a tree; *names* are those of the scope it will run in."""
        from nixlite.analysis.scope import analyse
        from nixlite.compiler.program import compile_expression

        if self.rewrite is not None:
            tree = self.rewrite(tree, source)
        policy = None if self.instrumented or self.rewrite is not None else self.deferral()
        symbols, ordered = self.state.symbols, None
        if policy is None or len(source.text) < policy.source:  # pieces are made for one order of names
            symbols.load("\0".join(source.names))
            ordered = symbols.ordered
        analysis = analyse(
            tree, source, self.state.globals, names, aliases=not self.instrumented, policy=policy,
            first=symbols.first, ordered=ordered,
        )  # fmt: skip
        code, make = compile_expression(
            tree, source, analysis, self.signatures(), self.instrumented, self.is_exact(), self.stepping
        )
        if make is None:
            return Compiled(code, None)
        from nixlite.cache.pieces import Pieces

        return Compiled(code, Pieces(make))

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
            tree = self.tree_of(source, skim=True)
            analysis = analyse(
                tree, source, self.state.globals, policy=self.deferral(), first=self.state.symbols.first
            )
            return piece_compiler(tree, source, analysis, self.signatures(), self.is_exact())

        return uncollected(make)

    def canonical_text(self, source: Source, start: int, end: int) -> str:
        """What `--parse` prints for an expression that is a part of *source*."""
        from nixlite.syntax.parser import parse
        from nixlite.syntax.unparse import show

        options = self.parse_options()
        options.warn = None  # it has done that
        return show(parse(Source(source.name, source.text[start:end], base=source.base), options))

    # -- running

    def run(self, compiled: Compiled, scope: dict[str, Lazy] | None = None) -> Value:
        """The value of a compiled source, in WHNF; numbers the names of its source."""
        code = compiled.code
        if code.names:
            self.state.symbols.load(code.names)
        names = unit_globals(self.state, self.base)
        names["SITES"] = code.sites
        names["LAMBDAS"] = code.lambdas
        names["FILE"] = code.name
        source = names["SOURCE"] = self.sources.get(code.name)  # lives as long as the code, for its errors
        if compiled.pieces is not None:
            from nixlite.cache.pieces import Linked

            names["deferred"] = Linked(compiled.pieces, lambda: self.piece_globals(source)).maker(code)
        exec(code.code, names)
        value: Value = self.guard(names["main"], scope or {})
        return value

    def piece_globals(self, source: Source | None) -> dict[str, Any]:
        """The globals of a piece of a source: there may be thousands, so they begin almost empty."""
        names: dict[str, Any] = {"SOURCE": source}
        names["__builtins__"] = LateNames(self.state, self.base, names)
        return names

    def guard(self, function: Any, argument: Any) -> Any:
        """`function(argument)`, in which calls are counted; too many within each other are Nix's error."""
        if self._has_room:
            try:
                return function(argument)
            except RecursionError as error:
                trapped = error
            return go_deeper(function, argument, trapped)
        self._has_room = True
        POLICY.begin()
        other, ACTIVE[0] = ACTIVE[0], self.state.symbols
        allowed = self.settings.max_call_depth
        try:
            if not self.counts_calls:
                frames = self.frames_per_call * allowed + 1000
                return with_room(lambda _: with_limit(frames, function, argument), None)
            exact = self.is_exact()
            return with_room(lambda _: watched(allowed, counted, exact, function, argument), None)
        finally:
            self._has_room = False
            ACTIVE[0] = other
            POLICY.end()

    def evaluate_source(self, source: Source, scope: dict[str, Lazy] | None = None) -> Value:
        """Parse, compile and run a source in an outer scope (names to lazies); the value is in WHNF."""
        return self.run(self.code_of(source, tuple(scope or ())), scope)

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

                    found.pieces = Pieces(lambda: self.piece_compiler(source))
                    self.keep_pieces(found.pieces, cache, key)
                return found
        skim = not self.instrumented and self.rewrite is None
        compiled = uncollected(lambda: self.compile(self.parse(source, skim), source, names))
        if cache is not None and not self.warned:
            cache.store(key, compiled.code)
            if compiled.pieces is not None:
                self.keep_pieces(compiled.pieces, cache, key)
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

    def keep_pieces(self, pieces: Pieces, cache: Cache, key: str) -> None:
        """Look for the pieces of a source in the cache, and see to it that others get there."""
        from nixlite.cache.pack import Pack

        pieces.pack = Pack(cache, key)
        pieces.waiting = self.unsaved

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
        facts = (home, settings.pure_eval, features, lints, len(self.primops), self.policy, exact)
        if facts != self._facts:  # each file asks, and they hardly ever change
            self._facts = facts
            self._facts_text = repr((*facts[:2], sorted(features), *facts[3:]))
        return self._facts_text

    # -- files

    def read_source(self, path: str) -> Source:
        """The source of a file; a directory stands for its `default.nix`."""
        return self.read_resolved(self.resolve(path))

    def read_resolved(self, path: str) -> Source:
        """The source of the file at *path*, which `resolve` gave."""
        from nixlite.host.source_files import read_source

        return read_source(self.host, path)

    def resolve(self, path: str) -> str:
        """The file that importing *path* means: symlinks followed, `default.nix` of a directory."""
        from nixlite.host.source_files import resolve_import_path

        return resolve_import_path(self.host, path)

    def import_file(self, path: NixPath) -> Value:
        """The value of a file, evaluated once."""
        name = path.path
        known = self.files.get(name)
        if known is None:
            resolved = self.resolve(name)
            known = self.files.get(resolved)
            if known is None:
                known = self.files[resolved] = [self._evaluate_file, resolved]
            self.files[name] = known
        return force(known)

    def _evaluate_file(self, path: str) -> Value:
        POLICY.part()
        self.state.tell(TALKATIVE, f"evaluating file '{self.host.shown_path(path)}'")
        compiled = self.code_of(self.read_resolved(path), ())
        error_context = f"while evaluating the file '{path}':"  # read by `traces`
        return self.run(compiled)

    def import_set(self, path: NixPath) -> dict[str, Lazy]:
        """As `import_file`, of a file that must be a set, written down: nothing of it is computed.

        Raises EvalError where it is anything else (Nix: a flake must be "trivial").
        """
        name = self.resolve(path.path)
        if name not in self.files:
            self.files[name] = [self._evaluate_set, name]
        value = force(self.files[name])
        if type(value) is not dict:
            raise not_a_set(name)  # known already, from elsewhere
        return value

    def _evaluate_set(self, path: str) -> Value:
        self.state.tell(TALKATIVE, f"evaluating file '{self.host.shown_path(path)}'")
        compiled = self.code_of(self.read_resolved(path), ())
        error_context = f"while evaluating the file '{path}':"  # read by `traces`
        if not compiled.code.is_set:
            raise not_a_set(path)
        return self.run(compiled)

    def internal(self, name: str) -> Value:
        """The value of a bundled Nix file, evaluated once."""
        path = INTERNAL[name]
        if path not in self.files:
            self.state.tell(TALKATIVE, f"evaluating file '{path}'")
            self.files[path] = [self._evaluate_internal, name]
        return force(self.files[path])

    def _evaluate_internal(self, name: str) -> Value:
        """The value of a bundled Nix file; traces show it under the name that it has in Nix."""
        from nixlite.resources import stdlib_directory

        with open(f"{stdlib_directory()}/{name}.nix", encoding="utf-8") as file:
            return self.evaluate_source(Source(INTERNAL[name], file.read()))

    def scoped_import(self, scope: dict[str, Lazy], path: NixPath) -> Value:
        """The value of a file evaluated anew with more names in scope (`builtins.scopedImport`)."""
        source = self.read_source(path.path)
        self.state.tell(TALKATIVE, f"evaluating file '{self.host.shown_path(source.name)}'")
        return self.evaluate_source(source, scope)

    def forget_files(self) -> None:
        """Forget the values of imported files, so that changed files are read again (REPL's `:r`)."""
        self.files.clear()

    # -- bindings, for the REPL

    def parse_bindings(self, source: Source) -> AttrSet:
        """The bindings of a REPL input such as `x = 1; inherit (y) z;`."""
        from nixlite.syntax.parser import parse_bindings

        self.sources[source.name] = source
        return parse_bindings(source, self.parse_options())

    def bind(self, bindings: AttrSet, source: Source, scope: dict[str, Lazy]) -> dict[str, Lazy]:
        """The lazies that bindings define, each seeing *scope* but not each other (as in `nix repl`)."""
        value = self.run(self.compile(bindings, source, tuple(scope)), scope)
        assert type(value) is dict
        return value

    def explain(self, error: NixError) -> NixError:
        """Fill in an error's position and trace, for showing it."""
        from nixlite.builtins.install import code_names
        from nixlite.traces.reading import explain

        if error.position is not None and error.position.source is None:
            error.position.source = self.sources.get(error.position.file)
        explain(error, self.sources, code_names(), self.place_of_set)
        if self.host.mounts is not None:
            self.host.mounts.rename(error)
        return error

    def place_of_set(self, attrs: dict[str, Lazy], function: Any) -> Any:
        """Where a set literal begins that has become *attrs*; None for a set that was put together otherwise.

        Its attributes tell; an empty one has to be the body of the *function*, whose place is given.
        """
        from nixlite.runtime.thunk import attribute_position
        from nixlite.syntax.parser import parse
        from nixlite.syntax.sets import find_empty, find_set

        place = next((attribute_position(cell) for cell in attrs.values()), function)
        source = self.sources.get(place[0]) if place else None
        if place is None or source is None:
            return None
        options = self.parse_options()
        options.warn = lambda text, position: None  # it did so when the source was evaluated
        tree = parse(source, options)
        found = find_set(tree, source, attrs, place[1:]) if attrs else find_empty(tree, source, place[1:])
        return None if found is None else (source.name, *source.line_column(found))
