"""What is kept of an error when the input that met it is over: Python's frames, with the variables.

Nothing is evaluated again, and nothing is done while a program runs: the frames hang on the traceback.
They are read when somebody asks, as `traces.reading` does, and the names of their variables come from the
compiler (`compiler.naming`).
"""

from __future__ import annotations

from contextlib import suppress

from nixlite.abi.sites import FORMALS, KIND
from nixlite.builtins.install import code_names
from nixlite.errors import NixError
from nixlite.repl.debugging.stops import MISSING, ScopeShown, Stop
from nixlite.repl.debugging.tracepoints import Point, title_of
from nixlite.runtime.sites import site_rows
from nixlite.runtime.thunk import delay
from nixlite.source import Source
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk
from nixlite.traces.reading import TraceReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from nixlite.analysis.facts import Resolution
    from nixlite.compiler.naming import LexicalScope, Naming
    from nixlite.errors import Frame
    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import Lazy, Value
    from nixlite.source import Position

    Known = tuple[tuple[str, ...], bool]
    """Of a source of the session: the names that were in scope, and whether it was bindings."""

INNERMOST, OUTERMOST = 100, 20
"""Rows that are shown of a stack that overflowed."""


class Failure:
    """An error of an input, with its frames. *known*: what the session knows of its own sources, by name;
    *scope*: its variables when that happened."""

    def __init__(
        self,
        text: str,
        error: NixError,
        evaluator: Evaluator,
        known: dict[str, Known],
        scope: dict[str, Lazy],
    ) -> None:
        self.text = text
        self.error = error
        self.evaluator = evaluator
        self.known = known
        self.scope = scope
        self.namings: dict[tuple[str, int | None], Naming | None] = {}

    def rows(self) -> list[Stop]:
        """The rows of its trace, innermost first; the first is the error itself."""
        frames = FrameReader(self.evaluator, self.error).found
        if len(frames) > INNERMOST + OUTERMOST:
            frames = [*frames[:INNERMOST], *frames[-OUTERMOST:]]
        rows: list[Stop] = [KeptStop(self, at, Point(at.text, at.position, ())) for at in frames]
        position = self.error.position or (frames[0].position if frames else None)
        point = Point(self.error.message, position, ())
        first = KeptStop(self, frames[0], point) if frames else Stop(point, {})
        first.is_error = True
        return [first, *rows]

    def naming(self, names: dict[str, Any]) -> Naming | None:
        """What the compiler called the variables of a module with these globals; None where that is lost."""
        file, piece = names["FILE"], names.get("PIECE")
        key = (file, piece)
        if key not in self.namings:
            self.namings[key] = None
            source, known = names.get("SOURCE"), self.known.get(file, ((), False))
            if source is not None:
                with suppress(NixError):  # raised for names in scope that we were not told of
                    self.namings[key] = named_again(self.evaluator, source, known, piece)
        return self.namings[key]


def named_again(evaluator: Evaluator, source: Source, known: Known, piece: int | None) -> Naming:
    """As `Translator.naming`; bindings may want their last semicolon."""
    names, is_bindings = known
    if not is_bindings:
        return evaluator.naming(source, names, piece)
    try:
        return evaluator.naming(source, names, bindings=True)
    except NixError:
        whole = Source(source.name, f"{source.text}\n;", base=source.base, path=source.path)
        return evaluator.naming(whole, names, bindings=True)


class KeptFrame:
    """A Python frame of compiled code: where it was, and while what. *is_matching*: it was looking whether an
    argument has the formals of the function."""

    __slots__ = ("frame", "is_matching", "position", "text")

    def __init__(self, frame: FrameType, position: Position | None, text: str, is_matching: bool) -> None:
        self.frame = frame
        self.is_matching = is_matching
        self.position = position
        self.text = text


class FrameReader(TraceReader):
    """Reads the traceback of an error; `found` are the frames of compiled code, innermost first."""

    def __init__(self, evaluator: Evaluator, error: NixError) -> None:
        super().__init__(evaluator.sources, code_names(), None)
        self.found: list[KeptFrame] = []
        self.taken = 0
        traceback = error.__traceback__
        while traceback is not None:
            self.read(traceback.tb_frame, traceback.tb_lasti)
            traceback = traceback.tb_next
        self.found.reverse()

    def read_compiled(self, frame: FrameType, lasti: int, names: dict[str, Any]) -> None:
        """As for a trace; the frame is kept."""
        super().read_compiled(frame, lasti, names)
        new = self.frames[self.taken :]
        self.taken = len(self.frames)
        if self.here is not None and not self.here.file.startswith("«nix-internal»"):
            row = site_rows(names)[self.site_number(frame.f_code, lasti)]
            self.found.append(KeptFrame(frame, self.here, text_of(new, frame), row[KIND] == FORMALS))


def text_of(new: list[Frame], frame: FrameType) -> str:
    """While what a frame was at work, by the rows of the trace that it has added."""
    wanted = [row.text for row in new if row.text != "from call site"]
    calls = [text for text in wanted if text.startswith("while calling") and "builtin" not in text]
    if calls:
        return calls[-1]
    if wanted:
        return wanted[-1]
    return (
        "while evaluating the input"
        if frame.f_globals["FILE"].startswith("«string»")
        else "while evaluating this"
    )


class KeptStop(Stop):
    """A row of the trace whose variables are in a Python frame."""

    __slots__ = ("at", "failure")

    def __init__(self, failure: Failure, at: KeptFrame, point: Point) -> None:
        super().__init__(point, {})
        self.failure = failure
        self.at = at

    def scopes(self) -> list[ScopeShown]:
        """The scopes around the place, innermost first; none where the compiler cannot tell any more."""
        frame, position = self.at.frame, self.at.position
        naming = self.failure.naming(frame.f_globals)
        if naming is None or position is None or not naming.is_of(frame.f_code):
            return []
        scopes = naming.scopes(position.line, position.column)
        found = Shown(self.failure, naming, frame).all(scopes)
        given = frame.f_locals.get(frame.f_code.co_varnames[0]) if self.at.is_matching else None
        if type(given) is dict:
            found.insert(0, ScopeShown("argument", dict(given)))
        return found


class Shown:
    """The scopes of one frame, as they are shown."""

    def __init__(self, failure: Failure, naming: Naming, frame: FrameType) -> None:
        self.failure = failure
        self.naming = naming
        self.variables = frame.f_locals
        self.module = frame.f_globals

    def all(self, scopes: list[LexicalScope]) -> list[ScopeShown]:
        """All of them, innermost first."""
        found: list[ScopeShown] = []
        around: dict[str, Lazy] = dict(self.failure.scope)
        for scope in reversed(scopes):
            title = title_of(scope.node)
            if scope.with_set is not None:
                attrs = self.value(scope.with_set)
                shown = ScopeShown(title, {}, None if attrs is MISSING else attrs)
                around = {**around, **(shown.attrs or {})}
            else:
                shown = ScopeShown(title, {name: self.value(meant) for name, meant in scope.names.items()})
                around = {**around, **shown.variables}
                self.make_up(shown, scope, around)
            found.append(shown)
        return found[::-1]

    def value(self, meaning: Resolution | None) -> Lazy:
        """What a name means, unforced."""
        try:
            found: Lazy = self.naming.value(meaning, self.variables, self.module)
        except KeyError:
            name = getattr(meaning, "name", "")
            is_outer = getattr(meaning, "dynamic", False)
            found = self.failure.scope.get(name, MISSING) if is_outer else MISSING
        return found

    def make_up(self, shown: ScopeShown, scope: LexicalScope, around: dict[str, Lazy]) -> None:
        """Bindings of a `let` or `rec` that the frame does not have are delayed anew, where all that they are
        written with is there: for what failed they had not been evaluated."""
        nodes = written(scope.node)
        missing = {name for name, x in shown.variables.items() if x is MISSING and name in nodes}
        hopeless = {name for name, x in around.items() if x is MISSING} - missing
        used = {name: names_in(nodes[name]) for name in missing}
        while lost := {name for name in missing if used[name] & hopeless}:
            missing -= lost
            hopeless |= lost
        for name in missing:
            shown.variables[name] = around[name] = self.delayed(nodes[name], around)

    def delayed(self, node: n.Expr, around: dict[str, Lazy]) -> Lazy:
        """A thunk for a part of the source."""
        source, evaluator = self.naming.unit.source, self.failure.evaluator

        def evaluate() -> Value:
            title = f"«string»\x1fof {source.name} {node.start}"
            part = Source(title, source.text[node.start : node.end], base=source.base)
            return evaluator.evaluate_source(
                part, {name: x for name, x in around.items() if x is not MISSING}
            )

        return delay(evaluate)


def written(node: n.Expr) -> dict[str, n.Expr]:
    """What the names of a `let` or `rec` are bound to, as far as it is written there."""
    attrs = node.attrs if type(node) is n.Let else node
    bindings = attrs.bindings if type(attrs) is n.AttrSet else {}
    return {name: x.value for name, x in bindings.items() if x.kind == n.PLAIN and x.value is not None}


def names_in(node: n.Expr) -> set[str]:
    """The variables that an expression may use."""
    found: set[str] = set()
    for inner in walk(node):
        if type(inner) is n.Var:
            found.add(inner.name)
        elif type(inner) is n.Skimmed:
            found.update(inner.names)
    return found
