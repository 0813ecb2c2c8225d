"""The bundled package set has the store paths that real Nix gives it, wherever it lies."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.stdlib import recorded
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path


def value_of(arguments: list[str]) -> Any:
    done = nixlite(["instantiate", *arguments])
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("system", recorded.SYSTEMS)
def test_the_paths_of_all_packages(system: str) -> None:
    paths = value_of(recorded.drv_path_arguments(system))
    assert paths == recorded.recorded_drv_paths()[system]


@pytest.mark.parametrize("name", recorded.EXAMPLES)
def test_the_examples_of_the_material(name: str) -> None:
    assert value_of(recorded.example_arguments(name)) == recorded.recorded_example(name)


def test_paths_do_not_depend_on_where_the_files_lie(tmp_path: Path) -> None:
    shutil.copytree(recorded.ROOT / "stdlib" / "nixpkgs", tmp_path / "elsewhere")
    arguments = [str(tmp_path / "elsewhere"), "--argstr", "system", "x86_64-linux", "-A"]
    known = recorded.recorded_drv_paths()["x86_64-linux"]
    for name in ("hello", "python3Packages.pytorch"):
        assert nixlite(["instantiate", *arguments, name]).stdout == known[name] + "\n"
