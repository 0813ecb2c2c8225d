"""From what a grammar rule matched to a node of the tree.

One method a rule, named as `grammar/nix.lark` names it. A method gets the list of what its symbols
mean (a node; for an operator or bracket its offset; for a name or literal its value) and the
span of the text, and returns what the whole means. Parentheses leave no node but widen the span, so
that `start` of an operand is where Nix says that it begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError, ParseError
from nixlite.syntax.bindings import add_attribute, add_inherited, add_inherited_from, set_doc, set_name
from nixlite.syntax.literals import strip_indentation
from nixlite.syntax.nodes import (
    NO_POS,
    PLAIN,
    AttrName,
    AttrSet,
    Assert,
    Binary,
    Binding,
    Call,
    CurPos,
    Expr,
    Float,
    Formal,
    Formals,
    HasAttr,
    If,
    Int,
    Interpolation,
    Lambda,
    Let,
    ListLiteral,
    Negate,
    Not,
    PathLiteral,
    SearchPath,
    Select,
    Str,
    Var,
    With,
)

if TYPE_CHECKING:
    from nixlite.source import Source
    from nixlite.syntax.parser import ParseOptions
    from nixlite.syntax.lexer import Tokens

Args = list[Any]

CALLS = {"-": "__sub", "*": "__mul", "/": "__div", "<": "__lessThan", ">": "__lessThan"}
"""Operators that Nix rewrites to calls, which merge with further arguments: `(a - b) c` is `__sub a b c`."""


class Builder:
    """The rules' methods for one source."""

    def __init__(self, source: Source, tokens: Tokens, options: ParseOptions) -> None:
        self.source = source
        self.tokens = tokens
        self.options = options
        self.docs = tokens.docs
        self.or_arguments: dict[int, Call] = {}  # `f or` not yet put in parentheses or called, by identity

    def error(self, message: str, offset: int) -> ParseError:
        return ParseError(message, position=self.source.position(offset))

    def doc(self, offset: int) -> str | None:
        """The text of the doc comment before the token at *offset*."""
        span = self.docs.get(offset)
        return self.source.text[span[0] + 3 : span[1] - 2] if span else None

    # ── functions, assertions, with, let ──

    def simple_function(self, args: Args, start: int, end: int) -> Expr:
        return self.function(Lambda(args[0], None, args[2], start, start, end))

    def set_function(self, args: Args, start: int, end: int) -> Expr:
        return self.set_pattern(args[0], None, args[2], start, end)

    def set_function_named_after(self, args: Args, start: int, end: int) -> Expr:
        return self.set_pattern(args[0], args[2], args[4], start, end)

    def set_function_named_before(self, args: Args, start: int, end: int) -> Expr:
        return self.set_pattern(args[2], args[0], args[4], start, end)

    def set_pattern(self, formals: Formals, argument: str | None, body: Expr, start: int, end: int) -> Expr:
        self.check_formals(formals, argument, start)
        return self.function(Lambda(argument, formals, body, start, start, end))

    def check_formals(self, formals: Formals, argument: str | None, start: int) -> None:
        """No name twice. Among several, Nix blames the one that the program mentions first."""
        seen: set[str] = set()
        again = [f for f in formals.items if f.name in seen or seen.add(f.name)]  # type: ignore[func-returns-value]
        if again:
            formal = min(again, key=lambda f: (self.tokens.values.index(f.name), f.pos))
            raise self.error(f"duplicate formal function argument '{formal.name}'", formal.pos)
        if argument in seen:
            raise self.error(f"duplicate formal function argument '{argument}'", start)

    def function(self, node: Lambda) -> Expr:
        if self.docs:
            doc = self.doc(node.start)
            if doc is not None:
                set_doc(node, doc)
        return node

    def assertion(self, args: Args, start: int, end: int) -> Expr:
        return Assert(args[1], args[3], start, start, end)

    def with_expression(self, args: Args, start: int, end: int) -> Expr:
        return With(args[1], args[3], start, start, end)

    def let_expression(self, args: Args, start: int, end: int) -> Expr:
        attrs = args[1]
        if attrs.dynamic:
            raise self.error("dynamic attributes not allowed in let", start)
        return Let(attrs, args[3], NO_POS, start, end)

    def if_expression(self, args: Args, start: int, end: int) -> Expr:
        return If(args[1], args[3], args[5], start, start, end)

    # ── operators ──

    def pipe_from(self, args: Args, start: int, end: int) -> Expr:
        function, operator, argument = args
        return self.call(function, argument, operator, start, end)

    def pipe_into(self, args: Args, start: int, end: int) -> Expr:
        argument, operator, function = args
        return self.call(function, argument, operator, start, end)

    def not_(self, args: Args, start: int, end: int) -> Expr:
        return Not(args[1], args[1].pos, start, end)

    def negate(self, args: Args, start: int, end: int) -> Expr:
        return Negate(args[1], start, start, end)

    def binary_equal(self, args: Args, start: int, end: int) -> Expr:
        return Binary("==", args[0], args[2], args[1], start, end)

    def binary_unequal(self, args: Args, start: int, end: int) -> Expr:
        return Binary("!=", args[0], args[2], args[1], start, end)

    def binary_less(self, args: Args, start: int, end: int) -> Expr:
        return Binary("<", args[0], args[2], args[1], start, end)

    def binary_less_equal(self, args: Args, start: int, end: int) -> Expr:
        return Binary("<=", args[0], args[2], args[1], start, end)

    def binary_greater(self, args: Args, start: int, end: int) -> Expr:
        return Binary(">", args[0], args[2], args[1], start, end)

    def binary_greater_equal(self, args: Args, start: int, end: int) -> Expr:
        return Binary(">=", args[0], args[2], args[1], start, end)

    def binary_and(self, args: Args, start: int, end: int) -> Expr:
        return Binary("&&", args[0], args[2], args[1], start, end)

    def binary_or(self, args: Args, start: int, end: int) -> Expr:
        return Binary("||", args[0], args[2], args[1], start, end)

    def binary_implies(self, args: Args, start: int, end: int) -> Expr:
        return Binary("->", args[0], args[2], args[1], start, end)

    def binary_update(self, args: Args, start: int, end: int) -> Expr:
        return Binary("//", args[0], args[2], args[1], start, end)

    def binary_add(self, args: Args, start: int, end: int) -> Expr:
        return Binary("+", args[0], args[2], args[1], start, end)

    def binary_subtract(self, args: Args, start: int, end: int) -> Expr:
        return Binary("-", args[0], args[2], args[1], start, end)

    def binary_multiply(self, args: Args, start: int, end: int) -> Expr:
        return Binary("*", args[0], args[2], args[1], start, end)

    def binary_divide(self, args: Args, start: int, end: int) -> Expr:
        return Binary("/", args[0], args[2], args[1], start, end)

    def binary_concat(self, args: Args, start: int, end: int) -> Expr:
        return Binary("++", args[0], args[2], args[1], start, end)

    def has_attribute(self, args: Args, start: int, end: int) -> Expr:
        return HasAttr(args[0], tuple(args[2][1:]), args[0].pos, start, end)

    # ── application and selection ──

    def apply(self, args: Args, start: int, end: int) -> Expr:
        function, argument = args
        if self.or_arguments:
            self.or_arguments.pop(id(function), None)
            self.warn_of_or(argument)
        return self.call(function, argument, start, start, end)

    def call(self, function: Expr, argument: Expr, pos: int, start: int, end: int) -> Expr:
        """Apply, adding to the arguments of what is a call already, in parentheses or not."""
        if type(function) is not Call:
            parts = _as_call(function)
            if not parts:
                return Call(function, [argument], pos, start, end)
            name, arguments = parts
            function = Call(Var(name, NO_POS, NO_POS, NO_POS), arguments, function.pos, start, end)
        function.arguments.append(argument)
        function.start, function.end = start, end
        return function

    def select(self, args: Args, start: int, end: int) -> Expr:
        return Select(args[0], tuple(args[2][1:]), None, start, start, end)

    def select_or_default(self, args: Args, start: int, end: int) -> Expr:
        self.warn_of_or(args[4])
        return Select(args[0], tuple(args[2][1:]), args[4], start, start, end)

    def apply_to_or(self, args: Args, start: int, end: int) -> Expr:
        """`f or`: `or` is a name here, since nixpkgs once had a function of that name."""
        call = Call(args[0], [Var("or", start, end - 2, end)], start, start, end)
        self.or_arguments[id(call)] = call
        return call

    def warn_of_or(self, node: Expr) -> None:
        """Warn where `f or` is an argument, list element or default without parentheses around it."""
        if self.or_arguments.pop(id(node), None) and self.options.warn:
            text = self.source.text[node.start : node.end]
            self.options.warn(
                f"at {self.source.position(node.pos)}: This expression uses `or` as an identifier in a way that will "
                "change in a future Nix release.\n"
                "Wrap this entire expression in parentheses to preserve its current meaning:\n"
                f"    ({text})\n"
                "Give feedback at https://github.com/NixOS/nix/pull/11121",
                None,
            )

    # ── simple expressions ──

    def variable(self, args: Args, start: int, end: int) -> Expr:
        name = args[0]
        return CurPos(start, start, end) if name == "__curPos" else Var(name, start, start, end)

    def integer(self, args: Args, start: int, end: int) -> Expr:
        return Int(args[0], start, end)

    def float_(self, args: Args, start: int, end: int) -> Expr:
        return Float(args[0], start, end)

    def string(self, args: Args, start: int, end: int) -> Expr:
        return _string(args[1], start, end)

    def indented_string(self, args: Args, start: int, end: int) -> Expr:
        parts = strip_indentation(args[1])
        if not parts:
            return Str("", start, end)
        if len(parts) == 1 and isinstance(parts[0][1], Str):
            return Str(parts[0][1].value, start, end)
        return Interpolation(tuple(parts), True, start, start, end)

    def parenthesised(self, args: Args, start: int, end: int) -> Expr:
        node: Expr = args[1]
        node.start, node.end = start, end
        if self.or_arguments:
            self.or_arguments.pop(id(node), None)
        return node

    def old_let(self, args: Args, start: int, end: int) -> Expr:
        return Select(_finish(args[2], True, start, end), ("body",), None, start, start, end)

    def recursive_set(self, args: Args, start: int, end: int) -> Expr:
        return _finish(args[2], True, start, end)

    def set_(self, args: Args, start: int, end: int) -> Expr:
        return _finish(args[1], False, start, end)

    def empty_set(self, args: Args, start: int, end: int) -> Expr:
        return AttrSet(False, start, start, end)

    def list_(self, args: Args, start: int, end: int) -> Expr:
        items = tuple(args[1])
        return ListLiteral(items, items[0].pos if items else NO_POS, start, end)

    def nothing(self, args: Args, start: int, end: int) -> Args:
        return []

    def more_items(self, args: Args, start: int, end: int) -> Args:
        items: Args = args[0]
        items.append(args[1])
        if self.or_arguments:
            self.warn_of_or(args[1])
        return items

    # ── strings ──

    def interpolated_string(self, args: Args, start: int, end: int) -> Expr:
        return Interpolation(tuple(args[0]), True, start, start, end)

    def empty_string(self, args: Args, start: int, end: int) -> tuple[int, str]:
        return end, ""

    def more_text(self, args: Args, start: int, end: int) -> Args:
        parts, (text_start, text) = args
        parts.append((text_start, Str(text, text_start, end)))
        return parts  # type: ignore[no-any-return]

    def more_indented_text(self, args: Args, start: int, end: int) -> Args:
        pieces: Args = args[0]
        pieces.append(args[1])
        return pieces

    def more_interpolation(self, args: Args, start: int, end: int) -> Args:
        parts: Args = args[0]
        parts.append((args[1], args[2]))
        return parts

    def first_interpolation(self, args: Args, start: int, end: int) -> Args:
        return [(start, args[1])]

    def first_text_and_interpolation(self, args: Args, start: int, end: int) -> Args:
        text = args[0][1]
        return [(start, Str(text, start, args[1])), (args[1], args[2])]

    # ── paths and URLs ──

    def plain_path(self, args: Args, start: int, end: int) -> Expr:
        text: str = args[0]
        if text.startswith("/"):
            self.lint(
                "lint-absolute-path-literals",
                self.options.lint_absolute_path_literals,
                f"absolute path literals are not portable. {_consider(text)}",
                start,
            )
        elif not text.startswith("."):
            self.lint(
                "lint-short-path-literals",
                self.options.lint_short_path_literals,
                f"relative path literal '{text}' should be prefixed with '.' for clarity: './{text}'",
                start,
            )
        path = canonical(text if text.startswith("/") else f"{self.source.base}/{text}")
        return PathLiteral(path + "/" if text.endswith("/") and len(text) > 1 else path, start, end)

    def home_path(self, args: Args, start: int, end: int) -> Expr:
        text: str = args[0]
        if self.options.pure_eval:
            raise NixError(f"the path '{text}' can not be resolved in pure mode")
        self.lint(
            "lint-absolute-path-literals",
            self.options.lint_absolute_path_literals,
            f"home path literals are not portable. {_consider(text)}",
            start,
        )
        return PathLiteral(self.options.home_directory() + text[1:], start, end)

    def path(self, args: Args, start: int, end: int) -> Expr:
        return args[0]  # type: ignore[no-any-return]

    def interpolated_path(self, args: Args, start: int, end: int) -> Expr:
        first: Expr = args[0]
        return Interpolation(((first.start, first), *args[1]), False, start, start, end)

    def search_path(self, args: Args, start: int, end: int) -> Expr:
        return SearchPath(args[0], start, start, end)

    def url(self, args: Args, start: int, end: int) -> Expr:
        level, text = self.options.lint_url_literals, args[0]
        opinion = "disallowed" if level == "fatal" else "discouraged"
        self.lint(
            "lint-url-literals",
            level,
            f'URL literals are {opinion}. Consider using a string literal "{text}" instead',
            start,
        )
        return Str(text, start, end)

    def lint(self, setting: str, level: str, message: str, start: int) -> None:
        """Object to a literal as *level* (`ignore`, `warn` or `fatal`) says."""
        if level == "fatal":
            raise self.error(f"{message} ({setting})", start)
        if level == "warn" and self.options.warn:
            self.options.warn(f"{message} ({setting})", self.source.position(start))

    # ── attribute sets ──

    def no_bindings(self, args: Args, start: int, end: int) -> AttrSet:
        return AttrSet(False, NO_POS, end, end)

    def first_binding(self, args: Args, start: int, end: int) -> AttrSet:
        attrs = AttrSet(False, NO_POS, start, end)
        return self.bind(attrs, args[0], args[2])

    def more_bindings(self, args: Args, start: int, end: int) -> AttrSet:
        return self.bind(args[0], args[1], args[3])

    def bind(self, attrs: AttrSet, path: Args, value: Expr) -> AttrSet:
        pos = path[0]
        if len(path) == 2 and type(path[1]) is str and path[1] not in attrs.bindings and not self.docs:
            name = path[1]  # by far the most frequent case, in short
            attrs.bindings[name] = Binding(PLAIN, value, pos)
            if type(value) is Lambda:
                set_name(value, name)
        else:
            add_attribute(self.source, attrs, path[1:], value, pos, self.doc(pos))
        return attrs

    def inherit(self, args: Args, start: int, end: int) -> AttrSet:
        attrs: AttrSet = args[0]
        add_inherited(self.source, attrs, self.documented(args[2]))
        return attrs

    def inherit_from(self, args: Args, start: int, end: int) -> AttrSet:
        attrs: AttrSet = args[0]
        add_inherited_from(self.source, attrs, args[3], self.documented(args[5]))
        return attrs

    def documented(self, names: Args) -> list[tuple[str, int, str | None]]:
        return [(name, pos, self.doc(pos)) for pos, name in names]

    def repl_bindings(self, args: Args, start: int, end: int) -> AttrSet:
        return args[1]  # type: ignore[no-any-return]

    # ── attribute paths: lists of names after the offset of the first ──

    def one_name(self, args: Args, start: int, end: int) -> Args:
        return [start, args[0]]

    def one_quoted_name(self, args: Args, start: int, end: int) -> Args:
        return [*args[0]]

    def longer_path(self, args: Args, start: int, end: int) -> Args:
        path: Args = args[0]
        path.append(args[2])
        return path

    def longer_path_quoted(self, args: Args, start: int, end: int) -> Args:
        path: Args = args[0]
        path.append(args[2][1])
        return path

    def string_name(self, args: Args, start: int, end: int) -> tuple[int, AttrName]:
        return start, _as_name(_string(args[1], start, end))

    def dynamic_name(self, args: Args, start: int, end: int) -> tuple[int, AttrName]:
        return start, _as_name(args[1])

    def more_names(self, args: Args, start: int, end: int) -> Args:
        names, name = args
        names.append((end - len(name), name))
        return names  # type: ignore[no-any-return]

    def more_quoted_names(self, args: Args, start: int, end: int) -> Args:
        names, (pos, name) = args
        if not isinstance(name, str):
            raise self.error("dynamic attributes not allowed in inherit", pos)
        names.append((pos, name))
        return names  # type: ignore[no-any-return]

    # ── formal arguments ──

    def open_formals(self, args: Args, start: int, end: int) -> Formals:
        return Formals(tuple(args[1]), True)

    def only_ellipsis(self, args: Args, start: int, end: int) -> Formals:
        return Formals((), True)

    def closed_formals(self, args: Args, start: int, end: int) -> Formals:
        return Formals(tuple(args[1]), False)

    def no_formals(self, args: Args, start: int, end: int) -> Formals:
        return Formals((), False)

    def first_formal(self, args: Args, start: int, end: int) -> Args:
        return [args[0]]

    def more_formals(self, args: Args, start: int, end: int) -> Args:
        formals: Args = args[0]
        formals.append(args[2])
        return formals

    def plain_formal(self, args: Args, start: int, end: int) -> Formal:
        return Formal(args[0], None, start)

    def formal_with_default(self, args: Args, start: int, end: int) -> Formal:
        return Formal(args[0], args[2], start)


def _as_call(node: Expr) -> tuple[str, list[Expr]] | None:
    """What Nix makes a call of although it is not written as one: function name and arguments."""
    if type(node) is Binary and node.op in CALLS:
        operands = [node.left, node.right]
        return CALLS[node.op], operands[::-1] if node.op == ">" else operands
    if type(node) is Negate:
        return "__sub", [Int(0, node.start, node.start), node.operand]
    if type(node) is SearchPath:
        text = Str(node.value, node.start + 1, node.end - 1)
        return "__findFile", [Var("__nixPath", NO_POS, node.start, node.end), text]
    return None


def _string(parts: tuple[int, str] | Expr, start: int, end: int) -> Expr:
    if isinstance(parts, tuple):
        return Str(parts[1], start, end)
    parts.start, parts.end = start, end
    return parts


def _as_name(node: Expr) -> AttrName:
    """`"a"` and `${"a"}` are static names."""
    return node.value if isinstance(node, Str) else node


def _finish(attrs: AttrSet, recursive: bool, start: int, end: int) -> AttrSet:
    attrs.recursive = recursive
    attrs.pos = attrs.start = start
    attrs.end = end
    return attrs


def _consider(literal: str) -> str:
    return f"Consider replacing path literal '{literal}' by a string, relative path, or parameter"


def canonical(path: str) -> str:
    """An absolute path without `.`, `..` and double slashes; symbolic links are not looked at."""
    names: list[str] = []
    for name in path.split("/"):
        if name == "..":
            del names[-1:]
        elif name not in ("", "."):
            names.append(name)
    return "/" + "/".join(names)
