"""First step of `stale`: the program evaluated once, recorded, with its overrides watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.quiet import redirect, unheard
from nixlite.explain.recording.history import updates
from nixlite.explain.recording.observing import Observer, Trial
from nixlite.explain.recording.program import locate
from nixlite.explain.recording.recorder import Recorder
from nixlite.explain.stale.facts import drv_path, is_package, out_path, value_of
from nixlite.runtime.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.recording.notes import Made, Substitute
    from nixlite.explain.recording.observing import Observation
    from nixlite.explain.recording.program import Examination, Program


class Record(NamedTuple):
    """One evaluation of what is asked about: *value* is in weak head normal form, or the NixError that came
    of it; *drv* and *out* are the paths of a package (None for anything else), or errors. *observations*
    are the overrides that were evaluated for it, *updates* the `//` that the user wrote on the way to
    it."""

    found: Examination
    observer: Observer
    value: Any
    drv: str | NixError | None
    out: str | NixError | None
    observations: list[Observation]
    updates: list[Made]

    @property
    def error(self) -> NixError | None:
        """Why there is no value or no package."""
        if isinstance(self.value, NixError):
            return self.value
        return self.drv if isinstance(self.drv, NixError) else None


class Changes(NamedTuple):
    """What a program is evaluated with: *substitutes*, values for definitions by place; *texts* for sources
    by name; *values* of further global names."""

    substitutes: dict[Any, Substitute]
    texts: dict[str, str]
    values: dict[str, Any]


class Runs:
    """The evaluations of a program: `first` is the recorded one; `trial` evaluates it changed, in the same
    evaluator, so that what the change does not touch is not evaluated again."""

    def __init__(self, program: Program, path: Sequence[str]) -> None:
        self.program = program
        self.path = tuple(path)
        self.observer, self.evaluator = program.watching()
        self.first = self.record(self.evaluator, self.observer)
        redirect(self.evaluator, unheard)  # what the program warns of was said once
        self.texts = {name: source for name, source in self.evaluator.sources.items() if program.owns(name)}
        """The user's own sources, as they are written."""
        self.trials: dict[Trial, Record] = {}

    def record(self, evaluator: InstrumentedEvaluator, observer: Observer) -> Record:
        """Evaluate what is asked about, to its .drv file if it is a package."""
        found = self.program.evaluated(evaluator)
        value: Any = found.error if found.error is not None else self.located(found)
        drv = out = None
        if is_package(found, value):
            drv, out = drv_path(found, value), out_path(found, value)
        seen = list(observer.observations)
        made = updates(found.recorder, value) if type(value) is dict else []
        own = [item for item in made if item.place is not None and observer.owns(item.place[0])]
        return Record(found, observer, value, drv, out, seen, own[::-1])

    def located(self, found: Examination) -> Any:
        """The value at the path, or the error on the way."""
        try:
            return value_of(found, locate(found, self.path).cell)
        except NixError as error:
            return error

    def trial(self, trial: Trial) -> Record:
        """The program evaluated with a change."""
        if trial not in self.trials:
            self.evaluator.again(trial)
            try:
                self.trials[trial] = self.record(self.evaluator, self.observer)
            finally:
                self.evaluator.again(Trial())
                self.evaluator.sources.update(self.texts)
        return self.trials[trial]

    def substituted(self, changes: Changes) -> Record:
        """The program evaluated in an evaluator of its own, with changes beyond the user's own sources."""
        observer = Observer(self.program.owns)
        evaluator = self.program.open(Recorder(changes.substitutes, light=True), changes.texts, observer)
        evaluator.state.globals.update(changes.values)
        return self.record(evaluator, observer)


def same_result(first: Record, other: Record) -> bool:
    """Whether two evaluations gave the same package: the same .drv file."""
    return first.drv is not None and isinstance(first.drv, str) and first.drv == other.drv


def was_asked(observation: Observation) -> bool:
    """Whether an override has a result."""
    return observation.result is not MISSING
