"""Ctrl-C in the first moments of a process: it ends, and prints no traceback."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 20000000)"
"""It takes longer than the interrupt is waited for; a number is added, or else the answer may be known."""

LATEST = 0.3
"""Seconds after which it comes at the latest."""

SCRIPT = str(ROOT / "nixlite/packaging/script.py")


def interrupted_early(home: Path, delay: float) -> tuple[int, str]:
    """Exit code and standard error of nixlite's script that is interrupted after *delay* seconds."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(home), "NIX_PATH": "", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [sys.executable, SCRIPT, "eval", "--expr", f"{PROGRAM} + {time.time_ns()}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    try:
        _, err = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return 0, "not interrupted"
    return process.returncode, err


def is_pythons(err: str) -> bool:
    """Whether Python was still starting, which it cannot do undisturbed: no line of nixlite's had run (line 0
    is where the script begins, before its first one)."""
    frames = [
        line for line in err.splitlines() if line.lstrip().startswith('File "') and ", line 0," not in line
    ]
    return "KeyboardInterrupt" in err and not any("/nixlite/" in frame for frame in frames)


def early(
    home: Path, times: int, seed: int = 0, pythons: list[float] | None = None
) -> list[tuple[float, int, str]]:
    """What went wrong when it was interrupted so many *times*: delay, exit code, standard error.

    *pythons* gets the delays of those that Python answered with a traceback before a line of nixlite's was run:
    it reacts to Ctrl-C from before it loads `site`, and nothing of a script's can be earlier than that.
    """
    moments = random.Random(seed)
    wrong = []
    for _ in range(times):
        delay = moments.random() * LATEST
        code, err = interrupted_early(home, delay)
        fine = err in ("", "error: interrupted by the user\n") and code in (130, -signal.SIGINT)
        if not fine and is_pythons(err):
            if pythons is not None:
                pythons.append(delay)
        elif not fine:
            wrong.append((delay, code, err))
    return wrong
