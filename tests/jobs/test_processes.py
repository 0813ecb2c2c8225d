"""Processes that die, grow, or are ended: the lines stay the same."""

from __future__ import annotations

import faulthandler
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.errors import EvalError
from nixlite.jobs.forking import can_fork, fork
from nixlite.jobs.job import error_fields, line
from nixlite.jobs.pool import Pool, Report
from nixlite.jobs.serving import Server
from nixlite.jobs.walk import JOB, NOTHING, SET
from tests.jobs.sets import MANY
from tests.support import ROOT, nixlite

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not can_fork() or not Path("/proc/self/stat").exists(), reason="Linux only")

ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A run that is not waited for; what it prints is in the file `printed`."""
    with open(folder / "printed", "wb") as printed:
        return subprocess.Popen(
            [sys.executable, "-m", "nixlite", "jobs", *words],
            cwd=folder,
            env={**ENVIRONMENT, "HOME": str(folder)},
            stdout=printed,
            stderr=subprocess.DEVNULL,
        )


TO_ONE_THAT_IS_GONE = """
import socket
from nixlite.__main__ import set_signals
from nixlite.jobs.link import Link

set_signals()
here, there = socket.socketpair()
there.close()
try:
    Link(here).send(1)
except OSError as error:
    print(type(error).__name__)
"""


def test_a_process_that_is_gone_ends_nobody_who_writes_to_it() -> None:
    """The command ended by SIGPIPE where a process was killed in the moment in which it got work."""
    done = subprocess.run(
        [sys.executable, "-c", TO_ONE_THAT_IS_GONE], capture_output=True, check=False, env=ENVIRONMENT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"BrokenPipeError\n", b"")


def descendants(root: int) -> list[int]:
    """The processes that *root* has started, and those have."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                text = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            parents[int(entry)] = int(text.rpartition(")")[2].split()[1])
    found = [root]
    for number in found:  # which grows
        found += [child for child, parent in parents.items() if parent == number]
    return found[1:]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "many.nix").write_text(MANY, "utf-8")
    return tmp_path


def test_killing_processes_changes_no_line(folder: Path) -> None:
    """One at random, the template included, ever so often."""
    expected = nixlite(["jobs", "--sorted", "--no-result-cache", "many.nix"], cwd=folder).stdout
    assert len(expected.splitlines()) == 161
    chance = random.Random(1)
    run = start(folder, "--sorted", "--workers", "3", "many.nix")
    killed = 0
    while run.poll() is None:
        time.sleep(0.15)
        found = descendants(run.pid)
        if found and killed < 15:
            os.kill(chance.choice(found), signal.SIGKILL)
            killed += 1
    assert (folder / "printed").read_text() == expected
    assert run.returncode == 0
    assert killed > 1
    assert nixlite(["jobs", "--sorted", "many.nix"], cwd=folder).stdout == expected  # with what is kept of it


ENDLESS = (
    "with builtins; let s = f: foldl' (a: b: a + f b) 0 (genList (x: x) 9999); in s (x: s (y: s (z: z)))"
)


def test_ctrl_c_ends_all_at_once(folder: Path) -> None:
    run = start(folder, "--workers", "2", "-E", f"{{ a = {ENDLESS}; b = {ENDLESS}; }}")
    deadline = time.monotonic() + 20
    while len(descendants(run.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    those = descendants(run.pid)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    run.wait(timeout=20)
    took = time.monotonic() - began
    assert run.returncode == 130
    assert took < 10  # 0.2 where nobody else wants the processor
    assert those
    while any(map(is_there, those)) and time.monotonic() < began + 4:
        time.sleep(0.02)
    assert not any(map(is_there, those))


def is_there(number: int) -> bool:
    """Whether a process runs."""
    return Path(f"/proc/{number}").exists() and not is_zombie(number)


def is_zombie(number: int) -> bool:
    """Whether a process has ended and nobody has asked how."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_job_that_is_too_large_is_reported(tmp_path: Path) -> None:
    """Its process is ended and it is tried once more, alone; the others do not notice."""
    program = """
    let d = name: derivation { inherit name; system = "s"; builder = "b"; };
      grow = n: if n == 0 then [ ] else grow (n - 1) ++ builtins.genList (x: "${toString x}-${toString n}") 100000;
    in { a = d "a"; b = d (builtins.seq (builtins.length (map (x: builtins.seq x x) (builtins.filter (x: builtins.stringLength x > 0) (grow 40)))) "b"); c = d "c"; }
    """
    done = nixlite(["jobs", "--sorted", "--max-memory-size", "200", "-E", program], cwd=tmp_path)
    rows = {row["attr"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0
    assert "memory" in rows["b"]["error"]
    assert "200 MiB" in rows["b"]["error"]
    assert rows["a"]["name"] == "a"
    assert rows["c"]["name"] == "c"


def test_the_set_itself_must_fit(tmp_path: Path) -> None:
    done = nixlite(["jobs", "--max-memory-size", "32", "-E", "{ }"], cwd=tmp_path)
    assert done.returncode == 1
    assert "the set itself takes" in done.stderr


def test_store_and_roots_are_written_by_all(folder: Path) -> None:
    done = nixlite(
        ["jobs", "--workers", "2", "--store", "s", "--gc-roots-dir", "roots", "many.nix"], cwd=folder
    )
    rows = [row for row in map(json.loads, done.stdout.splitlines()) if "drvPath" in row]
    names = {row["drvPath"].rpartition("/")[2] for row in rows}
    assert set(os.listdir(folder / "s" / "nix" / "store")) == names
    assert {name: os.readlink(folder / "roots" / name) for name in os.listdir(folder / "roots")} == {
        name: f"/nix/store/{name}" for name in names
    }
    registered = (folder / "s" / "nix-path-registration").read_text().splitlines()
    assert {text for text in registered if text.startswith("/nix/store/")} == {row["drvPath"] for row in rows}


# -- a walk that brings its process down


class Falling:
    """A walk of which one step ends the process."""

    def __init__(self, end: Any) -> None:
        self.end = end
        self.wishes = type("Wishes", (), {"constituents": False})
        self.evaluator = type("Evaluator", (), {"close": staticmethod(lambda: None)})

    def step(self, path: tuple[str, ...]) -> tuple[str, Any, str]:
        """As `Walk.step`."""
        if not path:
            return SET, tuple(f"n{n:02}" for n in range(50)), ""
        if path == ("n25",):
            faulthandler.disable()  # pytest's
            self.end()
        return (JOB, line(path, error_fields("none")), "") if path[0] < "n40" else (NOTHING, None, "")


class Kind:
    """Forked processes of such a walk."""

    def __init__(self, server: Server, *, templates: bool) -> None:
        self.server = server
        self.templates = templates

    def first(self, links: list[Any]) -> Any:
        """As `running.Forking`."""
        return fork(self.server, links, template=True)

    def another(self, template: Any, links: list[Any]) -> Any:
        """As `running.Forking`."""
        return fork(self.server, links)


class Collected(Report):
    """What a pool tells of."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, ...], tuple[str, Any]] = {}

    def found(self, path: tuple[str, ...], kind: str, what: Any, extra: Any) -> None:
        """See `Report`."""
        assert path not in self.rows
        self.rows[path] = kind, what


ENDS = {
    "abort": (os.abort, "killed by SIGABRT"),
    "segfault": (
        lambda: os.kill(os.getpid(), signal.SIGSEGV),
        "killed by SIGSEGV (possible infinite recursion)",
    ),
    "exit": (lambda: os._exit(3), "exited with exit code 3"),
    "killed": (lambda: os.kill(os.getpid(), signal.SIGKILL), "killed by SIGKILL, maybe memory limit"),
}


@pytest.mark.parametrize("templates", [True, False])
@pytest.mark.parametrize("end", ENDS)
def test_a_step_that_ends_its_process_is_reported(end: str, templates: bool) -> None:
    act, words = ENDS[end]
    report = Collected()
    walk: Any = Falling(act)
    pool = Pool(Kind(Server(walk, 1 << 40), templates=templates), 2, 1 << 40, report)
    pool.work.again.append(())
    pool.run()
    assert len(report.rows) == 51
    assert [path for path, (kind, _) in report.rows.items() if kind == "failed"] == [("n25",)]
    assert words in json.loads(report.rows["n25",][1])["error"]
    deadline = time.monotonic() + 10  # those that were killed end when the system comes to it
    while list(living()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not list(living())


def living() -> Iterator[int]:
    """Children of this process that have not ended."""
    yield from (number for number in descendants(os.getpid()) if not is_zombie(number))


class Scarce(Kind):
    """Of which only *left* more processes can be had."""

    left = 1

    def another(self, template: Any, links: list[Any]) -> Any:
        """See `Kind`."""
        if not self.left:
            raise OSError(11, "no more")
        self.left -= 1
        return super().another(template, links)


def test_fewer_processes_have_to_do() -> None:
    walk: Any = Falling(lambda: None)
    server = Server(walk, 1 << 40)
    report = Collected()
    pool = Pool(Scarce(server, templates=False), 4, 1 << 40, report)
    pool.work.again.append(())
    pool.run()
    assert len(report.rows) == 51
    none = Scarce(server, templates=False)
    none.left = 0
    pool = Pool(none, 4, 1 << 40, report)
    pool.work.again.append(())
    with pytest.raises(EvalError, match="starting an evaluation worker: no more"):
        pool.run()
