"""What the rules of `nixlite lint` share: findings, the program that is looked at, and who refers to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.analysis.facts import Variable
from nixlite.analysis.scope import analyse
from nixlite.errors import NixError
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import children, walk

if TYPE_CHECKING:
    from nixlite.analysis.facts import Analysis
    from nixlite.evaluator import Evaluator
    from nixlite.source import Source


class Finding(NamedTuple):
    """Something that is probably not meant.

    *offset*: where, as a character offset; *rule*: the rule's name; *message*: what is the case and why it
    matters; *suggestion*: what to write instead, "" where that depends on what cannot be seen.
    """

    offset: int
    rule: str
    message: str
    suggestion: str


class Tree:
    """A source with its tree and the meaning of its variables."""

    def __init__(self, evaluator: Evaluator, source: Source) -> None:
        """Raises ParseError, and UndefinedVariable."""
        self.evaluator = evaluator
        self.source = source
        self.tree = evaluator.parse(source)
        self.analysis: Analysis = analyse(self.tree, source, evaluator.state.globals)
        self.values: dict[Variable, n.Expr] = {}
        self.let_variables: set[Variable] = set()
        self.nodes: dict[type, list[Any]] = {}
        """All nodes by their types, outer ones first."""
        for node in walk(self.tree):
            self.nodes.setdefault(type(node), []).append(node)
            for name, variable in self.analysis.bound.get(node, {}).items():
                value = bound_value(node, name)
                if value is not None:
                    self.values[variable] = value
            if type(node) is n.Let:
                self.let_variables.update(self.analysis.bound.get(node.attrs, {}).values())

    def of(self, kind: type) -> list[Any]:
        """The nodes of a type, outer ones first."""
        return self.nodes.get(kind, [])

    def text(self, node: n.Expr) -> str:
        """The source of an expression, on one line."""
        return " ".join(self.source.text[node.start : node.end].split())

    def line(self, offset: int) -> int:
        """1-based line of an offset."""
        return self.source.line_column(offset)[0]

    def meaning(self, node: n.Expr) -> n.Expr:
        """What an expression stands for: a variable's definition, if it is in this source."""
        for _ in range(100):  # `let x = x; in x` has none
            if type(node) is not n.Var:
                break
            resolution = self.analysis.variables.get(node)
            value = self.values.get(resolution) if type(resolution) is Variable else None
            if value is None:
                break
            node = value
        return node

    def imported(self, path: str) -> n.Expr | None:
        """The tree of another file, None where there is none that can be read."""
        try:
            return self.evaluator.parse(self.evaluator.read_source(path))
        except NixError:
            return None


def bound_value(node: n.Expr, name: str) -> n.Expr | None:
    """What a `let` or `rec` binds a name to."""
    attrs = node.attrs if type(node) is n.Let else node
    if type(attrs) is n.AttrSet and name in attrs.bindings:
        return attrs.bindings[name].value
    return None


def callee_name(node: n.Expr) -> str:
    """The last word of what is called: `mkDerivation` for `stdenv.mkDerivation`; "" for other expressions."""
    if type(node) is n.Select and node.default is None and isinstance(node.path[-1], str):
        return node.path[-1]
    return node.name if type(node) is n.Var else ""


def written_set(program: Tree, attrs: n.AttrSet) -> str:
    """The text of a set, also of one that was written `a.b = …;`."""
    text = program.text(attrs)
    if text.startswith("{"):
        return text
    parts = [
        f"{attribute_name(name)} = {program.text(b.value)};"
        for name, b in attrs.bindings.items()
        if b.value is not None
    ]
    return f"{{ {' '.join(parts)} }}"


class Reference(NamedTuple):
    """A use of a name: the variable's node, and the binding where it is `inherit name`."""

    node: n.Var
    inherit: n.Binding | None


def references(attrs: n.AttrSet) -> list[Reference]:
    """Where the values of a `rec` set use its own names."""
    found: list[Reference] = []
    search(attrs, frozenset(attrs.bindings), found, own=True)
    return sorted(found, key=offset_of)


def let_references(program: Tree, attrs: n.AttrSet) -> list[Reference]:
    """Where the values of a set use `let` variables that the set also has as attributes, by `inherit`."""
    variables = program.analysis.variables
    own = {
        binding.value: variables.get(binding.value)
        for binding in attrs.bindings.values()
        if binding.kind == n.INHERITED and type(binding.value) is n.Var
    }
    wanted = {meaning for meaning in own.values() if meaning in program.let_variables}
    inherited = {
        binding.value: binding
        for node in walk(attrs)
        if type(node) is n.AttrSet
        for binding in node.bindings.values()
        if binding.kind == n.INHERITED
    }
    found = [
        Reference(node, inherited.get(node))
        for node in walk(attrs)
        if wanted and type(node) is n.Var and node not in own and variables.get(node) in wanted
    ]
    return sorted(found, key=offset_of)


def offset_of(reference: Reference) -> int:
    """Where a name is used."""
    return reference.inherit.pos if reference.inherit is not None else reference.node.pos


def search(node: Any, names: frozenset[str], found: list[Reference], *, own: bool = False) -> None:
    """Collect the uses of *names* below a node, where nothing else of the same name is nearer."""
    kind = type(node)
    if kind is n.Var:
        if node.name in names:
            found.append(Reference(node, None))
        return
    if kind is n.Lambda:
        bound = {formal.name for formal in node.formals.items} if node.formals is not None else set()
        names = names - bound - {node.argument}
    elif kind is n.Let:
        search_set(node.attrs, names, names - set(node.attrs.bindings), found)
        names = names - set(node.attrs.bindings)
    elif kind is n.AttrSet:
        inner = names - set(node.bindings) if node.recursive and not own else names
        search_set(node, frozenset() if own else names, inner, found)
        return
    if names:
        for child in [node.body] if kind is n.Let else children(node):
            search(child, names, found)


def search_set(
    attrs: n.AttrSet, outer: frozenset[str], inner: frozenset[str], found: list[Reference]
) -> None:
    """Collect the uses in a set or `let`: values see *inner*, `inherit name` sees *outer*."""
    for binding in attrs.bindings.values():
        value = binding.value
        if binding.kind == n.INHERITED:
            if type(value) is n.Var and value.name in outer:
                found.append(Reference(value, binding))
        elif value is not None:
            search(value, inner, found)
    for part in (*attrs.inherit_from, *(part for d in attrs.dynamic for part in (d.name, d.value))):
        search(part, inner, found)
