"""Whether a course keeps what its form promises: for its author, and for CI."""

from __future__ import annotations

from dataclasses import dataclass, field

from nixlite.errors import NixError
from nixlite.learn.asking import judge as judge_prediction
from nixlite.learn.asking import prediction
from nixlite.learn.bench import Bench
from nixlite.learn.checking import judge, known_of
from nixlite.learn.live import directives, with_live

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.cache.files import Cache
    from nixlite.host.host import Host
    from nixlite.learn.course import Course, Lesson, Question

WORDS = 200
"""At most so many in a lesson."""
LEAST = 2
"""Questions and wrong answers of a lesson."""


@dataclass
class Verdict:
    """What was looked at, and what is wrong; `met` says where each misbelief is met."""

    lessons: int = 0
    predictions: int = 0
    wrong: int = 0
    problems: list[str] = field(default_factory=list)
    met: dict[str, list[str]] = field(default_factory=dict)

    @property
    def counts(self) -> str:
        """The numbers, as a line."""
        told = f"{self.wrong} wrong answers with feedback of their own"
        return f"{self.lessons} lessons, {self.predictions} predictions, {told}"


def verify(
    course: Course, host: Host, cache: Cache | None, env: dict[str, str], only: Lesson | None = None
) -> Verdict:
    """Look at each lesson, or at one."""
    verdict = Verdict()
    for lesson in [only] if only is not None else course.lessons:
        verdict.lessons += 1
        verdict.predictions += len(lesson.questions)
        verdict.wrong += len(lesson.wrong)
        bench = Bench(host, [str(lesson.folder)], cache)
        for problem in [
            *of_text(lesson),
            *of_questions(bench, lesson),
            *of_exercise(bench, lesson),
            *of_why(lesson, env),
        ]:
            verdict.problems.append(f"{lesson.slug}: {problem}")
        for number in [
            *[b.misbelief for q in lesson.questions for b in q.wrong],
            *[w.misbelief for w in lesson.wrong],
        ]:
            if number and lesson.slug not in verdict.met.setdefault(number, []):
                verdict.met[number].append(lesson.slug)
    return verdict


def of_text(lesson: Lesson) -> Iterator[str]:
    """What is wrong with words and numbers."""
    if (words := len(lesson.text.split())) > WORDS:
        yield f"lesson.md has {words} words, more than {WORDS}"
    if not lesson.task:
        yield "exercise.nix does not begin with a comment that says what to do"
    for name, found in (("questions", lesson.questions), ("wrong answers", lesson.wrong)):
        if len(found) < LEAST:
            yield f"there are {len(found)} {name}, less than {LEAST}"


def of_questions(bench: Bench, lesson: Lesson) -> Iterator[str]:
    """What is wrong with predictions: the right answer is what nixlite gives, and what is recorded of a
    real Nix."""
    for number, question in enumerate(lesson.questions, 1):
        for problem in of_question(bench, question, str(lesson.folder)):
            yield f"question {number}: {problem}"


def of_question(bench: Bench, question: Question, folder: str) -> Iterator[str]:
    """What is wrong with a prediction."""
    found = judge_prediction(bench, question, question.answer, folder)
    if not found["right"]:
        yield f"Nix gave {question.answer}, nixlite gives {found['is']}"
    known = [str(prediction(bench, question.answer, folder))]
    for belief in question.wrong:
        told = judge_prediction(bench, question, belief.value, folder)
        if told["right"]:
            yield f"the wrong answer {belief.value} is right"
        elif told["says"] != belief.says:
            yield f"the wrong answer {belief.value} gets another's feedback"
        guess = prediction(bench, belief.value, folder)
        if guess.failed and belief.value != "error":
            yield f"the wrong answer {belief.value} is no expression: {guess.shown}"
        known.append(str(guess))
    if question.choose and len(question.wrong) < LEAST:
        yield "a choice needs two wrong answers at least"


def of_exercise(bench: Bench, lesson: Lesson) -> Iterator[str]:
    """What is wrong with the exercise: as it is given it fails, the solution passes, each wrong answer gets
    its own feedback."""
    folder = str(lesson.folder)
    known = known_of(bench, lesson)
    if judge(bench, lesson, lesson.exercise, folder)["done"]:
        yield "the exercise as it is given passes"
    solved = judge(bench, lesson, lesson.solution, folder)
    if not solved["done"]:
        failed = [
            f"{row['name']}: {row['got']}, not {row['expected']}"
            for row in solved["rows"]
            if not row["holds"]
        ]
        yield f"the solution does not pass: {solved['broken'] or '; '.join(failed)}"
    for wrong in lesson.wrong:
        told = judge(bench, lesson, wrong.text, folder, known)
        if told["done"]:
            yield f"wrong/{wrong.name}.nix passes"
        elif told["by"] != f"wrong/{wrong.name}.nix":
            got = "; ".join(f"{name}: {value}" for name, value in known[wrong.name])
            yield f"wrong/{wrong.name}.nix gets the feedback of {told['by'] or 'nothing'}; it gives {got}"


def of_why(lesson: Lesson, env: dict[str, str]) -> Iterator[str]:
    """What is wrong with the explanation: it has to show something live."""
    if not directives(lesson.why):
        yield "why.md shows no command's output: a line '$ nixlite why …'"
        return
    try:
        text = with_live(lesson.why, str(lesson.folder), env)
    except NixError as error:
        yield f"why.md: {error.message}"
        return
    if "\nerror:" in text and "error:" not in lesson.why:
        yield f"why.md: a command fails: {text[text.index('error:') :].splitlines()[0]}"
