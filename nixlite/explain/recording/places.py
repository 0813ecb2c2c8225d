"""From a place in a source to what is written there: which definition, in which scope, in which override.

Thunks carry the place of their definition; the tree of the source tells the rest. An index of a tree is
made when the first question about its source is asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.analysis.facts import Variable
from nixlite.analysis.scope import analyse
from nixlite.explain.recording import outline
from nixlite.source import Source
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import children, walk

if TYPE_CHECKING:
    from nixlite.analysis.facts import Analysis
    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.recorder import Node

REC, LET, SET, FORMAL, PART = "rec", "let", "set", "formal", "part"
"""Kinds of definitions: in `rec { }`, `let` or a plain set, a formal's default, part of an expression."""

OVERRIDES = frozenset(
    {
        "override", "overrideAttrs", "overridePythonAttrs", "overrideDerivation", "overrideScope",
        "overrideScope'", "extend", "appendOverlays", "extendMkDerivation", "overrideModAttrs", "extends",
        "composeExtensions", "composeManyExtensions", "overrideSrc",
    }
)  # fmt: skip

FINAL_NAMES = frozenset({"final", "self", "finalAttrs", "finalPkgs", "_"})
PREV_NAMES = frozenset({"prev", "super", "previousAttrs", "prevAttrs", "old", "oldAttrs", "prevPkgs"})


NAME = re.compile(r"[A-Za-z_][\w'-]*")


class Parent(NamedTuple):
    """The nodes around a node, innermost first."""

    node: Any
    up: Parent | None


class Definition(NamedTuple):
    """What is written at a place: *value* is None for `inherit (e) name`; *parents* are around it."""

    name: str
    kind: str
    place: Place
    value: n.Expr | None
    container: n.Expr | None
    parents: Parent | None
    source: Source

    @property
    def text(self) -> str:
        """The source of the value."""
        if self.value is None:
            return ""
        return self.source.text[self.value.start : self.value.end]


class Label(NamedTuple):
    """What kind of layer a set literal is: the name of the overriding function, `overlay`, and its place."""

    what: str
    place: Place
    call: n.Expr


class Index:
    """The definitions of one source by (line, column)."""

    def __init__(self, tree: n.Expr, source: Source, analysis: Analysis) -> None:
        self.source = source
        self.tree = tree
        self.analysis = analysis
        self.definitions: dict[tuple[int, int], Definition] = {}
        self.operators: dict[tuple[int, int], tuple[n.Expr, Parent | None]] = {}
        todo: list[tuple[Any, Parent | None]] = [(tree, None)]
        while todo:
            node, parents = todo.pop()
            self.enter(node, parents)
            inside = Parent(node, parents)
            todo += [(child, inside) for child in children(node)]

    def enter(self, node: Any, parents: Parent | None) -> None:
        """Register a node and what it defines."""
        kind = type(node)
        self.add(node.start, "", PART, node, None, parents)
        if kind is n.AttrSet:
            let = parents is not None and type(parents.node) is n.Let and parents.node.attrs is node
            group = LET if let else REC if node.recursive else SET
            inside = Parent(node, parents)
            for name, binding in node.bindings.items():
                self.add(binding.pos, name, group, binding.value, node, inside)
            for dynamic in node.dynamic:
                self.add(dynamic.pos, "${…}", group, dynamic.value, node, inside)
        elif kind is n.Lambda and node.formals is not None:
            for formal in node.formals.items:
                self.add(formal.pos, formal.name, FORMAL, formal.default, node, Parent(node, parents))
        elif kind is n.Binary and node.op == "//":
            self.operators[self.source.line_column(node.pos)] = (node, parents)

    def add(
        self,
        pos: int,
        name: str,
        kind: str,
        value: n.Expr | None,
        container: n.Expr | None,
        parents: Parent | None,
    ) -> None:
        """A definition at an offset; one with a name goes before an expression that begins there."""
        if pos == n.NO_POS:
            return
        at = self.source.line_column(pos)
        there = self.definitions.get(at)
        if there is None or (there.kind == PART and kind != PART):
            self.definitions[at] = Definition(
                name, kind, (self.source.name, *at), value, container, parents, self.source
            )


Indexes = dict[tuple[str, str, tuple[str, ...], int], Index]
"""Indexes by a source's name, its text, the names in scope and the number in its outline, ALL of it all."""

ALL = -1


class Places:
    """The indexes of all sources of one evaluation; *known* are those that other evaluations have made."""

    def __init__(self, evaluator: InstrumentedEvaluator, known: Indexes | None = None) -> None:
        self.evaluator = evaluator
        self.known = known if known is not None else {}
        self.indexes: dict[str, Index | None] = {}
        self.outlines: dict[str, outline.Outline | None] = {}

    def index(self, name: str) -> Index | None:
        """The index of a source; None for one that was not evaluated."""
        if name not in self.indexes:
            self.indexes[name] = self.find_index(name)
        return self.indexes[name]

    def find_index(self, name: str) -> Index | None:
        """The index of a source that was not asked for before."""
        source = self.evaluator.sources.get(name)
        if source is None:
            return None
        scope = self.evaluator.scopes.get(name, ())
        key = (name, source.text, scope, ALL)
        if key not in self.known:
            index = self.known[key] = self.made(self.evaluator.tree(name), source, scope)
            for other, part in self.known.items():
                if other[:3] == key[:3]:
                    index.analysis.variables.update(part.analysis.variables)
            if len(source.text) >= outline.BIG and not scope and self.outlines.get(name) is None:
                outline.keep(self.evaluator.cache, source, index.tree)
        return self.known[key]

    def made(self, tree: n.Expr, source: Source, scope: tuple[str, ...]) -> Index:
        """The index of a tree."""
        analysis = analyse(tree, source, self.evaluator.state.globals, scope, aliases=False)
        return Index(tree, source, analysis)

    def index_at(self, place: Place) -> Index | None:
        """An index that has the definition at a place; of a big source it may have few others."""
        name = place[0]
        source = self.evaluator.sources.get(name)
        if source is None or name in self.indexes or len(source.text) < outline.BIG:
            return self.index(name)
        if self.evaluator.scopes.get(name) or (name, source.text, (), ALL) in self.known:
            return self.index(name)
        if name not in self.outlines:
            self.outlines[name] = outline.load(self.evaluator.cache, source)
        found = self.outlines[name]
        number = found.number(source.offset(*place[1:])) if found is not None else None
        if found is None or number is None:
            return self.index(name)
        key = (name, source.text, (), number)
        if key not in self.known:
            part = Source(name, found.text(source.text, number), base=source.base)
            self.known[key] = self.made(self.evaluator.parsed(part), source, ())
        return self.known[key]

    def definition(self, place: Place | None) -> Definition | None:
        """What is defined at a place."""
        index = self.index_at(place) if place is not None else None
        return index.definitions.get(place[1:]) if index is not None and place is not None else None

    def name_at(self, place: Place) -> str:
        """The name that stands at a place, "" for none; read from the text, without parsing it."""
        source = self.evaluator.sources.get(place[0])
        if source is None:
            return ""
        found = NAME.match(source.text, source.offset(*place[1:]))
        return found.group() if found else ""

    def name_at_is(self, node: Node, name: str) -> bool:
        """Whether a node's definition has a name."""
        return node.place is not None and self.name_at(node.place) == name

    def of(self, node: Node) -> Definition | None:
        """What the thunk of a node was made of."""
        return self.definition(node.place)

    def label(self, definition: Definition) -> Label | None:
        """The override or overlay that a definition is written in, the innermost."""
        inner: Any = definition.container or definition.value
        parents = definition.parents
        while parents is not None:
            node = parents.node
            if type(node) is n.Call and inner is not node.function:
                name = callee_name(node)
                if name in OVERRIDES:
                    return Label(name, self.at(definition.source, node.function.end - len(name)), node)
            if is_overlay(node):
                return Label("overlay", self.at(definition.source, node.pos), node)
            inner, parents = node, parents.up
        return None

    def at(self, source: Source, offset: int) -> Place:
        """The place of an offset."""
        return (source.name, *source.line_column(offset))


def is_overlay(node: Any) -> bool:
    """Whether an expression is `final: prev: …`, by the names that everyone uses."""
    return (
        type(node) is n.Lambda
        and type(node.body) is n.Lambda
        and node.argument in FINAL_NAMES
        and node.body.argument in PREV_NAMES
    )


def callee_name(node: n.Call) -> str:
    """The last name of the function that is called: `overrideAttrs` of `a.b.overrideAttrs x`."""
    function = node.function
    if type(function) is n.Select and isinstance(function.path[-1], str):
        return function.path[-1]
    return function.name if type(function) is n.Var else ""


def variables_below(root: Any) -> list[n.Var]:
    """Every variable that is read in an expression."""
    return [node for node in walk(root) if type(node) is n.Var]


def resolves_to(index: Index, var: n.Var, definition: Definition) -> bool:
    """Whether a variable means a definition."""
    resolution = index.analysis.variables.get(var)
    if type(resolution) is not Variable:
        return False
    binding = resolution.binding
    return binding is not None and index.source.line_column(binding.pos) == definition.place[1:]
