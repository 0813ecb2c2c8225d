"""Groups of modules in one file: what is loaded from there is what would have been loaded one by one."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nixlite.loading import MOST_FILES, bundle_place
from nixlite.syntax import tables
from tests.support import ROOT

PROGRAM = """\
import json, os, sys
def exit(code):
    sys.stdout.flush()
    kinds = {name: type(module.__loader__).__name__ for name, module in sys.modules.items() if "nixlite." in name}
    kinds = {name: kind for name, kind in kinds.items() if kind in ("Loader", "GroupLoader")}
    files = {name: sys.modules[name].__file__ for name in kinds}
    places = [sys.modules["nixlite.runtime.call"].call.__code__.co_filename]
    whole = all(sys.modules[name.rpartition(".")[0]].__dict__[name.rpartition(".")[2]] is sys.modules[name] for name in kinds)
    print(json.dumps([code, kinds, files, places, whole]), file=sys.stderr)
os._exit = exit
from nixlite.__main__ import main
main()
"""
"""Runs a command; tells how each module was loaded, where from, and whether its package knows it."""

SORTED = "builtins.head (builtins.sort builtins.lessThan"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of nixlite without anything that Python has written, and with the parser's tables, as in a wheel."""
    folder = tmp_path_factory.mktemp("template")
    shutil.copytree(ROOT / "nixlite", folder / "nixlite", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "grammar", folder / "grammar")
    tables.write(str(folder / "nixlite/syntax" / Path(tables.SHIPPED).name))
    return folder


@pytest.fixture
def tree(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the template that can be changed."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def run(tree: Path, *flags: str, expression: str = "1 + 1") -> tuple[set[str], set[str]]:
    """Evaluate; the modules that were loaded one by one, and those of groups."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tree), "XDG_CACHE_HOME": str(tree / "cache")}
    done = subprocess.run(
        [sys.executable, "-S", *flags, "-c", PROGRAM, "instantiate", "--no-result-cache", "--eval", "-E", expression],
        cwd=tree, env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == "2"
    code, kinds, files, places, whole = json.loads(done.stderr)
    assert code == 0
    assert whole
    for name, file in files.items():
        assert file.removesuffix("/__init__.py").removesuffix(".py") == str(tree / name.replace(".", "/"))
    assert places == [str(tree / "nixlite/runtime/call.py")]
    return (
        {name for name, kind in kinds.items() if kind == "Loader"},
        {name for name, kind in kinds.items() if kind == "GroupLoader"},
    )


def bundle(tree: Path) -> Path:
    """The file of groups; where it will be, if there is none."""
    found = list((tree / "cache" / "nixlite" / "modules").glob("[!.]*"))
    return (
        found[0] if found else Path(bundle_place(str(tree / "nixlite"), sys.implementation.cache_tag or ""))
    )


def settled(tree: Path) -> Path:
    """The tree, once all that evaluating an expression in the cache needs is in the file."""
    for _ in range(3):
        run(tree)
    return tree


def test_the_next_time(tree: Path) -> None:
    single, grouped = run(tree)
    assert {"nixlite.evaluator", "nixlite.syntax.parser"} <= single
    assert not grouped
    single, grouped = run(settled(tree))
    assert not single
    assert "nixlite.evaluator" in grouped
    assert "nixlite.syntax.parser" not in grouped
    single, grouped = run(tree, expression="2")  # never seen, so it needs the parser
    assert not single
    assert "nixlite.syntax.parser" in grouped


def test_what_is_new_is_added(tree: Path) -> None:
    before = bundle(settled(tree)).stat().st_size
    single, grouped = run(tree, expression=f"{SORTED} [ 3 2 ])")
    assert "nixlite.builtins.lists" in single
    assert grouped
    assert bundle(tree).stat().st_size > before
    single, grouped = run(tree, expression=f"{SORTED} [ 2 3 ])")
    assert not single
    assert "nixlite.builtins.lists" in grouped


def test_a_changed_source(tree: Path) -> None:
    """Its groups are loaded one by one, and written anew."""
    file = settled(tree) / "nixlite/runtime/call.py"
    status = file.stat()
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    single, grouped = run(tree)
    assert {"nixlite.evaluator", "nixlite.runtime.call"} <= single
    assert "nixlite.cli.command" in grouped
    assert not run(tree)[0]
    file.write_text(file.read_text() + "\nadded = 1\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert "nixlite.runtime.call" in run(tree)[0]
    assert not run(tree)[0]


def test_a_folder_that_was_moved(tree: Path) -> None:
    """Tracebacks name where the sources are now."""
    settled(tree)
    moved = tree / "moved"
    moved.mkdir()
    for name in ("nixlite", "grammar"):
        (tree / name).rename(moved / name)
    single, grouped = run(moved)
    assert single
    assert not grouped
    assert not run(settled(moved))[0]


@pytest.mark.parametrize("damage", ["empty", "short", "text", "cut", "other Python"])
def test_a_damaged_file(tree: Path, damage: str) -> None:
    file = bundle(settled(tree))
    data = file.read_bytes()
    file.write_bytes(
        {
            "empty": b"",
            "short": data[:9],
            "text": b"nonsense" * 10,
            "cut": data[: len(data) // 2],
            "other Python": data[:9] + b"\0\0\0\0" + data[13:],
        }[damage]
    )
    single, _ = run(tree)
    assert "nixlite.cli.instantiate" in single or damage == "cut"
    assert single
    run(tree)
    assert not run(tree)[0]


@pytest.mark.parametrize("flags", [["-B"], ["-O"], ["-X", "pycache_prefix=elsewhere"]])
def test_where_nothing_is_to_be_written(tree: Path, flags: list[str]) -> None:
    run(tree, *flags)
    assert not bundle(tree).exists()


def test_a_folder_that_cannot_be_written_to(tree: Path) -> None:
    """Or a file that is in the way."""
    run(tree, "-B")
    bundle(tree).mkdir(parents=True)
    single, grouped = run(tree)
    assert single
    assert not grouped
    assert [entry.name for entry in bundle(tree).parent.iterdir()] == [bundle(tree).name]


def test_nothing_is_left_beside_the_modules(tree: Path) -> None:
    """An installer removes what Python has written there, and nothing else: a folder that stays would be a
    package for Python."""
    old = tree / f"nixlite/__pycache__/modules.{sys.implementation.cache_tag}"
    old.parent.mkdir()
    old.write_bytes(b"of a former nixlite")
    settled(tree)
    kinds = {
        path.suffix for path in tree.glob("nixlite/**/*") if path.is_file() and "__pycache__" in path.parts
    }
    assert kinds == {".pyc"}


def test_what_others_can_write_is_not_run(tree: Path) -> None:
    """It is code."""
    bundle(settled(tree)).chmod(0o620)
    single, grouped = run(tree)
    assert single
    assert not grouped
    assert bundle(tree).stat().st_mode & 0o077 == 0  # it was written anew
    path = bundle(tree)
    data = path.read_bytes()
    path.rename(tree / "elsewhere")
    path.symlink_to(tree / "elsewhere")
    assert not run(tree)[1]
    assert (tree / "elsewhere").read_bytes() == data


def test_places_that_are_gone_are_forgotten(tree: Path) -> None:
    folder = bundle(settled(tree)).parent
    for number in range(2 * MOST_FILES):
        (folder / f"old{number}").touch()
        os.utime(folder / f"old{number}", (number, number))
    run(tree, expression=f"{SORTED} [ 3 2 ])")
    assert len(list(folder.iterdir())) == MOST_FILES
    assert not run(tree)[0]


def test_any_order(tree: Path) -> None:
    """What is in a group depends on what was loaded before; that it can be loaded does not."""
    names = [
        ".".join(file.relative_to(tree).with_suffix("").parts) for file in tree.glob("nixlite/*/**/*.py")
    ]
    names = sorted(name.removesuffix(".__init__") for name in names if not name.startswith("nixlite.repl"))
    choose = random.Random(1)
    program = (
        "import sys\n"
        "from nixlite.loading import hasten, keep\n"
        "finder = hasten()\n"
        "for name in sys.argv[1:]:\n"
        "    __import__(name)\n"
        "    assert sys.modules[name].__spec__.name == name\n"
        "keep(finder)\n"
        "loaders = [module.__loader__ for name, module in sys.modules.items() if name.startswith('nixlite.')]\n"
        "print([type(loader).__name__ for loader in loaders].count('GroupLoader'))"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(tree), "XDG_CACHE_HOME": str(tree / "cache")}
    grouped = []
    for _ in range(12):
        some = choose.sample(names, 12)
        done = subprocess.run(
            [sys.executable, "-c", program, *some],
            cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.stderr == ""
        grouped.append(int(done.stdout))
    assert grouped[0] == 0
    assert grouped[-1] > 20
