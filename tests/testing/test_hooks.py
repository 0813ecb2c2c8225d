"""What pre-commit and GitHub's workflows run: `.pre-commit-hooks.yaml`, `.github/action/`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import ROOT, nixlite

if TYPE_CHECKING:
    from pathlib import Path

HOOKS = dict(
    re.findall(
        r"- id: (\S+)\n(?:  .*\n)*?  entry: nixlite (.*)\n",
        (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"),
    )
)
GOOD = "{ testA = { expr = 1; expected = 1; }; }\n"
BAD = {
    "nixlite-parse": "{ a = 1 }\n",
    "nixlite-lint": '{ stdenv, lib }: stdenv.mkDerivation { pname = "x"; version = "1"; }\n',
    "nixlite-test": "{ testA = { expr = 1; expected = 2; }; }\n",
}  # fmt: skip


@pytest.mark.parametrize("hook", BAD)
def test_hooks(tmp_path: Path, hook: str) -> None:
    files = [] if hook == "nixlite-test" else ["tests.nix"]
    words = [*HOOKS[hook].split(), *files]
    (tmp_path / "tests.nix").write_text(GOOD, "utf-8")
    assert nixlite(words, cwd=tmp_path).returncode == 0
    (tmp_path / "tests.nix").write_text(BAD[hook], "utf-8")
    assert nixlite(words, cwd=tmp_path).returncode != 0


def test_every_hook_is_tried() -> None:
    assert HOOKS.keys() == BAD.keys()


def test_the_hooks_of_the_documentation_are_there() -> None:
    page = (ROOT / "nixlite" / "docs" / "how-to" / "pre-commit-and-ci.md").read_text("utf-8")
    named = set(re.findall(r"- id: (nixlite-\w+)", page))
    assert named == HOOKS.keys()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A folder with `nixlite` on the path."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "nixlite"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m nixlite "$@"\n', "utf-8")
    command.chmod(0o755)
    (tmp_path / "a b.nix").write_text(BAD["nixlite-lint"], "utf-8")
    (tmp_path / "tests.nix").write_text(GOOD, "utf-8")
    return tmp_path


def check(folder: Path, **inputs: str) -> tuple[int, str]:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", str(ROOT / ".github" / "action" / "check.sh")],
        cwd=folder,
        env={
            "PATH": path,
            "HOME": str(folder),
            **{f"NIXLITE_{name.upper()}": text for name, text in inputs.items()},
        },
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_action(script: Path) -> None:
    code, shown = check(script, lint="'a b.nix'", test="tests.nix", sarif="out.sarif")
    assert code == 1
    assert shown.startswith("::warning file=a b.nix,line=1,")
    assert "1 passed" in shown
    assert '"version": "2.1.0"' in (script / "out.sarif").read_text("utf-8")


def test_parts_that_are_not_asked_for(script: Path) -> None:
    assert check(script) == (0, "")
    code, shown = check(
        script, stale='--expr "{ a = 1; } // { a = 2; }"\n\n--expr "rec { a = 1; b = a; } // { a = 2; }"\n'
    )
    assert code == 1
    assert shown.count("::error ") == 1


def test_the_inputs_are_those_of_the_script() -> None:
    action = (ROOT / ".github" / "action" / "action.yml").read_text("utf-8")
    script = (ROOT / ".github" / "action" / "check.sh").read_text("utf-8")
    passed = set(re.findall(r"(NIXLITE_\w+): \$\{\{ inputs\.\w+ \}\}", action))
    assert passed == set(re.findall(r"\$\{?(NIXLITE_\w+)", script))
