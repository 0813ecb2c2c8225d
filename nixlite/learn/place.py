"""Where a learner is: what the pages of `showing` are made of, and what `walk` changes."""

from __future__ import annotations

from nixlite.learn.folder import Desk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.learn.checking import Known
    from nixlite.learn.child import Job
    from nixlite.learn.course import Course, Lesson, Question
    from nixlite.learn.folder import Stamp
    from nixlite.learn.progress import Progress


class Place:
    """A place in a course. `stage` is one of `list read ask told task why end`."""

    def __init__(self, course: Course, progress: Progress, root: str) -> None:
        self.course = course
        self.progress = progress
        self.desk = Desk(root)
        self.lesson: Lesson = progress.next(course) or course.lessons[-1]
        self.stage = "list"
        self.question = 0
        self.answer: dict[str, Any] = {}
        self.result: dict[str, Any] = {}
        self.explained = ""
        self.hints = 0
        self.picked = str(self.lesson.number)
        self.notice = ""
        self.unsure = False
        self.digits = ""
        self.job: Job | None = None
        self.stamp: Stamp | None = None
        self.known: Known | None = None
        self.version = 0
        """Grows with each change of the page."""

    @property
    def asked(self) -> Question:
        """The question that is being asked, or was."""
        return self.lesson.questions[self.question]

    @property
    def typing(self) -> bool:
        """Whether an answer is to be typed."""
        return self.stage == "ask" and not self.asked.choose and self.job is None

    @property
    def at(self) -> int:
        """Which lesson of the list is picked, from 0."""
        return [str(lesson.number) for lesson in self.course.lessons].index(self.picked)
