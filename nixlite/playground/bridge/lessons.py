"""The course in the page: the same lessons as those of `nixlite learn`. The page keeps the progress; here is
what evaluates. A lesson's exercise lies in a folder of its own with the lesson's files beside it."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any

from nixlite.errors import UsageError
from nixlite.host.real import RealHost
from nixlite.learn.asking import judge
from nixlite.learn.course import read_course
from nixlite.learn.working import Work

if TYPE_CHECKING:
    from nixlite.learn.checking import Known
    from nixlite.learn.course import Course, Lesson, Question

EXERCISE = "exercise.nix"


class Lessons:
    """The course. `known` has for each lesson what its typical wrong answers give, once that was needed."""

    def __init__(self) -> None:
        self.course: Course = read_course(None)
        self.work = Work(RealHost(), None)
        self.known: dict[int, Known] = {}
        self._root = ""

    @property
    def root(self) -> str:
        """The folder of the exercises; in a browser its disk is memory."""
        if not self._root:
            self._root = tempfile.mkdtemp(prefix="nixlite-course-")
        return self._root

    def lesson(self, number: int) -> Lesson:
        """The lesson of a number. Raises UsageError."""
        for lesson in self.course.lessons:
            if lesson.number == number:
                return lesson
        raise UsageError(f"there is no lesson {number}; they go to {self.course.lessons[-1].number}")

    def overview(self) -> dict[str, Any]:
        """The course's title and texts, and its lessons."""
        rows = [
            {"number": one.number, "slug": one.slug, "title": one.title, "questions": len(one.questions)}
            for one in self.course.lessons
        ]
        course = self.course
        return {"title": course.title, "welcome": course.welcome, "end": course.end, "lessons": rows}

    def open(self, number: int) -> dict[str, Any]:
        """All of a lesson that may be shown before anything is answered: the answers are not in it."""
        lesson = self.lesson(number)
        return {
            "number": number,
            "slug": lesson.slug,
            "title": lesson.title,
            "text": lesson.text,
            "task": lesson.task,
            "exercise": lesson.exercise,
            "files": {file.name: file.read_text("utf-8") for file in lesson.files},
            "hints": len(lesson.hints) + 1,
            "questions": [
                {
                    "ask": one.ask,
                    "show": one.show,
                    "choices": [text for text, _ in one.choices()] if one.choose else [],
                }
                for one in lesson.questions
            ],
        }

    def hint(self, number: int, which: int) -> dict[str, Any]:
        """Hint *which*, from 1 on; the last one is a solution."""
        lesson = self.lesson(number)
        if 1 <= which <= len(lesson.hints):
            return {"text": lesson.hints[which - 1], "code": ""}
        return {"text": "A solution:", "code": lesson.solution}

    def predict(self, number: int, which: int, said: str) -> dict[str, Any]:
        """What came of a prediction (`right`, `is`, `says`), and why it is so. *which* counts from 0; of a
        choice *said* is the text that was chosen."""
        lesson = self.lesson(number)
        if not 0 <= which < len(lesson.questions):
            raise UsageError(f"lesson {number} has {len(lesson.questions)} questions")
        question = lesson.questions[which]
        value = dict(question.choices()).get(said, said) if question.choose else said
        result = judge(self.work.bench(lesson), question, value, str(lesson.folder))
        return result | {"why": question.why, "said": said, "is": offered(question, result["is"])}

    def check(self, number: int, text: str) -> dict[str, Any]:
        """What came of an exercise: `rows`, `done`, what to say to it (`says`), and the cause where it is
        found."""
        lesson = self.lesson(number)
        folder = self.lay_out(lesson, text)
        result = self.work.check(lesson, text, folder, self.known.get(number))
        if "known" in result:
            self.known[number] = result.pop("known")
        return result

    def why(self, number: int) -> str:
        """The lesson's explanation, with its live parts."""
        return self.work.live(self.lesson(number))

    def lay_out(self, lesson: Lesson, text: str) -> str:
        """The folder of an exercise, with the lesson's files in it."""
        folder = os.path.join(self.root, lesson.slug)
        os.makedirs(folder, exist_ok=True)
        for file in lesson.files:
            write(os.path.join(folder, file.name), file.read_bytes())
        write(os.path.join(folder, EXERCISE), text.encode("utf-8", "surrogateescape"))
        return folder


def offered(question: Question, value: str) -> str:
    """An answer in the words in which it was offered."""
    if question.choose:
        for text, known in question.choices():
            if value == known or (known == "error" and value.startswith("error:")):
                return text
    return value


def write(path: str, content: bytes) -> None:
    """Put a file there."""
    with open(path, "wb") as file:
        file.write(content)
