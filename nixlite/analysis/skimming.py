"""What is known of the variables of values that were only skimmed (see `syntax.skim`)."""

from __future__ import annotations

from nixlite.errors import UndefinedVariable
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.analysis.facts import Group, Resolution, Scope

    Lookup = Callable[[str, Scope, int], Resolution]


class Met:
    """The names that were looked up in a scope for a group: package sets use the same few all over."""

    __slots__ = ("defined", "group", "scope")

    def __init__(self) -> None:
        self.group: Group | None = None
        self.scope: Scope | None = None
        self.defined: dict[str, bool] = {}

    def has(self, node: n.Skimmed, group: Group, scope: Scope, lookup: Lookup) -> bool:
        """Whether all variables are defined that must be; *lookup* finds one, or raises UndefinedVariable."""
        if self.group is not group or self.scope is not scope:
            self.group, self.scope, self.defined = group, scope, {}
        for name in node.loose or ():
            self.is_defined(name, scope, lookup)
        return all([self.is_defined(name, scope, lookup) for name in node.names])

    def is_defined(self, name: str, scope: Scope, lookup: Lookup) -> bool:
        """Whether a variable is defined."""
        known = self.defined.get(name)
        if known is None:
            try:
                lookup(name, scope, n.NO_POS)
                known = True
            except UndefinedVariable:
                known = False
            self.defined[name] = known
        return known
