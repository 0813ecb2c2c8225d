"""Lowering of literals: numbers, strings with what they interpolate, paths."""

from __future__ import annotations

from nixlite.compiler import emit
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from nixlite.compiler.unit import Function


def literal(f: Function, node: n.Int | n.Float | n.Str) -> ast.expr:
    """An integer, float or string without interpolation."""
    return emit.constant(node.value)


def path_literal(f: Function, node: n.PathLiteral) -> ast.expr:
    """`./a`: one path object of the module."""
    return f.unit.shared("p", new_path(node))


def path_constant(f: Function, node: n.PathLiteral) -> ast.expr:
    """What a variable bound to a path is; pieces have no module in common, so there it is made each time."""
    return new_path(node) if f.unit.analysis.groups else path_literal(f, node)


def new_path(node: n.PathLiteral) -> ast.expr:
    """A path object."""
    path = node.value
    if len(path) > 1:
        path = path.rstrip("/")
    return emit.call(None, "NixPath", emit.constant(path))


def cur_pos(f: Function, node: n.CurPos) -> ast.expr:
    """`__curPos`: a set of file, line and column."""
    position = f.unit.position(node.pos)
    return emit.call(None, "position_set", emit.constant(position))


def interpolation(f: Function, node: n.Interpolation) -> ast.expr:
    """`"a${b}"`: each part is coerced as soon as it is evaluated."""
    if not node.force_string:
        return path_interpolation(f, node)
    parts = [string_part(f, pos, part) for pos, part in node.parts]
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2 and not f.unit.metered:
        return emit.binary(parts[0], emit.ADD, parts[1])
    return emit.call(None, "join", emit.tuple_of(parts))


def string_part(f: Function, pos: int, part: n.Expr) -> ast.expr:
    """A part as `str` or `ContextString`."""
    if type(part) is n.Str:
        return emit.constant(part.value)
    value = f.value(part)
    if type(value) is emit.Constant and type(value.value) is str:
        return value
    if f.unit.counted or not f.unit.inlines:
        return emit.call(f.unit.site(pos, f.context), "to_string", value)
    name = f.temporary()
    return emit.if_else(
        emit.type_is(emit.walrus(name, value), "str"),
        emit.name(name),
        emit.call(f.unit.site(pos, f.context), "to_string", emit.name(name)),
    )


def path_interpolation(f: Function, node: n.Interpolation) -> ast.expr:
    """`./a/${b}`: the first part is a path, which the others are appended to."""
    first = node.parts[0][1]
    assert type(first) is n.PathLiteral
    parts: list[ast.expr] = [
        emit.call(f.unit.site(pos, f.context), "to_path_segment", f.value(part))
        for pos, part in node.parts[1:]
    ]
    site = f.unit.site(node.pos, f.context)
    return emit.call(site, "append_path", emit.constant(first.value), emit.tuple_of(parts))
