"""All that Nix 2.34.8 says to some programs, to the byte; recorded by `recording.py`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.symbols.against_nix import nixlite_answer
from tests.symbols.programs import Program
from tests.traces.recording import ANSWERS, programs

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [json.loads(line) for line in ANSWERS.read_text().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['arguments'][0][2:]} {row['text']}" for row in ROWS])
def test_answer(row: dict[str, Any], tmp_path: Path) -> None:
    made = Program(row["text"], {}, tuple(row["arguments"]))
    assert nixlite_answer(made, tmp_path) == (row["rc"], row["out"], row["err"])


def test_all_are_recorded() -> None:
    assert [(row["text"], tuple(row["arguments"])) for row in ROWS] == [
        (made.text, made.arguments) for made in programs()
    ]
