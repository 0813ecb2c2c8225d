"""When Python's cyclic collector runs while something is evaluated.

Evaluation makes many objects and frees few, and a collection looks at all of them: with CPython's own
thresholds it takes half of the time of a large program. Here it runs when some two million objects have been
made that are still there, and from then on when what is there has about doubled. So garbage never takes more
than what is alive, or some 200 MB. (A NixOS system of 2020, CPU time: 5.0 s with thresholds of 200,000, and
2.7 s so.)

The setting is one of the process: it is as it was again as soon as nobody evaluates.
"""

from __future__ import annotations

import gc
import sys
from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LEAST = 2_000_000
"""So many objects are made before the collector runs first."""


class Policy:
    """The setting while something is evaluated. `due`: how many new objects there are when it runs next."""

    def __init__(self) -> None:
        self.lock = allocate_lock()
        self.evaluations = 0
        self.due = LEAST
        self.before = gc.get_threshold()

    def begin(self) -> None:
        """Something is evaluated from now on."""
        with self.lock:
            self.evaluations += 1
            if self.evaluations == 1:
                self.before = gc.get_threshold()
                if self.before[0]:  # else the process does without it
                    gc.set_threshold(self.due, 0, 0)
                    gc.callbacks.append(self.collected)

    def end(self) -> None:
        """It is not any more."""
        with self.lock:
            self.evaluations -= 1
            if not self.evaluations and self.before[0]:
                gc.callbacks.remove(self.collected)
                gc.set_threshold(*self.before)

    def collected(self, phase: str, _: dict[str, Any]) -> None:
        """The collector has run, or will."""
        if phase == "stop":
            self.due = max(LEAST, sys.getallocatedblocks() // 2)
            gc.set_threshold(self.due, 0, 0)


POLICY = Policy()
