"""The syntax tree of Nix, close to C++ Nix's own so that messages and traces can be the same.

Every position is a character offset into the `Source`; `pos` is the place that Nix names in messages
(the operator of `a + b`, not its beginning), `NO_POS` where Nix has none; `start` and `end` span the text
with the parentheses around it, so that `start` of an operand is where Nix says that the operand begins.
Nodes are compared and hashed by identity: analysis tables are keyed by node. Plain classes with slots,
since importing `dataclasses` would cost more than parsing a small program; constructors do not call their
base's, which would double the time it takes to make a node.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NO_POS = -1


class Expr:
    """Base of all expressions."""

    __slots__ = ("end", "pos", "start")

    def __init__(self, pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end


class Int(Expr):
    """`42`. Nix gives it no position in messages about its type."""

    __slots__ = ("value",)

    def __init__(self, value: int, start: int, end: int) -> None:
        self.pos = NO_POS
        self.start = start
        self.end = end
        self.value = value


class Skimmed(Expr):
    """A value of a big source that was recognised but not parsed (see `skim`).

    *names*: the variables that it may use; *loose*: those that a `with` in it may have, so that they need
    not be defined; None where there is none for certain. *parse* gives the tree of a span, anew each time.
    Only the values of bindings are like this, and only in trees that are parsed in order to be compiled.
    """

    __slots__ = ("loose", "names", "parse")

    def __init__(
        self,
        names: tuple[str, ...],
        loose: tuple[str, ...] | None,
        parse: Callable[[int, int], Expr],
        start: int,
        end: int,
    ) -> None:
        self.pos = NO_POS
        self.start = start
        self.end = end
        self.names = names
        self.loose = loose
        self.parse = parse

    def tree(self) -> Expr:
        """The value's tree."""
        return self.parse(self.start, self.end)


class Float(Expr):
    """`4.2`."""

    __slots__ = ("value",)

    def __init__(self, value: float, start: int, end: int) -> None:
        self.pos = NO_POS
        self.start = start
        self.end = end
        self.value = value


class Str(Expr):
    """A string without interpolation, escapes and indentation resolved; also a URL literal."""

    __slots__ = ("value",)

    def __init__(self, value: str, start: int, end: int) -> None:
        self.pos = NO_POS
        self.start = start
        self.end = end
        self.value = value


class PathLiteral(Expr):
    """`./a`, `/a`, `a/b`, `~/a`: *value* is the absolute path (a `/` at its end is kept in the first part
    of an interpolated path)."""

    __slots__ = ("value",)

    def __init__(self, value: str, start: int, end: int) -> None:
        self.pos = NO_POS
        self.start = start
        self.end = end
        self.value = value


class Interpolation(Expr):
    """`"a${b}"`, `''a${b}''` (`force_string`), `./a/${b}` (not: the first part, a path, decides).

    *parts*: pairs of position and expression; literal text is a `Str`.
    """

    __slots__ = ("force_string", "parts")

    def __init__(
        self, parts: tuple[tuple[int, Expr], ...], force_string: bool, pos: int, start: int, end: int
    ) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.parts = parts
        self.force_string = force_string


class SearchPath(Expr):
    """`<nixpkgs/lib>`; *value* without the angle brackets. Means `__findFile __nixPath "value"`."""

    __slots__ = ("value",)

    def __init__(self, value: str, pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.value = value


class Var(Expr):
    """A variable."""

    __slots__ = ("name",)

    def __init__(self, name: str, pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.name = name


class CurPos(Expr):
    """`__curPos`."""

    __slots__ = ()


AttrName = str | Expr
"""A static name, or the expression of a dynamic one (`${e}`, `"a${b}"`)."""


class Select(Expr):
    """`subject.path or default`: forces *subject* and every set along *path*.

    Manual: Operators, "Attribute selection".
    """

    __slots__ = ("default", "path", "subject")

    def __init__(
        self, subject: Expr, path: tuple[AttrName, ...], default: Expr | None, pos: int, start: int, end: int
    ) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.subject = subject
        self.path = path
        self.default = default


class HasAttr(Expr):
    """`subject ? path`."""

    __slots__ = ("path", "subject")

    def __init__(self, subject: Expr, path: tuple[AttrName, ...], pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.subject = subject
        self.path = path


class ListLiteral(Expr):
    """`[ a b ]`."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Expr, ...], pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.items = items


PLAIN, INHERITED, INHERITED_FROM = "plain", "inherited", "inherited-from"


class Binding:
    """What one static name of an attribute set or `let` is bound to.

    *kind*: PLAIN (`a = value`), INHERITED (`inherit a`: *value* is a `Var` that is looked up outside of
    the set, also in a `rec`), INHERITED_FROM (`inherit (e) a`: *source* indexes `AttrSet.inherit_from`,
    *value* is None). *pos* is the position of the attribute path or inherited name; *doc* the doc
    comment's text between its delimiters, or None.
    """

    __slots__ = ("doc", "kind", "pos", "source", "value")

    def __init__(
        self, kind: str, value: Expr | None, pos: int, source: int | None = None, doc: str | None = None
    ) -> None:
        self.kind = kind
        self.value = value
        self.pos = pos
        self.source = source
        self.doc = doc


class DynamicBinding:
    """`${name} = value` inside an attribute set."""

    __slots__ = ("name", "pos", "value")

    def __init__(self, name: Expr, value: Expr, pos: int) -> None:
        self.name = name
        self.value = value
        self.pos = pos


class AttrSet(Expr):
    """`{ … }` and `rec { … }`, nested definitions already merged; also the bindings of a `let`.

    *bindings* keeps the order of first definition. *inherit_from* holds the `e` of each `inherit (e) …`.
    """

    __slots__ = ("bindings", "dynamic", "inherit_from", "recursive")

    def __init__(self, recursive: bool, pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.recursive = recursive
        self.bindings: dict[str, Binding] = {}
        self.inherit_from: list[Expr] = []
        self.dynamic: list[DynamicBinding] = []


class Let(Expr):
    """`let … in body`. Old-style `let { … body = …; }` is `Select(AttrSet(rec), ("body",))`."""

    __slots__ = ("attrs", "body")

    def __init__(self, attrs: AttrSet, body: Expr, pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.attrs = attrs
        self.body = body


class With(Expr):
    """`with scope; body`."""

    __slots__ = ("body", "scope")

    def __init__(self, scope: Expr, body: Expr, pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.scope = scope
        self.body = body


class Assert(Expr):
    """`assert condition; body`."""

    __slots__ = ("body", "condition")

    def __init__(self, condition: Expr, body: Expr, pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.condition = condition
        self.body = body


class If(Expr):
    """`if condition then then else otherwise`."""

    __slots__ = ("condition", "otherwise", "then")

    def __init__(self, condition: Expr, then: Expr, otherwise: Expr, pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.condition = condition
        self.then = then
        self.otherwise = otherwise


class Formal:
    """One formal argument of a function: `name` or `name ? default`."""

    __slots__ = ("default", "name", "pos")

    def __init__(self, name: str, default: Expr | None, pos: int) -> None:
        self.name = name
        self.default = default
        self.pos = pos


class Formals:
    """`{ a, b ? 1, ... }`, in source order."""

    __slots__ = ("ellipsis", "items")

    def __init__(self, items: tuple[Formal, ...], ellipsis: bool) -> None:
        self.items = items
        self.ellipsis = ellipsis


class Lambda(Expr):
    """`x: body`, `{ a, … }: body`, `{ a, … }@x: body`.

    *argument*: the plain name or the `@` name; *formals*: None for `x: body`; *name*: that of the
    attribute or variable it is bound to, for messages; *doc*: doc comment text.
    """

    __slots__ = ("argument", "body", "doc", "formals", "name")

    def __init__(
        self, argument: str | None, formals: Formals | None, body: Expr, pos: int, start: int, end: int
    ) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.argument = argument
        self.formals = formals
        self.body = body
        self.name: str | None = None
        self.doc: str | None = None


class Call(Expr):
    """`function a b c`: application to one or more arguments at once, as Nix groups them.

    Pipes are calls too. *pos* is where the function begins (the operator for a pipe).
    """

    __slots__ = ("arguments", "function")

    def __init__(self, function: Expr, arguments: list[Expr], pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.function = function
        self.arguments = arguments


class Not(Expr):
    """`!operand`."""

    __slots__ = ("operand",)

    def __init__(self, operand: Expr, pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.operand = operand


class Negate(Expr):
    """`-operand`: means `__sub 0 operand`."""

    __slots__ = ("operand",)

    def __init__(self, operand: Expr, pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.operand = operand


class Binary(Expr):
    """`left OP right`; *pos* is the operator's, NO_POS for `==` and `!=` (as in Nix).

    *op* is one of `-> || && == != < > <= >= // + - * / ++`. `- * /` mean calls of `__sub __mul __div`,
    `< > <= >=` of `__lessThan` (operands swapped for `> <=`, negated for `<= >=`).
    """

    __slots__ = ("left", "op", "right")

    def __init__(self, op: str, left: Expr, right: Expr, pos: int, start: int, end: int) -> None:
        self.pos = pos
        self.start = start
        self.end = end
        self.op = op
        self.left = left
        self.right = right
