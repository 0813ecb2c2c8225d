"""The line on a terminal that tells how far it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from nixlite.host.memory import MemoryHost
from nixlite.host.settings import Settings
from nixlite.jobs.asking import Asking
from nixlite.jobs.printing import Printer, clock


def test_rate_is_that_of_late() -> None:
    printer = Printer(Asking(Settings(), MemoryHost({})))
    printer.steps = 100  # of which nothing was known before
    assert printer.rate(0.0) == 0
    printer.steps = 150
    assert printer.rate(10.0) == 5
    for second in range(11, 60):
        printer.steps += 1
        found = printer.rate(float(second))
    assert 0.9 < found < 1.1


def test_line() -> None:
    printer = Printer(Asking(Settings(), MemoryHost({})))
    left: Any = SimpleNamespace(
        work=SimpleNamespace(left=lambda: 40), all=lambda: [SimpleNamespace(told=[1, 2])], lost=1
    )
    printer.rate(-10.0)
    printer.steps, printer.jobs, printer.failed_jobs, printer.at = 20, 7, 2, ("a", "b.c")
    text = printer.picture(left)
    assert text.startswith("20 of 62 attributes, 7 jobs, 2 failed, ")
    assert text.endswith('left, 1 process lost  a."b.c"')


def test_times() -> None:
    assert [clock(seconds) for seconds in (3.2, 99, 100, 3599)] == [
        "3 s",
        "99 s",
        "1 min 40 s",
        "59 min 59 s",
    ]
