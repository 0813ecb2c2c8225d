"""Several packages at once: a list or a set of them, each that is overridden with an answer of its own.

A shell or an environment is one package; what is overridden inside of it is in one answer.
"""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.stale.answer import Answer, judged, stale
from nixlite.explain.stale.data import data as data_of
from nixlite.explain.stale.facts import is_package, value_of
from nixlite.explain.stale.record import Runs
from nixlite.explain.stale.text import exit_code, show
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.program import Program

MOST = 100
"""Attributes of a set that are looked at: of a set of packages all of them would have to be evaluated."""


class Several(NamedTuple):
    """The answers about the *members* that are overridden, by what leads to each, of *known* packages."""

    members: dict[str, Answer]
    known: int
    evaluator: Any


def stale_each(program: Program, path: Sequence[str]) -> Answer | Several:
    """As `stale`; of a list or a set of packages one answer for each that is overridden."""
    runs = Runs(program, path)
    first = runs.first
    if first.error is None and first.drv is None and type(first.value) in (tuple, dict):
        found = several(program, runs)
        if found is not None:
            return found
    return judged(runs, program, path)


def several(program: Program, runs: Runs) -> Several | None:
    """The answers about the packages in a list or set; None where there are none, or none is overridden and
    it is a set, of which there is more to say."""
    found, value = runs.first.found, runs.first.value
    if type(value) is dict and (len(value) > MOST or runs.first.updates):
        return None
    cells = {str(at): cell for at, cell in enumerate(value)} if type(value) is tuple else value
    members: dict[str, Answer] = {}
    count = 0
    for name, cell in cells.items():
        before = len(runs.observer.observations)
        inner = value_of(found, cell)
        seen = runs.observer.observations
        failed = isinstance(inner, NixError) and len(seen) > before
        if not failed and not is_package(found, inner):
            continue
        count += 1
        if failed or any(item.result is inner for item in seen):
            members[name] = stale(program, [*runs.path, name])
    if not count or (not members and type(value) is dict):
        return None
    return Several(members, count, runs.evaluator)


def show_each(answer: Answer | Several, base: str = "", *, everything: bool = False) -> str:
    """The answer, or the answers one below the other."""
    if isinstance(answer, Answer):
        return show(answer, base, everything=everything)
    if not answer.members:
        return "Nothing is overridden here.\n"
    some = len(answer.members)
    of = "the package" if answer.known == 1 else f"{some} of {answer.known} packages"
    lines = [f"{of[0].upper()}{of[1:]} {'is' if some == 1 else 'are'} overridden here."]
    for name, member in answer.members.items():
        text = indent(show(member, base, everything=everything), "  ")
        shown = name if name.isdigit() else attribute_name(name)
        lines += ["", f"{shown}:", text.rstrip("\n")]
    return "\n".join(lines) + "\n"


def data_each(answer: Answer | Several, base: str = "") -> dict[str, Any]:
    """As plain data: `members` has the answers by what leads to them."""
    if isinstance(answer, Answer):
        return data_of(answer, base)
    members = {name: data_of(member, base) for name, member in answer.members.items()}
    return {"packages": answer.known, "members": members}


def code_each(answer: Answer | Several) -> int:
    """The exit code: the worst of all; that something did not get through is worse than not to know."""
    if isinstance(answer, Answer):
        return exit_code(answer)
    codes = {exit_code(member) for member in answer.members.values()}
    return 1 if 1 in codes else max(codes, default=0)


def evaluator_of(answer: Answer | Several) -> Any:
    """The evaluator that knows the places of an answer."""
    return answer.runs.evaluator if isinstance(answer, Answer) else answer.evaluator
