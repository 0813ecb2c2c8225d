"""Fetches against what Nix 2.34.8 answered: see `recorded.py`. `git` is needed, Nix and network are not."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from nixlite.__main__ import run
from nixlite.host.capturing import CapturingHost
from tests.fetch.recorded import ANSWERS, CASE, ENVIRONMENT, Answer, make_material, mask, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDED = [Answer(**row) for row in json.loads(ANSWERS.read_text("utf-8"))]
COMMANDS = {"nix": [], "nix-instantiate": ["instantiate"]}
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The directory that the commands run in."""
    directory = tmp_path_factory.mktemp("material").resolve()
    make_material(directory)
    before = os.getcwd()
    os.chdir(directory)
    yield directory
    os.chdir(before)


@pytest.mark.parametrize("answer", RECORDED, ids=[answer.line.replace(CASE, "") for answer in RECORDED])
def test_answers_as_nix(answer: Answer, material: Path, tmp_path: Path) -> None:
    """`XDG_CACHE_HOME` is not set; the home directory is a new one each time, so nothing is cached."""
    words = words_of(answer.line, material)
    host = CapturingHost({**ENVIRONMENT, "HOME": str(tmp_path), "PATH": os.environ["PATH"]})
    code = run([*COMMANDS[words[0]], *words[1:]], host)
    found = Answer(
        answer.line, code, mask("".join(host.stdout), material), mask("".join(host.stderr), material)
    )
    assert found == answer
    assert {path.name for path in tmp_path.iterdir()} <= {".cache"}
