"""Imports point one way, and loading the evaluator loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "nixlite"
MODULES = sorted(PACKAGE.rglob("*.py"))

# A layer is a directory of the package, or a module directly in it, and may use itself and the named ones.
GROUND = {"errors", "records", "source", "spelling", "resources"}
LANGUAGE = {*GROUND, "abi", "syntax", "analysis", "compiler", "cache"}
RUNTIME = {*GROUND, "abi", "runtime", "host", "traces"}
EVALUATOR = {
    *RUNTIME, *LANGUAGE, "formats", "regex", "store", "fetch", "flakes", "builtins", "evaluator",
}  # fmt: skip
FRONTENDS = {*EVALUATOR, "cli"}
MAY_USE: dict[str, set[str]] = {
    "errors": {"source"},
    "records": set(),
    "source": set(),
    "spelling": set(),
    "resources": set(),
    "abi": set(),
    "syntax": {*GROUND, "abi.operators"},
    "analysis": {"syntax.nodes", "syntax.tree", "abi.operators", "source", "spelling", "errors"},
    "cache": {"source"},
    "compiler": {"syntax.nodes", "syntax.unparse", "analysis", "abi", "cache.code", *GROUND},
    "runtime": {*GROUND, "abi", "host"},
    "host": {*GROUND, "runtime", "traces"},
    "traces": {*GROUND, "abi", "runtime"},
    "formats": {*GROUND, "runtime"},
    "regex": {*GROUND, "runtime"},
    "store": {*GROUND, "formats"},
    "fetch": {*RUNTIME, "formats", "store"},
    "flakes": {*RUNTIME, "formats", "store", "fetch"},
    "builtins": {*RUNTIME, "formats", "regex", "store", "fetch", "flakes"},
    "evaluator": EVALUATOR,
    "cli": {*FRONTENDS, "explain", "observe"},
    "explain": EVALUATOR,
    "observe": EVALUATOR,
    "repl": {*FRONTENDS, "explain", "observe"},
    "oracle": {*FRONTENDS, "repl", "__main__"},
    "loading": set(),
    "packaging": {"__main__", "syntax"},
    "__main__": {*FRONTENDS, "loading", "repl"},
    "api": EVALUATOR,
    "__init__": {"api", "errors", "host", "runtime"},
}

# Slow to load, or absent in a browser; wanted seldom, so imported in the function that needs them.
HEAVY = {
    "argparse", "asyncio", "ctypes", "concurrent", "csv", "dataclasses", "decimal", "difflib", "fractions",
    "hashlib", "http", "inspect", "json", "logging", "multiprocessing", "pathlib", "pickle", "platform",
    "pydoc", "random", "shutil", "socket", "sqlite3", "ssl", "statistics", "subprocess", "tarfile", "tempfile",
    "threading", "tomllib", "unittest", "urllib", "uuid", "xml", "zipfile", "lark", "prompt_toolkit", "pygments",
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
    "evaluator",
}


def layer_of(module: str) -> str:
    """`nixlite.runtime.thunk` is in the layer `runtime`."""
    return [*module.split("."), "__init__"][1]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(tree: ast.AST, package: str, *, only_top: bool) -> Iterator[str]:
    """The modules that run-time imports in *tree* name; those for type checkers are left out.

    `only_top` leaves out what functions import when they are called, and what stands in for a missing module.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = package.split(".")[: -node.level + 1 or None] if node.level else []
            base = ".".join([*parent, *([node.module] if node.module else [])])
            yield from (module_in(base, alias.name) for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from (name for part in node.orelse for name in imports_of(part, package, only_top=only_top))
        elif not (only_top and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ExceptHandler)):
            yield from imports_of(node, package, only_top=only_top)


def module_in(package: str, name: str) -> str:
    """`from nixlite.syntax import nodes` names a module, `from nixlite.errors import NixError` does not."""
    file = ROOT.joinpath(*package.split("."), f"{name}.py")
    return f"{package}.{name}" if file.exists() or file.with_suffix("").is_dir() else package


def read_imports(path: Path, *, only_top: bool) -> set[str]:
    name = module_name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return set(imports_of(ast.parse(path.read_text("utf-8")), package, only_top=only_top))


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_point_one_way(path: Path) -> None:
    """Imports inside functions count too: they are for speed, not for going upwards."""
    layer = layer_of(module_name(path))
    assert layer in MAY_USE, f"{layer} is no layer: give it its place in MAY_USE"
    forbidden = {
        name
        for name in read_imports(path, only_top=False)
        if name.startswith("nixlite.") and not allowed(name, layer)
    }
    assert forbidden == set()


def allowed(name: str, layer: str) -> bool:
    inside = name.removeprefix("nixlite.")
    return any(inside == used or inside.startswith(f"{used}.") for used in {layer, *MAY_USE[layer]})


@pytest.mark.parametrize("path", [p for p in MODULES if layer_of(module_name(p)) in CORE], ids=module_name)
def test_core_modules_import_nothing_heavy_at_the_top(path: Path) -> None:
    heavy = {name for name in read_imports(path, only_top=True) if name.split(".")[0] in HEAVY}
    assert heavy == set()


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
