"""How long Ctrl-C takes, and whether it is ever answered with a traceback.

    python -m tests.interrupts --early 500
    python -m tests.interrupts --bombs 3
    python -m tests.interrupts --bombs 1 --only readFile

Each bomb is interrupted at a random moment, so many times; the longest wait is shown. With `--seconds` the
deadline `--max-seconds` of nixlite ends it instead.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.interrupts.bombs import BOMBS, Bomb, make_files
from tests.interrupts.early import early
from tests.support import ROOT

BEGUN = "trace: begun\n"
LATEST = 2.0
"""Seconds after which it is interrupted at the latest."""


def run(bomb: Bomb, folder: Path, delay: float, flags: list[str]) -> tuple[float, int, str]:
    """How long it took to the end once it was interrupted after *delay* seconds; exit code, standard error."""
    program = f'builtins.trace "begun" ({bomb.program.replace("@", str(folder))})'
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "NO_COLOR": "1"}
    environment.pop("XDG_CACHE_HOME", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "nixlite", "eval", "--impure", *flags, "--expr", program],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    begun = time.perf_counter()
    if flags:
        begun += delay
    else:
        time.sleep(delay)
        begun = time.perf_counter()
        process.send_signal(signal.SIGINT)
    try:
        _, err = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        _, err = process.communicate()
    took = time.perf_counter() - begun
    return took, process.returncode, err if line == BEGUN else line + err


def bombs(times: int, only: str, *, deadline: bool) -> None:
    """Interrupt each bomb so many *times*; print the longest wait of each."""
    moments = random.Random(0)
    with tempfile.TemporaryDirectory() as name:
        make_files(Path(name))
        longest = []
        for bomb in [bomb for bomb in BOMBS if only in bomb.name]:
            waits, codes, last = [], set(), ""
            for _ in range(times):
                delay = moments.uniform(0.05, LATEST)
                flags = ["--max-seconds", str(delay)] if deadline else []
                took, code, err = run(bomb, Path(name), delay, flags)
                waits.append(took)
                codes.add(code)
                last = err.strip().rpartition("\n")[2] if "Traceback" not in err else err[-800:]
            longest.append(max(waits))
            print(f"{max(waits):7.3f} s  {bomb.name:40} {sorted(codes)} {last[:80]}", flush=True)
    fast = sum(wait <= 0.1 for wait in longest)
    print(f"{fast} of {len(longest)} within 0.1 s, {sum(w <= 0.5 for w in longest)} within 0.5 s")


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.interrupts")
    parser.add_argument("--early", type=int, default=0)
    parser.add_argument("--bombs", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", action="store_true")
    given = parser.parse_args()
    if given.early:
        with tempfile.TemporaryDirectory() as home:
            pythons: list[float] = []
            wrong = early(Path(home), given.early, pythons=pythons)
        for delay, code, err in wrong:
            print(f"{delay:.3f} s: {code}\n{err}")
        print(f"{len(wrong)} of {given.early} were not answered as they should")
        print(
            f"{len(pythons)} came while Python itself was starting, after {', '.join(f'{at:.3f}' for at in pythons)} s"
        )
    if given.bombs:
        bombs(given.bombs, given.only, deadline=given.seconds)


if __name__ == "__main__":
    main()
