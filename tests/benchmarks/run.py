"""Time nixlite, alone or against another evaluator: `python -m tests.benchmarks.run [NAME…]`.

    python -m tests.benchmarks.run --vs 'nix-instantiate --eval --strict' --rounds 15

Whole processes are timed, from start to exit, the two evaluators in turn so that a busy machine slows both; the medians
and the median of the rounds' ratios are printed. These are measurements, not tests: nothing here can fail
but a wrong answer. `cold` removes the compiled files before every run, `warm` lets nixlite keep them.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent


class Program(NamedTuple):
    """A Nix program and what it prints."""

    name: str
    text: str
    printed: str


PROGRAMS = [
    Program("start", "1 + 1", "2"),
    Program("fib", "let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 27", "196418"),
    Program(
        "tak",
        "let tak = x: y: z: if !(y < x) then z "
        "else tak (tak (x - 1) y z) (tak (y - 1) z x) (tak (z - 1) x y); in tak 16 10 4",
        "5",
    ),
    Program(
        "sieve",
        "let sieve = xs: if xs == [ ] then [ ] else let p = builtins.head xs; in [ p ] ++ sieve "
        "(builtins.filter (n: n / p * p != n) xs); in builtins.length (sieve (builtins.genList (i: i + 2) 3000))",
        "431",
    ),
    Program(
        "sets",
        "builtins.foldl' (s: i: s // { ${toString (i / 7)} = (s.${toString (i / 7)} or 0) + 1; }) { } "
        "(builtins.genList (i: i) 2000) == builtins.mapAttrs (_: builtins.length) "
        "(builtins.groupBy (i: toString (i / 7)) (builtins.genList (i: i) 2000))",
        "true",
    ),
    Program(
        "text",
        'builtins.stringLength (builtins.concatStringsSep "," (map (i: '
        'builtins.replaceStrings [ "1" "22" ] [ "one" "" ] "${toString i}-${toString (i * i)}") '
        "(builtins.genList (i: i) 20000)))",
        "367181",
    ),
    Program(
        "fixpoint",
        "let extends = o: f: final: let prev = f final; in prev // o final prev; fix = f: let x = f x; in x; "
        'layer = i: final: prev: { a = prev.a + i; "b${toString i}" = final.a; }; '
        "in (fix (builtins.foldl' (f: i: extends (layer i) f) (final: { a = 0; }) (builtins.genList (i: i) 400))).b399",
        "79800",
    ),
]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs to run; all by default")
    parser.add_argument("--vs", help="the reference: a command that takes a file's name as its last argument")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--cold", action="store_true", help="compile anew in every run")
    options = parser.parse_args()
    chosen = [program for program in PROGRAMS if not options.names or program.name in options.names]
    print(
        f"{'program':10} {'nixlite ms':>11}" + (f" {'reference ms':>13} {'ratio':>6}" if options.vs else "")
    )
    for program in chosen:
        with tempfile.TemporaryDirectory(prefix="nixlite-bench-") as directory:
            print(
                measure(program, Path(directory), options.vs, options.rounds, cold=options.cold), flush=True
            )
    return 0


def measure(program: Program, directory: Path, reference: str | None, rounds: int, *, cold: bool) -> str:
    """One row of the table."""
    file = directory / "program.nix"
    file.write_text(program.text + "\n", "utf-8")
    cache = directory / "cache"
    ours = ["env", f"PYTHONPATH={ROOT}", f"XDG_CACHE_HOME={cache}", sys.executable, "-m", "nixlite"]
    commands = [
        [*ours, "instantiate", "--eval", "--strict"],
        *([shlex.split(reference)] if reference else []),
    ]
    for command in commands:
        seconds(command, file, program.printed)  # the first run fills caches, of the disk too
    times = []
    for _ in range(rounds):
        if cold:
            shutil.rmtree(cache, ignore_errors=True)
        times.append([seconds(command, file, program.printed) for command in commands])
    row = f"{program.name:10} {median_ms(times, 0):11.1f}"
    if reference:
        ratio = statistics.median(mine / other for mine, other in times)
        row += f" {median_ms(times, 1):13.1f} {ratio:6.2f}"
    return row


def seconds(command: list[str], file: Path, printed: str) -> float:
    """How long one process takes. Ends the program when the answer is wrong."""
    start = time.perf_counter()
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    taken = time.perf_counter() - start
    if done.stdout.strip() != printed:
        sys.exit(f"{shlex.join(command)}: {done.stdout[:200]}{done.stderr[-2000:]}")
    return taken


def median_ms(times: list[list[float]], column: int) -> float:
    return 1000 * statistics.median(row[column] for row in times)


if __name__ == "__main__":
    sys.exit(main())
