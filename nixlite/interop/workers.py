"""Evaluating in a thread, for programs that wait with `await`: cancelling the task stops the evaluation."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from typing import TYPE_CHECKING, Any

from nixlite.errors import Cancelled, Stop
from nixlite.evaluator import Evaluator
from nixlite.interop.owner import Handle
from nixlite.limits.recursion import RECURSION, until_done
from nixlite.limits.stopping import SILENCE, raise_in, receive

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")


MOMENT = 0.001
"""Seconds until a thread is looked at again that could not be stopped where it was."""

PATIENCE = 0.05
"""Seconds until a thread is stopped again that has gone on, twice as many each time."""

LOOKS = 20
"""How often a thread has to be seen elsewhere before it is stopped there: in a function of the user's, say.
Python ignores what is raised in a finalizer, but these are short."""


class Stopped(Stop):
    """Is raised in a thread in order to end it. No `except Exception` catches it; thunks that were being
    evaluated are as before."""


class Worker:
    """A thread that calls one function, for a task of an event loop that waits for `future`."""

    def __init__(self, run: Callable[[], Any], cancel: Callable[[], bool] | None = None) -> None:
        self.run = run
        self.cancel = cancel
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.lock = threading.Lock()
        self.running = self.sent = False
        self.looks = 0
        self.thread = threading.Thread(target=self.work, name="nixlite", daemon=True)

    def work(self) -> None:
        """What the thread does."""
        result, error = None, None
        try:
            try:
                self.running = True
                result = self.run()
            except BaseException as raised:
                error = raised
            until_done(self.leave)
        except Stop as late:  # between two steps here
            error = late
            until_done(self.leave)
        self.report(result, error)

    def leave(self) -> None:
        """From now on nothing is raised here any more, and nothing is on its way."""
        with self.lock:
            self.running = False
            if self.sent:
                receive()
                RECURSION.need(0)  # 3.13 raises a step later: in what sets this back, maybe

    def report(self, result: Any, error: BaseException | None) -> None:
        """Let the task know."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            self.loop.call_soon_threadsafe(self.settle, result, error)

    def settle(self, result: Any, error: BaseException | None) -> None:
        """End the waiting; in the thread of the event loop."""
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        elif isinstance(error, Stopped | Cancelled):
            self.future.cancel()
        elif isinstance(error, StopIteration):  # as Python does with one that a coroutine raises
            stopped = RuntimeError("the function raised StopIteration")
            stopped.__cause__ = error
            self.future.set_exception(stopped)
        else:
            self.future.set_exception(error)

    def stop(self) -> bool:
        """Let the thread end at the step in Python that it is at; False if it is at none where it can.

        An evaluator stops by itself what it evaluates. Else Python's global lock is held here, so the thread
        stands still between two steps; when it goes on it looks first whether an exception is waiting for it.
        """
        if self.cancel is not None and self.cancel():
            return True
        with self.lock:
            frame = sys._current_frames().get(self.thread.ident or 0)
            if not self.running or frame is None:
                return False
            module = str(frame.f_globals.get("__name__"))
            if (
                not module.startswith("nixlite.") and "SITES" not in frame.f_globals
            ):  # neither ours nor Nix code
                self.looks += 1
                if self.looks < LOOKS:
                    return False
            raised = raise_in(self.thread.ident or 0, Stopped)
            self.sent |= raised
            return raised


def cancelling(function: Callable[..., Any]) -> Callable[[], bool] | None:
    """What stops a function that is a method of a Value or an Evaluator; None for all others."""
    owner = getattr(function, "__self__", None)
    evaluator = owner.evaluator if isinstance(owner, Handle) else owner
    engine = getattr(evaluator, "engine", None)
    return engine.cancel if isinstance(engine, Evaluator) else None


async def run_async(function: Callable[..., T], *arguments: Any, **keywords: Any) -> T:
    """What a function returns, such as `value.to_python`, called in a thread of its own.

    When the task is cancelled, the evaluation is stopped at its next step, and waited for; the evaluator and
    its values can be used further. Threads that use one evaluator take turns.

    >>> import asyncio
    >>> value = nixlite.evaluate("builtins.foldl' builtins.add 0 (builtins.genList (n: n) 1000)")
    >>> asyncio.run(nixlite.run_async(value.to_python))
    499500
    """
    worker = Worker(lambda: function(*arguments, **keywords), cancelling(function))
    worker.thread.start()
    try:
        found: T = await asyncio.shield(worker.future)
    except asyncio.CancelledError:
        patience = PATIENCE
        SILENCE.begin()
        while not worker.future.done():
            stopped = worker.stop()
            with contextlib.suppress(asyncio.CancelledError):  # it may be cancelled again meanwhile
                await asyncio.wait([worker.future], timeout=patience if stopped else MOMENT)
            patience *= 1 + stopped
        SILENCE.end()
        if not worker.future.cancelled():
            worker.future.exception()  # nobody else asks for it
        raise
    finally:
        worker.thread.join()  # it has nothing more to do
    return found
