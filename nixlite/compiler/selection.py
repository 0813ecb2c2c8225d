"""Lowering of selections: `a.b.c`, `a.b or c`, `a ? b`."""

from __future__ import annotations

from nixlite.abi.sites import SELECT
from nixlite.analysis.facts import Variable, WithLookup
from nixlite.compiler import emit
from nixlite.compiler.arguments import NEVER_FAIL
from nixlite.compiler.unit import Chosen, Function, Recipe
from nixlite.compiler.variables import builtin_name, lookup, place
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import TypeGuard

    from nixlite.abi.sites import Site
    from nixlite.compiler.flow import Choice

LONGEST_NAME = 2_000
"""Characters of a computed name that is written into the code, for messages: it is shown only where it cannot
be computed."""


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


def is_plain(path: tuple[n.AttrName, ...]) -> TypeGuard[tuple[str, ...]]:
    """Whether all names are written down, and the last one tells that the end is reached (for traces)."""
    return is_static(path) and path[-1] not in path[:-1]


def select(f: Function, node: n.Select) -> ast.expr:
    """`a.b.c` and `a.b.c or d`."""
    known = builtin_name(f, node)
    if known is not None:
        return emit.name("b_" + known)
    choice = choice_of(f, node)
    if choice is not None and choice in f.known:
        return chosen_before(f, node, choice)
    subject = f.value(node.subject)
    f.reads_harmlessly(node.subject)
    site = f.unit.site(node.pos, f.context, SELECT, path_text(node.path))
    if node.default is not None:
        return select_or(f, node, subject, site, choice)
    if len(node.path) == 1:
        selected = emit.call(site, "select", subject, attr_name(f, node.path[0]))
        if choice is not None:
            remember(f, choice).makers.append(selected)
        return selected
    operation = "select_path" if is_plain(node.path) else "select_computed"
    return emit.call(site, operation, subject, path_value(f, node.path))


def choice_of(f: Function, node: n.Select) -> Choice | None:
    """What tells that a selection was made before in this function: one name of a variable.

    None where it is not of interest, or whoever watches wants to see each.
    """
    unit, path = f.unit, node.path
    if type(node.subject) is not n.Var or len(path) != 1 or not isinstance(path[0], str) or not unit.inlines:
        return None
    variable = unit.analysis.variables[node.subject]
    if unit.instrumented or unit.stepping or type(variable) is not Variable:
        return None
    return f, variable, path[0], node.default is not None


def remember(f: Function, choice: Choice) -> Chosen:
    """Say that a selection is made here. Its value is only given a name where it is used again."""
    chosen = f.chosen.get(choice)
    if chosen is None:
        chosen = f.chosen[choice] = Chosen(f.temporary())
    f.learn(choice)
    return chosen


def chosen_before(f: Function, node: n.Select, choice: Choice) -> ast.expr:
    """A selection that was made before: its value, or the default where nothing was found."""
    chosen = f.chosen[choice]
    while chosen.makers:
        emit.name_call(chosen.makers.pop(), chosen.name)
    value = emit.name(chosen.name)
    if node.default is None:
        return value
    with f.branch():
        default = f.value(node.default)
    return emit.if_else(emit.compare(value, emit.IS_NOT, emit.name("MISSING")), value, default)


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
    function.emit(emit.Return(attr_name(function, name, numbered=True)))
    return f.thunk_of(Recipe(function.finish(), function.captures), name)


def delayed_select(f: Function, node: n.Select) -> Recipe | None:
    """A thunk for `a.b.c`, where that is all: the runtime knows how, without a function of its own."""
    subject, path = node.subject, node.path
    if node.default is not None or type(subject) is not n.Var or not is_plain(path):
        return None
    source = f.unit.analysis.variables[subject]
    if type(source) is WithLookup:
        found = lookup(f, subject) if len(path) == 1 else None
        if found is None or len(found[0]) != 1:
            return None
        fixed = (found[1], path[0], attribute_name(path[0]), place(f, node.pos))
        return Recipe("lookup_selection", found[0], emit.constant(fixed))
    if type(source) is not Variable or source in f.unit.constants or source in f.unit.functions:
        return None
    if len(path) == 1:
        return selection(f, source, subject.pos, path[0], node.pos)
    places = (place(f, subject.pos), place(f, node.pos))
    return Recipe("path_selection", {source: None}, emit.constant((path, path_text(path), *places)))


def selection(f: Function, source: Variable, source_pos: int, name: str, pos: int) -> Recipe:
    """How a thunk selects *name* from a variable's value; positions of both, or NO_POS."""
    fixed = (name, attribute_name(name), place(f, source_pos), place(f, pos))
    return Recipe("selection", {source: None}, emit.constant(fixed))


def select_or(f: Function, node: n.Select, subject: ast.expr, site: Site, choice: Choice | None) -> ast.expr:
    """Selection with a default, which is evaluated only when an attribute on the path is missing."""
    assert node.default is not None
    result = f.temporary() if choice is None else remember(f, choice).name
    default: ast.expr | None = None
    path = node.path
    if len(path) == 1:
        operation = "find_one" if isinstance(path[0], str) else "find_named"
        found = emit.call(site, operation, subject, attr_name(f, path[0]))
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
        operation = "has_attribute" if is_last else "find_one" if isinstance(name, str) else "find_named"
        value = emit.call(site, operation, subject, attr_name(f, name))
        found = f.temporary()
        subject = emit.name(found)
        return value if is_last else is_found(found, value)

    last = len(node.path) - 1
    steps = [step(node.path[0], last == 0)]
    with f.branch():  # the others are only computed if that is there
        steps += [step(name, number == last) for number, name in enumerate(node.path[1:], 1)]
    return steps


def attr_name(f: Function, name: n.AttrName, *, numbered: bool = False) -> ast.expr:
    """A name of an attribute path, as a Python string; *numbered*: nobody will number it (see `symbols`)."""
    if isinstance(name, str):
        return emit.constant(name)
    place = f.unit.site(name.pos, f.context)
    value = f.value(name)
    if f.unit.instrumented or numbered:
        return emit.call(place, "attribute_name", value)
    text = f.temporary()
    is_text = emit.type_is(emit.walrus(text, value), "str")
    silent = emit.negation(emit.name("TEXTS"))
    named = emit.call(place, "attribute_name", emit.name(text))
    return emit.if_else(emit.all_of(is_text, silent), emit.name(text), named)


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
