"""Packages in a value that are not those of the finished set: taken too early, or from another set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.analysis.facts import Variable
from nixlite.explain.brief import TEXTS, forcing, one_line, text_of
from nixlite.explain.overlays.scopes import in_scope
from nixlite.explain.overlays.stack import (
    Finding,
    Question,
    drv_path,
    inherited_from,
    is_same,
    overlay_arguments,
)
from nixlite.explain.overlays.to_overlay import as_overlay
from nixlite.explain.recording.places import LET, PART, REC, resolves_to
from nixlite.explain.recording.program import Found
from nixlite.explain.trials import Advice, Change, attempt, outcome
from nixlite.runtime.values import is_derivation_type
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition, Parent
    from nixlite.explain.recording.recorder import Node
    from nixlite.explain.trials import Outcome

INPUTS = ("nativeBuildInputs", "buildInputs", "propagatedBuildInputs", "propagatedNativeBuildInputs", "paths")
"""The attributes of a package that are lists of packages."""

MOST = 40
"""Items of a list that are looked at."""


class Item(NamedTuple):
    """A package of a list: its lazy, the nodes from there to its definition, the definition of the list."""

    cell: Any
    chain: list[Node]
    holder: Definition | None


class Taken(NamedTuple):
    """An item that is the attribute *name* of the set at *scope* as it was before the layer at *later*."""

    item: Item
    name: str
    scope: tuple[str, ...]
    later: Definition


class Reading(NamedTuple):
    """The expression that took it: `prev.curl`, or a variable; *entry* is the definition that it is in,
    *subject* the set that it is taken from ("": none is named), *span* what to write otherwise."""

    node: n.Expr
    entry: Definition
    subject: str
    span: tuple[int, int]


def items_of(question: Question) -> list[Item]:
    """The items of a list, or the value itself, each as the oldest layer that has it wrote it."""
    at = question.at
    layers = question.layers(at.attrs, at.name)
    cells = [layer.cell for layer in layers] or [at.cell]
    value = question.look(cells[-1])
    if type(value) in TEXTS:
        return [Item(at.cell, question.found.origins.chain(at.cell), None), *packages_in(question, cells)]
    if type(value) is not tuple:
        return [Item(at.cell, question.found.origins.chain(at.cell), None)]
    found: list[Item] = []
    for cell in value[:MOST]:
        name = package_name(question, cell)
        best = Item(cell, question.found.origins.chain(cell), question.origin(cells[-1]))
        for older in cells[::-1]:
            items = question.look(older)
            for other in items if type(items) is tuple else ():
                chain = question.found.origins.chain(other)
                if is_written(question, chain) and (
                    other is cell or (name and package_name(question, other) == name)
                ):
                    best = Item(cell, chain, question.origin(older))
                    break
        found.append(best)
    return found


def packages_in(question: Question, cells: list[Any]) -> list[Item]:
    """The packages that a text was made of, read where it is written."""
    found: list[Item] = []
    for cell in cells:
        for node in question.found.origins.chain(cell):
            entry = question.found.places.of(node)
            found += [
                Item(other.cell, question.found.origins.chain(other.cell), entry)
                for other in node.reads
                if other.cell is not None and package_name(question, other.cell)
            ]
    return found


def inputs_of(question: Question, package: dict[str, Any]) -> Iterator[Question]:
    """The questions about the lists of a package's inputs."""
    for name in INPUTS:
        if name in package and type(question.look(package[name])) is tuple:
            at = Found(package, name, package[name])
            yield Question(question.program, question.found, (*question.path, name), at)


def is_written(question: Question, chain: list[Node]) -> bool:
    """Whether it is known where something is written."""
    return any(question.found.places.of(node) is not None for node in chain)


def package_name(question: Question, cell: Any) -> str:
    """A package's name, "" of anything else."""
    value = question.look(cell)
    if type(value) is not dict or question.look(value.get("type")) != "derivation":
        return ""
    name = question.look(value.get("name"))
    return text_of(name) if type(name) in TEXTS else ""


def taken(question: Question) -> Finding | None:
    """The finding about the first item that the finished set has another one of."""
    value = question.look(question.at.cell)
    if type(value) is dict and is_derivation_type(question.look(value.get("type"))):
        inner = (taken(below) for below in inputs_of(question, value))
        found = next((finding for finding in inner if finding is not None), None)
        if found is not None:
            return found
    items = items_of(question)
    for item in items:
        early = taken_early(question, item)
        if early is not None:
            return tell(question, early)
    for item in items:
        other = in_scope(question, item.cell, item.chain)
        if other is not None:
            return other
    return None


def taken_early(question: Question, item: Item) -> Taken | None:
    """Whether an item is an earlier layer of an attribute that a later one changed."""
    path = ""
    for node in item.chain:
        entry = question.found.places.of(node)
        if entry is None or entry.kind == PART:
            continue
        for scope, attrs in question.scopes():
            layers = question.layers(attrs, entry.name)
            for layer in layers if len(layers) > 1 else ():
                question.look(layer.cell)
            below = [
                at
                for at, layer in enumerate(layers[:-1])
                if is_same(layer.cell, node.cell) or node in question.found.origins.chain(layer.cell)
            ]
            later = question.origin(layers[-1].cell) if below else None
            if later is None or (*scope, entry.name) == question.path:
                continue
            path = path or question.drv_path(item.cell)
            if path != question.drv_path(layers[-1].cell):
                return Taken(item, entry.name, scope, later)
    return None


# -- how it was taken


def reading_of(question: Question, found: Taken) -> Reading | None:
    """The expression that took the earlier layer: the first on the way from the list to it."""
    entries = [entry for node in found.item.chain if (entry := question.found.places.of(node)) is not None]
    if found.item.holder is not None:
        entries.append(found.item.holder)
    own = [entry for entry in entries if question.is_own(entry.place)]
    for entry in own or entries:
        for reading in readings(entry, found.name):
            if reading.subject or binding_of(question, reading) is not None:
                return reading
    return None


def readings(entry: Definition, name: str) -> Iterator[Reading]:
    """The places of a definition that read something called so: `x.name`, `inherit (x) name` and `name`."""
    inside: set[int] = set()
    source = inherited_from(entry)
    if entry.value is None and type(source) is n.Var and entry.name == name:
        yield Reading(source, entry, source.name, (source.start, source.end))
    around = with_around(entry)
    for node in walk(entry.value) if entry.value is not None else ():
        if type(node) is n.Select and type(node.subject) is n.Var and node.path[0] == name:
            inside.add(id(node.subject))
            yield Reading(node, entry, node.subject.name, (node.subject.start, node.subject.end))
        elif type(node) is n.Var and node.name == name and id(node) not in inside:
            yield Reading(node, entry, around, (node.start, node.end))


def with_around(entry: Definition) -> str:
    """The variable of the innermost `with` around a definition, "" if there is none."""
    at = entry.parents
    while at is not None:
        if type(at.node) is n.With:
            return at.node.scope.name if type(at.node.scope) is n.Var else ""
        at = at.up
    return ""


def binding_of(question: Question, reading: Reading) -> tuple[Definition, n.AttrSet] | None:
    """(the binding of a `rec` set or a `let` that a variable means, the set of bindings)."""
    index = question.found.places.index(reading.entry.place[0])
    if index is None or type(reading.node) is not n.Var:
        return None
    meaning = index.analysis.variables.get(reading.node)
    if type(meaning) is not Variable:
        return None
    for entry in index.definitions.values():
        named = entry.kind in (REC, LET) and entry.name == reading.node.name
        if named and resolves_to(index, reading.node, entry):
            container: Any = entry.container
            return entry, container
    return None


# -- telling


def tell(question: Question, found: Taken) -> Finding:
    """What is to be said of an item that was taken too early."""
    shown = package_name(question, found.item.cell) or question.shown(found.item.cell)
    later = question.place(found.later.place)
    name = ".".join((*found.scope, found.name))
    before = f"{name} as it was before {later} (`{one_line(question.written(found.later), 76)}`)"
    verdict = [f"{shown} in {question.name} is not the {name} of the finished set: it is {before}."]
    if type(question.look(question.at.cell)) is not tuple:
        verdict = [f"{question.name} is not made with the {name} of the finished set, but with {before}."]
    reading = reading_of(question, found)
    if reading is None:
        return Finding(verdict, [])
    place = question.place(reading_place(reading))
    bound = binding_of(question, reading)
    if bound is not None:
        what = "stands in a `rec` set" if bound[0].kind == REC else "is a variable of a `let`"
        line = f"At {place}, `{found.name}` {what}: it means the one that is written there"
        return by_rec(
            question, found, reading, [*verdict, f"{line}, whatever later layers put in its place."]
        )
    arguments = overlay_arguments(reading.entry)
    if arguments is not None and reading.subject == arguments[1]:
        line = f"It was taken at {place}: `{reading.subject}.{found.name}` is what the layers before have"
        verdict.append(f"{line}, `{arguments[0]}.{found.name}` what all layers make of it.")
        whole = type(reading.node) is n.Select or reading.entry.value is None
        new = arguments[0] if whole else f"{arguments[0]}.{found.name}"
        changes = [Change(reading.entry.source.name, *reading.span, new)]
        finding = check(question, found, reading, changes, "take it from the finished set")
        return Finding(verdict, [*finding, *other_order(question, found, reading)])
    overriding = as_overlay(question, reading.entry, reading.subject)
    if overriding is None:
        verdict.append(f"It was taken at {place}: `{reading.subject}` is not the finished set there.")
        return Finding(verdict, [])
    verdict.append(f"It was taken at {place}: {overriding.why}")
    proved = ""
    if overriding.edits:
        proved = proof(question, found, outcome(question.program.run(edits=overriding.edits), question.path))
    return Finding(verdict, [Advice("write an overlay", overriding.code, overriding.place, proved)])


def reading_place(reading: Reading) -> Place:
    """Where an expression stands."""
    source = reading.entry.source
    return (source.name, *source.line_column(reading.node.start))


def by_rec(question: Question, found: Taken, reading: Reading, verdict: list[str]) -> Finding:
    """`final.x` in place of `x`, and no `rec`."""
    arguments = overlay_arguments(reading.entry)
    binding = binding_of(question, reading)
    if arguments is None or binding is None:
        return Finding(verdict, [])
    name = reading.entry.source.name
    change = Change(name, reading.node.start, reading.node.end, f"{arguments[0]}.{found.name}")
    start = binding[1].start if binding[0].kind == REC else -1
    text = reading.entry.source.text
    base = [change]
    if is_inherited(reading):  # `inherit x;` becomes `x = final.x; inherit ;`
        keyword = text.rfind("inherit", 0, reading.node.start)
        bound = f"{attribute_name(reading.entry.name)} = {change.text}; "
        base = [Change(name, keyword, keyword, bound), change._replace(text="")]
    changes = list(base)
    if start >= 0 and text.startswith("rec", start):
        end = start + 3 + len(text[start + 3 :]) - len(text[start + 3 :].lstrip())
        changes.append(Change(name, start, end, ""))
    say = f"write `{arguments[0]}.{found.name}`, and no `rec`"
    advice = check(question, found, reading, changes, say) if len(changes) > len(base) else []
    if not advice:
        advice = check(question, found, reading, base, f"write `{arguments[0]}.{found.name}`")
    return Finding(verdict, advice)


def is_inherited(reading: Reading) -> bool:
    """Whether a variable is read by `inherit`."""
    container: Any = reading.entry.container
    bindings = container.bindings if type(container) is n.AttrSet else {}
    return any(item.kind == n.INHERITED and item.value is reading.node for item in bindings.values())


def check(
    question: Question, found: Taken, reading: Reading, changes: list[Change], say: str
) -> list[Advice]:
    """An advice, if the item is the finished set's then."""
    result = attempt(question.program, question.found, changes, question.path)
    proved = proof(question, found, result)
    if not proved:
        return []
    change = changes[0]
    entry = reading.entry
    value = entry.value
    code = change.text.strip()
    if value is None:
        code = f"inherit ({change.text}) {entry.name};"
    if not is_inherited(reading) and value is not None and value.start <= change.start < value.end:
        text = entry.source.text
        code = text[value.start : change.start] + change.text + text[change.end : value.end]
        code = f"{entry.name} = {' '.join(code.split())};" if entry.kind != PART else " ".join(code.split())
    return [Advice(say, code, reading_place(reading), proved, changes)]


def proof(question: Question, found: Taken, result: Outcome) -> str:
    """What a trial showed: the attribute has the package of the finished set then; "" if not."""
    if not result.ok:
        return ""
    look = forcing(result.found)
    final = outcome(result.found, (*found.scope, found.name))
    wanted = drv_path(look, final.value) if final.ok else ""
    value = result.value
    if not wanted:
        return ""
    name = ".".join((*found.scope, found.name))
    if type(value) is tuple:
        if wanted in [drv_path(look, item) for item in value]:
            return f"{question.name} then has the {name} of the finished set"
        return ""
    if type(value) in TEXTS:
        path = text_of(look(look(final.value)["outPath"]))
        return (
            f"{question.name} then has the path of the {name} of the finished set"
            if path in text_of(value)
            else ""
        )
    if drv_path(look, value) and drv_path(look, value) != question.drv_path(question.at.cell):
        return f"{question.name} is then another package, made with the {name} of the finished set"
    return ""


def other_order(question: Question, found: Taken, reading: Reading) -> list[Advice]:
    """Where the overlays are listed side by side: the changing one before the taking one."""
    taking, changing = overlay_name(question, reading.entry), overlay_name(question, found.later)
    if taking is None or changing is None or taking[0].name != changing[0].name or taking[1] is changing[1]:
        return []
    source = taking[0]
    first, second = (
        source.text[taking[1].start : taking[1].end],
        source.text[changing[1].start : changing[1].end],
    )
    changes = [
        Change(source.name, taking[1].start, taking[1].end, second),
        Change(source.name, changing[1].start, changing[1].end, first),
    ]
    proved = proof(question, found, attempt(question.program, question.found, changes, question.path))
    if not proved:
        return []
    code = f"overlays = [ … {one_line(second, 30)} {one_line(first, 30)} … ];"
    say = "or list the overlay that changes it before the one that takes it"
    return [Advice(say, code, None, proved, changes)]


def overlay_name(question: Question, entry: Definition) -> tuple[Any, n.Expr] | None:
    """(source, the item of a list of overlays) that a definition's overlay is, written there or by name."""
    arguments = overlay_arguments(entry)
    if arguments is None:
        return None
    function = arguments[2]
    names = names_of(entry.parents, function)
    index = question.found.places.index(entry.place[0])
    for node in walk(index.tree) if index is not None else ():
        if type(node) is n.ListLiteral:
            for item in node.items:
                if item is function or (type(item) is n.Var and item.name in names):
                    return entry.source, item
    return None


def names_of(parents: Parent | None, function: n.Lambda) -> set[str]:
    """The variables that a function is bound to."""
    at = parents
    while at is not None:
        attrs: Any = at.node.attrs if type(at.node) is n.Let else at.node
        if type(attrs) is n.AttrSet:
            return {key for key, item in attrs.bindings.items() if item.value is function} or names_of(
                at.up, function
            )
        at = at.up
    return set()
