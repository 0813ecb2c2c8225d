"""Imports of files that are not written where they are imported."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nixlite.lsp.texts.flowing import is_import
from nixlite.lsp.texts.following import At, last_name
from nixlite.lsp.texts.names import ARGUMENT, FORMAL
from nixlite.lsp.texts.tree import Node, bindings_of, name_of, names_in, path_parts, stripped, walk

if TYPE_CHECKING:
    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.following import Follower
    from nixlite.lsp.texts.tree import Part

WRITTEN = ("path_literal", "search_path", "set_")


def dynamic_import(document: Document, follower: Follower) -> Part | None:
    """The first `import` in a document of which the text does not tell what it imports; None if there is
    none."""
    for part in walk(document.root):
        if isinstance(part, Node) and part.rule in ("variable", "select") and names_import(document, part):
            call = part.up
            if call is None or call.rule != "call" or call.parts[0] is not part:
                return part  # `map import […]`
            if not is_written(document, call.parts[1], follower):
                return call
    return None


def names_import(document: Document, part: Node) -> bool:
    """Whether an expression is the builtin `import`, or `scopedImport`."""
    if part.up is not None and part.up.rule == "select":
        return False
    return is_import(document, part) or last_name(part) == "scopedImport"


def is_written(document: Document, part: Part, follower: Follower) -> bool:
    """Whether the text tells which file a path is: it is a literal, or an input of a flake."""
    target = follower.target(At(document, part))
    if target is not None and isinstance(target.part, Node) and target.part.rule in WRITTEN:
        return True
    return is_input(document, stripped(part))


def is_input(document: Document, part: Part) -> bool:
    """Whether an expression is an input of a flake, which is in another place, in the flake's `outputs`."""
    if os.path.basename(document.path) != "flake.nix" or "path:" in document.text.text:
        return False
    outputs = [
        stripped(binding.parts[2])
        for binding in bindings_of(stripped(document.root))
        if binding.rule == "binding" and names_in(binding.parts[0]) == ["outputs"]
    ]
    if not isinstance(part, Node):
        return False
    name, variable = None, part
    if part.rule == "select" and isinstance(part.parts[0], Node):
        name, variable = name_of(path_parts(part.parts[2])[0]), part.parts[0]
    if variable.rule != "variable":
        return False
    definition = document.names.definition(variable.parts[0])
    if definition is None or definition.owner not in outputs:
        return False
    if definition.kind == ARGUMENT:
        return name is not None and name != "self"
    return definition.kind == FORMAL and definition.name != "self" and name is None
