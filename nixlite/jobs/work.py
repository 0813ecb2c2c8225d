"""Which steps are still to be taken, handed out so that a process stays where it is.

What is next to each other in a set shares more than what is not, and what is in one set more than what is in
two. So each process has a span of a set, and takes pieces from its front; who has none takes over a set that
nobody has, or else the back half of the longest span of another.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Path = tuple[str, ...]

MOST = 32
"""Steps that are handed out at once."""

SHARE = 6
"""Into so many pieces, for each process, what is left is cut at least: all are to end at the same time."""

SAMPLES = 24
"""Steps, spread over a set, that tell what its parts have in common."""


class Span:
    """Names in the set at a path."""

    __slots__ = ("names", "path")

    def __init__(self, path: Path, names: Iterable[str]) -> None:
        self.path = path
        self.names = deque(names)


class Work:
    """The steps that are left. *again* are those that have to be taken once more, alone."""

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self.again: deque[Path] = deque()
        self.free: list[Span] = []
        self.owned: dict[object, Span] = {}

    def add(self, path: Path, names: Sequence[str]) -> None:
        """The attributes of a set that was found."""
        if names:
            self.free.append(Span(path, names))

    def left(self) -> int:
        """How many are not handed out."""
        spans = sum(len(span.names) for span in (*self.free, *self.owned.values()))
        return spans + len(self.again)

    def take(self, who: object) -> list[Path]:
        """The next piece for a process; empty where there is none."""
        if self.again:
            return [self.again.popleft()]
        span = self.owned.get(who)
        if span is None or not span.names:
            span = self.span_for(who)
            if span is None:
                return []
        size = max(1, min(MOST, self.left() // (SHARE * self.processes)))
        return [(*span.path, span.names.popleft()) for _ in range(min(size, len(span.names)))]

    def span_for(self, who: object) -> Span | None:
        """A span for a process that has none."""
        self.owned.pop(who, None)
        if self.free:
            largest = max(self.free, key=lambda span: len(span.names))
            self.free.remove(largest)
            self.owned[who] = largest
            return largest
        if not self.owned:
            return None
        longest = max(self.owned.values(), key=lambda span: len(span.names))
        if not longest.names:
            return None
        half = Span(longest.path, [])
        for _ in range((len(longest.names) + 1) // 2):
            half.names.appendleft(longest.names.pop())
        self.owned[who] = half
        return half

    def sample(self) -> list[Path]:
        """One step out of the middle of what is there, to be taken before all others."""
        if self.again:
            return [self.again.popleft()]
        spans = [span for span in self.free if span.names]
        if not spans:
            return []
        span = max(spans, key=lambda span: len(span.names))
        span.names.rotate(-(len(span.names) // SAMPLES))
        return [(*span.path, span.names.popleft())]

    def leave(self, who: object) -> None:
        """A process is gone; its span is free again."""
        span = self.owned.pop(who, None)
        if span is not None and span.names:
            self.free.append(span)

    def put_back(self, paths: Iterable[Path]) -> None:
        """Steps that were handed out and not taken."""
        by_set: dict[Path, list[str]] = {}
        for path in paths:
            if path:
                by_set.setdefault(path[:-1], []).append(path[-1])
            else:
                self.again.append(path)
        for where, names in by_set.items():
            self.free.append(Span(where, names))
