"""Our finder of modules: what it loads is what Python would have loaded."""

from __future__ import annotations

import importlib.util
import inspect
import os
import py_compile
import subprocess
import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.loading import Finder, Loader
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SUFFIX = f".{sys.implementation.cache_tag}.pyc"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[Any, bool]]:
    """Loads the module `x` in a folder; also says whether Python's own loader had to help."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    helped = []
    monkeypatch.setattr(Loader, "path_stats", lambda loader, path: helped.append(path) or os_stats(path))

    def load() -> tuple[Any, bool]:
        helped.clear()
        spec = Finder(SUFFIX).find_spec("nixlite.x", [str(tmp_path)])
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module, bool(helped)

    return load


def os_stats(path: str) -> dict[str, float]:
    status = os.stat(path)
    return {"mtime": status.st_mtime, "size": status.st_size}


def test_python_writes_what_we_read(tmp_path: Path, load: Callable[[], tuple[Any, bool]]) -> None:
    (tmp_path / "x.py").write_text("a = 1\ndef f(): return 2\n")
    for helped in (True, False, False):
        module, was = load()
        assert (module.a, module.f(), was) == (1, 2, helped)
    assert inspect.getsource(module.f) == "def f(): return 2\n"


def test_a_folder_that_was_moved(tmp_path: Path, load: Callable[[], tuple[Any, bool]]) -> None:
    """Tracebacks and `inspect` go by where the source is now."""
    (tmp_path / "x.py").write_text("def f(): return 2\n")
    load()
    (cached,) = (tmp_path / "__pycache__").iterdir()
    py_compile.compile(str(tmp_path / "x.py"), cfile=str(cached), dfile="/elsewhere/x.py")
    module, helped = load()
    assert not helped
    assert module.f.__code__.co_filename == str(tmp_path / "x.py")


def test_a_changed_source(tmp_path: Path, load: Callable[[], tuple[Any, bool]]) -> None:
    file = tmp_path / "x.py"
    file.write_text("a = 1\n")
    load()
    status = file.stat()
    file.write_text("a = 22\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert load()[0].a == 22
    file.write_text("a = 33\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))
    assert load()[0].a == 33


@pytest.mark.parametrize("content", [b"", b"nonsense", None])
def test_a_damaged_file(tmp_path: Path, load: Callable[[], tuple[Any, bool]], content: bytes | None) -> None:
    (tmp_path / "x.py").write_text("a = 1\n")
    load()
    (cached,) = (tmp_path / "__pycache__").iterdir()
    cached.write_bytes(cached.read_bytes()[:20] if content is None else content)
    if content is None:  # Python complains of this too
        with pytest.raises(EOFError):
            load()
    else:
        assert load()[0].a == 1


def test_what_is_not_ours(tmp_path: Path) -> None:
    finder = Finder(SUFFIX)
    (tmp_path / "x.py").touch()
    assert finder.find_spec("x", None) is None
    assert finder.find_spec("other.x", [str(tmp_path)]) is None
    assert finder.find_spec("nixlite.y", [str(tmp_path)]) is None
    assert finder.find_spec("nixlite.x", [str(tmp_path), "/"]) is None


@pytest.mark.parametrize("name", ["nixlite.runtime", "nixlite.runtime.thunk", "nixlite.fetch.git"])
def test_modules_know_where_they_are(name: str) -> None:
    place = [str(ROOT.joinpath(*name.split(".")[:-1]))]
    ours, usual = Finder(SUFFIX).find_spec(name, place), PathFinder.find_spec(name, place)
    assert ours is not None
    assert usual is not None
    for attribute in ("name", "origin", "submodule_search_locations", "has_location", "parent"):
        assert getattr(ours, attribute) == getattr(usual, attribute)
    if sys.pycache_prefix is None:
        assert ours.cached == usual.cached


@pytest.mark.parametrize("flags", [[], ["-O"], ["-B"], ["-X", "pycache_prefix="]])
def test_the_command_line_uses_it(flags: list[str], tmp_path: Path) -> None:
    """Except where Python was told to look elsewhere."""
    program = (
        "import sys, os\n"
        "os._exit = lambda code: print(type(sys.modules['nixlite.evaluator'].__loader__).__name__)\n"
        "from nixlite.__main__ import main\n"
        "main()"
    )
    told = [f"{flag}{tmp_path}" if flag.endswith("=") else flag for flag in flags]
    done = subprocess.run(
        [sys.executable, *told, "-c", program, "instantiate", "--eval", "--no-result-cache", "-E", "1 + 1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    expected = ["SourceFileLoader"] if flags and flags != ["-B"] else ["Loader", "GroupLoader"]
    assert done.stdout.splitlines()[-1] in expected
