"""Which steps are still to be taken, handed out so that a process stays where it is.

What is next to each other in a set shares more than what is not, and what is in one set more than what is in
two. So each process has a span of a set, and takes pieces from its front; who has none takes over a set that
nobody has, or else the back half of the longest span of another. Sets of mostly the same names, such as
packages for one language under two names or for two kernels, share most: one process has them one after the
other, and with them what it has evaluated for the first.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING
from zlib import crc32

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
    """Names in the set at a path. *kin*: a number that sets of mostly the same names mostly have as well."""

    __slots__ = ("kin", "names", "path")

    def __init__(self, path: Path, names: Iterable[str], kin: int = 0) -> None:
        self.path = path
        self.names = deque(names)
        self.kin = kin or kin_of(self.names)


def kin_of(names: Iterable[str]) -> int:
    """The smallest hash of some names: of two sets as likely the same as a name is in both (MinHash)."""
    return min([crc32(name.encode("utf-8", "surrogateescape")) for name in names], default=0)


class Work:
    """The steps that are left. *again* are those that have to be taken once more, alone."""

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self.again: deque[Path] = deque()
        self.free: list[Span] = []
        self.owned: dict[object, Span] = {}
        self.known: dict[int, object] = {}
        """Who had the last span of that kin."""

    def add(self, path: Path, names: Sequence[str]) -> None:
        """The attributes of a set that was found."""
        if names:
            self.free.append(Span(path, names))

    def begin(self, left: dict[Path, list[str]]) -> None:
        """What is left, as `Kept.replay` tells it: names by set, an empty one at `()` for the set itself."""
        for path, names in left.items():
            if names == [""] and not path:
                self.again.append(())
            else:
                self.add(path, names)

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
            best = max(self.free, key=lambda span: (self.sharing(span, who), len(span.names)))
            self.free.remove(best)
            self.owned[who] = best
            self.known[best.kin] = who
            return best
        if not self.owned:
            return None
        longest = max(self.owned.values(), key=lambda span: len(span.names))
        if not longest.names:
            return None
        half = Span(longest.path, [], longest.kin)
        for _ in range((len(longest.names) + 1) // 2):
            half.names.appendleft(longest.names.pop())
        self.owned[who] = half
        return half

    def sharing(self, span: Span, who: object) -> int:
        """How well a span goes with what a process has had: 2 if that was like it, 0 if it is another's."""
        owner = self.known.get(span.kin)
        if owner is None:
            return 1
        return 2 if owner is who else 0

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
        self.known = {kin: owner for kin, owner in self.known.items() if owner is not who}
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
