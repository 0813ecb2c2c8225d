"""What a small evaluation loads: counted, for time is different on each machine."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from nixlite.syntax import driver
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """\
import os, sys
before = set(sys.modules)
def exit(code):
    sys.stdout.flush()
    print(*sorted(set(sys.modules) - before), file=sys.stderr)
os._exit = exit
from nixlite.__main__ import main
main()
"""

ALWAYS = {"__future__", "_blake2", "_signal", "gc", "marshal", "time"}
TO_COMPILE = {*ALWAYS, "_ast", "_sre"}


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A cache directory that has what the parser needs, but no expression."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(driver, "_MACHINE", [])
    driver.machine()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }


def loaded(environment: dict[str, str], *words: str) -> tuple[set[str], set[str]]:
    """The modules of ours and of others that a command has loaded, in a Python without site-packages."""
    command = [sys.executable, "-S", "-c", PROGRAM, *words]
    done = subprocess.run(
        command, env=environment, cwd="/", capture_output=True, text=True, check=True, timeout=60
    )
    names = set(done.stderr.split())
    ours = {name for name in names if name.partition(".")[0] == "nixlite"}
    return ours, names - ours


def test_an_expression_in_the_cache(environment: dict[str, str]) -> None:
    for _ in range(3):  # what comes once is not kept
        ours, others = loaded(environment, "instantiate", "--eval", "-E", "1 + 1")
    assert others - ALWAYS == set()
    assert len(ours) <= 61
    rooms = {name.split(".")[1] for name in ours if name.count(".") > 1}
    assert rooms & {"syntax", "analysis", "store", "repl", "explain", "observe"} == set()


def test_an_expression_never_seen(environment: dict[str, str]) -> None:
    ours, others = loaded(environment, "instantiate", "--eval", "-E", "1 + 1")
    assert others - TO_COMPILE == set()
    assert len(ours) <= 99


def test_a_file_with_builtins(environment: dict[str, str], tmp_path: Path) -> None:
    """Of the builtins, the modules of those that were called."""
    file = tmp_path / "x.nix"
    file.write_text("with builtins; { a = length (map (x: x + 1) [ 1 2 ]); b = fetchGit; }.a")
    for _ in range(2):
        ours, others = loaded(environment, "instantiate", "--eval", str(file))
    assert others - ALWAYS == set()
    topics = {name.rpartition(".")[2] for name in ours if name.startswith("nixlite.builtins.")}
    assert topics == {"index", "install", "lists", "registry"}


def test_operations_that_few_programs_use(environment: dict[str, str]) -> None:
    """Strings, equality and what they need are loaded when a program first comes to them."""
    late = {"operators", "text", "coerce"}
    for source, wanted in (
        ("1 + 1", False),
        ('/a + "/b"', True),
        ("let x = [ 1 ]; in x == x", True),
    ):
        ours, _ = loaded(environment, "instantiate", "--eval", "-E", source)
        assert bool({f"nixlite.runtime.{name}" for name in late} & ours) is wanted


def test_a_derivation(environment: dict[str, str]) -> None:
    """Hashes need OpenSSL's library, nothing else of what takes long to load."""
    words = (
        "instantiate",
        "--eval",
        "-E",
        '(derivation { name = "x"; builder = "b"; system = "s"; }).drvPath',
    )
    loaded(environment, *words)
    _, others = loaded(environment, *words)
    assert others & {"argparse", "ast", "enum", "json", "lark", "re", "typing"} == set()
