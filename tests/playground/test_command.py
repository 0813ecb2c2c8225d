"""`nixlite playground` on the command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

import pytest

from nixlite.playground.site import MARK
from tests.support import ROOT, nixlite

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["build"], "takes one folder"),
        (["build", "a", "b"], "takes one folder"),
        (["serve", "a", "b"], "takes one folder, not 2"),
        (["serve", "--port", "many"], "takes a number, not 'many'"),
        (["serve", "--port", "70000"], "there is no port 70000"),
        (["serve", "nowhere"], "there is no playground in"),
    ],
)
def test_a_wrong_command_line_is_told(tmp_path: Path, words: list[str], said: str) -> None:
    done = nixlite(["playground", *words], cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "building" not in done.stderr


def test_without_node_it_says_what_to_install(tmp_path: Path) -> None:
    environment = {**os.environ, "NIXLITE_NPM": "no-such-npm", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-m", "nixlite", "playground", "build", "site"],
        cwd=tmp_path, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("error: there is no 'npm'\n")
    assert "Node.js with npm is needed" in done.stderr
    assert not (tmp_path / "site").exists()


def test_help_says_what_it_is(tmp_path: Path) -> None:
    assert "evaluates Nix in a browser tab" in nixlite(["playground", "build", "--help"], cwd=tmp_path).stdout


def test_serving_until_interrupted(tmp_path: Path) -> None:
    (tmp_path / MARK).touch()
    (tmp_path / "index.html").write_text("<title>here</title>")
    process = subprocess.Popen(
        [sys.executable, "-m", "nixlite", "playground", "serve", "--port", "0", str(tmp_path)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    address = process.stdout.readline().split()[0]
    assert address.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(address, timeout=20) as got:
        assert b"here" in got.read()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "")
