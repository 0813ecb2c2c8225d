"""What each name in a tree means: its definition, a builtin, or what a `with` may give.

The rules are those of `nixlite.analysis.scope`; here nothing is an error, for a text that is being typed has
many, and every place is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.lsp.texts.tree import (
    FUNCTIONS,
    MISSING,
    Leaf,
    Node,
    argument_of,
    bindings_of,
    formal_nodes,
    formals_of,
    name_of,
    path_parts,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nixlite.lsp.texts.tree import Part

LET, REC, ARGUMENT, FORMAL, ATTRIBUTE = "let", "rec", "argument", "formal", "attribute"


class Definition:
    """A name with the places where it is written: *sites* that define it, *uses* that mean it.

    *node* is what binds it: a binding, an `inherit`, a formal or a function. *value*: the expression that it
    is bound to, None where that is not written here. *owner*: the `let`, set or function that it is in.
    """

    __slots__ = ("kind", "name", "node", "owner", "sites", "uses", "value")

    def __init__(self, name: str, kind: str, node: Node, owner: Node, value: Part | None) -> None:
        self.name = name
        self.kind = kind
        self.node = node
        self.owner = owner
        self.value = value
        self.sites: list[Part] = []
        self.uses: list[Leaf] = []

    @property
    def site(self) -> Part:
        """Where it is defined first."""
        return self.sites[0]

    @property
    def inherited(self) -> bool:
        """Whether it is another one's value, by `inherit`."""
        return self.node.rule in ("inherit", "inherit_from")


class Scope:
    """Names that are bound, what is around, and the `with` expressions, innermost first."""

    __slots__ = ("names", "outer", "withs")

    def __init__(self, names: Mapping[str, Definition], outer: Scope | None, withs: tuple[Node, ...]) -> None:
        self.names = names
        self.outer = outer
        self.withs = withs

    def lookup(self, name: str) -> Definition | None:
        """What a name means here."""
        at: Scope | None = self
        while at is not None:
            found = at.names.get(name)
            if found is not None:
                return found
            at = at.outer
        return None


class Names:
    """The names of a tree. *globals_*: those that are there without any definition.

    *meaning*: of each use its definition; *by_with*: of a use the `with` expressions that may give it,
    innermost first; *undefined*: uses of what is nowhere defined; *scopes*: of each node that binds names the
    scope inside.
    """

    def __init__(self, root: Part, globals_: frozenset[str]) -> None:
        self.globals = globals_
        self.meaning: dict[Leaf, Definition] = {}
        self.site_of: dict[Part, Definition] = {}
        self.by_with: dict[Leaf, tuple[Node, ...]] = {}
        self.undefined: list[Leaf] = []
        self.definitions: list[Definition] = []
        self.scopes: dict[Node, Scope] = {}
        self.outermost = Scope({}, None, ())
        todo: list[tuple[Part, Scope]] = [(root, self.outermost)]
        while todo:
            part, scope = todo.pop()
            if type(part) is Node:
                todo += reversed(self.visit(part, scope))

    def visit(self, node: Node, scope: Scope) -> list[tuple[Part, Scope]]:
        """Take in one node; what is still to be visited, with the scopes."""
        rule = node.rule
        if rule == "variable":
            self.use(node.parts[0], scope)
            return []
        if rule == "let_expression":
            inner = self.bind(node, scope, LET)
            return [*self.bindings(node, inner, scope), (node.parts[-1], inner)]
        if rule in ("recursive_set", "old_let"):
            return self.bindings(node, self.bind(node, scope, REC), scope)
        if rule == "set_":
            self.bind(node, scope, ATTRIBUTE)
            return self.bindings(node, scope, scope)
        if rule in FUNCTIONS:
            return self.function(node, scope)
        if rule == "with_expression":
            inner = Scope({}, scope, (node, *scope.withs))
            self.scopes[node] = inner
            return [(node.parts[1], scope), (node.parts[3], inner)]
        if rule in ("select", "select_or_default", "has_attribute"):
            rest = [(part, scope) for part in node.parts if type(part) is Node and part.rule != "path"]
            return rest + self.computed(node.parts[2], scope)
        return [(part, scope) for part in node.parts]

    def computed(self, path: Part, scope: Scope) -> list[tuple[Part, Scope]]:
        """The computed names of an attribute path."""
        return [(part, scope) for part in path_parts(path) if type(part) is Node]

    def use(self, leaf: Part, scope: Scope) -> None:
        """A variable."""
        if type(leaf) is not Leaf or leaf.text == MISSING or leaf.text == "__curPos":
            return
        found = scope.lookup(leaf.text)
        if found is not None:
            self.meaning[leaf] = found
            found.uses.append(leaf)
        elif leaf.text in self.globals:
            return
        elif scope.withs:
            self.by_with[leaf] = scope.withs
        else:
            self.undefined.append(leaf)

    def bind(self, node: Node, scope: Scope, kind: str) -> Scope:
        """The scope inside of a `let` or set."""
        names: dict[str, Definition] = {}
        for binding in bindings_of(node):
            if binding.rule == "binding":
                first, *more = path_parts(binding.parts[0])
                self.define(names, first, kind, binding, node, None if more else value_of(binding))
            else:
                for part in inherited_names(binding):
                    self.define(names, part, kind, binding, node, None)
        inner = scope if kind == ATTRIBUTE else Scope(names, scope, scope.withs)
        self.scopes[node] = Scope(names, scope, scope.withs)
        return self.scopes[node] if kind != ATTRIBUTE else inner

    def define(
        self,
        names: dict[str, Definition],
        part: Part,
        kind: str,
        node: Node,
        owner: Node,
        value: Part | None,
    ) -> None:
        """A name that is defined, perhaps once more."""
        name = name_of(part)
        if name is None or name == MISSING:
            return
        if name not in names:
            names[name] = Definition(name, kind, node, owner, value)
            self.definitions.append(names[name])
        names[name].sites.append(part)
        self.site_of[part] = names[name]

    def bindings(self, node: Node, inner: Scope, scope: Scope) -> list[tuple[Part, Scope]]:
        """What is in bindings: values see *inner*, `inherit a` what is around."""
        found: list[tuple[Part, Scope]] = []
        for binding in bindings_of(node):
            if binding.rule == "binding":
                path = path_parts(binding.parts[0])
                found += [(part, inner) for part in path if type(part) is Node]
                found.append((value_of(binding), inner))
            elif binding.rule == "inherit_from":
                found.append((binding.parts[2], inner))
            else:
                for part in inherited_names(binding):
                    leaf = leaf_of(part)
                    if leaf is not None:
                        self.use(leaf, scope)
        return found

    def function(self, node: Node, scope: Scope) -> list[tuple[Part, Scope]]:
        """The scope inside of a function."""
        names: dict[str, Definition] = {}
        argument, formals = argument_of(node), formals_of(node)
        if argument is not None:
            self.define(names, argument, ARGUMENT, node, node, None)
        found: list[tuple[Part, Scope]] = []
        inner = Scope(names, scope, scope.withs)
        self.scopes[node] = inner
        for formal in formal_nodes(formals) if formals is not None else ():
            default = formal.parts[2] if formal.rule == "formal_with_default" else None
            self.define(names, formal.parts[0], FORMAL, formal, node, default)
            if default is not None:
                found.append((default, inner))
        return [*found, (node.parts[-1], inner)]

    def definition(self, leaf: Part) -> Definition | None:
        """The definition that a name means or is."""
        if type(leaf) is Leaf and leaf in self.meaning and leaf not in self.site_of:
            return self.meaning[leaf]
        return self.site_of.get(leaf) or (self.meaning.get(leaf) if type(leaf) is Leaf else None)

    def visible(self, part: Part) -> Iterator[tuple[Definition, int]]:
        """The variables that may be used at a place, each with how many scopes are between; and hidden
        ones."""
        for distance, scope in enumerate(self.scopes_around(part)):
            for definition in scope.names.values():
                yield definition, distance

    def scopes_around(self, part: Part) -> Iterator[Scope]:
        """The scopes that a part is in, innermost first."""
        inside, at = part, part.up
        while at is not None:
            if at in self.scopes and at.rule != "set_" and self.is_inside(at, inside):
                yield self.scopes[at]
            inside, at = at, at.up

    def is_inside(self, node: Node, inner: Part) -> bool:
        """Whether what a node binds is seen by its part *inner*."""
        if node.rule == "with_expression":
            return inner is node.parts[3]
        return True

    def withs_around(self, part: Part) -> tuple[Node, ...]:
        """The `with` expressions whose names may be used at a place, innermost first."""
        return next((scope.withs for scope in self.scopes_around(part)), ())


def inherited_names(binding: Node) -> list[Part]:
    """The names of an `inherit`."""
    listed = binding.parts[1] if binding.rule == "inherit" else binding.parts[4]
    return listed.parts if type(listed) is Node else []


def leaf_of(part: Part) -> Leaf | None:
    """The token that a static name consists of: of one in quotes what is between them."""
    if isinstance(part, Leaf):
        return part
    found = [leaf for leaf in part.parts if isinstance(leaf, Leaf) and leaf.kind == "STR"]
    return found[0] if found and name_of(part) is not None else None
