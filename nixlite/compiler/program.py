"""From an analysed tree to the code of a unit."""

from __future__ import annotations

import marshal

from nixlite.analysis.deferral import heads
from nixlite.cache.code import IS_SET, Code
from nixlite.compiler import emit
from nixlite.compiler.lowerings import LOWERINGS
from nixlite.compiler.unit import Function, Unit
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from nixlite.abi.signatures import Signatures
    from nixlite.analysis.facts import Analysis
    from nixlite.compiler.deferred import PieceCompiler
    from nixlite.compiler.naming import Naming
    from nixlite.source import Source
    from nixlite.syntax.nodes import Expr


def compile_expression(
    node: Expr,
    source: Source,
    analysis: Analysis,
    signatures: Signatures,
    instrumented: bool = False,
    counted: bool = False,
    stepping: bool = False,
    metered: bool = False,
) -> tuple[Code, Callable[[], PieceCompiler] | None]:
    """The code of a unit whose function `main(scope)` returns the value of *node* in WHNF.

    Of a source with pieces also what makes their compiler. *scope* holds the variables of the outer scope
    that the analysis was given; *signatures*: of the builtins; *instrumented*, *counted*,
    *stepping*, *metered*: see `Unit`.
    """
    unit = Unit(source, analysis, signatures, LOWERINGS, instrumented, counted, stepping, metered)
    unit.heads = heads(node)
    if type(node) is n.AttrSet:
        unit.setup.append(emit.assign(IS_SET, emit.constant(True)))
    code = finish(unit, main_function(unit, node))
    code.names = "\0".join(source.names)
    code.groups = tuple(analysis.order.groups)
    if analysis.groups:
        from nixlite.compiler.deferred import PieceCompiler  # only big sources have pieces

        return code, lambda: PieceCompiler(unit, finish)
    return code, None


def piece_compiler(
    node: Expr,
    source: Source,
    analysis: Analysis,
    signatures: Signatures,
    instrumented: bool = False,
    counted: bool = False,
    metered: bool = False,
) -> PieceCompiler:
    """What compiles the pieces of a source whose main part was compiled by another process."""
    from nixlite.compiler.deferred import PieceCompiler

    unit = Unit(source, analysis, signatures, LOWERINGS, instrumented, counted, metered=metered)
    unit.heads = heads(node)
    main_function(unit, node)
    return PieceCompiler(unit, finish)


def named_expression(
    node: Expr,
    source: Source,
    analysis: Analysis,
    signatures: Signatures,
    instrumented: bool = False,
    counted: bool = False,
    stepping: bool = False,
    metered: bool = False,
    *,
    piece: int | None = None,
) -> Naming:
    """What the variables of a unit that was compiled before stand for, or of a piece of it."""
    from nixlite.compiler.naming import Naming  # few programs are looked into

    unit = Unit(source, analysis, signatures, LOWERINGS, instrumented, counted, stepping, metered)
    unit.heads = heads(node)
    code = finish(unit, main_function(unit, node))
    if piece is not None:
        from nixlite.compiler.deferred import PieceCompiler

        compiler = PieceCompiler(unit, finish)
        code = compiler(piece)
        unit = compiler.part
    return Naming(node, unit, code.code)


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
    functions = [*unit.statics, main]
    if unit.metered:
        emit.insert_first(functions, "tick")
    module = emit.module([*unit.setup, *functions])
    code = emit.compiled(module, unit.source.name)
    sites = marshal.dumps(tuple(unit.sites))
    return Code(code, sites, unit.lambdas, unit.source.name, tuple(unit.tables))
