"""Python's recursion limit, as evaluations need it: raised while something is evaluated, then as it was.

It is one of the process, and several threads may evaluate. So each says what it needs; the limit is the
largest of these, and never less than what the process had. When nobody evaluates any more it is what it was
before; one that somebody else has set meanwhile is left alone.

It is not lowered while another thread may be deeper than that, for one may be deeper than it said as long as
others have said more: fifty frames above its limit CPython ends the process (`Cannot recover from stack
overflow`, seen with 3.11).
"""

from __future__ import annotations

import sys
from _thread import RLock, _local, get_ident  # `threading` would have to be loaded
from os import getpid

from nixlite.errors import Stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

NEAR = 8
"""Frames above the present ones that a limit leaves which would be too low for them."""


CALLS = 3
"""Calls that CPython counts for a frame, and more than that: 3.11 counts those in C, too."""


def python_depth() -> int:
    """The depth that Python compares with its recursion limit, which only a complaint of it tells."""
    try:
        sys.setrecursionlimit(1)
    except RecursionError as error:
        digits = [word for word in str(error).replace(":", " ").split() if word.isdigit()]
        if len(digits) == 2:
            return int(digits[1])
    depth, frame = 0, sys._getframe(1)
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    return depth


OUTSIDE = 300_000
"""The limit for commands, which walk over trees and print beside evaluating."""


def until_done(function: Callable[[], None]) -> None:
    """Call *function*, and again if something comes in between, which is raised then (unless it is Stop)."""
    interrupt: BaseException | None = None
    for _ in range(100):
        try:
            function()
            break
        except Stop:
            continue
        except BaseException as error:
            interrupt = error
    if interrupt is not None:
        raise interrupt


class Known(_local):
    """What is known of a thread: whether its stack is small, None as long as nobody has asked."""

    small: bool | None = None


KNOWN = Known()


def is_small() -> bool:
    """Whether this thread's C stack is too small for evaluating; found out once a thread.

    The main thread's, where it can be told cheaply which one that is (Linux), is taken to be large; in
    WebAssembly there is no other.
    """
    small = KNOWN.small
    if small is None:
        if sys.platform == "emscripten" or is_first():
            small = False
        else:
            from nixlite.limits.stack_size import ENOUGH, stack_bytes  # for other threads only

            size = stack_bytes()
            small = size is None or size < ENOUGH
        KNOWN.small = small
    return small


def is_first() -> bool:
    """Whether this is known to be the main thread."""
    if sys.platform != "linux":
        return False
    from _thread import get_native_id  # Pyodide has none

    return get_native_id() == getpid()


class RecursionRoom:
    """`needs`: of threads, by identity; `before`: the process's own limit; `ours`: what was set last, and
    what was there before as long as that is uncertain, for an interrupt may come between any two steps."""

    __slots__ = ("before", "lock", "needs", "ours")

    def __init__(self) -> None:
        self.lock = RLock()
        self.needs: dict[int, int] = {}
        self.before = 0
        self.ours: tuple[int, ...] = ()

    def own(self) -> int:
        """What this thread needs, 0 where it needs nothing of its own."""
        return self.needs.get(get_ident(), 0)

    def need(self, limit: int) -> None:
        """This thread needs the recursion limit *limit* from now on; 0: none of its own any more."""
        with self.lock:
            needs, now, thread = self.needs, sys.getrecursionlimit(), get_ident()
            if not needs or now not in self.ours:  # the host has set one of its own
                self.before, self.ours = now, (now,)
            if limit:
                needs[thread] = limit
            others = {each: most for each, most in needs.items() if each != thread}
            wanted = max(self.before, limit, *others.values())
            if wanted >= now or not others:
                self.set(wanted)
            else:
                self.lower(wanted, list(others))
            if not limit:
                needs.pop(thread, None)

    def set(self, limit: int) -> None:
        """Set the limit, or the least that Python takes."""
        now = sys.getrecursionlimit()
        try:
            self.ours = now, limit
            sys.setrecursionlimit(limit)
        except RecursionError:
            limit = python_depth() + NEAR
            self.ours = now, limit
            sys.setrecursionlimit(limit)
        self.ours = (limit,)

    def lower(self, limit: int, others: list[int]) -> None:
        """Set a lower limit if the threads *others* are certain to be less deep: those that wait, say."""
        from collections import deque
        from itertools import compress, starmap
        from operator import call, eq, itemgetter

        standing = sys._current_frames()
        if not all(each in standing and is_above(standing[each], limit) for each in others):
            return
        # Do they still? That is asked, and the limit set, by one call into C, in which nobody else runs.
        here = itemgetter(*others)
        same = map(eq, [here(standing)], map(here, map(call, [sys._current_frames])))
        self.ours = sys.getrecursionlimit(), limit
        try:
            deque(starmap(sys.setrecursionlimit, compress([(limit,)], same)), 0)
        except (KeyError, RecursionError):
            return  # one of them has ended, or this thread is too deep itself
        finally:
            self.ours = (sys.getrecursionlimit(),)


def is_above(frame: FrameType | None, limit: int) -> bool:
    """Whether a thread at *frame* is certain to be less deep than *limit*."""
    depth = NEAR
    while frame is not None and depth <= limit:
        depth, frame = depth + CALLS, frame.f_back
    return depth <= limit


RECURSION = RecursionRoom()
