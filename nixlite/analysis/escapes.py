"""Whether a function may keep an argument just as it was given: in a list or set, or for another function.

What only takes part in calculations and comparisons nobody ever sees unevaluated. Where an argument may be
kept, Nix prints `<CODE>` for it until somebody asks for its value, even if that is known already.
"""

from __future__ import annotations

from nixlite.abi.operators import CALLED
from nixlite.analysis.facts import Variable
from nixlite.analysis.lookups import curried
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nixlite.analysis.facts import Analysis

    Taker = tuple[n.Lambda, int]


class Uses:
    """What a function does with variables: those it *keeps*, and those it hands on, with their takers.

    *unknown*: a part of it is not parsed yet (`Skimmed`).
    """

    __slots__ = ("handed", "kept", "unknown")

    def __init__(self) -> None:
        self.kept: set[object] = set()
        self.handed: dict[object, list[Taker]] = {}
        self.unknown = False


class Escapes:
    """The functions of one program; *uses* has what is known of them already.

    *builtin_called*: the builtin that a call certainly means; *kept_by_builtin*: by name, the number of the
    argument that a builtin hands on as it is.
    """

    __slots__ = ("analysis", "builtin_called", "kept_by_builtin", "uses")

    def __init__(
        self,
        analysis: Analysis,
        uses: dict[n.Lambda, Uses],
        builtin_called: Callable[[n.Call], str | None],
        kept_by_builtin: Mapping[str, int],
    ) -> None:
        self.analysis = analysis
        self.uses = uses
        self.builtin_called = builtin_called
        self.kept_by_builtin = kept_by_builtin

    def keeps(self, function: n.Lambda, index: int) -> bool:
        """Whether *function*, or one that it calls, may keep its argument number *index* (from 0)."""
        todo = [(function, index)]
        seen = set(todo)
        while todo:
            function, index = todo.pop()
            taking = curried(function)[index]
            if taking.argument is None or taking.formals is not None:
                return True
            variable = self.analysis.bound[taking][taking.argument]
            uses = self.uses.get(function)
            if uses is None:
                uses = self.uses[function] = self.uses_in(function)
            if uses.unknown or variable in uses.kept:
                return True
            new = [taker for taker in uses.handed.get(variable, ()) if taker not in seen]
            seen.update(new)
            todo += new
        return False

    def uses_in(self, function: n.Lambda) -> Uses:
        """What happens to variables in a function."""
        uses = Uses()
        variables = self.analysis.variables
        for node in walk(function):
            if type(node) is n.Skimmed:
                uses.unknown = True
            elif type(node) is n.Call:
                row = self.called_row(node)
                builtin = self.builtin_called(node)
                for index, part in enumerate(node.arguments):
                    if type(part) is not n.Var:
                        continue
                    if index < len(row):
                        uses.handed.setdefault(variables[part], []).append((row[0], index))
                    elif builtin is None or self.kept_by_builtin.get(builtin) == index:
                        uses.kept.add(variables[part])
            else:
                uses.kept.update(variables[part] for part in self.kept_parts(node) if type(part) is n.Var)
        return uses

    def called_row(self, node: n.Call) -> list[n.Lambda]:
        """The lambdas of the function that is called, when it is bound to the variable that stands there."""
        variable = self.analysis.variables.get(node.function)
        if type(variable) is not Variable or variable.binding is None or variable.owner is None:
            return []
        value = variable.binding.value
        return curried(value) if type(value) is n.Lambda else []

    def kept_parts(self, node: n.Expr) -> list[n.Expr]:
        """The parts of *node* (which is no call) that it does not ask for the value of."""
        if type(node) is n.ListLiteral:
            return list(node.items)
        if type(node) is n.AttrSet:
            values = [binding.value for binding in node.bindings.values() if binding.value is not None]
            return values + [dynamic.value for dynamic in node.dynamic]
        if type(node) is n.Lambda and node.formals is not None:
            return [formal.default for formal in node.formals.items if formal.default is not None]
        if type(node) is n.Binary and node.op in CALLED and self.analysis.is_rebound(node):
            return [node.left, node.right]
        return [node.operand] if type(node) is n.Negate and self.analysis.is_rebound(node) else []
