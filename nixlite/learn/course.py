"""A course as files: a folder for each lesson, `NN-name/`, and what is in it.

    lesson.md      a title and at most 200 words, one idea
    predict.toml   questions that are asked before anything runs
    exercise.nix   what the learner edits; its first comment is the task
    check.nix      a function of the exercise's value: named assertions, `{ expr; expected; }` each
    solution.nix   the third hint
    hints.md       the first two, with an empty line between them
    wrong/*.nix    typical wrong answers; the first comment of each is what to say to it
    why.md         what really happens; `$ nixlite …` lines in it show what they print now
    …              all other files are put beside the exercise

A course's folder may have a `course.toml` with `title`, `welcome` and `end`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from nixlite.errors import UsageError
from nixlite.resources import course_directory

LESSON = re.compile(r"(\d+)-([a-z0-9][a-z0-9-]*)")
OWN = ("lesson.md", "predict.toml", "exercise.nix", "check.nix", "solution.nix", "hints.md", "why.md")
MISBELIEF = re.compile(r"\[(M\d+)\]\s*")
QUESTION_KEYS = {"ask", "code", "answer", "text", "why", "wrong", "show", "choose"}
WRONG_KEYS = {"value", "belief", "text"}


@dataclass(frozen=True)
class Belief:
    """A wrong answer, as an expression or the word `error`, and the belief behind it. `text` is how it
    is offered where there is a choice, `misbelief` its number in the table of known ones (`M4`), empty
    for others."""

    value: str
    says: str
    text: str
    misbelief: str


@dataclass(frozen=True)
class Question:
    """A prediction. `code` is what the value of is asked, `answer` what a real Nix gave for it (`error`:
    it fails), `show` what the learner sees of the code. With `choose` the answers are offered, else one
    is typed."""

    ask: str
    code: str
    show: str
    answer: str
    text: str
    why: str
    wrong: tuple[Belief, ...]
    choose: bool

    def choices(self) -> list[tuple[str, str]]:
        """What is offered: text and value of each, in an order that does not tell which is right."""
        offered = [
            (self.text or self.answer, self.answer),
            *[(wrong.text or wrong.value, wrong.value) for wrong in self.wrong],
        ]
        return sorted(offered, key=lambda choice: (choice[1] == "error", choice[0]))


@dataclass(frozen=True)
class Wrong:
    """A typical wrong answer: a whole exercise, and what to say to it."""

    name: str
    text: str
    says: str
    misbelief: str


@dataclass
class Lesson:
    """One lesson; `folder` is where its files are, `files` those that are put beside the exercise."""

    number: int
    slug: str
    folder: Path
    title: str
    text: str
    questions: list[Question]
    exercise: str
    check: str
    solution: str
    hints: list[str]
    wrong: list[Wrong]
    why: str
    files: list[Path] = field(default_factory=list)

    @property
    def task(self) -> str:
        """What is to be done: the first comment of the exercise, a sentence a line."""
        return re.sub(r"(?<=[.:)])\n", "  \n", leading_comment(self.exercise))


@dataclass
class Course:
    """All lessons in their order. `key` is what the learner's progress is kept under."""

    key: str
    folder: Path
    title: str
    welcome: str
    end: str
    lessons: list[Lesson]


def leading_comment(text: str) -> str:
    """The `#` lines that a text begins with, as prose."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line[1:].removeprefix(" "))
    return "\n".join(lines)


def own_course() -> Path:
    """The folder of the course that comes along. Raises UsageError."""
    try:
        return Path(course_directory())
    except OSError as error:
        hint = "XDG_CACHE_HOME names another folder for that"
        why = f"'{error.filename}': {error.strerror}; {hint}" if error.strerror else str(error)
        raise UsageError(f"unpacking the course to the user's cache: {why}") from None


def read_course(folder: str | None) -> Course:
    """The course in *folder*, by default the one that comes along. Raises UsageError that says which file
    is wrong."""
    place = Path(folder) if folder else own_course()
    if not place.is_dir():
        raise UsageError(f"there is no folder '{place}'; 'nixlite learn new {place}' makes a course there")
    place = place.resolve()
    about = read_table(place / "course.toml") if (place / "course.toml").exists() else {}
    folders = sorted(entry for entry in place.iterdir() if entry.is_dir() and LESSON.fullmatch(entry.name))
    if not folders:
        raise UsageError(f"'{place}' is no course: it has no folder like '01-name'")
    lessons = [read_lesson(entry) for entry in folders]
    numbers = [lesson.number for lesson in lessons]
    if len(set(numbers)) != len(numbers):
        raise UsageError(f"'{place}' has two lessons of the same number")
    title = str(about.get("title", place.name))
    return Course(
        str(place) if folder else "nixlite",
        place,
        title,
        str(about.get("welcome", "")),
        str(about.get("end", "")),
        lessons,
    )


def read_lesson(folder: Path) -> Lesson:
    """The lesson in *folder*. Raises UsageError."""
    matched = LESSON.fullmatch(folder.name)
    assert matched is not None
    title, _, text = read_text(folder / "lesson.md").partition("\n")
    if not title.startswith("# "):
        raise UsageError(f"'{folder / 'lesson.md'}' does not begin with a title: '# …'")
    hints = [part.strip() for part in read_text(folder / "hints.md").split("\n\n") if part.strip()]
    if len(hints) != 2:
        raise UsageError(
            f"'{folder / 'hints.md'}' has {len(hints)} hints, not two with an empty line between"
        )
    extra = sorted(entry for entry in folder.iterdir() if entry.is_file() and entry.name not in OWN)
    return Lesson(
        number=int(matched[1]),
        slug=folder.name,
        folder=folder,
        title=title[2:].strip(),
        text=text.strip(),
        questions=read_questions(folder / "predict.toml"),
        exercise=read_text(folder / "exercise.nix"),
        check=read_text(folder / "check.nix"),
        solution=read_text(folder / "solution.nix"),
        hints=hints,
        wrong=[read_wrong(path) for path in sorted((folder / "wrong").glob("*.nix"))],
        why=read_text(folder / "why.md"),
        files=extra,
    )


def read_wrong(path: Path) -> Wrong:
    """A wrong answer with what is to be said to it. Raises UsageError."""
    text = read_text(path)
    says = leading_comment(text)
    if not says:
        raise UsageError(f"'{path}' does not begin with a comment: what is the learner to be told?")
    found = MISBELIEF.match(says)
    return Wrong(path.stem, text, MISBELIEF.sub("", says), found[1] if found else "")


def read_questions(path: Path) -> list[Question]:
    """The questions in a `predict.toml`. Raises UsageError."""
    tables = read_table(path)
    found = tables.pop("question", [])
    if tables or not isinstance(found, list):
        raise UsageError(
            f"'{path}' has something else than [[question]] tables: {', '.join(tables) or 'question'}"
        )
    return [read_question(table, path, n) for n, table in enumerate(found, 1)]


def read_question(table: dict[str, object], path: Path, number: int) -> Question:
    """One question. Raises UsageError where something is missing or is not known."""
    where = f"question {number} in '{path}'"
    if unknown := set(table) - QUESTION_KEYS:
        raise UsageError(f"{where} has an unknown key '{min(unknown)}'")
    for key in ("ask", "code", "answer", "why"):
        if not isinstance(table.get(key), str):
            raise UsageError(f"{where} has no text '{key}'")
    wrong = table.get("wrong", [])
    assert isinstance(wrong, list)
    for belief in wrong:
        if set(belief) - WRONG_KEYS or "value" not in belief or "belief" not in belief:
            raise UsageError(f"a wrong answer of {where} has not just 'value', 'belief' and perhaps 'text'")
    code = str(table["code"]).strip("\n")
    return Question(
        ask=str(table["ask"]).strip(),
        code=code,
        show=str(table.get("show", code)).strip("\n"),
        answer=str(table["answer"]),
        text=str(table.get("text", "")),
        why=str(table["why"]).strip(),
        wrong=tuple([belief_of(belief) for belief in wrong]),
        choose=bool(table.get("choose", False)),
    )


def belief_of(table: dict[str, str]) -> Belief:
    """A wrong answer of a question."""
    found = MISBELIEF.match(table["belief"])
    says = MISBELIEF.sub("", table["belief"]).strip()
    return Belief(table["value"], says, table.get("text", ""), found[1] if found else "")


def read_table(path: Path) -> dict[str, object]:
    """A TOML file. Raises UsageError."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"'{path}' is no TOML: {error}") from None


def read_text(path: Path) -> str:
    """A file's text. Raises UsageError."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise UsageError(f"cannot read '{path}': {reason}") from None
