"""The errors that nixlite raises for a user's mistakes.

An error says *what* in Nix's words. *Where* is usually not the raiser's business: compiled code carries
Nix positions, and `traces` reads them from Python's traceback when an error is shown. A raiser who knows
the place gives `position`; one that means "here, at the expression that called me" gives `at_site=True`
(C++ Nix: `.atPos(pos)` with the position of the expression being evaluated); the default is no position,
which is what Nix's builtins mostly do.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, Self

    from nixlite.source import Position, Source


class NixError(Exception):
    """A mistake in a Nix program or in the way it was called.

    `message` is Nix's text without the `error: ` prefix, `position` the place (1-based line, UTF-8 byte
    column) or None, `hint` a next step such as `Did you mean foo?`. `trace` is filled in by
    `trace.explain` when the error is shown: the frames, outermost first. `ends_highlighted`: C++ Nix colours
    the end of the message (a library's text), and so does not cut blanks and newlines there. `status` is what
    a process that fails with it ends with.
    """

    ends_highlighted = False
    status = 1

    def __init__(
        self,
        message: str,
        *,
        position: Position | None = None,
        at_site: bool = False,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.at_site = at_site
        self.hint = hint
        self.trace: list[Frame] | None = None

    def __str__(self) -> str:
        return self.message

    renderer: Callable[[NixError, bool, bool], str] | None = None
    """What writes it with its trace, once it is explained: nothing here knows of traces."""

    def render(self, *, color: bool = False, show_trace: bool = False) -> str:
        """The error as Nix writes it: message, place with the lines around it, hint, and the trace.

        *color*: with escape sequences for a terminal. *show_trace*: with all of the trace, not only its
        beginning."""
        if self.renderer is not None:
            return self.renderer(self, color, show_trace)
        return f"error: {self.message}" + (f"\n       {self.hint}" if self.hint else "")

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle: with position and trace, without the cause; subclasses take other arguments.

        All is laid flat: see `flattened`."""
        return flattened(self)

    painted = True
    """Whether parts of the message may be coloured: a text of the user's own is not touched."""

    def again(self) -> Self:
        """A fresh copy of this error, to be raised where the value that failed is asked for again.

        It goes on from the traceback up to where this one was caught (not including the one who caught it):
        as with C++ Nix, the trace tells how it first went wrong.
        """
        copy = self.__class__.__new__(self.__class__)
        copy.args = self.args
        copy.__dict__.update(self.__dict__)
        copy.trace = None
        if self.__cause__ is not None:
            copy.__cause__ = self.__cause__
        traceback = self.__traceback__
        return copy.with_traceback(traceback.tb_next if traceback is not None else None)


class Frame:
    """One `… while …` line of a trace: what was going on, and where.

    `detail` marks frames that only `--show-trace` prints (calls of functions); `always` those that are
    printed even beyond the limit of a short trace (`builtins.addErrorContext`).
    """

    __slots__ = ("always", "detail", "position", "text")

    def __init__(
        self, text: str, position: Position | None = None, *, detail: bool = False, always: bool = False
    ) -> None:
        self.text = text
        self.position = position
        self.detail = detail
        self.always = always


NOWHERE = -1
"""Stands for the line where there is no position, and for the number of a source that is not known."""

SOURCE, PLACE, FRAME = 4, 4, 7
"""How many items of a list a source, a position and a frame take."""


def flattened(error: NixError) -> tuple[Any, ...]:
    """What `__reduce__` gives: a function, and what it makes the error of again.

    A trace is a list of frames, each with a position, each with a source: pickle and `copy` would go down
    into these one after the other. Who catches an error may have little room left to Python's recursion
    limit; laid flat, all of an error is texts and numbers in one row.
    """
    attributes = dict(error.__dict__)
    position, trace = attributes.pop("position", None), attributes.pop("trace", None)
    numbers: dict[int, int] = {}
    sources: list[str | None] = []

    def number(source: Source | None) -> int:
        if source is None:
            return NOWHERE
        if id(source) not in numbers:
            numbers[id(source)] = len(numbers)
            sources.extend((source.name, source.text, source.base, source.path))
        return numbers[id(source)]

    def place(found: Position | None) -> tuple[Any, ...]:
        if found is None:
            return ("", NOWHERE, 0, NOWHERE)
        return found.file, found.line, found.column, number(found.source)

    own = place(position)
    frames: list[Any] | None = None
    if trace is not None:
        frames = []
        for frame in trace:
            frames += [frame.text, frame.detail, frame.always, *place(frame.position)]
    items = [item for pair in attributes.items() for item in pair]
    counted = (len(error.args), *error.args, len(items), *items)
    return unflattened, (error.__class__, *own, *counted, frames, *sources)


def unflattened(kind: type[NixError], *flat: Any) -> NixError:
    """The error that `flattened` has laid flat."""
    from nixlite.source import Position, Source  # for types else

    own, flat = flat[:PLACE], flat[PLACE:]
    arguments, flat = flat[1 : 1 + flat[0]], flat[1 + flat[0] :]
    items, flat = flat[1 : 1 + flat[0]], flat[1 + flat[0] :]
    frames, *rest = flat
    sources = [Source(name, text, base=base, path=path) for name, text, base, path in by(SOURCE, rest)]

    def place(file: str, line: int, column: int, number: int) -> Position | None:
        if line == NOWHERE:
            return None
        return Position(file, line, column, None if number == NOWHERE else sources[number])

    error = kind.__new__(kind)
    error.args = arguments
    error.__dict__.update(zip(items[::2], items[1::2], strict=True))
    error.position = place(*own)
    error.trace = None
    if frames is not None:
        error.trace = [
            Frame(text, place(*at), detail=detail, always=always)
            for text, detail, always, *at in by(FRAME, frames)
        ]
    return error


def by(size: int, items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The items of a list, some at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


class UsageError(NixError):
    """A wrong command line: unknown flag, missing argument, contradictory options."""


class ParseError(NixError):
    """The text is not Nix. `incomplete` tells that more input could make it so (for the REPL)."""

    incomplete = False


class UndefinedVariable(NixError):
    """A name that no scope binds. Found before running, except under `with`."""


class EvalError(NixError):
    """Anything that goes wrong while evaluating; `builtins.tryEval` does not catch it."""


class NoAttribute(EvalError):
    """An attribute path that was asked for leads to nothing, and all on the way to it has a value."""


class NotGranted(EvalError):
    """Something of the world outside that the host does not grant (see `host.host`)."""


class NoSuchFile(EvalError):
    """A file or directory that is to be read is not there (C++ Nix: `FileNotFound`, no `EvalError`)."""


class NixTypeError(EvalError):
    """A value of another type than the operation needs."""


class MissingAttribute(EvalError):
    """An attribute path names something that the set does not have."""

    def __init__(self, name: str, available: Iterable[str], shown: str | None = None) -> None:
        """*shown*: the name with the quotes that it needs as an attribute name."""
        message = f"attribute '{shown or name}' missing"
        super().__init__(message, at_site=True, hint=did_you_mean(name, available))


class InfiniteRecursion(EvalError):
    """A value whose evaluation needs the value itself."""

    def __init__(self) -> None:
        super().__init__("infinite recursion encountered", at_site=True)


class StackOverflow(EvalError):
    """More nested calls than `max-call-depth` allows.

    `call` is the row (see `abi.sites`) of a call without a frame of its own, in the innermost frame, that is
    too deep: the trace does not tell of it, nor of what is within it. `entered`: the innermost call is not.
    The place of the error is where the set `begun` begins, if there is one.
    """

    call: tuple[Any, ...] | None = None
    entered = False
    begun: dict[str, Any] | None = None

    def __init__(self) -> None:
        super().__init__("stack overflow; max-call-depth exceeded", at_site=True)


class Aborted(EvalError):
    """`builtins.abort`: not catchable."""

    def __init__(self, text: str) -> None:
        super().__init__(f"evaluation aborted with the following error message: '{text}'")


class CatchableError(EvalError):
    """What `builtins.tryEval` catches: `throw`, a failed `assert`, a `<path>` that is not found."""


class AssertionFailed(CatchableError):
    """A failed `assert`."""


class Thrown(CatchableError):
    """`builtins.throw`."""


class HashMismatch(EvalError):
    """What was fetched is not what was expected."""

    status = 102


class BuildFailure(EvalError):
    """What a program wants to read would have to be built, and is not."""

    status = 100


class ImportFromDerivation(EvalError):
    """Something would have to be built before evaluation can go on, and that is not allowed."""


class PythonError(EvalError):
    """A Python function that a Nix program has called failed; `__cause__` is the exception that it raised."""


class RestrictedError(EvalError):
    """A power that pure or restricted evaluation forbids."""


NO_MEMORY = "out of memory"
"""What is said where the system has no more."""


class Exhausted(NixError):
    """An evaluation has used up what it may: see `Limits`. No program catches it, and its evaluator is spent.

    `limit` is the name of the limit, `allowed` its value; None where there was just no more memory to be had.
    """

    def __init__(self, limit: str, allowed: float | None, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.limit = limit
        self.allowed = allowed


class Cancelled(NixError):
    """Another thread has cancelled the evaluation. Its evaluator can be used again."""

    limit = ""

    def __init__(self) -> None:
        super().__init__("the evaluation was cancelled")


class Stop(BaseException):
    """What an evaluation is stopped with; its budget knows why, and makes an error of it at the end.

    It is no error itself: nothing that goes on after a failure may go on after this, and a thunk that was
    being evaluated is as before, as with Ctrl-C.
    """


class InternalError(Exception):
    """A bug of nixlite's own; shown with the Python traceback."""


def did_you_mean(name: str, available: Iterable[str]) -> str | None:
    """Nix's suggestion line for a mistyped *name*, or None when nothing is near.

    Candidates within Levenshtein distance 2, nearest first, then by name, five at most (Nix 2.34.8).
    """
    near = sorted((d, other) for other in available if (d := levenshtein(name, other)) <= 2)[:5]
    names = [other for _, other in near]
    if not names:
        return None
    if len(names) == 1:
        return f"Did you mean {names[0]}?"
    return f"Did you mean one of {', '.join(names[:-1])} or {names[-1]}?"


def levenshtein(a: str, b: str, most: int = 2) -> int:
    """The edit distance of two strings; `most + 1` for any above *most*."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
        if min(row) > most:  # and so is each row that follows
            return most + 1
    return min(row[-1], most + 1)
