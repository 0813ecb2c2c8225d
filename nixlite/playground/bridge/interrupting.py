"""What only a browser needs. The page can send a signal to Python through shared memory: the one way in.

`STOP` interrupts what is going on. `TICK` comes every few milliseconds while something is evaluated: there
are no threads, so it is then that limits of time and memory are looked at. Errors take their traceback apart
when they go (see `limits.tracebacks`).
"""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError, Stop
from nixlite.limits.memory import resident
from nixlite.limits.stopping import SILENCE, WATCHER
from nixlite.limits.tracebacks import let_go_of_own

if TYPE_CHECKING:
    from collections.abc import Callable

STOP, TICK = int(signal.SIGINT), 10
"""The numbers that the page writes; 10 is SIGUSR1, which WebAssembly has no other use for."""


class Interrupted(KeyboardInterrupt):
    """The page wants no answer any more, or it took too much."""


class Clock:
    """The limits of the question that is being answered: `until` by `time.monotonic`, bytes of memory."""

    def __init__(self) -> None:
        self.until = 0.0
        self.memory = 0
        self.reason = ""
        self.busy = False

    def begin(self, seconds: float, memory: int) -> None:
        """A question begins."""
        self.until = time.monotonic() + seconds
        self.memory = resident() + memory if memory else 0
        self.reason = ""

    def end(self) -> None:
        """It is answered."""
        self.until = 0.0

    def tick(self, number: int, frame: Any) -> None:
        """Look at the limits: those of evaluations first, whose error says more."""
        if self.busy or not self.until or held():
            return
        self.busy = True
        try:
            WATCHER.look()
        finally:
            self.busy = False
        if time.monotonic() > self.until:
            self.stop("it took too long")
        if self.memory and resident() > self.memory:
            self.stop("it took too much memory")

    def interrupt(self, number: int, frame: Any) -> None:
        """The page says: stop."""
        if self.until:
            self.stop("stopped")

    def stop(self, reason: str) -> None:
        """End the answering. Raises Interrupted."""
        self.reason = reason
        raise Interrupted


def held() -> bool:
    """Whether what the tick came into holds a lock that looking at the limits needs."""
    return SILENCE.lock.locked() or any(each.lock.locked() for each in list(WATCHER.watched))  # type: ignore[attr-defined]  # budgets


def install(clock: Clock) -> None:
    """Have signals and errors handled so, in this process: for a browser only."""
    signal.signal(STOP, clock.interrupt)
    signal.signal(TICK, clock.tick)
    finalizer: Callable[[BaseException], None] = let_go_of_own
    for kind in (NixError, Stop, Interrupted):
        kind.__del__ = finalizer  # type: ignore[union-attr]  # it has none yet
