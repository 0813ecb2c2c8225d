"""The one place that joins what makes code of sources (`translator`), runtime, builtins and a host.

An `Evaluator` has its own settings, host, caches and builtins; two of them in one process never meet.
"""

from __future__ import annotations

from _thread import RLock, get_ident

from nixlite.errors import EvalError, NixError, StackOverflow
from nixlite.host.settings import TALKATIVE
from nixlite.limits.recursion import RECURSION, is_small, python_depth, until_done
from nixlite.runtime.abi import OPERATIONS, metered_operations, unit_globals
from nixlite.runtime.collecting import POLICY
from nixlite.runtime.depth import DEEPEST, go_deeper, watched, with_all_room
from nixlite.runtime.frames import with_room
from nixlite.runtime.state import LateStore, State
from nixlite.runtime.symbols import ACTIVE, Symbols
from nixlite.runtime.thunk import force, from_start
from nixlite.source import Source
from nixlite.translator import Translator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from nixlite.cache.files import Cache
    from nixlite.host.host import Host
    from nixlite.host.mounts import Mounts
    from nixlite.host.settings import Settings
    from nixlite.limits.budget import Budget
    from nixlite.runtime.overflow import CountedFunctions
    from nixlite.runtime.values import Lazy, NixPath, Value
    from nixlite.store.store import Store
    from nixlite.syntax.nodes import AttrSet
    from nixlite.translator import Compiled

    T = TypeVar("T")


def with_limit(frames: int, function: Callable[[Any], T], argument: Any) -> T:
    """`function(argument)` with a recursion limit of Python that is turned into Nix's error."""
    limit = RECURSION.own()
    try:
        RECURSION.need(python_depth() + frames)
        return function(argument)
    except RecursionError as error:
        trapped = error
    finally:
        RECURSION.need(limit)
    raise StackOverflow().with_traceback(trapped.__traceback__) from None


MOST_CALLBACKS = 200
"""Functions of the host's that are called within each other, each by a Nix program that one calls."""

INTERNAL = {
    "call-flake": "«flakes-internal»/call-flake.nix",
    "derivation": "«nix-internal»/derivation-internal.nix",
}
"""The bundled Nix files that are part of the evaluator, and what they are called in traces."""


def not_a_set(path: str) -> EvalError:
    """The error for a file that should be a set and nothing else."""
    return EvalError(f"file '{path}' must be an attribute set")


def mounts_of(settings: Settings, host: Host) -> Mounts | None:
    """What pure evaluation shows for fetched trees of *host*; None in impure evaluation."""
    if not settings.pure_eval:
        return None
    from nixlite.host.mounts import Mounts

    return Mounts(settings.store_dir, host)


def rendered(error: NixError, colour: bool, show_trace: bool) -> str:
    """The text of an explained error."""
    from nixlite.traces.rendering import render_error

    return render_error(error, colour=colour, show_trace=show_trace)


def counted() -> CountedFunctions:
    """The functions that stand for a call."""
    from nixlite.builtins.install import code_names, of_values
    from nixlite.runtime.counted import counted_functions  # few evaluations are that deep

    return counted_functions(of_values(), code_names)


class Evaluator(Translator):
    """Evaluates Nix sources. `state` is what builtins see, `sources` the texts evaluated so far, by name."""

    frames_per_call = 5
    """Python frames that a Nix call takes at most, helpers included, where calls are not counted."""

    def __init__(self, settings: Settings, host: Host, cache: Cache | None = None) -> None:
        """*cache* keeps compiled sources on disk; without one each is compiled anew."""
        from nixlite.builtins.install import install

        settings = host.settings_for(settings)
        state = self._state_for(settings, host.for_evaluator())
        install(state)
        # Not a builtin but Nix code: evaluated when it is first asked for.
        derivation = [from_start, (self._evaluate_internal, "derivation")]
        state.builtins["derivation"] = state.globals["derivation"] = derivation
        state.symbols = ACTIVE.symbols = Symbols(state.globals)
        super().__init__(state, cache)
        self.base = dict(OPERATIONS)
        self.files: dict[str, Lazy] = {}
        self.budget: Budget | None = None
        self._lock = RLock()
        self._owner = 0
        self._callbacks = 0
        if settings.restrict_eval and not settings.pure_eval:
            from nixlite.host.lookup_path import allow_lookup_path

            allow_lookup_path(state)

    def _state_for(self, settings: Settings, host: Host) -> State:
        """What builtins will see: as much of *host* as the settings allow, and our own functions."""
        outer = host
        if settings.pure_eval or settings.restrict_eval:
            from nixlite.host.guarded import guarded

            host = guarded(host, settings)
        outer.mounts = host.mounts = mounts_of(settings, outer)

        def make_store() -> Store:
            from nixlite.store.store import Store  # many programs have no use for it

            host.store = Store(settings.store_dir, outer, read_only=settings.read_only)
            return host.store

        host.store = LateStore(settings.store_dir, lambda: state.store)
        state = State(settings, host, make_store)
        state.import_file = self.import_file
        state.scoped_import = self.scoped_import
        state.import_set = self.import_set
        state.internal = self.internal
        state.canonical_text = self.canonical_text
        state.log = self.log
        state.warn = self.log_warning
        return state

    def log(self, level: int, text: str) -> None:
        """Write a line to the standard error, if its *level* is wanted."""
        from nixlite.traces.log import tell  # most evaluations are silent

        tell(self.settings, self.host, level, text)

    def log_warning(self, text: str) -> None:
        """Write a warning to the standard error, if warnings are wanted."""
        from nixlite.traces.log import warn

        warn(self.settings, self.host, text)

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
        """The globals of a piece of a source."""
        names = unit_globals(self.state, self.base)
        names["SOURCE"] = source
        return names

    def guard(self, function: Any, argument: Any) -> Any:
        """`function(argument)`, in which calls are counted; too many within each other are Nix's error.

        Threads take turns: who evaluates has the evaluator for itself until it is done, so no thunk is ever
        forced by two. A function of the host's that Nix calls may evaluate more, but must not wait for
        another thread that uses the same evaluator.
        """
        if self._owner == get_ident():
            try:
                return function(argument)
            except RecursionError as error:
                trapped = error
            return go_deeper(function, argument, trapped)
        if is_small():
            from nixlite.limits.stack import on_large_stack

            return on_large_stack(lambda: self.guard(function, argument))
        with self._lock:
            if self.budget is not None:
                return self.budget.spend(self.alone, function, argument)
            return self.alone(function, argument)

    def alone(self, function: Any, argument: Any) -> Any:
        """The part of `guard` for who has the evaluator now; what is changed meanwhile is as before then."""
        other, owner, who = ACTIVE.symbols, self._owner, object()
        allowed, budget = self.settings.max_call_depth, self.budget
        if budget is not None and budget.depth < allowed:
            allowed = budget.depth

        def leave() -> None:
            self._owner = owner
            ACTIVE.symbols = other
            POLICY.end(who)

        try:
            self._owner = get_ident()
            ACTIVE.symbols = self.state.symbols
            POLICY.begin(who, 0 if budget is None else budget.limits.memory or 0)
            if not self.counts_calls:
                frames = self.frames_per_call * allowed + 1000
                return with_room(lambda _: with_limit(frames, function, argument), None)
            exact = self.is_exact()
            return with_room(lambda _: watched(allowed, counted, exact, function, argument), None)
        finally:
            try:
                leave()
            except BaseException:  # Ctrl-C, say
                until_done(leave)
                raise

    def outside(self, function: Callable[[Any], Any], argument: Any) -> Any:
        """`function(argument)`, a function of the host's that a Nix program calls.

        It has as many of Python's frames as the host allows from its start, and may evaluate more. Raises
        StackOverflow where that has happened too often within itself, for each time takes C stack.
        """
        if self._callbacks >= MOST_CALLBACKS:
            raise StackOverflow
        limit, owner, callbacks = RECURSION.own(), self._owner, self._callbacks

        def leave() -> None:
            self._owner, self._callbacks = owner, callbacks
            RECURSION.need(limit)

        try:
            self._owner, self._callbacks = 0, callbacks + 1
            RECURSION.need(python_depth() + RECURSION.before)
            return function(argument)
        except RecursionError as error:
            raise EvalError(f"a Python function that was called: {error}") from error
        finally:
            try:
                leave()
            except BaseException:  # Ctrl-C, say
                until_done(leave)
                raise

    def limit(self, budget: Budget) -> None:
        """Let it use no more than *budget* from now on; for one that has not evaluated anything yet."""
        self.budget = budget
        depth = budget.limits.depth
        if depth and depth < self.settings.max_call_depth:
            budget.depth = depth
        self.is_metered = budget.is_metered
        if self.is_metered:
            self.base |= metered_operations(budget.tick)

    def cancel(self) -> bool:
        """Stop what is being evaluated, from any thread; False if nothing is, or there is no budget."""
        return self.budget is not None and self.budget.cancel()

    def evaluate_source(self, source: Source, scope: dict[str, Lazy] | None = None) -> Value:
        """Parse, compile and run a source in an outer scope (names to lazies); the value is in WHNF."""
        return self.run(self.code_of(source, tuple(scope or ())), scope)

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

    def bind(self, bindings: AttrSet, source: Source, scope: dict[str, Lazy]) -> dict[str, Lazy]:
        """The lazies that bindings define, each seeing *scope* but not each other (as in `nix repl`)."""
        value = self.run(self.compile(bindings, source, tuple(scope)), scope)
        assert type(value) is dict
        return value

    def explain(self, error: NixError) -> NixError:
        """Fill in an error's position and trace, for showing it."""
        return with_all_room(lambda: self._explain(error), DEEPEST)  # type: ignore[no-any-return]  # it gives that

    def _explain(self, error: NixError) -> NixError:
        from nixlite.builtins.install import code_names
        from nixlite.traces.reading import explain

        if error.position is not None and error.position.source is None:
            error.position.source = self.sources.get(error.position.file)
        explain(error, self.sources, code_names(), self.place_of_set)
        error.renderer = rendered
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
        tree = with_all_room(lambda: parse(source, options), len(source.text))
        found = find_set(tree, source, attrs, place[1:]) if attrs else find_empty(tree, source, place[1:])
        return None if found is None else (source.name, *source.line_column(found))
