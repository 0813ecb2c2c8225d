"""From what a grammar rule matched to a node of the tree; `literals` and `bindings` have their own rules."""

from __future__ import annotations

from nixlite.syntax.bindings import BindingRules, set_doc
from nixlite.syntax.literals import LiteralRules
from nixlite.syntax.nodes import (
    NO_POS,
    Assert,
    Binary,
    Call,
    CurPos,
    Expr,
    Formals,
    HasAttr,
    If,
    Int,
    Lambda,
    Let,
    ListLiteral,
    Negate,
    Not,
    SearchPath,
    Select,
    Str,
    Var,
    With,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.source import Source
    from nixlite.syntax.options import ParseOptions
    from nixlite.syntax.rules import Args
    from nixlite.syntax.tokens import Tokens

TWO_CHARACTERS = frozenset(("->", "||", "&&", "==", "!=", "<=", ">=", "//", "++"))

CALLS = {"-": "__sub", "*": "__mul", "/": "__div", "<": "__lessThan", ">": "__lessThan"}
"""Operators that Nix rewrites to calls, which merge with further arguments: `(a - b) c` is `__sub a b c`."""


class Builder(LiteralRules, BindingRules):
    """The methods of all rules, for one source."""

    def __init__(self, source: Source, tokens: Tokens, options: ParseOptions) -> None:
        super().__init__(source, tokens, options)
        self.or_arguments: dict[int, Call] = {}  # each `f or` that is not (yet) called or in parentheses

    # ── functions, assertions, with, let ──

    def simple_function(self, args: Args, start: int, end: int) -> Expr:
        """`x: body`."""
        self.names[args[0]] = None
        return self.function(Lambda(args[0], None, args[2], start, start, end))

    def set_function(self, args: Args, start: int, end: int) -> Expr:
        """`{ a, b }: body`."""
        self.check_formals(args[0], None, start)
        return self.function(Lambda(None, args[0], args[2], start, start, end))

    def set_function_named_after(self, args: Args, start: int, end: int) -> Expr:
        """`{ a, b }@x: body`."""
        self.names[args[2]] = None
        self.check_formals(args[0], args[2], start)
        return self.function(Lambda(args[2], args[0], args[4], start, start, end))

    def set_function_named_before(self, args: Args, start: int, end: int) -> Expr:
        """`x@{ a, b }: body`."""
        self.names[args[0]] = None
        self.check_formals(args[2], args[0], start)
        return self.function(Lambda(args[0], args[2], args[4], start, start, end))

    def check_formals(self, formals: Formals, argument: str | None, start: int) -> None:
        """Raise ParseError for a name given twice. Of several, Nix blames the one that it met first."""
        seen: set[str] = set()
        again = []
        for formal in formals.items:
            if formal.name in seen:
                again.append(formal)
            seen.add(formal.name)
        if again:
            order = list(dict.fromkeys((*self.options.known_names, *self.names)))
            formal = min(again, key=lambda f: (order.index(f.name), f.pos))
            raise self.error(f"duplicate formal function argument '{formal.name}'", formal.pos)
        if argument in seen:
            raise self.error(f"duplicate formal function argument '{argument}'", start)

    def function(self, node: Lambda) -> Expr:
        """Any function: gets the doc comment before it."""
        if self.docs:
            doc = self.doc(node.start)
            if doc is not None:
                set_doc(node, doc)
        return node

    def assertion(self, args: Args, start: int, end: int) -> Expr:
        """`assert condition; body`."""
        return Assert(args[1], args[3], start, start, end)

    def with_expression(self, args: Args, start: int, end: int) -> Expr:
        """`with scope; body`."""
        return With(args[1], args[3], start, start, end)

    def let_expression(self, args: Args, start: int, end: int) -> Expr:
        """`let a = 1; in body`."""
        if args[1].dynamic:
            raise self.error("dynamic attributes not allowed in let", start)
        return Let(args[1], args[3], NO_POS, start, end)

    def if_expression(self, args: Args, start: int, end: int) -> Expr:
        """`if condition then a else b`."""
        return If(args[1], args[3], args[5], start, start, end)

    # ── operators ──

    def pipe_from(self, args: Args, start: int, end: int) -> Expr:
        """`f <| a`."""
        function, operator, argument = args
        return self.call(function, argument, operator, start, end)

    def pipe_into(self, args: Args, start: int, end: int) -> Expr:
        """`a |> f`."""
        argument, operator, function = args
        return self.call(function, argument, operator, start, end)

    def not_(self, args: Args, start: int, end: int) -> Expr:
        """`!a`."""
        return Not(args[1], args[1].pos, start, end)

    def negate(self, args: Args, start: int, end: int) -> Expr:
        """`-a`."""
        return Negate(args[1], start, start, end)

    def binary(self, args: Args, start: int, end: int) -> Expr:
        """`a + b` and its like."""
        left, pos, right = args
        operator = self.source.text[pos : pos + 2]
        if operator not in TWO_CHARACTERS:
            operator = operator[0]
        if operator in ("==", "!="):
            pos = NO_POS
        return Binary(operator, left, right, pos, start, end)

    def has_attribute(self, args: Args, start: int, end: int) -> Expr:
        """`a ? b.c`."""
        return HasAttr(args[0], tuple(args[2][1:]), args[0].pos, start, end)

    # ── application and selection ──

    def apply(self, args: Args, start: int, end: int) -> Expr:
        """`f a`."""
        function, argument = args
        if self.or_arguments:
            self.or_arguments.pop(id(function), None)
            self.warn_of_or(argument)
        return self.call(function, argument, start, start, end)

    def call(self, function: Expr, argument: Expr, pos: int, start: int, end: int) -> Expr:
        """Apply. What is a call already, in parentheses or not, gets one more argument."""
        if type(function) is not Call:
            called = _as_call(function)
            if not called:
                return Call(function, [argument], pos, start, end)
            function = called
        function.arguments.append(argument)
        function.start, function.end = start, end
        return function

    def select(self, args: Args, start: int, end: int) -> Expr:
        """`a.b.c`."""
        return Select(args[0], tuple(args[2][1:]), None, start, start, end)

    def select_or_default(self, args: Args, start: int, end: int) -> Expr:
        """`a.b.c or d`."""
        self.warn_of_or(args[4])
        return Select(args[0], tuple(args[2][1:]), args[4], start, start, end)

    def apply_to_or(self, args: Args, start: int, end: int) -> Expr:
        """`f or`: here `or` is a name, since nixpkgs once had a function of that name."""
        call = Call(args[0], [Var("or", start, end - 2, end)], start, start, end)
        self.or_arguments[id(call)] = call
        return call

    def warn_of_or(self, node: Expr) -> None:
        """Warn where `f or` is an argument, list element or default without parentheses around it."""
        if self.or_arguments.pop(id(node), None) and self.options.warn:
            text = self.source.text[node.start : node.end]
            self.options.warn(
                f"at {self.source.position(node.pos)}: This expression uses `or` as an identifier "
                "in a way that will change in a future Nix release.\n"
                "Wrap this entire expression in parentheses to preserve its current meaning:\n"
                f"    ({text})\n"
                "Give feedback at https://github.com/NixOS/nix/pull/11121",
                None,
            )

    # ── simple expressions ──

    def variable(self, args: Args, start: int, end: int) -> Expr:
        """`a`."""
        name = args[0]
        if name == "__curPos":
            return CurPos(start, start, end)
        self.names[name] = None
        return Var(name, start, start, end)

    def parenthesised(self, args: Args, start: int, end: int) -> Expr:
        """`(a)`."""
        node: Expr = args[1]
        node.start, node.end = start, end
        if self.or_arguments:
            self.or_arguments.pop(id(node), None)
        return node

    def list_(self, args: Args, start: int, end: int) -> Expr:
        """`[ a b ]`."""
        items = tuple(args[1])
        return ListLiteral(items, items[0].pos if items else NO_POS, start, end)

    def more_items(self, args: Args, start: int, end: int) -> Args:
        """An element of a list."""
        items: Args = args[0]
        items.append(args[1])
        if self.or_arguments:
            self.warn_of_or(args[1])
        return items


def _as_call(node: Expr) -> Call | None:
    """What Nix makes a call of although it is not written as one, as a call."""
    name: str
    if type(node) is Binary and node.op in CALLS:
        name, arguments = CALLS[node.op], [node.left, node.right]
        if node.op == ">":
            arguments.reverse()
    elif type(node) is Negate:
        name, arguments = "__sub", [Int(0, node.start, node.start), node.operand]
    elif type(node) is SearchPath:
        searched = Var("__nixPath", NO_POS, node.start, node.end)
        name, arguments = "__findFile", [searched, Str(node.value, node.start + 1, node.end - 1)]
    else:
        return None
    return Call(Var(name, NO_POS, node.start, node.end), arguments, node.pos, node.start, node.end)
