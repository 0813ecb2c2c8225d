"""When Python's cyclic collector runs while something is evaluated.

Evaluation makes many objects and frees few, and a collection looks at all of them: with CPython's own
thresholds it takes half of the time of a large program. Here it runs when some six million objects have been
made that are still there, and seldom looks at those that it has seen. In a large tree, as its many files and
derivations tell, it waits until what is there has grown by half. Garbage takes some hundred MB by then, or
about as much as what is alive. (A NixOS system of a nixpkgs of 2020, CPU time: 10.5 s with thresholds of
200,000, 20 and 50, 7.2 s with two million, 5.2 s so, and without any collection.)

No function is called when it has run: an interrupt that came meanwhile would be raised there, and be lost.
The setting is one of the process: it is as it was again as soon as nobody evaluates.
"""

from __future__ import annotations

import gc
import sys
from _thread import allocate_lock

LEAST = 6_000_000
"""So many objects are made before the collector runs first."""


OLDER = (4, 4)
"""After so many collections those objects are looked at that have survived one, or two."""

EVERY = 64
"""After so many files and derivations it is looked how much there is."""


class Policy:
    """The setting while something is evaluated. `due`: how many new objects there are when it runs next."""

    def __init__(self) -> None:
        self.lock = allocate_lock()
        self.evaluations = 0
        self.parts = 0
        self.due = LEAST
        self.before = gc.get_threshold()

    def begin(self) -> None:
        """Something is evaluated from now on."""
        with self.lock:
            self.evaluations += 1
            if self.evaluations == 1:
                self.before, self.due = gc.get_threshold(), LEAST
                if self.before[0]:  # else the process does without it
                    gc.set_threshold(LEAST, *OLDER)

    def end(self) -> None:
        """It is not any more."""
        with self.lock:
            self.evaluations -= 1
            if not self.evaluations and self.before[0]:
                gc.set_threshold(*self.before)

    def part(self) -> None:
        """A file or a derivation is evaluated: part of something larger."""
        self.parts += 1
        if self.parts % EVERY == 0 and self.evaluations and self.before[0]:
            due = max(LEAST, sys.getallocatedblocks() // 2)
            if due > self.due:
                self.due = due
                gc.set_threshold(due, *OLDER)


POLICY = Policy()
