"""`why` of a package, or of an attribute, where a function to override with is missing: `x.override`.

What there is to say is found by `stale`; here it is asked about whatever attribute needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.errors import NixError, NoAttribute
from nixlite.explain.overlays.stack import Finding
from nixlite.explain.recording.observing import WATCHED
from nixlite.explain.stale.answer import stale
from nixlite.explain.stale.facts import is_package, name_of
from nixlite.explain.stale.fix.no_function import again
from nixlite.explain.stale.givens import layers
from nixlite.explain.stale.phrases import Phrases
from nixlite.explain.stale.record import Runs
from nixlite.explain.stale.refusals import MISSING_ATTRIBUTE, lost_function
from nixlite.explain.stale.text import phrases_for
from nixlite.explain.stale.verdict import no_function, verdict
from nixlite.explain.trials import Advice, Change, attempt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.overlays.stack import Question
    from nixlite.explain.stale.fix.no_function import Lost


def missing_function(question: Question, path: Sequence[str], error: NixError) -> Finding | None:
    """What is to be said of the attribute at *path* that fails since something has no `override`; None if
    that is not why."""
    found = MISSING_ATTRIBUTE.search(str(error))
    if found is None or found[1] not in WATCHED:
        return None
    try:
        answer = stale(question.program, path)
    except NixError:
        return None
    if answer.refusal is None or answer.refusal.lost is None:
        return None
    phrases = phrases_for(answer, question.base)
    told = verdict(answer, phrases)
    advice = [
        Advice(
            "or write" if at else "write", fix.code, fix.place, f"{question.name} then evaluates; {fix.say}"
        )
        for at, fix in enumerate(answer.fixes)
    ]
    return Finding([told.headline, *told.problems], advice)


def absent_function(question: Question, error: NixError) -> Finding | None:
    """What is to be said where `override` itself is asked for, and the package has none."""
    if not isinstance(error, NoAttribute) or not question.path or question.path[-1] not in WATCHED:
        return None
    *above, name = question.path
    runs = Runs(question.program, above)
    first = runs.first
    if first.error is not None or not is_package(first.found, first.value):
        return None
    entries = layers(first)
    lost = lost_function(runs, entries, first.value, name)
    phrases = Phrases(first.found, question.base)
    phrases.layers = entries
    said = [f"{name_of(first.found, first.value)} has no `{name}`.", no_function(name, lost, phrases)]
    return Finding(said, called_again(question, lost))


def called_again(question: Question, lost: Lost) -> list[Advice]:
    """The function that forgets itself, calling itself; tried."""
    if lost.maker is None:
        return []
    repair = again(lost.maker)
    changes = [Change(repair.source.name, *edit) for edit in repair.edits]
    if not attempt(question.program, question.found, changes, question.path).ok:
        return []
    place = (repair.source.name, *repair.source.line_column(repair.edits[-1][0]))
    return [Advice("write", repair.code, place, f"{question.name} is then there; {repair.say}")]
