"""Signature help: the parameters of the function whose argument is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types as t

from nixlite.lsp.asking import Asked
from nixlite.lsp.completing import CURSOR, WORD, with_cursor
from nixlite.lsp.texts.following import At, last_name
from nixlite.lsp.texts.tree import (
    FUNCTIONS,
    SETS,
    Node,
    ancestors,
    argument_of,
    formal_nodes,
    formals_of,
    leaf_at,
    name_of,
    path_parts,
    stripped,
)

if TYPE_CHECKING:
    from nixlite.lsp.library import Library
    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.following import Follower
    from nixlite.lsp.texts.tree import Part


class Called(NamedTuple):
    """A call: *function* in *document*; *argument*: the number of the one that is written; *name*: of a
    set that is the argument, the attribute."""

    document: Document
    function: Part
    argument: int
    name: str | None
    in_set: bool


def called(document: Document, offset: int) -> Called | None:
    """The call whose argument the cursor is in."""
    before = document.text.text[:offset]
    word = WORD.search(before[max(before.rfind("\n") + 1, 0) :])
    start = offset - len(word[0]) if word else offset
    at = with_cursor(document, start, offset)
    leaf = leaf_at(at.root, start)
    if leaf is None or leaf.start != start:
        return None
    inner: Part = leaf
    name: str | None = None
    in_set = False
    for node in ancestors(leaf):
        if node.rule == "call" and inner is not node.parts[0]:
            return Called(at, node.parts[0], node.parts.index(inner) - 1, name, in_set)
        if node.rule == "binding":
            found = name_of(path_parts(node.parts[0])[0])
            name = None if found == CURSOR else found
        elif node.rule in SETS:
            in_set = True
        elif node.rule == "parenthesised":
            if not in_set:
                return None
        elif node.rule not in ("bindings", "path", "variable"):
            return None
        inner = node
    return None


def written(call: Called, follower: Follower, library: Library) -> dict[str, Any] | None:
    """The parameters of a function that the text or the manual tells."""
    function = stripped(call.function)
    name = last_name(function)
    text = call.document.text.text[function.start : function.end]
    is_global = text == name and not is_defined(call.document, function)
    if text == f"builtins.{name}" or is_global:
        builtin = library.builtin(name)
        if builtin is not None and builtin.is_function and (text != name or name in library.globals):
            label = " ".join([name, *builtin.arguments])
            return {"label": label, "parts": list(builtin.arguments), "doc": builtin.doc, "named": False}
    target = follower.target(At(call.document, call.function))
    if target is None or not isinstance(target.part, Node) or target.part.rule not in FUNCTIONS:
        return None
    return of_function(target.document, target.part, name)


def is_defined(document: Document, function: Part) -> bool:
    """Whether a variable has a definition in the text."""
    return isinstance(function, Node) and document.names.definition(function.parts[0]) is not None


def of_function(document: Document, function: Node, name: str) -> dict[str, Any]:
    """The parameters of a function that is written somewhere."""
    parts: list[str] = []
    at: Part = function
    named: list[str] = []
    while isinstance(at, Node) and at.rule in FUNCTIONS:
        formals, argument = formals_of(at), argument_of(at)
        if formals is not None and not parts:
            named = [document.text.text[one.start : one.end] for one in formal_nodes(formals)]
        if formals is not None:
            names = [
                " ".join(document.text.text[one.start : one.end].split()) for one in formal_nodes(formals)
            ]
            more = ["..."] if formals.rule in ("open_formals", "only_ellipsis") else []
            parts.append(f"{{ {', '.join([*names, *more])} }}")
        else:
            parts.append(argument.text if argument is not None else "_")
        at = stripped(at.parts[-1])
    label = " ".join([name, *parts]) if name else " ".join(parts)
    return {"label": label, "parts": parts, "doc": "", "named": False, "names": [n.split()[0] for n in named],
            "shown": [" ".join(n.split()) for n in named]}  # fmt: skip


def help_of(call: Called, found: dict[str, Any]) -> t.SignatureHelp:
    """Signature help as the editor has it: of a set that is being written, its attributes are the
    parameters."""
    label, parts = found["label"], list(found["parts"])
    active = call.argument
    if call.in_set and call.argument == 0 and found.get("names"):
        parts = list(found.get("shown") or found["parts"])
        names = found["names"]
        active = names.index(call.name) if call.name in names else len(parts)
    spans = []
    at = 0
    for part in parts:
        start = label.find(part, at)
        if start < 0:
            continue
        spans.append(t.ParameterInformation(label=(units(label[:start]), units(label[: start + len(part)]))))
        at = start + len(part)
    doc = t.MarkupContent(kind=t.MarkupKind.Markdown, value=found["doc"]) if found.get("doc") else None
    signature = t.SignatureInformation(
        label=label, parameters=spans, documentation=doc, active_parameter=active
    )
    return t.SignatureHelp(signatures=[signature], active_signature=0, active_parameter=active)


def units(text: str) -> int:
    """The length in UTF-16 units, which labels of parameters are counted in."""
    return len(text) + sum(1 for letter in text if letter > "\uffff")


def asked(call: Called) -> Asked:
    """The function, to be asked about."""
    return Asked(call.function)
