"""Lowering of calls of builtins with all their arguments: the Python function is called directly.

What a few of them do is written in place: a type test needs no call. Their argument is evaluated as if inside
the builtin, for the trace.
"""

from __future__ import annotations

from nixlite.abi.signatures import FUNCTION, INTEGER, STRING
from nixlite.abi.sites import CONTEXT
from nixlite.analysis.facts import Variable
from nixlite.compiler import emit
from nixlite.compiler.arguments import argument, escaping_argument
from nixlite.compiler.control import TYPE_TESTS
from nixlite.compiler.variables import called_builtin, is_function_variable, named_builtin, resolved
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from nixlite.abi.sites import Site
    from nixlite.compiler.unit import Function

NEVER_DELAYED = (n.Var, n.Int, n.Float, n.Str, n.PathLiteral, n.Lambda, n.ListLiteral, n.AttrSet)
"""What is handed on as it is."""


def builtin_call(f: Function, node: n.Call, name: str, arity: int, site: Site) -> ast.expr:
    """The result of the builtin *name*, called with the first *arity* of the arguments of *node*."""
    if not (f.unit.instrumented or f.unit.counted):
        if name in TYPE_TESTS:
            return type_test(f, node, name)
        if name == "length":
            return length(f, node, site)
        if name == "toString":
            return to_string(f, node, site)
        if name == "foldl'":
            generated = generated_list(f, node.arguments[2])
            if generated is not None:
                function, start, elements = node.arguments[:arity]
                arguments = [
                    argument(f, function),
                    escaping_argument(f, start, None),
                    argument(f, elements),
                    *generated,
                ]
                return emit.call(site, "o_fold_generated", *arguments)
    return emit.call(site, "p_" + name, *arguments_of(f, name, node, arity))


def arguments_of(f: Function, name: str, node: n.Call, arity: int) -> list[ast.expr]:
    """The arguments; one that the builtin would force before all else is no thunk but evaluated in place."""
    apart = f.unit.instrumented or f.unit.counted
    at, text = (-1, "") if apart else forced_in_place(f, name, node)
    made = []
    for index, item in enumerate(node.arguments[:arity]):
        if index == at:
            context = f.unit.site(node.pos, f.context, CONTEXT, f"while calling the '{name}' builtin")
            if text:
                context = f.unit.site(n.NO_POS, context.number, CONTEXT, text)
            made.append(f.within(context, item))
        elif f.unit.signatures.keeps.get(name) == index:
            made.append(escaping_argument(f, item, None))
        else:
            made.append(argument(f, item))
    return made


def forced_in_place(f: Function, name: str, node: n.Call) -> tuple[int, str]:
    """Which argument is evaluated in place, and its context; (-1, "") if none.

    That is the first one that is not a literal of the right type; a variable is left to the builtin.
    """
    for index, kind, text in f.unit.signatures.forces.get(name, ()):
        item = node.arguments[index]
        if not is_literal(f, item, kind):
            return (-1, "") if kind == FUNCTION or type(item) in NEVER_DELAYED else (index, text)
    return -1, ""


def is_literal(f: Function, node: n.Expr, kind: str) -> bool:
    """Whether *node* is a value of type *kind* as it stands."""
    if kind == FUNCTION:
        if type(node) is n.Var:
            named = named_builtin(f, f.unit.analysis.variables[node])
            return named in f.unit.primops or is_function_variable(f, node)
        return type(node) is n.Lambda
    return (kind == INTEGER and type(node) is n.Int) or (kind == STRING and type(node) is n.Str)


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


def to_string(f: Function, node: n.Call, site: Site) -> ast.expr:
    """`toString x`."""
    [value] = inside(f, "toString", node.pos, node.arguments[0])
    name = f.temporary()
    read = emit.name(name)
    number = emit.if_else(
        emit.type_is(read, "int"), emit.call(None, "str", read), emit.call(site, "p_toString", read)
    )
    return emit.if_else(emit.type_is(emit.walrus(name, value), "str"), read, number)


def generated_list(f: Function, node: n.Expr) -> list[ast.expr] | None:
    """The arguments of `genList`, when that is what *node* calls: see `builtins.folds`."""
    if type(node) is not n.Call or len(node.arguments) != 2 or called_builtin(f, node) != "genList":
        return None
    return [argument(f, item) for item in node.arguments]
