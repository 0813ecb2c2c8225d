"""`nixlite layers`: the overlays of a set: who defines, who changes, who reads `final` and `prev`.

The layers are those that were evaluated, in their order; what reads what is read from the sources of the
overlays: `final.x` is the attribute of the finished set, `prev.x` that of the layers below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.brief import brief, forcing, package_changes, shown_place
from nixlite.explain.recording.leaves import ask_for
from nixlite.explain.recording.places import FINAL_NAMES, PREV_NAMES
from nixlite.explain.recording.recorder import place_of, settled
from nixlite.explain.stale.plain.overrides import name_package
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.program import Examination
    from nixlite.runtime.values import Lazy

FORCED = 20
"""How many attributes of a layer are evaluated in order to show their values."""


class Edge(NamedTuple):
    """A read: *via* is `final` or `prev`, *layer* the number of the layer that answers (0: none does)."""

    via: str
    name: str
    layer: int


class Entry(NamedTuple):
    """An attribute of a layer: *verb* is `defines` or `changes`, "" where it was not looked at."""

    name: str
    verb: str
    value: str
    place: Place | None
    reads: list[Edge]


class Layer(NamedTuple):
    """A layer, the lowest having number 1; *what* is `overlay`, the overriding function or `set`."""

    number: int
    what: str
    place: Place | None
    entries: list[Entry]


def layers(
    found: Examination, attrs: dict[str, Lazy], only: Sequence[str] = (), most: int | None = None
) -> list[Layer]:
    """The layers of a set, lowest first; with *only*, no other attributes.

    Of each layer *most* attributes are looked at, and the others only named: it may have thousands.
    """
    groups: list[tuple[str, Place | None, dict[str, Lazy]]] = []
    for part in parts(found, attrs):
        what, place = described(found, part)
        if groups and place is not None and groups[-1][:2] == (what, place):
            groups[-1] = (what, place, {**groups[-1][2], **part})
        elif part:
            groups.append((what, place, part))
    owners: dict[str, list[int]] = {}
    for number, (_, _, part) in enumerate(groups, 1):
        for name in part:
            owners.setdefault(name, []).append(number)
    result = []
    below: dict[str, Any] = {}
    look = forcing(found)
    for number, (what, place, part) in enumerate(groups, 1):
        names = [name for name in part if not only or name in only]
        for name in names[:FORCED]:
            _, value = ask_for(found, part[name])
            name_package(found, value)
        entries = [entry(found, name, part[name], number, owners) for name in names[:most]]
        if most is not None:
            entries += [Entry(name, "", "", None, []) for name in names[most:]]
        for at, name in enumerate(names[:FORCED]):
            changes = package_changes(below[name], part[name], look) if name in below else ""
            if changes:
                entries[at] = entries[at]._replace(value=f"{entries[at].value} ({changes})")
        below.update(part)
        result.append(Layer(number, what, place, entries))
    return [layer for layer in result if layer.entries]


def parts(found: Examination, attrs: dict[str, Lazy]) -> list[dict[str, Lazy]]:
    """The sets that `//` joined, lowest first."""
    result, todo = [], [attrs]
    while todo:
        at = todo.pop()
        made = found.recorder.made.get(id(at))
        if made is None or not made.sources:
            result.append(at)
        else:
            todo += made.sources
    return result[::-1]


def described(found: Examination, part: dict[str, Lazy]) -> tuple[str, Place | None]:
    """What a layer is, and where."""
    for cell in part.values():
        definition = definition_of(found, cell)
        if definition is None or definition.container is None:
            continue
        label = found.places.label(definition)
        if label is not None:
            return label.what, label.place
        return "set", found.places.at(definition.source, definition.container.start)
    return "set", None


def definition_of(found: Examination, cell: Any) -> Definition | None:
    """What a cell was made of."""
    return found.places.definition(place_of(cell))


def entry(found: Examination, name: str, cell: Any, number: int, owners: dict[str, list[int]]) -> Entry:
    """An attribute of a layer, with what its definition reads."""
    below = [owner for owner in owners[name] if owner < number]
    definition = definition_of(found, cell)
    edges = []
    for via, other in reads(definition):
        above = owners.get(other, [])
        if via == "prev":
            above = [owner for owner in above if owner < number]
        edges.append(Edge(via, other, above[-1] if above else 0))
    place = definition.place if definition is not None else None
    return Entry(name, "changes" if below else "defines", brief(settled(cell)), place, edges)


def reads(definition: Definition | None) -> list[tuple[str, str]]:
    """The attributes that a definition selects from `final` and `prev`."""
    found: dict[tuple[str, str], None] = {}
    if definition is None or definition.value is None:
        return []
    for node in walk(definition.value):
        if type(node) is n.Select and type(node.subject) is n.Var and isinstance(node.path[0], str):
            via = layer_name(node.subject.name)
            if via:
                found[via, node.path[0]] = None
    return list(found)


def layer_name(name: str) -> str:
    """`final` or `prev` for the names that are used for them, "" for any other."""
    if name in PREV_NAMES:
        return "prev"
    return "final" if name in FINAL_NAMES and name != "_" else ""


# -- showing


MOST = 20
"""Attributes of a layer that are shown."""


def show(stack: list[Layer], base: str = "", most: int = MOST) -> str:
    """The layers as text, the lowest first, each with at most so many attributes."""
    lines = []
    for layer in stack:
        lines.append(f"{layer.number}. {layer.what} at {shown_place(layer.place, base)}")
        shown = layer.entries[:most]
        width = max(len(item.name) for item in shown)
        for item in shown:
            edges = ", ".join(f"{edge.via}.{edge.name}{answer(edge)}" for edge in item.reads)
            value = "" if item.value == "…" else f" = {item.value}"
            lines.append(
                f"   {item.verb} {item.name.ljust(width)}{value}{f'   reads {edges}' if edges else ''}"
            )
        if len(layer.entries) > most:
            lines.append(f"   … and {len(layer.entries) - most} more (--all)")
    return "\n".join(lines) + "\n"


def answer(edge: Edge) -> str:
    """Which layer a read ends in."""
    return f" (layer {edge.layer})" if edge.layer else " (nowhere)"


def mermaid(stack: list[Layer], base: str = "") -> str:
    """The layers as a Mermaid flow chart, each edge labelled with what is read."""
    lines = ["flowchart BT"]
    for layer in stack:
        lines.append(
            f'  subgraph L{layer.number}["{layer.number}. {layer.what} {shown_place(layer.place, base)}"]'
        )
        lines += [f'    {node_id(layer.number, item.name)}["{item.name}"]' for item in layer.entries]
        lines.append("  end")
    for start, end, label in edges_of(stack):
        lines.append(f"  {start} -- {label} --> {end}")
    return "\n".join(lines) + "\n"


def dot(stack: list[Layer], base: str = "") -> str:
    """The layers as a DOT graph."""
    lines = ["digraph layers {", "  rankdir=BT; node [shape=box];"]
    for layer in stack:
        title = f"{layer.number}. {layer.what} {shown_place(layer.place, base)}"
        lines.append(f'  subgraph cluster{layer.number} {{ label="{title}";')
        lines += [f'    {node_id(layer.number, item.name)} [label="{item.name}"];' for item in layer.entries]
        lines.append("  }")
    lines += [f'  {start} -> {end} [label="{label}"];' for start, end, label in edges_of(stack)]
    return "\n".join([*lines, "}"]) + "\n"


def node_id(layer: int, name: str) -> str:
    """An identifier for an attribute of a layer."""
    return f"L{layer}_{''.join(c if c.isalnum() else f'_{ord(c)}_' for c in name)}"


def edges_of(stack: list[Layer]) -> list[tuple[str, str, str]]:
    """(from, to, label): what reads what, and what changes what."""
    here = {(layer.number, item.name) for layer in stack for item in layer.entries}
    found = []
    last: dict[str, int] = {}
    for layer in stack:
        for item in layer.entries:
            start = node_id(layer.number, item.name)
            if item.name in last:
                found.append((start, node_id(last[item.name], item.name), "changes"))
            found += [
                (start, node_id(edge.layer, edge.name), f"reads {edge.via}.{edge.name}")
                for edge in item.reads
                if (edge.layer, edge.name) in here
            ]
            last[item.name] = layer.number
    return found
