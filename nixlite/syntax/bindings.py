"""Bindings of attribute sets: attribute paths, merging, and the names that functions get.

`{ a.b = 1; a.c = 2; }` and `{ a = { b = 1; }; a = { c = 2; }; }` define one set `a`. The corners are Nix's: the
set that comes first decides whether the merged one is recursive (`rec` on the later one is forgotten).
Manual: Nix Language, "Attribute set".
"""

from __future__ import annotations

from nixlite.errors import ParseError
from nixlite.source import Source
from nixlite.syntax.nodes import (
    INHERITED,
    INHERITED_FROM,
    NO_POS,
    PLAIN,
    AttrName,
    AttrSet,
    Binding,
    DynamicBinding,
    Expr,
    Lambda,
    Var,
)
from nixlite.syntax.unparse import show_path


def add_attribute(
    source: Source, attrs: AttrSet, path: list[AttrName], value: Expr, pos: int, doc: str | None
) -> None:
    """`path = value;` in *attrs*. Raises ParseError when the path is already defined."""
    for depth, name in enumerate(path[:-1], 1):
        attrs = _inner_set(source, attrs, path[:depth], name, pos, doc)
    name = path[-1]
    if isinstance(name, str):
        _define(source, attrs, path, name, Binding(PLAIN, value, pos, doc=doc))
    else:
        attrs.dynamic.append(DynamicBinding(name, value, pos))
    if doc is not None:
        set_doc(value, doc)


def _inner_set(
    source: Source, attrs: AttrSet, path: list[AttrName], name: AttrName, pos: int, doc: str | None
) -> AttrSet:
    """The set that *name*, the last of *path*, means in `a.b.c = …`: the one defined already or a new one."""
    if isinstance(name, str):
        found = attrs.bindings.get(name)
        if found is not None:
            if isinstance(found.value, AttrSet):
                return found.value
            raise _already_defined(source, path, pos, found.pos)
        inner = AttrSet(False, NO_POS, pos, pos)
        attrs.bindings[name] = Binding(PLAIN, inner, pos, doc=doc)
    else:
        inner = AttrSet(False, NO_POS, pos, pos)
        attrs.dynamic.append(DynamicBinding(name, inner, pos))
    return inner


def _define(source: Source, attrs: AttrSet, path: list[AttrName], name: str, binding: Binding) -> None:
    """Bind *name*, the last of *path* (which is for the message), merging sets."""
    found = attrs.bindings.get(name)
    if found is None:
        attrs.bindings[name] = binding
        if binding.value is not None:
            set_name(binding.value, name)
        return
    old, new = found.value, binding.value
    if not isinstance(old, AttrSet) or not isinstance(new, AttrSet):
        raise _already_defined(source, path, binding.pos, found.pos)
    shift = len(old.inherit_from)
    for inner_name, inner in new.bindings.items():
        if inner.source is not None:
            inner.source += shift
        _define(source, old, [*path, inner_name], inner_name, inner)
    old.dynamic += new.dynamic
    old.inherit_from += new.inherit_from


def add_inherited(source: Source, attrs: AttrSet, names: list[tuple[str, int, str | None]]) -> None:
    """`inherit a b;`: *names* with position and doc comment. Raises ParseError for one already defined."""
    for name, pos, doc in names:
        _check_new(source, attrs, name, pos)
        attrs.bindings[name] = Binding(INHERITED, Var(name, pos, pos, pos + len(name)), pos, doc=doc)


def add_inherited_from(
    source: Source, attrs: AttrSet, origin: Expr, names: list[tuple[str, int, str | None]]
) -> None:
    """`inherit (origin) a b;`. Raises ParseError for a name already defined."""
    index = len(attrs.inherit_from)
    attrs.inherit_from.append(origin)
    for name, pos, doc in names:
        _check_new(source, attrs, name, pos)
        attrs.bindings[name] = Binding(INHERITED_FROM, None, pos, index, doc)


def _check_new(source: Source, attrs: AttrSet, name: str, pos: int) -> None:
    found = attrs.bindings.get(name)
    if found is not None:
        raise _already_defined(source, [name], pos, found.pos)


def _already_defined(source: Source, path: list[AttrName], pos: int, earlier: int) -> ParseError:
    return ParseError(
        f"attribute '{show_path(path)}' already defined at {source.position(earlier)}",
        position=source.position(pos),
    )


def set_name(value: Expr, name: str) -> None:
    """Name a function after what it is bound to, also the functions it returns at once (`x: y: …`)."""
    while isinstance(value, Lambda):
        value.name = name
        value = value.body


def set_doc(value: Expr, doc: str) -> None:
    """Give a function its doc comment, unless it has a nearer one, and so the functions it returns at once."""
    while isinstance(value, Lambda) and value.doc is None:
        value.doc = doc
        value = value.body


