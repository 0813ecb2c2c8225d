"""The text of an expression as `nix-instantiate --parse` prints it; assertion messages quote it too."""

from __future__ import annotations

from nixlite.abi.operators import CALLED
from nixlite.spelling import attribute_name, quote
from nixlite.syntax.nodes import (
    INHERITED,
    INHERITED_FROM,
    PLAIN,
    Assert,
    AttrName,
    AttrSet,
    Binary,
    Call,
    CurPos,
    Expr,
    Float,
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Piece = str | Expr


def show(expr: Expr) -> str:
    """The canonical text: everything in parentheses, attributes sorted, operators as Nix rewrites them.

    Uses no recursion, so any depth will do.
    """
    return _text([expr])


def show_path(path: Sequence[AttrName]) -> str:
    """An attribute path as Nix's messages show it: `a."b c"."${d}"`."""
    return _text(_path(path))


def show_string(text: str) -> str:
    """A string literal."""
    return quote(text)


def show_name(name: str) -> str:
    """A name, in quotes where it is no identifier."""
    return attribute_name(name)


def _text(pieces: Iterable[Piece]) -> str:
    done: list[str] = []
    waiting = list(pieces)[::-1]
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, str):
            done.append(piece)
        else:
            waiting.extend(reversed(PIECES[type(piece)](piece)))
    return "".join(done)


def _attrs(node: AttrSet) -> list[Piece]:
    return ["rec { " if node.recursive else "{ ", *_bindings(node), "}"]


def _bindings(node: AttrSet) -> list[Piece]:
    """Inherited names first, then the others, both sorted by bytes; dynamic ones last."""
    ordered = sorted(node.bindings.items(), key=lambda item: item[0].encode("utf-8", "surrogateescape"))
    pieces: list[Piece] = []
    inherited = [name for name, binding in ordered if binding.kind == INHERITED]
    if inherited:
        pieces.append(f"inherit{_names(inherited)}; ")
    for index, origin in enumerate(node.inherit_from):
        names = [n for n, b in ordered if b.kind == INHERITED_FROM and b.source == index]
        if names:
            pieces += ["inherit (", origin, f"){_names(names)}; "]
    for name, binding in ordered:
        if binding.kind == PLAIN and binding.value is not None:
            pieces += [show_name(name), " = ", binding.value, "; "]
    for dynamic in node.dynamic:
        pieces += ['"${', dynamic.name, '}" = ', dynamic.value, "; "]
    return pieces


def _names(names: list[str]) -> str:
    return "".join(" " + show_name(name) for name in names)


def _path(path: Sequence[AttrName]) -> list[Piece]:
    pieces: list[Piece] = []
    for name in path:
        if pieces:
            pieces.append(".")
        pieces += [show_name(name)] if isinstance(name, str) else ['"${', name, '}"']
    return pieces


def _select(node: Select) -> list[Piece]:
    default: list[Piece] = [] if node.default is None else [" or (", node.default, ")"]
    return ["(", node.subject, ").", *_path(node.path), *default]


def _list(node: ListLiteral) -> list[Piece]:
    return ["[ ", *(piece for item in node.items for piece in ("(", item, ") ")), "]"]


def _lambda(node: Lambda) -> list[Piece]:
    pieces: list[Piece] = ["("]
    if node.formals is not None:
        shown: list[list[Piece]] = []
        for formal in sorted(node.formals.items, key=lambda f: f.name.encode("utf-8", "surrogateescape")):
            default: list[Piece] = [] if formal.default is None else [" ? ", formal.default]
            shown.append([show_name(formal.name), *default])
        if node.formals.ellipsis:
            shown.append(["..."])
        pieces += ["{ ", *_separated(shown, ", "), " }"]
        if node.argument:
            pieces.append(" @ ")
    if node.argument:
        pieces.append(show_name(node.argument))
    return [*pieces, ": ", node.body, ")"]


def _separated(groups: list[list[Piece]], separator: str) -> list[Piece]:
    pieces: list[Piece] = []
    for group in groups:
        if pieces:
            pieces.append(separator)
        pieces += group
    return pieces


def _call(node: Call) -> list[Piece]:
    return ["(", node.function, *(piece for argument in node.arguments for piece in (" ", argument)), ")"]


def _binary(node: Binary) -> list[Piece]:
    op, left, right = node.op, node.left, node.right
    called = CALLED.get(op)
    if called is not None:
        first, second = (right, left) if called.swapped else (left, right)
        text: list[Piece] = [f"({called.variable} ", first, " ", second, ")"]
        return ["(! ", *text, ")"] if called.negated else text
    return ["(", left, f" {op} ", right, ")"]


def _interpolation(node: Interpolation) -> list[Piece]:
    return ["(", *_separated([[part] for _, part in node.parts], " + "), ")"]


PIECES: dict[type[Expr], Callable[..., list[Piece]]] = {
    Int: lambda node: [str(node.value)],
    Float: lambda node: [f"{node.value:g}"],
    Str: lambda node: [show_string(node.value)],
    PathLiteral: lambda node: [node.value],
    Interpolation: _interpolation,
    SearchPath: lambda node: ["(__findFile __nixPath ", show_string(node.value), ")"],
    Var: lambda node: [show_name(node.name)],
    CurPos: lambda node: ["__curPos"],
    Select: _select,
    HasAttr: lambda node: ["((", node.subject, ") ? ", *_path(node.path), ")"],
    ListLiteral: _list,
    AttrSet: _attrs,
    Let: lambda node: ["(let ", *_bindings(node.attrs), "in ", node.body, ")"],
    With: lambda node: ["(with ", node.scope, "; ", node.body, ")"],
    Assert: lambda node: ["assert ", node.condition, "; ", node.body],
    If: lambda node: ["(if ", node.condition, " then ", node.then, " else ", node.otherwise, ")"],
    Lambda: _lambda,
    Call: _call,
    Not: lambda node: ["(! ", node.operand, ")"],
    Negate: lambda node: ["(__sub 0 ", node.operand, ")"],
    Binary: _binary,
}
