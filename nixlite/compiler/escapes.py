"""Whether a function may keep an argument just as it was given: in a list or set, or for another function.

What only takes part in calculations and comparisons nobody ever sees unevaluated. Where an argument may be
kept, Nix prints `<CODE>` for it until somebody asks for its value, even if that is known already.
"""

from __future__ import annotations

from nixlite.analysis.facts import Variable
from nixlite.analysis.lookups import curried
from nixlite.analysis.scope import OPERATOR_GLOBALS
from nixlite.compiler.expressions import KEPT
from nixlite.compiler.variables import called_builtin, is_rebound
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.compiler.unit import Function

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


def keeps(f: Function, function: n.Lambda, index: int) -> bool:
    """Whether *function*, or one that it calls, may keep its argument number *index* (from 0)."""
    todo = [(function, index)]
    seen = set(todo)
    while todo:
        function, index = todo.pop()
        taking = curried(function)[index]
        if taking.argument is None or taking.formals is not None:
            return True
        variable = f.unit.analysis.bound[taking][taking.argument]
        uses = f.unit.uses.get(function)
        if uses is None:
            uses = f.unit.uses[function] = uses_in(f, function)
        if uses.unknown or variable in uses.kept:
            return True
        new = [taker for taker in uses.handed.get(variable, ()) if taker not in seen]
        seen.update(new)
        todo += new
    return False


def uses_in(f: Function, function: n.Lambda) -> Uses:
    """What happens to variables in a function."""
    uses = Uses()
    variables = f.unit.analysis.variables
    for node in walk(function):
        if type(node) is n.Skimmed:
            uses.unknown = True
        elif type(node) is n.Call:
            row = called_row(f, node)
            builtin = called_builtin(f, node)
            for index, part in enumerate(node.arguments):
                if type(part) is not n.Var:
                    continue
                if index < len(row):
                    uses.handed.setdefault(variables[part], []).append((row[0], index))
                elif builtin is None or KEPT.get(builtin) == index:
                    uses.kept.add(variables[part])
        else:
            uses.kept.update(variables[part] for part in kept_parts(f, node) if type(part) is n.Var)
    return uses


def called_row(f: Function, node: n.Call) -> list[n.Lambda]:
    """The lambdas of the function that is called, when it is bound to the variable that stands there."""
    variable = f.unit.analysis.variables.get(node.function)
    if type(variable) is not Variable or variable.binding is None or variable.owner is None:
        return []
    value = variable.binding.value
    return curried(value) if type(value) is n.Lambda else []


def kept_parts(f: Function, node: n.Expr) -> list[n.Expr]:
    """The parts of *node* (which is no call) that it does not ask for the value of."""
    if type(node) is n.ListLiteral:
        return list(node.items)
    if type(node) is n.AttrSet:
        values = [binding.value for binding in node.bindings.values() if binding.value is not None]
        return values + [dynamic.value for dynamic in node.dynamic]
    if type(node) is n.Lambda and node.formals is not None:
        return [formal.default for formal in node.formals.items if formal.default is not None]
    if type(node) is n.Binary and node.op in OPERATOR_GLOBALS and is_rebound(f, node):
        return [node.left, node.right]
    return [node.operand] if type(node) is n.Negate and is_rebound(f, node) else []
