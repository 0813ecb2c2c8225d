"""Work beside the page: in a process of its own, which can be stopped at any time.

An exercise may never come to an end, or want all memory there is; the page has to answer keys meanwhile.
Where processes cannot be forked, the work is done at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SECONDS = 20.0
"""After so long an evaluation is given up."""
MEMORY = 3 * 2**30
"""Bytes that it may have."""
ENDLESS = (
    f"It did not come to an end within {SECONDS:.0f} seconds, and was stopped. Does something call itself"
    " without a case in which it stops?"
)
DIED = "The evaluation was ended from outside, probably since it wanted more memory than there is."


class Job:
    """A function's result, a table that JSON can carry, once it is there."""

    def __init__(self, work: Callable[[], dict[str, Any]]) -> None:
        self.data = b""
        self.result: dict[str, Any] | None = None
        self.until = time.monotonic() + SECONDS
        self.child = 0
        if hasattr(os, "fork"):
            self._fork(work)
        else:
            self.result = work()

    def _fork(self, work: Callable[[], dict[str, Any]]) -> None:
        """Begin the work in a child."""
        self.end, theirs = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # about threads, of which we have none
            self.child = os.fork()
        if self.child == 0:
            work_and_end(work, theirs)
        os.close(theirs)

    def poll(self) -> dict[str, Any] | None:
        """The result, as soon as it is there; waits for nothing."""
        if self.result is None and self.child:
            while select.select([self.end], [], [], 0)[0]:
                piece = os.read(self.end, 65536)
                self.data += piece
                if not piece:
                    self._finish(DIED)
                    break
            if self.result is None and time.monotonic() > self.until:
                self._finish(ENDLESS)
        return self.result

    def wait(self) -> dict[str, Any]:
        """The result, waited for; an interrupt stops the work."""
        try:
            while (result := self.poll()) is None:
                select.select([self.end], [], [], 0.05)
        except BaseException:
            self.stop()
            raise
        return result

    def _finish(self, problem: str) -> None:
        """Take what was written, or tell of the *problem*."""
        self.stop()
        try:
            self.result = json.loads(self.data)
        except ValueError:
            self.result = {"problem": problem}

    def stop(self) -> None:
        """End the work, if it goes on."""
        if self.child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
            os.close(self.end)
            self.child = 0


def work_and_end(work: Callable[[], dict[str, Any]], end: int) -> None:
    """What the child does; it never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        limit_memory()
        data = json.dumps(work()).encode("utf-8", "surrogateescape")
        while data:
            data = data[os.write(end, data) :]
        code = 0
    except MemoryError:
        pass
    finally:
        os._exit(code)


def limit_memory() -> None:
    """Let too much memory be this process's problem, and nobody else's."""
    try:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
    except (ImportError, ValueError, OSError):  # the system has no such limit, or a lower one
        pass
