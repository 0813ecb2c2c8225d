"""Checking an exercise: each assertion by itself, and what the learner probably believes where one fails."""

from __future__ import annotations

from dataclasses import dataclass

from nixlite.errors import EvalError, NixError
from nixlite.learn.feedback import general, unlike
from nixlite.runtime.call import call
from nixlite.runtime.thunk import force
from nixlite.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.learn.bench import Bench, Outcome
    from nixlite.learn.course import Lesson
    from nixlite.runtime.values import Lazy

UNTOUCHED = (
    "The exercise is as it was given. Open the file in an editor, write, and save: it is checked at once."
)
UNKNOWN = ("perhaps", "kind")
"""Where nobody has thought of the mistake, so that the cause has to be looked for."""
SOME = "This looks like something that many believe: "


@dataclass(frozen=True)
class Row:
    """An assertion: its name, what was expected, what came out; `attribute` is where in the answer it
    looks, if it says so."""

    name: str
    expected: Outcome
    got: Outcome
    attribute: str = ""

    @property
    def holds(self) -> bool:
        """Whether it is as it should be."""
        return not self.got.failed and self.expected.same(self.got)


def check(bench: Bench, lesson: Lesson, text: str, folder: str, name: str = "") -> list[Row]:
    """The assertions about an exercise's *text*, in the order of `check.nix`. Raises NixError where the
    text is no Nix, or where `check.nix` is wrong."""

    def answer(_: object) -> Any:
        return bench.value(text, folder, name or f"{folder}/exercise.nix")

    def assertions(_: object) -> dict[str, Lazy]:
        function = bench.value(lesson.check, str(lesson.folder), str(lesson.folder / "check.nix"))
        found = force(call(function, [answer, None]))
        if type(found) is not dict:
            raise EvalError("check.nix is not a function to a set of assertions")
        return found

    named = Source(name or f"{folder}/exercise.nix", text, base=folder)
    bench.evaluator.code_of(named, ())  # what is no Nix is told once, not with each assertion
    found = bench.evaluator.guard(assertions, None)
    return [row(bench, key, cell) for key, cell in found.items()]


def row(bench: Bench, name: str, cell: Lazy) -> Row:
    """One assertion, evaluated."""
    fields: Any = bench.evaluator.guard(lambda _: force(cell), None)
    if type(fields) is not dict or not {"expr", "expected"} <= fields.keys():
        raise EvalError(f"the assertion '{name}' in check.nix has not 'expr' and 'expected'")
    attribute: Any = force(fields["attr"]) if "attr" in fields else ""
    return Row(
        name,
        bench.outcome(lambda: fields["expected"]),
        bench.outcome(lambda: fields["expr"]),
        attribute if type(attribute) is str else "",
    )


def outcomes(bench: Bench, lesson: Lesson, text: str) -> list[tuple[str, str]]:
    """What an answer of the course gives, for comparing with others; nothing where it is no Nix."""
    try:
        return [(row.name, str(row.got)) for row in check(bench, lesson, text, str(lesson.folder))]
    except NixError:
        return []


Known = dict[str, list[tuple[str, str]]]
"""What the wrong answers of a lesson give, by their names: assertions and values. It is always the same."""


def judge(bench: Bench, lesson: Lesson, text: str, folder: str, known: Known | None = None) -> dict[str, Any]:
    """All that is told of an exercise: `rows`, whether it is `done`, what to say (`says`), and `broken`
    where it is no Nix."""
    try:
        rows = check(bench, lesson, text, folder)
    except NixError as error:
        broken = bench.failure(error)
        return {
            "done": False,
            "rows": [],
            "says": general(broken.shown),
            "by": "",
            "broken": broken.report,
            "asked": [],
        }
    done = all(row.holds for row in rows)
    if known is None:
        known = known_of(bench, lesson)
    says, by = ("", "") if done else believed(lesson, text, rows, known)
    failed = next((row for row in rows if not row.holds), None)
    reports = [row.got.report for row in rows if row.got.failed]
    report = next(
        (text for text in reports if "at check.nix:" not in text), ""
    )  # that is not the learner's file
    return {
        "done": done,
        "known": known,
        "rows": [
            {"name": row.name, "holds": row.holds, "expected": row.expected.shown, "got": str(row.got)}
            for row in rows
        ],
        "says": says,
        "by": by,
        "broken": report,
        "asked": ask_why(failed) if failed is not None and by in UNKNOWN else [],
    }


def ask_why(row: Row) -> list[str]:
    """The words of a command that finds the cause: of an attribute that is another than expected."""
    if not row.attribute or row.got.failed:
        return []
    return ["why", "exercise.nix", row.attribute, "--expected", row.expected.shown]


def known_of(bench: Bench, lesson: Lesson) -> Known:
    """What the wrong answers give."""
    return {wrong.name: outcomes(bench, lesson, wrong.text) for wrong in lesson.wrong}


def believed(lesson: Lesson, text: str, rows: list[Row], known: Known) -> tuple[str, str]:
    """What to say to a wrong answer, and what told so: a `wrong/x.nix` that gives the same, or nearly so;
    or the errors."""
    if code_of(text) == code_of(lesson.exercise):
        return UNTOUCHED, "untouched"
    given = {row.name: str(row.got) for row in rows}
    hoped = {row.name: row.expected.shown for row in rows}
    first = next(row for row in rows if not row.holds)
    near, perhaps = [], ""
    for wrong in lesson.wrong:
        theirs = dict(known.get(wrong.name, []))
        if theirs == given:
            return wrong.says, f"wrong/{wrong.name}.nix"
        fails = [name for name, got in theirs.items() if got != hoped.get(name)]
        if fails and all(theirs[name] == given.get(name) for name in fails):
            near.append((list(given).index(fails[0]), wrong.says))
        elif not perhaps and theirs.get(first.name) == given[first.name]:
            perhaps = SOME + wrong.says
    if near:
        return min(near)[1], "near"
    told = [general(row.got.shown) for row in rows if row.got.failed]
    if any(told):
        return next(filter(None, told)), "error"
    if perhaps:
        return perhaps, "perhaps"
    if first.got.failed:
        return f"“{first.name}” fails; the message says why.", "error"
    return unlike(first.name, first.expected.shown, first.got.shown), "kind"


def code_of(text: str) -> list[str]:
    """The lines that are not empty and no comments."""
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
