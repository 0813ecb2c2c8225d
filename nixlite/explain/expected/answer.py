"""`why PATH --expected VALUE`: the answer, and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.brief import first_line, paragraph
from nixlite.explain.expected.asked import Asked
from nixlite.explain.expected.options import option_step
from nixlite.explain.expected.steps import COMPUTED, REFUSED, Search, Step
from nixlite.explain.expected.ways import ways
from nixlite.explain.expected.words import Words
from nixlite.explain.stale.text import phrases_for
from nixlite.explain.stale.verdict import verdict as verdict_of
from nixlite.explain.trials import show_advice
from nixlite.runtime.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.expected.asked import Wanted
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.program import Program
    from nixlite.explain.trials import Advice


class WhyNot(NamedTuple):
    """The answer. *holds*: the value is what was expected. *step* is the kind of step that kept it out,
    *place* where that is; *verdict* says it in sentences; *advice* is what lets the value in, tried."""

    path: str
    value: str
    expected: str
    holds: bool
    step: str
    place: Place | None
    verdict: list[str]
    advice: list[Advice]


def why_not(program: Program, path: Sequence[str], wanted: Wanted) -> WhyNot:
    """Why the attribute at *path* is not what is *wanted*; raises the NixError of an expected value that
    cannot be evaluated."""
    asked = Asked(program, path, wanted)
    shown = value_text(asked)
    expected = asked.shown(asked.expected)
    if asked.part_holds(asked.first):
        fulfilled = [f"{asked.name} is {shown}, as expected."]
        return WhyNot(asked.name, shown, expected, True, "", None, fulfilled, [])
    words = Words(asked)
    headline = words.headline(shown, expected)
    option = option_step(asked)
    if option is not None:
        said = [headline, *option.said]
        return WhyNot(asked.name, shown, expected, False, option.kind, option.place, said, option.advice)
    step = Search(asked).step()
    if step.kind == COMPUTED and isinstance(asked.value, NixError) and not asked.missing:
        told = refused(asked)
        if told is not None:
            step = Step(REFUSED, None, told[0])
            return WhyNot(
                asked.name, shown, expected, False, REFUSED, told[0], [headline, *told[1]], ways(asked, step)
            )
    verdict = [headline, *words.step(step)]
    return WhyNot(asked.name, shown, expected, False, step.kind, step.place, verdict, ways(asked, step))


def refused(asked: Asked) -> tuple[Place | None, list[str]] | None:
    """(where, the sentences) of an override that was refused; None if it is not that."""
    judged = asked.judged
    if judged is None or judged.refusal is None:
        return None
    said = verdict_of(judged, phrases_for(judged, asked.base))
    layers = [item.layer.place for item in judged.results]
    return layers[-1] if layers else None, [said.headline, *said.problems, *said.notes]


def value_text(asked: Asked) -> str:
    """What is there."""
    if asked.value is MISSING or asked.missing:
        return "not there"
    if isinstance(asked.value, NixError):
        return f"an error ({first_line(asked.value)})"
    return asked.shown(asked.value)


def show(answer: WhyNot, base: str = "") -> str:
    """The answer as text."""
    lines = [paragraph(answer.verdict[0])] + [paragraph(line, "  ") for line in answer.verdict[1:]]
    return "\n".join([*lines, *show_advice(answer.advice, base)]) + "\n"
