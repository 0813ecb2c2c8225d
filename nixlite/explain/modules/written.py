"""What is written at a node's place, to be shown and to be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.brief import one_line
from nixlite.explain.recording.places import FORMAL, PART
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition, Places
    from nixlite.explain.recording.recorder import Node

WIDTH = 76


class Writing(NamedTuple):
    """A place with the text that is there, on one line; *definition* None where only the place is known.

    Of `a.b.c = e;` that defines the option `b`, *names* are `a b`, *rest* is `c`, *value* `e` and *start* the
    offset of `a`. An expression without a name has only a *value*. *alone*: no other attribute path is
    merged with this one.
    """

    place: Place
    text: str
    definition: Definition | None
    names: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    start: int = 0
    value: n.Expr | None = None
    alone: bool = True

    @property
    def path(self) -> str:
        """`a.b`, what stands before the `=` when the option gets one value."""
        return ".".join(map(attribute_name, self.names))

    def source_of(self, node: n.Expr) -> str:
        """The text of a part of it."""
        assert self.definition is not None
        return self.definition.source.text[node.start : node.end]

    def bindings(self) -> dict[str, str] | None:
        """The attributes of a set that is written here, by name, with the texts of their values; None if it
        is something else, or more than plain attributes."""
        value: Any = content(self.value)
        if value is None or not self.alone:
            return None
        if self.rest:
            below = f"{{ {'.'.join(map(attribute_name, self.rest[1:]))} = {self.source_of(value)}; }}"
            return {self.rest[0]: self.source_of(value) if len(self.rest) == 1 else below}
        if type(value) is not n.AttrSet or value.recursive or value.dynamic or value.inherit_from:
            return None
        texts: dict[str, str] = {}
        for name, item in value.bindings.items():
            if (
                item.kind != n.PLAIN
                or item.value is None
                or (type(item.value) is n.AttrSet and item.value.start < item.pos)
            ):
                return None
            texts[name] = self.source_of(item.value)
        return texts

    def items(self) -> list[str] | None:
        """The texts of the items of a list that is written here."""
        value: Any = content(self.value)
        return [self.source_of(item) for item in value.items] if type(value) is n.ListLiteral else None


def content(value: n.Expr | None) -> n.Expr | None:
    """A value inside of the calls that give it a priority, an order or a condition."""
    while type(value) is n.Call:
        value = value.arguments[-1]
    return value


def writing(places: Places, node: Node, name: str = "") -> Writing | None:
    """What is written where a node's thunk was made, as a definition of the attribute *name*."""
    entry = places.of(node)
    if entry is None:
        return None
    if entry.kind == PART:
        start = entry.value.start if entry.value is not None else 0
        return Writing(entry.place, one_line(entry.text, WIDTH), entry, start=start, value=entry.value)
    if entry.value is None or entry.kind == FORMAL:
        text = f"inherit {entry.name};" if entry.kind != FORMAL else f"{entry.name} ? {one_line(entry.text)}"
        return Writing(entry.place, text, entry)
    return attribute(entry, name)


def attribute(entry: Definition, name: str) -> Writing:
    """An attribute that is written with its path, which is one position for several sets."""
    value: Any = entry.value
    container: Any = entry.container
    binding = container.bindings.get(entry.name) if type(container) is n.AttrSet else None
    start = binding.pos if binding is not None else value.start
    path = [entry.name]
    several = [0]  # how many attributes the set at each name of the path has
    while type(value) is n.AttrSet:
        below = next(
            ((key, item) for key, item in value.bindings.items() if item.pos == start and item.value), None
        )
        if below is None:
            break
        several.append(len(value.bindings) + len(value.dynamic))
        path.append(below[0])
        value = below[1].value
    end = path.index(name) + 1 if name in path else len(path)
    text = one_line(entry.source.text[start : value.end], WIDTH)
    alone = all(count <= 1 for count in several[end:])
    return Writing(entry.place, text, entry, tuple(path[:end]), tuple(path[end:]), start, value, alone)
