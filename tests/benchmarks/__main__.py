"""Measure nixlite, alone or against other evaluators: `python -m tests.benchmarks [NAME…]`.

    python -m tests.benchmarks --vs nix-instantiate                  the table
    python -m tests.benchmarks --vs nix-instantiate --record         … written down, and into the page beside it
    python -m tests.benchmarks --scale                               whether time grows as work does
    python -m tests.benchmarks --trees DIR…                          a nixpkgs, its lib, corepkgs, home-manager, disko
    python -m tests.benchmarks --vs nix-instantiate --also 'snix=PYTHON tests/benchmarks/snix.py'

These are measurements, not tests; but all evaluators must print the same, and the exit code is 1 if nixlite fails or
prints something else than the reference.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks import plot, report, scaling, trees
from tests.benchmarks.contestants import Contestant, contestants, scratch
from tests.benchmarks.measuring import UNSEEN, Limits, measure, measure_unseen, summary
from tests.benchmarks.programs import PROGRAMS, Program

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = Path(__file__).parent / "results.json"
TREE_RESULTS = Path(__file__).parent / "trees.json"
PLOT = Path(__file__).parent / "results.svg"


def main(words: list[str] | None = None) -> int:
    """Measure what the command line asks for. Returns the exit code."""
    options = command_line().parse_args(words)
    if options.trees:
        return measure_trees(options)
    programs = chosen(options.names)
    limits = Limits(options.rounds, options.budget, options.time_limit)
    states = ("cold", "warm")
    if options.only_warm or options.scale:
        states = ("warm",)
    elif options.only_cold:
        states = ("cold",)
    with scratch() as name:
        directory = Path(name)
        reference = options.nix or options.vs
        taking_part = contestants(directory, options.nixlite, reference, options.also, states)
        if options.scale:
            return show_scaling(programs, directory, taking_part, limits)
        unseen = not options.names or UNSEEN in options.names
        rows = show_rows(programs, directory, taking_part, limits, unseen)
    results = report.document(rows, taking_part, options.nixlite is not None)
    save(results, options)
    return int(any(label in row["failures"] for row in rows.values() for label in (*states, "reference")))


def command_line() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option(
        "names",
        nargs="*",
        metavar="NAME",
        help="programs, or .nix files of your own; all programs by default",
    )
    option("--vs", metavar="COMMAND", help="the reference: takes `--eval --strict FILE`, as nix-instantiate")
    option(
        "--trees",
        nargs="+",
        type=Path,
        metavar="DIR",
        help="measure what these trees have instead; with --record written into the page as well",
    )
    option(
        "--nix", metavar="COMMAND", help="the same as --vs; with --trees by default nix-instantiate on $PATH"
    )
    option("--also", metavar="NAME=COMMAND", action="append", default=[], help="a further evaluator like it")
    option("--nixlite", metavar="COMMAND", help="instead of this checkout as a wheel holds it")
    option("--rounds", type=int, default=7, help="runs of each evaluator (7)")
    option(
        "--budget",
        type=float,
        default=60,
        metavar="S",
        help="fewer rounds (but 3) beyond S seconds a program (60)",
    )
    option("--time-limit", type=float, default=120, metavar="S", help="end a process after S seconds (120)")
    state = parser.add_mutually_exclusive_group()
    state.add_argument("--only-cold", action="store_true", help="nixlite with an empty cache only")
    state.add_argument("--only-warm", action="store_true", help="nixlite with what it has kept only")
    state.add_argument("--scale", action="store_true", help="growth over sizes 1, 2, 4, 8, 16 times as large")
    option("--json", type=Path, metavar="FILE", help="write the results")
    option("--plot", type=Path, metavar="FILE", help="draw the ratios as SVG")
    option(
        "--record",
        action="store_true",
        help="write them where the table of nixlite/docs/reference/speed.md comes from, and that table",
    )
    return parser


def measure_trees(options: argparse.Namespace) -> int:
    """`--trees`: measure programs of real trees, and growth. Returns the exit code."""
    command = options.nix or options.vs or shutil.which("nix-instantiate")
    if command is None:
        sys.exit("error: there is no nix-instantiate on $PATH; say how Nix is started with --nix 'COMMAND'")
    missing = [each for each in options.trees if not each.is_dir()]
    if missing:
        sys.exit(f"error: '{missing[0]}' is no directory")
    limits = Limits(options.rounds, options.budget, options.time_limit)
    states = ("warm",) if options.only_warm else ("cold",) if options.only_cold else ("cold", "warm")
    left_out: list[str] = []
    with scratch() as name:
        directory = Path(name)
        taking_part = contestants(directory, options.nixlite, command, options.also, states)
        reference = next(each for each in taking_part if each.label == "reference")
        trees_ = [each.resolve() for each in options.trees]
        programs = list(trees.tree_programs(trees_, reference, directory, left_out.append, limits.process))
        print("\n".join(left_out), file=sys.stderr)
        rows = show_rows(programs, directory, taking_part, limits, unseen=False) if programs else {}
        growth = [scaling.growth_line(each, directory, who, limits)
                  for each in programs if each.scaled() for who in taking_part if not who.cold]  # fmt: skip
        print("\n".join(growth))
    results = report.document(rows, taking_part, options.nixlite is not None)
    results |= {"left out": left_out, "growth": growth}
    print(report.trees_markdown(results))
    save(results, options)
    return int(not rows or any(row["failures"] for row in rows.values()))


def chosen(names: list[str]) -> list[Program]:
    """The programs that are named, or all; a path stands for a program of the user's own."""
    known = {program.name: program for program in PROGRAMS}
    if not names:
        return list(PROGRAMS)
    programs = []
    for name in names:
        if name in known:
            programs.append(known[name])
        elif name.endswith(".nix"):
            path = Path(name).resolve()
            programs.append(
                Program(path.stem, 1, 1, "", None, "", make=lambda _, __, path=path: f"import {path}\n")
            )
        elif name != UNSEEN:
            sys.exit(f"error: there is no program '{name}'; there are {' '.join(known)} {UNSEEN}")
    return programs


def show_rows(
    programs: list[Program], directory: Path, taking_part: list[Contestant], limits: Limits, unseen: bool
) -> dict[str, dict[str, Any]]:
    """Measure and print a line a program; returns what goes into the JSON file."""
    labels = [contestant.label for contestant in taking_part]
    print(report.heading(labels), flush=True)
    rows = {}
    for measured in measurements(programs, directory, taking_part, limits, unseen):
        rows[measured.name] = summary(measured)
        report.progress("")
        print(report.line(measured.name, rows[measured.name], labels), flush=True)
    print(report.means_text(rows))
    return rows


def measurements(
    programs: list[Program], directory: Path, taking_part: list[Contestant], limits: Limits, unseen: bool
) -> Iterator[Any]:
    """The unseen expression, then the programs."""
    if unseen and any(not contestant.cold for contestant in taking_part):
        yield measure_unseen(taking_part, limits)
    for program in programs:
        report.progress(f"{program.name} …")
        yield measure(program, program.size, directory, taking_part, limits)


def show_scaling(
    programs: list[Program], directory: Path, taking_part: list[Contestant], limits: Limits
) -> int:
    """Print the growth of all that have sizes."""
    print("CPU seconds beyond start-up at five sizes, the growth for twice the work, and its mean")
    for program in programs:
        for contestant in taking_part if program.scaled() else ():
            report.progress(f"{program.name} …")
            line = scaling.growth_line(program, directory, contestant, limits)
            report.progress("")
            print(line, flush=True)
    return 0


def save(results: dict[str, Any], options: argparse.Namespace) -> None:
    """Write the files that were asked for."""
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    recorded = TREE_RESULTS if options.trees else RESULTS
    for file in [options.json, recorded if options.record else None]:
        if file:
            file.write_text(text, "utf-8")
    for file in [options.plot, PLOT if options.record and not options.trees else None]:
        if file:
            file.write_text(plot.svg(results), "utf-8")
    if options.record:
        from tests import readme

        readme.write(["trees" if options.trees else "performance"])


if __name__ == "__main__":
    sys.exit(main())
