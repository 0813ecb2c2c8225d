"""Lowering of literals, strings, selections, lists and control flow.

Each function gives Python code for one kind of expression. Values are in WHNF; `lazy` gives what may be a
thunk, delaying just what C++ Nix delays (`maybeThunk`) where that can be seen in printed output: list
elements and attributes. Function arguments are freer, since a lambda, list or set costs no more to make than
a thunk for it.
"""

from __future__ import annotations

from nixlite.abi.sites import CONTEXT, NOWHERE, SELECT
from nixlite.analysis.facts import Global, Variable
from nixlite.compiler import emit
from nixlite.compiler.unit import Function, Recipe, is_thunk
from nixlite.compiler.variables import (
    builtin_name,
    called_builtin,
    is_function_variable,
    lazy_variable,
    named_builtin,
    shared_argument,
    write_lookups,
)
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any, TypeGuard

    from nixlite.abi.sites import Site
    from nixlite.analysis.escapes import Taker

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

NEVER_FAIL = frozenset((n.Int, n.Float, n.Str, n.PathLiteral, n.Lambda, n.ListLiteral, n.AttrSet))
"""What has a value that needs no evaluation."""

LONGEST_TEXT = 20_000
"""Characters of an expression whose canonical text is written into the code, for messages."""

LONGEST_NAME = 2_000
"""The same of a computed name, which is shown only where it cannot be computed."""

LARGE_LITERAL = 16
"""Lists and sets with more items than this are delayed even where they could be made at once."""


LITERALS = (n.Lambda, n.ListLiteral, n.AttrSet)
"""What `argument` makes at once instead of delaying it."""

ARITHMETIC: dict[str, ast.operator] = {"+": emit.ADD, "-": emit.SUB, "*": emit.MULT}


# -- literals


def literal(f: Function, node: n.Int | n.Float | n.Str) -> ast.expr:
    """An integer, float or string without interpolation."""
    return emit.constant(node.value)


def path_literal(f: Function, node: n.PathLiteral) -> ast.expr:
    """`./a`: one path object of the module."""
    return f.unit.shared("p", new_path(node))


def path_constant(f: Function, node: n.PathLiteral) -> ast.expr:
    """What a variable bound to a path is; pieces have no module in common, so there it is made each time."""
    return new_path(node) if f.unit.analysis.groups else path_literal(f, node)


def new_path(node: n.PathLiteral) -> ast.expr:
    """A path object."""
    path = node.value
    if len(path) > 1:
        path = path.rstrip("/")
    return emit.call(None, "NixPath", emit.constant(path))


def cur_pos(f: Function, node: n.CurPos) -> ast.expr:
    """`__curPos`: a set of file, line and column."""
    position = f.unit.position(node.pos)
    return emit.call(None, "position_set", emit.constant(position))


# -- delayed expressions


def lazy(f: Function, node: n.Expr) -> ast.expr:
    """A list element: values where C++ Nix makes no thunk either, else a thunk."""
    atom = atomic(f, node)
    if atom is not None:
        return element(f, node, atom)
    if type(node) is n.Lambda:
        return emit.list_of(emit.name("VIRGIN"), f.value(node))
    return f.thunk(node)


def element(f: Function, node: n.Expr, atom: ast.expr) -> ast.expr:
    """What `atomic` has given for *node*, as an element: Nix's variable holds a thunk until it is forced."""
    if is_function_variable(f, node):
        return emit.list_of(emit.name("VIRGIN"), atom, emit.constant(None), atom)
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
    if type(node) in LITERALS and not is_thunk(made) and type(made) is not emit.Constant:
        return emit.list_of(emit.name("VIRGIN"), made)
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
    made = emit.list_of(emit.name("VIRGIN"), value) if marked else value
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


# -- strings


def interpolation(f: Function, node: n.Interpolation) -> ast.expr:
    """`"a${b}"`: each part is coerced as soon as it is evaluated."""
    if not node.force_string:
        return path_interpolation(f, node)
    parts = [string_part(f, pos, part) for pos, part in node.parts]
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        return emit.binary(parts[0], emit.ADD, parts[1])
    return emit.call(None, "join", emit.tuple_of(parts))


def string_part(f: Function, pos: int, part: n.Expr) -> ast.expr:
    """A part as `str` or `ContextString`."""
    if type(part) is n.Str:
        return emit.constant(part.value)
    value = f.value(part)
    if type(value) is emit.Constant and type(value.value) is str:
        return value
    if f.unit.counted:
        return emit.call(f.unit.site(pos, f.context), "to_string", value)
    name = f.temporary()
    return emit.if_else(
        emit.type_is(emit.walrus(name, value), "str"),
        emit.name(name),
        emit.call(f.unit.site(pos, f.context), "to_string", emit.name(name)),
    )


def path_interpolation(f: Function, node: n.Interpolation) -> ast.expr:
    """`./a/${b}`: the first part is a path, which the others are appended to."""
    first = node.parts[0][1]
    assert type(first) is n.PathLiteral
    parts: list[ast.expr] = [
        emit.call(f.unit.site(pos, f.context), "to_path_segment", f.value(part))
        for pos, part in node.parts[1:]
    ]
    site = f.unit.site(node.pos, f.context)
    return emit.call(site, "append_path", emit.constant(first.value), emit.tuple_of(parts))


# -- selections


def path_text(path: tuple[n.AttrName, ...]) -> str | tuple[str, ...]:
    """An attribute path as messages name it; if names are computed, its steps as they are in the source."""
    if is_static(path):
        return ".".join(map(attribute_name, path))
    from nixlite.syntax.unparse import show_path

    return tuple(["«…»" if is_long(name, LONGEST_NAME) else show_path((name,)) for name in path])


def is_long(node: n.AttrName, longest: int) -> bool:
    """Whether the text of an expression is too long to be kept; each may be a part of another one's."""
    return not isinstance(node, str) and node.end - node.start > longest


def is_static(path: tuple[n.AttrName, ...]) -> TypeGuard[tuple[str, ...]]:
    """Whether all names are written down."""
    return all(type(name) is str for name in path)


def is_plain(path: tuple[n.AttrName, ...]) -> bool:
    """Whether all names are written down, and the last one tells that the end is reached (for traces)."""
    return is_static(path) and path[-1] not in path[:-1]


def select(f: Function, node: n.Select) -> ast.expr:
    """`a.b.c` and `a.b.c or d`."""
    known = builtin_name(f, node)
    if known is not None:
        return emit.name("b_" + known)
    subject = f.value(node.subject)
    f.reads_harmlessly(node.subject)
    site = f.unit.site(node.pos, f.context, SELECT, path_text(node.path))
    if node.default is not None:
        return select_or(f, node, subject, site)
    if len(node.path) == 1:
        return emit.call(site, "select", subject, attr_name(f, node.path[0]))
    operation = "select_path" if is_plain(node.path) else "select_computed"
    return emit.call(site, operation, subject, path_value(f, node.path))


def path_value(f: Function, path: tuple[n.AttrName, ...]) -> ast.expr:
    """The tuple of a path's names, thunks for those that are computed."""
    if is_static(path):
        return emit.constant(path)
    return emit.tuple_of(
        [emit.constant(name) if isinstance(name, str) else name_thunk(f, name) for name in path]
    )


def name_thunk(f: Function, name: n.Expr) -> ast.expr:
    """A thunk for a name that is computed."""
    function = Function(f.unit, None, f.known)
    function.emit(emit.Return(attr_name(function, name)))
    return f.thunk_of(Recipe(function.finish(), function.captures), name)


def delayed_select(f: Function, node: n.Select) -> Recipe | None:
    """A thunk for `a.b`, where that is all: the runtime knows how, without a function of its own."""
    name, subject = node.path[0], node.subject
    if len(node.path) > 1 or node.default is not None or type(name) is not str or type(subject) is not n.Var:
        return None
    source = f.unit.analysis.variables[subject]
    if type(source) is not Variable or source in f.unit.constants or source in f.unit.functions:
        return None
    return selection(f, source, subject.pos, name, node.pos)


def selection(f: Function, source: Variable, source_pos: int, name: str, pos: int) -> Recipe:
    """How a thunk selects *name* from a variable's value; positions of both, or NO_POS."""
    where = [NOWHERE if at == n.NO_POS else f.unit.position(at) for at in (source_pos, pos)]
    shown = attribute_name(name)
    fixed = (name, shown, *where)
    return Recipe("selection", {source: None}, emit.constant(fixed))


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
    made = emit.tuple_of([emit.name(inner.code), inner.fixed or emit.constant(None)])
    return Recipe("broken", inner.captures, made)


LITERALS_AT_ONCE = (n.Int, n.Float, n.Str, n.PathLiteral)
"""What is no thunk even where it is an argument."""


def select_or(f: Function, node: n.Select, subject: ast.expr, site: Site) -> ast.expr:
    """Selection with a default, which is evaluated only when an attribute on the path is missing."""
    assert node.default is not None
    result = f.temporary()
    default: ast.expr | None = None
    path = node.path
    if len(path) == 1:
        found = emit.call(site, "find_one", subject, attr_name(f, path[0]))
    else:
        names = path_value(f, path)
        if type(node.default) not in NEVER_FAIL:
            start, kept = f.temporary(), f.temporary()
            subject, names = emit.walrus(start, subject), emit.walrus(kept, names)
            default = emit.call(site, "default_of", emit.name(start), emit.name(kept), f.thunk(node.default))
        found = emit.call(site, "find" if is_plain(path) else "find_computed", subject, names)
    if default is None:
        with f.branch():
            default = f.value(node.default)
    return emit.if_else(is_found(result, found), emit.name(result), default)


def is_found(target: str, value: ast.expr) -> ast.expr:
    """`(target := value) is not MISSING`."""
    return emit.compare(emit.walrus(target, value), emit.IS_NOT, emit.name("MISSING"))


def found_steps(f: Function, node: n.HasAttr, subject: ast.expr, site: Site) -> list[ast.expr]:
    """Tests whether the attributes on a path are there, one by one; the last one is not evaluated.

    A name is computed when what is before it is there.
    """

    def step(name: n.AttrName, is_last: bool) -> ast.expr:
        nonlocal subject
        operation = "has_attribute" if is_last else "find_one"
        value = emit.call(site, operation, subject, attr_name(f, name))
        found = f.temporary()
        subject = emit.name(found)
        return value if is_last else is_found(found, value)

    last = len(node.path) - 1
    steps = [step(node.path[0], last == 0)]
    with f.branch():  # the others are only computed if that is there
        steps += [step(name, number == last) for number, name in enumerate(node.path[1:], 1)]
    return steps


def attr_name(f: Function, name: n.AttrName) -> ast.expr:
    """A name of an attribute path, as a Python string."""
    if isinstance(name, str):
        return emit.constant(name)
    place = f.unit.site(name.pos, f.context)
    return emit.call(place, "attribute_name", f.value(name))


def has_attr(f: Function, node: n.HasAttr) -> ast.expr:
    """`a ? b.c`."""
    subject = f.value(node.subject)
    f.reads_harmlessly(node.subject)
    site = f.unit.site(node.subject.pos, f.context)
    if not is_static(node.path):
        return emit.all_of(*found_steps(f, node, subject, site))
    if len(node.path) == 1:
        name = f.temporary()
        test = emit.type_is(emit.walrus(name, subject), "dict")
        key = emit.constant(node.path[0])
        return emit.if_else(test, emit.compare(key, emit.IN, emit.name(name)), emit.constant(False))
    return emit.call(site, "has_path", subject, emit.constant(node.path))


# -- lists


def list_literal(f: Function, node: n.ListLiteral) -> ast.expr:
    """`[ a b ]`: a new tuple each time, for its identity tells what is `«repeated»` in printed output.

    (CPython would make one constant of a tuple of constants, and share it with equal ones.)
    """
    items = [lazy(f, item) for item in node.items]
    if items and all(type(item) is emit.Constant for item in items):
        return emit.copied_tuple(items)
    return emit.tuple_of(items)


# -- control


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
    f.tail(node.body)


def outlined(f: Function, node: n.Expr) -> ast.expr:
    """What needs statements, in the middle of an expression."""
    return f.outlined(node)
