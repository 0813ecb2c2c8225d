"""A package that is taken from a scope of its own (`python3Packages`), where the top level was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.brief import forcing
from nixlite.explain.overlays.stack import Finding, Question, drv_path, is_same, overlay_arguments
from nixlite.explain.recording.places import PART
from nixlite.explain.recording.recorder import settled
from nixlite.explain.trials import Advice, Change, attempt, outcome
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.recorder import Node


def in_scope(question: Question, cell: Any, chain: list[Node]) -> Finding | None:
    """The finding about a package of a scope whose name an overlay defined in the top level."""
    top = question.found.root
    if type(top) is not dict:
        return None
    for node in chain:
        entry = question.found.places.of(node)
        if entry is None or entry.kind == PART or entry.name not in top:
            continue
        own = question.origin(top[entry.name])
        if own is None or not question.is_own(own.place) or overlay_arguments(own) is None:
            continue
        scope = scope_of(question, entry.name, node)
        if not scope or is_same(top[entry.name], node.cell):
            continue
        other, here = question.drv_path(top[entry.name]), question.drv_path(cell)
        if other and here and other != here:
            return tell(question, entry, own, scope)
    return None


def scope_of(question: Question, name: str, node: Node) -> tuple[str, ...]:
    """The path of the set below the top that a package is an attribute of."""
    for scope, attrs in question.scopes():
        if (
            scope
            and name in attrs
            and (is_same(attrs[name], node.cell) or settled(attrs[name]) is settled(node.cell))
        ):
            return scope
    return ()


def tell(question: Question, entry: Definition, own: Definition, scope: tuple[str, ...]) -> Finding:
    """What is to be said, and the same change made in the scope."""
    name, where = entry.name, ".".join(scope)
    here, there = question.place(entry.place), question.place(own.place)
    what = f"that overlay changes the top level, and in {where} it changes nothing"
    verdict = [
        f"The {name} in {question.name} is {where}.{name} ({here}), not the {name} of {there}: {what}.",
        f"What is in {where} takes its inputs from there, and only what is missing there from the top level.",
    ]
    return Finding(verdict, change_in_scope(question, own, scope))


def change_in_scope(question: Question, own: Definition, scope: tuple[str, ...]) -> list[Advice]:
    """The definition moved into the scope: by `packageOverrides` of its interpreter, or `overrideScope`."""
    arguments = overlay_arguments(own)
    if arguments is None or own.value is None:
        return []
    text = own.source.text
    value = in_scope_text(own, scope, "pprev", arguments)
    for path, code in candidates(question, own.name, value, scope, arguments[1]):
        start = own.source.line_starts()[own.place[1] - 1] + own.place[2] - 1
        end = text.find(";", own.value.end) + 1
        changes = [Change(own.source.name, start, end, code)]
        result = attempt(question.program, question.found, changes, question.path)
        final = outcome(result.found, (*scope, own.name))
        look = forcing(result.found)
        wanted = drv_path(look, final.value) if final.ok else ""
        items = result.value if type(result.value) is tuple else ()
        new = result.ok and wanted and wanted != question.drv_path(scope_cell(question, scope, own.name))
        if new and (not items or wanted in [drv_path(look, item) for item in items]):
            told = f"{question.name} then has the changed {own.name}"
            return [Advice(f"change it where it is taken from, {path}", code, own.place, told, changes)]
    return []


def scope_cell(question: Question, scope: tuple[str, ...], name: str) -> Any:
    """The scope's own package."""
    return outcome(question.found, (*scope, name)).value


def in_scope_text(
    own: Definition, scope: tuple[str, ...], previous: str, arguments: tuple[str, str, n.Lambda]
) -> str:
    """The definition's value, where `prev.scope.name` becomes `pprev.name`."""
    assert own.value is not None
    text = own.source.text
    changes: list[tuple[int, int, str]] = []
    for node in walk(own.value):
        if type(node) is n.Select and type(node.subject) is n.Var and node.subject.name in arguments[:2]:
            path = node.path
            if own.name in path:
                rest = "".join(f".{attribute_name(str(name))}" for name in path[path.index(own.name) :])
                changes.append((node.start, node.end, previous + rest))
    result, at = "", own.value.start
    for start, end, new in sorted(changes):
        result += text[at:start] + new
        at = end
    return " ".join((result + text[at : own.value.end]).split())


def candidates(
    question: Question, name: str, value: str, scope: tuple[str, ...], previous: str
) -> list[tuple[str, str]]:
    """(by what, the code) of the ways to change a scope."""
    inner = f"{{ {attribute_name(name)} = {value}; }}"
    by = f"override {{ packageOverrides = pfinal: pprev: {inner}; }}"
    found = [
        (f"by packageOverrides of {interpreter}", f"{interpreter} = {previous}.{interpreter}.{by};")
        for interpreter in interpreters(question, scope)
    ]
    where = ".".join(map(attribute_name, scope))
    attrs = question.look(outcome(question.found, scope).value)
    functions = [name for name in ("overrideScope", "extend") if type(attrs) is dict and name in attrs]
    for function in functions:
        code = f"{where} = {previous}.{where}.{function} (pfinal: pprev: {inner});"
        found.append((f"by {function}", code))
    return found


def interpreters(question: Question, scope: tuple[str, ...]) -> list[str]:
    """The packages of the top level whose `pkgs` a scope is: `python3` has `python3Packages`; those that are
    only another name last."""
    wanted = outcome(question.found, scope).value
    top = question.found.root
    found: list[tuple[bool, str]] = []
    for name, cell in top.items():
        value = settled(cell)
        if type(value) is dict and "pkgs" in value and settled(value["pkgs"]) is wanted:
            chain = [question.found.places.of(node) for node in question.found.origins.chain(cell)]
            named = [entry for entry in chain if entry is not None and entry.kind != PART]
            found.append((not named or named[-1].name != name, name))
    return [name for _, name in sorted(found)]
