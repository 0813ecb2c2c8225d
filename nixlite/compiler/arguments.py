"""Lowering of what is not evaluated yet: arguments of functions, elements of lists.

`lazy` gives what may be a thunk, delaying just what C++ Nix delays (`maybeThunk`) where that can be seen in
printed output: list elements and attributes. Function arguments are freer, since a lambda, list or set costs
no more to make than a thunk for it.
"""

from __future__ import annotations

from nixlite.analysis.facts import Variable
from nixlite.compiler import emit
from nixlite.compiler.literals import path_literal
from nixlite.compiler.unit import Recipe, is_thunk
from nixlite.compiler.variables import (
    builtin_name,
    called_builtin,
    is_function_variable,
    lazy_variable,
    meant_builtin,
    named_builtin,
    shared_argument,
)
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any

    from nixlite.analysis.escapes import Taker
    from nixlite.compiler.unit import Function

NEVER_FAIL = frozenset((n.Int, n.Float, n.Str, n.PathLiteral, n.Lambda, n.ListLiteral, n.AttrSet))
"""What has a value that needs no evaluation."""

LARGE_LITERAL = 16
"""Lists and sets with more items than this are delayed even where they could be made at once."""

MADE_AT_ONCE = (n.Lambda, n.ListLiteral, n.AttrSet)
"""What `argument` makes at once instead of delaying it."""

ARITHMETIC: dict[str, ast.operator] = {"+": emit.ADD, "-": emit.SUB, "*": emit.MULT}


def lazy(f: Function, node: n.Expr) -> ast.expr:
    """A list element: values where C++ Nix makes no thunk either, else a thunk."""
    atom = atomic(f, node)
    if atom is not None:
        return element(f, node, atom)
    if type(node) is n.Lambda:
        return emit.list_of(emit.name("UNASKED"), f.value(node))
    return f.thunk(node)


def element(f: Function, node: n.Expr, atom: ast.expr) -> ast.expr:
    """What `atomic` has given for *node*, as an element: Nix's variable holds a thunk until it is forced."""
    if is_function_variable(f, node):
        return emit.list_of(emit.name("UNASKED"), atom, emit.constant(None), atom)
    return atom


def atomic(f: Function, node: Any) -> ast.expr | None:
    """The lazy for an expression that needs no thunk, None for any other."""
    kind = type(node)
    if kind is n.Int or kind is n.Float or kind is n.Str:
        return emit.constant(node.value)
    if kind is n.Var:
        return lazy_variable(f, node)
    if kind is n.PathLiteral:
        return path_literal(f, node)
    if kind is n.ListLiteral and not node.items:
        return emit.constant(())
    return None


def argument(f: Function, node: Any) -> ast.expr:
    """A function's argument: like `lazy`, but lambdas and small literals are made at once."""
    atom = atomic(f, node)
    if atom is not None:
        return atom
    kind = type(node)
    if kind is n.Var:
        builtin = named_builtin(f, f.unit.analysis.variables[node])
        if builtin is not None:
            return emit.name("b_" + builtin)
        return shared_argument(f, node) or f.thunk(node)
    if kind is n.Lambda:
        return f.value(node)
    if kind is n.ListLiteral and len(node.items) <= LARGE_LITERAL:
        return f.value(node)
    if kind is n.AttrSet and is_simple(node) and len(node.bindings) <= LARGE_LITERAL:
        return f.value(node)
    if kind is n.Select and builtin_name(f, node) is not None:
        return f.value(node)
    if kind is n.Binary:
        eager = speculative(f, node, marked=False)
        if eager is not None:
            return eager
    return f.thunk(node)


def escaping_argument(f: Function, node: n.Expr, taker: Taker | None) -> ast.expr:
    """An argument of a function that may keep it: what is made at once is marked as not yet asked for.

    Nix delays it, and prints it as `<CODE>` until someone asks for it. *taker*: the function, where it is
    known, and the argument's number.
    """
    if type(node) is n.Binary:
        marked = taker is None or is_kept(f, *taker)
        return speculative(f, node, marked=marked) or f.thunk(node)
    made = argument(f, node)
    if type(node) in MADE_AT_ONCE and not is_thunk(made) and type(made) is not emit.Constant:
        return emit.list_of(emit.name("UNASKED"), made)
    # A builtin that is selected or looked up in a `with`; the value of a global variable is there already.
    if meant_builtin(f, node) is not None and atomic(f, node) is None:
        return emit.list_of(emit.name("UNASKED"), made)
    return made


def is_kept(f: Function, function: n.Lambda, index: int) -> bool:
    """Whether *function* may keep its argument number *index* as it is given."""
    from nixlite.analysis.escapes import Escapes  # few programs need it

    keeps = f.unit.signatures.keeps
    found = Escapes(f.unit.analysis, f.unit.uses, lambda node: called_builtin(f, node), keeps)
    return found.keeps(function, index)


def is_simple(node: n.AttrSet) -> bool:
    """A set literal that a Python expression can make."""
    return not (node.recursive or node.dynamic)


def speculative(f: Function, node: n.Binary, *, marked: bool) -> ast.expr | None:
    """*Cheap eagerness*: `n - 1` is computed at once when `n` happens to be an evaluated integer.

    That cannot fail and costs less than a thunk; in every other case (another type, unevaluated, overflow)
    the thunk is made. *marked* where printing could tell: the value is one that nobody has asked for yet.
    """
    op = ARITHMETIC.get(node.op)
    if op is None or f.unit.instrumented or f.unit.counted or f.unit.analysis.is_rebound(node):
        return None
    left, right = cheap_operand(f, node.left), cheap_operand(f, node.right)
    if left is None or right is None:
        return None
    tests = [emit.type_is(side, "int") for side in (left, right) if type(side) is not emit.Constant]
    if not tests:
        return None
    result = f.temporary()
    in_range = emit.fits_64_bits(result, left, op, right)
    value = emit.name(result)
    made = emit.list_of(emit.name("UNASKED"), value) if marked else value
    return emit.if_else(emit.all_of(*tests, in_range), made, f.thunk(node))


def cheap_operand(f: Function, node: n.Expr) -> ast.expr | None:
    """A variable or integer literal as an operand of speculative arithmetic."""
    if type(node) is n.Int:
        return emit.constant(node.value)
    if type(node) is n.Var:
        resolution = f.unit.analysis.variables[node]
        if type(resolution) is Variable and resolution not in f.unit.functions:
            constant = f.unit.constants.get(resolution)
            if constant is not None:
                return constant if type(getattr(constant, "value", None)) is int else None
            return emit.name(f.use(resolution))
    return None


def delayed_break(f: Function, node: n.Call) -> Recipe | None:
    """A thunk for `break e`: the runtime must know that it is one, for it gives *e* back as it is."""
    if len(node.arguments) != 1 or called_builtin(f, node) != "break" or f.unit.instrumented:
        return None
    handed = node.arguments[0]
    if type(handed) is n.Var:
        source = f.unit.analysis.variables[handed]
        if type(source) is not Variable or source in f.unit.constants or source in f.unit.functions:
            return None
        return Recipe("broken", {source: None}, emit.constant(None))
    if type(handed) in LITERALS_AT_ONCE or (type(handed) is n.ListLiteral and not handed.items):
        return None
    inner = f.recipe(handed)
    made = emit.tuple_of([emit.name(inner.code), *([inner.fixed] if inner.fixed is not None else [])])
    return Recipe("broken", inner.captures, made)


LITERALS_AT_ONCE = (n.Int, n.Float, n.Str, n.PathLiteral)
"""What is no thunk even where it is an argument."""


def list_literal(f: Function, node: n.ListLiteral) -> ast.expr:
    """`[ a b ]`: a new tuple each time, for its identity tells what is `«repeated»` in printed output.

    (CPython would make one constant of a tuple of constants, and share it with equal ones.)
    """
    items = [lazy(f, item) for item in node.items]
    if items and all(type(item) is emit.Constant for item in items):
        return emit.copied_tuple(items)
    return emit.tuple_of(items)
