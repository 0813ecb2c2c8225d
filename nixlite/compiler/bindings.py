"""Lowering of attribute sets and `let`: groups of bindings that may refer to each other.

Thunks capture variables by value, so a group is written in an order in which what is captured exists already;
where bindings refer to each other in a circle, the thunk is made first and its payload filled in after.
Functions are Python closures, which see variables that are assigned later.
"""

from __future__ import annotations

from nixlite.abi.sites import CONTEXT, SELECT
from nixlite.analysis.facts import Global, Variable
from nixlite.compiler import emit
from nixlite.compiler.arguments import argument, atomic
from nixlite.compiler.control import outlined
from nixlite.compiler.deferred import Deferred, begin_group, fill_environment, make_group
from nixlite.compiler.functions import define_lambda
from nixlite.compiler.literals import path_constant
from nixlite.compiler.selection import selection
from nixlite.compiler.unit import MAX_CLOSURES, MAX_NESTING, Function, Recipe
from nixlite.compiler.variables import (
    CONSTANT_GLOBALS,
    is_builtins,
    is_function_variable,
    shared_lookups,
)
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any

    from nixlite.analysis.facts import Group


class Delayed:
    """A binding of a group that becomes a thunk: how is known, but its cells are not written."""

    __slots__ = ("position", "recipe", "variable")

    def __init__(self, variable: Variable, recipe: Recipe, position: ast.expr | None) -> None:
        self.variable = variable
        self.recipe = recipe
        self.position = position


# -- sources of `inherit (e) a`


def inherit_sources(f: Function, attrs: n.AttrSet) -> list[Variable]:
    """One variable for each `e`; those that are not variables already become thunks."""
    return [inherit_source(f, source) for source in attrs.inherit_from]


def inherit_source(f: Function, source: n.Expr) -> Variable:
    """The variable that stands for `e`; the thunk is created before the current statement."""
    if type(source) is n.Var:
        resolution = f.unit.analysis.variables[source]
        if type(resolution) is Variable:
            return resolution
    variable = Variable("inherit")
    with f.branch():
        f.known = f.hoist_known
        value = argument(f, source)
    f.hoist(emit.assign(f.declare(variable), value))
    return variable


def inherited_from(f: Function, attrs: n.AttrSet, name: str, sources: list[Variable]) -> Recipe:
    """How `inherit (e) name` selects *name* from the shared source."""
    binding = attrs.bindings[name]
    assert binding.source is not None
    source, place = sources[binding.source], attrs.inherit_from[binding.source].start
    if f.unit.instrumented or source in f.unit.constants or source in f.unit.functions:
        return inherited_in_place(f, source, place, name, binding.pos)
    return selection(f, source, place, name, binding.pos)


def inherited_in_place(f: Function, source: Variable, place: int, name: str, pos: int) -> Recipe:
    """The same with a static function."""
    inner = Function(f.unit, None, f.hoist_known)
    subject = inner.unit.constants.get(source)
    if subject is None:
        subject = emit.name(inner.use(source))
        if source not in inner.known and source not in inner.unit.functions:
            subject = emit.call(inner.unit.site(place, 0), "force", subject)
    site = f.unit.site(pos, 0, SELECT, attribute_name(name))
    inner.emit(emit.Return(emit.call(site, "select", subject, emit.constant(name))))
    return Recipe(inner.finish(), inner.captures)


# -- plain sets


def attr_set(f: Function, node: n.AttrSet) -> ast.expr:
    """A set literal; one with `rec`, dynamic names or pieces needs statements."""
    if node.recursive or node.dynamic or node in f.unit.analysis.groups:
        return outlined(f, node)
    return plain_set(f, node)


def plain_set(f: Function, node: n.AttrSet) -> ast.expr:
    """The static attributes of a set that is not recursive, as a dict display."""
    group = f.unit.analysis.groups.get(node)
    if group is not None:
        return emit.name(set_with_pieces(f, node, group))
    sources = inherit_sources(f, node)
    values = [attribute(f, node, name, sources) for name in node.bindings]
    return emit.dict_of(list(node.bindings), values)


def set_with_pieces(f: Function, node: n.AttrSet, group: Group) -> str:
    """A set some of whose values are compiled later: the name of its variable."""
    sources = inherit_sources(f, node)
    holder = make_group(f, group)
    for name in node.bindings:
        if name not in group.members:
            f.hoist(emit.assign_item(emit.name(holder), name, attribute(f, node, name, sources)))
    return holder


def attribute(f: Function, attrs: n.AttrSet, name: str, sources: list[Variable]) -> ast.expr:
    """The cell of one attribute: value or thunk, with the position of its definition."""
    binding = attrs.bindings[name]
    position = emit.constant(f.unit.position(binding.pos))
    if binding.value is None:
        recipe = inherited_from(f, attrs, name, sources)
        return emit.list_of(emit.name(recipe.code), f.filling(recipe), position)
    return cell(f, binding.value, position)


def cell(f: Function, node: n.Expr, position: ast.expr) -> ast.expr:
    """The cell of an attribute whose value is *node*."""
    atom = atomic(f, node)
    if atom is None:
        if type(node) is n.Lambda:
            return emit.list_of(emit.name("UNASKED"), f.value(node), position)
        return f.thunk(node, position)
    if is_function_variable(f, node):
        return alias(f, "UNASKED", atom, position, known=True)
    if is_constant(f, node):
        if f.unit.instrumented:
            return emit.list_of(emit.name("UNASKED"), atom, position)
        return f.unit.shared("c", emit.list_of(emit.constant(None), atom, position))
    variable = f.unit.analysis.variables[node]
    if variable in f.known:
        return alias(f, "", atom, position)
    # Its position is the set's, not the value's. An argument may be an alias too: they form no chain.
    return alias(
        f, "force", atom, position, known=type(variable) is Variable and variable.binding is not None
    )


def alias(f: Function, code: str, atom: ast.expr, position: ast.expr, *, known: bool = False) -> ast.expr:
    """The cell of an attribute that is a variable (see `runtime.thunk`); *known*: *atom* is the origin."""
    start = emit.name(code) if code else emit.constant(None)
    if f.unit.instrumented:
        return emit.list_of(start, atom, position)
    return emit.list_of(start, atom, position, atom if known else emit.constant(None))


def is_constant(f: Function, node: n.Expr) -> bool:
    """Whether an atomic expression is the same value each time, known when the unit is loaded."""
    if type(node) is not n.Var:
        return True
    resolution = f.unit.analysis.variables[node]
    if type(resolution) is Variable:
        return resolution in f.unit.constants
    return type(resolution) is Global and (
        resolution.name in CONSTANT_GLOBALS
        or resolution.name == "builtins"
        or resolution.name in f.unit.primops
    )


# -- groups: `let` and `rec`


def classify(f: Function, names: dict[str, Variable], attrs: n.AttrSet) -> None:
    """Find the bindings of a group that need no thunk: constants and functions."""
    if f.unit.instrumented:
        return
    for name, variable in names.items():
        node: Any = attrs.bindings[name].value
        kind = type(node)
        if kind is n.Int or kind is n.Float or kind is n.Str:
            f.unit.constants[variable] = emit.constant(node.value)
        elif kind is n.PathLiteral:
            f.unit.constants[variable] = path_constant(f, node)
        elif kind is n.ListLiteral and not node.items:
            f.unit.constants[variable] = emit.constant(())
        elif kind is n.Lambda and f.nesting < MAX_NESTING and f.closures < MAX_CLOSURES:
            f.closures += 1
            f.unit.functions.add(variable)
        elif is_inherited_builtin(f, name, attrs):
            f.unit.builtins[variable] = name
            f.unit.constants[variable] = emit.name("b_" + name)


def is_inherited_builtin(f: Function, name: str, attrs: n.AttrSet) -> bool:
    """Whether a binding is `inherit (builtins) name` and *name* a built-in function."""
    source = attrs.bindings[name].source
    return source is not None and name in f.unit.primops and is_builtins(f, attrs.inherit_from[source])


def write_group(f: Function, attrs: n.AttrSet, with_positions: bool) -> Deferred | None:
    """Assign the variables of a `let` or `rec`; gives what there is of pieces."""
    names = f.unit.analysis.bound[attrs]
    pieces = f.unit.analysis.groups.get(attrs)
    deferred = begin_group(f, pieces, with_positions) if pieces is not None else None
    if deferred is not None:
        names = {name: variable for name, variable in names.items() if variable not in deferred.group.own}
    classify(f, names, attrs)
    for variable in names.values():
        if variable not in f.unit.constants:
            f.declare(variable)
    pending = [Delayed(variable, recipe, None) for variable, recipe in shared_lookups(f, attrs)]
    for name, variable in names.items():
        if variable in f.unit.functions:
            node = attrs.bindings[name].value
            assert type(node) is n.Lambda
            f.hoist(define_lambda(f, node, f.unit.name_of(variable)))
    group = {*names.values(), *(item.variable for item in pending)}
    sources = [group_source(f, source, group, pending) for source in attrs.inherit_from]
    for name, variable in names.items():
        if variable in f.unit.constants or variable in f.unit.functions:
            continue
        binding = attrs.bindings[name]
        position = emit.constant(f.unit.position(binding.pos)) if with_positions else None
        pending.append(delayed(f, attrs, name, variable, sources, position))
    write_delayed(f, pending, group)
    if deferred is not None:
        fill_environment(f, deferred)
    return deferred


def group_source(f: Function, source: n.Expr, group: set[Variable], pending: list[Delayed]) -> Variable:
    """`inherit (e) …` inside a group: `e` may use the group's own variables."""
    if type(source) is n.Var:
        resolution = f.unit.analysis.variables[source]
        if type(resolution) is Variable:
            return resolution
    variable = Variable("inherit")
    f.declare(variable)
    group.add(variable)
    pending.append(Delayed(variable, f.recipe(source, f.hoist_known), None))
    return variable


def delayed(
    f: Function,
    attrs: n.AttrSet,
    name: str,
    variable: Variable,
    sources: list[Variable],
    position: ast.expr | None,
) -> Delayed:
    """How one binding of a group is computed."""
    value = attrs.bindings[name].value
    if value is None:
        recipe = inherited_from(f, attrs, name, sources)
    else:
        recipe = f.recipe(value, f.hoist_known)
    return Delayed(variable, recipe, position)


def write_delayed(f: Function, pending: list[Delayed], group: set[Variable]) -> None:
    """Assign thunks so that what each captures is there before; circles are closed afterwards."""
    waiting = {item.variable: item for item in pending}
    done: set[Variable] = set()
    late: list[Delayed] = []
    for item in pending:
        place(f, item, waiting, done, late)
    for item in late:
        f.hoist(emit.assign_item(emit.name(f.unit.name_of(item.variable)), 1, f.filling(item.recipe)))


def place(
    f: Function, root: Delayed, waiting: dict[Variable, Delayed], done: set[Variable], late: list[Delayed]
) -> None:
    """Assign *root*, and before it what it captures (depth first, without Python recursion)."""
    active: set[Variable] = set()
    stack: list[tuple[Delayed, list[Variable]]] = []

    def enter(item: Delayed) -> None:
        active.add(item.variable)
        needs = [v for v in item.recipe.captures if v in waiting and v not in done]
        if any(v in active for v in needs):  # a circle: the thunk exists before its payload
            make_thunk(f, item, done, late)
            needs = []
        stack.append((item, needs))

    if root.variable in done:
        return
    enter(root)
    while stack:
        item, needs = stack[-1]
        if needs:
            need = needs.pop()
            if need not in done and need not in active:
                enter(waiting[need])
            elif need not in done:
                make_thunk(f, waiting[need], done, late)
            continue
        stack.pop()
        active.discard(item.variable)
        if item.variable not in done:
            make_thunk(f, item, done)


def make_thunk(f: Function, item: Delayed, done: set[Variable], late: list[Delayed] | None = None) -> None:
    """Assign a binding's thunk; with *late*, where that is noted, its payload comes later."""
    payload = f.filling(item.recipe) if late is None else emit.constant(None)
    cells = [emit.name(item.recipe.code), payload]
    if item.position is not None:
        cells.append(item.position)
    f.hoist(emit.assign(f.unit.name_of(item.variable), f.unit.new_thunk(cells)))
    done.add(item.variable)
    if late is not None:
        late.append(item)


def let_tail(f: Function, node: n.Let) -> None:
    """`let … in body`."""
    write_group(f, node.attrs, with_positions=f.unit.instrumented)
    f.tail(node.body)


def rec_cell(f: Function, variable: Variable | None, binding: n.Binding) -> ast.expr:
    """The cell that the set holds for a variable of a `rec`; an inherited name has none."""
    position = emit.constant(f.unit.position(binding.pos))
    if variable is None:
        assert binding.value is not None
        return cell(f, binding.value, position)
    constant = f.unit.constants.get(variable)
    if constant is not None:
        if variable in f.unit.builtins:
            return emit.list_of(emit.name("UNASKED"), constant, position)
        return f.unit.shared("c", emit.list_of(emit.constant(None), constant, position))
    name = emit.name(f.unit.name_of(variable))
    if variable in f.unit.functions:
        return emit.list_of(emit.name("UNASKED"), name, position)
    return name  # the thunk itself carries the position


def attr_set_tail(f: Function, node: n.AttrSet) -> None:
    """A set with `rec` or dynamic names (a plain one is an expression)."""
    if not node.recursive and not node.dynamic:
        f.emit(emit.Return(plain_set(f, node)))
        return
    if node.recursive and "__overrides" in node.bindings:
        overridable_rec(f, node)
    elif node.recursive:
        deferred = write_group(f, node, with_positions=True)
        names = f.unit.analysis.bound[node]
        if deferred is None:
            values = [rec_cell(f, names.get(name), binding) for name, binding in node.bindings.items()]
            f.emit(emit.assign("attrs", emit.dict_of(list(node.bindings), values)))
        else:
            f.emit(emit.assign("attrs", emit.name(deferred.holder)))
            for name, binding in node.bindings.items():
                if name not in deferred.group.members:
                    f.emit(emit.assign_item(emit.name("attrs"), name, rec_cell(f, names.get(name), binding)))
    else:
        f.emit(emit.assign("attrs", plain_set(f, node)))
    for dynamic in node.dynamic:
        dynamic_attribute(f, dynamic)
    f.emit(emit.Return(emit.name("attrs")))


def dynamic_attribute(f: Function, dynamic: n.DynamicBinding) -> None:
    """`${name} = value`: a null name defines nothing, a name that is there already is an error."""
    context = f.unit.site(dynamic.pos, f.context, CONTEXT, "while evaluating the name of a dynamic attribute")
    place = f.unit.site(dynamic.pos, f.context)
    key = emit.call(f.unit.site_like(context), "dynamic_name", f.value(dynamic.name))
    position = emit.constant(f.unit.position(dynamic.pos))
    arguments = [emit.name("attrs"), key, cell(f, dynamic.value, position)]
    operation = "add_attribute"
    if type(dynamic.value) is n.Lambda:
        operation = "add_function"
        arguments += [emit.name("LAMBDAS"), emit.constant(identifiers(f, dynamic.value))]
    f.emit(emit.statement(emit.call(place, operation, *arguments)))


def identifiers(f: Function, node: n.Expr) -> tuple[str, ...]:
    """The rows of a function and of those that it returns at once in the lambda table."""
    places = []
    while type(node) is n.Lambda:
        places.append(f.unit.position(node.pos))
        node = node.body
    return tuple([name for name, row in f.unit.lambdas.items() if row[4] in places])


def overridable_rec(f: Function, node: n.AttrSet) -> None:
    """`rec { __overrides = …; }`: the set's own references see the overriding attributes.

    Every binding is a thunk with a late payload: the payloads are filled in with the original variables, the
    overrides are evaluated, the variables they name are replaced, and the payloads are filled in again.
    Manual (old): `__overrides`; observed with Nix 2.34.8.
    """
    names = f.unit.analysis.bound[node]
    for variable in names.values():
        f.declare(variable)
    group = set(names.values())
    pending: list[Delayed] = []
    sources = [group_source(f, source, group, pending) for source in node.inherit_from]
    late: list[Delayed] = []
    for name, binding in node.bindings.items():
        position = emit.constant(f.unit.position(binding.pos))
        pending.append(delayed(f, node, name, names[name], sources, position))
    for item in pending:
        make_thunk(f, item, set(), late)
    fill = [
        emit.assign_item(emit.name(f.unit.name_of(item.variable)), 1, f.filling(item.recipe)) for item in late
    ]
    for statement in fill:
        f.emit(statement)
    values: list[ast.expr] = [emit.name(f.unit.name_of(names[name])) for name in node.bindings]
    f.emit(emit.assign("attrs", emit.dict_of(list(node.bindings), values)))
    site = f.unit.site(node.bindings["__overrides"].pos, f.context)
    f.emit(emit.assign("attrs", emit.call(site, "apply_overrides", emit.name("attrs"))))
    for name in node.bindings:
        f.emit(emit.assign(f.unit.name_of(names[name]), emit.item(emit.name("attrs"), name)))
    for item in late:
        thunk, code = emit.name(f.unit.name_of(item.variable)), emit.name(item.recipe.code)
        f.emit(emit.statement(emit.call(None, "refill", thunk, code, f.filling(item.recipe))))
