"""The syntax tree as an editor needs it: every token has its place, and a text with errors has one, too.

It is made by the same grammar as `nixlite.syntax.nodes`, one node for each rule that is written there with a
name; only lists, which the grammar makes longer one by one, are one node with all their parts. Nodes that
stand for what is missing are of no length.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]
"""Start and end offset."""

MISSING = "_missing"
"""What a name is called that should be there and is not."""


class Leaf:
    """A token: *kind* is its name in the grammar or the word or sign itself."""

    __slots__ = ("end", "kind", "start", "text", "up")

    def __init__(self, kind: str, text: str, start: int, end: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
        self.up: Node | None = None

    def __repr__(self) -> str:
        return f"{self.kind}@{self.start}"


class Node:
    """What a rule of the grammar matched: *rule* is the rule's name, *parts* nodes and tokens."""

    __slots__ = ("end", "parts", "rule", "start", "up")

    def __init__(self, rule: str, parts: list[Part], start: int, end: int) -> None:
        self.rule = rule
        self.parts = parts
        self.start = start
        self.end = end
        self.up: Node | None = None

    def __repr__(self) -> str:
        return f"{self.rule}{self.parts}"


Part = Node | Leaf

# Rules by what they mean.
SETS = frozenset({"set_", "recursive_set", "old_let", "empty_set"})
FUNCTIONS = frozenset(
    {"simple_function", "set_function", "set_function_named_after", "set_function_named_before"}
)
FORMALS = frozenset({"open_formals", "only_ellipsis", "closed_formals", "no_formals"})
BINDINGS = frozenset({"binding", "inherit", "inherit_from"})
STRINGS = frozenset({"string", "indented_string"})


def link(root: Part) -> None:
    """Tell each part what it is in."""
    todo = [root]
    while todo:
        node = todo.pop()
        if type(node) is Node:
            for part in node.parts:
                part.up = node
            todo += node.parts


def walk(root: Part) -> Iterator[Part]:
    """All parts, outer ones first, in the order of the text."""
    todo = [root]
    while todo:
        part = todo.pop()
        yield part
        if type(part) is Node:
            todo += reversed(part.parts)


def ancestors(part: Part) -> Iterator[Node]:
    """What a part is in, inner ones first."""
    at = part.up
    while at is not None:
        yield at
        at = at.up


def leaf_at(root: Part, offset: int) -> Leaf | None:
    """The token that an offset is in, or at the end of; of two that touch there, the one that is a name."""
    found: list[Leaf] = []
    todo = [root]
    while todo:
        part = todo.pop()
        if not part.start <= offset <= part.end:
            continue
        if isinstance(part, Leaf):
            found.append(part)
        else:
            todo += reversed(part.parts)
    names = [leaf for leaf in found if leaf.kind in ("ID", "or")]
    behind = [leaf for leaf in found if leaf.start <= offset < leaf.end]
    return next(iter([*names, *behind, *found]), None)


def node_at(root: Part, offset: int) -> Part:
    """The smallest part that an offset is in or at the edge of."""
    leaf = leaf_at(root, offset)
    if leaf is not None:
        return leaf
    best = root
    while type(best) is Node:
        inner = next((part for part in best.parts if part.start <= offset <= part.end), None)
        if inner is None:
            break
        best = inner
    return best


def span_of(part: Part) -> Span:
    """Start and end of a part."""
    return part.start, part.end


def name_of(part: Part) -> str | None:
    """The static name that a part of an attribute path is; None for one that is computed."""
    if type(part) is Leaf:
        return part.text if part.kind in ("ID", "or") else None
    if type(part) is Node and part.rule == "string_name":
        inner = [leaf for leaf in part.parts[1:-1] if type(leaf) is Leaf]
        if len(part.parts) == 2:
            return ""
        if len(inner) == len(part.parts) - 2 and len(inner) == 1 and inner[0].kind == "STR":
            return inner[0].text
    if type(part) is Node and part.rule == "dynamic_name":
        inner_node = part.parts[1]
        if type(inner_node) is Node and inner_node.rule == "string":
            return name_of(Node("string_name", inner_node.parts, part.start, part.end))
    return None


def path_parts(path: Part) -> list[Part]:
    """The names of an attribute path."""
    return path.parts if type(path) is Node and path.rule == "path" else [path]


def names_in(path: Part) -> list[str | None]:
    """The names of an attribute path, None for computed ones."""
    return [name_of(part) for part in path_parts(path)]


def bindings_of(node: Part) -> list[Node]:
    """The bindings of a set or `let`."""
    if not isinstance(node, Node):
        return []
    for part in node.parts:
        if isinstance(part, Node) and part.rule == "bindings":
            return [one for one in part.parts if isinstance(one, Node)]
    return []


def formals_of(function: Node) -> Node | None:
    """The formals of a function, None for `x: …`."""
    return next((p for p in function.parts if type(p) is Node and p.rule in FORMALS), None)


def formal_nodes(formals: Node) -> list[Node]:
    """Each formal, in order."""
    found = next((p for p in formals.parts if type(p) is Node and p.rule == "formals"), None)
    return [p for p in found.parts if type(p) is Node] if found is not None else []


def argument_of(function: Node) -> Leaf | None:
    """The name `x` of `x: …` or `{ … }@x: …`."""
    return next((p for p in function.parts[:-1] if type(p) is Leaf and p.kind == "ID"), None)


def stripped(part: Part) -> Part:
    """An expression without the parentheses around it."""
    while type(part) is Node and part.rule == "parenthesised":
        part = part.parts[1]
    return part


def value_of(binding: Node) -> Part:
    """The value of `a.b = value;`."""
    return binding.parts[2]
