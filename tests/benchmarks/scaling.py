"""Whether cost grows as work does: each program at five sizes, the time of starting up taken away."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.contestants import Contestant, Failed
from tests.benchmarks.measuring import Limits, prepare
from tests.benchmarks.programs import PROGRAMS, Program

if TYPE_CHECKING:
    from pathlib import Path

TOLERANCE = 0.2
"""How far from 2 the growth for doubled work may be, as a part of 2."""
TOO_SHORT = 0.05
"""Seconds: what takes less than this beyond starting up cannot be told from it."""


class Growth(NamedTuple):
    """A program's CPU seconds at its sizes, without start-up, and the growth for each doubling of its work.

    *overall* is the mean growth from the first size to the last that could be measured.
    """

    name: str
    sizes: tuple[int, ...]
    seconds: list[float]
    factors: list[float | None]
    overall: float | None

    def outside(self) -> list[float]:
        """The factors that are further from 2 than is allowed."""
        return [f for f in self.factors if f is not None and abs(f - 2) > 2 * TOLERANCE]


def scale(program: Program, directory: Path, contestant: Contestant, limits: Limits) -> Growth:
    """The growth of a contestant. Raises Failed.

    All sizes are run once in each round, and growth is the median of the rounds' own: a machine may be slow for a
    while, which then slows neighbours alike. (The least of more runs for short programs than for long ones makes
    these look slow.)
    """
    sizes = program.scaled()
    words = [prepare(PROGRAMS[0], 1, directory), *(prepare(program, size, directory) for size in sizes)]
    for once in words:
        contestant.run(once, limits.process)  # fills caches
    rounds = [sweep(contestant, words, limits) for _ in range(limits.rounds)]
    start = min(seconds[0] for seconds in rounds)
    taken = [[value - start for value in seconds[1:]] for seconds in rounds]
    least = [min(values) for values in zip(*taken, strict=True)]
    work = [program.work(size) for size in sizes]
    measurable = [k for k, value in enumerate(least) if value >= TOO_SHORT]
    ends = (measurable[0], measurable[-1]) if measurable else (0, 0)
    grown = [
        median_factor(work, taken, (k, k + 1)) if k in measurable else None for k in range(len(sizes) - 1)
    ]
    overall = median_factor(work, taken, ends) if ends[0] < ends[1] else None
    return Growth(program.name, sizes, least, grown, overall)


def sweep(contestant: Contestant, words: list[list[str]], limits: Limits) -> list[float]:
    """CPU seconds of `1 + 1` and of each size."""
    return [contestant.run(once, limits.process).cpu for once in words]


def median_factor(work: list[float], taken: list[list[float]], ends: tuple[int, int]) -> float | None:
    """By how much time grows where work doubles, between two sizes: the median of the rounds."""
    first, last = ends
    found = [factor([work[first], work[last]], [seconds[first], seconds[last]]) for seconds in taken]
    known = [value for value in found if value is not None]
    return statistics.median(known) if known else None


def factor(work: list[float], seconds: list[float]) -> float | None:
    """By how much time grows where work doubles, from the first to the second; None where it is too short to say."""
    if not seconds[0] >= TOO_SHORT or not seconds[1] > 0:
        return None
    return 2.0 ** (math.log(seconds[1] / seconds[0]) / math.log(work[1] / work[0]))


def growth_line(program: Program, directory: Path, contestant: Contestant, limits: Limits) -> str:
    """Measure and tell in a line: sizes, seconds, factors, and a mark for those outside; or why it cannot be told."""
    try:
        return show(contestant.label, scale(program, directory, contestant, limits))
    except Failed as failure:
        return f"{program.name:10} {contestant.label:10} {failure}"


def show(label: str, growth: Growth) -> str:
    """The line of what was measured."""
    sizes = f"{growth.sizes[0]}…{growth.sizes[-1]}"
    seconds = " ".join(f"{value:7.3f}" for value in growth.seconds)
    grown = " ".join(f"{f'{value:.2f}' if value is not None else '-':>5}" for value in growth.factors)
    overall = f"{growth.overall:.2f}" if growth.overall is not None else "-"
    mark = "  outside 2 ± 20 %" if growth.outside() else ""
    return f"{growth.name:10} {label:10} {sizes:>16}  {seconds}   {grown}   {overall:>7}{mark}"
