"""Limits: of the run, and of each attribute; what was found is not lost."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from nixlite.jobs.forking import can_fork
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

SET = """
let
  make = name: x: derivation { inherit name x; system = "x86_64-linux"; builder = "/bin/sh"; };
  endless = let s = f: builtins.foldl' (a: b: a + f b) 0 (builtins.genList (x: x) 9999); in s (x: s (y: s (z: z)));
  deep = n: if n == 0 then 0 else 1 + deep (n - 1);
in {
  a = make "a" 1;
  depth = make "depth" (deep 3000);
  output = make "output" (builtins.toJSON (builtins.genList (x: x) 20000));
  z = make "z" 1;
} // (if builtins.getEnv "ENDLESS" == "" then { } else { m = make "m" endless; })
"""

FORMS = {"one process": [], "two": ["--workers", "2"], "started anew": ["--no-fork"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "set.nix").write_text(SET, "utf-8")
    return tmp_path


def errors(text: str) -> dict[str, str]:
    """By attribute the error, "" where there is none."""
    return {row["attr"]: row.get("error", "") for row in map(json.loads, text.splitlines())}


@pytest.mark.parametrize("form", FORMS)
def test_an_attribute_beyond_a_limit_is_an_error(folder: Path, form: str) -> None:
    """The others are found, also by the same process; what was stopped is taken again the next time."""
    limits = ["--max-depth", "500", "--max-output", "50K", "--max-attr-seconds", "1.5"]
    for _ in range(2):
        done = nixlite(
            ["jobs", "--sorted", *FORMS[form], *limits, "set.nix"], cwd=folder, variables={"ENDLESS": "1"}
        )
        assert done.returncode == 0
        assert errors(done.stdout) == {
            "a": "",
            "depth": "error: the evaluation was stopped: its calls within each other were more than 500",
            "m": "error: the evaluation was stopped: it took longer than 1.5 seconds",
            "output": "error: the evaluation was stopped: it wrote more than 51200 bytes of text",
            "z": "",
        }


def test_each_attribute_has_all_steps(folder: Path) -> None:
    done = nixlite(
        ["jobs", "--sorted", "--max-steps", "500000", "set.nix"], cwd=folder, variables={"ENDLESS": "1"}
    )
    found = errors(done.stdout)
    assert found.pop("m") == "error: the evaluation was stopped: it took more than 500000 steps"
    assert not any(found.values())


@pytest.mark.parametrize("form", [*FORMS, "cluster"])
def test_the_end_of_the_run_loses_no_line(folder: Path, form: str) -> None:
    if form == "cluster":
        pytest.importorskip("distributed")
    words = {**FORMS, "cluster": ["--cluster", "local:1"]}[form]
    limit = "12" if form == "cluster" else "5"
    began = time.monotonic()
    done = nixlite(
        ["jobs", "--sorted", *words, "--max-seconds", limit, "set.nix"],
        cwd=folder,
        variables={"ENDLESS": "1"},
    )
    assert done.returncode == 1
    assert time.monotonic() - began < 60
    assert errors(done.stdout).keys() >= {"a"}
    assert "m" not in errors(done.stdout)
    assert f"it took longer than {limit}.0 seconds" in done.stderr
    assert "Traceback" not in done.stderr


def test_aggregates_of_what_was_not_found(tmp_path: Path) -> None:
    """Those whose jobs are all there are as they would be; of the others is said why not."""
    program = SET.replace("in {", "in AGGREGATES // {").replace(
        "deep =",
        """made = name: constituents: globs: make name 1 // {
    _hydraAggregate = true; inherit constituents; _hydraGlobConstituents = globs;
  };
  AGGREGATES = {
    b1 = made "b1" [ "a" ] false; b2 = made "b2" [ "a" "m" ] false; b3 = made "b3" [ "a*" ] true;
    b4 = made "b4" [ "b2" ] false; b5 = made "b5" [ "b1" ] false;
  };
  deep =""",
    )
    words = ["jobs", "--constituents", "--no-result-cache", "-E", program]
    whole = {row["attr"]: row for row in map(json.loads, nixlite(words, cwd=tmp_path).stdout.splitlines())}
    done = nixlite([*words, "--max-seconds", "5"], cwd=tmp_path, variables={"ENDLESS": "1"})
    found = {row["attr"]: row for row in map(json.loads, done.stdout.splitlines())}
    unknown = "the run ended before all its constituents were known"
    assert errors(done.stdout).items() >= {"b2": unknown, "b3": unknown, "b4": f"b2: {unknown}\n"}.items()
    assert [found[name] for name in ("b1", "b5")] == [whole[name] for name in ("b1", "b5")]
    assert done.returncode == 1


def test_the_set_itself_is_limited_too(folder: Path) -> None:
    done = nixlite(
        ["jobs", "--max-steps", "1000", "--expr", SET.replace("} // (", "} // endless // (")], cwd=folder
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "it took more than 1000 steps" in done.stderr


@pytest.mark.skipif(not can_fork(), reason="nothing is kept")
def test_a_run_that_was_ended_tells_no_difference_that_is_none(folder: Path) -> None:
    """What is not found yet is not removed."""
    words = ["jobs", "--diff", "--sorted", "--max-seconds", "4", "set.nix", "set.nix"]
    done = nixlite(words, cwd=folder, variables={"ENDLESS": "1"})
    assert done.returncode == 2
    assert done.stdout == ""
