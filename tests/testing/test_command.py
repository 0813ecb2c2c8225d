"""`nixlite test`, and pytest with the plugin, as one uses them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from nixlite.testing.command import PLUGIN, has_plugin
from tests.support import ROOT, nixlite

if TYPE_CHECKING:
    from pathlib import Path

SUITE = """{
  testA = { expr = 1 + 1; expected = 2; };
  testB = { expr = { a = 1; }; expected = { a = 2; }; };
  testC = { expr = throw "no"; expected = 2; };
  inner.testD = { expr = 1; expected = 1; };
  other = { expr = 1; expected = 1; };
}
"""
WIDE = {"COLUMNS": "100"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tests.nix").write_text(SUITE, "utf-8")
    return tmp_path


def run(folder: Path, *words: str, code: int = 1) -> str:
    done = nixlite(["test", *words], cwd=folder, variables=WIDE)
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_each_attribute_may_fail_alone(folder: Path) -> None:
    shown = run(folder)
    assert "tests.nix .s.FF " in shown
    assert "2 failed, 2 passed, 1 skipped" in shown
    assert "tests.nix:3: expected → found:\n\n  ~ a: 2 → 1\n" in shown
    assert (
        "tests.nix:4: 'expr' cannot be evaluated:\n\nerror:\n       … while calling the 'throw' builtin\n"
        in shown
    )
    assert "FAILED tests.nix::testC - 'expr' cannot be evaluated: no\n" in shown
    assert "SKIPPED [1] tests.nix: other: its name does not begin with 'test'\n" in shown
    assert "warning" not in shown.lower()
    assert all(len(line) <= 100 for line in shown.replace(str(folder), "").splitlines())


def test_choosing(folder: Path) -> None:
    assert "2 passed" in run(folder, "-k", "testA or testD", code=0)
    assert "1 failed" in run(folder, "-x")
    shown = run(folder, "--lf", "-v")
    assert "1 failed" in shown
    assert "tests.nix::testB FAILED" in shown
    assert run(folder, "--list", code=0).split()[:5] == [
        f"tests.nix::{name}" for name in ("inner.testD", "other", "testA", "testB", "testC")
    ]
    assert "1 passed" in run(folder, "tests.nix#inner", code=0)
    assert "1 passed" in run(folder, "-A", "inner.testD", code=0)


def test_in_several_processes(folder: Path) -> None:
    pytest.importorskip("xdist")
    (folder / "inner_test.nix").write_text(
        "{" + "".join(f" testA{n} = {{ expr = 1; expected = 1; }};" for n in range(4)) + " }", "utf-8"
    )
    (folder / "tests.nix").write_text(SUITE.replace("{\n", "{ n }: {\n", 1).replace("1 + 1", "n"), "utf-8")
    shown = run(folder, "-n", "2", "--arg", "n", "2")
    assert "4 passed" in run(folder, "-n", "2", "--impure", "inner_test.nix", code=0)
    assert "2 failed, 6 passed, 1 skipped" in shown
    assert "tests.nix:4: 'expr' cannot be evaluated:" in shown


def test_files_that_are_no_nix(folder: Path) -> None:
    (folder / "bad_test.nix").write_text("{\n  testA = { expr = 1 };\n}\n", "utf-8")
    shown = run(folder)
    assert "bad_test.nix:2:22:\n" in shown
    assert "ERROR bad_test.nix - syntax error, unexpected '}', expecting ';'\n" in shown
    assert "2 failed, 2 passed, 1 skipped, 1 error" in shown


def test_which_files_are_looked_at(folder: Path) -> None:
    for name in ("one_test.nix", "other.nix", "inner/tests.nix"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("{ testA = { expr = 1; expected = 1; }; }", "utf-8")
    (folder / "test_python.py").write_text("def test_it():\n    assert False\n", "utf-8")
    (folder / "conftest.py").write_text("raise ValueError\n", "utf-8")
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--nope'\n", "utf-8")
    (folder / "page.md").write_text("```nix\n1 +\n```\n", "utf-8")
    shown = run(folder, "--list", code=0)
    assert "inner/tests.nix::testA" in shown
    assert "one_test.nix::testA" in shown
    assert "other.nix" not in shown
    assert "python" not in shown
    assert "other.nix::testA" in run(folder, "--list", "other.nix", code=0)
    assert "1 failed" in run(folder, "page.md")


def test_settings_reach_the_tests(tmp_path: Path) -> None:
    """Those that limit what a program sees most of all, in other processes as well."""
    (tmp_path / "tests.nix").write_text(
        '{ testA = { expr = builtins.getEnv "HOME"; expected = ""; };'
        " testB = { expr = builtins.pathExists /etc; expected = true; }; }", "utf-8"
    )  # fmt: skip
    assert "1 failed, 1 passed" in run(tmp_path)
    shown = run(tmp_path, "--restrict-eval", "-I", "here=.", "-n", "1")
    assert "1 failed, 1 passed" in shown
    assert "testB - " in shown
    assert "path '/etc' is forbidden" in shown or "expected true, found false" in shown
    assert "stack overflow" not in run(tmp_path, "--option", "max-call-depth", "500")
    assert "unknown setting 'nope'" in run(tmp_path, "--option", "nope", "1")


def test_files_of_another_kind(folder: Path) -> None:
    (folder / "tests.nix").write_text("{ stdenv, lib }:\nstdenv.mkDerivation { }\n", "utf-8")
    shown = run(folder, code=0)
    assert "SKIPPED [1] tests.nix: tests: it is a function that wants 'stdenv' (--arg stdenv EXPR)\n" in shown
    assert "an argument without a value ('stdenv')" in run(folder, "tests.nix")


def test_tests_from_elsewhere(folder: Path) -> None:
    (folder / "tests.nix").rename(folder / "inner.nix")
    (folder / "tests.nix").write_text("import ./inner.nix\n", "utf-8")
    assert "\ntests.nix: expected → found:\n\n  ~ a: 2 → 1\n" in run(folder)


def test_flakes_are_evaluated_if_they_seem_to_have_tests(tmp_path: Path) -> None:
    broken = '{{ inputs.x.url = "github:no/where"; outputs = {{ self, x }}: {{ {} = {{ }}; }}; }}'
    (tmp_path / "flake.nix").write_text(broken.format("packages"), "utf-8")
    assert "there are no tests in this folder" in run(tmp_path)
    (tmp_path / "flake.nix").write_text(
        "{ outputs = { self }: { tests.testA = { expr = self.a; expected = 1; }; a = 2; }; }", "utf-8"
    )
    shown = run(tmp_path)
    assert "flake.nix:1: expected 1, found 2" in shown
    assert "flake.nix::tests.testA FAILED" in run(tmp_path, ".#tests", "-v")


MISTAKES = {
    "no tests": (["empty"], "error: there are no tests in empty\n"),
    "no file": (["nope.nix"], "error: there is no file or folder 'nope.nix'\n"),
    "no flag": (["-z"], "error: unrecognised flag '-z'\n"),
    "no attribute": (["tests.nix#a"], "error: attribute 'a' in selection path 'a' not found\n"),
    "no expression": (["--arg", "a"], "error: flag '--arg' requires 2 argument(s), but only 1 were given\n"),
    "no number": (["-n", "x"], "error: "),
    "no keyword": (["-k", "("], "ERROR: "),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(folder: Path, name: str) -> None:
    (folder / "empty").mkdir()
    words, said = MISTAKES[name]
    done = nixlite(["test", *words], cwd=folder, variables=WIDE)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


# -- pytest itself


def pytest_in(folder: Path, *words: str) -> str:
    """What pytest prints in a folder."""
    plugin = [] if has_plugin() else ["-p", PLUGIN]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("NIX_", "PYTEST_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, *words],
        cwd=folder,
        env=environment | WIDE | {"HOME": str(folder), "PYTHONPATH": str(ROOT), "NIX_PATH": "nixpkgs=/nope"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def test_python_tests_beside_them(folder: Path) -> None:
    (folder / "pytest.ini").write_text("[pytest]\nnix_files = *.nix\nnix_flags = --arg n 2\n", "utf-8")
    (folder / "more.nix").write_text("{ n }: { testA = { expr = n; expected = 2; }; }", "utf-8")
    (folder / "test_it.py").write_text(
        "def test_evaluates(nix):\n"
        "    assert nix.evaluate('map (n: n * n) [ 1 2 ]').to_python() == [1, 4]\n\n\n"
        "def test_is_its_own(nix):\n"
        "    nix.builtin('two', 2)\n"
        "    assert nix.evaluate('builtins.two') == 2\n\n\n"
        "def test_is_fresh(nix):\n"
        "    assert 'two' not in nix.evaluate('builtins')\n\n\n"
        "def test_packages(nix, nixpkgs):\n"
        "    assert nixpkgs['hello']['pname'] == 'hello'\n"
        "    assert nix.evaluate('p: p.hello.version')(nixpkgs) == nixpkgs['hello']['version']\n",
        "utf-8",
    )
    shown = pytest_in(folder, "--junitxml", "report.xml")
    assert "2 failed, 7 passed, 1 skipped" in shown
    assert "tests.nix:3: expected → found:" in shown
    assert "Traceback" not in shown
    report = ET.parse(folder / "report.xml").getroot()
    failures = {case.get("name"): case.find("failure") for case in report.iter("testcase")}
    failure = failures["testB"]
    assert failure is not None
    assert failure.get("message") == "expected → found: ~ a: 2 → 1"


def test_the_test_of_the_documentation(tmp_path: Path) -> None:
    (block,) = re.findall(
        r"^```python\n(.*?)^```$",
        (ROOT / "nixlite" / "docs" / "how-to" / "tests.md").read_text("utf-8"),
        re.M | re.S,
    )
    (tmp_path / "test_it.py").write_text(block, "utf-8")
    assert "1 passed" in pytest_in(tmp_path)


def test_flags_that_are_none(folder: Path) -> None:
    shown = pytest_in(folder, "--nix-flags=--nope")
    assert "unrecognised flag '--nope'" in shown
    assert "Traceback" not in shown
