"""Layers of one attribute: which has the last word, and what a later one threw away of an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.brief import forcing, one_line
from nixlite.explain.modules.written import attribute
from nixlite.explain.overlays.stack import Finding, Question, drv_path, inherited_from, overlay_arguments
from nixlite.explain.recording.causes import reachable
from nixlite.explain.recording.places import OVERRIDES, PART
from nixlite.explain.recording.recorder import settled
from nixlite.explain.trials import Advice, Change, attempt
from nixlite.runtime.values import MISSING, is_derivation_type
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from nixlite.explain.recording.history import Layer
    from nixlite.explain.recording.places import Definition

NAMES = 6
"""Names of lost attributes that are said."""


def lost(question: Question, wanted: str = "") -> Finding | None:
    """The finding about a layer that does not start from the one before; None if every layer does. Of the
    names that a set has lost *wanted* is said first."""
    entries = layers_of(question)
    if not entries:
        return None
    (layer, entry), earlier = entries[-1], entries[:-1]
    before = earlier[-1]
    starts = starts_from(question, layer, entry, before[0])
    missing = missing_names(question, before[0], layer)
    missing.sort(key=lambda name: name != wanted)
    if missing and (not starts or type(entry.value) is n.AttrSet):
        return replaced_whole(question, before[1], entry, missing)
    if starts:
        return None
    return replaced(question, earlier, entry)


def layered(question: Question) -> Finding | None:
    """Which layer has the last word, where nothing of the others is lost."""
    entries = layers_of(question)
    if not entries:
        return None
    places = ", then ".join(question.place(entry.place) for _, entry in entries)
    last = question.place(entries[-1][1].place)
    line = f"{question.name} is made in {len(entries)} layers: {places}."
    return Finding([line, f"{last} has the last word, and starts from what the one before made."], [])


def layers_of(question: Question) -> list[tuple[Layer, Definition]]:
    """The layers of an attribute of a set of packages, oldest first; none without an overlay of one's own."""
    at = question.at
    if at.attrs is None or is_derivation_type(settled(at.attrs.get("type", MISSING))):
        return []
    entries = [
        (layer, entry)
        for layer in question.layers(at.attrs, at.name)
        if (entry := question.origin(layer.cell)) is not None and entry.kind != PART
    ]
    own = [
        entry
        for _, entry in entries[1:]
        if question.is_own(entry.place) and overlay_arguments(entry) is not None
    ]
    if not own:
        return []
    for layer, _ in entries:
        question.look(layer.cell)
    return entries


def starts_from(question: Question, layer: Layer, entry: Definition, before: Layer) -> bool:
    """Whether a layer uses the one before: it read it, or its source names it."""
    recorder = question.found.recorder
    both = type(layer.cell) is list and type(before.cell) is list
    if both and recorder.node(before.cell) in reachable(recorder.node(layer.cell)):
        return True
    arguments = overlay_arguments(entry)
    return arguments is not None and reads_previous(entry, arguments[1])


def reads_previous(entry: Definition, previous: str) -> bool:
    """Whether a definition selects the attribute that it defines from the set before, or uses all of that."""
    if entry.value is None:
        source = inherited_from(entry)
        return type(source) is n.Var and source.name == previous
    names = {id(node.subject): node.path[0] for node in walk(entry.value) if type(node) is n.Select}
    for node in walk(entry.value):
        if type(node) is n.Var and node.name == previous and names.get(id(node), entry.name) == entry.name:
            return True
    return False


# -- one package in place of another


def replaced(question: Question, earlier: list[tuple[Layer, Definition]], entry: Definition) -> Finding:
    """A later layer that does not start from the earlier ones."""
    name = question.at.name
    place = question.place(entry.place)
    own = [item for _, item in earlier if question.is_own(item.place) and overlay_arguments(item) is not None]
    says = f"{place} says (`{question.written(entry)}`)"
    verdict = [f"{question.name} is what {says}: the last overlay has the last word."]
    instead = f"not from `{previous(entry)}.{attribute_name(name)}`, what the layers before made"
    verdict += [
        f"{question.place(item.place)} (`{question.written(item)}`) is lost: the later one starts from"
        f" `{base_text(entry)}`, {instead}."
        for item in own
    ]
    if not own:
        before = earlier[-1][1]
        there = question.place(before.place)
        verdict.append(f"What was there before, {there}, is replaced: nothing of it is used.")
        return Finding(verdict, [])
    return Finding(verdict, start_from_previous(question, entry, name))


def previous(entry: Definition) -> str:
    """What the overlay calls the set before."""
    arguments = overlay_arguments(entry)
    return arguments[1] if arguments is not None else "prev"


def overridden(entry: Definition) -> n.Expr | None:
    """What a chain of overriding calls begins with: `p` of `(p.override { }).overrideAttrs f`."""
    at: Any = entry.value
    while type(at) is n.Call and type(at.function) is n.Select and at.function.path[-1] in OVERRIDES:
        at = at.function if len(at.function.path) > 1 else at.function.subject
        if type(at) is n.Select:
            return at
    return None if at is entry.value else at


def base_span(entry: Definition) -> tuple[int, int] | None:
    """The offsets of what is overridden, without the names of the overriding functions."""
    at = overridden(entry)
    if at is None:
        return None
    if type(at) is n.Select and at.path[-1] in OVERRIDES:
        name = at.path[-1]
        assert isinstance(name, str)
        end = entry.source.text.rfind(".", at.start, at.end - len(name) + 1)
        return at.start, len(entry.source.text[:end].rstrip())
    return at.start, at.end


def base_text(entry: Definition) -> str:
    """The text of what a later layer starts from."""
    span = base_span(entry)
    source = inherited_from(entry)
    if source is not None:
        return f"{entry.source.text[source.start : source.end]}.{attribute_name(entry.name)}"
    return one_line(entry.source.text[slice(*span)] if span is not None else entry.text, 60)


def start_from_previous(question: Question, entry: Definition, name: str) -> list[Advice]:
    """The later layer on top of the earlier one."""
    span = base_span(entry)
    text = f"{previous(entry)}.{attribute_name(name)}"
    if span is None:
        return [Advice(f"if the earlier one is to count as well, begin with {text}", "", entry.place, "")]
    before = question.drv_path(question.at.cell)
    changes = [Change(entry.source.name, *span, text)]
    result = attempt(question.program, question.found, changes, question.path)
    after = drv_path(forcing(result.found), result.value)
    if not result.ok:
        return []
    assert entry.value is not None
    whole = entry.source.text
    code = whole[entry.value.start : span[0]] + text + whole[span[1] : entry.value.end]
    told = f"{question.name} is then made of both ({after})" if after else "it evaluates"
    if after == before:
        told = f"{question.name} is the same then, {after}: the earlier layer changes nothing that is built"
    shown = f"{name} = {' '.join(code.split())};"
    return [Advice(f"start from {text}", shown, entry.place, told, changes)]


# -- a set in place of a set


def missing_names(question: Question, before: Layer, layer: Layer) -> list[str]:
    """The names that a set had and the one in its place has not; none if these are packages."""
    old, new = question.look(before.cell), question.look(layer.cell)
    if type(old) is not dict or type(new) is not dict:
        return []
    if "derivation" in (settled(old.get("type")), settled(new.get("type"))):
        return []
    return sorted(name for name in old if name not in new and name != "recurseForDerivations")


def replaced_whole(question: Question, before: Definition, entry: Definition, missing: list[str]) -> Finding:
    """An overlay that gave a set some attributes, and took all others away."""
    name = question.at.name
    some = ", ".join(missing[:NAMES]) + (f" and {len(missing) - NAMES} more" if len(missing) > NAMES else "")
    made = attribute(entry, entry.name)
    at, there = question.place(entry.place), question.place(before.place)
    instead = f"puts a new set in place of the one of {there}"
    verdict = [
        f"{question.name} has lost {some}: the overlay at {at} (`{made.text}`) {instead}.",
        "Overlays replace attributes of the top level whole; they do not merge into the sets that are there.",
    ]
    return Finding(verdict, merge(question, entry, missing, name))


def merge(question: Question, entry: Definition, missing: list[str], name: str) -> list[Advice]:
    """`x = prev.x // { … }`, evaluated."""
    before = f"{previous(entry)}.{attribute_name(name)}"
    changes = on_top(entry, before)
    if not changes:
        say = "write all of it in one set, on top of the one before"
        return [Advice(say, f"{name} = {before} // {{ … }};", entry.place, "")]
    new = changes[0].text.removesuffix(";")
    result = attempt(question.program, question.found, changes, question.path)
    if not result.ok or type(result.value) is not dict or not set(missing) <= set(result.value):
        return []
    told = f"{question.name} then has {brief_names(missing)} as well"
    say, code = "put the new attributes on top of what is there", f"{' '.join(new.split())};"
    return [Advice(say, code, entry.place, told, changes)]


def on_top(entry: Definition, before: str) -> list[Change]:
    """The changes that put a definition's attributes on top of the set before; none where that is not plain:
    `x = { … }`, or one or more `x.a = …`, which become one."""
    source = entry.source
    made = attribute(entry, entry.name)
    if made.value is None:
        return []
    if not made.rest:
        text = source.text[made.value.start : made.value.end]
        new = f"{made.path} = {before} // {text}"
        return [Change(source.name, made.start, made.value.end, new)] if type(made.value) is n.AttrSet else []
    container: Any = entry.value
    items: list[tuple[str, n.Binding]] = list(container.bindings.items())
    if made.path != attribute_name(entry.name) or any(item.value is None for _, item in items):
        return []
    texts, spans = [], []
    for name, item in items:
        rest = attribute_path(name, item)
        value = item.value if rest is None else rest[1]
        assert value is not None
        end = source.text.find(";", value.end) + 1
        path = ".".join(map(attribute_name, [name] if rest is None else [name, *rest[0]]))
        texts.append(f"{path} = {source.text[value.start : value.end]};")
        spans.append((item.pos, end))
    first = Change(source.name, *spans[0], f"{made.path} = {before} // {{ {' '.join(texts)} }};")
    return [first, *(Change(source.name, *span, "") for span in spans[1:])]


def attribute_path(name: str, item: n.Binding) -> tuple[list[str], n.Expr] | None:
    """(the names after the first of an attribute path, its value); None where the path ends there."""
    names: list[str] = []
    at: Any = item.value
    while type(at) is n.AttrSet:
        below = next(
            ((key, inner) for key, inner in at.bindings.items() if inner.pos == item.pos and inner.value),
            None,
        )
        if below is None:
            break
        names.append(below[0])
        at = below[1].value
    return (names, at) if names else None


def brief_names(names: list[str]) -> str:
    """Some names."""
    return ", ".join(names[:3]) + ("…" if len(names) > 3 else "")
