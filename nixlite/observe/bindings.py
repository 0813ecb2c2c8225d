"""Which binding or function a place in a source belongs to: what a profile charges delayed values to.

The sources are parsed once more for it, when the profile is written.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.evaluator import Evaluator
    from nixlite.source import Source

Place = tuple[str, int, int]


class Owner(NamedTuple):
    """A binding or function: where its text starts and ends (offsets), its place, what it is called."""

    start: int
    end: int
    place: Place
    label: str
    is_function: bool


class Bindings:
    """The owners of places in the sources that an evaluator has read."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.owners: dict[str, list[Owner]] = {}
        self.found: dict[Place, Owner | None] = {}

    def owner(self, place: Place) -> Owner | None:
        """The innermost owner of a place; None where there is none, as at the top of a file."""
        if place not in self.found:
            self.found[place] = self.find(place)
        return self.found[place]

    def find(self, place: Place) -> Owner | None:
        """Looks it up: owners are in order of their start, so the last that still holds it is innermost."""
        name, line, column = place
        source = self.evaluator.sources.get(name)
        if source is None or not line:
            return None
        if name not in self.owners:
            self.owners[name] = self.read(source)
        owners = self.owners[name]
        offset = offset_of(source, line, column)
        for owner in reversed(owners[: bisect_right(owners, offset, key=lambda owner: owner.start)]):
            if offset < owner.end:
                return owner
        return None

    def read(self, source: Source) -> list[Owner]:
        """All owners in a source, by where they start; none if it cannot be parsed any more."""
        from nixlite.syntax.parser import parse

        options = self.evaluator.parse_options()
        options.warn = None
        try:
            tree = parse(source, options)
        except NixError:
            return []
        return sorted(owners_in(tree, source), key=lambda owner: (owner.start, -owner.end))


def offset_of(source: Source, line: int, column: int) -> int:
    """The character offset of a line and a column in UTF-8 bytes, both from 1."""
    start = source.line_starts()[line - 1]
    if source.text.isascii():
        return start + column - 1
    text = source.text[start : start + column].encode("utf-8", "surrogateescape")
    return start + len(text[: column - 1].decode("utf-8", "ignore"))


def owners_in(tree: n.Expr, source: Source) -> Iterator[Owner]:
    """The bindings and functions in a tree."""
    lets: set[int] = set()
    for node in walk(tree):
        if type(node) is n.Lambda:  # a call of it, with the same place, is not its own
            place = (source.name, *source.line_column(node.pos))
            yield Owner(node.pos + 1, node.end, place, f"thunk of {node.name or 'anonymous lambda'}", True)
        elif type(node) is n.Let:
            lets.add(id(node.attrs))
        elif type(node) is n.AttrSet:
            kind = "variable" if id(node) in lets else "attribute"
            for name, binding in node.bindings.items():
                value = binding.value
                if value is not None and type(value) is not n.Lambda:
                    place = (source.name, *source.line_column(binding.pos))
                    yield Owner(value.start, value.end, place, f"{kind} {name}", False)
