"""Nodes of Python's syntax tree."""

from __future__ import annotations

import ast

import pytest

from nixlite.compiler import emit


def positions() -> list[bool]:
    """Whether nodes that nobody gave a position have one."""
    nodes = (ast.Name("a", ast.Load()), ast.Pass(), ast.arg("a"), ast.ExceptHandler())
    return [hasattr(node, name) for node in nodes for name in ("lineno", "col_offset")]


@pytest.mark.parametrize("fails", [False, True])
def test_positions_are_lent_for_a_call_only(fails: bool) -> None:
    """Others who make nodes in this process, pytest for one, see none."""
    result = emit.Return(emit.name("x"))
    tree = emit.module([emit.function("f", ["x"], [result])])
    if fails:
        tree.body.append(result)  # outside a function
        with pytest.raises(SyntaxError):
            emit.compiled(tree, "here")
    else:
        names: dict[str, object] = {}
        exec(emit.compiled(tree, "here"), names)
        assert eval("f(3)", names) == 3
    assert not any(positions())


def test_the_position_of_what_has_none() -> None:
    tree = emit.module([emit.assign("x", emit.constant(1))])
    assert {position[:2] for position in emit.compiled(tree, "here").co_positions()} <= {(1, 1), (0, 1)}
