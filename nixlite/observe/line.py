"""A line at the bottom of a terminal that is written over again and again, and a bar in it.

It goes to the standard error, never into a pipe; whoever uses it erases it before anything else is written.
"""

from __future__ import annotations

import os
import sys
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.host.host import Host

ERASE = "\r\x1b[K"
EVERY = 0.1
"""Seconds between two pictures of a bar."""
CELLS = 20


def wanted(host: Host) -> bool:
    """Whether the standard error is a terminal that can go back to the beginning of a line."""
    return host.stderr_colour()


def width() -> int:
    """The columns of the terminal behind the standard error; 80 where it does not say."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def fitted(text: str, columns: int) -> str:
    """*text* cut in the middle to fit a line: its beginning and its end tell most."""
    if len(text) < columns:
        return text
    keep = max(columns - 2, 0)
    return f"{text[: keep - keep // 2]}…{text[len(text) - keep // 2 :]}" if keep else ""


class Line:
    """The line: `show` rewrites it, `erase` leaves nothing behind."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self.write = write
        self.shown = False

    def show(self, text: str) -> None:
        """Put *text* (no control characters, one column each) in place of what was there."""
        self.shown = True  # first, for writing may be interrupted
        self.write(f"{ERASE}{fitted(text, width())}")

    def erase(self) -> None:
        """Take the line away, if it is there."""
        if self.shown:
            self.write(ERASE)
            self.shown = False


class Bar:
    """How far a work of *total* pieces is; silent where there is no terminal or *quiet* is asked for."""

    def __init__(self, host: Host, label: str, total: int, *, quiet: bool = False) -> None:
        self.line = Line(host.write_stderr) if wanted(host) and not quiet else None
        self.label = label
        self.total = total
        self.done = 0
        self.last = 0.0

    def step(self, what: str) -> None:
        """One more piece is done: *what*."""
        self.done += 1
        now = monotonic()
        if self.line is not None and (now - self.last >= EVERY or self.done == self.total):
            self.last = now
            self.line.show(f"{self.label} {self.picture()} {self.done}/{self.total}  {what}")

    def picture(self) -> str:
        """The bar itself."""
        full = CELLS * self.done // max(self.total, 1)
        return f"[{'█' * full}{'·' * (CELLS - full)}]"

    def end(self) -> None:
        """Take the bar away."""
        if self.line is not None:
            self.line.erase()
