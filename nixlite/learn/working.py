"""The work that a walk has done beside the page: each returns a table that JSON can carry."""

from __future__ import annotations

import os

from nixlite.learn import asking, checking, live
from nixlite.learn.bench import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.cache.files import Cache
    from nixlite.host.host import Host
    from nixlite.learn.checking import Known
    from nixlite.learn.course import Lesson, Question

CAUSE_LINES = 9


class Work:
    """Evaluating for a walk, on a host."""

    def __init__(self, host: Host, cache: Cache | None) -> None:
        self.host = host
        self.cache = cache

    def bench(self, lesson: Lesson, *more: str) -> Bench:
        """An evaluator that may read the lesson's folder and *more*."""
        return Bench(self.host, [str(lesson.folder), *more], self.cache)

    def warm(self, lesson: Lesson) -> None:
        """Load what evaluating needs, so that children have it."""
        self.bench(lesson).of_text("{ a = 1; }.a + builtins.length [ ]", str(lesson.folder))

    def predict(self, question: Question, said: str, lesson: Lesson) -> dict[str, Any]:
        """What came of a prediction."""
        return asking.judge(self.bench(lesson), question, said, str(lesson.folder))

    def check(self, lesson: Lesson, text: str, folder: str, known: Known | None) -> dict[str, Any]:
        """What came of an exercise; with its cause where `why` finds one. *known*: see `checking`."""
        bench = self.bench(lesson, folder)
        result = checking.judge(bench, lesson, text, folder, known)
        bench.evaluator.close()
        if result["asked"]:
            result["cause"] = live.shortened(live.run(result["asked"], folder, self.env()), CAUSE_LINES)
        return result

    def live(self, lesson: Lesson) -> str:
        """The lesson's explanation, with its live parts."""
        return live.with_live(lesson.why, str(lesson.folder), self.env())

    def env(self) -> dict[str, str]:
        """The environment of commands: no configuration of the learner's changes what a page shows."""
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "XDG_CACHE_HOME") if name in os.environ}
        return {**kept, "NIX_CONFIG": "", "NIX_USER_CONF_FILES": "", "NIX_PATH": ""}
