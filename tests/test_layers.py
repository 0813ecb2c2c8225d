"""Imports point one way, in no circle, and loading the evaluator loads nothing heavy.

Imports for types and those inside functions count like all others.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.imports import Import, cycles, imports, modules, room
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULES = modules()

# A layer is a directory of the package, or a module directly in it, and may use itself and the named ones.
GROUND = {"colours", "drives", "errors", "limits", "opaque", "records", "source", "spelling", "resources"}
LANGUAGE = {*GROUND, "abi", "syntax", "analysis", "compiler", "cache"}
RUNTIME = {*GROUND, "abi", "runtime", "host", "traces"}
EVALUATOR = {
    *RUNTIME, *LANGUAGE, "formats", "regex", "store", "fetch", "flakes", "installed", "builtins", "translator",
    "evaluator",
}  # fmt: skip
FRONTENDS = {*EVALUATOR, "cli"}
MAY_USE: dict[str, set[str]] = {
    "colours": set(),
    "drives": {"spelling"},
    "errors": {"source"},
    "limits": {"errors"},
    "opaque": set(),
    "records": set(),
    "source": set(),
    "spelling": set(),
    "resources": {"drives"},
    "abi": set(),
    "syntax": {*GROUND, "abi.operators", "cache.private"},
    "analysis": {"syntax.nodes", "syntax.tree", "abi.operators", "source", "spelling", "errors"},
    "cache": {"source"},
    "compiler": {"syntax.nodes", "syntax.tree", "syntax.unparse", "analysis", "abi", "cache.code", *GROUND},
    "runtime": {*GROUND, "abi", "host", "store"},  # for types
    "host": {*GROUND, "store.tree"},  # for types
    "traces": {*GROUND, "abi", "host", "runtime"},
    "formats": {*GROUND, "abi", "runtime", "store"},
    "regex": {*GROUND, "runtime"},
    "store": GROUND,
    "fetch": {*GROUND, "runtime", "host", "formats", "store"},
    "flakes": {*GROUND, "runtime", "host", "formats", "store", "fetch"},
    "installed": {*GROUND, "host", "runtime", "store"},
    "builtins": {*RUNTIME, "formats", "regex", "store", "fetch", "flakes", "installed"},
    "translator": {*RUNTIME, *LANGUAGE, "builtins.index"},
    "evaluator": {*RUNTIME, "syntax", "cache", "store", "builtins", "translator"},
    "cli": {*FRONTENDS, "explain", "observe"} - {"analysis", "compiler", "regex"},
    "explain": EVALUATOR - {"compiler", "regex", "fetch", "flakes", "traces"},
    "observe": {*RUNTIME, "syntax", "cache", "builtins", "translator", "evaluator"},
    "repl": {*EVALUATOR, "cli", "explain", "observe", "learn", "compiler.naming"}
    - {"compiler", "cache", "regex", "fetch", "flakes"},
    "jobs": {*FRONTENDS, "explain", "observe", "results"} - {"analysis", "compiler", "regex", "syntax"},
    "learn": {*EVALUATOR, "cli", "explain", "observe"} - {"analysis", "compiler", "regex", "fetch", "flakes"},
    "lsp": {*EVALUATOR, "cli", "explain"} - {"analysis", "compiler", "regex", "fetch", "flakes"},
    "kernel": {*EVALUATOR, "cli", "repl", "explain", "testing", "__main__"}
    - {"analysis", "compiler", "regex", "fetch", "flakes", "installed"},
    "playground": {*EVALUATOR, "cli", "repl", "explain", "learn"}
    - {"analysis", "compiler", "regex", "fetch", "flakes", "installed"},
    "documents": {*EVALUATOR, "cli", "repl", "__main__"}
    - {"analysis", "compiler", "regex", "fetch", "flakes"},
    "results": {*GROUND, "host", "cache", "store.tree", "fetch.git_program", "runtime.thunk"},
    "oracle": {*FRONTENDS, "repl", "__main__"},
    "loading": {"cache.private", "resources", "source"},
    "packaging": {"__main__", "syntax", "cli", "resources"},
    "docs": {"cli", "builtins", "resources"},
    "__main__": {*FRONTENDS, "loading", "repl", "results"},
    "interop": {*FRONTENDS, "explain"} - {"analysis", "compiler", "regex"},
    "testing": {*FRONTENDS, "explain", "interop", "api", "documents"}
    - {"analysis", "compiler", "regex", "traces"},
    "api": {*EVALUATOR, "interop"},
    "questions": {*EVALUATOR, "cli", "explain", "interop", "api"} - {"compiler", "regex"},
    "__init__": {"api", "errors", "host", "interop", "limits", "questions", "runtime"},
}

# Slow to load, or absent in a browser; wanted seldom, so imported in the function that needs them.
HEAVY = {
    "argparse", "asyncio", "ctypes", "concurrent", "csv", "dataclasses", "decimal", "difflib", "fractions",
    "hashlib", "http", "inspect", "json", "logging", "multiprocessing", "pathlib", "pickle", "platform",
    "pydoc", "random", "shutil", "socket", "sqlite3", "ssl", "statistics", "subprocess", "tarfile", "tempfile",
    "threading", "tomllib", "unittest", "urllib", "uuid", "xml", "zipfile", "lark", "prompt_toolkit",
}  # fmt: skip
CORE = {
    "errors",
    "source",
    "resources",
    "analysis",
    "compiler",
    "runtime",
    "builtins",
    "store",
    "traces",
    "cache",
    "host",
    "translator",
    "evaluator",
}


LATE = {
    # room: why it imports something only when that is called
    "__main__": "start-up: only the command that is meant is loaded",
    "analysis": "few sources are skimmed",
    "api": "`import nixlite` is to take no time",
    "builtins": "start-up: a program uses few builtins, and few of these fetch or hash",
    "cache": "what is only taken from the cache needs no bounds",
    "cli": "start-up: a command loads what its flags ask for",
    "compiler": "big sources and deep expressions are seldom",
    "documents": "start-up: running examples needs more than saying what is wrong with the command line",
    "errors": "few are pickled",
    "evaluator": "start-up: few programs have a store, and few errors are shown",
    "explain": "most questions need one of many answers",
    "fetch": "few programs fetch, and each in one way",
    "flakes": "few flakes are looked up or locked",
    "formats": "messages of errors",
    "host": "few programs ask for channels or write records",
    "installed": "start-up: few programs build",
    "interop": "`import nixlite` is to take no time, nor a first evaluation",
    "limits": "few evaluations are stopped",
    "jobs": "start-up: few runs write a store, resolve aggregates, or start processes anew",
    "learn": "start-up: a page needs little, and what evaluates is loaded for the first question",
    "loading": "writes once what it then reads",
    "kernel": "the command is there without ipykernel",
    "lsp": "the command is there without pygls; a child process loads what its questions need",
    "observe": "start-up: compiling is not for looking at the cache",
    "packaging": "runs where nothing is installed yet",
    "playground": "a page's first answer is to come soon: what a question needs is loaded for that question",
    "questions": "each question is another command's",
    "repl": "start-up: a session uses few commands",
    "results": "an answer that is known is given without loading the evaluator",
    "runtime": "messages of errors, and what must know how deep it is",
    "store": "start-up: few programs write or read a store",
    "syntax": "start-up: tables are computed when a wheel is built",
    "testing": "pytest loads the plugin whether there are tests in Nix or not",
    "traces": "few errors are shown as records",
    "translator": "start-up: what is in the cache is neither parsed nor compiled",
}
"""Rooms in which functions may import modules of nixlite, and why they do."""

EDGES = imports()


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    assert room(module) in MAY_USE, f"{room(module)} is no room: give it its place in MAY_USE"
    forbidden = {
        edge.other for edge in EDGES if edge.module == module and not allowed(edge.other, room(module))
    }
    assert forbidden == set()


def allowed(name: str, layer: str) -> bool:
    inside = name.removeprefix("nixlite.")
    return any(inside == used or inside.startswith(f"{used}.") for used in {layer, *MAY_USE[layer]})


def test_nothing_imports_itself_by_a_way_around() -> None:
    assert cycles(EDGES) == []


def test_rooms_use_each_other_in_one_direction() -> None:
    assert (
        cycles(
            [
                Import(room(edge.module), room(edge.other), edge.kind)
                for edge in EDGES
                if room(edge.module) != room(edge.other)
            ]
        )
        == []
    )


def test_what_is_imported_late_has_a_reason() -> None:
    assert {room(edge.module) for edge in EDGES if edge.kind == "late"} <= LATE.keys()


@pytest.mark.parametrize("module", [name for name in MODULES if room(name) in CORE])
def test_core_modules_import_nothing_heavy_at_the_top(module: str) -> None:
    assert {name for name in tops(MODULES[module]) if name.split(".")[0] in HEAVY} == set()


def tops(path: Path) -> Iterator[str]:
    """The modules that are imported when a file is, but for what stands in for a missing one."""
    todo: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            todo += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ExceptHandler):
            todo += ast.iter_child_nodes(node)


STRINGS = re.compile(r"nixlite(?:\.[a-z_]+)+(?:\.[A-Za-z_]+)?")


@pytest.mark.parametrize("module", MODULES)
def test_strings_that_name_modules_name_modules_that_are_there(module: str) -> None:
    """A name in a string moves with no tool: `"nixlite.runtime.call"`, or with a class or function at its end."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    named = {
        node.value.rstrip(".")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and STRINGS.fullmatch(node.value.rstrip("."))
    }
    assert {name for name in named if not is_there(name)} == set()


def is_there(name: str) -> bool:
    """Whether there is such a module, or one with such a name in it."""
    if name in MODULES:
        return True
    inside, _, last = name.rpartition(".")
    return inside in MODULES and re.search(rf"\b{last}\b", MODULES[inside].read_text("utf-8")) is not None


def test_evaluating_loads_nothing_heavy() -> None:
    """What a small evaluation has loaded at its end, in a fresh interpreter without site-packages' hooks."""
    program = (
        "import sys; before = set(sys.modules)\n"
        "import nixlite; nixlite.evaluate('1 + 1')\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    # The text is no file, so it is parsed, and the parser needs Lark and what Lark loads.
    assert (
        loaded & {"argparse", "asyncio", "hashlib", "prompt_toolkit", "pygments", "socket", "subprocess"}
        == set()
    )
