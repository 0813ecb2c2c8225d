"""Where the learner is, what the page shows, and what a key does; knows nothing of terminals.

A lesson is read, then predicted (`ask`, and `told` what it is), then written (`task`, watched), then
explained (`why`). Work that evaluates is a `Job`; `poll`, called often, takes its result and sees whether
the exercise was saved.
"""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.learn import showing
from nixlite.learn.child import Job
from nixlite.learn.place import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.learn.course import Course, Lesson
    from nixlite.learn.progress import Progress
    from nixlite.learn.working import Work

HINTS = 3


class Walk(Place):
    """A walk through a course, whose exercises are put into the folder *root*."""

    def __init__(self, course: Course, progress: Progress, work: Work, root: str) -> None:
        super().__init__(course, progress, root)
        self.work = work

    def page(self) -> str:
        """The page, as a text of `pages`."""
        text: str = getattr(showing, f"show_{self.stage}")(self)
        return text

    def offers(self) -> list[tuple[str, str]]:
        """The keys that mean something now, and what."""
        return showing.keys(self)

    # -- where to

    def pick(self, by: int) -> None:
        """Another lesson of the list."""
        at = min(max(self.at + by, 0), len(self.course.lessons) - 1)
        self.picked, self.digits = str(self.course.lessons[at].number), ""
        self.version += 1

    def go(self, stage: str) -> None:
        """Show something else."""
        self.cancel()
        self.stage, self.notice, self.unsure, self.digits = stage, self.progress.problem, False, ""
        self.version += 1

    def open(self, lesson: Lesson) -> None:
        """Begin a lesson."""
        self.lesson, self.question, self.hints, self.result, self.explained = lesson, 0, 0, {}, ""
        self.known = None
        self.picked = str(lesson.number)
        self.go("read")

    def step(self, by: int) -> None:
        """To the next lesson, or the one before."""
        at = self.course.lessons.index(self.lesson) + by
        if at >= len(self.course.lessons):
            self.go("end")
        else:
            self.open(self.course.lessons[max(at, 0)])

    def ask(self, number: int) -> None:
        """Ask a question; after the last one comes the exercise."""
        if number >= len(self.lesson.questions):
            self.start_task()
            return
        self.question = number
        self.go("ask")

    def start_task(self) -> None:
        """Lay the exercise out, and watch it."""
        self.go("task")
        try:
            self.desk.lay_out(self.lesson)
        except NixError as error:
            self.notice = error.message
            return
        self.progress.data["folder"] = str(self.desk.root)
        self.progress.save()
        self.stamp = self.desk.stamp(self.lesson)
        self.check()

    # -- work

    def cancel(self) -> None:
        """Stop what is being worked on."""
        if self.job is not None:
            self.job.stop()
            self.job = None

    def check(self) -> None:
        """Check the exercise as it lies there now."""
        self.cancel()
        self.version += 1
        try:
            text = self.desk.read(self.lesson)
        except NixError as error:
            self.result = {"problem": error.message}
            return
        folder, known = self.desk.folder(self.lesson), self.known
        self.job = Job(lambda: self.work.check(self.lesson, text, folder, known))

    def submit(self, said: str) -> None:
        """A prediction; an empty one is none, and has to be meant: one hits Enter once too often."""
        self.cancel()
        if not said.strip() and not self.unsure:
            self.unsure = True
            self.notice = "No guess? Then press Enter once more."
            self.version += 1
            return
        self.version += 1
        self.job = Job(lambda: self.work.predict(self.asked, said, self.lesson))

    def explain(self) -> None:
        """Show what really happens."""
        self.go("why")
        if not self.explained:
            self.job = Job(lambda: {"text": self.work.live(self.lesson)})

    def poll(self) -> bool:
        """Whether the page has changed meanwhile."""
        if self.stage == "task":
            self.look()
        result = None if self.job is None else self.job.poll()
        if result is None:
            return False
        self.job = None
        self.take(result)
        self.version += 1
        return True

    def take_now(self) -> None:
        """Wait for the work that is being done, and show its result."""
        if self.job is not None:
            result = self.job.wait()
            self.job = None
            self.take(result)
            self.version += 1

    def look(self) -> None:
        """Check the exercise again if it was saved."""
        stamp = self.desk.stamp(self.lesson)
        if stamp != self.stamp:
            self.stamp = stamp
            if stamp is not None:  # an editor puts another file in its place in two steps
                self.check()
                self.progress.of(self.lesson)["tries"] += 1
                self.progress.save()

    def take(self, result: dict[str, Any]) -> None:
        """What a job has given."""
        if self.stage == "ask":
            self.answer = (
                result
                if "is" in result
                else {"said": "", "is": "?", "right": False, "says": result.get("problem", "")}
            )
            if result.get("said"):
                self.progress.predict(self.lesson, self.question + 1, result)
            self.stage = "told"
        elif self.stage == "why":
            self.explained = result.get("text") or result.get("problem", "")
        else:
            self.result = result
            self.known = result.get("known", self.known)
            if result.get("done"):
                self.progress.of(self.lesson)["done"] = True
                self.progress.save()
        self.notice = self.progress.problem

    # -- keys

    def press(self, key: str) -> str:
        """Do what a key means; returns `quit` or `edit` where the terminal has to do something, else
        nothing."""
        if key == "q":
            self.cancel()
            return "quit"
        if key == "l":
            upcoming = self.progress.next(self.course)
            if self.progress.done(self.lesson) and upcoming is not None:
                self.picked = str(upcoming.number)
            self.go("list")
        elif key in "np" and self.stage != "list":
            self.step(1 if key == "n" else -1)
        elif key.isdigit():
            self.choose(int(key))
        elif key == "enter":
            self.forward()
        elif self.stage in ("task", "why"):
            return self.press_at_task(key)
        return ""

    def press_at_task(self, key: str) -> str:
        """As `press`, for what has to do with the exercise."""
        if key == "h":
            self.hints = min(self.hints + 1, HINTS)
            known = self.progress.of(self.lesson)
            known["hints"] = max(known["hints"], self.hints)
            self.progress.save()
            if self.stage == "why":
                self.start_task()
        elif key == "w":
            self.explain()
        elif key == "t":
            self.start_task()
        elif key == "r":
            self.go("read")
        elif key == "x":
            self.reset()
        elif key == "e":
            return "edit"
        self.version += 1
        return ""

    def reset(self) -> None:
        """Begin the exercise anew."""
        try:
            self.desk.reset(self.lesson)
        except NixError as error:
            self.notice = error.message
            return
        self.result = {}
        self.start_task()
        self.notice = "The exercise is as it was given. What you had is in exercise.nix.old."

    def choose(self, number: int) -> None:
        """A digit of a lesson's number in the list, or an answer that was offered."""
        if self.stage == "list":
            numbers = {str(lesson.number) for lesson in self.course.lessons}
            found = [digits for digits in (f"{self.digits}{number}", str(number)) if digits in numbers]
            if found:
                self.picked = self.digits = found[0]
            self.version += 1
        elif self.stage == "ask" and self.asked.choose and self.job is None:
            choices = self.asked.choices()
            if 1 <= number <= len(choices):
                self.submit(choices[number - 1][1])

    def forward(self) -> None:
        """What comes next."""
        if self.stage == "list":
            self.open(self.course.lessons[self.at])
        elif self.stage == "read":
            said = self.progress.of(self.lesson)["predictions"]
            open_ones = [n for n in range(len(self.lesson.questions)) if str(n + 1) not in said]
            self.ask(open_ones[0] if open_ones else len(self.lesson.questions))
        elif self.stage == "ask" and self.asked.choose:
            self.submit("")
        elif self.stage == "told":
            self.ask(self.question + 1)
        elif self.stage == "task":
            if self.result.get("done"):
                self.explain()
            elif self.job is None:
                self.check()
        elif self.stage == "why":
            self.step(1)
        elif self.stage == "end":
            self.go("list")
