"""Going through syntax trees."""

from __future__ import annotations

from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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


def replace_children(node: Any, change: Callable[[Any], Any]) -> None:
    """Put what *change* makes of them in place of the expressions directly inside a node.

    The variables that `inherit a;` looks up stay: they are part of the binding.
    """
    kind = type(node)
    if kind is n.AttrSet:
        node.inherit_from = [change(part) for part in node.inherit_from]
        for binding in node.bindings.values():
            if binding.value is not None and binding.kind == n.PLAIN:
                binding.value = change(binding.value)
        for dynamic in node.dynamic:
            dynamic.name, dynamic.value = change(dynamic.name), change(dynamic.value)
    elif kind is n.Lambda:
        for formal in node.formals.items if node.formals is not None else ():
            formal.default = change(formal.default) if formal.default is not None else None
        node.body = change(node.body)
    elif kind is n.Call:
        node.function, node.arguments = change(node.function), [change(part) for part in node.arguments]
    elif kind is n.Interpolation:
        node.parts = tuple([(pos, change(part)) for pos, part in node.parts])
    elif kind is n.Select or kind is n.HasAttr:
        node.subject = change(node.subject)
        node.path = tuple([name if isinstance(name, str) else change(name) for name in node.path])
        if kind is n.Select and node.default is not None:
            node.default = change(node.default)
    elif kind is n.ListLiteral:
        node.items = tuple([change(item) for item in node.items])
    else:
        for name in FIELDS.get(kind, ()):
            setattr(node, name, change(getattr(node, name)))


def walk(tree: Any) -> Iterator[Any]:
    """Every node, outer ones first, in the order of the source as far as possible."""
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        todo += reversed(children(node))
