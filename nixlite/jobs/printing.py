"""What is printed: a line for each job, as it comes or sorted at the end; and on a terminal how far it is."""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any

from nixlite.host.settings import ERROR
from nixlite.jobs.job import attr_text
from nixlite.jobs.pool import Report
from nixlite.jobs.walk import FAILED, JOB, NOTHING, SET

if TYPE_CHECKING:
    from nixlite.jobs.aggregates import Aggregates
    from nixlite.jobs.asking import Asking
    from nixlite.jobs.keeping import Merger
    from nixlite.jobs.pool import Pool

    Path = tuple[str, ...]

EVERY = 0.25
"""Seconds between two pictures of the line."""

NOTHING_THERE = (
    "there is no derivation in it; sets below the first are gone into where they have"
    " 'recurseForDerivations = true', or with '--force-recurse'"
)

LATELY = 15.0
"""Seconds of which the line tells the rate."""


class Printer(Report):
    """Prints what a pool reports, for a command."""

    def __init__(self, command: Asking) -> None:
        self.command = command
        self.host = command.host
        self.lines: list[tuple[Path, str]] = []
        self.jobs = self.failed_jobs = self.steps = 0
        self.shown = monotonic()
        self.samples: deque[tuple[float, int]] = deque()
        self.at: Path = ()
        self.line: Any = None
        if command.talks and command.host.stderr_colour():
            from nixlite.observe.line import Line

            self.line = Line(command.host.write_stderr)
        self.registered: dict[str, str] = {}
        self.aggregates: Aggregates | None = None
        self.merger: Merger | None = None

    def found(self, path: Path, kind: str, what: Any, extra: Any) -> None:
        """See `Report`."""
        if self.merger is not None:
            self.merger.results[path] = (kind, what)
        self.show(path, kind, what, extra)

    def notes(self, data: Any) -> None:
        """See `Report`."""
        if self.merger is not None:
            self.merger.told.append(data)

    def show(self, path: Path, kind: str, what: Any, extra: Any = None) -> None:
        """Print what a step has given, now or before."""
        self.steps += 1
        self.at = path
        if kind in (SET, NOTHING):
            return
        self.jobs += kind == JOB
        self.failed_jobs += kind == FAILED
        if kind == FAILED:
            self.tell_failure(what)
        if self.aggregates is None or not self.aggregates.add(what, extra):
            self.print(path, what)

    def print(self, path: Path, text: str) -> None:
        """Print the line of a job, or keep it for later."""
        if self.command.sorted:
            self.lines.append((path, text))
            return
        self.erase()
        self.host.write_stdout(f"{text}\n")
        self.host.flush()

    def tell_failure(self, text: str) -> None:
        """Print the error of a job to the standard error as well, as nix-eval-jobs does."""
        if self.command.settings.verbosity < ERROR:
            return
        from json import loads

        self.log(f"{loads(text)['error']}\n")

    def log(self, text: str) -> None:
        """See `Report`."""
        self.erase()
        self.host.write_stderr(text)

    def stored(self, rows: list[tuple[str, str]]) -> None:
        """See `Report`."""
        self.registered.update(rows)

    def tick(self, pool: Pool) -> None:
        """See `Report`: show how far it is."""
        if self.line is not None and monotonic() - self.shown >= EVERY:
            self.shown = monotonic()
            self.line.show(self.picture(pool))

    def picture(self, pool: Pool) -> str:
        """The line that tells how far it is."""
        left = pool.work.left() + sum(len(member.told) for member in pool.all())
        rate = self.rate(monotonic())
        parts = [f"{self.steps:,} of {self.steps + left:,} attributes", f"{self.jobs:,} jobs"]
        if self.failed_jobs:
            parts.append(f"{self.failed_jobs:,} failed")
        parts.append(f"{rate:,.0f}/s")
        if rate:
            parts.append(f"{clock(left / rate)} left")
        if pool.lost:
            parts.append(f"{pool.lost} process{'es' * (pool.lost > 1)} lost")
        return f"{', '.join(parts)}  {attr_text(self.at)}"

    def rate(self, now: float) -> float:
        """Attributes a second, of late."""
        self.samples.append((now, self.steps))
        while len(self.samples) > 2 and now - self.samples[0][0] > LATELY:
            self.samples.popleft()
        began, steps = self.samples[0]
        return (self.steps - steps) / (now - began) if now > began else 0.0

    def erase(self) -> None:
        """Take the line away."""
        if self.line is not None:
            self.line.erase()

    def end(self) -> int:
        """All is found: print what could not be printed before; the exit code."""
        self.erase()
        if not (self.jobs or self.failed_jobs):
            self.command.settings.warn(NOTHING_THERE)
        return self.print_rest(whole=True)

    def cut(self) -> int:
        """Not all is found, and there will be no more: print the lines that there are."""
        return self.print_rest(whole=False)

    def print_rest(self, *, whole: bool) -> int:
        """Print what was kept for the end; the exit code."""
        if self.aggregates is not None:
            for path, text in self.aggregates.lines(whole=whole):
                self.print(path, text)
            self.stored(self.aggregates.stored)
        for _, text in sorted(self.lines):
            self.host.write_stdout(f"{text}\n")
        self.host.flush()
        self.lines.clear()
        return 0


def clock(seconds: float) -> str:
    """A time as minutes and seconds."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds // 60:.0f} min {seconds % 60:02.0f} s"
