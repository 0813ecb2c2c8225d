"""How much longer `nixlite why` takes than `nixlite eval` of the same: CPU seconds of whole processes, paired.

    python -m tests.explain.measure_why --tree ~/nixpkgs                     20 random packages, six attributes each
    python -m tests.explain.measure_why --tree ~/nixpkgs --most 2            exit code 1 where one takes longer
    python -m tests.explain.measure_why --file '<nixpkgs/nixos>' --arg 'configuration {…}' PATH…
    python -m tests.explain.measure_why --python ~/venv/bin/python …         where a wheel is installed

Both are run until their caches are warm, then in turns; the least time of each counts, and its peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from typing import NamedTuple

ATTRIBUTES = ("drvPath", "version", "src.url", "buildInputs", "meta.description", "name")


class Cost(NamedTuple):
    """What a process took: CPU *seconds* of user and system, and megabytes at its peak."""

    seconds: float
    megabytes: float


class Nixlite:
    """Runs commands, each in a process of its own, with a cache of their own."""

    def __init__(self, python: str, tree: str, cache: str) -> None:
        self.python = python
        self.environment = {
            **os.environ,
            "XDG_CACHE_HOME": cache,
            "NIX_PATH": f"nixpkgs={tree}" if tree else os.environ.get("NIX_PATH", ""),
        }

    def cost(self, words: list[str]) -> Cost | None:
        """What a command takes; None where it fails."""
        process = subprocess.Popen(
            [self.python, "-m", "nixlite", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            return None
        return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def names(self, file: str) -> list[str]:
        """The attributes of the value of a file."""
        text = f"builtins.attrNames (import {file} {{ }})"
        words = ["eval", "--impure", "--json", "--expr", text]
        done = subprocess.run(
            [self.python, "-m", "nixlite", *words],
            capture_output=True,
            text=True,
            env=self.environment,
            check=True,
        )
        return list(json.loads(done.stdout))


def pair(nixlite: Nixlite, file: str, path: str, more: list[str], rounds: int) -> tuple[Cost, Cost] | None:
    """The least cost of `eval` and of `why`; None for an attribute that has no value."""
    plain = ["eval", "--no-result-cache", "-f", file, path, *more]  # not what it kept of the last time
    commands = (plain, ["why", file, path, *more])
    if nixlite.cost(commands[0]) is None:
        return None
    found: list[list[Cost]] = [[], []]
    for turn in range(rounds + 2):  # first the caches are filled, and packed
        for at, command in enumerate(commands):
            cost = nixlite.cost(command)
            if cost is None:
                raise RuntimeError(f"nixlite {' '.join(command)} fails")
            if turn > 1:
                found[at].append(cost)
    least = [Cost(*map(min, zip(*costs, strict=True))) for costs in found]
    return least[0], least[1]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.explain.measure_why", description=__doc__.split("\n")[0]
    )
    parser.add_argument("paths", nargs="*", help="attribute paths (random ones)")
    parser.add_argument("--file", default="<nixpkgs>")
    parser.add_argument("--tree", default="", help="what <nixpkgs> is")
    parser.add_argument("--number", type=int, default=20, help="how many packages")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3, help="how often; the least time counts")
    parser.add_argument("--most", type=float, help="the ratio above which to fail")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has nixlite")
    parser.add_argument("--arg", nargs=2, action="append", default=[], metavar=("NAME", "EXPR"))
    options = parser.parse_args()
    more = [word for name, text in options.arg for word in ("--arg", name, text)]
    worst = 0.0
    with tempfile.TemporaryDirectory() as cache:
        nixlite = Nixlite(options.python, options.tree, cache)
        paths = iter(options.paths)
        if not options.paths:
            names = nixlite.names(options.file)
            random.Random(options.seed).shuffle(names)
            paths = (f"{name}.{attribute}" for name in names for attribute in ATTRIBUTES)
        wanted = len(options.paths) or options.number * len(ATTRIBUTES)
        for path in paths:
            if not wanted:
                break
            found = pair(nixlite, options.file, path, more, options.rounds)
            if found is None:
                continue
            wanted -= 1
            plain, asked = found
            ratio = asked.seconds / plain.seconds
            worst = max(worst, ratio)
            memory = f"{plain.megabytes:6.0f} MB {asked.megabytes:6.0f} MB"
            print(
                f"{ratio:5.2f}  {plain.seconds:7.3f} s {asked.seconds:7.3f} s  {memory}  {path}", flush=True
            )
    print(f"worst: {worst:.2f}")
    return 1 if options.most and worst > options.most else 0


if __name__ == "__main__":
    sys.exit(main())
