"""Whole error reports, with and without `--show-trace`: `traces.jsonl` holds what Nix 2.34.8 wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nixlite.oracle import run

ROWS = [json.loads(line) for line in Path(__file__).with_name("traces.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[" ".join([*row["flags"], row["expression"]]) for row in ROWS])
def test_report(row: dict[str, str]) -> None:
    words = ["eval", "--eval", "--strict", *row["flags"], "-E", f"with builtins; {row['expression']}"]
    code, stdout, stderr = run(words, "/", {"HOME": "/", "NIX_PATH": ""}, "")
    assert (stdout, stderr) == (row["stdout"], row["stderr"])
    assert code == (1 if "error:" in stderr else 0)
