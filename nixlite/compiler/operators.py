"""Lowering of operators: the common case inline, the runtime for the rest.

`type(l := A) is type(r := B) is int` evaluates both operands in order and then tests both types; the
operation itself is one bytecode. `- * / <` mean calls of globals that a program may rebind (`__sub` …); then,
and only then, they are lowered as calls.
"""

from __future__ import annotations

from nixlite.abi.operators import CALLED
from nixlite.abi.sites import CALL, CONTEXT
from nixlite.analysis.facts import Global
from nixlite.compiler import emit
from nixlite.compiler.arguments import ARITHMETIC, NEVER_FAIL, argument
from nixlite.compiler.builtin_calls import inside
from nixlite.compiler.control import boolean
from nixlite.compiler.functions import apply
from nixlite.compiler.variables import resolved
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any

    from nixlite.abi.sites import Site
    from nixlite.compiler.flow import Facts
    from nixlite.compiler.unit import Function


def operands(f: Function, node: n.Binary) -> tuple[ast.expr, ast.expr]:
    """Both operands as values, evaluated left to right."""
    f.reads_harmlessly(node.left, node.right)
    left = f.value(node.left)
    return left, f.value(node.right)


def both_are(
    node_left: n.Expr, left: ast.expr, node_right: n.Expr, right: ast.expr, f: Function, kind: str
) -> tuple[ast.expr, ast.expr, ast.expr]:
    """(test that both operands are *kind*, left name, right name); literals are not tested."""
    literal = {"int": n.Int, "str": n.Str}.get(kind)
    if literal is not None and type(node_right) is literal:
        name = f.temporary()
        return emit.type_is(emit.walrus(name, left), kind), emit.name(name), right
    if literal is not None and type(node_left) is literal:
        name = f.temporary()
        return emit.type_is(emit.walrus(name, right), kind), left, emit.name(name)
    first, second = f.temporary(), f.temporary()
    test = emit.types_are(emit.walrus(first, left), emit.walrus(second, right), kind)
    return test, emit.name(first), emit.name(second)


def both_integers(
    node_left: n.Expr, left: ast.expr, node_right: n.Expr, right: ast.expr, f: Function
) -> tuple[ast.expr, ast.expr, ast.expr, ast.expr]:
    """As `both_are`, for integers; last what the right operand is where the test failed.

    A variable that may be a thunk is first tested for being an integer as it is: the test that it is no thunk
    comes after. Then the right one may be untouched when the left one fails.
    """
    test_left, first = integer_variable(left)
    test_right, second = integer_variable(right)
    if test_left is not None and type(node_right) is n.Int:
        return test_left, first, right, right
    if test_right is not None and type(node_left) is n.Int:
        return test_right, left, second, second
    if test_right is None or type(node_left) is n.Int:
        test, first, second = both_are(node_left, left, node_right, right, f, "int")
        return test, first, second, second
    if test_left is None:
        name = f.temporary()
        test_left, first = emit.type_is(emit.walrus(name, left), "int"), emit.name(name)
    return emit.all_of(test_left, test_right), first, second, right


def integer_variable(read: Any) -> tuple[ast.expr | None, ast.expr]:
    """Of the reading of a local variable (`variables.resolved`): the test for an integer, and its name."""
    if type(read) is not emit.IfExp or type(read.body) is not emit.NamedExpr:
        return None, read
    name = read.orelse
    if type(name) is not emit.Name or read.body.target.id != name.id:
        return None, read
    return emit.any_of(emit.type_is(name, "int"), emit.type_is(read, "int")), name


def rebound(f: Function, node: n.Binary | n.Negate, left: n.Expr, right: n.Expr) -> ast.expr:
    """The operator as a call of the variable that hides its global."""
    site = f.unit.site(node.pos, f.context, CALL)
    function = resolved(f, f.unit.analysis.variables[node], site)
    return apply(f, site, function, [argument(f, left), argument(f, right)])


# -- arithmetic


def add(f: Function, node: n.Binary) -> ast.expr:
    """`a + b`: integers and strings inline; Nix's own rules for the rest.

    Nix refuses a left operand that cannot be added before it evaluates the right one.
    """
    f.reads_harmlessly(node.left, node.right)
    left = f.value(node.left)
    before = f.known
    right = f.value(node.right)
    if type(node.left) is n.Str or type(node.right) is n.Str:
        if not f.unit.inlines:
            return plus(f, node, left, right)
        test, first, second = both_are(node.left, left, node.right, right, f, "str")
        slow = plus(f, node, first, second)
        joined = plus(f, node, first, second) if f.unit.metered else emit.binary(first, emit.ADD, second)
        return emit.if_else(test, joined, slow)
    checks = type(node.right) not in NEVER_FAIL and not is_summand(f, node.left)
    if checks and integer_variable(right)[0] is None:
        if is_short(f, node.right):
            return add_in_order(f, node, left, right, before)
        name = f.temporary()
        test = emit.type_is(emit.walrus(name, left), "int")
        left = emit.if_else(test, emit.name(name), summand(f, node, emit.name(name)))
        checks = False
    test, first, second, again = both_integers(node.left, left, node.right, right, f)
    checked = summand(f, node, first) if checks else first
    return in_range(f, test, first, emit.ADD, second, plus(f, node, checked, again))


def plus(f: Function, node: n.Binary, left: ast.expr, right: ast.expr) -> ast.expr:
    """The sum of two values, whatever they are."""
    site = f.unit.site(node.right.start, f.context)
    return emit.call(site, "plus", left, right, emit.constant(f.unit.position(node.left.start)))


def summand(f: Function, node: n.Binary, left: ast.expr) -> ast.expr:
    """The value of the left operand of a sum, refused if it cannot be added."""
    site = f.unit.site(node.left.start, f.context)
    return emit.call(site, "summand", left, emit.constant(f.unit.position(node.left.start)))


def is_summand(f: Function, node: n.Expr) -> bool:
    """Whether *node* can only have a value that can be added: a number, a string, a path."""
    if type(node) is n.Binary:
        return node.op == "+" or (node.op in ARITHMETIC and not f.unit.analysis.is_rebound(node))
    return isinstance(node, (n.Int, n.Float, n.Str, n.PathLiteral, n.Interpolation))


def is_short(f: Function, node: n.Expr, depth: int = 3) -> bool:
    """Whether the code for *node* may well be written twice: no other sum, and little nested."""
    if isinstance(node, (n.Var, n.Int, n.Str)):
        return True
    if depth == 0:
        return False
    if type(node) is n.Binary:
        plain = node.op in ("-", "*") and not f.unit.analysis.is_rebound(node)
        parts = [node.left, node.right] if plain else []
    elif type(node) is n.Call and len(node.arguments) <= 2:
        parts = [node.function, *node.arguments]
    else:
        parts = [node.subject] if type(node) is n.Select and node.default is None else []
    return bool(parts) and all(is_short(f, part, depth - 1) for part in parts)


def add_in_order(f: Function, node: n.Binary, left: ast.expr, right: ast.expr, before: Facts) -> ast.expr:
    """`a + b`, the code for *b* written twice: for integers, and where *a* must be looked at first.

    *before*: what was known before *b*.
    """
    test_left, first = integer_variable(left)
    if test_left is None:
        name = f.temporary()
        test_left, first = emit.type_is(emit.walrus(name, left), "int"), emit.name(name)
    name = f.temporary()
    test, second = emit.type_is(emit.walrus(name, right), "int"), emit.name(name)
    added = in_range(f, test, first, emit.ADD, second, plus(f, node, first, second))
    f.known = before
    with f.branch():
        otherwise = plus(f, node, summand(f, node, first), f.value(node.right))
    return emit.if_else(test_left, added, otherwise)


def in_range(
    f: Function, test: ast.expr, left: ast.expr, op: ast.operator, right: ast.expr, otherwise: ast.expr
) -> ast.expr:
    """Integer arithmetic that stays within 64 bits, else *otherwise* (which raises the overflow)."""
    result = f.temporary()
    bounded = emit.fits_64_bits(result, left, op, right)
    return emit.if_else(emit.all_of(test, bounded), emit.name(result), otherwise)


def arithmetic(f: Function, node: n.Binary) -> ast.expr:
    """`a - b`, `a * b`."""
    if f.unit.analysis.is_rebound(node):
        return rebound(f, node, node.left, node.right)
    site = f.unit.site(node.pos, f.context, CALL)
    if f.unit.counted:
        operands = [argument(f, node.left), argument(f, node.right)]
        return emit.call(site, "p_" + CALLED[node.op].name, *operands)
    left, right = inside(f, CALLED[node.op].name, node.pos, node.left, node.right)
    test, first, second, again = both_integers(node.left, left, node.right, right, f)
    slow = emit.call(site, "p_" + CALLED[node.op].name, first, again)
    return in_range(f, test, first, ARITHMETIC[node.op], second, slow)


def divide(f: Function, node: n.Binary) -> ast.expr:
    """`a / b`; in place, if it is a natural number by a literal one: for others Python rounds otherwise."""
    if f.unit.analysis.is_rebound(node):
        return rebound(f, node, node.left, node.right)
    site = f.unit.site(node.pos, f.context, CALL)
    if f.unit.counted or not f.unit.inlines or type(node.right) is not n.Int or not node.right.value:
        return emit.call(site, "p_div", argument(f, node.left), argument(f, node.right))
    left, right = inside(f, "div", node.pos, node.left, node.right)
    name = f.temporary()
    is_integer = emit.type_is(emit.walrus(name, left), "int")
    is_natural = emit.compare(emit.name(name), emit.GT_E, emit.constant(0))
    return emit.if_else(
        emit.all_of(is_integer, is_natural),
        emit.binary(emit.name(name), emit.FLOOR, right),
        emit.call(site, "p_div", emit.name(name), right),
    )


def negate(f: Function, node: n.Negate) -> ast.expr:
    """`-a`."""
    zero = n.Int(0, node.start, node.start)
    if f.unit.analysis.is_rebound(node):
        return rebound(f, node, zero, node.operand)
    if type(node.operand) is n.Int and not f.unit.counted:
        return emit.constant(-node.operand.value)
    site = f.unit.site(node.pos, f.context, CALL)
    if f.unit.counted:
        return emit.call(site, "p_sub", emit.constant(0), argument(f, node.operand))
    zero_value, operand = inside(f, "sub", node.pos, zero, node.operand)
    test, first, second = both_are(zero, zero_value, node.operand, operand, f, "int")
    return in_range(f, test, first, emit.SUB, second, emit.call(site, "p_sub", first, second))


# -- comparison


def compare(f: Function, node: n.Binary) -> ast.expr:
    """`<` and its relatives: `a > b` is `b < a`, `a <= b` is `!(b < a)`, as Nix rewrites them."""
    called = CALLED[node.op]
    negated = called.negated
    left, right = (node.right, node.left) if called.swapped else (node.left, node.right)
    context = None
    if negated:
        context = f.unit.site(node.pos, f.context, CONTEXT, "in the argument of the not operator")
    if f.unit.analysis.is_rebound(node):
        value = rebound(f, node, left, right)
        return emit.negation(to_boolean(f, value, context)) if context is not None else value
    saved = f.context
    if context is not None:
        f.context = context.number
    site = f.unit.site(node.pos, f.context, CALL)
    if f.unit.counted:
        f.context = saved
        result = emit.call(site, "p_lessThan", argument(f, left), argument(f, right))
        return emit.negation(result) if negated else result
    first_value, second_value = inside(f, "lessThan", node.pos, left, right)
    f.context = saved
    test, first, second, again = both_integers(left, first_value, right, second_value, f)
    slow = emit.call(site, "p_lessThan", first, again)
    if negated:
        return emit.if_else(test, emit.compare(first, emit.GT_E, second), emit.negation(slow))
    return emit.if_else(test, emit.compare(first, emit.LT, second), slow)


def to_boolean(f: Function, value: ast.expr, context: Site) -> ast.expr:
    """The truth of a computed value, an error when it is no Boolean."""
    site = f.unit.site_like(context)
    name = f.temporary()
    return emit.if_else(
        emit.type_is(emit.walrus(name, value), "bool"),
        emit.name(name),
        emit.call(site, "not_a_boolean", emit.name(name)),
    )


def equality(f: Function, node: n.Binary) -> ast.expr:
    """`a == b`, `a != b`: against a literal mostly one comparison."""
    site = f.unit.site(node.pos, f.context)
    left, right = operands(f, node)
    same = node.op == "=="
    if f.unit.counted:
        return equal(site, left, right, same=same)
    for known, value in ((left, right), (right, left)):
        if is_single(known) and (type(value) is not emit.Constant or is_single(value)):  # `1 is None` warns
            return emit.compare(value, emit.IS if same else emit.IS_NOT, known)
    if not f.unit.inlines:
        return equal(site, left, right, same=same)
    op = emit.EQ if same else emit.NOT_EQ
    for kind, literal in (("int", n.Int), ("str", n.Str)):
        if type(node.left) is literal or type(node.right) is literal:
            test, first, second = both_are(node.left, left, node.right, right, f, kind)
            slow = equal(site, first, second, same=same)
            return emit.if_else(test, emit.compare(first, op, second), slow)
    test, first, second = both_are(node.left, left, node.right, right, f, "str")
    slow = equal(site, first, second, same=same)
    return emit.if_else(test, emit.compare(first, op, second), slow)


def equal(site: Site, left: ast.expr, right: ast.expr, *, same: bool) -> ast.expr:
    """Whether two values are equal, whatever they are; with *same* false, whether they are not."""
    result = emit.call(site, "equal", left, right)
    return result if same else emit.negation(result)


def is_single(value: ast.expr) -> bool:
    """Whether a value is the constant null, true or false."""
    return type(value) is emit.Constant and (value.value is None or type(value.value) is bool)


# -- logic


def logic(name: str) -> tuple[str, str]:
    """The contexts of a logical operator's operands, as Nix 2.34.8 words them."""
    return f"in the left operand of the {name} operator", f"in the right operand of the {name} operator"


LOGIC = {"&&": logic("AND (&&)"), "||": logic("OR (||)"), "->": logic("IMPL (->)")}


def logical(f: Function, node: n.Binary) -> ast.expr:
    """`&&`, `||`, `->`: the right operand is evaluated only when it decides."""
    left_text, right_text = LOGIC[node.op]
    left = boolean(f, node.left, f.unit.site(node.pos, f.context, CONTEXT, left_text))
    with f.branch():
        right = boolean(f, node.right, f.unit.site(node.pos, f.context, CONTEXT, right_text))
    if node.op == "&&":
        return emit.all_of(left, right)
    return emit.any_of(left if node.op == "||" else emit.negation(left), right)


def invert(f: Function, node: n.Not) -> ast.expr:
    """`!a`."""
    context = f.unit.site(node.operand.pos, f.context, CONTEXT, "in the argument of the not operator")
    return emit.negation(boolean(f, node.operand, context))


# -- sets and lists
#
# `a: b: a // …`, the operator of many a fold, copies a set that grows with each step: the cost is quadratic.
# Where the body reads *a* only as the left operand of its last `//`, as what it returns, or for an attribute
# of it, nobody but the caller can have the set afterwards. Such a function takes the operation as a keyword
# argument `grow`, and a fold gives it one that adds to a set which the fold itself has made (`lists.foldl`).

UPDATE_CONTEXTS = (
    "in the right operand of the update (//) operator",
    "in the left operand of the update (//) operator",
)


def update(f: Function, node: n.Binary) -> ast.expr:
    """`a // b`: the right operand is evaluated first (observed with Nix 2.34.8)."""
    right_text, left_text = UPDATE_CONTEXTS
    right = updated(f, node.right, right_text)
    left = updated(f, node.left, left_text)
    if f.unit.instrumented:
        return emit.call(None, "update", right, left, emit.constant(f.unit.position(node.pos)))
    return emit.call(None, "update", right, left)


def binary_tail(f: Function, node: n.Binary) -> None:
    """An operator as the last thing of a function."""
    value: Any = f.value(node)
    called = getattr(value, "func", None)
    is_update = node.op == "//" and getattr(called, "id", "") == "update"
    if is_update and f.unit.analysis.variables.get(node.left) in f.watched:
        f.reads_harmlessly(node.left)
        value.func = emit.Name("update", emit.LOAD)  # one of its own, for it may become another
        f.growing.append(value.func)
    f.emit(emit.Return(value))


def variable_tail(f: Function, node: n.Var) -> None:
    """A variable as the last thing of a function."""
    f.reads_harmlessly(node)
    f.emit(emit.Return(f.value(node)))


def updated(f: Function, node: n.Expr, text: str) -> ast.expr:
    """An operand of `//`, which must be a set; one that is `//` itself has no context of its own."""
    if type(node) is n.Binary and node.op == "//":
        return f.value(node)
    context = f.unit.site(node.pos, f.context, CONTEXT, text)
    value = f.within(context, node)
    if type(value) is emit.Dict:
        return value
    site = f.unit.site_like(context)
    name = f.temporary()
    return emit.if_else(
        emit.type_is(emit.walrus(name, value), "dict"),
        emit.name(name),
        emit.call(site, "not_a_set", emit.name(name)),
    )


def concatenate(f: Function, node: n.Binary) -> ast.expr:
    """`a ++ b`."""
    left, right = operands(f, node)
    site = f.unit.site(node.pos, f.context)
    if not f.unit.inlines:
        return emit.call(site, "concat", left, right)
    test, first, second = both_are(node.left, left, node.right, right, f, "tuple")
    slow = emit.call(site, "concat", first, second)
    joined = (
        emit.call(site, "concat", first, second) if f.unit.metered else emit.binary(first, emit.ADD, second)
    )
    return emit.if_else(test, joined, slow)


# -- search paths


def search_path(f: Function, node: n.SearchPath) -> ast.expr:
    """`<nixpkgs>`: a call of `__findFile` with `__nixPath`."""
    site = f.unit.site(node.pos, f.context, CALL)
    variables = f.unit.analysis
    path = argument(f, variables.search_paths[node])
    text = emit.constant(node.value)
    resolution = variables.variables[node]
    if type(resolution) is Global:
        return emit.call(site, "p_findFile", path, text)
    return apply(f, site, resolved(f, resolution, site), [path, text])
