"""What programs can reach is reached through the host: the rooms that they run in touch nothing themselves."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.imports import modules, room

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOMS = frozenset(
    "abi analysis builtins compiler evaluator fetch flakes formats installed regex runtime store traces translator".split()
)
MODULES = {name: path for name, path in modules().items() if room(name) in ROOMS}

OUTSIDE = frozenset(
    "subprocess socket ssl urllib.request http.client tempfile shutil ctypes mmap pty glob fileinput".split()
)
"""Modules by which one reaches outside."""
OF_OS = frozenset(
    """
    access chmod environ environb exec execv execve fork getcwd getenv link listdir lstat makedirs mkdir open popen
    posix_spawn read readlink remove rename replace rmdir scandir spawnv stat symlink system uname unlink utime walk write
""".split()
)
OF_PATHS = frozenset(
    "abspath exists expanduser expandvars getmtime getsize isdir isfile islink lexists realpath samefile".split()
)
CLOCK = frozenset({"time", "monotonic", "perf_counter", "time_ns", "localtime", "gmtime"})

ALLOWED = {
    ("nixlite.fetch.curl", "socket"): "classes of errors",
    ("nixlite.fetch.curl", "ssl"): "classes of errors",
    ("nixlite.fetch.curl", "http.client"): "classes of errors",
    ("nixlite.fetch.download", "http.client"): "classes of errors",
    ("nixlite.fetch.git", "posixpath.abspath"): "a path that is relative to the working directory, as in Nix",
    ("nixlite.fetch.inputs", "time.gmtime"): "a date is computed",
    ("nixlite.fetch.inputs", "time.localtime"): "a date is computed",
    ("nixlite.builtins.manual", "open"): "what nixlite brings that is said of builtins",
    ("nixlite.evaluator", "open"): "the Nix files that nixlite brings",
}  # fmt: skip
WRITERS = frozenset({"nixlite.store.export"})
"""Write what the command line names (`--store DIR`), and nothing for a program."""


def reached(tree: ast.Module) -> Iterator[str]:
    """What a module uses to reach outside."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in OUTSIDE)
        elif isinstance(node, ast.ImportFrom):
            names = {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
            yield from names & OUTSIDE
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
            yield "open"
        elif isinstance(node, ast.Attribute):
            where = ast.unparse(node.value)
            of_os = where == "os" and node.attr in OF_OS
            if of_os or (where in ("os.path", "posixpath", "ntpath") and node.attr in OF_PATHS):
                yield f"{where}.{node.attr}"
            elif where == "time" and node.attr in CLOCK:
                yield f"time.{node.attr}"


@pytest.mark.parametrize("module", MODULES)
def test_it_goes_through_the_host(module: str) -> None:
    if module in WRITERS:
        return
    found = set(reached(ast.parse(MODULES[module].read_text("utf-8"))))
    assert {name for name in found if (module, name) not in ALLOWED} == set()


def test_what_is_allowed_is_needed() -> None:
    found = {
        (module, name)
        for module in MODULES
        for name in reached(ast.parse(MODULES[module].read_text("utf-8")))
    }
    assert ALLOWED.keys() <= found


def test_the_rooms_are_there() -> None:
    assert {room(name) for name in MODULES} == ROOMS
