"""The runner: what it measures, how it adds up, what it prints, writes and draws. Commands here are small ones."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.benchmarks import plot, report, scaling
from tests.benchmarks.__main__ import RESULTS, main
from tests.benchmarks.contestants import Contestant, Failed, Run, last_line, run_metered
from tests.benchmarks.measuring import (
    Limits,
    Measured,
    geometric_mean,
    geometric_means,
    in_rounds,
    ratios,
    summary,
)
from tests.benchmarks.programs import PROGRAMS
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PRINTS_2 = (sys.executable, "-I", "-S", "-c", "print(2)")
PRINTS_3 = (sys.executable, "-I", "-S", "-c", "print(3)")
FAILS = (sys.executable, "-I", "-S", "-c", "import sys; sys.exit('error: no such thing')")
FEW = Limits(rounds=2, budget=60, process=20)

ROWS = {
    "unseen": summary(
        Measured("unseen", 1, {"warm": [Run(9, 9, 9, "")], "reference": [Run(1, 1, 1, "")]}, {})
    ),
    "start": summary(
        Measured(
            "start",
            1,
            {
                "cold": [Run(4.0, 2.0, 30, "2"), Run(6.0, 2.0, 30, "2"), Run(8.0, 2.0, 30, "2")],
                "warm": [Run(2.0, 1.0, 20, "2"), Run(2.0, 1.0, 20, "2"), Run(8.0, 1.0, 20, "2")],
                "reference": [Run(1.0, 1.0, 10, "2"), Run(2.0, 1.0, 10, "2"), Run(1.0, 1.0, 10, "2")],
                "snix": [Run(4.0, 2.0, 10, "2"), Run(4.0, 2.0, 10, "2"), Run(4.0, 2.0, 10, "2")],
            },
            {},
        )
    ),
    "fib": summary(
        Measured(
            "fib",
            27,
            {"cold": [Run(2, 8, 5, "x")], "warm": [Run(1, 4, 5, "x")], "reference": [Run(1, 1, 10, "x")]},
            {"snix": "error: stack"},
        )
    ),
}
RESULT = {
    "date": "2024-01-01",
    "machine": {"python": "3.11.7", "system": "Linux x86_64", "processors": 2},
    "reference": "nix-instantiate (Nix) 2.34.8",
    "programs": ROWS,
    "geometric means": geometric_means(ROWS),
}


def test_medians_of_paired_ratios() -> None:
    """The ratio is taken round by round: 2/1, 2/2 and 8/1 have the median 2, whatever the medians' ratio."""
    assert ROWS["start"]["ratios"]["warm"] == {"wall": 2.0, "cpu": 1.0, "peak": 2.0}
    assert ROWS["start"]["medians"]["warm"] == {"wall": 2.0, "cpu": 1.0, "peak": 20}
    assert ROWS["start"]["versus"] == {"snix": {"wall": 0.5, "cpu": 0.5, "peak": 2.0}}
    assert ratios([Run(1, 1, 1, "")], [Run(0, 0, 0, "")])["wall"] == 10000  # no division by nothing


def test_geometric_means() -> None:
    """Over what there is; the unseen expression has its own limit and is left out."""
    means = geometric_means(ROWS)
    assert means["ratios"]["warm"] == {"wall": 1.414, "cpu": 2.0, "peak": 1.0}
    assert means["versus"]["snix"]["cpu"] == 0.5
    assert geometric_mean([2, 8]) == pytest.approx(4)
    rows = {str(n): {"ratios": {"warm": {"cpu": float(n)}}} for n in (1, 4, 9, 1000)}
    assert geometric_means(rows, middle=True)["ratios"]["warm"]["cpu"] == 6


def test_a_process_is_measured() -> None:
    """All of its time and memory, and none of the runner's."""
    program = "import os, time\nx = bytearray(64 << 20)\nwhile time.process_time() < 0.2: pass\nprint('done')"
    run = run_metered([sys.executable, "-I", "-S", "-c", program], {}, 20)
    assert run.output == "done"
    assert 0.2 <= run.cpu < run.wall + 0.2
    assert 64 < run.peak < 100
    assert run_metered([*PRINTS_2], {}, 20).peak < 20


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (FAILS, "error: no such thing"),
        ((sys.executable, "-c", "import time; time.sleep(20)"), "took more than 0.3 s"),
        (("/no/such/command",), "FileNotFoundError"),
    ],
    ids=["fails", "takes too long", "is not there"],
)
def test_failures_are_told(command: tuple[str, ...], why: str) -> None:
    with pytest.raises(Failed, match=why):
        run_metered([*command], {}, 0.3 if "sleep" in command[-1] else 20)


def test_last_line() -> None:
    assert last_line("error: first\n\n  at x:1:1:\n    1| x\n") == "error: first"
    assert last_line("Traceback\nValueError: x\n") == "ValueError: x"
    assert last_line("") == ""


def test_answers_are_compared() -> None:
    """Who prints something else than the reference takes no part; the others go on."""
    contestants = [
        Contestant("warm", PRINTS_3),
        Contestant("reference", PRINTS_2),
        Contestant("other", PRINTS_2),
        Contestant("third", FAILS),
    ]
    measured = in_rounds("x", 1, contestants, FEW, lambda number: [])
    assert measured.failures == {"warm": "printed 3 instead of 2", "third": "error: no such thing"}
    assert measured.runs.keys() == {"reference", "other"}


def test_quick_programs_get_more_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    contestants = [Contestant("warm", PRINTS_2)]
    assert len(in_rounds("x", 1, contestants, FEW, lambda number: []).runs["warm"]) == 16
    monkeypatch.setattr("tests.benchmarks.measuring.QUICK", 0)
    assert len(in_rounds("x", 1, contestants, FEW, lambda number: []).runs["warm"]) == 2


def test_rounds_end_with_the_budget() -> None:
    limits = Limits(rounds=50, budget=0, process=20)
    assert len(in_rounds("x", 1, [Contestant("warm", PRINTS_2)], limits, lambda number: []).runs["warm"]) == 3


def test_factors() -> None:
    """Growth for twice the work, also where the work does not double; too little time says nothing."""
    assert scaling.factor([2, 4], [2, 5]) == pytest.approx(2.5)
    assert scaling.factor([1, 4], [1, 16]) == pytest.approx(4)
    assert scaling.factor([1, 2], [0.01, 0.05]) is None
    slow_for_a_while = [[1, 2, 4], [2, 4, 8], [1, 2, 8]]
    assert scaling.median_factor([1, 2, 4], slow_for_a_while, (1, 2)) == pytest.approx(2)
    growth = scaling.Growth("x", (1, 2, 4), [1, 2, 5], [2.0, 2.5, None], 2.24)
    assert growth.outside() == [2.5]
    assert "outside" in scaling.show("warm", growth)


def test_scaling(tmp_path: Path) -> None:
    """What takes no time has no growth; what fails says why."""
    program = next(program for program in PROGRAMS if program.name == "fib")
    limits = Limits(rounds=1, budget=60, process=20)
    line = scaling.growth_line(program, tmp_path, Contestant("warm", PRINTS_2), limits)
    assert line.split()[:3] == ["fib", "warm", "23…31"]
    assert line.split()[-5:] == ["-"] * 5
    assert "no such thing" in scaling.growth_line(program, tmp_path, Contestant("warm", FAILS), limits)


def test_table() -> None:
    labels = ["cold", "warm", "reference", "snix"]
    heading, start, fib = (
        report.heading(labels),
        report.line("start", ROWS["start"], labels),
        report.line("fib", ROWS["fib"], labels),
    )
    assert len(heading) == len(start) == len(fib.split("\n")[0])
    assert "snix: error: stack" in fib
    assert "warm to the reference: wall 1.41 (1.41), cpu 2.00 (2.00), peak 1.00 (1.00)" in report.means_text(
        ROWS
    )


def test_readme_table() -> None:
    text = report.markdown(RESULT)
    assert "| start: `1 + 1` | 1000 | 2.00 | 4.00 | 1.00 | 2.00 | 2.00 | 0.50 |" in text
    assert "| **geometric mean** |  | 1.41 | 2.83 | 2.00 | 4.00 | 1.00 | 0.50 |" in text


@pytest.mark.parametrize("figure", ["wall", "cpu", "peak"])
def test_plot(figure: str) -> None:
    """It is XML, with a bar for each ratio and all names."""
    text = plot.svg(RESULT, figure)
    tree = ET.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    names = {element.text for element in tree.iter(f"{space}text")}
    assert {"start", "fib", "unseen", "mean", "warm", "cold", "snix"} <= names
    bars = len(list(tree.iter(f"{space}rect"))) - 1 - 3  # less the background and the legend
    assert bars == sum(len(row["ratios"]) for row in ROWS.values()) + len(RESULT["geometric means"]["ratios"])


def test_whole_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With this very nixlite as a stand-in for everyone."""
    ours = f"env PYTHONPATH={ROOT} {sys.executable} -m nixlite"
    words = ["start", "--rounds", "1", "--nixlite", ours, "--vs", f"{ours} instantiate"]
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "r.svg")]
    assert main([*words, *files]) == 0
    assert "geometric mean, warm to the reference" in capsys.readouterr().out
    result = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert set(result["programs"]["start"]["ratios"]) == {"cold", "warm"}
    assert str(tmp_path) not in json.dumps(result)
    assert (tmp_path / "r.svg").read_text("utf-8").startswith("<svg")


def test_recorded_results_are_of_these_programs() -> None:
    """When this fails: python -m tests.benchmarks --vs nix-instantiate --record."""
    recorded = json.loads(RESULTS.read_text("utf-8"))
    assert set(recorded["programs"]) <= {"unseen", *(program.name for program in PROGRAMS)}
    assert set(recorded) >= {"date", "machine", "nixlite", "reference", "geometric means"}
