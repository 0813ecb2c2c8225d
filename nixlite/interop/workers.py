"""Evaluating in a thread, for programs that wait with `await`: cancelling the task stops the evaluation."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")


class Stopped(BaseException):
    """Is raised in a thread in order to end it. No `except Exception` catches it; thunks that were being
    evaluated are as before."""


class Worker:
    """A thread that calls one function, for a task of an event loop that waits for `future`."""

    def __init__(self, run: Callable[[], Any]) -> None:
        self.run = run
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.lock = threading.Lock()
        self.running = True
        self.stopped = False
        self.thread = threading.Thread(target=self.work, name="nixlite", daemon=True)

    def work(self) -> None:
        """What the thread does."""
        result, error = None, None
        try:
            try:
                result = self.run()
            except BaseException as raised:
                error = raised
            with self.lock:
                self.running = False  # from here on nobody stops it
        except Stopped as raised:  # which came between its last steps
            error = raised
            self.running = False
        if self.stopped:
            raise_in(threading.get_ident(), None)  # if it has not come yet
        self.report(result, error)

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
        elif isinstance(error, Stopped):
            self.future.cancel()
        elif isinstance(error, StopIteration):  # as Python does with one that a coroutine raises
            stopped = RuntimeError("the function raised StopIteration")
            stopped.__cause__ = error
            self.future.set_exception(stopped)
        else:
            self.future.set_exception(error)

    def stop(self) -> None:
        """Let the thread end, at its next step in Python."""
        with self.lock:
            if self.running:
                self.stopped = True
                raise_in(self.thread.ident or 0, Stopped)


def raise_in(thread: int, kind: type[BaseException] | None) -> None:
    """Let an exception be raised in a thread; None takes one back that has not come yet."""
    exception = None if kind is None else ctypes.py_object(kind)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), exception)


async def run_async(function: Callable[..., T], *arguments: Any, **keywords: Any) -> T:
    """What a function returns, such as `value.to_python`, called in a thread of its own.

    When the task is cancelled, the evaluation is stopped at its next step, and waited for; the evaluator and
    its values can be used further. One evaluator does not work for two threads at a time.

    >>> import asyncio
    >>> value = nixlite.evaluate("builtins.foldl' builtins.add 0 (builtins.genList (n: n) 1000)")
    >>> asyncio.run(nixlite.run_async(value.to_python))
    499500
    """
    worker = Worker(lambda: function(*arguments, **keywords))
    worker.thread.start()
    try:
        found: T = await asyncio.shield(worker.future)
    except asyncio.CancelledError:
        worker.stop()
        while not worker.future.done():  # it may be cancelled again meanwhile
            try:
                await asyncio.wait([worker.future])
            except asyncio.CancelledError:
                worker.stop()
        if not worker.future.cancelled():
            worker.future.exception()  # nobody else asks for it
        raise
    finally:
        worker.thread.join()  # it has nothing more to do
    return found
