"""A cat on the keyboard; `python -m tests.lsp.fuzzing` lets it stay longer, and on other files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lsp.editor import Editor
from tests.lsp.fuzzing import play
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("seed", range(1))
def test_no_text_is_too_much(tmp_path: Path, seed: int) -> None:
    text = (ROOT / "stdlib" / "lib.nix").read_text("utf-8")[:2500]
    with Editor(tmp_path, {"evaluate": False, "diagnostics": {"delay": 0}}) as one:
        assert play(one, "cat.nix", text, 40, seed) == 160
