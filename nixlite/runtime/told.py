"""What `trace` and `warn` have told in an evaluation that is begun again, with more room (see `depth`).

A message belongs to the innermost thunk in whose evaluation it was told. If that is begun again, its own
messages come again, in the same order; those of thunks that were there before do not. (Those of thunks that
are made again are told again.)
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

FORCING = ("force", "noting_force")
"""The functions in whose frames the thunk is `x`: what `thunk.force` does, and while notes are taken."""

NEAREST = 300
"""Frames in which a thunk is looked for. What is deeper in a recursion without one may be told again."""

MOST = 100_000
"""Messages that are remembered; after so many, what is begun again tells them again."""

UNKNOWN = object()
"""Instead of a thunk: none is near."""


class Told:
    """The messages of one evaluation, whose outermost frame is *bottom*."""

    __slots__ = ("bottom", "by_cell", "count")

    def __init__(self, bottom: FrameType) -> None:
        self.bottom = bottom
        self.count = 0
        self.by_cell: dict[int, Messages] = {}

    def tell(self, text: str, write: Callable[[], None], frame: FrameType | None) -> None:
        """Tell *text*, by *write*, if that was not done before; *frame* wants it."""
        cell = UNKNOWN if self.count >= MOST else self.cell_of(frame)
        if cell is UNKNOWN:
            write()
            return
        known = self.by_cell.get(id(cell))
        if known is None:
            known = self.by_cell[id(cell)] = Messages(cell)
        self.count += 1
        known.tell(hash(text), write)

    def cell_of(self, frame: FrameType | None) -> Any:
        """The innermost thunk that is being evaluated; None where there is none, UNKNOWN if none is near."""
        for _ in range(NEAREST):
            if frame is None or frame is self.bottom:
                return None
            if frame.f_code.co_name in FORCING and frame.f_globals.get("__name__") == "nixlite.runtime.thunk":
                return frame.f_locals["x"]
            frame = frame.f_back
        return UNKNOWN

    def begin_again(self, cell: Any) -> None:
        """*cell*, or the whole evaluation (None), is evaluated once more."""
        known = self.by_cell.get(id(cell))
        if known is not None:
            known.at = 0


class Messages:
    """The messages of one thunk, *cell*, which is held so that no other one gets its identity."""

    __slots__ = ("at", "cell", "hashes")

    def __init__(self, cell: Any) -> None:
        self.cell = cell
        self.hashes: list[int] = []
        self.at = 0

    def tell(self, text: int, write: Callable[[], None]) -> None:
        """Write a message, whose hash is *text*, if it was not written at this point before."""
        if self.at < len(self.hashes) and self.hashes[self.at] == text:
            self.at += 1
            return
        write()  # it may be here that there is no more room: then it has not been told
        self.hashes[self.at :] = [text]
        self.at += 1
