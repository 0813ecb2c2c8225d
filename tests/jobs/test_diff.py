"""What has become of the jobs of a set in another version of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

OLD = """
let
  make = name: more: derivation ({ inherit name; system = "x86_64-linux"; builder = "/bin/sh"; } // more);
  source = url: make "source" { inherit url; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; };
in rec {
  same = make "same" { };
  changed = make "changed" { v = 1; };
  user = make "user" { inherit changed; };
  moved = make "moved" { src = source "old"; };
  removed = make "removed" { };
  broken = make "broken" { };
  mended = throw "old";
  failing = throw "always";
  inner = { recurseForDerivations = true; a = make "a" { }; };
  ailing = { recurseForDerivations = true; b = make "b" { }; };
}
"""
NEW = (
    OLD.replace("v = 1", "v = 2")
    .replace('source "old"', 'source "new"')
    .replace('removed = make "removed" { };', 'added = make "added" { };')
    .replace('broken = make "broken" { };', 'broken = throw "new";')
    .replace('mended = throw "old";', 'mended = make "mended" { };')
    .replace('a = make "a" { };', 'a = make "a" { x = 1; };')
    .replace("ailing = { rec", 'ailing = throw "ill"; wailing = { rec')
)


def diff(folder: Path, *words: str) -> tuple[dict[str, dict[str, Any]], str, int]:
    done = nixlite(["jobs", "--diff", "--sorted", *words], cwd=folder)
    return (
        {row["attr"]: row for row in map(json.loads, done.stdout.splitlines())},
        done.stderr,
        done.returncode,
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_becomes_of_jobs(tmp_path: Path, workers: str) -> None:
    rows, told, code = diff(tmp_path, "--workers", workers, "-E", OLD, "-E", NEW)
    assert {attr: (row["status"], row.get("rebuild")) for attr, row in rows.items()} == {
        "added": ("added", None),
        "removed": ("removed", None),
        "changed": ("changed", True),
        "user": ("changed", True),
        "moved": ("changed", False),
        "broken": ("broken", None),
        "mended": ("mended", None),
        "inner.a": ("changed", True),
        "ailing": ("broken", None),
        "ailing.b": ("broken", None),
        "wailing.b": ("added", None),
    }
    assert rows["changed"]["old"].keys() == {"drvPath", "outputs"}
    assert "new" in rows["broken"]["new"]["error"]
    assert told == "2 added, 1 removed, 4 changed (3 to be rebuilt), 3 broken, 1 mended, 2 the same\n"
    assert code == 1


def test_nothing_is_different(tmp_path: Path) -> None:
    (tmp_path / "set.nix").write_text(OLD, "utf-8")
    assert diff(tmp_path, "set.nix", "set.nix") == ({}, "10 the same\n", 0)


def test_mistakes(tmp_path: Path) -> None:
    assert "compares two sets, not 1" in diff(tmp_path, "-E", "{ }")[1]
    rows, told, code = diff(tmp_path, "-E", "{ }", "-E", "throw ''x''")
    assert (rows, code) == ({}, 2)
    assert "error: x" in told
