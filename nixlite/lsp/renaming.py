"""Giving a variable another name within its file, which refuses rather than harm; `proving` does it for
attributes and named arguments, which other files may know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types as t

from nixlite.lsp.finding import SELECTED, VARIABLE, chosen, definition_at
from nixlite.lsp.texts.names import ATTRIBUTE, FORMAL, REC, inherited_names
from nixlite.lsp.texts.tree import Leaf, Node, ancestors, walk
from nixlite.syntax.skim import KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.lsp.finding import Chosen
    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.names import Definition
    from nixlite.lsp.texts.tree import Part

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*")


class Refused(Exception):
    """Why something is not renamed."""


def named_at(document: Document, offset: int) -> Chosen:
    """The name at an offset. Raises Refused for what is not renamed, whatever other files say."""
    if document.read.repairs:
        raise Refused("the file has errors: what a name means is not certain")
    what = chosen(document, offset)
    if what is None or what.leaf.kind not in ("ID", "STR", "or"):
        raise Refused("there is no name here")
    names = document.names
    definition = definition_at(document, what)
    if definition is None and what.kind == VARIABLE:
        if what.leaf.text in names.globals:
            raise Refused(f"'{what.leaf.text}' is a builtin")
        if what.leaf in names.by_with:
            raise Refused(f"'{what.leaf.text}' comes from a 'with': what it means is not written here")
        raise Refused(f"'{what.leaf.text}' is not defined")
    return what


def variable_at(document: Document, what: Chosen) -> Definition | None:
    """The definition of a variable that no other file can know; None of an attribute or named argument."""
    definition = definition_at(document, what)
    if what.kind == SELECTED or definition is None or definition.kind in (REC, ATTRIBUTE, FORMAL):
        return None
    return definition


def check_name(new: str) -> None:
    """See that a name can be written without quotes. Raises Refused."""
    if NAME.fullmatch(new) is None or new in KEYWORDS:
        raise Refused(f"'{new}' is no name of a variable")


def rename(document: Document, definition: Definition, new: str) -> list[t.TextEdit]:
    """The edits that give a variable another name in its file. Raises Refused."""
    check_free(document, definition, new)
    edits: list[t.TextEdit] = []
    for site in definition.sites:
        edits += renamed_site(document, definition, site, new)
    for leaf in definition.uses:
        edits += renamed_use(document, leaf, new)
    return edits


def renamed_use(document: Document, part: Part, new: str) -> Iterator[t.TextEdit]:
    """The edit of a place where it is used; one that an `inherit` takes over keeps its name there."""
    if part.up is not None and part.up.rule == "names" and part.up.up is not None:
        node = part.up.up
        name = part.text if isinstance(part, Leaf) else document.text.text[part.start : part.end]
        if node.rule == "inherit_from":
            yield from taken_out(document, node, part, f"{name} = {source_code(document, node)}.{new};")
        else:
            yield from taken_out(document, node, part, f"{name} = {new};")
    elif isinstance(part, Leaf) and part in document.names.site_of:
        yield from renamed_inherit(document, part, new)
    else:
        yield t.TextEdit(document.range_of(part), new)


def renamed_site(document: Document, definition: Definition, site: Part, new: str) -> Iterator[t.TextEdit]:
    """The edit of a place where it is defined. `inherit (e) a;` becomes a binding: `b = e.a;`."""
    if definition.inherited:
        if definition.node.rule == "inherit_from":
            value = f"{new} = {source_code(document, definition.node)}.{definition.name};"
        else:
            value = f"{new} = {definition.name};"
        yield from taken_out(document, definition.node, site, value)
    else:
        yield t.TextEdit(document.range_of(site), new)


def source_code(document: Document, node: Node) -> str:
    """The expression of an `inherit (e) …`, as it is written before a `.`."""
    source = node.parts[2]
    code = document.text.text[source.start : source.end]
    return f"({code})" if source_needs_parentheses(source) else code


def source_needs_parentheses(source: Part) -> bool:
    """Whether `.` behind an expression would mean something else."""
    simple = ("variable", "select", "parenthesised", "set_", "recursive_set", "list_", "string")
    return not (type(source) is Node and source.rule in simple)


def renamed_inherit(document: Document, leaf: Leaf, new: str) -> Iterator[t.TextEdit]:
    """`inherit a;` of a variable that is called *new* now: the attribute keeps its name, `a = new;`."""
    node = next((node for node in ancestors(leaf) if node.rule == "inherit"), None)
    if node is not None:
        yield from taken_out(document, node, leaf, f"{leaf.text} = {new};")


def taken_out(document: Document, node: Node, name: Part, binding: str) -> Iterator[t.TextEdit]:
    """Take a name out of an `inherit` and write a binding behind it."""
    names = inherited_names(node)
    if len(names) == 1:
        yield t.TextEdit(document.range_of(node), binding)
        return
    text = document.text.text
    start = name.start
    while text[start - 1].isspace():
        start -= 1
    yield t.TextEdit(document.range(start, name.end), "")
    line = document.text.line_text(document.text.line_of(node.start))
    indent = line[: len(line) - len(line.lstrip())]
    yield t.TextEdit(document.range(node.end, node.end), f"\n{indent}{binding}")


def check_free(document: Document, definition: Definition, new: str) -> None:
    """See that the new name means nothing else where it will stand, and hides nothing. Raises Refused."""
    names = document.names
    places: list[Part] = [*definition.uses, *definition.sites]
    scope = names.scopes.get(definition.owner)
    if scope is not None and new in scope.names:
        raise Refused(f"'{new}' is defined beside it, in line {line_of(document, scope.names[new].site)}")
    for leaf in places:
        for visible, _ in names.visible(leaf):
            if visible.name == new and is_between(document, visible, definition):
                line = line_of(document, visible.site)
                raise Refused(f"'{new}' means something else there: it is defined in line {line}")
    for other in names.definitions:
        if other.name == new:
            for use in other.uses:
                if any(d is definition for d, _ in names.visible(use)) and not is_between(
                    document, other, definition
                ):
                    raise Refused(
                        f"'{new}' in line {line_of(document, use)} would mean this one then, and not that of"
                        f" line {line_of(document, other.site)}"
                    )
    for leaf in [*names.by_with, *names.undefined]:
        if leaf.text == new and any(d is definition for d, _ in names.visible(leaf)):
            raise Refused(f"'{new}' in line {line_of(document, leaf)} would mean this one then")
    if new in names.globals and any(
        type(part) is Leaf and part.text == new and part.up is not None and part.up.rule == "variable"
        for part in walk(definition.owner)
    ):
        raise Refused(f"'{new}' is a builtin that is used there")


def is_between(document: Document, inner: Definition, outer: Definition) -> bool:
    """Whether a definition is in what the other one's scope is of: it then hides it."""
    return inner.owner is not outer.owner and any(node is outer.owner for node in ancestors(inner.owner))


def line_of(document: Document, part: Part) -> int:
    """The 1-based line of a part."""
    return document.text.line_of(part.start) + 1
