"""Ctrl-C is answered at once and never with a traceback: a few of what `python -m tests.interrupts` does."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.interrupts.__main__ import run
from tests.interrupts.bombs import BOMBS, Bomb, make_files
from tests.interrupts.early import early

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 10
"""A busy machine may take that long; `__main__` measures what it takes on an idle one."""

AT_ONCE = {"genList", "printing a shared graph"}
"""What ends by itself: it is refused, or known to be shared."""


def test_early(tmp_path: Path) -> None:
    assert early(tmp_path, 30, seed=1) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bombs")
    make_files(folder)
    return folder


def announced(folder: Path) -> str:
    """What is said of an archive before it is unpacked."""
    return f"unpacking 'file://{folder}/bomb.tar.gz' into the Git cache...\n"


@pytest.mark.parametrize("bomb", BOMBS, ids=[bomb.name for bomb in BOMBS])
def test_bombs(bomb: Bomb, folder: Path) -> None:
    delay = random.Random(bomb.name).uniform(0.05, 0.5)
    took, code, err = run(bomb, folder, delay, [])
    assert took < SECONDS
    if bomb.name not in AT_ONCE:
        assert code == 130
        assert err.removeprefix(announced(folder)) == "error: interrupted by the user\n"
