"""The learner's files: a folder for each lesson, with the exercise and what it needs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from nixlite.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.learn.course import Lesson

Stamp = tuple[int, int, int]


class Desk:
    """Where exercises lie: `ROOT/NN-name/exercise.nix`."""

    def __init__(self, root: str) -> None:
        self.root = Path(root)

    def folder(self, lesson: Lesson) -> str:
        """The lesson's folder."""
        return str(self.root / lesson.slug)

    def path(self, lesson: Lesson) -> Path:
        """The exercise."""
        return self.root / lesson.slug / "exercise.nix"

    def lay_out(self, lesson: Lesson) -> None:
        """Write what is not there yet. Raises UsageError where that cannot be."""
        try:
            self.path(lesson).parent.mkdir(parents=True, exist_ok=True)
            for file in lesson.files:
                if not (target := self.path(lesson).parent / file.name).exists():
                    shutil.copyfile(file, target)
            if not self.path(lesson).exists():
                self.path(lesson).write_text(lesson.exercise, "utf-8")
        except OSError as error:
            raise UsageError(
                f"cannot write the exercise to '{self.path(lesson).parent}': {error.strerror}"
            ) from None

    def reset(self, lesson: Lesson) -> None:
        """Write the exercise anew; what was there is kept in `exercise.nix.old`. Raises UsageError."""
        path = self.path(lesson)
        try:
            if path.exists():
                os.replace(path, path.with_name("exercise.nix.old"))
            for file in lesson.files:
                (path.parent / file.name).unlink(missing_ok=True)
        except OSError as error:
            raise UsageError(f"cannot replace '{path}': {error.strerror}") from None
        self.lay_out(lesson)

    def stamp(self, lesson: Lesson) -> Stamp | None:
        """What changes when the exercise is saved, also by an editor that puts another file in its place;
        None where there is none."""
        try:
            status = os.stat(self.path(lesson))
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def read(self, lesson: Lesson) -> str:
        """The exercise's text. Raises UsageError."""
        try:
            return self.path(lesson).read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            raise UsageError("the file is no UTF-8 text: save it as UTF-8") from None
        except OSError as error:
            raise UsageError(f"the file cannot be read: {error.strerror}") from None
