"""Where a value goes: forwards, from the place where it is written through the files that it reaches.

What is followed is an attribute, told as a part of a document and the path below it: through variables,
`inherit`, selections, the results and arguments of functions that the text tells, and `import` and
`callPackage` of files. Where the text does not tell how it goes on is an `Obstacle`: who only reads may
overlook those, who renames may not.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from nixlite.lsp.texts.following import CALLERS, At, Follower, file_of, last_name, operator
from nixlite.lsp.texts.names import inherited_names
from nixlite.lsp.texts.tree import (
    FUNCTIONS,
    SETS,
    Leaf,
    Node,
    ancestors,
    argument_of,
    formal_nodes,
    formals_of,
    name_of,
    names_in,
    path_parts,
    stripped,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.names import Definition
    from nixlite.lsp.texts.tree import Part

RESULT, CALLED = "\0result", "\0called"
"""Of a function, as parts of a path: what a call of it gives; the argument that it is called with. No name of
Nix's has a NUL in it."""
Path = tuple[str, ...]
MOST_STEPS = 20_000
LONGEST = 20
"""Names of a path: what gives something with itself in it, as `override` does, is followed so far."""


class Use(NamedTuple):
    """A name that means what is followed. *alias*: it means a name that was given to its value besides."""

    document: Document
    part: Part
    alias: bool


class Given(NamedTuple):
    """A call of a function that is followed: its *argument*, perhaps by `callPackage`, of the *call*."""

    document: Document
    argument: Part
    call: Node
    by_caller: bool


class Obstacle(NamedTuple):
    """Where it is not known how something goes on, and *why*."""

    document: Document
    part: Part
    why: str


class Flow:
    """One search. *naming* gives the documents that may name the file of a path: None where nobody looks into
    other files."""

    def __init__(self, follower: Follower, naming: Callable[[str], Iterator[Document]] | None = None) -> None:
        self.follower = follower
        self.naming = naming
        self.uses: list[Use] = []
        self.given: list[Given] = []
        self.obstacles: list[Obstacle] = []
        self.parameters: list[tuple[At, str | None]] = []
        """Functions that it came into as an argument, and by which formal (None: as all of the argument)."""
        self.left: list[Document] = []
        """Files whose value it went out with."""
        self.reached: set[tuple[Part, str]] = set()
        """Parts, each with the first name of what was followed below it."""
        self.seen: set[tuple[Part, Path, bool]] = set()
        self.todo: list[tuple[Document, Part, Path, bool]] = []

    # -- beginning

    def begin(self, document: Document, part: Part, path: Path) -> None:
        """Follow what is below *path* in the value of an expression."""
        self.push(document, part, path, alias=False)

    def begin_bound(self, document: Document, owner: Node, names: list[str | None]) -> None:
        """Follow what a set or `let` binds at a path."""
        self.bound(document, owner, names, (), alias=False)

    def run(self) -> Iterator[None]:
        """Follow to the end; others get their turn in between."""
        steps = 0
        while self.todo:
            steps += 1
            document, part, path, alias = self.todo.pop()
            if steps > MOST_STEPS:
                self.stop(document, part, "it goes on in more places than were looked at")
                self.todo.clear()
                return
            self.step(document, part, path, alias=alias)
            if steps % 200 == 0 or not self.todo:
                yield

    def push(self, document: Document, part: Part, path: Path, *, alias: bool) -> None:
        """What is below *path* in the value of *part* is to be followed."""
        if len(path) > LONGEST:
            self.stop(document, part, "it has itself in what it gives there")
            return
        item = (part, path, alias)
        if item not in self.seen:
            self.seen.add(item)
            if path:
                self.reached.add((part, path[0]))
            self.todo.append((document, part, path, alias))

    def stop(self, document: Document, part: Part, why: str) -> None:
        """Remember an obstacle."""
        self.obstacles.append(Obstacle(document, part, why))

    def use(self, document: Document, part: Part, *, alias: bool) -> None:
        """Remember a use."""
        self.uses.append(Use(document, part, alias))

    # -- one step outwards

    def step(self, document: Document, part: Part, path: Path, *, alias: bool) -> None:
        """From an expression to what it is in."""
        up = part.up
        if up is None:
            self.file(document, path, alias=alias)
        elif up.rule == "parenthesised" or (
            up.rule in ("let_expression", "assertion") and part is up.parts[-1]
        ):
            self.push(document, up, path, alias=alias)
        elif up.rule in ("select", "select_or_default", "has_attribute"):
            self.selected(document, up, part, path, alias=alias)
        elif up.rule == "binding" and part is up.parts[2] and up.up is not None and up.up.up is not None:
            self.bound(document, up.up.up, names_in(up.parts[0]), path, alias=alias)
        elif up.rule == "inherit_from":
            self.inherited(document, up, path, alias=alias)
        elif up.rule == "call":
            self.call(document, up, part, path, alias=alias)
        elif up.rule in FUNCTIONS and part is up.parts[-1]:
            self.push(document, up, (RESULT, *path), alias=alias)
        elif up.rule == "with_expression":
            self.in_with(document, up, part, path, alias=alias)
        elif up.rule == "if_expression" and part is not up.parts[1]:
            self.stop(document, part, "it is only one of two values there")
            self.push(document, up, path, alias=alias)
        elif up.rule == "binary" and operator(up) == "//":
            self.merged(document, up, part, path, alias=alias)
        elif up.rule == "formal_with_default":
            self.stop(document, part, "it is only the default of an argument there")
            self.uses_of(document, document.names.site_of.get(up.parts[0]), path, alias=alias)
        else:
            self.stop(document, part, "what it is in there is not followed")

    def selected(self, document: Document, node: Node, part: Part, path: Path, *, alias: bool) -> None:
        """A selection: of the value, or with it as a default."""
        if part is not node.parts[0]:
            self.stop(document, part, "it is only the default of a selection there")
            self.push(document, node, path, alias=alias)
            return None
        for name in path_parts(node.parts[2]):
            if path[0] in (RESULT, CALLED):
                return None
            told = name_of(name)
            if told is None:
                self.stop(document, name, "a computed name is selected there")
                return None
            if told != path[0]:
                return None
            path = path[1:]
            if not path:
                self.use(document, name, alias=alias)
                return self.consumed(document, node, name)
        if node.rule != "has_attribute":
            self.push(document, node, path, alias=alias)
        return None

    def consumed(self, document: Document, node: Node, name: Part) -> None:
        """The value itself was selected: it may be bound to other names."""
        up = node.up
        if name is not path_parts(node.parts[2])[-1] or up is None or up.rule != "binding":
            return
        if node is up.parts[2] and up.up is not None and up.up.up is not None:
            told = names_in(up.parts[0])
            if told[-1] == name_of(name):  # `a = x.a;` is `inherit (x) a;`
                self.bound(document, up.up.up, told, (), alias=True)

    def bound(
        self, document: Document, owner: Node, names: list[str | None], path: Path, *, alias: bool
    ) -> None:
        """What a set or `let` binds: its variables, and its attributes."""
        known = tuple(name for name in names if name is not None)
        if len(known) < len(names):
            self.stop(document, owner, "it is bound to a computed name there")
            return
        if owner.rule != "set_":
            scope = document.names.scopes.get(owner)
            definition = scope.names.get(known[0]) if scope is not None else None
            self.uses_of(document, definition, (*known[1:], *path), alias=alias)
        if owner.rule in ("set_", "recursive_set"):
            self.push(document, owner, (*known, *path), alias=alias)
        elif owner.rule == "old_let":
            self.stop(document, owner, "an old 'let { }' is not followed")

    def uses_of(self, document: Document, definition: Definition | None, path: Path, *, alias: bool) -> None:
        """The places where a variable is used."""
        for leaf in definition.uses if definition is not None else ():
            if leaf.up is not None and leaf.up.rule == "variable":
                if path:
                    self.push(document, leaf.up, path, alias=alias)
                else:
                    self.use(document, leaf, alias=alias)
                continue
            if not path:
                self.use(document, leaf, alias=alias)
            inherit = next((node for node in ancestors(leaf) if node.rule == "inherit"), None)
            if inherit is not None and inherit.up is not None and inherit.up.up is not None:
                self.bound(document, inherit.up.up, [leaf.text], path, alias=alias or not path)

    def inherited(self, document: Document, node: Node, path: Path, *, alias: bool) -> None:
        """`inherit (value) a;`."""
        for part in inherited_names(node):
            if name_of(part) == path[0] and node.up is not None and node.up.up is not None:
                if len(path) == 1:
                    self.use(document, part, alias=alias)
                self.bound(document, node.up.up, [path[0]], path[1:], alias=alias or len(path) == 1)

    def in_with(self, document: Document, node: Node, part: Part, path: Path, *, alias: bool) -> None:
        """A `with`: of the value, or the value is what comes of it."""
        if part is node.parts[3]:
            self.push(document, node, path, alias=alias)
            return
        self.stop(document, part, "a 'with' gives its names there")
        for leaf, scopes in document.names.by_with.items():
            if leaf.text != path[0] or node not in scopes or leaf.up is None:
                continue
            inner = scopes[: scopes.index(node)]
            if any(self.follower.attribute(At(document, one.parts[1]), leaf.text) for one in inner):
                continue
            if len(path) == 1:
                self.use(document, leaf, alias=alias)
            else:
                self.push(document, leaf.up, path[1:], alias=alias)

    def merged(self, document: Document, node: Node, part: Part, path: Path, *, alias: bool) -> None:
        """`a // b`: what the right one has hides what the left one has."""
        self.stop(document, part, "it is merged with another set there")
        if part is node.parts[0]:
            other = self.follower.target(At(document, node.parts[2]))
            if other is None or not isinstance(other.part, Node) or other.part.rule not in SETS:
                return
            if self.follower.attribute(other, path[0]) is not None:
                return
        self.push(document, node, path, alias=alias)

    # -- calls

    def call(self, document: Document, node: Node, part: Part, path: Path, *, alias: bool) -> None:
        """A call: of the value, or with it as an argument."""
        if part is node.parts[0]:
            self.applied(document, node, node.parts[1:], path, alias=alias)
            return
        found = self.function(document, node, node.parts.index(part))
        if found is None:
            self.stop(document, part, "it is given to a function there that is not followed")
        else:
            self.parameter(found, path, alias=alias)

    def applied(
        self, document: Document, node: Node, arguments: list[Part], path: Path, *, alias: bool,
        by_caller: bool = False,
    ) -> None:  # fmt: skip
        """A function that is called with some arguments."""
        for argument in arguments:
            if path[0] == CALLED:
                self.given.append(Given(document, argument, node, by_caller))
                return
            if path[0] != RESULT:
                return
            path = path[1:]
        self.push(document, node, path, alias=alias)

    def function(self, document: Document, node: Node, index: int) -> At | None:
        """The function that takes an argument of a call."""
        target, nth = self.callee(document, node, index)
        while target is not None:
            part = body(target.part)
            if part.rule not in FUNCTIONS:
                return None
            if nth == 0:
                return At(target.document, part)
            inner = stripped(part.parts[-1])
            target = At(target.document, inner) if isinstance(inner, Node) else None
            nth -= 1
        return None

    def callee(self, document: Document, node: Node, index: int) -> tuple[At | None, int]:
        """What is called, and which of its arguments one is."""
        name = last_name(node.parts[0])
        if name in CALLERS or is_import(document, node.parts[0]):
            path = file_of(document, stripped(node.parts[1])) if index > 1 else None
            other = self.follower.load(path) if path is not None else None
            found = At(other, stripped(other.root)) if other is not None else None
            return found, index - 2
        return self.follower.target(At(document, node.parts[0])), index - 1

    def parameter(self, function: At, path: Path, *, alias: bool) -> None:
        """The value is given to a function."""
        document, node = function
        assert isinstance(node, Node)
        argument, formals = argument_of(node), formals_of(node)
        if argument is not None:
            self.parameters.append((function, None))
            self.uses_of(document, document.names.site_of.get(argument), path, alias=alias)
        for formal in formal_nodes(formals) if formals is not None else ():
            if name_of(formal.parts[0]) == path[0]:
                self.parameters.append((function, path[0]))
                if len(path) == 1:
                    self.stop(document, formal, "it is a named argument there")
                    self.use(document, formal.parts[0], alias=alias)
                self.uses_of(document, document.names.site_of.get(formal.parts[0]), path[1:], alias=alias)

    # -- files

    def file(self, document: Document, path: Path, *, alias: bool) -> None:
        """The value is what a file gives: who names the file has it."""
        if document not in self.left:
            self.left.append(document)
        for other in self.naming(document.path) if self.naming is not None else ():
            for part in walk(other.root):
                if names_file(other, part, document.path):
                    self.named(other, part, path, alias=alias)

    def named(self, document: Document, part: Part, path: Path, *, alias: bool) -> None:
        """A path that means a file."""
        literal: Part = part
        while literal.up is not None and literal.up.rule == "parenthesised":
            literal = literal.up
        node = literal.up
        if node is not None and node.rule == "call" and literal is node.parts[1]:
            rest = node.parts[2:]
            if is_import(document, node.parts[0]):
                self.applied(document, node, rest, path, alias=alias)
                return
            if last_name(node.parts[0]) in CALLERS and rest:
                self.applied(document, node, rest[:1], path, alias=alias, by_caller=True)
                return
        self.stop(document, part, "the file's path is used there, and who imports it is not followed")


def body(part: Part) -> Node:
    """What an expression comes to, behind `let`, `with` and `assert`."""
    part = stripped(part)
    while isinstance(part, Node) and part.rule in ("let_expression", "with_expression", "assertion"):
        part = stripped(part.parts[-1])
    return part if isinstance(part, Node) else Node("nothing", [], part.start, part.end)


def names_file(document: Document, part: Part, path: str) -> bool:
    """Whether a path literal is that of a file, or of the folder whose `default.nix` it is."""
    if not (isinstance(part, Node) and part.rule == "path_literal" and isinstance(part.parts[0], Leaf)):
        return False
    found = os.path.normpath(os.path.join(os.path.dirname(document.path), part.parts[0].text))
    return found == path or os.path.join(found, "default.nix") == path


def is_import(document: Document, function: Part) -> bool:
    """Whether what is called is the builtin `import`."""
    function = stripped(function)
    if not isinstance(function, Node) or last_name(function) != "import":
        return False
    leaf: Part = function.parts[0]
    if function.rule == "select":
        if not isinstance(leaf, Node) or leaf.rule != "variable" or name_of(leaf.parts[0]) != "builtins":
            return False
        leaf = leaf.parts[0]
    return document.names.definition(leaf) is None and not (
        type(leaf) is Leaf and leaf in document.names.by_with
    )
