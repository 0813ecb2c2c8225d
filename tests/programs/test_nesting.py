"""Whatever Nix answers is answered, however deep a program is nested, and nothing crashes the interpreter.

In every run the programs are of moderate size; with `NIXLITE_DEEP=1` in the environment each is also run at full
size (nested 20,000 deep, chains of 50,000, lazy values that wait for 60,000 others), lazily and strictly.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.programs.nesting import ANSWERS, CASES, LARGE, SMALL, key, program, summary
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

RECORDED = json.loads(ANSWERS.read_text(encoding="utf-8"))
DEEP = os.environ.get("NIXLITE_DEEP") == "1"
SECONDS = 120.0  # for a machine with a lot to do; alone each takes a few seconds at most

RUNS = [(kind, name, SMALL, ["--strict"]) for kind, name in CASES]
if DEEP:
    RUNS += [(kind, name, LARGE, flags) for kind, name in CASES for flags in ([], ["--strict"])]


@pytest.mark.parametrize(("kind", "name", "size", "flags"), RUNS, ids=[key(*run) for run in RUNS])
def test_deep_programs(tmp_path: Path, kind: str, name: str, size: int, flags: list[str]) -> None:
    arguments = ["instantiate", "--eval", "--no-cache", *flags, "-"]
    done = nixlite(arguments, stdin=program(kind, name, size), cwd=tmp_path, timeout=SECONDS)
    assert summary(done.returncode, done.stdout, done.stderr) == RECORDED[key(kind, name, size, flags)]
