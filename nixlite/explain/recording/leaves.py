"""The parts of a value that two evaluations are compared by: every attribute down to a depth.

Derivations are taken by their output path; those that fetch something also by their attributes, which say
from where. What follows from everything else, such as `drvPath`, is left out: it tells nothing by itself.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.recording.recorder import plain, settled
from nixlite.runtime.values import PrimOp, PrimOpApp, is_derivation_type

if TYPE_CHECKING:
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.recording.recorder import Node

DEPTH = 3

CONSEQUENCES = frozenset(
    {"drvPath", "outPath", "out", "all", "drvAttrs", "passthru", "outputs", "outputName", "type", "stdenv",
     "inputDerivation", "outputSpecified", "builder", "args", "system", "tests", "__ignoreNulls"}
)  # fmt: skip
"""Attributes of a derivation that are made of its others, or that nobody writes."""

META = frozenset({"name", "position", "available", "unfree", "broken", "unsupported", "insecure"})
"""The same of `meta`."""


class Leaf(NamedTuple):
    """A part of a value: its path, the node that read it, what it is compared by, and the value."""

    path: tuple[str, ...]
    node: Node
    key: Any
    value: Any


def leaves(
    found: Examination, attrs: dict[str, Any], path: tuple[str, ...] = (), seen: frozenset[int] = frozenset()
) -> list[Leaf]:
    """The leaves of a set, those that fail left out, and those of a set that is at a shorter path as well:
    *seen* holds the identities of the sets further up."""
    result: list[Leaf] = []
    hidden = hidden_names(found, attrs, path)
    here_too = {id(value) for cell in attrs.values() if type(value := settled(cell)) is dict}
    for name in sorted(attrs):
        if name in hidden:
            continue
        node, value = ask_for(found, attrs[name])
        if isinstance(value, NixError) or type(value) in (FunctionType, PrimOp, PrimOpApp):
            continue
        here = (*path, name)
        if type(value) is dict and id(value) in seen:
            continue
        if type(value) is dict and len(here) < DEPTH and (not is_derivation(found, value) or fetches(value)):
            below = leaves(found, value, here, seen | here_too | {id(attrs)})
            for leaf in below:
                leaf.node.reads.setdefault(node)
            result += below
        else:
            node, key = ask_to_compare(found, attrs[name])
            if not isinstance(key, NixError):
                result.append(Leaf(here, node, key, value))
    return result


def forced(found: Examination, cell: Any) -> Any:
    """The value of a lazy, Python's recursion limit turned into Nix's error."""
    return found.evaluator.guard(found.recorder.force, cell)


def ask_for(found: Examination, cell: Any) -> tuple[Node, Any]:
    """(node that reads what evaluating a lazy reads, its value or the NixError that it ends in)."""
    return found.recorder.ask(lambda: forced(found, cell))


def ask_to_compare(found: Examination, cell: Any) -> tuple[Node, Any]:
    """(node that reads what comparing a lazy reads, what it is compared by or the NixError)."""
    return found.recorder.ask(lambda: comparable(found, cell, DEPTH))


def hidden_names(found: Examination, attrs: dict[str, Any], path: tuple[str, ...]) -> frozenset[str]:
    """The attributes of a set that are no leaves."""
    if not is_derivation(found, attrs):
        return META if path[-1:] == ("meta",) else frozenset()
    outputs = comparable(found, attrs.get("outputs", ()), 1)
    names = {item[1] for item in outputs if type(item) is tuple} if type(outputs) is tuple else set()
    return CONSEQUENCES | names


def is_derivation(found: Examination, attrs: dict[str, Any]) -> bool:
    """Whether a set is a package."""
    _, kind = ask_for(found, attrs.get("type"))
    return is_derivation_type(kind)


def fetches(attrs: dict[str, Any]) -> bool:
    """Whether a derivation has a fixed output, such as a source from the network."""
    return "outputHash" in attrs


def comparable(found: Examination, cell: Any, depth: int) -> Any:
    """A value as plain data that is equal in two evaluations when the values are; forces what it needs."""
    value = forced(found, cell)
    kind = type(value)
    if kind is tuple:
        return tuple([comparable(found, item, depth - 1) for item in value]) if depth else "…"
    if kind is dict:
        if "outPath" in value and is_derivation(found, value):
            return ("derivation", plain(forced(found, value["outPath"])))
        return (
            tuple([(name, comparable(found, value[name], depth - 1)) for name in sorted(value)])
            if depth
            else "…"
        )
    if kind in (FunctionType, PrimOp, PrimOpApp):
        return "«function»"
    return plain(value)


def leaf_at(found: Examination, attrs: dict[str, Any], path: tuple[str, ...]) -> Any:
    """(key, value) of the leaf at *path*, or the error; for another evaluation of the same program."""

    def look() -> Any:
        at: Any = attrs
        for name in path:
            at = forced(found, at)[name]
        return comparable(found, at, DEPTH), forced(found, at)

    try:
        _, answer = found.recorder.ask(look)
    except (KeyError, TypeError) as error:  # there is no such attribute
        return NixError(f"attribute {error} missing")
    return answer
