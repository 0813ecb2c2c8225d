"""Lookups in `with` sets that all calls of a function share.

In `with lib; xs: map (x: f x) xs` the name `f` means the same in every call, for the set was there before the
functions. Such a lookup becomes a variable of its own: a thunk, made where the last of its sets is bound.
Each place where a name stands has one for itself, so errors still tell which, and an argument gets a thunk of
its own, so printing cannot tell what an earlier call has evaluated (see `compiler.variables`).

Where `with` expressions stand in a row, `with lib.lists; with lib.strings; with lib.types; …`, what was found
is kept in one dictionary for all of the body: code in there captures that instead of each set, and a name is
searched for once.
"""

from __future__ import annotations

from nixlite.analysis.facts import Variable
from nixlite.syntax import nodes as n

CHAINED = 3
"""`with` expressions in a row from which on their body has such a dictionary: it takes time to make."""

MAX_CURRIED = 4
"""Arguments that one Python function takes at most; `call.curry` knows as many."""


def curried(node: n.Lambda) -> list[n.Lambda]:
    """The lambdas of `a: b: …`, which are compiled as one Python function."""
    row = [node]
    body = node.body if node.formals is None else None
    while type(body) is n.Lambda and body.formals is None and len(row) < MAX_CURRIED:
        row.append(body)
        body = body.body
    return row


def ends_row(node: n.With, scopes: tuple[Variable, ...]) -> bool:
    """Whether *node*, whose set is the first of *scopes*, is the last of a row of `with` expressions."""
    if type(node.body) is n.With or len(scopes) < CHAINED:
        return False
    inner: n.Expr = node
    for scope in scopes[1:CHAINED]:
        outer = scope.owner
        if type(outer) is not n.With or outer.body is not inner:
            return False
        inner = outer
    return True


def last_bound(scopes: tuple[Variable, ...]) -> Variable | None:
    """Of the variables that `with` sets are in, the one that is bound last; None when all are global."""
    last: Variable | None = None
    for scope in scopes:
        variable = scope if scope.subject is None else scope.subject
        if type(variable) is Variable and (last is None or variable.number > last.number):
            last = variable
    return last
