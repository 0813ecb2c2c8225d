"""nixlite as a process: what is written to files, signals, closed pipes, mistakes of our own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from nixlite.cli.command import Command
from nixlite.cli.running import run_command
from nixlite.host.memory import MemoryHost
from nixlite.host.settings import Settings
from tests.support import ROOT, nixlite

if TYPE_CHECKING:
    from pathlib import Path

ENDLESS = "builtins.foldl' (a: b: a + b) 0 (builtins.concatMap (x: builtins.genList (y: y) 100000) (builtins.genList (x: x) 100000))"


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(home), "NIX_PATH": "", "NO_COLOR": "1"}


def test_interruption_ends_it_at_once(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "nixlite", "eval", "--expr", f'builtins.trace "begun" ({ENDLESS})'],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "trace: begun\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (130, "error: interrupted by the user\n")


PLACES = [
    # --write-to, what is written, Nix's message
    ("out/", '"x"', 'opening file "out/": Is a directory'),
    ("nope/y", '"x"', 'opening file "nope/y": No such file or directory'),
    ("f/y", '"x"', 'opening file "f/y": Not a directory'),
    ("", '"x"', 'opening file "": No such file or directory'),
    ("nope/d", "{ }", "filesystem error: cannot create directory: No such file or directory [nope/d]"),
    ("out", '{ "a/b" = "x"; }', 'opening file "out/a/b": No such file or directory'),
]


@pytest.mark.parametrize(("place", "expression", "message"), PLACES)
def test_files_that_cannot_be_made_are_named_as_given(
    place: str, expression: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "f").write_text("")
    done = nixlite(["eval", "--expr", expression, "--write-to", place], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.rstrip().endswith(f"error: {message}")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_closed_pipe_ends_it_quietly(tmp_path: Path, unbuffered: str) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "nixlite",
            "eval",
            "--raw",
            "--expr",
            "toString (builtins.genList (x: x) 50000)",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment(tmp_path), "PYTHONUNBUFFERED": unbuffered},
    )
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(timeout=30) == 1
    process.stderr.close()


def test_write_to_makes_files(tmp_path: Path) -> None:
    expression = '{ a = "x"; sub.b = "y\\n"; }'
    done = nixlite(["eval", "--expr", expression, "--write-to", "out"], cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "out/a").read_text() == "x"
    assert (tmp_path / "out/sub/b").read_text() == "y\n"
    again = nixlite(["eval", "--expr", expression, "--write-to", "out"], cwd=tmp_path)
    assert (again.returncode, again.stderr) == (1, "error: path 'out' already exists\n")


def test_add_root_makes_links(tmp_path: Path) -> None:
    expression = 'map (name: derivation { inherit name; system = "s"; builder = "b"; }) [ "a" "b" ]'
    done = nixlite(["instantiate", "-E", expression, "--add-root", "root", "--indirect"], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}/root\n{tmp_path}/root-2\n")
    assert os.readlink(tmp_path / "root-2").endswith("-b.drv")


def test_a_plain_file(tmp_path: Path) -> None:
    (tmp_path / "x.nix").write_text("{ a = ./b; }")
    done = nixlite(["eval", "x.nix"], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{{ a = {tmp_path}/b; }}\n")
    assert nixlite(["eval", "x.nix", "a"], cwd=tmp_path).stdout == f"{tmp_path}/b\n"


@pytest.mark.parametrize(
    ("words", "stderr"),
    [
        (["eval"], "error: there is nothing to evaluate: name a file or give '--expr EXPR'"),
        (["eval", "none.nix"], "error: there is no file 'none.nix'"),
        (
            ["eval", "nixpkgs#hello"],
            "error: cannot find flake 'flake:nixpkgs' in the flake registries",
        ),
        (["evall"], "error: 'evall' is not a recognised command\n       Did you mean eval?"),
        (["--nope", "x"], "error: unrecognised flag '--nope'"),
    ],
)
def test_wrong_command_lines(words: list[str], stderr: str, tmp_path: Path) -> None:
    done = nixlite(words, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(stderr)


def test_help_and_version(tmp_path: Path) -> None:
    assert "instantiate" in nixlite(["--help"], cwd=tmp_path).stdout
    assert "--argstr NAME STRING" in nixlite(["instantiate", "--help"], cwd=tmp_path).stdout
    assert "--apply EXPR" in nixlite(["eval", "--help"], cwd=tmp_path).stdout
    assert nixlite(["--version"], cwd=tmp_path).stdout.startswith("nixlite ")
    assert nixlite(["instantiate", "--version"], cwd=tmp_path).stdout == "nix-instantiate (Nix) 2.34.8\n"


def test_flags_may_come_before_the_command(tmp_path: Path) -> None:
    assert nixlite(["--option", "pure-eval", "false", "eval", "--expr", "1"], cwd=tmp_path).stdout == "1\n"


class Broken(Command):
    """A command with a mistake of ours in it."""

    def __init__(self) -> None:
        super().__init__(Settings(cwd="/"), MemoryHost())
        self.flags = {}

    def run(self) -> int:
        raise AssertionError("impossible")


def test_mistakes_of_ours_say_so() -> None:
    command = Broken()
    assert run_command(command, []) == 70
    assert isinstance(command.host, MemoryHost)
    text = "".join(command.host.stderr)
    assert text.startswith("internal error: this is a bug in nixlite, not in your program; please report it")
    assert "Traceback" in text
    assert text.endswith("AssertionError: impossible\n")
