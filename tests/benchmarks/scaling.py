"""Whether cost grows as work does: each program at five sizes, the time of starting up taken away."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.measuring import Limits, Measured, measure
from tests.benchmarks.programs import PROGRAMS, Program

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.contestants import Contestant

TOLERANCE = 0.2
"""How far from 2 the growth for doubled work may be, as a part of 2."""
TOO_SHORT = 0.05
"""Seconds: what takes less than this beyond starting up cannot be told from it."""


class Growth(NamedTuple):
    """A program's CPU seconds at its sizes, without start-up, and the growth for each doubling of its work."""

    name: str
    sizes: tuple[int, ...]
    seconds: list[float]
    factors: list[float | None]

    def outside(self) -> list[float]:
        """The factors that are further from 2 than is allowed."""
        return [f for f in self.factors if f is not None and abs(f - 2) > 2 * TOLERANCE]


def scale(
    program: Program, directory: Path, contestants: list[Contestant], limits: Limits, starts: dict[str, float]
) -> dict[str, Growth]:
    """The growth of each contestant; *starts* is how long each takes to start. The least of the rounds counts."""
    seconds: dict[str, list[float]] = {contestant.label: [] for contestant in contestants}
    for size in program.scaled():
        measured = measure(program, size, directory, contestants, limits)
        for label, own in seconds.items():
            own.append(least(measured, label) - starts[label])
    work = [program.work(size) for size in program.scaled()]
    return {
        label: Growth(program.name, program.scaled(), own, factors(work, own))
        for label, own in seconds.items()
    }


def starting(directory: Path, contestants: list[Contestant], limits: Limits) -> dict[str, float]:
    """CPU seconds that each contestant takes for `1 + 1`."""
    measured = measure(PROGRAMS[0], 1, directory, contestants, limits)
    return {contestant.label: least(measured, contestant.label) for contestant in contestants}


def least(measured: Measured, label: str) -> float:
    """The CPU seconds of the cheapest run: what disturbs a run only ever adds. NaN without any."""
    return min((run.cpu for run in measured.runs.get(label, ())), default=math.nan)


def factors(work: list[float], seconds: list[float]) -> list[float | None]:
    """By how much time grows where work doubles, between neighbouring sizes; None where it is too short to say."""
    found: list[float | None] = []
    for k in range(len(work) - 1):
        before, after = seconds[k], seconds[k + 1]
        if not before >= TOO_SHORT or not after > 0:
            found.append(None)
        else:
            found.append(2 ** (math.log(after / before) / math.log(work[k + 1] / work[k])))
    return found


def growth_line(label: str, growth: Growth) -> str:
    """A line of the table: sizes, seconds, factors, and a mark for those outside."""
    sizes = f"{growth.sizes[0]}…{growth.sizes[-1]}"
    seconds = " ".join(f"{value:7.3f}" for value in growth.seconds)
    grown = " ".join(f"{value:5.2f}" if value is not None else f"{'-':>5}" for value in growth.factors)
    mark = "  outside 2 ± 20 %" if growth.outside() else ""
    return f"{growth.name:10} {label:10} {sizes:>16}  {seconds}   {grown}{mark}"
