"""The site, built once."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.docs.site import COMMAND
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, built by the command that CONTRIBUTING names, but for where it is put."""
    pytest.importorskip("sphinx")
    place = tmp_path_factory.mktemp("site").resolve()
    program, *words = COMMAND.split()
    words[-1:] = ["-d", f"{place}/trees", f"{place}/html"]
    command = [sys.executable, "-m", program.replace("-", ".cmd."), *words]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    return place / "html"
