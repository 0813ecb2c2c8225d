"""The graph of nixlite's imports, those for types and those inside functions included, and its cycles.

python -m tests.imports              every room with the rooms that it uses, then the cycles
python -m tests.imports ROOM         the modules of a room, each with what it imports
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, NamedTuple

from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path


class Import(NamedTuple):
    """That *module* imports *other*: *kind* is `top`, `late` (inside a function) or `type`."""

    module: str
    other: str
    kind: str


def modules(root: Path = ROOT) -> dict[str, Path]:
    """The files of the package by the names of their modules."""
    found: dict[str, Path] = {}
    for path in sorted((root / "nixlite").rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


class Reader(ast.NodeVisitor):
    """Collects the imports of one module."""

    def __init__(self, module: str, known: dict[str, Path]) -> None:
        self.module = module
        self.known = known
        self.kinds = ["top"]
        self.found: list[Import] = []

    def add(self, other: str) -> None:
        """An import of a module of ours."""
        if other in self.known and other != self.module:
            self.found.append(Import(self.module, other, self.kinds[-1]))

    def visit_Import(self, node: ast.Import) -> None:
        """`import a.b`."""
        for alias in node.names:
            self.add(alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """`from a import b`: the module `a.b`, if there is one, else `a`."""
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            self.add(inner if inner in self.known else node.module or "")

    def visit_If(self, node: ast.If) -> None:
        """`if TYPE_CHECKING:`."""
        if "TYPE_CHECKING" in ast.unparse(node.test):
            self.inside("type", node.body)
            self.inside(self.kinds[-1], node.orelse)
        else:
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """What is imported when it is called."""
        self.inside("late", node.body)

    def inside(self, kind: str, nodes: list[ast.stmt]) -> None:
        """Statements whose imports are of a kind."""
        self.kinds.append(kind)
        for node in nodes:
            self.visit(node)
        self.kinds.pop()


def imports(root: Path = ROOT) -> list[Import]:
    """All imports of modules of nixlite by others."""
    known = modules(root)
    found: list[Import] = []
    for name, path in known.items():
        reader = Reader(name, known)
        reader.visit(ast.parse(path.read_text("utf-8")))
        found += reader.found
    return found


def cycles(edges: list[Import]) -> list[list[str]]:
    """The sets of modules that import each other, directly or not, by name; Tarjan's algorithm."""
    graph: dict[str, list[str]] = {}
    for edge in edges:
        graph.setdefault(edge.module, []).append(edge.other)
        graph.setdefault(edge.other, [])
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    result: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        stack.append(name)
        for other in graph[name]:
            if other not in number:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in stack:
                lowest[name] = min(lowest[name], number[other])
        if lowest[name] == number[name]:
            at = stack.index(name)
            if len(stack) - at > 1:
                result.append(sorted(stack[at:]))
            del stack[at:]

    for name in graph:
        if name not in number:
            visit(name)
    return sorted(result)


def room(module: str) -> str:
    """`nixlite.runtime.thunk` is in the room `runtime`."""
    return [*module.split("."), "__init__"][1]


def main() -> int:
    edges = imports()
    if sys.argv[1:]:
        for edge in edges:
            if room(edge.module) == sys.argv[1]:
                print(f"{edge.module} → {edge.other}{'' if edge.kind == 'top' else f'  ({edge.kind})'}")
        return 0
    used: dict[str, set[str]] = {}
    for edge in edges:
        if room(edge.module) != room(edge.other):
            used.setdefault(room(edge.module), set()).add(room(edge.other))
    for name in sorted(used):
        print(f"{name:12} {' '.join(sorted(used[name]))}")
    found = cycles(edges)
    print(f"{len(found)} cycles")
    for names in found:
        print("  ", *names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
