"""A program that can be evaluated again and again, recorded, and with other values in some places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.compiler.cache import Cache
from nixlite.errors import EvalError, NixError, did_you_mean
from nixlite.explain.recording.history import Origins
from nixlite.explain.recording.instrumented import InstrumentedEvaluator
from nixlite.explain.recording.places import Places
from nixlite.runtime.values import show_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nixlite.compiler.code import Code
    from nixlite.explain.recording.places import Indexes
    from nixlite.explain.recording.recorder import Recorder
    from nixlite.runtime.host import Host
    from nixlite.runtime.settings import Settings
    from nixlite.runtime.values import Lazy


class Examination(NamedTuple):
    """One recorded evaluation: *root* is the value that was asked for, None where *error* came instead."""

    evaluator: InstrumentedEvaluator
    recorder: Recorder
    places: Places
    origins: Origins
    root: Any
    error: NixError | None


class Codes(Cache):
    """A cache that holds in memory what was asked for: a program is evaluated several times. *disk* is asked
    first time; without one nothing is left on the disk."""

    def __init__(self, disk: Cache | None) -> None:
        super().__init__("")
        self.disk = disk
        self.codes: dict[str, Code] = {}

    def load(self, key: str) -> Code | None:
        """The code that was stored under *key*, None if there is none."""
        code = self.codes.get(key)
        if code is None and self.disk is not None:
            code = self.disk.load(key)
            if code is not None:
                self.codes[key] = code
        return code

    def store(self, key: str, code: Code) -> None:
        """Keep code."""
        self.codes[key] = code
        if self.disk is not None:
            self.disk.store(key, code)


class Program:
    """*evaluate* gives the value with an evaluator; *entries* are the names of the user's own sources, the
    file or expression that was named; *cache* keeps compiled sources from one process to the next."""

    def __init__(
        self,
        settings: Settings,
        host: Host,
        evaluate: Callable[[InstrumentedEvaluator], Lazy],
        entries: Sequence[str] = (),
        cache: Cache | None = None,
    ) -> None:
        self.settings = settings
        self.host = host
        self.evaluate = evaluate
        self.entries = tuple(entries)
        self.codes = Codes(cache)
        self.indexes: Indexes = {}
        self.quiet = False

    def run(self, recorder: Recorder | None = None, edits: dict[str, str] | None = None) -> Examination:
        """Evaluate to weak head normal form; only the first time warnings and traces are printed."""
        evaluator = InstrumentedEvaluator(self.settings, self.host, recorder, edits=edits, cache=self.codes)
        if self.quiet:
            evaluator.state.host.write_stderr = lambda text: None  # type: ignore[method-assign]
        places = Places(evaluator, self.indexes)
        root, error = None, None
        try:
            root = evaluator.guard(lambda _: evaluator.recorder.force(self.evaluate(evaluator)), None)
        except NixError as raised:
            error = raised
        self.quiet = True
        return Examination(evaluator, evaluator.recorder, places, Origins(evaluator, places), root, error)

    def checked(self) -> Examination:
        """`run`, raising the error that it ended in."""
        found = self.run()
        if found.error is not None:
            raise found.evaluator.explain(found.error)
        return found


class Found(NamedTuple):
    """An attribute: the set that it is in, its name and its cell. *attrs* is None for the root itself."""

    attrs: dict[str, Lazy] | None
    name: str
    cell: Any


def locate(found: Examination, path: Sequence[str]) -> Found:
    """The attribute that a path leads to; sets on the way are forced, it itself is not."""
    recorder = found.recorder
    at: Any = found.root
    attrs: dict[str, Lazy] | None = None
    name = ""
    for name in path:
        value = found.evaluator.guard(recorder.force, at)
        if type(value) is tuple and name.isdecimal() and int(name) < len(value):
            attrs, at = None, value[int(name)]
            continue
        if type(value) is not dict:
            raise EvalError(f"cannot look for '{name}' in {show_type(value)} (path '{'.'.join(path)}')")
        if name not in value:
            raise EvalError(
                f"attribute '{name}' in selection path '{'.'.join(path)}' not found",
                hint=did_you_mean(name, value),
            )
        attrs, at = value, value[name]
    return Found(attrs, name, at)


def set_at(found: Examination, path: Sequence[str]) -> dict[str, Any]:
    """The set that is asked about."""
    value = found.evaluator.guard(found.recorder.force, locate(found, path).cell)
    if type(value) is not dict:
        raise EvalError(f"only a set has attributes that can be stale; this is {show_type(value)}")
    return value
