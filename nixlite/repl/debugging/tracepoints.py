"""Programs changed for the debugger: each call, `let` and function body says that it begins.

The expression `e` becomes `__debugFrame n { inherit x y; } e`: row *n* of a table tells what and where it is,
the set holds the variables in scope. Nothing else changes, so the compiler knows nothing of debugging; and a
program that is not debugged has none of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.source import Position, Source

BUILTIN = "debugFrame"
WITH = "__with"
"""What the variables that hold the sets of `with` begin with."""
WITH_TITLE = "with"
MOST_NAMES = 300
"""Scopes of more names are not shown to the debugger: each frame would have to carry all of them."""


class Level(NamedTuple):
    """One lexical scope: its names; *with_set* is the variable that holds the set of a `with`; *title* says
    what it is."""

    names: tuple[str, ...]
    with_set: str = ""
    title: str = "let"


class Point(NamedTuple):
    """A place where the debugger may stop: what is going on there, where, and the scopes, innermost first."""

    text: str
    position: Position | None
    levels: tuple[Level, ...]


class Rewriter:
    """Changes trees in place; `points` is the table that the numbers in them index."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self._withs = 0

    def program(self, tree: n.Expr, source: Source) -> n.Expr:
        """The tree of a whole source; that of a file begins with a point of its own."""
        if source.name.startswith("«nix-internal»"):
            return tree
        changed = _Changer(self, source).expression(tree, ())
        if source.path is None or isinstance(tree, n.AttrSet):
            return changed
        position = None if tree.pos == n.NO_POS or isinstance(tree, n.Let) else source.position(tree.pos)
        return self.point(f"while evaluating the file '{source.path}':", position, (), changed)

    def point(self, text: str, position: Position | None, levels: tuple[Level, ...], node: n.Expr) -> n.Expr:
        """*node* with a point before it."""
        start, end = node.start, node.end
        number = n.Int(len(self.points), start, end)
        self.points.append(Point(text, position, levels))
        names = n.AttrSet(False, start, start, end)
        for level in levels:
            for name in (level.with_set,) if level.with_set else level.names:
                if name not in names.bindings:
                    variable = n.Var(name, start, start, end)
                    names.bindings[name] = n.Binding(n.INHERITED, variable, start)
        function = n.Var(f"__{BUILTIN}", n.NO_POS, start, end)
        return n.Call(function, [number, names, node], n.NO_POS, start, end)

    def fresh_with(self) -> str:
        """A variable for the set of a `with`."""
        self._withs += 1
        return f"{WITH}{self._withs}"


Levels = tuple[Level, ...]


class _Changer:
    """The change of one source."""

    def __init__(self, rewriter: Rewriter, source: Source) -> None:
        self.rewriter = rewriter
        self.source = source

    def expression(self, node: n.Expr, levels: Levels) -> n.Expr:
        """What takes the place of *node*."""
        if isinstance(node, n.Lambda):
            return self.function(node, levels)
        if isinstance(node, n.Let):
            inside = deeper(tuple(node.attrs.bindings), levels, title_of(node))
            self.bindings(node.attrs, inside)
            node.body = self.stop("while evaluating a 'let' expression", None, inside, node.body)
            return node
        if isinstance(node, n.With):
            return self.with_expression(node, levels)
        if isinstance(node, n.AttrSet):
            names = tuple(node.bindings)
            self.bindings(node, deeper(names, levels, title_of(node)) if node.recursive else levels)
            return node
        if isinstance(node, n.Call):
            self.parts(node, levels)
            position = None if node.pos == n.NO_POS else self.source.position(node.pos)
            return self.rewriter.point("while calling a function", position, levels, node)
        self.parts(node, levels)
        return node

    def stop(self, text: str, position: Position | None, levels: Levels, node: n.Expr) -> n.Expr:
        """*node*, changed, with a point before it."""
        return self.rewriter.point(text, position, levels, self.expression(node, levels))

    def function(self, node: n.Lambda, levels: Levels) -> n.Expr:
        """A function: the point is in its body. `a: b: …` is left one function of two arguments."""
        formals = node.formals.items if node.formals is not None else ()
        argument = (node.argument,) if node.argument is not None else ()
        inside = deeper((*argument, *(formal.name for formal in formals)), levels, title_of(node))
        for formal in formals:
            if formal.default is not None:
                formal.default = self.expression(formal.default, inside)
        if isinstance(node.body, n.Lambda):
            node.body = self.expression(node.body, inside)
        else:
            name = f"'{node.name}'" if node.name else "anonymous lambda"
            position = self.source.position(node.pos)
            node.body = self.stop(f"while calling {name}", position, inside, node.body)
        return node

    def with_expression(self, node: n.With, levels: Levels) -> n.Expr:
        """`with e; body` as `let w = e; in with w; body`, so that the set is at hand."""
        name = self.rewriter.fresh_with()
        scope = node.scope
        attrs = n.AttrSet(True, scope.pos, scope.start, scope.end)
        attrs.bindings[name] = n.Binding(n.PLAIN, self.expression(scope, levels), scope.start)
        node.scope = n.Var(name, n.NO_POS, scope.start, scope.end)
        node.body = self.expression(node.body, (Level((), name, WITH_TITLE), *levels))
        return n.Let(attrs, node, node.pos, node.start, node.end)

    def bindings(self, attrs: n.AttrSet, levels: Levels) -> None:
        """The values of a set or `let`; what is inherited stays."""
        for binding in attrs.bindings.values():
            if binding.kind == n.PLAIN and binding.value is not None:
                binding.value = self.expression(binding.value, levels)
        attrs.inherit_from[:] = [self.expression(source, levels) for source in attrs.inherit_from]
        for dynamic in attrs.dynamic:
            dynamic.name = self.expression(dynamic.name, levels)
            dynamic.value = self.expression(dynamic.value, levels)

    def parts(self, node: n.Expr, levels: Levels) -> None:
        """All expressions directly in a node of another kind."""
        for kind in type(node).__mro__:
            for slot in getattr(kind, "__slots__", ()):
                setattr(node, slot, self.part(getattr(node, slot), levels))

    def part(self, part: Any, levels: Levels) -> Any:
        """An expression, or lists and tuples that may contain some."""
        if isinstance(part, n.Expr):
            return self.expression(part, levels)
        if type(part) is tuple:
            return tuple(self.part(item, levels) for item in part)
        if type(part) is list:
            return [self.part(item, levels) for item in part]
        return part


def deeper(names: tuple[str, ...], levels: Levels, title: str) -> Levels:
    """The scopes inside one that binds *names*."""
    return (Level(names if len(names) <= MOST_NAMES else (), title=title), *levels)


def title_of(node: n.Expr) -> str:
    """What a scope is called, by the node that makes it."""
    if isinstance(node, n.Lambda):
        return f"function {attribute_name(node.name)}" if node.name else "function"
    if isinstance(node, n.With):
        return WITH_TITLE
    return "let" if isinstance(node, n.Let) else "rec"
