"""Lowering of variables: how the value that a name means is read, and which names certainly mean builtins."""

from __future__ import annotations

from nixlite.analysis.scope import Global, Variable, WithLookup
from nixlite.compiler import emit
from nixlite.compiler.unit import VALUE
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from nixlite.compiler.unit import Function, Site

CONSTANT_GLOBALS = {"true": True, "false": False, "null": None}


# -- reading


def global_value(f: Function, name: str, site: Site) -> ast.expr:
    """A name of the global scope; all but a few are values already."""
    if name in CONSTANT_GLOBALS:
        return emit.constant(CONSTANT_GLOBALS[name])
    read = emit.name("g_" + name)
    if name == "builtins" or name in f.unit.primops:
        return read
    return emit.call(site, "force", read)


def variable(f: Function, node: n.Var) -> ast.expr:
    """A variable's value, forced at most once in a function's straight line."""
    resolution = f.unit.analysis.variables[node]
    site = f.unit.site(node.pos, f.context)
    return resolved(f, resolution, site)


def resolved(f: Function, resolution: object, site: Site) -> ast.expr:
    """The value of what a name was resolved to."""
    if type(resolution) is Global:
        return global_value(f, resolution.name, site)
    if type(resolution) is WithLookup:
        builtin = named_builtin(f, resolution)
        if builtin is not None:
            return emit.name("b_" + builtin)
        return with_value(f, resolution, site)
    assert type(resolution) is Variable
    constant = f.unit.constants.get(resolution)
    if constant is not None:
        return constant
    name = f.use(resolution)
    if resolution in f.known or resolution in f.unit.functions:
        return emit.name(name)
    forced = emit.call(site, "force", emit.name(name))
    if f.unit.instrumented:
        return forced
    forced = emit.if_else(emit.is_evaluated(emit.name(name)), emit.item(emit.name(name), 1), forced)
    if resolution in f.locals:  # remember the value instead of the thunk
        forced = emit.walrus(name, forced)
        f.known = f.known | {resolution}
    return emit.if_else(emit.type_is(emit.name(name), "list"), forced, emit.name(name))


def with_value(f: Function, resolution: WithLookup, site: Site) -> ast.expr:
    """The value that the innermost `with` set having the name gives."""
    scopes = [emit.name(f.use(scope)) for scope in resolution.scopes]
    places = tuple(f.unit.position(scope.pos) for scope in resolution.scopes)
    operation = {1: "with_one", 2: "with_two"}.get(len(scopes), "with_value")
    sets = scopes if len(scopes) <= 2 else [emit.tuple_of(scopes)]
    return emit.call(site, operation, emit.constant(resolution.name), *sets, emit.constant(places))


def lazy_variable(f: Function, node: n.Var) -> ast.expr | None:
    """What a variable stands for, unforced; None when only evaluation can tell (`with`)."""
    resolution = f.unit.analysis.variables[node]
    if type(resolution) is Variable:
        constant = f.unit.constants.get(resolution)
        return emit.name(f.use(resolution)) if constant is None else constant
    if type(resolution) is Global:
        if resolution.name in CONSTANT_GLOBALS:
            return emit.constant(CONSTANT_GLOBALS[resolution.name])
        return emit.name("g_" + resolution.name)
    return None


def is_function_variable(f: Function, node: n.Expr) -> bool:
    """Whether *node* is a variable that is bound to a function without a thunk between."""
    if type(node) is not n.Var:
        return False
    resolution = f.unit.analysis.variables[node]
    return resolution in f.unit.functions or resolution in f.unit.builtins


# -- names of builtins


def is_rebound(f: Function, node: n.Binary | n.Negate) -> bool:
    """Whether the global that the operator means is hidden by a variable of the program."""
    resolution = f.unit.analysis.variables.get(node)
    return resolution is not None and type(resolution) is not Global


def builtin_name(f: Function, node: n.Select) -> str | None:
    """`builtins.x` where `builtins` is the global and `x` a function: the name."""
    if len(node.path) == 1 and node.default is None and is_builtins(f, node.subject):
        name = node.path[0]
        return name if isinstance(name, str) and name in f.unit.primops else None
    return None


def is_builtins(f: Function, node: n.Expr) -> bool:
    """Whether *node* is the global set `builtins`."""
    if type(node) is not n.Var or node.name != "builtins":
        return False
    return type(f.unit.analysis.variables[node]) is Global


def called_builtin(f: Function, node: n.Call) -> str | None:
    """The builtin that a call names: `map`, `__add`, `builtins.add`, `add` after `inherit (builtins) add`."""
    if type(node.function) is n.Var:
        return named_builtin(f, f.unit.analysis.variables[node.function])
    return builtin_name(f, node.function) if type(node.function) is n.Select else None


def named_builtin(f: Function, resolution: object) -> str | None:
    """The builtin function that a name certainly means."""
    if type(resolution) is Global:
        return resolution.name.removeprefix("__")
    if type(resolution) is Variable:
        return f.unit.builtins.get(resolution)
    if type(resolution) is WithLookup and resolution.scopes[0] in f.unit.builtin_scopes:
        return resolution.name if resolution.name in f.unit.primops else None
    return None


VALUE[n.Var] = variable
