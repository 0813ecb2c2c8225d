"""Going through syntax trees."""

from __future__ import annotations

from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

FIELDS: dict[type, tuple[str, ...]] = {
    n.Let: ("attrs", "body"),
    n.With: ("scope", "body"),
    n.Assert: ("condition", "body"),
    n.If: ("condition", "then", "otherwise"),
    n.Not: ("operand",),
    n.Negate: ("operand",),
    n.Binary: ("left", "right"),
}


def children(node: Any) -> list[Any]:
    """The expressions directly inside one."""
    kind = type(node)
    if kind is n.AttrSet:
        found = [binding.value for binding in node.bindings.values() if binding.value is not None]
        return [*node.inherit_from, *found, *[part for d in node.dynamic for part in (d.name, d.value)]]
    if kind is n.Lambda:
        defaults = [f.default for f in node.formals.items if f.default is not None] if node.formals else []
        return [*defaults, node.body]
    if kind is n.Call:
        return [node.function, *node.arguments]
    if kind is n.Interpolation:
        return [part for _, part in node.parts]
    if kind is n.Select or kind is n.HasAttr:
        default = [node.default] if kind is n.Select and node.default is not None else []
        return [node.subject, *default, *[name for name in node.path if not isinstance(name, str)]]
    if kind is n.ListLiteral:
        return list(node.items)
    return [getattr(node, name) for name in FIELDS.get(kind, ())]


def walk(tree: Any) -> Iterator[Any]:
    """Every node, outer ones first, in the order of the source as far as possible."""
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        todo += reversed(children(node))
