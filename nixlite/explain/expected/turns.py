"""Turns: the program with one thing decided the other way, to see whether the expected value comes out then.

A definition is taken away, a condition is taken to be true or false, `a or b` is taken for one side. What is
taken away leaves blanks, so that every place stays what it was.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.recording.places import LET, REC, SET, callee_name
from nixlite.explain.trials import Change
from nixlite.spelling import quote
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.recording.places import Definition
    from nixlite.source import Source

IF, ASSERT, DEFAULT, OPTIONAL = "if", "assert", "or", "optional"


class Turn(NamedTuple):
    """One decision in an expression: *what* kind, the *node*, the *condition* that decides (for `a or b`: a),
    and the changes that decide it the other way; *taken*: the condition's value that would be needed."""

    what: str
    node: Any
    condition: Any
    taken: str
    changes: list[Change]


def without(entry: Definition) -> list[Change]:
    """The changes that take a definition away; none where it is no plain `a = b;`."""
    container: Any = entry.container
    if entry.kind not in (SET, REC, LET) or type(container) is not n.AttrSet or entry.value is None:
        return []
    binding = container.bindings.get(entry.name)
    if binding is None or binding.pos == n.NO_POS:
        return []
    text = entry.source.text
    if binding.kind != n.PLAIN:  # a name in `inherit a b;`
        end = binding.pos + len(entry.name)
        return [Change(entry.source.name, binding.pos, end, " " * len(entry.name))]
    end = text.find(";", entry.value.end) + 1
    if not end:
        return []
    return [Change(entry.source.name, binding.pos, end, blank(text[binding.pos : end]))]


def blank(text: str) -> str:
    """Blanks in place of a text, its lines kept."""
    return "".join("\n" if sign == "\n" else " " for sign in text)


def turns(entry: Definition) -> Iterator[Turn]:
    """Every decision in a definition, the outer ones first."""
    if entry.value is None:
        return
    source = entry.source
    for node in walk(entry.value):
        kind = type(node)
        if kind is n.If:
            for taken in ("true", "false"):
                yield Turn(IF, node, node.condition, taken, [forced(source, node.condition, taken)])
        elif kind is n.Assert:
            yield Turn(ASSERT, node, node.condition, "true", [forced(source, node.condition, "true")])
        elif kind is n.Select and node.default is not None:
            default = source.text[node.default.start : node.default.end]
            change = Change(source.name, node.start, node.end, f"({default})")
            yield Turn(DEFAULT, node, node.subject, "missing", [change])
        elif kind is n.Call and callee_name(node).startswith("optional") and len(node.arguments) == 2:
            for taken in ("true", "false"):
                change = forced(source, node.arguments[0], taken)
                yield Turn(OPTIONAL, node, node.arguments[0], taken, [change])


def forced(source: Source, condition: n.Expr, taken: str) -> Change:
    """The change that decides a condition."""
    return Change(source.name, condition.start, condition.end, f"({taken})")


def renamed(entry: Definition, name: str) -> list[Change]:
    """The changes that give a definition another name; none where the name is not written by itself."""
    at = entry.source.line_starts()[entry.place[1] - 1] + entry.place[2] - 1
    if entry.source.text[at : at + len(entry.name)] != entry.name:
        return []
    return [Change(entry.source.name, at, at + len(entry.name), name)]


SAFE = re.compile(r"[^\\\"$'\n]*")
"""Texts that are written in a string as they are."""


def respelt(source: Source, literal: n.Str, text: str) -> list[Change]:
    """The changes that give a text that is written in a source another value; none where it cannot be told
    how."""
    there = source.text[literal.start : literal.end]
    if there == literal.value and SAFE.fullmatch(text):  # between `${…}`
        return [Change(source.name, literal.start, literal.end, text)]
    if there.startswith(('"', "''")):
        return [Change(source.name, literal.start, literal.end, quote(text))]
    return []
