"""What is read from the frames of our functions is assigned there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from nixlite.abi.locals import ANYWHERE, WHERE
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOMS = sorted((ROOT / "nixlite").rglob("*.py"))
ASSIGNED_THERE = [
    (name, place) for names in WHERE.values() for name, places in names.items() for place in places
]
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def file_of(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def tree_of(module: str) -> ast.Module:
    return ast.parse(file_of(module).read_text("utf-8"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, FUNCTION))


def own(function: ast.AST) -> Iterator[ast.AST]:
    """What is in a function, but not in the functions in it."""
    for node in ast.iter_child_nodes(function):
        yield node
        if not isinstance(node, (*FUNCTION, ast.Lambda, ast.ClassDef)):
            yield from own(node)


def local_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The parameters, what is assigned, and what a closure has of the function around it (as `f_locals`)."""
    names = {node.id for node in own(function) if isinstance(node, ast.Name)}
    given = function.args
    return names | {argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def assigned(function: ast.AST) -> set[str]:
    return {n.id for n in own(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


@pytest.mark.parametrize(("name", "place"), ASSIGNED_THERE)
def test_each_is_assigned_where_it_is_read(name: str, place: str) -> None:
    module, _, function_name = place.rpartition(".")
    found = [function for function in functions(tree_of(module)) if function.name == function_name]
    assert found, f"{module} has no function {function_name}"
    for function in found:
        if function_name == "waiting":  # a closure: `function` is a variable of `curry`
            assert name in local_names(function)
        else:
            parameters = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
            assert name in assigned(function) | {parameter.arg for parameter in parameters}


@pytest.mark.parametrize("module", sorted(WHERE))
def test_the_reader_reads_them(module: str) -> None:
    strings = {node.value for node in ast.walk(tree_of(module)) if isinstance(node, ast.Constant)}
    assert set(WHERE[module]) <= strings


def test_the_reader_of_traces_reads_no_other() -> None:
    module = "nixlite.traces.reading"
    read = {
        node.value
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Constant) and str(node.value).startswith("error_")
    }
    assert read == {name for name in {*ANYWHERE, *WHERE[module]} if name.startswith("error_")}


def test_whoever_reads_frames_is_known() -> None:
    readers = {path for path in ROOMS if ".f_locals" in path.read_text("utf-8")}
    assert readers == {file_of(module) for module in WHERE}


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: str(path.relative_to(ROOT / "nixlite")))
def test_what_is_assigned_for_traces_is_read(path: Path) -> None:
    """A name that is not known would be a frame that is missing from traces."""
    known = {*ANYWHERE, *WHERE["nixlite.traces.reading"]}
    for function in functions(ast.parse(path.read_text("utf-8"))):
        assert {name for name in assigned(function) if name.startswith("error_")} <= known


def test_selected_is_assigned_nowhere_else() -> None:
    """In the rooms of traces such a variable means a selection or a delayed call."""
    declared = WHERE["nixlite.traces.reading"]
    for room in ("runtime", "builtins", "host", "formats", "regex", "fetch", "flakes"):
        for path in (ROOT / "nixlite" / room).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for function in functions(ast.parse(path.read_text("utf-8"))):
                for name in assigned(function) & {"selected", "applied"}:
                    assert f"{module}.{function.name}" in declared[name]
