"""Running programs in rounds, all evaluators in turn, and what comes of it.

Whole processes are measured, from start to exit, in turn, so that a busy machine slows all alike; what is compared are
the ratios within a round, of which the median is taken.
"""

from __future__ import annotations

import math
import statistics
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.benchmarks.contestants import Contestant, Failed, Run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.benchmarks.programs import Program

FIGURES = ("wall", "cpu", "peak")
UNSEEN = "unseen"
"""The row for expressions that nobody has evaluated before, given as `-E`."""
FEWEST_ROUNDS = 3
QUICK, MORE_ROUNDS = 8, 8
"""Programs that take less than so many seconds for all rounds get more of them, at most so many times as many: what
disturbs a process weighs more in a short one."""


class Limits(NamedTuple):
    """How long to measure: *rounds* a program, more when it is quick (see `QUICK`), fewer (but three) when they take
    more than *budget* seconds; no process longer than *process* seconds."""

    rounds: int
    budget: float
    process: float


class Measured(NamedTuple):
    """The runs of each contestant, one a round, and why others have none."""

    name: str
    size: int
    runs: dict[str, list[Run]]
    failures: dict[str, str]


def measure(
    program: Program, size: int, directory: Path, contestants: list[Contestant], limits: Limits
) -> Measured:
    """A program at a size. The first answer is the right one if the reference agrees: others must print the same."""
    words = prepare(program, size, directory)
    return in_rounds(program.name, size, contestants, limits, lambda number: words)


def prepare(program: Program, size: int, directory: Path) -> list[str]:
    """Write a program at a size into a folder of *directory*; returns the words of the command line that mean it."""
    folder = directory / f"{program.name.replace(': ', '-').replace(' ', '-')}-{size}"
    folder.mkdir(exist_ok=True)
    file = folder / "program.nix"
    file.write_text(program.text(folder, size), "utf-8")
    return [*program.arguments, str(file)]


def measure_unseen(contestants: list[Contestant], limits: Limits) -> Measured:
    """An expression that is another one in each round; only nixlite's `warm` (there is nothing to be warm) and others."""
    taking_part = [contestant for contestant in contestants if not contestant.cold]
    seed = time.time_ns() % 10**9
    return in_rounds(UNSEEN, 1, taking_part, limits, lambda number: ["-E", f"{seed} + {number}"])


def in_rounds(name: str, size: int, contestants: list[Contestant], limits: Limits, words: Any) -> Measured:
    """Run each contestant once to see that it can and that all agree, then in rounds; `words(n)` is for round n."""
    measured = Measured(name, size, {}, {})
    able = []
    answer = reference_answer(contestants, words(0), limits, measured)
    for contestant in contestants:
        try:
            output = contestant.run(words(0), limits.process).output
            if answer is not None and output != answer:
                raise Failed(f"printed {output[:100]} instead of {answer[:100]}")
            able.append(contestant)
        except Failed as failure:
            measured.failures[contestant.label] = str(failure)
    measured.runs.update({contestant.label: [] for contestant in able})
    began = time.monotonic()
    for number in range(1, MORE_ROUNDS * limits.rounds + 1):
        spent = time.monotonic() - began
        if number > FEWEST_ROUNDS and spent > limits.budget * (number - 1) / number:
            break
        if number > limits.rounds and spent > QUICK:
            break
        for contestant in list(able):
            try:
                measured.runs[contestant.label].append(contestant.run(words(number), limits.process))
            except Failed as failure:  # it was near its limit the first time
                able.remove(contestant)
                del measured.runs[contestant.label]
                measured.failures[contestant.label] = str(failure)
    return measured


def reference_answer(
    contestants: list[Contestant], words: list[str], limits: Limits, measured: Measured
) -> str | None:
    """What the reference prints, or, without one, whoever comes first; None when that fails."""
    first = next((c for c in contestants if c.label == "reference"), contestants[0])
    try:
        return first.run(words, limits.process).output
    except Failed:
        return None


def summary(measured: Measured) -> dict[str, Any]:
    """What the JSON file says of a program: medians of each contestant, medians of the ratios of pairs.

    `ratios` are to the reference (below 1: faster, smaller), `versus` are nixlite's warm figures to another's.
    """
    runs = measured.runs
    row: dict[str, Any] = {"size": measured.size, "rounds": max(map(len, runs.values()), default=0)}
    row["medians"] = {label: medians(own) for label, own in runs.items()}
    if "reference" in runs:
        row["ratios"] = {
            label: ratios(own, runs["reference"]) for label, own in runs.items() if label != "reference"
        }
    row["versus"] = {
        label: ratios(runs["warm"], own)
        for label, own in runs.items()
        if "warm" in runs and label not in ("warm", "cold", "reference")
    }
    row["failures"] = measured.failures
    return row


def medians(runs: list[Run]) -> dict[str, float]:
    """The median of each figure: seconds, seconds, MiB."""
    return {figure: round(statistics.median(getattr(run, figure) for run in runs), 4) for figure in FIGURES}


def ratios(runs: list[Run], others: list[Run]) -> dict[str, float]:
    """The median over the rounds of the ratio of each figure."""
    pairs = list(zip(runs, others, strict=True))
    return {
        figure: round(
            statistics.median(getattr(a, figure) / max(getattr(b, figure), 1e-4) for a, b in pairs), 3
        )
        for figure in FIGURES
    }


def geometric_means(
    rows: dict[str, dict[str, Any]], *, middle: bool = False
) -> dict[str, dict[str, dict[str, float]]]:
    """`{"ratios": {label: {figure: mean}}, "versus": …}` over all programs but the unseen expression.

    *middle* leaves out the least and the greatest value, of which a single one can move the mean of all.
    """
    means: dict[str, dict[str, dict[str, float]]] = {}
    for kind in ("ratios", "versus"):
        found: dict[tuple[str, str], list[float]] = {}
        for name, row in rows.items():
            for label, figures in row.get(kind, {}).items() if name != UNSEEN else ():
                for figure, value in figures.items():
                    found.setdefault((label, figure), []).append(value)
        means[kind] = {}
        for (label, figure), values in found.items():
            chosen = sorted(values)[1:-1] if middle and len(values) > 2 else values
            means[kind].setdefault(label, {})[figure] = round(geometric_mean(chosen), 3)
    return means


def geometric_mean(values: Iterable[float]) -> float:
    """The mean of factors."""
    return math.exp(statistics.fmean(math.log(max(value, 1e-9)) for value in values))
