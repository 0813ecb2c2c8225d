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
    import pickle  # seldom

    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        run_child(work, writing)
    os.close(writing)
    ended = False
    try:
        with open(reading, "rb") as incoming:
            while True:
                try:
                    kind, data = pickle.load(incoming)
                except EOFError:
                    raise ChildLost from None
                if kind == MESSAGE:
                    hear(data)
                    continue
                ended = True
                if kind == FAILURE:
                    raise RuntimeError(data)
                return data
    finally:
        if not ended:
            end(child)
        os.waitpid(child, 0)


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
