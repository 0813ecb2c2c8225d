"""The recorded cases, and how one is run: its command line, its directory, its environment.

`*.jsonl` beside this file hold what Nix 2.34.8 printed for some 2,400 expressions, recorded in the directory
`/tmp/case` with the home `/tmp/case-home`. Here each case gets a directory of its own, and paths are mapped
back in what it prints, so that cases may run side by side and leave nothing behind.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    Run = Callable[[list[str], str, dict[str, str], str], tuple[int, str, str]]

HERE = Path(__file__).parent
RECORDED_IN = "/tmp/case"
TIMEOUT = 60.0

MODES = {
    "eval": ["eval", "--eval"],
    "strict": ["eval", "--eval", "--strict"],
    "json": ["eval", "--eval", "--strict", "--json"],
    "xml": ["eval", "--eval", "--strict", "--xml"],
    "raw": ["eval", "--eval", "--raw"],
    "parse": ["eval", "--parse"],
    "instantiate": ["eval"],
    "nix-eval": ["nix", "eval"],
    "repl": ["repl"],
}

# Cases whose answer hashes the name of the directory, so that mapping paths back cannot help: they run
# in the recorded place, one at a time.
NAME_IS_HASHED: frozenset[str] = frozenset()

# Colours, terminal titles, and readline's marks around what has no width.
TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|[\x01\x02]")


class Case(NamedTuple):
    """One recorded answer; the fields are explained in README.md beside the data."""

    id: str
    category: str
    mode: str
    stdout: str
    rc: int
    expr: str = ""
    stdin: str = ""
    stderr: str = ""
    message: str | None = None
    pos: str | None = None
    hint: str | None = None
    files: dict[str, str] = {}  # noqa: RUF012  a default that nobody changes
    file: bool = False
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}  # noqa: RUF012
    drv: Any = None


class Answer(NamedTuple):
    """What one run printed; in the mode `repl` everything is in `stdout`."""

    rc: int
    stdout: str
    stderr: str


class TooSlow(BaseException):
    """A case took longer than `TIMEOUT`. Not an `Exception`, so that nothing on the way handles it."""


def load(*categories: str) -> list[Case]:
    """The cases of the named categories, of all when none is named, in the order of the files."""
    paths = [HERE / f"{name}.jsonl" for name in categories] or sorted(HERE.glob("*.jsonl"))
    return [
        Case(**json.loads(line))
        for path in paths
        for line in path.read_text("utf-8", "surrogateescape").split("\n")
        if line.strip()
    ]


def command_line(case: Case) -> list[str]:
    """What to call: `eval …` stands for nix-instantiate, `nix …` for nix, `repl …` for nix repl."""
    start = MODES[case.mode]
    if case.mode == "repl":
        return [*start, *case.args]
    if case.mode == "nix-eval":
        return [*start, *(["-f", "case.nix"] if case.file else ["--expr", case.expr]), *case.args]
    return [*start, *(["case.nix"] if case.file else ["-E", case.expr]), *case.args]


def environment(case: Case, home: str) -> dict[str, str]:
    """The whole environment of a case; nothing of the caller's but PATH."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
        "NIX_PATH": "",
        "NO_COLOR": "1",
        **case.env,
    }


def run_case(case: Case, run: Run) -> Answer:
    """Run one case in a fresh directory, with paths in its answer as if it had been `/tmp/case`."""
    with case_directory(case) as place, time_limit(TIMEOUT):
        argv = [word.replace(RECORDED_IN, place) for word in command_line(case)]
        rc, stdout, stderr = run(argv, place, environment(case, f"{place}-home"), case.stdin)
    return Answer(rc, readable(stdout, place), readable(stderr, place))


def readable(text: str, place: str) -> str:
    """*text* as the recording has it: without terminal codes, with the recorded directory's name."""
    return TERMINAL_CODES.sub("", text).replace(place, RECORDED_IN)


@contextmanager
def case_directory(case: Case) -> Iterator[str]:
    """A fresh directory with the case's files, and an empty home beside it named like it plus `-home`."""
    holder = Path(os.path.realpath(tempfile.mkdtemp(prefix="nixlite-oracle-")))
    place = recorded_place() if case.id in NAME_IS_HASHED else holder / "case"
    try:
        place.mkdir(exist_ok=True)
        Path(f"{place}-home").mkdir()
        files = {**case.files, "case.nix": case.expr} if case.file else case.files
        for name, text in files.items():
            write_file(place / name, text.replace(RECORDED_IN, str(place)), is_directory=name.endswith("/"))
        yield str(place)
    finally:
        for path in (Path(f"{place}-home"), place, holder):
            shutil.rmtree(path, ignore_errors=True)


def recorded_place() -> Path:
    """`/tmp/case`, made by us: the making is also the lock, since it fails while another run has it."""
    place = Path(RECORDED_IN)
    for _ in range(200):
        try:
            place.mkdir()
        except FileExistsError:
            time.sleep(0.05)
        else:
            return place
    raise FileExistsError(f"{place} is in use")


def write_file(path: Path, text: str, *, is_directory: bool) -> None:
    """Make one file of a case: `@symlink TARGET` is a link, a first line `@exec` makes it executable."""
    if is_directory:
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if text.startswith("@symlink "):
        path.symlink_to(text.removeprefix("@symlink ").strip())
        return
    path.write_bytes(text.removeprefix("@exec\n").encode("utf-8", "surrogateescape"))
    path.chmod(0o755 if text.startswith("@exec\n") else 0o644)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TooSlow` in the block when it takes longer than *seconds*."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
