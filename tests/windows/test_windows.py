"""nixlite on a simulated Windows, and how paths are written there. What Nix answers is the same everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from nixlite.drives import is_absolute, is_typed_path, nix_path, system_path, typed_path
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows is simulated on POSIX")

# of Windows                    in Nix                         as the system takes it
PATHS = [
    ("C:\\Users\\ann\\a.nix", "/C:/Users/ann/a.nix", "C:/Users/ann/a.nix"),
    ("c:/x y/ä.nix", "/c:/x y/ä.nix", "c:/x y/ä.nix"),
    ("C:\\", "/C:/", "C:/"),
    ("\\\\server\\share\\a", "/UNC:/server/share/a", "//server/share/a"),
    ("\\\\?\\C:\\long\\a", "/C:/long/a", "C:/long/a"),
    ("\\\\?\\UNC\\server\\share\\a", "/UNC:/server/share/a", "//server/share/a"),
    ("\\tmp\\a", "/tmp/a", "/tmp/a"),
]


@pytest.mark.parametrize(("windows", "nix", "system"), PATHS)
def test_paths_there_and_back(windows: str, nix: str, system: str) -> None:
    assert nix_path(windows) == nix
    assert system_path(nix) == system
    assert nix_path(system) == nix


@pytest.mark.parametrize(
    "path", ["/C:/a\\b", "/C:/what?", "/C:/a:stream", "/a<b", "<nix/fetchurl.nix>", "/C:/a|b"]
)
def test_names_that_no_file_has_there(path: str) -> None:
    with pytest.raises(FileNotFoundError):
        system_path(path)


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("C:\\a.nix", "/C:/a.nix"),
        ("C:/a.nix", "/C:/a.nix"),
        (".\\a.nix", "./a.nix"),
        ("..\\lib", "../lib"),
        ("\\\\server\\share", "/UNC:/server/share"),
    ],
)
def test_typed_paths(word: str, typed: str) -> None:
    assert is_typed_path(word)
    assert typed_path(word) == typed


@pytest.mark.parametrize(
    "word", ["hello", "github:a/b", "<nixpkgs>", "path:./x", "x: x", "nixpkgs#hello", "C"]
)
def test_what_is_no_path(word: str) -> None:
    assert not is_typed_path(word)
    assert not is_absolute(word)


# -- the whole program


class Windows:
    """A folder on drive C and one that is drive D."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        self.second = folder / "second"
        self.home = folder / "home"
        for made in (self.folder, self.second, self.home):
            made.mkdir()

    def name(self, path: Path) -> str:
        return "C:" + str(path).replace("/", "\\")

    def run(self, *words: str, data: str = "", **more: str) -> tuple[int, str, str]:
        env = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "USERPROFILE": self.name(self.home),
            "LOCALAPPDATA": self.name(self.home / "local"), **more,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "tests.windows", "--drive", f"D:={self.second}", *words],
            cwd=self.folder, env=env, input=data, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def windows(tmp_path: Path) -> Windows:
    made = Windows(tmp_path)
    (made.folder / "a.nix").write_text("{ n ? 1 }: { sum = n + import ./b.nix; here = ./.; }")
    (made.folder / "b.nix").write_text("41")
    (made.second / "c.nix").write_text("builtins.attrNames (builtins.readDir ./.)")
    return made


def test_files_by_their_names(windows: Windows) -> None:
    whole = windows.name(windows.folder / "a.nix")
    for name in ("a.nix", ".\\a.nix", whole, whole.replace("\\", "/"), "..\\work\\a.nix"):
        assert windows.run("eval", "-f", name, "sum") == (0, "42\n", ""), name
        assert windows.run("eval", name, "sum", "--arg", "n", "2") == (0, "43\n", ""), name
    assert windows.run("eval", "-f", "D:\\c.nix") == (0, '[ "c.nix" ]\n', "")
    assert windows.run("eval", "a.nix", "here")[1] == f"/C:{windows.folder}\n"


@pytest.mark.parametrize("name", ["nope.nix", "D:\\nope.nix", "E:\\x.nix", "what?.nix", "a.nix\\x"])
def test_files_that_are_not_there(windows: Windows, name: str) -> None:
    code, printed, complaint = windows.run("eval", "-f", name)
    assert (code, printed) == (1, "")
    assert complaint.startswith("error: ")


def test_the_lookup_path(windows: Windows) -> None:
    folder = windows.name(windows.folder)
    assert windows.run("eval", "--impure", "-I", f"w={folder}", "--expr", "import <w/b.nix>")[1] == "41\n"
    path = f"first={windows.name(windows.second)};w={folder}"
    assert windows.run("eval", "--impure", "--expr", "import <w/b.nix>", NIX_PATH=path)[1] == "41\n"


def test_the_bundled_set_gives_what_it_gives_elsewhere(windows: Windows) -> None:
    """The path of `hello` as real Nix has it is in `tests/stdlib`; here it is compared with this machine's."""
    expression = '(import <nixpkgs> { system = "x86_64-linux"; }).hello'
    code, printed, complaint = windows.run("derivation", "show", "--impure", "--expr", expression)
    assert (code, complaint) == (0, "")
    here = subprocess.run(
        [sys.executable, "-m", "nixlite", "derivation", "show", "--impure", "--expr", expression],
        cwd=ROOT, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"], "HOME": str(windows.home)},
    )  # fmt: skip
    assert json.loads(printed) == json.loads(here.stdout)


def test_what_is_kept(windows: Windows) -> None:
    windows.run("eval", "-f", "a.nix", "sum")
    assert list((windows.home / "local" / "nixlite").rglob("*"))
    assert "local/nixlite/units" in windows.run("cache", "info")[1]


def test_the_session(windows: Windows) -> None:
    code, printed, complaint = windows.run(
        "repl", data="x = 20\nx + 1\n:l .\\a.nix\nsum\nhere\n:save .\\kept.txt\n:q\n"
    )
    assert code == 0
    assert "error" not in complaint
    assert "21" in printed
    assert "42" in printed
    assert f"/C:{windows.folder}" in printed
    assert "x + 1" in (windows.folder / "kept.txt").read_text()


@pytest.mark.parametrize(
    "words",
    [
        ["stale", "<nixpkgs>", "--expr", 'p: p.hello.overrideAttrs { version = "3"; }'],
        ["why", "-f", ".\\a.nix", "sum"],
        ["lint", ".\\a.nix"],
        ["trace", "-f", "a.nix", "sum"],
        ["layers", "<nixpkgs>"],
        ["hash", "path", "b.nix"],
        ["config", "show"],
        ["learn", "--list"],
        ["instantiate", "--eval", "--strict", "b.nix"],
        ["jobs", "--expr", "{ a = (import <nixpkgs> { }).hello; }"],
        ["eval", "--max-seconds", "5", "--max-steps", "1000000", "--expr", "1"],
    ],
    ids=lambda words: words[0],
)
def test_commands(windows: Windows, words: list[str]) -> None:
    assert windows.run(*words)[0] == (1 if words[0] == "stale" else 0)


def test_memory_cannot_be_limited(windows: Windows) -> None:
    """A limit that nobody watches would be believed."""
    code, _, complaint = windows.run("eval", "--max-memory", "1000000000", "--expr", "1")
    assert code == 1
    assert "memory cannot be limited here" in complaint


PROGRAM = """
import sys
from tests.windows.simulated import install
install({})
import importlib, pkgutil, nixlite
failed = []
for module in pkgutil.walk_packages(nixlite.__path__, "nixlite."):
    if module.name in sys.argv[1:] or module.name.split(".")[1] in sys.argv[1:]:
        continue
    try:
        importlib.import_module(module.name)
    except Exception as error:
        failed.append(f"{module.name}: {error!r}")
assert nixlite.evaluate_file(sys.argv[-1]).to_python() == 41
print("\\n".join(failed), end="")
"""
ELSEWHERE = ["nixlite.__main__", "nixlite.packaging", "packaging", "testing", "playground", "lsp", "kernel"]
"""Scripts, and rooms that stand on what their extra brings, which is not simulated."""


def test_every_module_is_loaded(windows: Windows) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *ELSEWHERE, windows.name(windows.folder / "b.nix")],
        cwd=ROOT, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("", "")
