"""Which parts of a big source are compiled only when they are first needed.

Compiling costs ten times what parsing does, and a program needs a few hundred of the packages that a file of
thousands defines. So the values of big groups of bindings (attribute sets, `let`) become *pieces*: the group
holds a thunk for each, and its code is made when the first of them is forced. Pieces are numbered in the
order of the walk over the tree, so that every process gives them the same numbers, and may lie in pieces.

All pieces of a group share one environment: the variables that any of them uses (`facts.Group.free`).
"""

from __future__ import annotations

from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.analysis.policy import Policy

NEVER = frozenset((n.Int, n.Float, n.Str, n.PathLiteral, n.Var))
"""What no thunk is made for."""


Sizes = dict["n.AttrSet", int]
"""The lengths of the sets that an attribute path defines, as far as they were asked for."""


def deferred_names(attrs: n.AttrSet, policy: Policy, sizes: Sizes, *, often: bool) -> list[str]:
    """The names of a group whose values become pieces; *often*: in a function that may run often."""
    if attrs.recursive and "__overrides" in attrs.bindings:
        return []
    least, many = (policy.huge, policy.crowd) if often else (policy.large, policy.members)
    if attrs.pos != n.NO_POS and attrs.end - attrs.start < min(least, many * policy.value):
        return []  # most sets; what is defined of one elsewhere (`a.b = 1;`) does not count
    small: list[str] = []
    large: list[str] = []
    for name, binding in attrs.bindings.items():
        size = deferrable_size(binding.value, sizes)
        if size >= least:
            large.append(name)
            small.append(name)
        elif size >= policy.value and type(binding.value) is not n.Lambda:
            small.append(name)  # but no function, whose calls are better known
    return small if len(small) >= many else large


def deferrable_size(value: n.Expr | None, sizes: Sizes) -> int:
    """The length of a value's text, -1 where no thunk is made for it."""
    if value is None or type(value) in NEVER or (type(value) is n.ListLiteral and not value.items):
        return -1
    if type(value) is n.AttrSet and value.start == value.end:  # of `a.b = 1; a.c = 2;`
        return size_of_path(value, sizes)
    return value.end - value.start


def size_of_path(attrs: n.AttrSet, sizes: Sizes) -> int:
    """The length of what an attribute path defines, about; without recursion, for paths may be long."""
    waiting = [attrs]
    while waiting:
        at = waiting[-1]
        if at not in sizes:
            values = [binding.value for binding in at.bindings.values()]
            inner = [v for v in values if type(v) is n.AttrSet and v.start == v.end and v not in sizes]
            if inner:
                waiting += inner
                continue
            sizes[at] = sum([4 + max(deferrable_size(value, sizes), 0) for value in values])
        waiting.pop()
    return sizes[attrs]


def heads(tree: n.Expr) -> set[n.Expr]:
    """The functions that a file consists of (`{ lib }: self: super: …`), called once as a rule.

    What lies in any other function may run often.
    """
    found: set[n.Expr] = set()
    node: Any = tree
    while True:
        kind = type(node)
        if kind is n.Lambda:
            found.add(node)
        if kind is n.Lambda or kind is n.Let or kind is n.With or kind is n.Assert:
            node = node.body
        elif kind is n.Call:
            node = node.arguments[-1]
        else:
            return found
