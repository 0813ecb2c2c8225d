"""Lowering of long chains of one operator: `a + b + c + …`, `a // b // …`, `a ++ b ++ …`.

An operator within an operator is an expression within an expression, for us and for CPython's compiler, and
`//` and `++` copy what was joined so far at each step. Generated programs have chains of thousands: these
become one operation on all operands, or a row of statements. Order of evaluation and errors are the same.
"""

from __future__ import annotations

from nixlite.compiler import emit
from nixlite.compiler.arguments import NEVER_FAIL
from nixlite.compiler.operators import UPDATE_CONTEXTS, is_summand, plus, summand, updated
from nixlite.compiler.unit import Function
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast


def links(node: n.Binary, side: str) -> list[n.Binary]:
    """The operators of a chain, outermost first; *side*: `left` or `right`, where the next one is."""
    found: list[n.Binary] = []
    at: n.Expr = node
    while type(at) is n.Binary and at.op == node.op:
        found.append(at)
        at = getattr(at, side)
    return found


def long_sum(f: Function, node: n.Binary) -> ast.expr:
    """`a + b + c + …`: a static function that adds one after the other."""
    chain = links(node, "left")[::-1]
    inner = Function(f.unit, None, f.known)
    first = chain[0]
    total = inner.temporary()
    inner.emit(emit.assign(total, inner.value(first.left)))
    if not is_summand(f, first.left) and type(first.right) not in NEVER_FAIL:
        inner.emit(emit.assign(total, summand(inner, first, emit.name(total))))
    for link in chain:
        inner.emit(emit.assign(total, plus(inner, link, emit.name(total), inner.value(link.right))))
    inner.emit(emit.Return(emit.name(total)))
    site = f.unit.site(n.NO_POS, f.context)
    return emit.call(site, inner.finish(), f.payload(inner.captures))


def long_update(f: Function, node: n.Binary) -> ast.expr:
    """`a // b // c // …`: the last operand is evaluated first."""
    chain = links(node, "right")
    right_text, left_text = UPDATE_CONTEXTS
    operands = [updated(f, chain[-1].right, right_text)]
    operands += [updated(f, link.left, left_text) for link in reversed(chain)]
    return emit.call(None, "update_all", emit.tuple_of(operands))


def long_concatenation(f: Function, node: n.Binary) -> ast.expr:
    """`a ++ b ++ c ++ …`: all operands are evaluated before the first is looked at."""
    chain = links(node, "right")
    operands = [f.value(link.left) for link in chain]
    operands.append(f.value(chain[-1].right))
    places = emit.constant(tuple(f.unit.position(link.pos) for link in chain))
    return emit.call(f.unit.site(node.pos, f.context), "concat_all", emit.tuple_of(operands), places)


LONG = {"+": long_sum, "//": long_update, "++": long_concatenation}


def chain(f: Function, node: n.Binary) -> ast.expr:
    """A long chain of which *node* is the outermost operator."""
    return LONG[node.op](f, node)
