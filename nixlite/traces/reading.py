"""From Python's traceback to Nix's trace: where an error happened, and while what.

Nothing is recorded while a program runs. When an error is shown, the traceback is read from the outermost
frame inwards. Four kinds of Python frames tell something:

* compiled Nix code: the instruction's site gives a position and the contexts around it (see `compiler.emit`);
* the function of a builtin: `while calling the 'x' builtin`;
* a selection: `while evaluating the attribute 'a.b'`, at the definition of the attribute that was found (what
  was selected is in the site, or in the local `error_selection`);
* any function of `runtime` and `builtins` with a local `error_context` (and `error_position`), or with a
  local `error_site`, the place that what it evaluates is charged to.

The texts and their order are those of C++ Nix 2.34.8.
"""

from __future__ import annotations

from nixlite.abi.sites import ABOUT, COLUMN, CONTEXT, FORMALS, KIND, LINE, OUTER, SELECT
from nixlite.errors import Frame, NixError, StackOverflow
from nixlite.runtime.sites import site_number, site_rows
from nixlite.runtime.thunk import force
from nixlite.runtime.values import HERE, FunctionType, LambdaInfo, innermost, lambda_info
from nixlite.source import Position
from nixlite.spelling import attribute_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType, FrameType
    from typing import Any

    from nixlite.abi.sites import Row
    from nixlite.source import Source

    PlaceOfSet = Callable[[dict[str, Any], Any], Any]

HELPERS = tuple(
    f"nixlite.{room}"
    for room in (
        "runtime host formats regex fetch flakes installed builtins cli evaluator interop translator".split()
    )
)
"""Where Python functions may say something about the trace."""

DETERMINE = object()
"""As the place of a call: Nix takes the function's own position there."""


def explain(
    error: NixError,
    sources: Mapping[str, Source],
    primops: dict[CodeType, tuple[str, bool]],
    place_of_set: PlaceOfSet | None = None,
) -> NixError:
    """Fill in `error.trace` and `error.position` from its traceback, and return it.

    *sources*: the texts evaluated, by name, for excerpts. *primops*: name and trace flag of each builtin by
    the code of its Python function. *place_of_set*: where a set, which a function at a place returned, is
    written.
    """
    if error.trace is None:
        reader = TraceReader(sources, primops, place_of_set)
        traceback = error.__traceback__
        while traceback is not None:
            if traceback.tb_next is None and isinstance(error, StackOverflow):
                reader.too_deep = error.call
            reader.read(traceback.tb_frame, traceback.tb_lasti)
            traceback = traceback.tb_next
        error.trace = reader.frames
        if error.position is None and error.at_site:
            error.position = reader.here
        if isinstance(error, StackOverflow) and error.begun is not None and place_of_set is not None:
            place = place_of_set(error.begun, None)
            error.position = reader.position(*place) if place else None
        if error.position is not None and error.position.source is None:
            error.position.source = sources.get(error.position.file)
    return error


class TraceReader:
    """Reads Python frames, outermost first, into `frames`.

    `here` is the position of the innermost Nix expression so far; `place` the same, until a builtin has
    taken over: what a builtin calls has no call site. `too_deep`: see `StackOverflow.call`.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        primops: dict[CodeType, tuple[str, bool]],
        place_of_set: PlaceOfSet | None = None,
    ) -> None:
        self.place_of_set = place_of_set
        self.sources = sources
        self.primops = primops
        self.frames: list[Frame] = []
        self.here: Position | None = None
        self.place: Any = None
        self.selecting: str | tuple[str, ...] | None = None
        self.definition: Position | None = None
        self.too_deep: Row | None = None
        self._numbers: dict[tuple[CodeType, int], int] = {}

    def read(self, frame: FrameType, lasti: int) -> None:
        """Take one Python frame, stopped at instruction offset *lasti*."""
        names = frame.f_globals
        if "SITES" in names:
            self.read_compiled(frame, lasti, names)
        elif frame.f_code in self.primops:
            self.read_builtin(frame)
        elif str(names.get("__name__")).startswith(HELPERS):
            self.read_helper(frame)

    def read_compiled(self, frame: FrameType, lasti: int, names: dict[str, Any]) -> None:
        """A frame of compiled Nix code."""
        code = frame.f_code
        rows = site_rows(names)
        row = rows[self.site_number(code, lasti)]
        lambdas = names["LAMBDAS"]
        info = innermost(lambdas, code.co_name)
        if info is not None:
            self.enter_function(LambdaInfo(*info), row[KIND] == FORMALS, forcing=bool(row[OUTER]))
        file = names["FILE"]
        self.selecting = row[ABOUT] if row[KIND] == SELECT else None
        for context in self.contexts(rows, row):
            place = self.position(file, context[LINE], context[COLUMN])
            self.frames.append(Frame(context[ABOUT], place))
        self.here = self.place = self.position(file, row[LINE], row[COLUMN])

    def site_number(self, code: CodeType, lasti: int) -> int:
        """`sites.site_number`, remembered."""
        number = self._numbers.get((code, lasti))
        if number is None:
            number = self._numbers[code, lasti] = site_number(code, lasti)
        return number

    def contexts(self, rows: tuple[Row, ...], row: Row) -> list[Row]:
        """The context rows around a site, outermost first."""
        found: list[Row] = []
        number = row[OUTER]
        while number:
            context = rows[number]
            if context is self.too_deep:
                found.clear()
            elif context[KIND] == CONTEXT:
                found.append(context)
            number = context[OUTER]
        return found[::-1]

    def enter_function(self, info: LambdaInfo, matching: bool, forcing: bool) -> None:
        """A Nix function was called: `from call site`, `while calling 'f'` (only with --show-trace).

        *matching*: its argument was being matched with its formals, and *forcing*: so far only evaluated.
        """
        position = self.position(*info.position)
        call_site = position if self.place is DETERMINE else self.place
        if call_site is not None or (matching and not forcing):
            self.frames.append(Frame("from call site", call_site, detail=not matching))
        if not matching:
            name = "anonymous lambda" if info.name is None else f"'{info.name}'"
            self.frames.append(Frame(f"while calling {name}", position, detail=True))

    def read_builtin(self, frame: FrameType) -> None:
        """The Python function of a builtin."""
        name, traced = self.primops[frame.f_code]
        if traced:
            place = None if self.place is DETERMINE else self.place
            self.frames.append(Frame(f"while calling the '{name}' builtin", place))
        self.place = self.here = None
        self.read_context(frame.f_locals)

    def read_helper(self, frame: FrameType) -> None:
        """A function of the runtime, or a helper of a builtin."""
        names = frame.f_locals
        if self.definition is not None:
            if frame.f_code is force.__code__:
                self.here = self.definition
            self.definition = None
        self.selecting = names.get("error_selection", self.selecting)
        if self.selecting is not None and "selected" in names:
            cell = names["selected"]
            if type(cell) is list and len(cell) > 2 and cell[2] is not None:
                text = f"while evaluating the attribute '{self.selected_path(names)}'"
                definition = self.position(*cell[2])
                if is_last(names):
                    self.definition = definition
                if not cell[2][0].startswith("«nix-internal»"):  # Nix hides how `derivation` does it
                    self.frames.append(Frame(text, definition))
            self.selecting = None
        if names.get("error_forces_deeply"):
            self.place = DETERMINE
        elif self.place is DETERMINE and "applied" in names:
            self.place = self.place_of(names)
        self.read_context(names)
        site = names.get("error_site")
        if site is not None and site != HERE:
            self.here = self.place = self.position(*site)

    def place_of(self, names: dict[str, Any]) -> Any:
        """What Nix takes for the place of a delayed call of two arguments: where the function begins."""
        if names.get("error_unplaced"):
            return None
        applied = names["applied"]
        return self.position(*lambda_info(applied).position) if type(applied) is FunctionType else DETERMINE

    def selected_path(self, names: dict[str, Any]) -> str:
        """The path of a selection: names that are computed as what they are, if that can be had."""
        if type(self.selecting) is not tuple:
            return str(self.selecting)
        shown = []
        steps: tuple[Any, ...] = names.get("path") or (names["name"],)
        for text, step in zip(self.selecting, steps, strict=True):
            try:
                name: Any = force(step)  # a string, or there would be no such attribute
                shown.append(attribute_name(name))
            except NixError:
                shown.append(text)
        return ".".join(shown)

    def read_context(self, names: dict[str, Any]) -> None:
        """The frame that a local `error_context` stands for."""
        text, place = names.get("error_context"), names.get("error_position")
        if type(text) is FunctionType:  # of these locals: so it need not be made before there is an error
            try:
                text = text(names)
            except KeyError:  # an evaluation is stopped anywhere: here before it had come to what is told
                return
            if type(text) is tuple:
                text, place = text
        always = bool(names.get("error_always"))
        if type(text) is not str or not (
            text or always
        ):  # an empty one of the user's is a frame, if not seen
            return
        if place and len(place) == 2:
            place = self.place_of_set(*place) if self.place_of_set is not None else None
        if place == HERE:
            position = self.place_of_functor(names) if self.place is DETERMINE else self.here
        else:
            position = self.position(*place) if place else None
        self.frames.append(Frame(text, position, always=always))

    def place_of_functor(self, names: dict[str, Any]) -> Position | None:
        """Where the set begins that is called, whose call has no place of its own."""
        if self.place_of_set is None or "functor" not in names:
            return None
        place = self.place_of_set(names["functor"], None)
        return self.position(*place) if place else None

    def position(self, file: str, line: int, column: int) -> Position | None:
        """A position with its source, None for line 0."""
        return Position(file, line, column, self.sources.get(file)) if line else None


def is_last(names: dict[str, Any]) -> bool:
    """Whether a function of `runtime.select` with these locals evaluated what is at the end of its path."""
    path = names.get("path")
    if not path or "error_at_end" in names:
        return True
    return "step" not in names and bool(names["name"] == path[-1])
