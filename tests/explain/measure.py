"""How much longer an evaluation takes that is recorded: CPU seconds of both, paired, each in a process of its own.

    python -m tests.explain.measure                              all drvPaths of the bundled package set
    python -m tests.explain.measure --expr E --rounds 3          another expression, evaluated to its depth
    python -m tests.explain.measure --most 10                    exit code 1 above ten times

Warm means that the code of all sources is in the cache, cold that there is none. Recording without steps is
what `why`, `stale` and `layers` do; with steps, what `trace` does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from typing import Any

from tests.stdlib.recorded import HERE

KINDS = ("normal", "recorded", "steps")


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.explain.measure", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--expr", default=bundled(), help="what to evaluate")
    parser.add_argument("--rounds", type=int, default=5, help="how often; the least time counts")
    parser.add_argument("--most", type=float, help="the ratio above which to fail, warm")
    parser.add_argument("--one", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--cache", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(options.one, options.expr, options.cache)))
        return 0
    warm = least(options.expr, options.rounds, cached=True)
    cold = least(options.expr, options.rounds, cached=False)
    for name, seconds in (("warm", warm), ("cold", cold)):
        cells = [
            f"{kind} {seconds[kind]:6.3f} s ({seconds[kind] / seconds['normal']:4.1f})" for kind in KINDS
        ]
        print(f"{name}: {'   '.join(cells)}")
    return 1 if options.most and warm["recorded"] > options.most * warm["normal"] else 0


def bundled() -> str:
    """The expression for the .drv paths of the bundled package set."""
    return f'import {HERE}/drvpaths.nix {{ system = "x86_64-linux"; }}'


def least(expression: str, rounds: int, *, cached: bool) -> dict[str, float]:
    """The least CPU seconds of each kind; the kinds take turns, so that a busy moment hits all."""
    found = dict.fromkeys(KINDS, float("inf"))
    lengths: set[int] = set()
    with tempfile.TemporaryDirectory() as directory:
        for turn in range(rounds + cached):
            for kind in KINDS:
                words = ["--one", kind, "--expr", expression, *(["--cache", directory] if cached else [])]
                done = subprocess.run(
                    [sys.executable, "-m", "tests.explain.measure", *words],
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                )
                seconds, length = json.loads(done.stdout)
                lengths.add(length)
                if turn or not cached:  # the first turn fills the cache
                    found[kind] = min(found[kind], seconds)
    assert len(lengths) == 1, "not the same value"
    return found


def measured(kind: str, expression: str, directory: str | None) -> tuple[float, int]:
    """The CPU seconds of one evaluation in this process, imports not counted, and the length of the value."""
    from nixlite.cache.files import Cache
    from nixlite.evaluator import Evaluator
    from nixlite.explain.brief import brief
    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.recording.recorder import Recorder
    from nixlite.host.real import RealHost
    from nixlite.host.settings import Settings
    from nixlite.runtime.collecting import POLICY
    from nixlite.source import Source

    POLICY.begin()
    cache = Cache(directory) if directory else None
    recorder = Recorder(steps=kind == "steps", describe=brief)
    recording = InstrumentedEvaluator(Settings(), RealHost(), recorder, cache=cache)  # loads all builtins
    evaluator = Evaluator(Settings(), RealHost(), cache) if kind == "normal" else recording
    source = Source("«string»", f"builtins.toJSON ({expression})", base="/")
    start = time.process_time()
    value: Any = evaluator.evaluate_source(source)
    seconds = time.process_time() - start
    evaluator.close()  # what was compiled late is kept for the next process
    return seconds, len(value.text)


if __name__ == "__main__":
    sys.exit(main())
