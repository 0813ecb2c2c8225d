"""Questions and answers as JSON texts: the only thing that the page's worker calls.

A question is `{"do": NAME, …}`; what the files are comes with each that is about them (`files`). An answer
has `data`, or `problem` (see `problems`), or `stopped` with the reason, or `bug`, a Python traceback of ours.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError, StackOverflow, UsageError
from nixlite.playground.bridge.desk import ASKING, MEMORY, Desk
from nixlite.playground.bridge.interrupting import Clock, Interrupted
from nixlite.playground.bridge.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.playground.bridge.lessons import Lessons
    from nixlite.playground.bridge.talking import Talk

    Question = dict[str, Any]

GRACE = 5.0
"""Seconds beyond its limits that a question may take before it is interrupted."""


class Wire:
    """The state behind a page."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.clock = Clock()
        self._talk: Talk | None = None
        self._lessons: Lessons | None = None

    @property
    def talk(self) -> Talk:
        """The session; loaded when it is used."""
        if self._talk is None:
            from nixlite.playground.bridge.talking import Talk

            self._talk = Talk(self.desk)
        return self._talk

    @property
    def lessons(self) -> Lessons:
        """The course; loaded when it is opened."""
        if self._lessons is None:
            from nixlite.playground.bridge.lessons import Lessons

            self._lessons = Lessons()
        return self._lessons

    def handle(self, text: str) -> str:
        """The answer to a question, whatever happens."""
        began = time.perf_counter()
        answer = self.answered(text)
        answer["ms"] = round((time.perf_counter() - began) * 1000)
        return json.dumps(answer)  # ASCII: a lone surrogate is no text in JavaScript

    def answered(self, text: str) -> dict[str, Any]:
        """The answer as data."""
        try:
            self.clock.begin(ASKING + GRACE, MEMORY)
            try:
                question = json.loads(text)
                if "files" in question:
                    self.desk.put(question["files"])
                if question["do"] not in METHODS:
                    raise unknown(question["do"])
                return {"data": METHODS[question["do"]](self, question)}
            finally:
                self.clock.end()
        except Interrupted:
            return {"stopped": self.clock.reason}
        except KeyboardInterrupt:
            return {"stopped": "stopped"}
        except RecursionError as error:
            return self.failed(StackOverflow().with_traceback(error.__traceback__))
        except NixError as error:
            return self.failed(error)
        except Exception:
            import traceback

            return {"bug": traceback.format_exc()}

    def failed(self, error: NixError) -> dict[str, Any]:
        """The answer where something of the user's is wrong."""
        said = self.desk.host.said()
        return {"problem": problem(error, self.desk.evaluator), "said": said}


def evaluate(wire: Wire, question: Question) -> dict[str, Any]:
    """`main`: the value of a file, opened; and what it traced."""
    from nixlite.playground.bridge.tree import open_at

    wire.desk.evaluate(question["main"])
    opened = open_at(wire.desk, [])
    return opened | {"said": wire.desk.host.said()}


def open_row(wire: Wire, question: Question) -> dict[str, Any]:
    """`path`, `start`: what is there in the value that was evaluated last."""
    from nixlite.playground.bridge.tree import open_at

    return open_at(wire.desk, question["path"], question.get("start", 0)) | {"said": wire.desk.host.said()}


def printed(wire: Wire, question: Question) -> dict[str, Any]:
    """`path`: the value as Nix prints it."""
    from nixlite.playground.bridge.tree import printed as text_of

    return {"text": text_of(wire.desk, question["path"])}


def why(wire: Wire, question: Question) -> dict[str, Any]:
    """`main`, `path`."""
    from nixlite.playground.bridge.explaining import why as answer

    return answer(wire.desk, question["main"], question["path"], question.get("depth", 3))


def stale(wire: Wire, question: Question) -> dict[str, Any]:
    """`main`, `path`."""
    from nixlite.playground.bridge.explaining import stale as answer

    return answer(wire.desk, question["main"], question["path"])


def steps(wire: Wire, question: Question) -> dict[str, Any]:
    """`main`, `path`, `strict`."""
    from nixlite.playground.bridge.explaining import steps as answer

    strict = question.get("strict", True)
    return answer(wire.desk, question["main"], question["path"], strict=strict)


def layers(wire: Wire, question: Question) -> dict[str, Any]:
    """`main`, `path`."""
    from nixlite.playground.bridge.explaining import layers as answer

    return answer(wire.desk, question["main"], question["path"])


def difference(wire: Wire, question: Question) -> dict[str, Any]:
    """`main`, and two paths or expressions, `first` and `second`."""
    from nixlite.playground.bridge.explaining import difference as answer

    return answer(wire.desk, question["main"], question["first"], question["second"])


def check(wire: Wire, question: Question) -> list[dict[str, Any]]:
    """`file`."""
    from nixlite.playground.bridge.editing import check as answer

    return answer(wire.desk, question["file"])


def complete(wire: Wire, question: Question) -> dict[str, Any]:
    """`file`, `offset`."""
    from nixlite.playground.bridge.editing import complete as answer

    return answer(wire.desk, question["file"], question["offset"])


def hover(wire: Wire, question: Question) -> dict[str, Any] | None:
    """`file`, `offset`."""
    from nixlite.playground.bridge.editing import hover as answer

    return answer(wire.desk, question["file"], question["offset"])


def read(wire: Wire, question: Question) -> dict[str, Any]:
    """`file`: the text of any file, by the name under which it is shown."""
    return {"file": question["file"], "text": wire.desk.read(question["file"])}


METHODS: dict[str, Callable[[Wire, Question], Any]] = {
    "evaluate": evaluate,
    "open": open_row,
    "print": printed,
    "why": why,
    "stale": stale,
    "steps": steps,
    "layers": layers,
    "difference": difference,
    "check": check,
    "complete": complete,
    "hover": hover,
    "read": read,
    "say": lambda wire, question: wire.talk.send(question["text"]),
    "say-complete": lambda wire, question: wire.talk.complete(question["text"]),
    "say-anew": lambda wire, question: {"begun": bool(wire.talk.begin())},
    "lessons": lambda wire, question: wire.lessons.overview(),
    "lesson": lambda wire, question: wire.lessons.open(question["number"]),
    "lesson-hint": lambda wire, question: wire.lessons.hint(question["number"], question["which"]),
    "lesson-predict": lambda wire, question: wire.lessons.predict(
        question["number"], question["which"], question["said"]
    ),
    "lesson-check": lambda wire, question: wire.lessons.check(question["number"], question["text"]),
    "lesson-why": lambda wire, question: {"text": wire.lessons.why(question["number"])},
}
"""What the page can ask, by name."""


def start() -> Callable[[str], str]:
    """Begin, in a browser: what answers questions from now on."""
    from nixlite.playground.bridge.interrupting import install

    wire = Wire()
    install(wire.clock)
    return wire.handle


def unknown(name: str) -> UsageError:
    """The error for a question that there is not."""
    return UsageError(f"there is no question '{name}'", hint=f"There are {', '.join(METHODS)}.")
