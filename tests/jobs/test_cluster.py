"""The same lines from a cluster of Dask's, whose workers have other files, another environment, and die."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.jobs.sets import MANY
from tests.jobs.test_processes import descendants
from tests.support import ROOT, nixlite

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for there")

SET = """
let
  make = name: more: derivation ({ inherit name; system = "x86_64-linux"; builder = "/bin/sh"; } // more);
in {
  a = make "a" { src = ./data; };
  b = make "b" { v = import ./inner/b.nix; };
  c = make "c" { v = builtins.getEnv "SECRET_OF_THE_TEST"; there = builtins.pathExists ./perhaps; };
  d = make "d" { v = builtins.readFile ../outside; n = builtins.attrNames (builtins.readDir ./inner); };
  e = throw "no e";
  f = make "f" { v = builtins.toString ./. ; link = builtins.readFile ./link; };
  g = make "g" { v = builtins.readFile ./missing; };
  h = make "h" { v = builtins.readFile (builtins.toFile "x" "y"); };
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "inner").mkdir(parents=True)
    (folder / "set.nix").write_text(SET, "utf-8")
    (folder / "many.nix").write_text(MANY, "utf-8")
    (folder / "inner" / "b.nix").write_text('"b"', "utf-8")
    (folder / "data").write_text("data", "utf-8")
    (folder / "link").symlink_to("inner/../data")
    (tmp_path / "outside").write_text("outside", "utf-8")
    return folder


class Cluster:
    """A scheduler and two workers, as `dask scheduler` and `dask worker` start them, each with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self.folder = folder
        self.processes = [
            self.start("dask_scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1")
        ]
        deadline = time.monotonic() + 60
        while not self.file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        for name in ("one", "two"):
            here = [
                "--nthreads",
                "1",
                "--no-dashboard",
                "--name",
                name,
                "--local-directory",
                str(folder / name),
            ]
            self.processes.append(self.start("dask_worker", *here))

    def start(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        """A process of the cluster."""
        home = self.folder / f"home{len(list(self.folder.iterdir()))}"
        home.mkdir()
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "HOME": str(home)}
        with open(home / "log", "wb") as log:
            return subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    f"distributed.cli.{module}",
                    "--scheduler-file",
                    str(self.file),
                    *words,
                ],
                cwd=home,
                env=environment,
                stdout=log,
                stderr=log,
            )

    @property
    def address(self) -> str:
        """Where the scheduler listens."""
        return str(json.loads(self.file.read_text("utf-8"))["address"])

    def workers(self) -> list[int]:
        """The processes beneath those that were started."""
        return [child for process in self.processes[1:] for child in descendants(process.pid)]

    def end(self) -> None:
        """End all of it."""
        for process in self.processes[::-1]:
            for child in descendants(process.pid):
                end(child)
            end(process.pid)
            process.wait()


def end(number: int) -> None:
    """End a process, if it is there."""
    try:
        os.kill(number, signal.SIGKILL)
    except ProcessLookupError:
        return


VARIABLES = {"SECRET_OF_THE_TEST": "x", "HOME": "/nowhere"}  # a home would not be sent


def test_trees_and_answers_travel(project: Path, cluster: Cluster) -> None:
    here = nixlite(["jobs", "--sorted", "set.nix"], cwd=project, variables=VARIABLES)
    there = nixlite(
        ["jobs", "--sorted", "--cluster", cluster.address, "set.nix"], cwd=project, variables=VARIABLES
    )
    assert there.stderr.count("error:") == here.stderr.count("error:")
    assert there.stdout == here.stdout, there.stderr
    assert there.returncode == 0
    assert list(cluster.folder.glob("home*/.cache/nixlite/trees/*/set.nix"))
    again = nixlite(
        ["jobs", "--sorted", "--cluster", cluster.address, "set.nix"], cwd=project, variables=VARIABLES
    )
    assert again.stdout == here.stdout


def test_a_lost_worker_loses_nothing(project: Path, cluster: Cluster) -> None:
    expected = nixlite(["jobs", "--sorted", "many.nix"], cwd=project).stdout
    with open(project / "printed", "wb") as printed:
        run = subprocess.Popen(
            [sys.executable, "-m", "nixlite", "jobs", "--sorted", "--cluster", cluster.address, "many.nix"],
            cwd=project,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "HOME": str(project)},
            stdout=printed,
            stderr=subprocess.DEVNULL,
        )
    time.sleep(2)
    for number in cluster.workers()[:2]:
        end(number)
    assert run.wait(timeout=60) == 0
    assert (project / "printed").read_text() == expected


def test_a_cluster_on_this_machine(project: Path) -> None:
    here = nixlite(["jobs", "--sorted", "set.nix"], cwd=project, variables=VARIABLES)
    there = nixlite(["jobs", "--sorted", "--cluster", "local:2", "set.nix"], cwd=project, variables=VARIABLES)
    assert there.stdout == here.stdout, there.stderr
    failing = nixlite(["jobs", "--cluster", "local:1", "-E", "throw ''no set''"], cwd=project)
    assert failing.returncode == 1
    assert "no set" in failing.stderr
    assert "Traceback" not in failing.stderr


MISTAKES = [
    (["--cluster", "tcp://127.0.0.1:1"], "connecting to the cluster at 'tcp://127.0.0.1:1'"),
    (["--cluster", "local:many"], "takes a number of workers, not 'many'"),
    (["--cluster", "nonsense"], "connecting to the cluster at 'nonsense'"),
    (["--cluster", "local:2", "--store", "s"], "'--cluster' and '--store' are exclusive"),
]


@pytest.mark.parametrize(("words", "message"), MISTAKES)
def test_mistakes_are_said(tmp_path: Path, words: list[str], message: str) -> None:
    done = nixlite(["jobs", *words, "-E", "{ }"], cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def taken_port() -> Iterator[None]:
    """Somebody has the port at which Dask has its dashboards, most likely another Dask."""
    with socket.socket() as other, suppress(OSError):
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 8787))
        other.listen()
        yield
        return
    yield  # it is taken already


@pytest.mark.usefixtures("taken_port")
def test_ctrl_c_ends_a_cluster_on_this_machine_and_says_no_more(tmp_path: Path) -> None:
    """Python's `resource_tracker` would warn of semaphores that it removes, and Dask of its port."""
    endless = "let s = f: builtins.foldl' (a: b: a + f b) 0 (builtins.genList (x: x) 9999); in s (x: s (y: s (z: z)))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    run = subprocess.Popen(
        [sys.executable, "-m", "nixlite", "jobs", "--cluster", "local:1", "-E", f"{{ a = {endless}; }}"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while len(descendants(run.pid)) < 3 and time.monotonic() < deadline:  # tracker, worker, evaluator
        time.sleep(0.1)
    time.sleep(1.0)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=30)
    assert run.returncode == 130
    assert said.decode() == "error: interrupted by the user\n"
