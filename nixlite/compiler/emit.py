"""Python syntax-tree nodes, made cheaply, and the trick by which they carry Nix positions.

Every instruction that can fail belongs to a *site*: a row of the unit's site table with the Nix position, the
trace context around it and so on. CPython keeps four numbers for each instruction (`co_positions()`); line
and column are Nix's own, and `end_lineno - lineno` is the number of the site. So an error finds its Nix
position and contexts in Python's traceback, and running code pays nothing for it.

`ast` nodes need a position each; those that cannot fail get one from `compiled`.
"""

from __future__ import annotations

import sys
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from types import CodeType
    from typing import Any, TypeVar

    from nixlite.abi.sites import Site
else:  # the module `ast` loads `enum` and more, and adds nothing that is needed here
    import _ast as ast

LOAD, STORE = ast.Load(), ast.Store()

FEW_CHANGES = sys.version_info >= (3, 13)
"""Whether Python finds attributes slowly in a class that has changed a thousand times: compiling the 5,000
modules of a NixOS system would change those of its nodes as often, and take half as long again (3.13.0)."""

if TYPE_CHECKING:
    T = TypeVar("T")


def placed(kind: type[T]) -> type[T]:
    """The class of nodes to use for a *kind* that must have a position: one that has it, or itself."""
    if not FEW_CHANGES:
        return kind
    return type(kind.__name__, (kind,), {"__slots__": (), "lineno": 1, "col_offset": 0})


Name = placed(ast.Name)
Constant = placed(ast.Constant)
Call = placed(ast.Call)
IfExp = placed(ast.IfExp)
Compare = placed(ast.Compare)
BoolOp = placed(ast.BoolOp)
BinOp = placed(ast.BinOp)
UnaryOp = placed(ast.UnaryOp)
NamedExpr = placed(ast.NamedExpr)
Tuple = placed(ast.Tuple)
List = placed(ast.List)
Starred = placed(ast.Starred)
Dict = placed(ast.Dict)
Subscript = placed(ast.Subscript)
Attribute = placed(ast.Attribute)
Arg = placed(ast.arg)
Assign = placed(ast.Assign)
Return = placed(ast.Return)
If = placed(ast.If)
Pass = placed(ast.Pass)
ExprStatement = placed(ast.Expr)
FunctionDef = placed(ast.FunctionDef)
Try = placed(ast.Try)
ExceptHandler = placed(ast.ExceptHandler)

IS, IS_NOT, EQ, NOT_EQ, LT, GT, LT_E, GT_E, IN = (
    ast.Is(), ast.IsNot(), ast.Eq(), ast.NotEq(), ast.Lt(), ast.Gt(), ast.LtE(), ast.GtE(), ast.In(),
)  # fmt: skip
AND, OR, NOT = ast.And(), ast.Or(), ast.Not()
ADD, SUB, MULT, FLOOR = ast.Add(), ast.Sub(), ast.Mult(), ast.FloorDiv()


def at(node: Any, site: Site) -> Any:
    """Give *node* the position of *site* and its number."""
    node.lineno = site.line
    node.col_offset = site.column
    node.end_lineno = site.line + site.number
    return node


class Names(dict[str, "ast.expr"]):
    """The nodes of names that are read, until the tree is compiled: one each, for `compile` does not mind
    that a tree has a node twice."""

    def __missing__(self, identifier: str) -> ast.expr:
        node = self[identifier] = Name(identifier, LOAD)
        return node


NAMES = Names()
name = NAMES.__getitem__
"""A variable or global read, by its identifier; not to be changed."""


TEXTS: dict[str, ast.expr] = {}
"""The same for strings that are short: names of attributes come again and again."""

SHORT = 32
NONE = Constant(None)


def constant(value: Any) -> ast.expr:
    """A literal; not to be changed."""
    if value is None:
        return NONE
    if type(value) is not str or len(value) > SHORT:
        return Constant(value)
    node = TEXTS.get(value)
    if node is None:
        node = TEXTS[value] = Constant(value)
    return node


def call(site: Site | None, function: str | ast.expr, *arguments: ast.expr) -> ast.expr:
    """`function(arguments…)`; *site* is where an error in it is."""
    target = name(function) if isinstance(function, str) else function
    node = Call(target, list(arguments), [])
    return at(node, site) if site is not None else node


def assign(target: str, value: ast.expr) -> ast.stmt:
    """`target = value`."""
    return Assign([Name(target, STORE)], value)


def walrus(target: str, value: ast.expr) -> ast.expr:
    """`(target := value)`."""
    return NamedExpr(Name(target, STORE), value)


def name_call(node: Any, target: str) -> None:
    """Turn a call that is written already into `(target := call)`."""
    value = Call(node.func, node.args, node.keywords)
    value.__dict__.update(node.__dict__)  # its position, too
    node.__dict__.clear()
    node.__class__ = NamedExpr
    node.target, node.value = Name(target, STORE), value


def if_else(test: ast.expr, then: ast.expr, otherwise: ast.expr) -> ast.expr:
    """`then if test else otherwise`."""
    return IfExp(test, then, otherwise)


def type_is(value: ast.expr, kind: str) -> ast.expr:
    """`type(value) is kind`."""
    return Compare(Call(name("type"), [value], []), [IS], [name(kind)])


def types_are(first: ast.expr, second: ast.expr, kind: str) -> ast.expr:
    """`type(first) is type(second) is kind`: evaluates both, in order, before it decides."""
    return Compare(
        Call(name("type"), [first], []),
        [IS, IS],
        [Call(name("type"), [second], []), name(kind)],
    )


def compare(left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.expr:
    """`left op right`."""
    return Compare(left, [op], [right])


def all_of(*tests: ast.expr) -> ast.expr:
    """`a and b and …`."""
    return tests[0] if len(tests) == 1 else BoolOp(AND, list(tests))


def any_of(*tests: ast.expr) -> ast.expr:
    """`a or b or …`."""
    return BoolOp(OR, list(tests))


def negation(test: ast.expr) -> ast.expr:
    """`not test`."""
    return UnaryOp(NOT, test)


def binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    """`left op right` for Python's arithmetic."""
    return BinOp(left, op, right)


def tuple_of(items: list[ast.expr]) -> ast.expr:
    """`(items…)`."""
    return Tuple(items, LOAD) if items else constant(())


def dict_of(keys: list[str], values: list[ast.expr]) -> ast.expr:
    """`{"key": value, …}`."""
    return Dict([constant(key) for key in keys], values)


def copied_tuple(items: list[ast.expr]) -> ast.expr:
    """A tuple of constants that is a new object each time."""
    return Tuple([Starred(Tuple(items, LOAD), LOAD)], LOAD)


def list_of(*items: ast.expr) -> ast.expr:
    """`[items…]`: a thunk."""
    return List(list(items), LOAD)


def fits_64_bits(target: str, left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    """`-2**63 <= (target := left op right) <= 2**63 - 1`: whether it stays within Nix's integers.

    One bound is enough where a natural number is added or taken away: comparing with so large a number costs
    as much as the sum.
    """
    result = walrus(target, BinOp(left, op, right))
    if op is ADD and (is_natural(left) or is_natural(right)):
        return Compare(result, [LT_E], [Constant(2**63 - 1)])
    if op is SUB and is_natural(right):
        return Compare(result, [GT_E], [Constant(-(2**63))])
    return Compare(Constant(-(2**63)), [LT_E, LT_E], [result, Constant(2**63 - 1)])


def is_natural(node: Any) -> bool:
    """Whether *node* is a literal integer that is not negative."""
    return type(node) is Constant and type(node.value) is int and node.value >= 0


def item(subject: ast.expr, index: Any) -> ast.expr:
    """`subject[index]`."""
    return Subscript(subject, constant(index), LOAD)


def is_evaluated(thunk: ast.expr) -> ast.expr:
    """`thunk[0] is None`: a third of the cost of calling `force` to learn it."""
    return Compare(item(thunk, 0), [IS], [NONE])


def assign_item(subject: ast.expr, index: Any, value: ast.expr) -> ast.stmt:
    """`subject[index] = value`."""
    return Assign([Subscript(subject, constant(index), STORE)], value)


def if_then(test: ast.expr, body: list[ast.stmt]) -> ast.stmt:
    """`if test: body`."""
    return If(test, body, [])


def statement(value: ast.expr) -> ast.stmt:
    """An expression as a statement."""
    return ExprStatement(value)


ENVIRONMENT = ["env"]
TAKING_ENVIRONMENT = ast.arguments([], [Arg("env")], None, [], [], None, [])


def function(
    identifier: str,
    parameters: list[str],
    body: list[ast.stmt],
    defaults: list[ast.expr] | None = None,
    keywords: dict[str, ast.expr] | None = None,
) -> ast.stmt:
    """`def identifier(parameters…): body`; *defaults* are those of the last parameters.

    *keywords*: parameters that are given by keyword only, with their defaults.
    """
    if parameters == ENVIRONMENT and not defaults:  # most functions: thunks that capture several variables
        arguments = TAKING_ENVIRONMENT
    else:
        keywords = keywords or {}
        arguments = ast.arguments(
            [],
            [Arg(parameter) for parameter in parameters],
            None,
            [Arg(keyword) for keyword in keywords],
            list(keywords.values()),
            None,
            defaults or [],
        )
    node: Any = FunctionDef(identifier, arguments, body, [])
    node.type_params = []  # exists since 3.12
    return node


def insert_first(functions: list[ast.stmt], operation: str) -> None:
    """Let each function, those within others included, call an operation before it does anything else."""
    todo: list[Any] = list(functions)
    seen: set[int] = set()  # nodes may be shared
    while todo:
        node = todo.pop()
        if type(node) is list:
            todo += node
        elif isinstance(node, ast.AST) and id(node) not in seen:
            seen.add(id(node))
            todo += [getattr(node, field, None) for field in node._fields]
            if type(node) is FunctionDef:
                node.body.insert(0, statement(call(None, operation)))


def module(body: list[ast.stmt]) -> ast.Module:
    """A whole module, which `compile` takes."""
    return ast.Module(body, [])


COMPILING = RLock()
"""Held while these have one."""

POSITIONED = (ast.expr, ast.stmt, ast.arg, ast.excepthandler)
"""The kinds of nodes that must have a position."""


def compiled(tree: ast.Module, name: str) -> CodeType:
    """The code of a module.

    Nodes without a position have that of their kind, which has one only meanwhile: other users of `ast` in
    this process would not expect it. (Subclasses that always have one cost each program that is compiled the
    making of 24 classes, 2.7 % of the instructions of `1 + 2`, and larger ones 1.6 % in conversion.)
    """
    with COMPILING:
        for kind in () if FEW_CHANGES else POSITIONED:
            kind.lineno, kind.col_offset = 1, 0
        try:
            return compile(tree, name, "exec", dont_inherit=True, optimize=2)
        finally:
            for kind in () if FEW_CHANGES else POSITIONED:
                del kind.lineno, kind.col_offset
            NAMES.clear()
            TEXTS.clear()
