"""Finding in a tree where a set is written, for the few messages that tell."""

from __future__ import annotations

from nixlite.syntax.nodes import AttrSet, If, Lambda, Let, With
from nixlite.syntax.tree import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from nixlite.source import Source
    from nixlite.syntax.nodes import Expr


def find_set(tree: Expr, source: Source, names: Collection[str], place: tuple[int, int]) -> int | None:
    """The offset of the set literal with just the attributes *names*, one of them at line and column *place*.

    None when there is none: the set is a part of that literal, or was made of several.
    """
    for node in walk(tree):
        if type(node) is not AttrSet:
            continue
        offsets = [binding.pos for binding in node.bindings.values()]
        offsets += [binding.pos for binding in node.dynamic]
        if any(source.line_column(offset) == place for offset in offsets):
            whole = node.bindings.keys() <= set(names) and len(offsets) == len(names)
            return node.pos if whole else None
    return None


def find_empty(tree: Expr, source: Source, place: tuple[int, int]) -> int | None:
    """The offset of the empty set literal that the function at line and column *place* returns, if any."""
    for node in walk(tree):
        if type(node) is Lambda and source.line_column(node.pos) == place:
            return empty_result(node.body)
    return None


def empty_result(body: Expr) -> int | None:
    """The offset of an empty set literal that *body* gives; of two branches the first that does."""
    if type(body) is AttrSet:
        return None if body.bindings or body.dynamic else body.pos
    if type(body) is If:
        found = empty_result(body.then)
        return empty_result(body.otherwise) if found is None else found
    return empty_result(body.body) if isinstance(body, (Let, With)) else None
