"""Where things are in a file: definitions, references, what is highlighted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.lsp.texts.following import At, Attribute, Follower, resolved
from nixlite.lsp.texts.names import ATTRIBUTE, REC, inherited_names
from nixlite.lsp.texts.tree import (
    Leaf,
    Node,
    leaf_at,
    name_of,
    path_parts,
    walk,
)

if TYPE_CHECKING:
    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.names import Definition
    from nixlite.lsp.texts.tree import Part


class Chosen(NamedTuple):
    """What is at a place. *leaf*: the token; *node*: the variable, selection, binding, `inherit`, formal or
    function that it is in; *length*: of an attribute path, how many of its names."""

    leaf: Leaf
    kind: str
    node: Node | None
    length: int


VARIABLE, SELECTED, BOUND, INHERITED, FORMAL_NAME, ARGUMENT_NAME, PATH, LOOKUP, OTHER = (
    "variable", "selected", "bound", "inherited", "formal", "argument", "path", "lookup", "other",
)  # fmt: skip


def chosen(document: Document, offset: int) -> Chosen | None:
    """What is at an offset."""
    leaf = leaf_at(document.root, offset)
    if leaf is None:
        return None
    if leaf.kind in ("PATH", "HPATH", "PATH_END"):
        return Chosen(leaf, PATH, leaf.up, 0)
    if leaf.kind == "SPATH":
        return Chosen(leaf, LOOKUP, leaf.up, 0)
    part: Part = leaf
    parent = leaf.up
    if (
        leaf.kind in ("STR", "QUOTE")
        and parent is not None
        and parent.rule in ("string_name", "dynamic_name")
    ):
        part, parent = parent, parent.up
    if parent is None:
        return Chosen(leaf, OTHER, None, 0)
    if parent.rule == "variable":
        return Chosen(leaf, VARIABLE, parent, 0)
    if parent.rule == "path" and parent.up is not None:
        length = parent.parts.index(part) + 1
        kind = BOUND if parent.up.rule == "binding" else SELECTED
        return Chosen(leaf, kind, parent.up, length)
    if parent.rule == "names" and parent.up is not None:
        return Chosen(leaf, INHERITED, parent.up, 0)
    if parent.rule in ("plain_formal", "formal_with_default") and parent.parts[0] is part:
        return Chosen(leaf, FORMAL_NAME, parent, 0)
    if leaf.kind == "ID":
        return Chosen(leaf, ARGUMENT_NAME, parent, 0)
    return Chosen(leaf, OTHER, parent, 0)


def definitions(document: Document, offset: int, follower: Follower) -> list[At]:
    """Where what is at an offset is defined, as far as the text tells."""
    what = chosen(document, offset)
    if what is None:
        return []
    if what.kind in (PATH, LOOKUP):
        return []
    if what.kind == VARIABLE:
        return of_variable(document, what.leaf, follower)
    if what.kind == SELECTED and what.node is not None:
        found = follower.selected(At(document, what.node), what.length)
        return onward(found, follower) if found is not None else []
    if what.kind == INHERITED and what.node is not None:
        found = follower.inherited(document, what.node, what.leaf.text, what.leaf)
        if found is not None:
            return onward(found, follower)
        return []
    definition = definition_at(document, what)
    return (
        [At(document, site) for site in definition.sites]
        if definition is not None
        else [At(document, what.leaf)]
    )


def of_variable(document: Document, leaf: Leaf, follower: Follower) -> list[At]:
    """Where a variable is defined; through `inherit` and `with`."""
    definition = document.names.definition(leaf)
    if definition is None:
        for scope in document.names.by_with.get(leaf, ()):
            found = follower.attribute(At(document, scope.parts[1]), leaf.text)
            if found is not None:
                return onward(found, follower)
        return []
    if definition.inherited:
        found = follower.inherited(document, definition.node, definition.name, definition.site)
        if found is not None:
            return onward(found, follower)
    return [At(document, site) for site in definition.sites]


def onward(found: Attribute, follower: Follower) -> list[At]:
    """The places of an attribute; of one that is the value of a file by `callPackage`, the file's."""
    return found.sites or ([found.value] if found.value is not None else [])


def file_at(document: Document, offset: int) -> str | None:
    """The file that the path at an offset means."""
    what = chosen(document, offset)
    if what is None or what.kind != PATH:
        return None
    node = what.node
    literal = node.parts[0] if node is not None else what.leaf
    return resolved(document, literal.text) if type(literal) is Leaf else None


def definition_at(document: Document, what: Chosen) -> Definition | None:
    """The definition that a place is of, or uses."""
    names = document.names
    leaf = what.leaf
    if what.kind == INHERITED:
        return names.meaning.get(leaf) or names.site_of.get(leaf)
    found = names.definition(leaf)
    if found is None and leaf.up is not None:
        found = names.site_of.get(leaf.up)
    return found


# -- references


class Reference(NamedTuple):
    """A place where something is meant: *part* is the name; *writes*: it is defined there."""

    part: Part
    writes: bool


def references(document: Document, offset: int, follower: Follower) -> list[Reference]:
    """All places of a document that mean what is at an offset, sorted."""
    what = chosen(document, offset)
    if what is None:
        return []
    found: list[Reference] = []
    definition = definition_at(document, what)
    if what.kind == SELECTED or (definition is None and what.kind == BOUND):
        found = of_attribute(document, what, follower)
    elif definition is not None:
        found = [Reference(site, True) for site in definition.sites]
        found += [Reference(leaf, False) for leaf in definition.uses if leaf not in document.names.site_of]
        found += [Reference(leaf, True) for leaf in definition.uses if leaf in document.names.site_of]
        if definition.kind in (REC, ATTRIBUTE, "let"):
            found += selections_of(document, definition, follower)
    elif what.kind == VARIABLE:
        found = alike(document, what.leaf)
    unique = {(ref.part.start, ref.part.end): ref for ref in found if ref.part.end > ref.part.start}
    return [unique[span] for span in sorted(unique)]


def alike(document: Document, leaf: Leaf) -> list[Reference]:
    """The uses of a name that comes from the same `with`, or is a builtin or unknown."""
    names = document.names
    scopes = names.by_with.get(leaf)
    if scopes is not None:
        return [
            Reference(o, False)
            for o, s in names.by_with.items()
            if o.text == leaf.text and s[-1:] == scopes[-1:]
        ]
    return [
        Reference(part.parts[0], False)
        for part in walk(document.root)
        if type(part) is Node
        and part.rule == "variable"
        and name_of(part.parts[0]) == leaf.text
        and part.parts[0] not in names.meaning
        and part.parts[0] not in names.by_with
    ]


def of_attribute(document: Document, what: Chosen, follower: Follower) -> list[Reference]:
    """The uses of an attribute that is selected, or written as `a.b = …`."""
    assert what.node is not None
    name = name_of(part_of(what))
    if what.kind == BOUND:
        sites = {id(part_of(what))}
        found = [Reference(part_of(what), True)]
    else:
        attribute = follower.selected(At(document, what.node), what.length)
        if attribute is None or not attribute.sites:
            return [Reference(part_of(what), False)]
        sites = {id(at.part) for at in attribute.sites}
        found = [Reference(at.part, True) for at in attribute.sites if at.document is document]
        for at in attribute.sites:
            definition = document.names.site_of.get(at.part)
            if definition is not None:
                found += [Reference(leaf, False) for leaf in definition.uses]
    if name is not None:
        found += selecting(document, name, sites, follower)
    return found


def part_of(what: Chosen) -> Part:
    """The part of an attribute path that was chosen."""
    assert what.node is not None
    path = what.node.parts[0] if what.node.rule == "binding" else what.node.parts[2]
    return path_parts(path)[what.length - 1]


def selections_of(document: Document, definition: Definition, follower: Follower) -> list[Reference]:
    """The selections that mean an attribute with a definition."""
    return selecting(document, definition.name, {id(site) for site in definition.sites}, follower)


def selecting(document: Document, name: str, sites: set[int], follower: Follower) -> list[Reference]:
    """The selections, and names that a `with` or `inherit` gives, that lead to certain places."""
    found = []
    for node in walk(document.root):
        if type(node) is not Node:
            continue
        if node.rule in ("select", "select_or_default", "has_attribute"):
            for count, part in enumerate(path_parts(node.parts[2]), 1):
                if name_of(part) == name:
                    attribute = follower.selected(At(document, node), count)
                    if attribute is not None and any(id(at.part) in sites for at in attribute.sites):
                        found.append(Reference(part, False))
        elif node.rule == "inherit_from":
            for part in inherited_names(node):
                if name_of(part) == name:
                    attribute = follower.attribute(At(document, node.parts[2]), name)
                    if attribute is not None and any(id(at.part) in sites for at in attribute.sites):
                        found.append(Reference(part, False))
    for leaf, scopes in document.names.by_with.items():
        if leaf.text == name:
            for scope in scopes:
                attribute = follower.attribute(At(document, scope.parts[1]), name)
                if attribute is not None:
                    if any(id(at.part) in sites for at in attribute.sites):
                        found.append(Reference(leaf, False))
                    break
    return found
