"""Where the items of a list are written that are no thunks of their own: numbers and strings in brackets.

The definition's source is read as operands of `++`: a list in brackets has as many items as are written, one
operand that is not can be told from the length of the whole, more only if their values were read by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.recording.places import PART
from nixlite.explain.recording.recorder import settled
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.recording.recorder import Node

DEPTH = 8
"""How many names for lists are followed."""


class Spot(NamedTuple):
    """Where an item is written, the text there, and the name of the definition around it."""

    name: str
    place: Place
    text: str


def spots(found: Examination, cell: Any, depth: int = DEPTH) -> list[Spot | None]:
    """For each item of a list where it is written, None where that cannot be said."""
    items = settled(cell)
    if type(items) is not tuple:
        return []
    unknown: list[Spot | None] = [None] * len(items)
    for node in found.origins.chain(cell)[::-1]:
        entry = found.places.of(node)
        if entry is not None and entry.value is not None:
            return of_definition(found, node, entry, len(items), depth) or unknown
    return unknown


def of_definition(
    found: Examination, node: Node, entry: Definition, length: int, depth: int
) -> list[Spot | None]:
    """The spots of a definition's items; empty if they cannot be told apart."""
    parts: list[list[Spot | None] | None] = []
    for operand in operands(entry.value):
        if type(operand) is n.ListLiteral:
            parts.append([spot(entry, item) for item in operand.items])
            continue
        below = read_as(found, node, operand)
        if below is None or not depth:
            parts.append(None)
            continue
        inner = spots(found, below.cell, depth - 1)
        parts.append([item or spot(entry, operand) for item in inner])
    rest = length - sum(len(part) for part in parts if part is not None)
    if parts.count(None) > 1 or rest < 0 or (None not in parts and rest):
        return []
    result: list[Spot | None] = []
    for operand, part in zip(operands(entry.value), parts, strict=True):
        result += part if part is not None else [spot(entry, operand)] * rest
    return result


def operands(value: Any) -> list[n.Expr]:
    """The operands of `++`, in order."""
    if type(value) is n.Binary and value.op == "++":
        return [*operands(value.left), *operands(value.right)]
    return [value]


def spot(entry: Definition, node: n.Expr) -> Spot:
    """Where an expression of a definition stands."""
    source = entry.source
    name = entry.name if entry.kind != PART else ""
    return Spot(name, (source.name, *source.line_column(node.start)), source.text[node.start : node.end])


def read_as(found: Examination, node: Node, operand: n.Expr) -> Node | None:
    """The list that an operand names, among what the definition read: `xs`, `old.flags`."""
    name: Any = None
    if type(operand) is n.Var:
        name = operand.name
    elif type(operand) is n.Select:
        name = operand.path[-1]
    for other in node.reads:
        entry = found.places.of(other)
        if entry is not None and entry.name == name and type(other.value) is tuple:
            return other
    return None
