"""Four ways to write a package, one override: the table in `lab/` is made by the tool and is right."""

from __future__ import annotations

from pathlib import Path

import nixlite
from nixlite.explain.stale.comparison import column, table
from tests.explain.support import program_of_file

LAB = Path(__file__).parent / "lab"
WAYS = ("rec", "let", "argument-overrideAttrs", "argument", "finalAttrs")
FOLLOW = {"argument", "finalAttrs"}


def test_the_table_is_what_the_tool_makes() -> None:
    columns = [column(way, program_of_file(str(LAB / f"{way}.nix"))) for way in WAYS]
    assert table(columns) == (LAB / "table.md").read_text()


def test_what_moves() -> None:
    """By the normal evaluator: `override` and `finalAttrs` follow, the others do not."""
    for way in WAYS:
        value = nixlite.evaluate_file(str(LAB / f"{way}.nix"))
        expected = "0.9.0" if way in FOLLOW else "0.8.5"
        found = [value["version"], value["src"]["rev"], value["name"]]
        assert [item.to_python() for item in found] == ["0.9.0", expected, f"lightning-{expected}"], way
