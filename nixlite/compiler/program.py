"""From an analysed tree to the code of a unit."""

from __future__ import annotations

import marshal

from nixlite.compiler import bindings, emit, expressions, functions, operators
from nixlite.compiler.code import Code
from nixlite.compiler.deferred import PieceCompiler
from nixlite.compiler.unit import Function, Unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from nixlite.analysis.scope import Analysis
    from nixlite.source import Source
    from nixlite.syntax.nodes import Expr

LOWERINGS = (bindings, expressions, functions, operators)
"""Importing these fills the tables of `unit` (VALUE, TAIL)."""


def compile_expression(
    node: Expr, source: Source, analysis: Analysis, primops: dict[str, int], instrumented: bool = False
) -> Code:
    """The code of a unit whose function `main(scope)` returns the value of *node* in WHNF.

    *scope* holds the variables of the outer scope that the analysis was given; *primops* the arity of each
    builtin function; *instrumented*: see `Unit`.
    """
    unit = Unit(source, analysis, primops, instrumented)
    code = finish(unit, main_function(unit, node))
    if analysis.groups:
        from nixlite.compiler.pieces import Pieces  # only big sources have them

        code.pieces = Pieces(lambda: PieceCompiler(unit, finish))
    return code


def piece_compiler(node: Expr, source: Source, analysis: Analysis, primops: dict[str, int]) -> PieceCompiler:
    """What compiles the pieces of a source whose main part was compiled by another process."""
    unit = Unit(source, analysis, primops)
    main_function(unit, node)
    return PieceCompiler(unit, finish)


def main_function(unit: Unit, node: Expr) -> ast.stmt:
    """`def main(scope)`."""
    main = Function(unit, None, frozenset())
    main.tail(node)
    for variable in main.captures:
        read = emit.item(emit.name("scope"), variable.name)
        main.block.insert(0, emit.assign(unit.name_of(variable), read))
    return emit.function("main", ["scope"], main.block)


def finish(unit: Unit, main: ast.stmt) -> Code:
    """The code of a module all of whose functions are written."""
    module = emit.module([*unit.setup, *unit.statics, main])
    code = compile(module, unit.source.name, "exec", dont_inherit=True, optimize=2)
    sites = marshal.dumps(tuple(unit.sites))
    return Code(code, sites, unit.lambdas, unit.source.name, tuple(unit.tables))
