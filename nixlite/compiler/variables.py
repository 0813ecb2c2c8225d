"""Lowering of variables: how the value that a name means is read, and which names certainly mean builtins."""

from __future__ import annotations

from nixlite.abi.sites import NOWHERE
from nixlite.analysis.facts import Global, Variable, WithLookup
from nixlite.compiler import emit
from nixlite.compiler.unit import Recipe
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any

    from nixlite.abi.sites import Site
    from nixlite.analysis.facts import Resolution
    from nixlite.compiler.unit import Function

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
        if resolution.shared is not None:
            return shared_value(emit.name(f.use(resolution.shared)), site)
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
    if f.unit.inlines:
        forced = emit.if_else(emit.is_evaluated(emit.name(name)), emit.item(emit.name(name), 1), forced)
    if resolution in f.locals:  # remember the value instead of the thunk
        forced = emit.walrus(name, forced)
        f.learn(resolution)
    if not f.unit.inlines:
        return forced
    return emit.if_else(emit.type_is(emit.name(name), "list"), forced, emit.name(name))


def with_value(f: Function, resolution: WithLookup, site: Site) -> ast.expr:
    """The value that the innermost `with` set having the name gives."""
    nearest = resolution.scopes[: resolution.nearest]
    scopes = [with_set(f, scope) for scope in nearest]
    places = emit.constant(with_places(f, nearest))
    name = emit.constant(resolution.name)
    if resolution.chain is not None:
        chain = f.use(resolution.chain)
        if scopes:
            return emit.call(site, "with_nearest", name, emit.tuple_of(scopes), places, emit.name(chain))
        known = emit.compare(name, emit.IN, emit.name(chain))
        searched = emit.call(site, "with_chain", name, emit.name(chain))
        return emit.if_else(known, emit.item(emit.name(chain), resolution.name), searched)
    operation = {1: "with_one", 2: "with_two"}.get(len(scopes), "with_value")
    sets = scopes if len(scopes) <= 2 else [emit.tuple_of(scopes)]
    return emit.call(site, operation, name, *sets, places)


def with_places(f: Function, scopes: tuple[Variable, ...]) -> tuple[tuple[str, int, int], ...]:
    """Where the `with` expressions are."""
    return tuple(f.unit.position(scope.pos) for scope in scopes)


def write_chain(f: Function, node: n.With) -> None:
    """Make the dictionary of what is found in the sets of a row of `with` expressions that *node* ends."""
    scopes = f.unit.analysis.chains.get(node, ())
    chain = scopes[0].chain if scopes else None
    if chain is not None:
        sets = emit.tuple_of([with_set(f, scope) for scope in scopes])
        searched = emit.tuple_of([sets, emit.constant(with_places(f, scopes))])
        f.emit(emit.assign(f.declare(chain), emit.dict_of([""], [searched])))


def with_set(f: Function, scope: Variable) -> ast.expr:
    """The set of a `with`: the variable that it is written as, or the one that stands for it."""
    if scope.subject is None:
        return emit.name(f.use(scope))
    found = lazy_resolution(f, scope.subject)
    assert found is not None
    return found


def lazy_variable(f: Function, node: n.Var) -> ast.expr | None:
    """What a variable stands for, unforced; None when only evaluation can tell (`with`)."""
    return lazy_resolution(f, f.unit.analysis.variables[node])


def lazy_resolution(f: Function, resolution: Resolution) -> ast.expr | None:
    """What a name was resolved to, unforced; None for a lookup in `with` sets."""
    if type(resolution) is Variable:
        constant = f.unit.constants.get(resolution)
        return emit.name(f.use(resolution)) if constant is None else constant
    if type(resolution) is Global:
        if resolution.name in CONSTANT_GLOBALS:
            return emit.constant(CONSTANT_GLOBALS[resolution.name])
        return emit.name("g_" + resolution.name)
    return None


# -- thunks of which the runtime knows how they are computed


def delayed_lookup(f: Function, node: n.Var) -> Recipe | None:
    """A thunk for a name that one or two `with` sets may have."""
    made = lookup(f, node)
    if made is None:
        return None
    scopes, fixed = made
    return Recipe("lookup_one" if len(scopes) == 1 else "lookup_two", scopes, emit.constant(fixed))


def lookup(f: Function, node: n.Var) -> tuple[dict[Variable, None], tuple[Any, ...]] | None:
    """The variables in whose sets a name is looked up, one or two, and what else the runtime needs for that.

    None where it is looked up in another way.
    """
    found = f.unit.analysis.variables[node]
    if type(found) is not WithLookup or found.shared is not None or found.chain is not None:
        return None
    scopes: dict[Variable, None] = {}
    for scope in found.scopes:
        variable = scope_variable(scope)
        if variable is None or variable in f.unit.constants or variable in f.unit.functions:
            return None
        scopes[variable] = None
    if len(scopes) != len(found.scopes) or len(scopes) > 2:
        return None
    return scopes, (found.name, with_places(f, found.scopes), place(f, node.pos))


def place(f: Function, pos: int) -> tuple[str, int, int]:
    """Where an offset is, as the runtime takes it."""
    return NOWHERE if pos == n.NO_POS else f.unit.position(pos)


def scope_variable(scope: Variable) -> Variable | None:
    """The variable that has the set of a `with`; None for a global."""
    if scope.subject is None:
        return scope
    return scope.subject if type(scope.subject) is Variable else None


def is_function_variable(f: Function, node: n.Expr) -> bool:
    """Whether *node* is a variable that is bound to a function without a thunk between."""
    if type(node) is not n.Var:
        return False
    resolution = f.unit.analysis.variables[node]
    return resolution in f.unit.functions or resolution in f.unit.builtins


# -- lookups that calls share, see `analysis.lookups`


def lookup_recipe(f: Function, lookup: WithLookup, pos: int) -> Recipe:
    """How a shared lookup is computed."""
    inner = type(f)(f.unit, None, f.hoist_known)
    inner.emit(emit.Return(with_value(inner, lookup, f.unit.site(pos, 0))))
    return Recipe(inner.finish("w"), inner.captures)


def shared_lookups(f: Function, owner: n.Expr) -> list[tuple[Variable, Recipe]]:
    """The lookups to be made where *owner* binds its variables: the variable of each, and how."""
    made = []
    for lookup, pos in f.unit.analysis.lookups.get(owner, ()):
        if lookup.shared is not None and named_builtin(f, lookup) is None:
            made.append((lookup.shared, lookup_recipe(f, lookup, pos)))
            f.declare(lookup.shared)
    return made


def write_lookups(f: Function, owner: n.Expr) -> None:
    """Make the thunks of the lookups that are shared where *owner* has bound its variables."""
    for variable, recipe in shared_lookups(f, owner):
        thunk = emit.list_of(emit.name(recipe.code), f.filling(recipe))
        f.emit(emit.assign(f.unit.name_of(variable), thunk))


def shared_value(thunk: ast.expr, site: Site) -> ast.expr:
    """The value of a shared lookup."""
    return emit.if_else(emit.is_evaluated(thunk), emit.item(thunk, 1), emit.call(site, "force", thunk))


def shared_argument(f: Function, node: n.Var) -> ast.expr | None:
    """A shared lookup as an argument: a thunk of its own, but without evaluating anything again."""
    resolution = f.unit.analysis.variables[node]
    if type(resolution) is not WithLookup or resolution.shared is None:
        return None
    thunk = emit.name(f.use(resolution.shared))
    again = emit.list_of(emit.name("UNASKED"), emit.item(thunk, 1))
    return emit.if_else(emit.is_evaluated(thunk), again, f.thunk(node))


# -- names of builtins


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
    """The builtin that a call names."""
    return meant_builtin(f, node.function)


def meant_builtin(f: Function, node: n.Expr) -> str | None:
    """The builtin that is named: `map`, `__add`, `builtins.add`, `add` after `inherit (builtins) add`."""
    if type(node) is n.Var:
        return named_builtin(f, f.unit.analysis.variables[node])
    return builtin_name(f, node) if type(node) is n.Select else None


def named_builtin(f: Function, resolution: object) -> str | None:
    """The builtin function that a name certainly means."""
    if type(resolution) is Global:
        return resolution.name.removeprefix("__")
    if type(resolution) is Variable:
        return f.unit.builtins.get(resolution)
    if type(resolution) is WithLookup and type(resolution.scopes[0].subject) is Global:
        return resolution.name if resolution.name in f.unit.primops else None
    return None
