"""Which definitions the value was made of, and what each would have to be for the expected value to come out.

A `Need` is only a possibility until it was tried: `tried` evaluates the program with it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.brief import text_of
from nixlite.explain.expected.alignment import items_for, texts_for
from nixlite.explain.recording.notes import Substitute
from nixlite.explain.recording.places import PART
from nixlite.explain.recording.recorder import settled
from nixlite.explain.trials import Change
from nixlite.runtime.values import MISSING, ContextString
from nixlite.spelling import quote
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.expected.asked import Asked
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.recorder import Node
    from nixlite.explain.stale.record import Record

MOST = 20_000
"""Thunks that are looked at for what a value was made of."""

TEXTS = (str, ContextString)


class Need(NamedTuple):
    """A definition that the value was made of, and the value (*code*: as Nix code, "" where it has none) that
    it would have to have; *distance*: how many thunks lie between."""

    node: Node
    entry: Definition
    value: Any
    code: str
    distance: int

    @property
    def place(self) -> Place:
        """Where it is defined."""
        return self.entry.place


class Slice:
    """What the value was made of, the nearest first: `nodes` with their distances."""

    def __init__(self, asked: Asked, starts: list[Node]) -> None:
        self.asked = asked
        self.nodes: dict[Node, int] = dict.fromkeys(starts, 0)
        todo = deque(starts)
        while todo and len(self.nodes) < MOST:
            node = todo.popleft()
            for other in node.reads:
                if other not in self.nodes:
                    self.nodes[other] = self.nodes[node] + 1
                    todo.append(other)

    def definition(self, node: Node) -> Definition | None:
        """The named definition of a node, None where it has none."""
        if node.place is None:
            return None
        entry = self.asked.found.places.of(node)
        return entry if entry is not None and entry.kind != PART else None

    def named(self) -> Iterator[tuple[Node, int]]:
        """The nodes that have a place, each place once."""
        seen: set[Place] = set()
        for node, distance in self.nodes.items():
            if node.place is not None and node.place not in seen:
                seen.add(node.place)
                yield node, distance


def needs(asked: Asked, sliced: Slice) -> list[Need]:
    """What could give the expected value, the nearest first."""
    found: list[Need] = []
    for node, distance in sliced.named():
        values = list(values_for(asked, node))
        entry = sliced.definition(node) if values else None
        if entry is not None:
            found += [Need(node, entry, value, code, distance) for value, code in values]
    return found


def values_for(asked: Asked, node: Node) -> Iterator[tuple[Any, str]]:
    """(value, its code) that a definition would have to have."""
    actual, expected, value = asked.value, asked.expected, settled(node.cell)
    if value is MISSING or callable(value):
        return
    if type(actual) in TEXTS and type(expected) in TEXTS:
        if type(value) in TEXTS:
            for text in texts_for(text_of(actual), text_of(value), text_of(expected)):
                yield text, quote(text)
    elif type(actual) is tuple and type(expected) is tuple:
        if type(value) is tuple and len(value) <= len(actual):
            part = items_for(actual, value, expected, asked.equal)
            if part is not None:
                yield expected[slice(*part)], list_code(asked, *part)
    elif value is actual and type(value) is dict:
        yield expected, asked.code
    if type(expected) not in (*TEXTS, tuple) and node in asked.chain:  # the same under other names
        yield expected, code_of(asked, expected)


def code_of(asked: Asked, value: Any) -> str:
    """A value as Nix code."""
    if type(value) in TEXTS:
        return quote(text_of(value))
    return asked.code if asked.inner == () or type(value) in (dict, tuple) else asked.shown(value)


def list_code(asked: Asked, first: int, last: int) -> str:
    """Some of the items that are expected, as they were written; else as they are shown."""
    tree = asked.wanted_tree()
    if type(tree) is n.Lambda:
        tree = tree.body
    if type(tree) is n.ListLiteral and not asked.inner:
        texts = [asked.wanted.text[item.start : item.end] for item in tree.items[first:last]]
        return f"[ {' '.join(texts)} ]" if texts else "[ ]"
    expected = asked.expected[first:last]
    simple = all(type(asked.look(item)) in (*TEXTS, int, bool, float) for item in expected)
    return f"[ {' '.join(asked.found.evaluator.shown(item) for item in expected)} ]" if simple else ""


# -- what decides


def switches(asked: Asked, sliced: Slice) -> list[Need]:
    """Definitions that decide, rather than become part of the value: truth values, and texts and numbers that
    are compared with others; each with another value."""
    found: list[Need] = []
    compared = Comparisons(asked)
    for node, distance in sliced.named():
        value = settled(node.cell)
        if type(value) is bool:
            entry = sliced.definition(node)
            if entry is not None:
                found.append(Need(node, entry, not value, "false" if value else "true", distance))
        elif type(value) in (*TEXTS, int) or value is None:
            name = asked.found.places.name_at(node.place) if node.place is not None else ""
            for code in compared.with_name(name):
                entry = sliced.definition(node)
                other: Any = code.value
                if entry is not None and (value is None or text_of(value) != text_of(other)):
                    text = quote(other) if type(other) is str else str(other)
                    found.append(Need(node, entry, other, text, distance))
    return found


class Comparisons:
    """The texts and numbers that names are compared with in the sources that the user wrote, and in the files
    of the definitions asked about."""

    def __init__(self, asked: Asked) -> None:
        self.known: dict[str, dict[Any, n.Str | n.Int]] = {}
        files = {node.place[0] for node in asked.chain if node.place is not None}
        names = [name for name in asked.found.evaluator.sources if asked.program.owns(name) or name in files]
        for name in names:
            index = asked.found.places.index(name)
            for node in walk(index.tree) if index is not None else ():
                if type(node) is n.Binary and node.op in ("==", "!="):
                    self.enter(node.left, node.right)
                    self.enter(node.right, node.left)

    def enter(self, name: Any, literal: Any) -> None:
        """Register one side that is a literal, for the other that is a name."""
        if type(literal) not in (n.Str, n.Int):
            return
        last = name.path[-1] if type(name) is n.Select else name.name if type(name) is n.Var else None
        if isinstance(last, str):
            self.known.setdefault(last, {}).setdefault(literal.value, literal)

    def with_name(self, name: str) -> list[n.Str | n.Int]:
        """What a name is compared with."""
        return list(self.known.get(name, {}).values())


# -- trying


def tried(asked: Asked, need: Need) -> Record | None:
    """The program with a definition as it would have to be; None if that does not give what is expected."""
    changes = edits(asked, need)
    record = None
    if changes and asked.program.owns(need.place[0]):
        record = asked.changed(changes)
    if record is None or not asked.part_holds(record):
        old = settled(need.node.cell)
        plain = old if type(old) not in (dict, tuple) else MISSING
        record = asked.substituted({need.place: Substitute(plain, need.value)})
    return record if asked.part_holds(record) else None


def edits(asked: Asked, need: Need) -> list[Change]:
    """The change of the source that gives a definition its other value; none where it has no text of its
    own."""
    entry = need.entry
    if entry.value is None or not need.code or entry.text == entry.name or type(entry.value) is n.AttrSet:
        return []
    return [Change(entry.source.name, entry.value.start, entry.value.end, need.code)]
