"""When Python's cyclic collector runs while something is evaluated.

Evaluation makes many objects and frees few, and a collection looks at all of them: with CPython's own
thresholds it takes half of the time of a large program. Here it runs when some six million objects have been
made that are still there, and seldom looks at those that it has seen. Garbage takes some hundred MB by then.

A large tree, as its many files and derivations tell, makes garbage, too, a third of all objects. But a
collection takes a third of a microsecond for each: 5,112 packages of a nixpkgs of 2020 took 20.3 s and
1,940 MB, and without the collector 17.0 s and 2,130 MB. So there it does not run as long as memory is ample,
and from then on when what is there has grown by half.

What was made then counts as old, for Python would look at all of it at once, 1.3 s after a NixOS container:
so nobody waits for it until the process has made much more.

No function is called when it has run: an interrupt that came meanwhile would be raised there, and be lost.
The setting is one of the process: it is as it was again as soon as nobody evaluates.
"""

from __future__ import annotations

import gc
import sys
from _thread import RLock

LEAST = 6_000_000
"""So many objects are made before the collector runs first."""


OLDER = (4, 4)
"""After so many collections those objects are looked at that have survived one, or two."""

EVERY = 64
"""After so many files and derivations it is looked how much there is, and then each time when they have
become an eighth more: Python goes through all of its memory to tell (5 ms where that is 3 GB)."""

MANY = 50_000
"""New objects at the end of an evaluation that are worth the trouble."""

SPARED = 3_000_000
"""Objects that are made old without a look, of which some may be garbage, until Python has looked at all."""

FROZEN = 1000
"""Objects that a process has frozen itself are more: CPython 3.12 begins with some four hundred."""

BLOCK = 90
"""Bytes that one of Python's blocks of memory takes on average where trees are evaluated."""

MOST = 4 << 30
"""Bytes from which on memory is ample on no machine."""


def ample() -> int:
    """Bytes that a process may take before it looks for garbage: a quarter of all, at most `MOST`."""
    from nixlite.limits.memory import obtainable  # a small program has no need to know

    return min(obtainable() // 4, MOST)


class Policy:
    """The setting while something is evaluated. `due`: how many new objects there are when it runs next.

    `evaluating`: who evaluates now. `look`: at how many parts it is looked how much there is. `before`: the
    process's own setting. `ours`: what was set last; None: it is being set. `ample`: so many blocks of memory
    are ample; None: not yet asked. `spared`: how many objects were made old since Python has looked at all,
    `full` times.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.evaluating: set[object] = set()
        self.parts = 0
        self.look = EVERY
        self.due = LEAST
        self.ample: int | None = None
        self.spared = self.full = 0
        self.before = gc.get_threshold()
        self.ours: tuple[int, ...] | None = self.before

    def begin(self, who: object, memory: int = 0) -> None:
        """Something is evaluated from now on, until `end` is called with the same *who*.

        *memory*: bytes that it may take; 0: as much as there is. Where there is a limit the garbage of those
        before is not to be in its way.
        """
        if memory and self.spared and gc.isenabled():
            self.spared = 0
            gc.collect()
        with self.lock:
            if memory:
                self.ample = min(memory // 2, ample()) // BLOCK
            if not self.evaluating:
                self.before, self.due = gc.get_threshold(), LEAST
                self.parts, self.look = 0, EVERY
                if self.before[0]:  # else the process does without it
                    self.set(LEAST)
            self.evaluating.add(who)

    def end(self, who: object) -> None:
        """It is not any more."""
        with self.lock:
            self.evaluating.discard(who)
            if not self.evaluating:
                self.ample = None
            if not self.evaluating and self.before[0] and self.ours in (None, gc.get_threshold()):
                self.spare()
                gc.set_threshold(*self.before)

    def spare(self) -> None:
        """Let what was made count as old, without looking at it. What the process itself has frozen stays
        that."""
        made = gc.get_count()[0]
        if made < MANY:  # as after most evaluations
            return
        full = gc.get_stats()[-1]["collections"]
        if full != self.full:
            self.full, self.spared = full, 0
        if self.spared + made <= SPARED and gc.get_freeze_count() < FROZEN:
            self.spared += made
            gc.freeze()
            gc.unfreeze()

    def set(self, due: int) -> None:
        """Set it."""
        self.ours = None  # an interrupt may come between any two steps
        gc.set_threshold(due, *OLDER)
        self.ours = gc.get_threshold()  # CPython 3.13 has changed its mind about the third number

    def part(self) -> None:
        """A file or a derivation is evaluated: part of something larger."""
        self.parts += 1
        if self.parts >= self.look and self.evaluating and self.before[0] and gc.isenabled():
            self.look = self.parts + max(EVERY, self.parts // 8)
            blocks = sys.getallocatedblocks()
            if self.ample is None:
                self.ample = ample() // BLOCK
            # there are fewer objects than blocks: as long as memory is ample, it runs if there are some three
            # times as many before it is looked again
            due = max(LEAST, min(blocks * 2, self.ample) if blocks < self.ample else blocks // 2)
            if due != self.due:
                self.due = due
                self.set(due)


POLICY = Policy()
