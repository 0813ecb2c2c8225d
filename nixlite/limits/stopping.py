"""Stopping an evaluation from outside: by a clock, by the memory it takes, by another thread.

Python can raise an exception in a thread from another one (`PyThreadState_SetAsyncExc`): it comes at the
next call or turn of a loop there. Nothing has to be asked meanwhile, so nothing costs anything as long as
nobody stops it. What is raised may be lost, where it comes in a destructor say, so it is raised again and
again until the evaluation has ended.

One thread looks after all evaluations that have such limits. It ends when there has been none for a while.
Where Python has no threads (WebAssembly) whoever can interrupt it calls `Watcher.look` now and again.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock, get_ident, start_new_thread
from os import getpid
from time import sleep

from nixlite.errors import Stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, Protocol

    class Lock(Protocol):
        """A lock of `_thread`'s."""

        def release(self) -> None:
            """Let others have it."""

    class Watched(Protocol):
        """An evaluation that has limits."""

        def look(self) -> None:
            """See whether it has to be stopped."""


TICK = 0.01
"""Seconds between two looks."""

PATIENCE = 1.0
"""Seconds for which a thread is waited that was started; then another one is."""

OUTWARD = 30
"""Frames of a thread that are looked at before something is raised in it."""

IDLE = 200
"""Looks without anything to look at after which the thread ends."""


CAREFUL = (
    "nixlite.cache.",
    "nixlite.evaluator",
    "nixlite.interop.workers",
    "nixlite.limits.",
    "nixlite.runtime.collecting",
    "nixlite.runtime.depth",
    "nixlite.runtime.frames",
    "nixlite.translator",
)
"""Modules whose functions set something that they set back at their end (limits of Python, the collector): an
exception that came between two of their steps would leave it so. Or they run when something is finalized."""


def raise_in(thread: int, kind: type[BaseException]) -> bool:
    """Let *kind* be raised in the thread with that identity; False if it stands where that has to wait."""
    raise_there = raising()
    frame = sys._current_frames().get(thread)  # it does stand still: Python's lock is held here
    if frame is not None and thread != get_ident():
        module = str(frame.f_globals.get("__name__"))
        if module.startswith(CAREFUL) or is_importing(frame):
            return False
    raise_there(thread, kind)
    return True


def raising() -> Callable[[int, type[BaseException]], object]:
    """What lets an exception be raised in a thread, by its identity, wherever it is."""
    import ctypes  # only if something is stopped

    function: Any = ctypes.pythonapi.PyThreadState_SetAsyncExc
    return lambda thread, kind: function(ctypes.c_ulong(thread), ctypes.py_object(kind))


def is_importing(frame: FrameType | None) -> bool:
    """Whether a thread whose innermost frame this is may have the lock of Python's imports.

    It takes that by one call and releases it by another. An exception between the two leaves it taken, and
    then no other thread of the process can import anything, ever (seen with 3.11 and 3.13).
    """
    for _ in range(OUTWARD):
        if frame is None or frame.f_code.co_name == "<module>":  # what a module does has none
            return False
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back  # of a destructor, maybe, that ran in there
    return False


def receive() -> None:
    """Let a stop of this thread that has not come yet come now; nobody raises another.

    Taking it back would leave CPython 3.11 and 3.12 looking for it at each step, for good: with a profile
    function 3.11 then takes the first step of a function again and again.
    """
    try:
        raising()(get_ident(), Stop)  # in place of one that is on its way
        for _ in range(100):  # it comes at a turn of the loop
            pass
    except Stop:
        return


class Silence:
    """While a stop is on its way Python does not complain of one that came in a destructor or in what is
    called when an object goes, where nothing can be raised: it comes again."""

    def __init__(self) -> None:
        self.lock = allocate_lock()
        self.wanted = 0
        self.before: Any = None

    def begin(self) -> None:
        """One is on its way."""
        with self.lock:
            self.wanted += 1
            if self.wanted == 1:
                self.before, sys.unraisablehook = sys.unraisablehook, self.hear

    def end(self) -> None:
        """It has come."""
        with self.lock:
            self.wanted -= 1
            if not self.wanted and sys.unraisablehook == self.hear:
                sys.unraisablehook = self.before

    def hear(self, unraisable: Any) -> None:
        """Pass on what is no stop."""
        if not issubclass(unraisable.exc_type, Stop):
            self.before(unraisable)


SILENCE = Silence()


class Watcher:
    """The thread that looks after evaluations; `watched` are those that run."""

    def __init__(self) -> None:
        self.lock = allocate_lock()
        self.watched: dict[Watched, None] = {}
        self.process = 0
        self.running = False

    def add(self, evaluation: Watched) -> None:
        """Look after an evaluation from now on."""
        with self.lock:
            self.watched[evaluation] = None
            if sys.platform == "emscripten":
                return
            if not self.running or self.process != getpid():  # a child of `fork` has no such thread
                self.start()
                self.running, self.process = True, getpid()

    def start(self) -> None:
        """Start the thread, and wait until it runs.

        Until then CPython (3.11) knows it by the identity of the thread that starts it, and a `Stop` for that
        one would end it: nothing would be looked after any more.
        """
        while True:
            runs = allocate_lock()
            runs.acquire()
            start_new_thread(self.run, (runs,))
            if runs.acquire(timeout=PATIENCE):
                return

    def remove(self, evaluation: Watched) -> None:
        """It has ended."""
        self.watched.pop(evaluation, None)

    def look(self) -> list[Watched]:
        """Look after all of them once; returns them."""
        watched = list(self.watched)
        for evaluation in watched:
            evaluation.look()
        return watched

    def run(self, runs: Lock) -> None:
        """Look after all of them again and again: the thread's body. *runs* is released once it runs."""
        runs.release()
        idle = 0
        while True:
            sleep(TICK)
            watched = self.look()
            idle = 0 if watched else idle + 1
            if idle > IDLE:
                with self.lock:
                    if not self.watched:
                        self.running = False
                        return


WATCHER = Watcher()
