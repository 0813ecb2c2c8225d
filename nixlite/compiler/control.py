"""Lowering of control flow: conditions, assertions, `with`."""

from __future__ import annotations

from nixlite.abi.sites import CONTEXT
from nixlite.analysis.facts import Global
from nixlite.compiler import emit
from nixlite.compiler.arguments import argument
from nixlite.compiler.selection import is_long
from nixlite.compiler.variables import called_builtin, write_chain, write_lookups
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any

    from nixlite.abi.sites import Site
    from nixlite.compiler.unit import Function

TYPE_TESTS = {
    "isAttrs": ("dict",),
    "isBool": ("bool",),
    "isFloat": ("float",),
    "isInt": ("int",),
    "isList": ("tuple",),
    "isPath": ("NixPath",),
    "isString": ("str", "ContextString"),
}
"""The Python types that a builtin's argument is tested for."""

LONGEST_TEXT = 20_000
"""Characters of an expression whose canonical text is written into the code, for messages."""


def boolean(f: Function, node: n.Expr, context: Site) -> ast.expr:
    """The Python truth of a condition; anything but a Boolean is an error at the context's place."""
    value = f.within(context, node)
    if gives_boolean(f, node):
        return value
    site = f.unit.site_like(context)
    name = f.temporary()
    return emit.if_else(
        emit.type_is(emit.walrus(name, value), "bool"),
        emit.name(name),
        emit.call(site, "not_a_boolean", emit.name(name)),
    )


def gives_boolean(f: Function, node: Any) -> bool:
    """Whether the code for *node* can give nothing but a Boolean."""
    kind = type(node)
    if kind is n.Not or kind is n.HasAttr:
        return True
    if kind is n.Binary:
        op = node.op
        if op in ("&&", "||", "->", "==", "!="):
            return True
        return op in ("<", ">", "<=", ">=") and not f.unit.analysis.is_rebound(node)
    if kind is n.Call:
        return len(node.arguments) == 1 and called_builtin(f, node) in TYPE_TESTS
    if kind is n.Var:
        resolution = f.unit.analysis.variables[node]
        return type(resolution) is Global and resolution.name in ("true", "false")
    return False


def if_value(f: Function, node: n.If) -> ast.expr:
    """`if c then a else b` inside an expression."""
    context = f.unit.site(node.pos, f.context, CONTEXT, "while evaluating a branch condition")
    test = boolean(f, node.condition, context)
    with f.branch() as one:
        then = f.value(node.then)
    with f.branch() as other:
        otherwise = f.value(node.otherwise)
    f.known = other.known & one.known
    return emit.if_else(test, then, otherwise)


def if_tail(f: Function, node: n.If) -> None:
    """`if c then a else b` as the last thing of a function."""
    context = f.unit.site(node.pos, f.context, CONTEXT, "while evaluating a branch condition")
    test = boolean(f, node.condition, context)
    then: list[ast.stmt] = []
    otherwise: list[ast.stmt] = []
    f.emit(emit.If(test, then, otherwise))
    with f.branch(then):
        f.tail(node.then)
    with f.branch(otherwise):
        f.tail(node.otherwise)


def assert_tail(f: Function, node: n.Assert) -> None:
    """`assert c; body`: a failing `a == b` is evaluated again to tell how the sides differ."""
    context = f.unit.site(node.pos, f.context, CONTEXT, "in the condition of the assert statement")
    test = boolean(f, node.condition, context)
    site = f.unit.site(node.pos, f.context)
    text = condition_text(node.condition)
    failing: list[ast.stmt] = []
    f.emit(emit.If(emit.negation(test), failing, []))
    with f.branch(failing):
        if type(node.condition) is n.Binary and node.condition.op == "==":
            shown = "«…»" if text is None else text
            why = f"while evaluating the condition of the assertion '{shown}'"
            differing = f.unit.site(node.pos, f.context, CONTEXT, why)
            left = f.within(differing, node.condition.left)
            right = f.within(differing, node.condition.right)
            place = f.unit.site(node.condition.pos, differing.number)
            f.emit(emit.statement(emit.call(place, "assert_equal", left, right)))
        if text is None:
            ends = [emit.constant(offset) for offset in (node.condition.start, node.condition.end)]
            f.emit(emit.statement(emit.call(site, "long_assertion_failed", emit.name("SOURCE"), *ends)))
        else:
            f.emit(emit.statement(emit.call(site, "assertion_failed", emit.constant(text))))
    f.tail(node.body)


def condition_text(node: n.Expr) -> str | None:
    """The canonical text of an assertion's condition; None if that is too long to be kept."""
    if is_long(node, LONGEST_TEXT):
        return None
    from nixlite.syntax.unparse import show

    return show(node)


def with_tail(f: Function, node: n.With) -> None:
    """`with scope; body`: the set becomes a variable that unbound names are looked up in."""
    scope = f.unit.analysis.withs[node]
    if scope.subject is None:
        value = argument(f, node.scope)
        f.emit(emit.assign(f.declare(scope), value))
        write_lookups(f, node)
    write_chain(f, node)
    f.tail(node.body)


def outlined(f: Function, node: n.Expr) -> ast.expr:
    """What needs statements, in the middle of an expression."""
    return f.outlined(node)
