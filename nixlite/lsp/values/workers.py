"""Child processes that evaluate, as the server sees them: begun when needed, ended when they hang.

A question waits for its turn; the one whose asker has given up is not asked any more, or, if it is being
answered for longer than it may, the child is killed. After a crash the next question finds a new child.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from time import monotonic
from typing import TYPE_CHECKING, Any

from nixlite.lsp.values.child import MEMORY

if TYPE_CHECKING:
    from collections.abc import Callable

GRACE = 2.0
"""Seconds that a child may take longer than it was told."""
PATIENCE = 60.0
"""Seconds that a question may take whose evaluation has no limit of its own (lint, stale, why)."""
LINE = 1 << 26
"""Bytes of an answer at most."""

CRASHED, ENDLESS = "crashed", "endless"


class Failure(Exception):
    """No answer: *kind* is one of `child`'s kinds, CRASHED or ENDLESS. *place*: file, line, column."""

    def __init__(self, message: str, kind: str, place: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.place = place


class Worker:
    """One child process. *options*: what it is told at its start; *tell* gets lines for the log."""

    def __init__(self, name: str, options: dict[str, Any], tell: Callable[[str], None]) -> None:
        self.name = name
        self.options = options
        self.tell = tell
        self.process: asyncio.subprocess.Process | None = None
        self.turn = asyncio.Lock()
        self.count = 0
        self.starts = 0
        self.closed = False
        self.has: dict[str, str] = {}
        """The texts that the process has been told, by path."""

    async def ask(self, ask: str, patience: float | None = None, **question: Any) -> Any:
        """The answer to a question. Raises Failure. Its `open` are the texts of all that is open, by path.

        Whoever waits may be cancelled at any time: a question that is being answered is answered to its end,
        for what was loaded for it is of use to the next; one that is not yet asked is not asked any more.
        """
        wanted = [True]
        task = asyncio.ensure_future(self.answered(wanted, ask, patience, question))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # somebody has looked
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            wanted.clear()
            raise

    async def answered(
        self, wanted: list[bool], ask: str, patience: float | None, question: dict[str, Any]
    ) -> Any:
        """As `ask`, if it is still *wanted* when its turn has come."""
        async with self.turn:
            if self.closed or not wanted:
                raise Failure("nobody waits for it", CRASHED)
            process = await self.running()
            self.count += 1
            limit = patience or (self.options.get("seconds") or 5.0) + GRACE
            begun = monotonic()
            whole = {"id": self.count, "ask": ask, **question, **self.news(question)}
            if whole.get("text") is not None and self.has.get(whole.get("path", "")) is whole["text"]:
                del whole["text"]
            try:
                return await asyncio.wait_for(self.exchange(process, whole), limit)
            except Failure as failure:
                if failure.kind == MEMORY:  # it ends after that, and nobody is to ask it any more
                    await self.stop()
                raise
            except TimeoutError:
                await self.stop()
                raise Failure(f"it did not end within {monotonic() - begun:.0f} seconds", ENDLESS) from None
            except (ConnectionError, asyncio.IncompleteReadError, ValueError):
                code = await self.ended(process)
                raise Failure(f"the evaluation has ended its process ({code})", CRASHED) from None

    def news(self, question: dict[str, Any]) -> dict[str, Any]:
        """What of the open texts the process does not know yet."""
        texts: dict[str, str] = question.get("open") or {}
        new = {path: text for path, text in texts.items() if self.has.get(path) is not text}
        closed = [path for path in self.has if path not in texts]
        self.has = dict(texts)
        return {"open": new, "closed": closed}

    async def exchange(self, process: asyncio.subprocess.Process, question: dict[str, Any]) -> Any:
        """Send a question and wait for its answer."""
        assert process.stdin is not None
        process.stdin.write(json.dumps(question).encode() + b"\n")
        await process.stdin.drain()
        return await self.reply(process, question["id"])

    async def reply(self, process: asyncio.subprocess.Process, number: int) -> Any:
        """The answer to the question *number*; those to earlier ones are passed over."""
        assert process.stdout is not None
        while True:
            line = await process.stdout.readline()
            if not line:
                raise ConnectionError
            reply = json.loads(line)
            if reply["id"] != number:
                continue
            if "error" in reply:
                if reply["kind"] == "broken":
                    self.tell(f"{self.name}: {reply['error']}")
                raise Failure(reply["error"], reply["kind"], reply.get("place"))
            return reply["answer"]

    async def running(self) -> asyncio.subprocess.Process:
        """The process, begun if there is none."""
        if self.process is not None and self.process.returncode is None:
            return self.process
        self.starts += 1
        self.has = {}
        if self.starts > 1:
            self.tell(f"{self.name}: beginning anew")
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, limit=LINE, env=environment(),
        )  # fmt: skip
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(self.options).encode() + b"\n")
        return self.process

    async def ended(self, process: asyncio.subprocess.Process) -> str:
        """How a process has ended, in words."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 1.0)
        code = process.returncode
        if code is None:
            await self.stop()
        return f"signal {-code}" if code is not None and code < 0 else f"code {code}"

    async def stop(self) -> None:
        """End the process, whatever it does."""
        process, self.process = self.process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 5.0)

    def kill(self) -> None:
        """As `stop`, without waiting: the server is ending."""
        self.closed = True
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()


PROGRAM = "from nixlite.lsp.values.child import main, with_room; with_room(main)"


def environment() -> dict[str, str]:
    """The environment of a child: it finds nixlite where we are."""
    home = os.path.abspath(__file__)
    for _ in __name__.split("."):
        home = os.path.dirname(home)
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH", "")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}
