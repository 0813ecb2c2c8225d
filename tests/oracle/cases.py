"""The recorded cases, and how one is run: its command line, its directory, its environment.

`*.jsonl` beside this file hold what Nix 2.34.8 printed for some 2,600 expressions, recorded in the directory
`/tmp/case` with the home `/tmp/case-home`. Here each case gets a directory of its own, which its host shows under
these names, so that cases may run side by side and leave nothing behind. Only what is fetched must lie in that very
place, since git and downloads know nothing of a host: such cases take turns.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.__main__ import make_command
from nixlite.cli.running import run_command
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

HERE = Path(__file__).parent
RECORDED_IN = "/tmp/case"
TIMEOUT = 60.0

MODES = {
    "eval": ["instantiate", "--eval"],
    "strict": ["instantiate", "--eval", "--strict"],
    "json": ["instantiate", "--eval", "--strict", "--json"],
    "xml": ["instantiate", "--eval", "--strict", "--xml"],
    "raw": ["instantiate", "--eval", "--raw"],
    "parse": ["instantiate", "--parse"],
    "instantiate": ["instantiate"],
    "nix-eval": ["eval"],
    "repl": ["repl", "--compat"],
}

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
    """The words after `nixlite`."""
    start = MODES[case.mode]
    if case.mode == "repl":
        return [*start, *case.args]
    if case.mode == "nix-eval":
        return [*start, *(["-f", "case.nix"] if case.file else ["--expr", case.expr]), *case.args]
    return [*start, *(["case.nix"] if case.file else ["-E", case.expr]), *case.args]


def environment(case: Case) -> dict[str, str]:
    """The whole environment of a case; nothing of the caller's."""
    return {
        "PATH": os.defpath,
        "HOME": f"{RECORDED_IN}-home",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
        "NIX_PATH": "",
        "NO_COLOR": "1",
        **case.env,
    }


def run_case(case: Case) -> Answer:
    """Run one case in this process, in a fresh directory."""
    with case_directory(case) as place, time_limit(TIMEOUT):
        host = CaseHost(case, place)
        name, *words = command_line(case)
        rc = run_command(make_command(name, Settings(cwd=RECORDED_IN), host), words)
    return Answer(rc, host.readable(host.stdout), host.readable(host.stderr))


class CaseHost(CapturingHost):
    """The real machine, but for `/tmp/case…`: that is the directory *place*… instead."""

    def __init__(self, case: Case, place: str) -> None:
        super().__init__(environment(case), case.stdin.encode("utf-8", "surrogateescape"))
        self.place = place
        if case.mode == "repl":  # both streams as one were recorded
            self.stderr = self.stdout

    def real(self, path: str) -> str:
        """Where *path* is really."""
        inside = path == RECORDED_IN or path.startswith((f"{RECORDED_IN}/", f"{RECORDED_IN}-home"))
        return self.place + path.removeprefix(RECORDED_IN) if inside else path

    def readable(self, pieces: list[str]) -> str:
        """Output as the recording has it: without terminal codes; messages of failed reads name real paths."""
        return TERMINAL_CODES.sub("", "".join(pieces)).replace(self.place, RECORDED_IN)

    def file_type(self, path: str) -> str | None:
        return super().file_type(self.real(path))

    def read_bytes(self, path: str) -> bytes:
        return super().read_bytes(self.real(path))

    def read_link(self, path: str) -> str:
        return super().read_link(self.real(path))

    def list_dir(self, path: str) -> dict[str, str]:
        return super().list_dir(self.real(path))

    def is_executable(self, path: str) -> bool:
        return super().is_executable(self.real(path))

    def modified(self, path: str) -> int:
        return super().modified(self.real(path))

    def write_file(self, path: str, text: str, shown: str | None = None) -> None:
        super().write_file(self.real(path), text, shown)

    def make_directory(self, path: str, shown: str | None = None) -> None:
        super().make_directory(self.real(path), shown)

    def make_link(self, path: str, target: str) -> None:
        super().make_link(self.real(path), target)


@contextmanager
def case_directory(case: Case) -> Iterator[str]:
    """A fresh directory with the case's files, and an empty home beside it named like it plus `-home`."""
    with fresh_place(case) as place:
        Path(f"{place}-home").mkdir()
        place.mkdir()
        files = {**case.files, "case.nix": case.expr} if case.file else case.files
        for name, text in files.items():
            write_file(place / name, text, is_directory=name.endswith("/"))
        yield str(place)


@contextmanager
def fresh_place(case: Case) -> Iterator[Path]:
    """Where the case's directory is to be made; what is there afterwards is removed."""
    if "fetch" not in case.expr and "file://" not in " ".join(case.args):
        with tempfile.TemporaryDirectory(prefix="nixlite-oracle-") as holder:
            yield Path(os.path.realpath(holder), "case")
        return
    with Path(f"{RECORDED_IN}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        remove_recorded()
        try:
            yield Path(RECORDED_IN)
        finally:
            remove_recorded()


def remove_recorded() -> None:
    """Remove what a case left in the place of the recording, which is locked."""
    for name in (RECORDED_IN, f"{RECORDED_IN}-home"):
        shutil.rmtree(name, ignore_errors=True)


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
