"""What the learner has done, in the state directory: the file learn.json, one table a course.

{ "COURSE": { "folder": "/home/…/nix-course",
              "lessons": { "01-values": { "done": true, "tries": 3, "hints": 1,
                      "predictions": { "1": { "said": "3", "is": "4", "right": false } } } } } }
"""

from __future__ import annotations

import json

from nixlite.errors import NixError
from nixlite.resources import state_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.host.host import Host
    from nixlite.learn.course import Course, Lesson


class Progress:
    """The progress in one course; each change is written at once. `problem` tells why it could not be
    kept."""

    def __init__(self, host: Host, course: Course) -> None:
        self.host = host
        self.key = course.key
        self.problem = ""
        place = state_in(host.get_env("XDG_STATE_HOME"), host.home())
        self.path = None if place is None else f"{place}/learn.json"
        self.data = self._read().get(self.key, {})
        if not isinstance(self.data, dict) or not isinstance(self.data.setdefault("lessons", {}), dict):
            self.data = {"lessons": {}}

    def _read(self) -> dict[str, Any]:
        """The whole file; empty where there is none, or it is broken."""
        if self.path is None:
            return {}
        try:
            found = json.loads(self.host.read_bytes(self.path))
        except (NixError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def save(self) -> None:
        """Write it, beside what other courses have there."""
        if self.path is None:
            self.problem = (
                "your progress cannot be kept: there is no home; XDG_STATE_HOME names a folder for it"
            )
            return
        text = json.dumps(self._read() | {self.key: self.data}, indent=1, ensure_ascii=False)
        try:
            self.host.keep(self.path, text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            self.problem = f"your progress cannot be kept in {self.path}: {error.strerror}"

    def of(self, lesson: Lesson) -> dict[str, Any]:
        """What is known of a lesson; may be changed, then `save`."""
        known = self.data["lessons"].get(lesson.slug)
        if not isinstance(known, dict) or not isinstance(known.get("predictions"), dict):
            known = {"done": False, "tries": 0, "hints": 0, "predictions": {}}
            self.data["lessons"][lesson.slug] = known
        return known

    def done(self, lesson: Lesson) -> bool:
        """Whether its exercise has been solved."""
        return bool(self.data["lessons"].get(lesson.slug, {}).get("done"))

    def predicted(self, lesson: Lesson) -> tuple[int, int]:
        """How many questions have been answered, and how many of them rightly."""
        said = self.of(lesson)["predictions"].values()
        return len(said), sum(bool(one.get("right")) for one in said)

    def predict(self, lesson: Lesson, number: int, answer: dict[str, Any]) -> None:
        """Keep a prediction; the first one counts."""
        kept = {key: answer[key] for key in ("said", "is", "right", "misbelief")}
        self.of(lesson)["predictions"].setdefault(str(number), kept)
        self.save()

    def forget(self, lesson: Lesson | None = None) -> None:
        """Forget a lesson, or all."""
        if lesson is None:
            self.data = {"lessons": {}}
        else:
            self.data["lessons"].pop(lesson.slug, None)
        self.save()

    def next(self, course: Course) -> Lesson | None:
        """The first lesson that is not done."""
        return next((lesson for lesson in course.lessons if not self.done(lesson)), None)


def overview(course: Course, progress: Progress) -> dict[str, Any]:
    """The progress as data, for a teacher."""
    rows = []
    for lesson in course.lessons:
        known = progress.data["lessons"].get(lesson.slug, {})
        predictions = known.get("predictions", {})
        rows.append(
            {
                "lesson": lesson.slug,
                "title": lesson.title,
                "done": progress.done(lesson),
                "tries": known.get("tries", 0),
                "hints": known.get("hints", 0),
                "questions": len(lesson.questions),
                "predictions": [{"question": int(n), **said} for n, said in sorted(predictions.items())],
                "misbeliefs": sorted(
                    {said["misbelief"] for said in predictions.values() if said.get("misbelief")}
                ),
            }
        )
    return {"course": course.title, "done": sum(row["done"] for row in rows), "lessons": rows}
