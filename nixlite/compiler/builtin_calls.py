"""Lowering of calls of builtins with all their arguments: the Python function is called directly.

What a few of them do is written in place: a type test needs no call. Their argument is evaluated as if inside
the builtin, for the trace.
"""

from __future__ import annotations

from nixlite.analysis.scope import Variable
from nixlite.compiler import emit
from nixlite.compiler.expressions import TYPE_TESTS, argument, called_builtin, resolved
from nixlite.compiler.unit import CONTEXT
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from nixlite.compiler.unit import Function, Site


def builtin_call(f: Function, node: n.Call, name: str, arity: int, site: Site) -> ast.expr:
    """The result of the builtin *name*, called with the first *arity* of the arguments of *node*."""
    if not f.unit.instrumented:
        if name in TYPE_TESTS:
            return type_test(f, node, name)
        if name == "length":
            return length(f, node, site)
        if name == "foldl'":
            generated = generated_list(f, node.arguments[2])
            if generated is not None:
                arguments = [argument(f, item) for item in node.arguments[:arity]]
                return emit.call(site, "o_fold_generated", *arguments, *generated)
    return emit.call(site, "p_" + name, *[argument(f, item) for item in node.arguments[:arity]])


def inside(f: Function, name: str, pos: int, *nodes: n.Expr) -> list[ast.expr]:
    """The values of arguments, evaluated in order as if inside the builtin *name* called at *pos*."""
    context = f.unit.site(pos, f.context, CONTEXT, f"while calling the '{name}' builtin")
    f.reads_harmlessly(*nodes)
    return [operand(f, context, node) for node in nodes]


def operand(f: Function, context: Site, node: n.Expr) -> ast.expr:
    """An argument's value; a variable is forced by the builtin, which has no place in the source."""
    resolution = f.unit.analysis.variables.get(node) if type(node) is n.Var else None
    if type(resolution) is Variable:
        return resolved(f, resolution, f.unit.site(n.NO_POS, context.number))
    return f.within(context, node)


def type_test(f: Function, node: n.Call, name: str) -> ast.expr:
    """`isAttrs x` and its like."""
    [value] = inside(f, name, node.pos, node.arguments[0])
    first, *others = TYPE_TESTS[name]
    if not others:
        return emit.type_is(value, first)
    kind = f.temporary()
    tests = [emit.compare(emit.walrus(kind, emit.call(None, "type", value)), emit.IS, emit.name(first))]
    tests += [emit.compare(emit.name(kind), emit.IS, emit.name(other)) for other in others]
    return emit.any_of(*tests)


def length(f: Function, node: n.Call, site: Site) -> ast.expr:
    """`length xs`."""
    [value] = inside(f, "length", node.pos, node.arguments[0])
    name = f.temporary()
    return emit.if_else(
        emit.type_is(emit.walrus(name, value), "tuple"),
        emit.call(None, "len", emit.name(name)),
        emit.call(site, "p_length", emit.name(name)),
    )


def generated_list(f: Function, node: n.Expr) -> list[ast.expr] | None:
    """The arguments of `genList`, when that is what *node* calls: see `builtins.folds`."""
    if type(node) is not n.Call or len(node.arguments) != 2 or called_builtin(f, node) != "genList":
        return None
    return [argument(f, item) for item in node.arguments]
