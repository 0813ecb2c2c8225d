"""`why PATH`, whatever is there: an option of a module system, or any other attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.brief import folder_of, one_line
from nixlite.explain.modules import answer as modules
from nixlite.explain.overlays.circles import circle
from nixlite.explain.overlays.lost import layered, lost
from nixlite.explain.overlays.refused import refused
from nixlite.explain.overlays.stack import Finding, Question
from nixlite.explain.overlays.taken import items_of, taken
from nixlite.explain.recording.program import Found, locate
from nixlite.explain.recording.recorder import is_infinite_recursion
from nixlite.explain.trials import outcome
from nixlite.explain.why import attribute as why
from nixlite.explain.why import cycles
from nixlite.explain.why.functions import absent_function, missing_function
from nixlite.explain.why.lists import spots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.program import Examination, Program


class Answer(NamedTuple):
    """The answer as text and as plain data; *failed*: the attribute has no value."""

    text: str
    data: Any
    failed: bool


def answer(program: Program, path: Sequence[str], depth: int = 3, *, everything: bool = False) -> Answer:
    """Explain the attribute at *path*; raises the error of a path that leads nowhere."""
    found = program.run()
    base = folder_of(found.evaluator.state)
    option = modules.explain(program, found, path)
    if option is not None:
        return Answer(modules.show(option, base), option, bool(option.error))
    error = way_error(found, path)
    if error is not None:
        told = missing_part(program, found, path, error)
        told = told or unevaluated(Question(program, found, path, Found(None, "", None)), error)
        if told is None:
            raise found.evaluator.explain(error)
        return Answer(why.show(told, base), told, failed=True)
    question = Question(program, found, path, locate(found, path))
    told = why.explain(found, path, depth, everything=everything)
    if type(question.look(question.at.cell)) is tuple:
        told = told._replace(parts=parts_of(question))
    finding = finding_of(question)
    if finding is not None:
        told = told._replace(verdict=finding.verdict, advice=finding.advice)
        if told.error and not everything:
            told = told._replace(steps=[], reads=[], hidden=0)  # how the error was met, which is said by now
    else:
        told = told._replace(circle=cycles.circle(found))
    return Answer(why.show(told, base), told, bool(told.error))


def parts_of(question: Question) -> list[why.Part]:
    """The items of a list, each with the definitions that it passed."""
    found = question.found
    parts = []
    cell = question.at.cell
    for item, at in zip(items_of(question), spots(found, cell), strict=False):
        written = [entry for node in item.chain if (entry := why.definition(found, node)) is not None]
        if not written and at is not None:
            text = f"{at.name} = … {one_line(at.text)} …;" if at.name else one_line(at.text)
            written = [why.Written(at.name, at.place, text, "")]
        parts.append(why.Part(question.shown(item.cell), written))
    return parts


def way_error(found: Examination, path: Sequence[str]) -> NixError | None:
    """What evaluating the program, or a set on the way to the attribute, ended in."""
    if found.error is not None:
        return found.error
    try:
        locate(found, path)
    except NixError as error:
        return error
    return None


def missing_part(
    program: Program, found: Examination, path: Sequence[str], error: NixError
) -> why.Explanation | None:
    """What is to be said of an attribute that is not there because a layer put another set in place of the
    one that had it; None if that is not why."""
    for end in range(len(path) - 1, 0, -1) if found.error is None else ():
        value = outcome(found, path[:end])
        if not value.ok:
            continue
        finding = lost(Question(program, found, path[:end], locate(found, path[:end])), path[end])
        if finding is None or not any(path[end] in line for line in finding.verdict[:1]):
            return None
        return why.Explanation(".".join(path), "", [], [], 0, str(error), finding.verdict, finding.advice)
    return None


def unevaluated(question: Question, error: NixError) -> why.Explanation | None:
    """What is to be said where there is not even an attribute; None if the error says all."""
    steps = cycles.circle(question.found)
    finding = absent_function(question, error)
    if finding is None:
        finding = circle(question, error) if is_infinite_recursion(error) else failing_set(question, error)
    if finding is None and not steps:
        return None
    verdict, advice = finding or ([], [])
    return why.Explanation(
        question.name, "", [], [], 0, str(error), verdict, advice, steps if finding is None else ()
    )


def failing_set(question: Question, error: NixError) -> Finding | None:
    """What is to be said of the first set on the way to the attribute that cannot be evaluated."""
    found, path = question.found, question.path
    for end in range(1, len(path)) if found.error is None else ():
        result = outcome(found, path[:end])
        if not result.ok:
            above = outcome(found, path[: end - 1]).ok
            at = locate(found, path[:end]) if above else None
            said = missing_function(question, path[:end], error)
            if said is not None:
                return said
            return (
                refused(Question(question.program, found, path[:end], at), error) if at is not None else None
            )
    return None


def finding_of(question: Question) -> Finding | None:
    """What is to be said first."""
    error = outcome(question.found, question.path).value
    if isinstance(error, NixError):
        if is_infinite_recursion(error):
            return circle(question, error)
        return missing_function(question, question.path, error) or refused(question, error)
    return lost(question) or taken(question) or layered(question)
