"""What would happen if a text were another: a change is made in memory, and the program evaluated with it.

Nothing that is proposed is only claimed to help: `Advice.proved` says what came of evaluating it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.brief import paragraph, shown_place
from nixlite.explain.recording.program import locate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.program import Examination, Program


class Change(NamedTuple):
    """Characters *start* to *end* of a source are to be *text*."""

    source: str
    start: int
    end: int
    text: str


class Advice(NamedTuple):
    """What to do: a sentence, the code to write, where (None: anywhere in the person's own files), and what
    came of evaluating it ("" where that was not possible). *changes* are those of the sources that were
    evaluated, as far as they are known."""

    say: str
    code: str
    place: Place | None
    proved: str
    changes: Sequence[Change] = ()


class Outcome(NamedTuple):
    """A changed program's evaluation: the value at the path, or the error that it ended in."""

    found: Examination
    value: Any

    @property
    def ok(self) -> bool:
        """Whether there is a value."""
        return not isinstance(self.value, NixError)


def edited(found: Examination, changes: Sequence[Change]) -> dict[str, str]:
    """The texts of the changed sources, by name."""
    texts: dict[str, str] = {}
    for change in sorted(changes, key=lambda change: change.start, reverse=True):
        text = texts.get(change.source, found.evaluator.sources[change.source].text)
        texts[change.source] = text[: change.start] + change.text + text[change.end :]
    return texts


def attempt(program: Program, found: Examination, changes: Sequence[Change], path: Sequence[str]) -> Outcome:
    """Evaluate a program with changes, and its attribute at *path*."""
    return outcome(program.run(edits=edited(found, changes)), path)


def outcome(found: Examination, path: Sequence[str]) -> Outcome:
    """What an evaluation has at a path."""
    if found.error is not None:
        return Outcome(found, found.error)
    try:
        cell = locate(found, path).cell
    except NixError as error:
        return Outcome(found, error)
    return Outcome(found, found.recorder.ask(lambda: found.evaluator.guard(found.recorder.force, cell))[1])


def show_advice(advices: Sequence[Advice], base: str = "") -> list[str]:
    """What to do, with what came of evaluating it."""
    lines = []
    for number, item in enumerate(advices):
        where = f" ({shown_place(item.place, base)})" if item.place is not None else ""
        say = f"Do this: {item.say.removeprefix('or ').removeprefix('and ')}" if not number else item.say
        lines += ["", paragraph(f"{say}{where}", "  ")]
        lines += [f"      {line}" for line in item.code.split("\n") if item.code]
        if item.proved:
            lines.append(f"    ✓ evaluated: {item.proved}")
    return lines
