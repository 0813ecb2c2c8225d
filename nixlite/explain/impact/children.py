"""Work in a process of its own, whose memory is given back when it is done.

The process is a fork: it begins with everything that this one has, costs next to nothing to start, and what
it computes beyond that is gone with it, without Python having to look for what may be freed.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

ANSWER, MESSAGE, FAILURE = "answer", "message", "failure"


class ChildLost(Exception):
    """The process ended without an answer: it was killed, or there was no memory left."""


def can_fork() -> bool:
    """Whether there are such processes here."""
    return hasattr(os, "fork") and sys.platform not in ("emscripten", "wasi")


def in_child(work: Callable[[Callable[[Any], None]], Any], hear: Callable[[Any], None]) -> Any:
    """What *work* gives, called in a process of its own with a function that sends messages to *hear*.

    Answer and messages are data that can be pickled. Raises ChildLost, RuntimeError with the text of what
    *work* raised, and OSError where no process can be made.
    """
    with Child(work) as child:
        return child.answer(hear)


class Child:
    """A process that does *work*, as of `in_child`, while this one goes on. Raises OSError."""

    def __init__(self, work: Callable[[Callable[[Any], None]], Any]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self.reading, writing = os.pipe()
        self.number = os.fork()
        if not self.number:
            os.close(self.reading)
            run_child(work, writing)
        os.close(writing)
        self.ended = False

    def answer(self, hear: Callable[[Any], None]) -> Any:
        """What the work gives, once it is done; see `in_child`. What it has to say it says now."""
        import pickle  # seldom

        with open(self.reading, "rb", closefd=False) as incoming:
            while True:
                try:
                    kind, data = pickle.load(incoming)
                except EOFError:
                    raise ChildLost from None
                if kind == MESSAGE:
                    hear(data)
                    continue
                self.ended = True
                if kind == FAILURE:
                    raise RuntimeError(data)
                return data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self.reading)
        if not self.ended:
            end(self.number)
        os.waitpid(self.number, 0)


def run_child(work: Callable[[Callable[[Any], None]], Any], writing: int) -> None:
    """What the new process does: it never returns."""
    import pickle

    status = 1
    try:
        gc.disable()  # what is no longer needed goes with the process
        with open(writing, "wb") as outgoing:

            def send(kind: str, data: Any) -> None:
                pickle.dump((kind, data), outgoing)
                outgoing.flush()

            try:
                send(ANSWER, work(lambda data: send(MESSAGE, data)))
            except Exception:
                from traceback import format_exc

                send(FAILURE, format_exc())
        status = 0
    finally:
        os._exit(status)


def end(child: int) -> None:
    """Have a process end that nobody waits for any more."""
    import signal

    try:
        os.kill(child, signal.SIGTERM)
    except ProcessLookupError:
        return
