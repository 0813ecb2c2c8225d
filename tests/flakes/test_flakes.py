"""Flakes against what Nix 2.34.8 answered: see `recorded.py`. `git` is needed, Nix and network are not."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from nixlite.__main__ import run
from nixlite.host.capturing import CapturingHost
from tests.flakes.recorded import ANSWERS, ENVIRONMENT, GIT, SCENARIOS, TIME, Scenario, run_scenario

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
def test_scenario(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in GIT.items():
        monkeypatch.setenv(variable, value)
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


def test_fingerprint(tmp_path: Path) -> None:
    """What Nix 2.34.8 printed for this flake."""
    (tmp_path / "a").mkdir()
    file = tmp_path / "a" / "flake.nix"
    file.write_text("{ outputs = _: { v = 5; }; }\n")
    for path in (file, file.parent):
        os.utime(path, (TIME, TIME))
    code, out, _ = run_nixlite(["nix", "flake", "metadata", "path:./a", "--json"], tmp_path)
    assert code == 0
    assert (
        json.loads(out)["fingerprint"] == "dd050ff3b485d70ea1b4079a09cc5d09d4d9b4188e078f4d835f7f60013ec15a"
    )


@pytest.mark.parametrize(
    "line",
    [
        "build", "build path:.", "develop", "print-dev-env", "run nixpkgs#hello", "shell", "store gc", "profile list",
        "flake prefetch path:.", "flake archive path:.", "flake init", "store add x", "config show --json", "search a",
        "config check", "derivation add",
    ],
)  # fmt: skip
def test_what_needs_a_store_says_so_in_one_line(line: str, tmp_path: Path) -> None:
    code, out, error = run_nixlite(["nix", *line.split()], tmp_path)
    assert code != 0
    assert out == ""
    assert error.startswith("error: ")
    assert error.count("\n") == 1


def test_checks_that_would_have_to_be_built(tmp_path: Path) -> None:
    (tmp_path / "flake.nix").write_text(
        '{ outputs = _: { checks.x86_64-linux.a = derivation { name = "a"; system = "x86_64-linux";'
        ' builder = "x"; }; }; }'
    )
    code, _, error = run_nixlite(["nix", "flake", "check", "path:."], tmp_path)
    assert code == 1
    assert "checking derivation checks.x86_64-linux.a..." in error
    assert error.endswith(
        "error: cannot run 1 flake check: nixlite builds nothing ('--no-build' checks the rest)\n"
    )
    assert run_nixlite(["nix", "flake", "check", "path:.", "--no-build"], tmp_path)[0] == 0


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_files_are_told_by_the_names_that_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in GIT.items():
        monkeypatch.setenv(variable, value)
    files = {"a/flake.nix": "{ outputs = _: { x = import ./b.nix; }; }\n", "a/b.nix": "1\n"}
    (row,) = run_scenario(Scenario(files, ["nix eval -vv ./a#x"], ("a",)), tmp_path.resolve(), run_nixlite)
    assert [line for line in row["stderr"].splitlines() if line.startswith("evaluating file '")] == [
        "evaluating file '«nix-internal»/derivation-internal.nix'",
        "evaluating file '/tmp/case/a/flake.nix'",
        "evaluating file '«flakes-internal»/call-flake.nix'",
        "evaluating file '/tmp/case/a/b.nix'",
    ]
