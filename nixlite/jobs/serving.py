"""A process that takes steps: it is told paths, and says at once what it finds at each.

It ends when nobody asks any more, or when it has grown large: what it holds is given back to the system, and
another one goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError
from nixlite.jobs.walk import JOB
from nixlite.limits.memory import resident

if TYPE_CHECKING:
    from nixlite.jobs.link import Link
    from nixlite.jobs.outputs import Outputs
    from nixlite.jobs.walk import Path, Step, Walk

DO, END, SETTLE, FORK = "do", "end", "settle", "fork"
"""What a process is asked: to look at paths, to end, to become a template, to make another one."""

FOUND, NEXT, FULL, LOG, STORED, FORKED, NOTES, BROKEN, WANTED = (
    "found next full log stored forked notes broken wanted".split()
)
"""What it says: what a step gave; that it wants more; that it has grown too large, and ends; what the
evaluation writes to the standard error; store objects that are written; that it was copied; what its steps
depend on; why nobody can go on; what it has to know first."""


class Server:
    """Takes steps of a walk; `limit`: bytes of memory with which it ends, `outputs`: where .drv files go."""

    def __init__(self, walk: Walk, limit: int, outputs: Outputs | None = None) -> None:
        self.walk = walk
        self.limit = limit
        self.outputs = outputs
        self.steps = 0

    def serve(self, link: Link) -> bool:
        """Do as is asked until that ends; False where it ends because it is too large."""
        while (message := link.read()) is not None and message[0] != END:
            if not self.take(link, message[1]):
                self.leave(link)
                link.send(FULL)
                return False
            link.send(NEXT)
        if message is not None:
            self.leave(link)
        return True

    def take(self, link: Link, paths: list[Path]) -> bool:
        """Look at paths; False as soon as the process is too large."""
        for path in paths:
            kind, what, drv_path = self.step(path)
            try:
                extra = self.extra(link, kind, what, drv_path)
            except NixError as error:  # the disk refuses
                link.send(BROKEN, error.render())
                return False
            link.send(FOUND, path, kind, what, extra)
            self.steps += 1
            if resident() > self.limit:
                return False
        return True

    def extra(self, link: Link, kind: str, text: str, drv_path: str) -> Any:
        """What else there is to say of a job: what is needed where others are made of it."""
        if kind != JOB or (self.outputs is None and not self.walk.wishes.constituents):
            return None
        store = self.walk.evaluator.state.store
        if self.outputs is not None:
            stored = self.outputs.add(store, drv_path)
            if stored:
                link.send(STORED, stored)
        if not self.walk.wishes.constituents:
            return None
        from nixlite.jobs.aggregates import rest_of  # seldom

        return rest_of(store, drv_path, text)

    def prepare(self) -> None:
        """The set is evaluated, and the process is about to be forked."""

    def step(self, path: Path) -> Step:
        """Look at one attribute."""
        return self.walk.step(path)

    def settle(self, link: Link) -> None:
        """In a template: what all have in common is evaluated."""

    def begin(self) -> None:
        """In a copy: steps are taken from now on."""

    def tell(self, link: Link) -> None:
        """Say what the steps depend on of which that was not said."""

    def leave(self, link: Link) -> None:
        """Before it ends: compiled code is kept for others."""
        self.walk.evaluator.close()
