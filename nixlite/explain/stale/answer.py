"""`nixlite stale`: how far an override got, why no further, and what to write instead.

A pipeline of plain data: the program is evaluated once with its overrides watched (`record`), what they
gave is listed (`givens`), evaluated once more with those values written where the package is (`target`),
each value is judged by evaluating (`reach`, `sources`), what did not follow is traced back (`causes`), and
what to write instead is tried (`fix`). The command line, the REPL and other programs read the `Answer`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import EvalError
from nixlite.explain.recording.observing import Trial
from nixlite.explain.stale.facts import differences, drv_path, is_fixed, is_package, name_of, out_path
from nixlite.explain.stale.fix.remedies import remedies
from nixlite.explain.stale.givens import layers
from nixlite.explain.stale.goals import goals
from nixlite.explain.stale.plain.examine import examine
from nixlite.explain.stale.plain.fixes import propose
from nixlite.explain.stale.reach import Judge, chains
from nixlite.explain.stale.record import Runs
from nixlite.explain.stale.refusals import refusal
from nixlite.explain.stale.sources import sources
from nixlite.runtime.values import MISSING, show_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.program import Examination, Program
    from nixlite.explain.stale.facts import Differing
    from nixlite.explain.stale.fix.effects import Fix
    from nixlite.explain.stale.givens import Layer
    from nixlite.explain.stale.goals import Goals
    from nixlite.explain.stale.plain.examine import Report
    from nixlite.explain.stale.plain.fixes import Fix as PlainFix
    from nixlite.explain.stale.reach import Reached
    from nixlite.explain.stale.refusals import Refusal
    from nixlite.explain.stale.sources import Source


class Answer(NamedTuple):
    """What `stale` found out.

    *results*: every override with how far its values got, oldest first. *original* is the package without
    them (MISSING where there is none), *changes* what the one asked about is built with differently;
    *same_drv* and *same_out*: both have the same .drv file, the same output path. *sources*: what is
    fetched, before and after. *fixes*: what to write, best first, each tried. *refusal*: why there is no
    package. *plain* is the report on a set that is no package, with its fix; then the rest is empty.
    """

    runs: Runs
    results: list[Reached]
    goal: Goals | None
    original: Any
    changes: list[Differing]
    same_drv: bool
    same_out: bool
    sources: list[Source]
    fixes: list[Fix]
    refusal: Refusal | None
    plain: Report | None
    plain_fix: PlainFix | None

    def __repr__(self) -> str:
        return f"<Answer: {len(self.results)} overrides, {len(self.fixes)} fixes>"


def stale(program: Program, path: Sequence[str]) -> Answer:
    """What became of the overrides of the value at *path*; raises the NixError of a program that has none
    and fails."""
    return judged(Runs(program, path), program, path)


def judged(runs: Runs, program: Program, path: Sequence[str]) -> Answer:
    """As `stale`, of a program that was evaluated."""
    first = runs.first
    found = first.found
    if first.error is not None:
        refused = refusal(runs)
        if refused is None:
            raise found.evaluator.explain(first.error)
        return Answer(
            runs, refused.results, None, MISSING, [], False, False, [], refused.fixes, refused, None, None
        )
    if first.drv is None:
        return plain_answer(runs, program, path)
    entries = in_order(layers(first))
    goal = goals(runs, entries)
    results = [Judge(runs, entries, goal.of(layer), layer).reached() for layer in entries]
    original = original_of(runs, entries)
    package = is_package(found, original)
    changes = differences(found, original, found, first.value) if package else []
    fetched = sources_of(found, entries, original, first.value) if package else []
    fixes = remedies(runs, goal, results)
    same_drv = package and drv_path(found, original) == first.drv
    same_out = package and out_path(found, original) == first.out
    return Answer(
        runs, results, goal, original, changes, same_drv, same_out, fetched, fixes, None, None, None
    )


def sources_of(found: Examination, entries: list[Layer], original: Any, value: Any) -> list[Source]:
    """What is fetched for the package, and for those that it is made with and that are overridden as well."""
    result = sources(found, original, value)
    for chain in chains(entries):
        before, after = chain[0].before, chain[-1].after
        if (
            after is value
            or not is_package(found, after)
            or (is_package(found, before) and is_fixed(found, before))
        ):
            continue
        owner = name_of(found, after)
        result += [item._replace(owner=owner) for item in sources(found, before, after)]
    return result


def plain_answer(runs: Runs, program: Program, path: Sequence[str]) -> Answer:
    """The answer for a set that is no package."""
    value = runs.first.value
    if type(value) is not dict:
        raise EvalError(f"only a set has attributes that can be stale; this is {show_type(value)}")
    report = examine(program, path)
    fix = propose(program, path, report)
    return Answer(runs, [], None, MISSING, [], False, False, [], [], None, report, fix)


def in_order(entries: list[Layer]) -> list[Layer]:
    """The layers, what was made first before what was made of it, and of two others the outer one first."""
    ordered: list[Layer] = []
    for chain in chains(entries):
        ordered += [layer for layer in chain if not any(layer is other for other in ordered)]
    return ordered


def original_of(runs: Runs, entries: list[Layer]) -> Any:
    """What is asked about without any override of the user's; MISSING where that fails."""
    value = runs.first.value
    for chain in chains(entries):
        if chain[-1].after is value:
            return chain[0].before
    numbers = frozenset(layer.number for layer in entries if layer.number >= 0)
    if not numbers:
        return MISSING
    other = runs.trial(Trial(without=numbers))
    return other.value if is_package(other.found, other.value) else MISSING
