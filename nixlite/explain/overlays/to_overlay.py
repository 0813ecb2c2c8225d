"""`config.packageOverrides` written as an overlay, which knows the finished set as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.analysis.facts import WithLookup
from nixlite.explain.trials import Change, edited
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from nixlite.explain.overlays.stack import Question
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition, Parent

OPTION = "packageOverrides"


class Overlay(NamedTuple):
    """*why* the function's argument is not the finished set; the *code* of the overlay, where it goes, and
    the texts of the sources with it."""

    why: str
    code: str
    place: Place
    edits: dict[str, str]


def as_overlay(question: Question, entry: Definition, argument: str) -> Overlay | None:
    """The overlay for the `packageOverrides = argument: { … }` around a definition; None if it is in none."""
    placed = function_around(entry, argument)
    if placed is None:
        return None
    function, option, parents = placed
    source = entry.source
    called = call_of_option(question)
    where = f": {question.place(called)} calls it with that" if called is not None else ""
    why = f"the argument of `{OPTION}`, `{argument}`, is the set as it was before the change{where}."
    code = f"overlays = [ (final: prev: {body_text(question, entry, function, argument)}) ];"
    holder = holder_of(parents)
    if holder is None:
        return Overlay(why, code, entry.place, {})
    attrs, start, end = holder
    end = source.text.find(";", option.value.end if option.value is not None else end) + 1
    first = min(item.pos for item in attrs.bindings.values())
    if any(name == "overlays" for name in attrs.bindings):
        return Overlay(why, code, entry.place, {})
    if start == first:
        changes = [Change(source.name, start, end, code)]
    else:
        changes = [Change(source.name, start, end, ""), Change(source.name, first, first, f"{code} ")]
    return Overlay(why, code, (source.name, *source.line_column(start)), edited(question.found, changes))


def function_around(entry: Definition, argument: str) -> tuple[n.Lambda, n.Binding, Parent] | None:
    """(the function, the binding it is the value of, what is around that)."""
    at = entry.parents
    while at is not None:
        if type(at.node) is n.Lambda and at.node.argument == argument and at.up is not None:
            attrs = at.up.node
            bindings = attrs.bindings if isinstance(attrs, n.AttrSet) else {}
            option = next(
                (item for key, item in bindings.items() if key == OPTION and item.value is at.node), None
            )
            return (at.node, option, at.up) if option is not None else None
        at = at.up
    return None


def holder_of(parents: Parent) -> tuple[n.AttrSet, int, int] | None:
    """(the set that has `config`, where the binding to take away begins and ends)."""
    inner = parents.node
    outer = parents.up.node if parents.up is not None else None
    if not isinstance(outer, n.AttrSet) or not isinstance(inner, n.AttrSet):
        return None
    config = outer.bindings.get("config")
    if config is None or config.value is not inner:
        return None
    return outer, inner.bindings[OPTION].pos, inner.end


def body_text(question: Question, entry: Definition, function: n.Lambda, argument: str) -> str:
    """The body with `final` for the argument, also in `with`; an attribute takes itself from `prev`."""
    text = entry.source.text
    body: Any = function.body
    index = question.found.places.index(entry.place[0])
    meanings = index.analysis.variables if index is not None else {}
    changes: list[tuple[int, int, str]] = []
    own: dict[int, str] = {}
    scopes = {id(node.scope) for node in walk(body) if type(node) is n.With}
    inner: Any = body
    while type(inner) in (n.With, n.Let):
        inner = inner.body
    for name, item in inner.bindings.items() if type(inner) is n.AttrSet else ():
        for node in walk(item.value) if item.value is not None else ():
            own[id(node)] = name
    selected = {id(node.subject): node.path[0] for node in walk(body) if type(node) is n.Select}
    for node in walk(body):
        if type(node) is n.Var and node.name == argument:
            first = selected.get(id(node))
            whole = id(node) in scopes or (first is not None and first != own.get(id(node)))
            changes.append((node.start, node.end, "final" if whole else "prev"))
        elif (
            type(node) is n.Var and node.name == own.get(id(node)) and type(meanings.get(node)) is WithLookup
        ):
            changes.append((node.start, node.end, f"prev.{attribute_name(node.name)}"))
    result, at = "", body.start
    for start, end, new in sorted(changes):
        result += text[at:start] + new
        at = end
    return " ".join((result + text[at : body.end]).split())


def call_of_option(question: Question) -> Place | None:
    """Where the package set calls `config.packageOverrides`."""
    for source in list(question.found.evaluator.sources.values()):
        if OPTION not in source.text or question.is_own((source.name, 1, 1)):
            continue
        index = question.found.places.index(source.name)
        for node in walk(index.tree) if index is not None else ():
            if type(node) is n.Call and calls_option(node.function):
                return (source.name, *source.line_column(node.function.start))
    return None


def calls_option(function: n.Expr) -> bool:
    """Whether what is called is `x.packageOverrides`, with a default or not."""
    return type(function) is n.Select and function.path[-1] == OPTION
