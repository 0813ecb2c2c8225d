"""The line that tells, on a terminal, how an evaluation gets on that takes more than two seconds.

A timer's signal interrupts the program a few times a second; the handler looks at the interrupted frames
for the place in the Nix source. Nothing of this is loaded before the two seconds are over (see
`watch`), and the program that runs is not changed by it. Whatever else is written has the line erased
first: the host's `write_stdout` and `write_stderr` are replaced for as long as it is there.
"""

from __future__ import annotations

import os
import sys
from time import monotonic
from typing import TYPE_CHECKING, Any

from nixlite.observe.line import Line
from nixlite.observe.sampling import COMPILED, COMPILING, kind_of
from nixlite.runtime.sites import site_rows
from nixlite.source import shown_name
from nixlite.traces.reading import TraceReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host

EVERY = 0.25
"""Seconds between two pictures."""
NEAREST = 300
"""Python frames looked at for a place."""


class Progress:
    """The line of one evaluation, from `start` to `stop`; it shows *since* how many seconds that runs."""

    def __init__(self, host: Host, evaluator: Evaluator, since: float) -> None:
        self.host: Host = getattr(host, "inner", host)  # a guarded one writes by the one behind it
        self.evaluator = evaluator
        self.since = since
        self.line = Line(write_now)
        self.busy = False
        """Whether something else is being written, or was written without the end of a line."""
        self.reader = TraceReader({}, {})
        self.place = ""
        self.note = ""

    def start(self, frame: FrameType | None) -> None:
        """Show the line, and again each time the timer goes off."""
        import signal

        host: Any = self.host
        host.write_stderr = self.aside(host.write_stderr)
        returns = not host.is_terminal("stdout")
        host.write_stdout = self.aside(host.write_stdout, returns=returns)
        signal.signal(signal.SIGALRM, self.on_alarm)
        signal.setitimer(signal.ITIMER_REAL, EVERY, EVERY)
        self.show(frame)

    def stop(self) -> None:
        """Take the line away for good."""
        self.busy = True
        self.line.erase()
        for name in ("write_stderr", "write_stdout"):
            self.host.__dict__.pop(name, None)

    def aside(self, write: Callable[[str], None], *, returns: bool = True) -> Callable[[str], None]:
        """*write*, with the line out of its way; it *returns* once a line of output has come to its end."""

        def write_without_line(text: str) -> None:
            self.busy = True
            self.line.erase()
            write(text)
            self.busy = not (returns and text.endswith("\n"))

        return write_without_line

    def on_alarm(self, number: int, frame: FrameType | None) -> None:
        """The timer has gone off."""
        try:
            self.show(frame)
        except RecursionError:  # no room left to look; the program itself may have enough
            return

    def show(self, frame: FrameType | None) -> None:
        """Write the line anew."""
        if not self.busy:
            self.place = self.place_of(frame) or self.place
            self.line.show(self.text())

    def text(self) -> str:
        """What the line says: time, files read, memory at its peak, place."""
        spent, size = f"{monotonic() - self.since:.0f} s", peak_memory()
        if self.note:
            return ", ".join([self.note, spent, *([f"{size / 1e6:.0f} MB"] if size else [])])
        count = sum(source.path is not None for source in list(self.evaluator.sources.values()))
        parts = [spent, f"{count} file{'' if count == 1 else 's'}"]
        if size:
            parts.append(f"{size / 1e6:.0f} MB")
        return f"evaluating  {', '.join(parts)}  {self.place}".rstrip()

    def place_of(self, frame: FrameType | None) -> str:
        """The innermost place in a Nix source, or the source being compiled; empty if none is near."""
        for _ in range(NEAREST):
            if frame is None:
                return ""
            kind = kind_of(frame)
            if kind == COMPILING:
                return f"compiling {self.name(frame.f_locals['source'].name)}"
            if kind == COMPILED:
                found = self.line_of(frame)
                if found:
                    return found
            frame = frame.f_back
        return ""

    def line_of(self, frame: FrameType) -> str:
        """`file:line` of a frame of compiled code; empty where its instruction has no place."""
        names: dict[str, Any] = frame.f_globals
        rows = site_rows(names)
        row = rows[self.reader.site_number(frame.f_code, frame.f_lasti)]
        while not row[0] and row[2]:
            row = rows[row[2]]
        return f"{self.name(names['FILE'])}:{row[0]}" if row[0] else ""

    def name(self, file: str) -> str:
        """A file's name as seen from the working directory, if it lies below that."""
        text = shown_name(file).removeprefix(self.evaluator.settings.cwd.rstrip("/") + "/")
        return "".join(letter if letter.isprintable() else "?" for letter in text)


def write_now(text: str) -> None:
    """Write to the standard error past all buffers, in which the program that was interrupted may be busy."""
    try:
        os.write(sys.stderr.fileno(), text.encode("utf-8", "replace"))
    except (OSError, ValueError):
        return


def peak_memory() -> int:
    """The most memory that this process has had so far, in bytes; 0 where nobody knows."""
    try:
        import resource
    except ImportError:
        return 0
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024
