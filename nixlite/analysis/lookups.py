"""Lookups in `with` sets that all calls of a function share.

In `with lib; xs: map (x: f x) xs` the name `f` means the same in every call, for the set was there before the
functions. Such a lookup becomes a variable of its own: a thunk, made where the last of its sets is bound.
Each place where a name stands has one for itself, so errors still tell which, and an argument gets a thunk of
its own, so printing cannot tell what an earlier call has evaluated (see `compiler.variables`).
"""

from __future__ import annotations

from nixlite.analysis.facts import Variable
from nixlite.syntax import nodes as n

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


def last_bound(scopes: tuple[Variable, ...]) -> Variable | None:
    """Of the variables that `with` sets are in, the one that is bound last; None when all are global."""
    last: Variable | None = None
    for scope in scopes:
        variable = scope if scope.subject is None else scope.subject
        if type(variable) is Variable and (last is None or variable.number > last.number):
            last = variable
    return last
