"""What the local variables of compiled code stand for: for whoever looks at its frames when it has failed.

Compiled code does not carry the names of Nix. The module is compiled once more, which gives the same, and the
compiler is asked what it called what.
"""

from __future__ import annotations

from nixlite.analysis.facts import Variable
from nixlite.compiler import emit
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from nixlite.analysis.facts import Resolution
    from nixlite.compiler.unit import Unit


class LexicalScope:
    """The names that one node binds, with what they mean; of a `with`, what stands for its set.

    *node*: a `Let`, a recursive `AttrSet`, a `Lambda` or a `With`.
    """

    __slots__ = ("names", "node", "with_set")

    def __init__(
        self, node: n.Expr, names: dict[str, Resolution | None], with_set: Resolution | None = None
    ) -> None:
        self.node = node
        self.names = names
        self.with_set = with_set


class Naming:
    """A module that was compiled once more: its *tree*, and the names that its *unit* gave."""

    def __init__(self, tree: n.Expr, unit: Unit, code: CodeType) -> None:
        self.tree = tree
        self.unit = unit
        self.codes = {found.co_qualname: found for found in nested(code)}

    def is_of(self, code: CodeType) -> bool:
        """Whether a function runs this module's code: else nothing is known of its variables."""
        made = self.codes.get(code.co_qualname)
        return (
            made is not None
            and made.co_code == code.co_code
            and made.co_varnames == code.co_varnames
            and made.co_freevars == code.co_freevars
        )

    def scopes(self, line: int, column: int) -> list[LexicalScope]:
        """The scopes around a place, given as Nix counts, innermost first."""
        offset = self.unit.source.offset(line, column)
        found: list[LexicalScope] = []
        node: n.Expr | None = self.tree
        while node is not None:
            inner = self.child_at(node, offset)
            if inner is not None and (scope := self.scope_of(node, inner)) is not None:
                found.append(scope)
            node = inner
        return found[::-1]

    def child_at(self, node: n.Expr, offset: int) -> n.Expr | None:
        """The expression directly inside a node that an offset lies in."""
        for child in children(node):
            if child.start == child.end or (type(node) is n.Let and child is node.attrs):
                # The set of `a.b = …` has no text, and that of a `let` not all of it.
                if (found := self.child_at(child, offset)) is not None:
                    return found
            elif child.start <= offset < child.end:
                return self.parsed(child)
        return None

    def parsed(self, node: n.Expr) -> n.Expr:
        """The tree of a piece that was only skimmed."""
        if type(node) is not n.Skimmed:
            return node
        for piece in self.unit.analysis.pieces:
            if (piece.node.start, piece.node.end) == (node.start, node.end):
                return piece.tree()
        return node

    def scope_of(self, node: n.Expr, inner: n.Expr) -> LexicalScope | None:
        """The scope that a node makes for the expression *inner* of it."""
        analysis = self.unit.analysis
        if type(node) is n.With and inner is not node.scope:
            return LexicalScope(node, {}, analysis.withs.get(node))
        if type(node) is n.Lambda:
            return LexicalScope(node, dict(analysis.bound.get(node, {})))
        attrs = node.attrs if type(node) is n.Let else node
        if type(attrs) is not n.AttrSet or not (type(node) is n.Let or attrs.recursive):
            return None
        bound = analysis.bound.get(attrs, {})
        names: dict[str, Resolution | None] = {}
        for name, binding in attrs.bindings.items():
            meant = binding.value if binding.value is not None else node
            names[name] = bound.get(name) or analysis.variables.get(meant)
        return LexicalScope(node, names)

    def value(self, meaning: Resolution | None, frame_locals: Any, module: dict[str, Any]) -> Any:
        """What a name means in a frame with these variables, unforced.

        Raises KeyError where that is not kept: the code in it has no use for it.
        """
        if type(meaning) is not Variable:
            raise KeyError(getattr(meaning, "name", ""))
        if meaning.subject is not None:
            return self.value(meaning.subject, frame_locals, module)
        constant: Any = self.unit.constants.get(meaning)
        if type(constant) is emit.Constant:
            return constant.value
        if constant is not None:  # a name of the module
            return module[constant.id] if constant.id in module else module["__builtins__"][constant.id]
        return frame_locals[self.unit.names[meaning]]


def nested(code: CodeType) -> list[CodeType]:
    """A module's code and that of all functions in it."""
    found = [code]
    for outer in found:
        found += [inner for inner in outer.co_consts if hasattr(inner, "co_qualname")]
    return found
