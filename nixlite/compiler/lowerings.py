"""The table of the compiler: what lowers each kind of expression, and each operator.

What lowers groups of bindings is the largest of all, and few programs have long chains of one operator: both
are loaded when a program first needs them.
"""

from __future__ import annotations

from nixlite.compiler import arguments, control, functions, literals, operators, selection, variables
from nixlite.compiler.unit import Lowerings
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from nixlite.compiler.unit import Function

CHAINS = {"+": "left", "//": "right", "++": "right"}
"""Operators that make chains, and on which side of one the next is."""

LONG_CHAIN = 32
"""Operators in a chain from which on it is lowered as one."""


def attr_set(f: Function, node: n.AttrSet) -> ast.expr:
    """A set literal."""
    from nixlite.compiler import bindings

    return bindings.attr_set(f, node)


def attr_set_tail(f: Function, node: n.AttrSet) -> None:
    """A set literal that is returned."""
    from nixlite.compiler import bindings

    bindings.attr_set_tail(f, node)


def let_tail(f: Function, node: n.Let) -> None:
    """A `let` that is returned."""
    from nixlite.compiler import bindings

    bindings.let_tail(f, node)


def binary(f: Function, node: n.Binary) -> ast.expr:
    """Any binary operator, or a long chain of one."""
    if node.op in CHAINS and is_long_chain(f, node, CHAINS[node.op]):
        from nixlite.compiler import chains

        return chains.chain(f, node)
    return BINARY[node.op](f, node)


def is_long_chain(f: Function, node: n.Binary, side: str) -> bool:
    """Whether an operator is the outermost of a chain that is lowered as one, see `chains`."""
    at: n.Expr = node
    for _ in range(LONG_CHAIN):
        at = getattr(at, side)
        if type(at) is not n.Binary or at.op != node.op:
            return False
    return not f.unit.instrumented


BINARY: dict[str, Callable[[Function, n.Binary], ast.expr]] = {
    "+": operators.add,
    "-": operators.arithmetic,
    "*": operators.arithmetic,
    "/": operators.divide,
    "<": operators.compare,
    ">": operators.compare,
    "<=": operators.compare,
    ">=": operators.compare,
    "==": operators.equality,
    "!=": operators.equality,
    "&&": operators.logical,
    "||": operators.logical,
    "->": operators.logical,
    "//": operators.update,
    "++": operators.concatenate,
}

LOWERINGS = Lowerings(
    value={
        n.Int: literals.literal,
        n.Float: literals.literal,
        n.Str: literals.literal,
        n.PathLiteral: literals.path_literal,
        n.CurPos: literals.cur_pos,
        n.Interpolation: literals.interpolation,
        n.Var: variables.variable,
        n.Select: selection.select,
        n.HasAttr: selection.has_attr,
        n.ListLiteral: arguments.list_literal,
        n.AttrSet: attr_set,
        n.If: control.if_value,
        n.Assert: control.outlined,
        n.With: control.outlined,
        n.Let: control.outlined,
        n.Lambda: functions.lambda_value,
        n.Call: functions.call_value,
        n.Binary: binary,
        n.Not: operators.invert,
        n.Negate: operators.negate,
        n.SearchPath: operators.search_path,
    },
    tail={
        n.Var: operators.variable_tail,
        n.AttrSet: attr_set_tail,
        n.If: control.if_tail,
        n.Assert: control.assert_tail,
        n.With: control.with_tail,
        n.Let: let_tail,
        n.Binary: operators.binary_tail,
    },
    delayed={
        n.Var: variables.delayed_lookup,
        n.Select: selection.delayed_select,
        n.Call: arguments.delayed_break,
    },
)
