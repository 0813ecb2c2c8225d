"""One session with a server for all tests that need no other: beginning one takes most of a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lsp.editor import Editor

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    with Editor(
        tmp_path_factory.mktemp("session"), {"hover": {"wait": 20}, "diagnostics": {"delay": 0}}
    ) as one:
        yield one
