"""Flakes against what Nix 2.34.8 answered: see `recorded.py`. `git` is needed, Nix and network are not."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from nixlite.__main__ import run
from nixlite.runtime.host import CapturingHost
from tests.flakes.recorded import ANSWERS, ENVIRONMENT, SCENARIOS, run_scenario

if TYPE_CHECKING:
    from pathlib import Path

RECORDED = json.loads(ANSWERS.read_text("utf-8"))
COMMANDS = {"nix": [], "nix-instantiate": ["instantiate"]}


def run_nixlite(words: list[str], directory: Path) -> tuple[int, str, str]:
    """Run a command line of Nix with nixlite, in this process."""
    host = CapturingHost({**ENVIRONMENT, "HOME": f"{directory}-home"})
    host.cache_directory = lambda: f"{directory}-cache"  # type: ignore[method-assign]
    before = os.getcwd()
    os.chdir(directory)
    try:
        code = run([*COMMANDS[words[0]], *words[1:]], host)
    finally:
        os.chdir(before)
    return code, "".join(host.stdout), "".join(host.stderr)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str, tmp_path: Path) -> None:
    for found, expected in zip(
        run_scenario(SCENARIOS[name], tmp_path.resolve(), run_nixlite), RECORDED[name], strict=True
    ):
        assert found == expected


def test_input_that_a_registry_would_know(tmp_path: Path) -> None:
    """Nix would ask a server; nixlite says how to do without."""
    (tmp_path / "flake.nix").write_text("{ outputs = { self, zork }: { x = zork; }; }\n")
    code, _, error = run_nixlite(["nix", "eval", ".#x"], tmp_path)
    assert code == 1
    assert "error: cannot find flake 'flake:zork' in the flake registries\n" in error
    assert "--override-input zork path:" in error


def test_overridden_instead_of_looked_up(tmp_path: Path) -> None:
    for name, text in {
        "a": "{ outputs = { self, zork }: { x = zork.y; }; }\n",
        "b": "{ outputs = _: { y = 1; }; }\n",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "flake.nix").write_text(text)
    code, out, _ = run_nixlite(["nix", "eval", "path:./a#x", "--override-input", "zork", "./b"], tmp_path)
    assert (code, out) == (0, "1\n")
