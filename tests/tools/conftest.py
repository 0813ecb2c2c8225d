"""nixlite as people have it: installed from a wheel into an environment of its own, used from a fresh folder.

The environment is made once. What nixlite needs is taken from where the tests run, so that nothing is asked of a
server; nixlite itself is not, nor is the checkout on any path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.support import ROOT

SYSTEM = "/usr/local/bin:/usr/bin:/bin"


class Installed:
    """An environment: *folder* is where it is, *wheel* what nixlite was installed from."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        self.wheel = wheel
        self.bin = folder / "bin"

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """The variables of a person who has activated it; *home* is the home directory."""
        return {
            "PATH": f"{self.bin}:{SYSTEM}", "HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb",
            "COLUMNS": "80", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheel.parent), "PIP_NO_DEPS": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        } | more  # fmt: skip

    def run(
        self, command: list[str], home: Path, cwd: Path | None = None, stdin: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command there; a program without a path is looked for as a shell does."""
        return subprocess.run(
            command, cwd=cwd or home, env=self.environment(home, **more), input=stdin, capture_output=True,
            encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip

    def shell(self, lines: str, home: Path, **more: str) -> str:
        """What lines of a page print in a shell; each has to end well."""
        done = self.run(["bash", "--norc", "-euc", lines], home, **more)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr + done.stdout
        return done.stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    if sys.platform == "win32":
        pytest.skip("what is tried here are shells and programs of Unix")
    wheels = tmp_path_factory.mktemp("wheels")
    wheel = Path(next(WheelBuilder(str(ROOT)).build(directory=str(wheels), versions=["standard"])))
    folder = tmp_path_factory.mktemp("environment") / "env"
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    own = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))
    others = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    (own / "others.pth").write_text("".join(f"{path}\n" for path in sorted(others)), "utf-8")
    for name, module in (("pip", "pip"), ("pytest", "pytest")):
        script(folder / "bin" / name, f'exec "{folder}/bin/python" -m {module} "$@"')
    found = Installed(folder, wheel)
    command = ["pip", "install", "--quiet", "--ignore-installed", "--no-warn-script-location", str(wheel)]
    found.shell(" ".join(command), folder.parent)
    return found


def script(path: Path, line: str) -> None:
    """A program of one line."""
    path.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
    path.chmod(0o755)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A fresh folder, which is the home directory too."""
    return tmp_path


def here(name: str) -> str | None:
    """A program beside the tests' Python or on the path."""
    return shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
