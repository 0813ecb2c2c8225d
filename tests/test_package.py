"""A built wheel holds all that nixlite needs, and works where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a fresh wheel, as pip would lay them down."""
    wheel = next(
        WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    )
    place = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(wheel).extractall(place)
    return place


@pytest.mark.parametrize(
    "name",
    [
        "nixlite/py.typed",
        "nixlite/_grammar/nix.lark",
        "nixlite/_stdlib/lib.nix",
        "nixlite/syntax/_tables.bin",
        "nixlite-0.1.0.data/scripts/nixlite",
        "nixlite-0.1.0.dist-info/licenses/LICENSE",
    ],
)
def test_a_wheel_has(unpacked: Path, name: str) -> None:
    assert (unpacked / name).is_file()


def test_a_wheel_brings_no_tests(unpacked: Path) -> None:
    assert sorted(path.name for path in unpacked.iterdir()) == [
        "nixlite",
        "nixlite-0.1.0.data",
        "nixlite-0.1.0.dist-info",
    ]


def test_the_command_is_a_script_for_python(unpacked: Path) -> None:
    """Installers replace this first line by the path of their Python (PyPA: binary distribution format)."""
    assert (unpacked / "nixlite-0.1.0.data/scripts/nixlite").read_text("utf-8").startswith("#!python\n")


def test_a_wheel_for_windows_has_an_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of which installers make `nixlite.exe`; a script without an ending cannot be started there."""
    monkeypatch.setenv("NIXLITE_FOR", "windows")
    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    assert wheel.endswith("-py3-none-win32.win_amd64.win_arm64.whl")
    files = zipfile.ZipFile(wheel)
    assert not [name for name in files.namelist() if "/scripts/" in name]
    points = files.read("nixlite-0.1.0.dist-info/entry_points.txt").decode()
    assert "[console_scripts]\nnixlite = nixlite.__main__:main\n" in points


def test_windows_gets_its_own_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both lie there; pip takes for each system what says more of it."""
    for system in ("windows", "posix"):
        monkeypatch.setenv("NIXLITE_FOR", system)
        next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path / "both"), versions=["standard"]))
    for platform, tag in (("win_amd64", "win32.win_amd64.win_arm64"), ("macosx_11_0_arm64", "any")):
        got = tmp_path / platform
        words = ["download", "--no-index", "--no-deps", "--only-binary", ":all:", "--platform", platform]
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                *words,
                "-q",
                "-f",
                str(tmp_path / "both"),
                "-d",
                str(got),
                "nixlite",
            ],
            check=True,
        )
        assert [path.name for path in got.iterdir()] == [f"nixlite-0.1.0-py3-none-{tag}.whl"]


def test_a_wheel_evaluates_with_the_tables_it_brings(unpacked: Path, tmp_path: Path) -> None:
    """Lark is not even importable there: nothing is computed that the wheel could bring along."""
    program = (
        "import sys; sys.modules['lark'] = None\n"
        "import nixlite; print(nixlite.__file__, nixlite.evaluate('{ a ? 1 }: a + 1')({}).to_python())"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(unpacked),
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == ([str(unpacked / "nixlite" / "__init__.py"), "2"], "")
