"""Lowering of lambdas and calls."""

from __future__ import annotations

from nixlite.abi.operators import CALLED
from nixlite.abi.sites import CALL, CONTEXT, FORMALS
from nixlite.analysis.facts import Variable
from nixlite.analysis.lookups import curried
from nixlite.compiler import emit
from nixlite.compiler.arguments import ARITHMETIC, argument, atomic, element, escaping_argument
from nixlite.compiler.builtin_calls import builtin_call
from nixlite.compiler.unit import MAX_CLOSURES, MAX_NESTING, Function, Reads
from nixlite.compiler.variables import called_builtin, write_lookups
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from nixlite.abi.sites import Site

MANY_ARGUMENTS = 30
"""More arguments than this are applied in a loop: calls within calls are nested Python expressions."""

# -- lambdas


def lambda_value(f: Function, node: n.Lambda) -> ast.expr:
    """A function as a value: a Python closure defined before the current statement."""
    if f.nesting >= MAX_NESTING or f.closures >= MAX_CLOSURES:
        return f.outlined(node)
    f.closures += 1
    identifier = f.unit.fresh("f")
    f.hoist(define_lambda(f, node, identifier))
    return emit.name(identifier)


def define_lambda(f: Function, node: n.Lambda, identifier: str) -> ast.stmt:
    """`def identifier(argument): …`, and its row in the lambda table."""
    unit = f.unit
    outside, unit.inlines = unit.inlines, unit.inlines or node not in unit.heads
    row = curried(node)
    made = define_curried(f, row, identifier) if len(row) > 1 else define_simple(f, node, identifier)
    unit.inlines = outside
    return made


def define_simple(f: Function, node: n.Lambda, identifier: str) -> ast.stmt:
    """A function of one argument."""
    inner = Function(f.unit, f, f.known)
    names = f.unit.analysis.bound[node]
    if node.formals is None:
        assert node.argument is not None
        parameter = inner.declare(names[node.argument])
    else:
        parameter = inner.unit.fresh("a")
        write_formals(inner, node, parameter)
    write_lookups(inner, node)
    inner.tail(node.body)
    describe(f, node, identifier)
    return emit.function(identifier, [parameter], inner.block)


def define_curried(f: Function, row: list[n.Lambda], identifier: str) -> ast.stmt:
    """`a: b: body` as `def identifier(a, b=MISSING)`, which callers with all arguments call at once.

    With fewer it returns a closure that waits for the next one. In the lambda table the plain name stands for
    the outermost lambda, with an apostrophe for the second one and so on (what can fail is the body of the
    last one). A function that only adds to its first argument takes what does so as `grow`, see
    `operators.binary_tail`.
    """
    inner = Function(f.unit, f, f.known)
    variables = [f.unit.analysis.bound[node][node.argument] for node in row if node.argument is not None]
    parameters = [inner.declare(variable) for variable in variables]
    given = [emit.name(parameter) for parameter in parameters]
    missing = emit.name("MISSING")
    waiting = emit.call(None, "curry", emit.name(identifier), *given[:-1])
    inner.emit(emit.if_then(emit.compare(given[-1], emit.IS, missing), [emit.Return(waiting)]))
    for node in row:
        write_lookups(inner, node)
    first, last = Reads(), Reads()
    if len(row) == 2 and not f.unit.instrumented:
        inner.watched = {variables[0]: first, variables[1]: last}
    inner.tail(row[-1].body)
    for count, node in enumerate(row):
        consuming = len(row) == 2 and count == 1 and last.all == last.harmless
        describe(f, node, identifier + count * "'", consuming)
    keywords = {}
    if inner.growing and first.all == first.harmless:
        keywords["grow"] = emit.name("update")
        for called in inner.growing:
            called.id = "grow"
    return emit.function(identifier, parameters, inner.block, [missing] * (len(row) - 1), keywords)


def describe(f: Function, node: n.Lambda, identifier: str, consuming: bool = False) -> None:
    """The metadata of a function, see `values.LambdaInfo`."""
    formals = None
    positions: tuple[tuple[int, int], ...] = ()
    if node.formals is not None:
        formals = tuple((formal.name, formal.default is not None) for formal in node.formals.items)
        positions = tuple(f.unit.source.line_column(formal.pos) for formal in node.formals.items)
    f.unit.lambdas[identifier] = (
        node.name,
        node.argument,
        formals,
        node.formals is not None and node.formals.ellipsis,
        f.unit.position(node.pos),
        node.doc,
        positions,
        not f.unit.counted and is_arithmetic(f, node.body, node),
        not f.unit.counted and consuming,
        not f.unit.counted and type(node.body) is n.Var and node.argument == node.body.name,
        comparison(f, node),
    )


def comparison(f: Function, node: n.Lambda) -> tuple[str, str | None] | None:
    """See `values.LambdaInfo`; nothing where calls are of interest in themselves."""
    unit, body = f.unit, node.body
    if unit.counted or unit.metered or unit.instrumented or unit.stepping:
        return None
    if type(body) is not n.Binary or body.op not in ("==", "!=") or node.formals is not None:
        return None
    for item, other in ((body.left, body.right), (body.right, body.left)):
        if type(item) is n.Var and item.name == node.argument:
            if type(other) is n.Str:
                return body.op, other.value
            if type(other) is n.Var and type(unit.analysis.variables[other]) is Variable:
                return (body.op, None) if other.name != node.argument else None
    return None


def is_arithmetic(f: Function, body: n.Expr, node: n.Lambda) -> bool:
    """See `values.LambdaInfo`."""
    if type(body) is n.Binary:
        return (
            body.op in ARITHMETIC
            and not f.unit.analysis.is_rebound(body)
            and is_arithmetic(f, body.left, node)
            and is_arithmetic(f, body.right, node)
        )
    if type(body) is n.Var:
        return node.formals is None and type(f.unit.analysis.variables[body]) is Variable
    return type(body) is n.Int


def write_formals(f: Function, node: n.Lambda, parameter: str) -> None:
    """Match the argument against `{ a, b ? 1, ... }`: required ones, what is too much, then defaults."""
    assert node.formals is not None
    names = f.unit.analysis.bound[node]
    context = f.unit.site(
        node.pos, f.context, CONTEXT, "while evaluating the value passed for the lambda argument"
    )
    matching = f.unit.site(node.pos, 0, FORMALS)
    inside = f.unit.site(node.pos, context.number, FORMALS)
    attrs = emit.name(parameter)
    not_a_set = emit.negation(emit.type_is(attrs, "dict"))
    forced = emit.assign(parameter, emit.call(matching, "force", attrs))
    checked = emit.statement(emit.call(inside, "argument_set", attrs))
    f.emit(emit.If(not_a_set, [forced, emit.If(not_a_set, [checked], [])], []))
    required = [formal for formal in node.formals.items if formal.default is None]
    if required:
        body: list[ast.stmt] = [
            emit.assign(f.declare(names[formal.name]), emit.item(attrs, formal.name)) for formal in required
        ]
        failed = emit.statement(emit.call(matching, "missing_argument", attrs, formal_names(node)))
        handler = emit.ExceptHandler(emit.name("KeyError"), None, [failed])
        f.emit(emit.Try(body, [handler], [], []))
    if not node.formals.ellipsis:
        f.emit(unexpected_check(node, attrs, matching))
    if node.argument is not None:
        variable = names[node.argument]
        f.emit(emit.assign(f.declare(variable), attrs))
        f.learn(variable)
    if len(required) < len(node.formals.items):
        write_defaults(f, node.formals, names, attrs)


def formal_names(node: n.Lambda) -> ast.expr:
    """What the errors about arguments need: the formals, and whether they have a default."""
    assert node.formals is not None
    return emit.constant(tuple((formal.name, formal.default is not None) for formal in node.formals.items))


def unexpected_check(node: n.Lambda, attrs: ast.expr, site: Site) -> ast.stmt:
    """An error when the argument has attributes that are no formals."""
    assert node.formals is not None
    items = node.formals.items
    failed = emit.statement(emit.call(site, "unexpected_argument", attrs, formal_names(node)))
    if all(formal.default is None for formal in items):
        too_many = emit.compare(emit.call(None, "len", attrs), emit.NOT_EQ, emit.constant(len(items)))
    else:
        known = emit.constant(frozenset(formal.name for formal in items))
        keys = emit.call(None, emit.Attribute(attrs, "keys", emit.LOAD))
        too_many = emit.negation(emit.compare(keys, emit.LT_E, known))
    return emit.if_then(too_many, [failed])


def write_defaults(f: Function, formals: n.Formals, names: dict[str, Variable], attrs: ast.expr) -> None:
    """Formals with defaults; a default may use any other formal, also one that is given later.

    C++ Nix fills in the formals in the order of their names: a default that is a variable is the same value
    if that is there already.
    """
    by_name = {formal.name: formal for formal in formals.items}
    shared = any(type(formal.default) is n.Var and formal.default.name in by_name for formal in formals.items)
    ordered = [names[name] for name in (f.unit.analysis.order.sorted(by_name) if shared else by_name)]
    unfilled = set(ordered)
    waiting = {variable for variable in ordered if by_name[variable.name].default is not None}
    for variable in ordered:
        if variable in waiting:
            f.declare(variable)
    late: list[tuple[str, dict[Variable, None]]] = []
    for variable in ordered:
        formal = by_name[variable.name]
        if formal.default is not None:
            made, captures = default_lazy(f, formal, waiting, unfilled)
            if captures is not None:
                cell = f.temporary()
                f.emit(emit.assign(cell, made))
                late.append((cell, captures))
                made = emit.name(cell)
            given = emit.compare(emit.constant(formal.name), emit.IN, attrs)
            value = emit.if_else(given, emit.item(attrs, formal.name), made)
            f.emit(emit.assign(f.unit.name_of(variable), value))
            waiting.discard(variable)
        unfilled.discard(variable)
    for cell, captures in late:
        f.emit(emit.assign_item(emit.name(cell), 1, f.payload(captures)))


def default_lazy(
    f: Function, formal: n.Formal, waiting: set[Variable], unfilled: set[Variable]
) -> tuple[ast.expr, dict[Variable, None] | None]:
    """The lazy of a default, and what it captures when some of that is not assigned yet: its payload is then.

    *waiting*: the variables that are not assigned; *unfilled*: those that Nix has not filled in.
    """
    node = formal.default
    assert node is not None
    if type(node) is not n.Var or f.unit.analysis.variables[node] not in unfilled:
        atom = None if f.unit.instrumented else atomic(f, node)
        if atom is not None:
            return element(f, node, atom), None
    code, inner = f.static(node)
    place = [emit.constant(f.unit.position(formal.pos))] if f.unit.instrumented else []
    if any(capture in waiting for capture in inner.captures):
        return emit.list_of(emit.name(code), emit.constant(None), *place), inner.captures
    return emit.list_of(emit.name(code), f.payload(inner.captures), *place), None


# -- calls


def call_value(f: Function, node: n.Call) -> ast.expr:
    """`g a b c`."""
    site = f.unit.site(node.pos, f.context, CALL)
    name = called_builtin(f, node)
    arity = f.unit.primops.get(name, 0) if name is not None else 0
    if name is not None and 0 < arity <= len(node.arguments):
        result = builtin_call(f, node, name, arity, site)
        return apply(f, site, result, [argument(f, item) for item in node.arguments[arity:]])
    function = f.value(node.function)
    known = known_function(f, node.function)
    taken = 0 if known is None else len(curried(known))
    arguments = [
        escaping_argument(f, item, (known, index) if known is not None and index < taken else None)
        for index, item in enumerate(node.arguments)
    ]
    note_eager(f, site, node, arguments)
    if known is not None:
        function = emit.call(site, function, *arguments[:taken])
        arguments = arguments[taken:]
    return apply(f, site, function, arguments)


def note_eager(f: Function, site: Site, node: n.Call, arguments: list[ast.expr]) -> None:
    """Write down at a call's site where an argument is a call itself that is made before: `f (n - 1)`.

    In Nix it is made inside of *f*, which `runtime.depth` has to know.
    """
    for item, made in zip(node.arguments, arguments, strict=True):
        if type(item) is n.Binary and item.op in CALLED and type(made) is emit.IfExp:
            line, column, parent, kind, _ = f.unit.sites[site.number]
            f.unit.sites[site.number] = (line, column, parent, kind, f.unit.source.line_column(item.pos))
            return


def apply(f: Function, site: Site, function: ast.expr, arguments: list[ast.expr]) -> ast.expr:
    """Apply the value *function* to the arguments, up to three at a time."""
    if len(arguments) > MANY_ARGUMENTS:
        return emit.call(site, "call_many", function, emit.tuple_of(arguments))
    while arguments:
        if len(arguments) >= 3:
            function = emit.call(site, "call3", function, *arguments[:3])
            arguments = arguments[3:]
        elif len(arguments) == 2:
            function = emit.call(site, "call2", function, arguments[0], arguments[1])
            arguments = arguments[2:]
        elif not f.unit.inlines:
            function = emit.call(site, "call", function, arguments[0])
            arguments = []
        else:
            name = f.temporary()
            function = emit.if_else(
                emit.type_is(emit.walrus(name, function), "function"),
                emit.call(site, name, arguments[0]),
                emit.call(site, "call", emit.name(name), arguments[0]),
            )
            arguments = arguments[1:]
    return function


def known_function(f: Function, node: n.Expr) -> n.Lambda | None:
    """The lambda that a variable is bound to, when it is a compiled function without a thunk."""
    if type(node) is not n.Var:
        return None
    variable = f.unit.analysis.variables[node]
    if type(variable) is not Variable or variable not in f.unit.functions:
        return None
    assert variable.binding is not None
    value = variable.binding.value
    assert type(value) is n.Lambda
    return value
