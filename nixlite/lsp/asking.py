"""Which question about a value a place in a text is: what the child process is to evaluate there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.lsp.finding import (
    ARGUMENT_NAME,
    BOUND,
    FORMAL_NAME,
    INHERITED,
    SELECTED,
    VARIABLE,
    chosen,
)
from nixlite.lsp.texts.names import leaf_of
from nixlite.lsp.texts.tree import (
    FUNCTIONS,
    MISSING,
    SETS,
    Node,
    ancestors,
    name_of,
    path_parts,
    stripped,
    value_of,
)

if TYPE_CHECKING:
    from nixlite.lsp.finding import Chosen
    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.tree import Part


class Asked(NamedTuple):
    """A value: that of the expression at *part*, of its *attribute*, or of the *variable* there."""

    part: Part
    attribute: tuple[str, ...] = ()
    variable: str | None = None


def question(document: Document, asked: Asked) -> dict[str, Any]:
    """A question for the child process."""
    found: dict[str, Any] = {
        "path": document.path,
        "text": document.mended.text,
        "span": list(document.mended.span(asked.part.start, asked.part.end)),
    }
    if asked.attribute:
        found["attribute"] = list(asked.attribute)
    if asked.variable is not None:
        found["variable"] = asked.variable
    return found


def asked_at(document: Document, offset: int) -> Asked | None:
    """The value that a place stands for, None where there is none."""
    what = chosen(document, offset)
    if what is None:
        return None
    scopes = document.names.by_with.get(what.leaf, ())
    if len(scopes) == 1:  # asked for as an attribute, it is known where it is defined
        return Asked(scopes[0].parts[1], (what.leaf.text,))
    return asked_of(what)


def asked_of(what: Chosen) -> Asked | None:
    """The value that something stands for."""
    node = what.node
    if node is None or what.leaf.text == MISSING:
        return None
    if what.kind == VARIABLE:
        return Asked(node)
    if what.kind == SELECTED:
        return selected(node, what.length)
    if what.kind == BOUND:
        path = path_parts(node.parts[0])
        return Asked(value_of(node)) if what.length == len(path) else None
    if what.kind == INHERITED:
        return inherited(node, what.leaf.text)
    if what.kind in (FORMAL_NAME, ARGUMENT_NAME):
        function = next((n for n in (node, *ancestors(node)) if n.rule in FUNCTIONS), None)
        return Asked(function.parts[-1], variable=what.leaf.text) if function is not None else None
    return None


def selected(node: Node, count: int) -> Asked | None:
    """The first *count* names of a selection."""
    names = [name_of(part) for part in path_parts(node.parts[2])[:count]]
    if None in names or MISSING in names:
        return None
    return Asked(node.parts[0], tuple([name for name in names if name is not None]))


def inherited(node: Node, name: str) -> Asked | None:
    """A name of an `inherit`."""
    if node.rule == "inherit_from":
        return Asked(node.parts[2], (name,))
    around = next((n for n in ancestors(node) if n.rule in SETS or n.rule == "let_expression"), None)
    return Asked(around, variable=name) if around is not None else None


def attribute_path(document: Document, part: Part) -> list[str] | None:
    """The attribute of the file's value that a binding's name is, as far as the text tells; None where it is
    in none.

    The set that a function is called with counts as what comes of the call: `mkDerivation { version = …; }`.
    """
    path: list[str] = []
    at: Part = part
    while at.up is not None:
        inner, at = at, at.up
        if not isinstance(at, Node):
            return None
        if at.rule == "binding":
            if inner is at.parts[2]:
                names = [name_of(one) for one in path_parts(at.parts[0])]
                if None in names:
                    return None
                path[:0] = [name for name in names if name is not None]
        elif (at.rule == "let_expression" and inner is not at.parts[-1]) or at.rule == "list_":
            return None
        elif at.rule in ("select", "has_attribute", "assertion", "with_expression"):
            if inner is not at.parts[-1]:
                return None
        elif at.rule == "call":
            if inner is at.parts[0]:
                return None
        elif at.rule not in ALLOWED:
            return None
    return path


ALLOWED = frozenset(
    {*SETS, *FUNCTIONS, "bindings", "parenthesised", "let_expression", "binary", "if_expression", "path"}
)


def name_leaf(part: Part) -> Part:
    """The token of a name."""
    return leaf_of(part) or part


def is_telling(value: Part) -> bool:
    """Whether a value's text does not say already what it is: worth a hint."""
    value = stripped(value)
    if not isinstance(value, Node):
        return False
    if value.rule == "string":
        return any(isinstance(part, Node) for part in value.parts)
    return value.rule in (
        "variable", "select", "select_or_default", "call", "binary", "if_expression", "has_attribute", "not_",
        "negate",
    )  # fmt: skip
