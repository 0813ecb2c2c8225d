"""Why something still sees an old value: the chain of reads from an attribute to it, each link classified."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from nixlite.explain.recording.places import (
    FORMAL,
    LET,
    PART,
    PREV_NAMES,
    REC,
    callee_name,
    resolves_to,
    variables_below,
)
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition, Places
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.recording.recorder import Node

TEXTS = {
    "rec": "`rec` is lexical: `{name}` there means the `{name}` written at {place}, whatever is put over it",
    "let": "`let` is lexical: `{name}` there means the variable of {place}, which no override can reach",
    "old": "it was taken from the set before the override, on purpose or not",
    "argument": "function argument consumed before: {callee} was called with the old `{name}`",
    "default": "function argument consumed before: `{name}` has its default of {place}",
    "set": "it was selected from the old set, `{name}` of {place}",
}


class Link(NamedTuple):
    """A step of a chain: what was read, where it is written, its node and how the one before read it."""

    name: str
    place: Place | None
    node: Node
    how: str
    callee: str


def path_to(start: Node, targets: set[Node], within: set[Node]) -> list[Node]:
    """The shortest chain of reads from *start* to one of *targets*, both included; empty if there is none.
    *within*: all nodes that read a target, directly or not (`readers`)."""
    before: dict[Node, Node | None] = {start: None}
    todo = deque([start])
    while todo:
        node = todo.popleft()
        if node in targets:
            chain = [node]
            while (previous := before[chain[-1]]) is not None:
                chain.append(previous)
            return chain[::-1]
        for other in node.reads:
            if other in within and other not in before:
                before[other] = node
                todo.append(other)
    return []


def readers(everything: Iterable[Node], targets: Iterable[Node]) -> set[Node]:
    """The *targets* and all nodes, of *everything*, that read one of them, directly or not."""
    by: dict[Node, list[Node]] = {}
    for node in everything:
        for other in node.reads:
            by.setdefault(other, []).append(node)
    found = set(targets)
    todo = list(found)
    while todo:
        for node in by.get(todo.pop(), ()):
            if node not in found:
                found.add(node)
                todo.append(node)
    return found


def reachable(start: Node) -> set[Node]:
    """Everything that a node reads, directly or not."""
    seen = {start}
    todo = [start]
    while todo:
        for other in todo.pop().reads:
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def links(found: Examination, chain: list[Node]) -> list[Link]:
    """The named steps of a chain, each with how it was read."""
    result: list[Link] = []
    reader: Definition | None = None
    for node in chain[1:]:
        entry = found.places.of(node)
        if entry is None:
            continue
        if entry.kind != PART:
            how, callee = how_read(found.places, reader, entry)
            result.append(Link(entry.name, entry.place, node, how, callee))
        reader = entry
    return result


def how_read(places: Places, reader: Definition | None, entry: Definition) -> tuple[str, str]:
    """(kind of the link, name of the function whose argument it was)."""
    callee = argument_of(entry)
    if entry.kind == FORMAL:
        return "default", callee
    if reader is not None and reader.value is not None and reader.place[0] == entry.place[0]:
        index = places.index(entry.place[0])
        assert index is not None
        names = variables_below(reader.value)
        if entry.kind in (REC, LET) and any(resolves_to(index, var, entry) for var in names):
            return entry.kind, callee
    if reader is not None and reads_old(reader):
        return "old", callee
    return ("argument", callee) if callee else ("set", "")


def reads_old(reader: Definition) -> bool:
    """Whether an expression selects from `old`, `prev` or `super`."""
    return any(var.name in PREV_NAMES for var in variables_below(reader.value)) if reader.value else False


def argument_of(entry: Definition) -> str:
    """The name of the function that the set of a definition is given to, "" when it is none."""
    parents = entry.parents
    if parents is None or parents.up is None or type(parents.up.node) is not n.Call:
        return ""
    return callee_name(parents.up.node) or "a function"
