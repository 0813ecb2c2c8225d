"""The C stack of the thread that evaluates.

Nix calls within each other take Python frames, which lie on the heap, but compiling deep expressions and some
of CPython's own work take the C stack, and what does not fit there is a crash. The main thread has 8 MB as a
rule, and so have threads; but a program may have asked for less (`threading.stack_size`, 256 KB say), or a
system may give less (musl). Then the evaluation runs in a thread of our own while the caller's waits for it.
"""

from __future__ import annotations

from _thread import (
    allocate_lock,
    get_ident,
    stack_size,
    start_new_thread,
)

from nixlite.errors import NixError
from nixlite.limits.recursion import KNOWN
from nixlite.limits.tracebacks import keep_short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    T = TypeVar("T")

OURS = 16 << 20
"""Bytes of C stack of a thread of our own; address space, of which memory is taken as it is used."""


STARTING = allocate_lock()
"""Held while the size of new threads' stacks is ours: it is a setting of the process."""


class Work:
    """A function to be run in a thread of our own, and what came of it."""

    __slots__ = ("context", "done", "error", "function", "result", "thread")

    def __init__(self, function: Callable[[], Any]) -> None:
        from _contextvars import copy_context

        self.function = function
        self.context = copy_context()
        self.done = allocate_lock()
        self.result: Any = None
        self.error: BaseException | None = None
        self.thread = 0

    def run(self) -> None:
        """Run it: the thread's body."""
        KNOWN.small = False
        self.thread = get_ident()
        try:
            self.result = self.context.run(self.function)
        except BaseException as error:
            if isinstance(error, NixError):
                error.__context__ = error.__traceback__ = None
            keep_short(error)  # what the frames hold is freed here, not with a small stack
            self.error = error
        finally:
            self.done.release()


def on_large_stack(function: Callable[[], T]) -> T:
    """`function()`, run in a thread with a large C stack; context variables are copied to it.

    Who waits may be interrupted (Ctrl-C, in the main thread): so is the function then.
    """
    work = Work(function)
    work.done.acquire()
    with STARTING:
        before = stack_size(OURS)
        try:
            start_new_thread(work.run, ())
        finally:
            stack_size(before)
    try:
        work.done.acquire()
    except BaseException as error:
        from nixlite.limits.stopping import raise_in

        while work.thread == 0 or not work.done.acquire(timeout=0.05):
            if work.thread:
                raise_in(work.thread, type(error))
        raise
    if work.error is not None:
        try:
            raise work.error
        finally:
            work.error = None  # no circle of it and this frame
    return work.result  # type: ignore[no-any-return]  # what *function* gives


def free(held: list[Any]) -> None:
    """Empty a list that holds what nobody else may need.

    Freeing what is deep takes C stack as well (CPython 3.13: for 10,000 levels before it helps itself).
    """
    if KNOWN.small:
        try:
            on_large_stack(held.clear)
        except RuntimeError:
            return  # the process ends, and starts no threads any more
