"""`nixlite learn`: the course on the terminal, and what teachers need beside it."""

from __future__ import annotations

import json
import os

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, store, turn_on
from nixlite.errors import UsageError
from nixlite.learn.course import read_course
from nixlite.learn.progress import Progress, overview

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.cache.files import Cache
    from nixlite.learn.course import Course, Lesson
    from nixlite.learn.walk import Walk

FLAGS: Flags = {
    "--lesson": Flag("N", store("lesson"), "begin with lesson N; with --reset or --verify, only that one"),
    "--list": Flag("", turn_on("list"), "print the lessons, and how far you are"),
    "--reset": Flag("", turn_on("reset"), "forget your progress; files that you wrote stay"),
    "--json": Flag("", turn_on("json"), "print the progress as JSON, for a teacher's overview"),
    "--verify": Flag("", turn_on("verify"), "for authors: does each lesson keep what its form promises?"),
    "--into": Flag("folder", store("into"), "where your exercises are put (./nix-course)"),
    **COMMON,
}
FOLDER = "nix-course"


class Learn(Command):
    """The command line of `nixlite learn`."""

    program = "nixlite learn"
    usage = "nixlite learn [flags] [FOLDER]   or   nixlite learn new FOLDER"
    description = (
        "A course in overriding: predict, run, write, and see why. FOLDER is a course of somebody\n"
        "else's; 'new' begins one of your own there."
    )
    shows_progress = False
    flags = FLAGS
    lesson = ""
    list = False
    reset = False
    json = False
    verify = False
    into = ""

    def run(self) -> int:
        """Walk, or answer."""
        self.host.unkept("a course")
        if self.words[:1] == ["new"]:
            return self.make()
        if len(self.words) > 1:
            raise UsageError(f"'nixlite learn' takes one folder, not {len(self.words)}")
        course = read_course(self.words[0] if self.words else None)
        chosen = self.chosen(course)
        if self.verify:
            return self.show_verdict(course, chosen)
        progress = Progress(self.host, course)
        if self.reset:
            progress.forget(chosen)
            self.host.write_stdout(f"Forgotten: {chosen.slug if chosen else 'all lessons'}.\n")
            return 0
        if self.json:
            self.host.write_stdout(
                json.dumps(overview(course, progress), indent=2, ensure_ascii=False) + "\n"
            )
            return 0
        return self.walk(course, progress, chosen)

    def chosen(self, course: Course) -> Lesson | None:
        """The lesson that `--lesson` names."""
        if not self.lesson:
            return None
        for lesson in course.lessons:
            if self.lesson in (str(lesson.number), lesson.slug):
                return lesson
        first, last = course.lessons[0].number, course.lessons[-1].number
        raise UsageError(f"there is no lesson '{self.lesson}': they go from {first} to {last}")

    def make(self) -> int:
        """`new`: begin a course."""
        from nixlite.learn.making import make_course

        if len(self.words) != 2:
            raise UsageError("'nixlite learn new' takes a folder")
        for path in make_course(self.words[1]):
            self.host.write_stdout(f"{path}\n")
        self.host.write_stdout(
            f"\nTry it: nixlite learn {self.words[1]}\nIs it whole? nixlite learn --verify {self.words[1]}\n"
        )
        return 0

    def show_verdict(self, course: Course, chosen: Lesson | None) -> int:
        """`--verify`."""
        from nixlite.learn.verifying import verify
        from nixlite.learn.working import Work

        work = Work(self.host, self.kept())
        verdict = verify(course, self.host, work.cache, work.env(), chosen)
        if self.json:
            data = {"lessons": verdict.lessons, "predictions": verdict.predictions, "wrong": verdict.wrong}
            self.host.write_stdout(
                json.dumps(data | {"met": verdict.met, "problems": verdict.problems}, indent=2) + "\n"
            )
        else:
            for problem in verdict.problems:
                self.host.write_stdout(f"✗ {problem}\n")
            self.host.write_stdout(f"{verdict.counts}\n")
            met = ", ".join(sorted(verdict.met, key=lambda name: int(name[1:])))
            self.host.write_stdout(f"misbeliefs met: {met or 'none'}\n{len(verdict.problems)} problems\n")
        return 1 if verdict.problems else 0

    def kept(self) -> Cache | None:
        """Where compiled sources are kept."""
        from nixlite.cache.files import Cache

        directory = self.host.cache_directory() if self.cache else None
        return Cache(directory) if directory else None

    def walk(self, course: Course, progress: Progress, chosen: Lesson | None) -> int:
        """Show the list, or walk."""
        from nixlite.learn.pages import plain as plain_text
        from nixlite.learn.walk import Walk
        from nixlite.learn.working import Work

        walk = Walk(course, progress, Work(self.host, self.kept()), self.root(progress))
        if self.list:
            self.host.write_stdout(plain_text(walk.page(), 100) + "\n")
            return 0
        if chosen is not None:
            walk.open(chosen)
        walk.work.warm(walk.lesson)
        self.host.flush()
        return self.talker()(walk)

    def talker(self) -> Callable[[Walk], int]:
        """What talks with the learner: the whole terminal, or lines."""
        terminal = self.host.is_terminal("stdin") and self.host.is_terminal("stdout")
        if terminal and self.host.get_env("TERM") not in ("", "dumb"):
            from nixlite.learn import screen

            return screen.run
        from nixlite.learn import plain

        return plain.run

    def root(self, progress: Progress) -> str:
        """The folder of exercises: the one that is named, the one of last time, or one in the working
        directory."""
        if self.into:
            return os.path.abspath(self.into)
        known = progress.data.get("folder")
        if isinstance(known, str) and os.path.isdir(known):
            return known
        return os.path.join(self.settings.cwd, FOLDER)
