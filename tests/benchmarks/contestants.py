"""The evaluators that are measured: nixlite cold and warm, a reference, others.

Unless told otherwise nixlite is the checkout as a wheel would hold it: copied, with the parser's tables and the
compiled modules that an installation has. So nothing is measured that a user would not have, and nobody's editing
disturbs a run.
"""

from __future__ import annotations

import compileall
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.support import ROOT

METER = Path(__file__).parent / "meter.py"

CONSOLE_SCRIPT = "import sys\nfrom nixlite.__main__ import main\nsys.exit(main())\n"

LEFT_OUT = ("PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME", "NIX_PATH", "NIX_SHOW_STATS")
"""Variables of the caller's environment that would change what is measured."""


WRAPPER_RUNS = 15


class Run(NamedTuple):
    """What one process cost (*wall* and *cpu* in seconds, *peak* resident memory in MiB), and what it printed."""

    wall: float
    cpu: float
    peak: float
    output: str


class Failed(Exception):
    """An evaluator did not give an answer; the text says why."""


class Contestant(NamedTuple):
    """A command that takes `--eval --strict FILE`. *cache* is nixlite's, emptied before each run if *cold*.

    *wrapping*: seconds of wall time and of processor time that are not the evaluator's, see `wrapping`.
    """

    label: str
    command: tuple[str, ...]
    cache: Path | None = None
    cold: bool = False
    wrapping: tuple[float, float] = (0.0, 0.0)

    def run(self, words: list[str], limit: float) -> Run:
        """Evaluate what *words* say, within *limit* seconds of wall time. Raises Failed."""
        environment = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
        if self.cache is not None:
            environment["XDG_CACHE_HOME"] = str(self.cache)
            if self.cold:
                shutil.rmtree(self.cache, ignore_errors=True)
        run = run_metered([*self.command, "--eval", "--strict", *words], environment, limit)
        wall, cpu = self.wrapping
        return run._replace(wall=max(run.wall - wall, 1e-4), cpu=max(run.cpu - cpu, 1e-4)) if wall else run


def run_metered(command: list[str], environment: dict[str, str], limit: float) -> Run:
    """Run a command through `meter.py`; its standard error is shown only when it fails."""
    read, write = os.pipe()
    try:
        meter = [sys.executable, "-I", "-S", str(METER), str(write), str(limit)]
        done = subprocess.run(
            [*meter, *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            pass_fds=(write,),
            check=False,
        )
    finally:
        os.close(write)
    with os.fdopen(read) as pipe:
        figures = pipe.read().split()
    if not figures:
        raise Failed(last_line(done.stderr) or "could not be started")
    wall, cpu, peak, code = map(float, figures)
    if code:
        killed = wall >= limit and code < 0
        raise Failed(
            f"took more than {limit:g} s" if killed else last_line(done.stderr) or f"exit code {code:g}"
        )
    return Run(wall, cpu, peak / 1024, done.stdout.strip())


def wrapping(command: tuple[str, ...]) -> tuple[float, float]:
    """What starting a command costs that is more than one word, `chroot DIR nix-instantiate` say: seconds of wall
    time and of processor time, the medians of some runs with `true` in place of its last word.
    """
    if len(command) < 2:
        return (0.0, 0.0)
    try:
        runs = [run_metered([*command[:-1], "true"], dict(os.environ), 10) for _ in range(WRAPPER_RUNS)]
    except Failed:  # its last word is no program
        return (0.0, 0.0)
    return (statistics.median(run.wall for run in runs), statistics.median(run.cpu for run in runs))


def last_line(text: str) -> str:
    """The line of an error's text that says what is wrong: the last one that begins with `error`, or the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error: ")]
    return [*lines, *errors][-1][:200] if lines else ""


def staged(directory: Path) -> tuple[str, ...]:
    """Put what a wheel of this checkout holds into *directory*; returns the command that runs it."""
    from nixlite.syntax import tables

    package = directory / "site" / "nixlite"
    no_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "nixlite", package, ignore=no_caches)
    shutil.copytree(ROOT / "grammar", package / "_grammar", ignore=no_caches)
    shutil.copytree(ROOT / "stdlib", package / "_stdlib", ignore=no_caches)
    tables.write(str(package / "syntax" / "_tables.bin"))
    compileall.compile_dir(str(package), quiet=1)
    script = directory / "nixlite"
    script.write_text(CONSOLE_SCRIPT, "utf-8")
    return ("env", f"PYTHONPATH={package.parent}", sys.executable, str(script))


def contestants(
    directory: Path, ours: str | None, reference: str | None, others: list[str], states: tuple[str, ...]
) -> list[Contestant]:
    """Who takes part: nixlite in the *states* `cold` and `warm`, the reference, and *others* as `NAME=COMMAND`."""
    command = (*(shlex.split(ours) if ours else staged(directory)), "instantiate", "--no-result-cache")
    chosen = [
        Contestant(state, command, directory / f"cache-{state}", cold=state == "cold") for state in states
    ]
    if reference:
        words = tuple(shlex.split(reference))
        chosen.append(Contestant("reference", words, wrapping=wrapping(words)))
    for other in others:
        name, _, words = other.partition("=")
        chosen.append(Contestant(name, tuple(shlex.split(words))))
    return chosen


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A directory for programs and caches; under /tmp, which a reference in a chroot may see too."""
    return tempfile.TemporaryDirectory(prefix="nixlite-bench-")
