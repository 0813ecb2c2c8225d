"""What is needed to evaluate a part of a file: the bindings around it, and what its functions are called
with.

The part is not cut out of the text. A new tree is built of the file's own nodes, `let`, `rec`, `with` and the
arguments of functions around the part and nothing else, so every position stays what it was.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from nixlite.syntax import nodes as n
from nixlite.syntax.tree import children

if TYPE_CHECKING:
    from collections.abc import Sequence

OUTER = "\x1f"
"""What the names begin with that a part is given from outside: no program can write it."""


class Argument(NamedTuple):
    """A name that a function binds, *kept* under a name of the outer scope. *formal*: it has a default or may
    be had from a package set."""

    function: n.Lambda
    name: str
    formal: bool
    outer: str


def way_to(tree: n.Expr, start: int, end: int) -> list[n.Expr]:
    """The nodes from the root to the one that spans *start* to *end*; ends with the smallest that holds
    it."""
    way = [tree]
    while True:
        unfold(way[-1], start, end)
        inner = [
            node
            for node in children(way[-1])
            if node.start <= start
            and end <= node.end
            and (type(node) is not n.AttrSet or node.end > node.start)
        ]
        inner = inner or [node for node in children(way[-1]) if holds(node, start, end)]
        exact = way[-1].start == start and way[-1].end == end
        if not inner or (exact and not (inner[0].start == start and inner[0].end == end)):
            return way
        way.append(inner[0])


def unfold(node: n.Expr, start: int, end: int) -> None:
    """Parse what was only skimmed of a set's values around a span."""
    for binding in node.bindings.values() if type(node) is n.AttrSet else ():
        value = binding.value
        if type(value) is n.Skimmed and value.start <= start and end <= value.end:
            binding.value = value.tree()


def holds(node: n.Expr, start: int, end: int) -> bool:
    """Whether something in a node spans that: sets that were written `a.b = …;`, and those of `let`, have no
    place of their own."""
    return type(node) is n.AttrSet and any(
        (inner.start <= start and end <= inner.end) or holds(inner, start, end) for inner in children(node)
    )


class Around(NamedTuple):
    """A node that binds names for the part: *at* is its number on the way. *through*: the part is in what
    it binds, so a tree in which the bindings are there for the names needs another one for the part."""

    at: int
    through: bool


def scope_nodes(way: Sequence[n.Expr]) -> list[Around]:
    """The nodes of a way that bind names for what is further on."""
    found: list[Around] = []
    for at, (node, inner) in enumerate(pairwise(way)):
        if isinstance(node, n.Let):
            through = inner is node.attrs
            if not (through and at + 2 < len(way) and is_inherited(node.attrs, way[at + 2])):
                found.append(Around(at, through))
        elif isinstance(node, n.AttrSet) and node.recursive:
            if not is_inherited(node, inner):
                found.append(Around(at, True))
        elif (isinstance(node, n.With) and inner is node.body) or isinstance(node, n.Lambda):
            found.append(Around(at, False))
    return found


def is_inherited(attrs: n.AttrSet, value: n.Expr) -> bool:
    """Whether a value is a variable of `inherit a;`, which means what is around."""
    return any(binding.value is value and binding.kind == n.INHERITED for binding in attrs.bindings.values())


def arguments_of(function: n.Lambda, at: int) -> list[Argument]:
    """The names that a function binds; *at*: how many functions are around it."""
    found = []
    if function.argument is not None:
        found.append(Argument(function, function.argument, False, f"{OUTER}{at}@{function.argument}"))
    if function.formals is not None:
        found += [
            Argument(function, formal.name, True, f"{OUTER}{at}.{formal.name}")
            for formal in function.formals.items
        ]
    return found


def scoped(around: Sequence[n.Expr], body: n.Expr, given: frozenset[str]) -> tuple[n.Expr, list[Argument]]:
    """The tree for a part in what is around it, and the arguments that it is to be given.

    *given*: the outer names of formals for which there is a value, so that no default counts.
    """
    wanted: list[Argument] = []
    made = body
    functions = [node for node in around if isinstance(node, n.Lambda)]
    for node in reversed(around):
        if isinstance(node, n.Let):
            made = n.Let(node.attrs, made, n.NO_POS, node.start, node.end)
        elif isinstance(node, n.AttrSet):
            attrs = n.AttrSet(False, node.pos, node.start, node.end)
            attrs.bindings, attrs.inherit_from = node.bindings, node.inherit_from
            made = n.Let(attrs, made, n.NO_POS, node.start, node.end)
        elif isinstance(node, n.With):
            made = n.With(node.scope, made, node.pos, node.start, node.end)
        elif isinstance(node, n.Lambda):
            arguments = arguments_of(node, functions.index(node))
            wanted += arguments
            made = n.Let(argument_set(node, arguments, given), made, n.NO_POS, node.start, node.end)
    return made, wanted


def argument_set(function: n.Lambda, arguments: list[Argument], given: frozenset[str]) -> n.AttrSet:
    """The bindings for the arguments of a function: what is given, else the default."""
    attrs = n.AttrSet(False, n.NO_POS, function.start, function.start)
    defaults = {f.name: f for f in function.formals.items} if function.formals is not None else {}
    for argument in arguments:
        formal = defaults.get(argument.name) if argument.formal else None
        pos = formal.pos if formal is not None else function.pos
        if formal is not None and formal.default is not None and argument.outer not in given:
            value = formal.default
        else:
            value = n.Var(argument.outer, n.NO_POS, pos, pos)
        attrs.bindings[argument.name] = n.Binding(n.PLAIN, value, pos)
    return attrs


OVERLAY_NAMES = frozenset({"final", "self", "prev", "super", "old"})


# -- shapes


def is_code(nixpkgs: str) -> bool:
    """Whether that is Nix code for a package set and not the path of one."""
    return any(letter in nixpkgs for letter in " {(;")


def chain_of(tree: n.Expr) -> list[str | None]:
    """The plain arguments of the function that a file is, and of those it gives at once."""
    found = []
    while isinstance(tree, (n.Lambda, n.Let, n.With)):
        if isinstance(tree, n.Lambda) and tree.formals is None:
            found.append(tree.argument)
        tree = tree.body
    return found


def is_outputs(tree: n.Expr, function: n.Lambda) -> bool:
    """Whether a function is what a flake has as `outputs`."""
    if not isinstance(tree, n.AttrSet) or "outputs" not in tree.bindings:
        return False
    value = tree.bindings["outputs"].value
    return value is not None and same(value, function)


def is_overlay(tree: n.Expr) -> bool:
    """Whether a file is an overlay: `final: prev: …`."""
    return (
        isinstance(tree, n.Lambda)
        and isinstance(tree.body, n.Lambda)
        and tree.argument in OVERLAY_NAMES
        and tree.body.argument in OVERLAY_NAMES
        and tree.formals is None
        and tree.body.formals is None
    )


def same(one: n.Expr, other: n.Expr) -> bool:
    """Whether two nodes, perhaps of two trees of a text, are the same expression."""
    return type(one) is type(other) and (one.start, one.end) == (other.start, other.end)


def is_inner_of(function: n.Expr, tree: n.Expr) -> bool:
    """Whether a function is what the function that a file is gives at once."""
    return isinstance(tree, n.Lambda) and same(tree.body, function)


def is_outermost(tree: n.Expr, function: n.Lambda) -> bool:
    """Whether a function is what the file is, perhaps within `let`, `with` or `assert`."""
    at = tree
    while not same(at, function):
        if not isinstance(at, (n.Let, n.With, n.Assert)):
            return False
        at = at.body
    return True
