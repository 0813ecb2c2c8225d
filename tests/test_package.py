"""A built wheel holds all that nixlite needs, and works where there is no checkout."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipapp
import zipfile
from email import message_from_string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from nixlite.resources import DOCUMENTATION, HOME
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable


VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
"""The one place where it is stated."""

DATA, INFO = f"nixlite-{VERSION}.data", f"nixlite-{VERSION}.dist-info"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh wheel."""
    place = str(tmp_path_factory.mktemp("wheel"))
    return Path(next(WheelBuilder(str(ROOT)).build(directory=place, versions=["standard"])))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its files, as pip would lay them down."""
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
        f"{DATA}/scripts/nixlite",
        f"{DATA}/data/share/man/man1/nixlite.1",
        f"{DATA}/data/share/man/man1/nixlite-flake-show.1",
        f"{DATA}/data/share/bash-completion/completions/nixlite",
        f"{DATA}/data/share/zsh/site-functions/_nixlite",
        f"{DATA}/data/share/fish/vendor_completions.d/nixlite.fish",
        f"{INFO}/licenses/LICENSE",
    ],
)
def test_a_wheel_has(unpacked: Path, name: str) -> None:
    assert (unpacked / name).is_file()


def test_a_wheel_brings_no_tests(unpacked: Path) -> None:
    assert sorted(path.name for path in unpacked.iterdir()) == [
        "nixlite",
        DATA,
        INFO,
    ]


def test_documentation_is_in_the_sources_only(unpacked: Path, tmp_path: Path) -> None:
    assert not (unpacked / "nixlite" / "docs").exists()
    archive = next(SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"nixlite/docs/conf.py", "nixlite/docs/index.md", "nixlite/docs/reference/api.md"} <= names
    assert {
        ".github/CONTRIBUTING.md",
        ".ci/run",
        ".pre-commit-hooks.yaml",
        "tests/run",
    } <= names  # what they name


def test_what_an_index_shows(unpacked: Path) -> None:
    """PEP 753 has the labels; addresses are absolute, and told in one place."""
    told = message_from_string((unpacked / INFO / "METADATA").read_text("utf-8"))
    urls = dict(line.split(", ", 1) for line in told.get_all("Project-URL", []))
    assert list(urls) == ["Homepage", "Documentation", "Changelog", "Issues", "Source"]
    assert all(url.startswith((HOME, DOCUMENTATION)) for url in urls.values())
    assert told["Version"] == VERSION
    assert "without Nix" in told["Summary"]
    assert told["Description-Content-Type"] == "text/markdown"


def test_the_changelog_tells_of_this_version() -> None:
    text = (ROOT / "nixlite/docs/changelog.md").read_text("utf-8")
    versions = re.findall(r"^## (\S+) – \d{4}-\d\d-\d\d$", text, re.MULTILINE)
    assert versions[0] == VERSION
    assert versions == sorted(
        versions, key=lambda version: [int(part) for part in version.split(".")], reverse=True
    )


def test_the_command_is_a_script_for_python(unpacked: Path) -> None:
    """Installers replace this first line by the path of their Python (PyPA: binary distribution format)."""
    assert (unpacked / f"{DATA}/scripts/nixlite").read_text("utf-8").startswith("#!python\n")


def test_pages_and_completion_need_nothing_that_a_build_has_not() -> None:
    """Where a wheel is built there are only hatchling and lark."""
    program = (
        "import sys\n"
        "sys.modules |= dict.fromkeys(['prompt_toolkit', 'pytest', 'pygls', 'lsprotocol', 'distributed'])\n"
        "from nixlite.cli.shell.completion import SHELLS, script\n"
        "from nixlite.cli.shell.man import pages\n"
        "print(len(pages('1')), len([script(shell) for shell in SHELLS]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout.split()[1:], done.stderr) == (["3"], "")


@pytest.fixture(scope="module")
def windows_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh wheel for Windows."""
    place = str(tmp_path_factory.mktemp("windows"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NIXLITE_FOR", "windows")
        return Path(next(WheelBuilder(str(ROOT)).build(directory=place, versions=["standard"])))


def test_a_wheel_for_windows_has_an_entry_point(windows_wheel: Path) -> None:
    """Of which installers make `nixlite.exe`; a script without an ending cannot be started there."""
    assert windows_wheel.name.endswith("-py3-none-win32.win_amd64.win_arm64.whl")
    files = zipfile.ZipFile(windows_wheel)
    assert not [name for name in files.namelist() if "/scripts/" in name]
    points = files.read(f"{INFO}/entry_points.txt").decode()
    assert "[console_scripts]\nnixlite = nixlite.__main__:main\n" in points


def test_windows_gets_its_own_wheel(wheel: Path, windows_wheel: Path, tmp_path: Path) -> None:
    """Both lie there; pip takes for each system what says more of it."""
    for platform, tag in (("win_amd64", "win32.win_amd64.win_arm64"), ("macosx_11_0_arm64", "any")):
        got = tmp_path / platform
        words = ["download", "--no-index", "--no-deps", "--only-binary", ":all:", "--platform", platform]
        places = ["-f", str(wheel.parent), "-f", str(windows_wheel.parent), "-d", str(got)]
        subprocess.run([sys.executable, "-m", "pip", *words, "-q", *places, "nixlite"], check=True)
        assert [path.name for path in got.iterdir()] == [f"nixlite-{VERSION}-py3-none-{tag}.whl"]


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


LARGEST = 1_450_000
"""Bytes that a wheel may have. Three quarters of it are the modules, which have no comments there."""


def test_a_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= LARGEST
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.endswith(".pyc")]
    assert not [name for name in names if name.startswith(("nixlite/docs", "nixlite/packaging"))]


DOCUMENTED = """\
import inspect, json, os, nixlite
from nixlite.builtins.index import BUILTINS
from nixlite.builtins.install import declaration
from nixlite.repl.commands.table import COMMANDS
from nixlite.testing import plugin
found = {name: inspect.getdoc(getattr(nixlite, name)) for name in nixlite.__all__}
for kind in (nixlite.Value, nixlite.NixError, nixlite.Evaluator, nixlite.Host, nixlite.Settings, nixlite.Limits):
    found |= {f"{kind.__name__}.{name}": inspect.getdoc(each) for name, each in vars(kind).items()}
found |= {f"builtins.{name}": declaration(name).function.__doc__ for name in BUILTINS}
found |= {command.names[0]: command.explanation for command in COMMANDS}
found["fixture"] = inspect.getdoc(plugin.nixpkgs)
os.write(1, json.dumps(found, sort_keys=True).encode())
"""


def test_what_is_read_of_a_wheel_is_there(unpacked: Path, tmp_path: Path) -> None:
    """Modules have no docstrings there, but for those that help of Python's, ours or pytest's shows."""
    told = []
    for place in (ROOT, unpacked):
        environment = {**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-c", DOCUMENTED],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stderr == ""
        told.append(json.loads(done.stdout))
    assert told[0] == told[1]
    assert len([text for text in told[0].values() if text]) > 300


def test_what_is_published_as_source_builds_the_same_wheel(tmp_path: Path) -> None:
    """Each in a process of its own: `marshal` marks what somebody else has, too, so the parser's tables differ."""
    source = next(SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    with tarfile.open(source) as files:
        files.extractall(tmp_path, filter="data")
    (root,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    program = (
        "import sys; from hatchling.builders.wheel import WheelBuilder\n"
        "print(next(WheelBuilder('.').build(directory=sys.argv[1], versions=['standard'])))"
    )
    found = []
    for place in (ROOT, root):
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / f"built-{len(found)}")],
            cwd=place, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        with zipfile.ZipFile(done.stdout.strip()) as built:
            found.append({entry.filename: entry.CRC for entry in built.infolist()})
    assert found[0] == found[1]


@pytest.fixture(scope="module")
def zipped(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file with nixlite and what it needs, made as the page says; the libraries are those of the tests."""
    folder = tmp_path_factory.mktemp("zipped")
    shutil.copytree(unpacked, folder / "all")
    for name in ("lark", "prompt_toolkit", "wcwidth"):
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(spec.origin).parent, folder / "all" / name, ignore=ignored)
    zipapp.create_archive(folder / "all", folder / "nixlite.pyz", main="nixlite.__main__:main")
    return folder / "nixlite.pyz"


@pytest.fixture
def alone(zipped: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs Python where there is no nixlite but that of the archive."""

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONUTF8": "1", **more}
        return subprocess.run(
            [sys.executable, "-S", *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    return run


def test_one_file_has_all(
    zipped: Path, alone: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "set.nix").write_text(
        'rec { a = derivation { name = "a"; system = "x"; builder = "/b"; }; b = a // { c = 1; }; }', "utf-8"
    )
    for words, told in [
        (["eval", "--expr", "1 + 1"], "2\n"),
        (["jobs", "set.nix"], '"attr":"a"'),
        (["why", "set.nix", "b.c"], "set.nix:1 "),
        (["repl", "--expr", "{ x = 41; }", "-c", "x + 1"], "42"),
        (["learn", "--list"], "Overriding"),
    ]:
        done = alone(str(zipped), *words)
        assert (done.stderr, done.returncode) == ("", 0)
        assert told in done.stdout


def test_one_file_is_a_library_too(
    zipped: Path, alone: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    program = "import nixlite; print(nixlite.evaluate('{ a = builtins.length [ 1 2 ]; }').to_python())"
    done = alone("-c", program, PYTHONPATH=str(zipped))
    assert (done.stdout, done.stderr) == ("{'a': 2}\n", "")


def test_a_new_file_takes_the_place_of_the_old_one(
    zipped: Path, alone: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    own = tmp_path / "own.pyz"
    copies = tmp_path / ".cache/nixlite/archives"
    shutil.copy(zipped, own)
    assert alone(str(own), "eval", "--expr", "1").stdout == "1\n"
    first = os.listdir(copies)
    os.utime(own, (1, 1))
    assert alone(str(own), "eval", "--expr", "1").stdout == "1\n"
    assert len(first) == len(os.listdir(copies)) == 1
    assert first != os.listdir(copies)


@pytest.mark.skipif(os.name == "nt", reason="rights are kept elsewhere on Windows")
def test_one_file_runs_nothing_that_others_can_write(
    zipped: Path, alone: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    assert alone(str(zipped), "eval", "--expr", "1").stdout == "1\n"
    (copy,) = (tmp_path / ".cache/nixlite/archives").iterdir()
    copy.chmod(0o777)
    done = alone(str(zipped), "eval", "--expr", "1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: unpacking nixlite: ")
    assert "Traceback" not in done.stderr


def test_one_file_without_a_place_for_its_files_says_so(
    zipped: Path, alone: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for place in (str(tmp_path / "file"), "relative"):
        done = alone(str(zipped), "eval", "--expr", "1", XDG_CACHE_HOME=place)
        assert (done.returncode, done.stdout) == (1, "")
        assert "XDG_CACHE_HOME" in done.stderr
        assert "Traceback" not in done.stderr


def test_the_course_of_a_wheel_is_unpacked_once(unpacked: Path, tmp_path: Path) -> None:
    """Its files are one there; they are those of the checkout, and other courses begin with their template."""
    program = (
        "from nixlite.learn.course import read_course\n"
        "from nixlite.learn.making import make_course\n"
        "from nixlite.playground.archive import contents\n"
        "print(read_course(None).folder, len(read_course(None).lessons), len(make_course('own')))\n"
        "print(len([name for name in contents() if name.startswith('nixlite/_stdlib/learn')]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def run() -> subprocess.CompletedProcess[str]:
        shutil.rmtree(tmp_path / "own", ignore_errors=True)
        return subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    done = run()
    place, lessons, own, packed = done.stdout.split()
    assert (done.stderr, int(lessons)) == ("", len(list((ROOT / "stdlib/learn").glob("[0-9]*"))))
    assert int(own) == len([path for path in (ROOT / "stdlib/learn/template").rglob("*") if path.is_file()])
    here = {path.relative_to(ROOT / "stdlib/learn"): path for path in (ROOT / "stdlib/learn").rglob("*.*")}
    there = {path.relative_to(place): path for path in Path(place).rglob("*.*")}
    texts = [
        {name: path.read_bytes() for name, path in paths.items() if path.is_file()} for paths in (here, there)
    ]
    assert texts[0] == texts[1]
    assert int(packed) == len(texts[0])
    assert Path(place).parent == tmp_path / "cache/nixlite/archives"
    times = os.stat(place)
    assert run().stdout == done.stdout
    assert os.stat(place).st_ctime_ns == times.st_ctime_ns
    for cache, told in (("relative", "there is no folder"), ("/dev/null", "'/dev/null/nixlite")):
        environment["XDG_CACHE_HOME"] = cache
        assert f"UsageError: unpacking the course to the user's cache: {told}" in run().stderr
