"""What an expression is, as far as the text tells: through variables, selections, `inherit` and other files.

Nothing is evaluated. Where the text does not tell, as for what `callPackage` gives a function, the answer is
None, and who asks may ask for the value.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from nixlite.lsp.texts.names import inherited_names
from nixlite.lsp.texts.tree import (
    FUNCTIONS,
    SETS,
    Leaf,
    Node,
    bindings_of,
    name_of,
    path_parts,
    stripped,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.tree import Part

DEEPEST = 50
"""Steps of a chain of definitions: one may lead back to itself."""
CALLERS = frozenset({"callPackage", "callPackages", "callPackageWith", "newScope", "callPythonPackage"})


class At(NamedTuple):
    """A part of a document."""

    document: Document
    part: Part


class Attribute(NamedTuple):
    """An attribute: the *sites* where it is defined, its *value*, or the documents it goes on in."""

    sites: list[At]
    value: At | None


class Follower:
    """Follows definitions; *load* gives the document of a path, None where there is none."""

    def __init__(self, load: Callable[[str], Document | None]) -> None:
        self.load = load

    def target(self, at: At, steps: int = DEEPEST) -> At | None:
        """The set, function or other expression that an expression comes to; None where that is not known."""
        document, part = at
        while steps > 0:
            steps -= 1
            part = stripped(part)
            if type(part) is Leaf:
                return None
            assert isinstance(part, Node)
            if part.rule in ("let_expression", "with_expression", "assertion"):
                part = part.parts[-1]
            elif part.rule == "variable":
                found = self.variable(At(document, part), steps)
                if found is None:
                    return None
                document, part = found
            elif part.rule in ("select", "select_or_default"):
                chosen = self.selected(At(document, part), len(path_parts(part.parts[2])), steps)
                if chosen is None or chosen.value is None:
                    return None
                document, part = chosen.value
            elif part.rule == "call":
                called = self.called(At(document, part), steps)
                if called is None:
                    return At(document, part)
                document, part = called
            else:
                return At(document, part)
        return None

    def variable(self, at: At, steps: int = DEEPEST) -> At | None:
        """What a variable is bound to."""
        document, node = at
        assert isinstance(node, Node)
        leaf = node.parts[0]
        names = document.names
        if type(leaf) is Leaf and leaf in names.by_with:
            for scope in names.by_with[leaf]:
                found = self.attribute(At(document, scope.parts[1]), leaf.text, steps)
                if found is not None:
                    return found.value
            return None
        definition = names.definition(leaf)
        if definition is None:
            return None
        if definition.value is not None:
            return At(document, definition.value)
        if definition.inherited:
            found = self.inherited(document, definition.node, definition.name, definition.site, steps)
            return found.value if found is not None else None
        if definition.node.rule == "binding":  # `a.b = …; a.c = …;`
            return At(document, _Prefixed(definition.owner, [definition.name])) if steps else None
        return None

    def inherited(
        self, document: Document, node: Node, name: str, site: Part, steps: int = DEEPEST
    ) -> Attribute | None:
        """What `inherit name;` or `inherit (e) name;` means."""
        if node.rule == "inherit_from":
            return self.attribute(At(document, node.parts[2]), name, steps - 1)
        leaf = site if type(site) is Leaf else None
        meaning = document.names.meaning.get(leaf) if leaf is not None else None
        if meaning is None:
            return None
        if meaning.inherited:
            return (
                self.inherited(document, meaning.node, name, meaning.site, steps - 1) if steps > 0 else None
            )
        value = At(document, meaning.value) if meaning.value is not None else None
        return Attribute([At(document, each) for each in meaning.sites], value)

    def selected(self, at: At, count: int, steps: int = DEEPEST) -> Attribute | None:
        """The attribute that the first *count* names of a selection lead to."""
        document, node = at
        assert isinstance(node, Node)
        names = [name_of(part) for part in path_parts(node.parts[2])[:count]]
        subject: At | None = At(document, node.parts[0])
        found = None
        for name in names:
            if name is None or subject is None:
                return None
            found = self.attribute(subject, name, steps - 1)
            if found is None:
                return None
            subject = found.value
        return found

    def attribute(self, at: At, name: str, steps: int = DEEPEST) -> Attribute | None:
        """An attribute of what an expression comes to."""
        if steps <= 0:
            return None
        target = self.target(at, steps)
        if target is None or not isinstance(target.part, Node):
            return None
        document: Document = target.document
        part: Node = target.part
        if part.rule in SETS:
            return self.bound(document, part, [name], steps)
        if part.rule == "binary" and operator(part) == "//":
            right = self.attribute(At(document, part.parts[2]), name, steps - 1)
            return right or self.attribute(At(document, part.parts[0]), name, steps - 1)
        if part.rule == "let_expression":
            return self.bound(document, part, [name], steps)
        return None

    def bound(self, document: Document, attrs: Node, path: list[str], steps: int) -> Attribute | None:
        """What a set binds at a path that is written in it, perhaps in several places."""
        sites: list[At] = []
        value: At | None = None
        for binding in bindings_of(attrs):
            if binding.rule != "binding":
                for part in inherited_names(binding):
                    if len(path) == 1 and name_of(part) == path[0]:
                        found = self.inherited(document, binding, path[0], part, steps - 1)
                        return found or Attribute([At(document, part)], None)
                continue
            parts = path_parts(binding.parts[0])
            names = [name_of(part) for part in parts]
            shared = min(len(names), len(path))
            if names[:shared] != path[:shared]:
                continue
            if len(names) >= len(path):
                sites.append(At(document, parts[len(path) - 1]))
                if len(names) == len(path):
                    value = At(document, value_of(binding))
            else:
                inner: Attribute | None = Attribute([], At(document, value_of(binding)))
                for name in path[len(names) :]:
                    inner = self.attribute(inner.value, name, steps - 1) if inner and inner.value else None
                if inner is not None:
                    return inner
        if not sites:
            return None
        if value is None and sites:
            value = At(document, _Prefixed(attrs, path))
        return Attribute(sites, value)

    def called(self, at: At, steps: int) -> At | None:
        """What a call gives, where it is that of a file: `import ./x`, `callPackage ./x { }`."""
        document, node = at
        assert isinstance(node, Node)
        function, argument = node.parts[0], stripped(node.parts[1])
        name = last_name(function)
        if name != "import" and name not in CALLERS:
            return None
        path = self.file_of(document, argument)
        other = self.load(path) if path is not None else None
        if other is None:
            return None
        part = stripped(other.root)
        applied = len(node.parts) - 2 if name == "import" else 1
        for _ in range(applied):
            while isinstance(part, Node) and part.rule in ("let_expression", "with_expression", "assertion"):
                part = stripped(part.parts[-1])
            if isinstance(part, Node) and part.rule in FUNCTIONS:
                part = stripped(part.parts[-1])
        return At(other, part)

    def file_of(self, document: Document, part: Part) -> str | None:
        """The file that a path literal means."""
        return file_of(document, part)


class _Prefixed(Node):
    """The set that is written in pieces, `a.b = …; a.c = …;`: what *attrs* binds below a path."""

    __slots__ = ("below",)

    def __init__(self, attrs: Node, path: list[str]) -> None:
        super().__init__("set_", [], attrs.start, attrs.end)
        self.up = attrs.up
        kept = []
        for binding in bindings_of(attrs):
            parts = path_parts(binding.parts[0]) if binding.rule == "binding" else []
            if len(parts) > len(path) and [name_of(part) for part in parts[: len(path)]] == path:
                rest = parts[len(path) :]
                shorter = Node("path", list(rest), rest[0].start, rest[-1].end)
                kept.append(Node("binding", [shorter, *binding.parts[1:]], binding.start, binding.end))
        self.parts = [Node("bindings", list(kept), attrs.start, attrs.end)]
        self.below = path


def operator(node: Node) -> str:
    """The operator of a binary expression."""
    part = node.parts[1]
    return part.kind if type(part) is Leaf else ""


def last_name(function: Part) -> str:
    """The last word of what is called."""
    function = stripped(function)
    if isinstance(function, Node) and function.rule == "variable":
        return name_of(function.parts[0]) or ""
    if isinstance(function, Node) and function.rule == "select":
        return name_of(path_parts(function.parts[2])[-1]) or ""
    return ""


def file_of(document: Document, part: Part) -> str | None:
    """The file that a path literal means: of a folder its `default.nix`; None where there is none."""
    if not (isinstance(part, Node) and part.rule == "path_literal" and isinstance(part.parts[0], Leaf)):
        return None
    return resolved(document, part.parts[0].text)


def resolved(document: Document, text: str) -> str | None:
    """The file that the text of a path means."""
    if text.startswith("~"):
        path = os.path.expanduser(text)
    else:
        path = os.path.normpath(os.path.join(os.path.dirname(document.path), text))
    if os.path.isdir(path):
        path = os.path.join(path, "default.nix")
    return path if os.path.exists(path) else None
