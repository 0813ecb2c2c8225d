"""`--format` of `lint` and `stale`: SARIF for code scanning, annotations for GitHub's workflows.

The names and rules are those of SARIF 2.1.0 and of GitHub's documentation of both; logs like these were validated
with the schema of OASIS.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = """{ lib, stdenv, unused }:
/* é, % */ stdenv.mkDerivation rec { pname = "x"; version = "1"; src = lib.x { rev = version; }; }
"""
UNUSED = "the argument 'unused' is not used"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a b.nix").write_text(PACKAGE, "utf-8")
    return tmp_path


def run(folder: Path, *words: str, code: int = 1) -> str:
    done = nixlite(words, cwd=folder)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def results(text: str) -> list[dict[str, Any]]:
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    (found,) = log["runs"]
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in found["results"])
    assert all(
        rule[name]["text"]
        for rule in found["tool"]["driver"]["rules"]
        for name in ("shortDescription", "fullDescription", "help")
    )
    return list(found["results"])


def place(result: dict[str, Any]) -> tuple[str, dict[str, int]]:
    (location,) = result["locations"]
    physical = location["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]


def test_annotations(folder: Path) -> None:
    first, second = run(folder, "lint", "a b.nix", "--format", "github").splitlines()
    assert first == (
        "::warning file=a b.nix,line=1,endLine=1,col=16,endColumn=22,title=nixlite unused-argument::"
        f"{UNUSED}%0Abetter: remove it, here and where a call gives it"
    )
    # a column is counted in characters; Nix counts bytes
    assert second.startswith(
        "::warning file=a b.nix,line=2,endLine=2,col=32,endColumn=35,title=nixlite rec-arguments::"
    )


def test_what_annotations_cannot_hold_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "a,b%:c.nix").write_text(PACKAGE, "utf-8")
    first = run(tmp_path, "lint", ".", "--format", "github").splitlines()[0]
    assert first.startswith("::warning file=a%2Cb%25%3Ac.nix,line=1,")


def test_sarif(folder: Path) -> None:
    first, second = results(run(folder, "lint", "a b.nix", "--format", "sarif"))
    assert place(first) == ("a%20b.nix", {"startLine": 1, "startColumn": 16, "endLine": 1, "endColumn": 22})
    assert first["message"]["text"].split("\n")[0] == UNUSED
    assert (first["ruleId"], first["level"]) == ("unused-argument", "warning")
    assert second["ruleId"] == "rec-arguments"


def test_fingerprints_stay_when_lines_move(folder: Path) -> None:
    def prints() -> list[str]:
        found = results(run(folder, "lint", "a b.nix", "--format", "sarif"))
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in found]

    before = prints()
    (folder / "a b.nix").write_text(f"# more\n\n{PACKAGE}", "utf-8")
    assert prints() == before
    assert len(set(before)) == 2


def test_paths_are_those_of_the_repository(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / "sub").mkdir()
    (folder / "sub" / "c.nix").write_text(PACKAGE, "utf-8")
    shown = run(folder / "sub", "lint", "c.nix", "../a b.nix", "--format", "sarif")
    assert [place(result)[0] for result in results(shown)] == ["sub/c.nix"] * 2 + ["a%20b.nix"] * 2


def test_files_that_cannot_be_read_are_errors(folder: Path) -> None:
    (folder / "bad.nix").write_text("{ é = 1 }\n", "utf-8")
    (result,) = results(run(folder, "lint", "bad.nix", "--format", "sarif", code=2))
    assert (result["ruleId"], result["level"]) == ("unreadable", "error")
    assert "::error file=bad.nix,line=1," in run(folder, "lint", "bad.nix", "--format", "github", code=2)


def test_nothing_found(tmp_path: Path) -> None:
    (tmp_path / "a.nix").write_text("{ a = 1; }\n", "utf-8")
    assert run(tmp_path, "lint", "a.nix", "--format", "github", code=0) == ""
    assert results(run(tmp_path, "lint", "a.nix", "--format", "sarif", code=0)) == []


def test_only_syntax(folder: Path) -> None:
    assert run(folder, "lint", "--syntax", ".", code=0) == "nothing found in 1 file\n"
    (folder / "bad.nix").write_text("{ a = b; }\n", "utf-8")
    done = nixlite(["lint", "--syntax", "."], cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: undefined variable 'b'\n" in done.stderr


STALE = """let
  pkgs = import <nixpkgs> { };
in
{
  a = pkgs.python3Packages.pytorch-lightning.overridePythonAttrs (old: {
    version = "0.9.0";
  });
  b = pkgs.hello.overrideAttrs (old: { doCheck = false; });
}
"""


def test_stale(tmp_path: Path) -> None:
    (tmp_path / "shell.nix").write_text(STALE, "utf-8")
    (shown,) = run(tmp_path, "stale", "shell.nix", "--format", "github").splitlines()
    assert shown.startswith(
        "::error file=shell.nix,line=5,endLine=5,title=nixlite stale-override::You still download "
    )
    assert '%0Arec {%0A  version = "0.9.0";%0A' in shown
    (result,) = results(run(tmp_path, "stale", "shell.nix", "--format", "sarif"))
    assert place(result) == ("shell.nix", {"startLine": 5})
    assert run(tmp_path, "stale", "shell.nix", "b", "--format", "github", code=0) == ""


def test_stale_of_plain_sets(tmp_path: Path) -> None:
    (tmp_path / "a.nix").write_text("let base = rec { a = 1; b = a + 1; }; in\nbase // { a = 2; }\n", "utf-8")
    (result,) = results(run(tmp_path, "stale", "a.nix", "--format", "sarif"))
    assert place(result) == ("a.nix", {"startLine": 2})
    assert result["message"]["text"].startswith("`b` still has the old `a`.")


@pytest.mark.parametrize("command", ["lint", "stale"])
def test_formats_that_are_none(folder: Path, command: str) -> None:
    done = nixlite([command, "a b.nix", "--format", "sariff"], cwd=folder)
    assert done.returncode == 1
    assert (
        "there is no format 'sariff'; the formats: text, json, sarif, github\n       Did you mean sarif?"
        in done.stderr
    )
    assert json.loads(run(folder, "lint", "a b.nix", "--format", "json"))[0]["rule"] == "unused-argument"
