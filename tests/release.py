"""What is published, made and tried: `python -m tests.release FOLDER [PYTHON…]`.

    python -m tests.release dist python3.11 python3.12 python3.13 python3.14

Into the folder come the source distribution, the wheel, and the wheel for Windows, both wheels built from the
source distribution. Then a fresh virtual environment of each PYTHON (by default of this one) gets the wheel, and
evaluates, explains, opens a session and lists the course there, in an empty folder. `twine check` is asked where
there is one. The exit code is 1 if anything is not as it should be.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILD = (
    "import sys; from hatchling.builders.{0} import {1}Builder\n"
    "print(next({1}Builder('.').build(directory=sys.argv[1], versions=['standard'])))"
)

EXPRESSION = 'ps: ps.hello.overrideAttrs { version = "2.13"; }'
TRIED: tuple[tuple[tuple[str, ...], int, str], ...] = (
    (("--version",), 0, "nixlite "),
    (("eval", "--expr", "1 + 1"), 0, "2\n"),
    (("stale", "<nixpkgs>", "--expr", EXPRESSION), 1, "`version` changed"),
    (("repl", "--expr", "{ x = 41; }", "-c", "x + 1"), 0, "42\n"),
    (("learn", "--list"), 0, "Overriding"),
    (("completion", "bash"), 0, "complete"),
)
"""What is run, the exit code, and what is printed."""


def main(words: list[str]) -> int:
    """Build, and try."""
    if not words:
        print(__doc__)
        return 1
    folder = Path(words[0]).absolute()
    made = list(build(folder))
    for path in made:
        print(f"{path.stat().st_size:9,} {path.name}")
    wrong = [] if importlib.util.find_spec("twine") is None else [*checked(made)]
    for python in words[1:] or [sys.executable]:
        found = list(tried(python, made[1]))
        print(f"{python}: {'; '.join(found) or 'ok'}")
        wrong += found
    return int(bool(wrong))


def build(folder: Path) -> Iterator[Path]:
    """The source distribution, and from that the wheel and the one for Windows."""
    yield (source := run_build("sdist", "Sdist", ROOT, folder))
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(source) as files:
            files.extractall(place, filter="data")
        (root,) = Path(place).iterdir()
        for system in ("posix", "windows"):
            yield run_build("wheel", "Wheel", root, folder, NIXLITE_FOR=system)


def run_build(module: str, kind: str, root: Path, folder: Path, **environment: str) -> Path:
    """The path of what one of hatchling's builders makes."""
    words = [sys.executable, "-c", BUILD.format(module, kind), str(folder)]
    done = subprocess.run(
        words, cwd=root, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True
    )
    return Path(done.stdout.split()[-1])


def checked(made: list[Path]) -> Iterator[str]:
    """What twine finds wrong with the metadata, the README among it."""
    done = subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *map(str, made)], check=False)
    if done.returncode:
        yield "twine check failed"


def tried(python: str, wheel: Path) -> Iterator[str]:
    """What does not work in a fresh environment of a Python."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        subprocess.run([python, "-m", "venv", str(home / "venv")], check=True)
        names = home / "venv" / ("Scripts" if os.name == "nt" else "bin")
        subprocess.run([names / "python", "-m", "pip", "install", "--quiet", str(wheel)], check=True)
        environment = {"PATH": os.environ["PATH"], "HOME": place, "PYTHONUTF8": "1"}
        for words, code, told in TRIED:
            done = subprocess.run(
                [names / "nixlite", *words],
                cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=120,
            )  # fmt: skip
            if done.returncode != code or told not in done.stdout or "Traceback" in done.stderr:
                yield f"'nixlite {' '.join(words)}' ended with {done.returncode}: {done.stdout}{done.stderr}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
