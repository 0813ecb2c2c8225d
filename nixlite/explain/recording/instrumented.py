"""An evaluator that records: the same sources, compiled for recording and linked with a `Recorder`."""

from __future__ import annotations

from nixlite.builtins.install import bind, declarations
from nixlite.evaluator import Evaluator
from nixlite.explain.recording.calls import BUILTIN, has_watched, watch, watching
from nixlite.explain.recording.linking import Linker
from nixlite.explain.recording.recorder import Recorder, merged
from nixlite.formats.nix.evaluated import show_value
from nixlite.runtime import abi, thunk
from nixlite.runtime.values import PrimOp, linked
from nixlite.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.cache.files import Cache
    from nixlite.explain.recording.observing import Observer, Trial
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.runtime.values import Lazy, Value
    from nixlite.source import Position
    from nixlite.syntax.nodes import AttrSet, Expr
    from nixlite.translator import Compiled

MAKERS = {
    # builtin: which of its arguments are the sets that the result's attributes come from
    "removeAttrs": (0,),
    "intersectAttrs": (1,),
    "mapAttrs": (1,),
}


class InstrumentedEvaluator(Evaluator):
    """As `Evaluator`, several times slower; `recorder` holds what happened.

    *edits* replaces the texts of sources, by name; *cache* keeps the recording code, beside that of normal
    evaluations.
    """

    instrumented = True
    counts_calls = False

    def __init__(
        self,
        settings: Settings,
        host: Host,
        recorder: Recorder | None = None,
        *,
        edits: dict[str, str] | None = None,
        cache: Cache | None = None,
        observer: Observer | None = None,
    ) -> None:
        super().__init__(settings, host, cache)
        self.recorder = recorder or Recorder()
        self.stepping = self.recorder.steps
        self.edits = edits or {}
        self.observer = observer
        self.watched: dict[tuple[str, str, tuple[str, ...]], Compiled] = {}
        """The code of sources in which overrides are watched, by name, text and names in scope."""
        self.all_kept: dict[str, Any] = {}
        self.kept = self.all_kept
        """Values that no trial changes, such as the package set that a function is given."""
        self.trees: dict[str, Expr] = {}
        """The trees of sources that were asked about."""
        self.bound: set[str] = set()
        """Sources that are no expressions: bindings of the REPL."""
        self.scopes: dict[str, tuple[str, ...]] = {}
        update = merged if self.recorder.light else self.recorder.update
        self.linker = Linker({thunk.force: self.recorder.force, abi.update: update})
        self.relink(self.linker)

    def relink(self, linker: Linker) -> None:
        """Put the recording copies in place of builtins and operations."""
        state = self.state
        rows = declarations()
        for name, original in list(state.builtins.items()):
            if type(original) is not PrimOp or name not in rows:
                continue
            row = rows[name]
            function = linker.link(row.function)
            if row.state:
                function = bind(function, state)
            if name in MAKERS and not self.recorder.light:
                function = self.noting(name, function, MAKERS[name][0])
            linked(original)
            copy = PrimOp(name, function, original.arguments, original.doc)
            state.builtins[name] = copy
            for shown in (name, f"__{name}"):
                if state.globals.get(shown) is original:
                    state.globals[shown] = copy
        globals_for = linker.link(abi.globals_for)
        self.base = globals_for(state)
        self.base["created"] = self.recorder.created
        if self.observer is not None:
            self.observer.call, self.observer.force = self.base["call"], self.recorder.force
            self.observer.find = self.find
            for builtin in self.observer.builtins():
                state.globals[f"__{builtin.name}"] = builtin
        self.add_builtin(BUILTIN, watching(self.recorder))

    def find(self, name: str) -> str:
        """The file that `import <name>` reads. Raises NixError where there is none."""
        from nixlite.host.lookup_path import find_file, lookup_path

        return self.resolve(find_file(self.state, lookup_path(self.settings, self.state.host), name))

    def add_builtin(self, name: str, builtin: PrimOp) -> None:
        """Let code that is compiled for recording call one more builtin."""
        self.state.globals[f"__{name}"] = builtin
        for key, value in ((f"g___{name}", builtin), (f"b_{name}", builtin), (f"p_{name}", builtin.function)):
            self.base[key] = value
        self.primops[name] = len(builtin.arguments)

    def shown(self, value: Any) -> str:
        """A value as Nix prints it, evaluated as far as that needs."""
        text: str = self.linker.link(show_value)(self.state, value)
        return text

    def noting(self, name: str, function: Any, source: int) -> Any:
        """A builtin of two arguments that makes a set, written down."""
        recorder = self.recorder

        def noted(first: Lazy, second: Lazy) -> Value:
            return recorder.note(name, function(first, second), (first, second)[source])

        return noted

    def tree(self, name: str) -> Expr:
        """The tree of a source that was evaluated.

        Parsed when a question about it is asked, which is so for few files of a package set: most come from
        the cache, and the trees of all would take more memory than the values.
        """
        if name not in self.trees:
            self.trees[name] = self.parsed(self.sources[name])
        return self.trees[name]

    def parsed(self, source: Source) -> Expr:
        """The tree of a source that was compiled: what it is to be warned of was said then."""
        from nixlite.syntax.parser import parse, parse_bindings

        options = self.parse_options()
        options.warn = no_warning
        return (parse_bindings if source.name in self.bound else parse)(source, options)

    def changed(self, tree: Expr, source: Source) -> Expr:
        """As the normal one; the functions of `calls` say that they are called."""
        return super().changed(watch(tree, source), source)

    def skims(self, source: Source) -> bool:
        """As the normal one; functions that are watched have to be found."""
        return super().skims(source) and not has_watched(source)

    def code_settings(self) -> str:
        """As the normal ones; recording code is another."""
        kind = "recording steps" if self.stepping else "recording in pieces"
        return f"{kind}, watching {super().code_settings()}"

    def parse_bindings(self, source: Source) -> AttrSet:
        """As the normal one; takes an edited text where there is one, and knows it for bindings."""
        source.text = self.edits.get(source.name, source.text)
        tree = super().parse_bindings(source)
        self.bound.add(source.name)
        return tree

    def bind(self, bindings: AttrSet, source: Source, scope: dict[str, Lazy]) -> dict[str, Lazy]:
        """As the normal one; keeps the names in scope."""
        self.scopes[source.name] = tuple(scope)
        if self.observer is not None:
            bindings = self.observer.rewritten(bindings, source)
        return super().bind(bindings, source, scope)

    def code_of(self, source: Source, names: tuple[str, ...]) -> Compiled:
        """As the normal one; takes an edited text where there is one, and keeps the names in scope."""
        text = self.edits.get(source.name)
        if text is not None:
            source = Source(source.name, text, base=source.base, path=source.path)
        self.scopes[source.name] = names
        if self.observer is None or not self.observer.owns(source.name):
            return super().code_of(source, names)
        key = (source.name, source.text, names)
        self.sources[source.name] = source
        if key not in self.watched:
            tree = self.observer.rewritten(self.parse(source), source)
            self.watched[key] = self.compile(tree, source, names)
        return self.watched[key]

    def again(self, trial: Trial) -> None:
        """Let the user's own sources be evaluated anew, as *trial* says; all else keeps its value."""
        assert self.observer is not None
        self.observer.begin(trial)
        self.kept = self.all_kept if self.observer.touches_expression_only(trial) else {}
        self.edits = dict(trial.texts)
        self.trees.clear()
        own = {id(value) for name, value in self.files.items() if self.observer.owns(name)}
        for name in [name for name, value in self.files.items() if id(value) in own]:
            del self.files[name]  # by every name: a folder and a link mean the same file


def no_warning(text: str, position: Position | None) -> None:
    """What becomes of a warning that was shown before."""
