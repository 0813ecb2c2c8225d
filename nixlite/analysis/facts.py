"""What is known of the names in a program: its variables, and what each `Var` means."""

from __future__ import annotations

from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from nixlite.source import Source


class Variable:
    """One binding of one name: an argument, a formal, a `let` or `rec` name, or a name of the outer scope.

    *binding* is the `Binding` of a `let` or `rec` name (None for the others). *dynamic* marks names of the
    scope that the program is evaluated in (REPL, `scopedImport`): they are looked up when it starts.
    *pos*: that of the `with` expression whose set the variable stands for; `subject`: the variable that this
    set is written as, if it is one; `chain`: the variable that holds what was found in this set and those
    around it, where `with` expressions stand in a row, see `lookups.CHAINED`.
    `number` counts the variables of a program in the order in which their scopes begin. `owner`: the
    node that binds it; `level`: the nesting of functions there, see `lookups`.
    """

    __slots__ = ("binding", "chain", "dynamic", "level", "name", "number", "owner", "pos", "subject")

    def __init__(
        self, name: str, binding: n.Binding | None = None, dynamic: bool = False, pos: int = n.NO_POS
    ) -> None:
        self.number = 0
        self.level = 0
        self.owner: n.Expr | None = None
        self.name = name
        self.binding = binding
        self.dynamic = dynamic
        self.pos = pos
        self.subject: Resolution | None = None
        self.chain: Variable | None = None


class Global:
    """A name of the global scope (`builtins`, `map`, `__sub`)."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class WithLookup:
    """A name that only the enclosing `with` sets can have; *scopes* innermost first.

    *shared*: the variable that holds the lookup where all calls of a function do it once, see `lookups`.
    *nearest*: so many of the scopes come before the first one that has a `chain`, all if none has.
    """

    __slots__ = ("name", "nearest", "scopes", "shared")

    def __init__(self, name: str, scopes: tuple[Variable, ...], shared: Variable | None = None) -> None:
        self.name = name
        self.scopes = scopes
        self.shared = shared
        self.nearest = unchained(scopes)

    @property
    def chain(self) -> Variable | None:
        """The variable that holds what was found in all scopes but the nearest ones, if there is one."""
        return self.scopes[self.nearest].chain if self.nearest < len(self.scopes) else None


def unchained(scopes: tuple[Variable, ...]) -> int:
    """How many of *scopes* come before the first one that has a chain."""
    for number, scope in enumerate(scopes):
        if scope.chain is not None:
            return number
    return len(scopes)


Resolution = Variable | Global | WithLookup


class NameOrder:
    """The order of a program's names, in which C++ Nix makes the variables of a group and the formals.

    It depends on what was parsed before: *ordered* tells it as it is now, and `groups` has what was asked
    for, for whoever wants to use the code again. Without *ordered* it is `Source.names` after *first*, those
    that are there before any program, as if the program were the first to be parsed.
    """

    __slots__ = ("first", "groups", "numbers", "ordered", "source")

    def __init__(
        self, source: Source, first: Iterable[str], ordered: Callable[[Iterable[str]], list[str]] | None
    ) -> None:
        self.source = source
        self.first = first
        self.ordered = ordered
        self.groups: dict[tuple[str, ...], None] = {}
        self.numbers: dict[str, int] = {}

    def sorted(self, names: Iterable[str]) -> list[str]:
        """Names of the program in their order."""
        if self.ordered is not None:
            found = self.ordered(names)
            self.groups[tuple(found)] = None
            return found
        if not self.numbers:
            for name in (*self.first, *self.source.names):
                self.numbers.setdefault(name, len(self.numbers))
        return sorted(names, key=self.numbers.__getitem__)


class Scope:
    """A lexical scope: names bound here, and the scope around it.

    `with` scopes bind no names; `withs` lists the variables of all `with` sets around, innermost first.
    """

    __slots__ = ("names", "outer", "withs")

    def __init__(
        self, names: Mapping[str, Resolution], outer: Scope | None, withs: tuple[Variable, ...]
    ) -> None:
        self.names = names
        self.outer = outer
        self.withs = withs


class Outer(dict[str, Resolution]):
    """The names of the scope that a program is evaluated in; a variable is made for those that are asked for.

    A session has thousands, and each of its inputs uses few.
    """

    __slots__ = ("given",)

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        self.given = frozenset(names)

    def get(self, name: str, default: Any = None) -> Any:
        """The variable of a name, *default* for none."""
        if name not in self.given:
            return default
        if name not in self:
            self[name] = Variable(name, dynamic=True)
        return self[name]


class Group:
    """A set or `let` some of whose values are pieces.

    *attrs*: its bindings. *parent*: the number of the piece that it lies in, -1 for none. *members*: the
    piece numbers by name. *free*: the variables that the pieces use, those of the group included, in order of
    their first use. *own*: the group's variables that are bound to a piece, with their names. *mark*: the
    number from which on variables are bound inside of the pieces. `often`: whether it lies in a function that
    may run often.
    """

    __slots__ = ("attrs", "free", "mark", "members", "often", "own", "parent")

    def __init__(self, attrs: n.AttrSet, parent: int, mark: int) -> None:
        self.attrs = attrs
        self.parent = parent
        self.mark = mark
        self.often = False
        self.members: dict[str, int] = {}
        self.free: dict[Variable, None] = {}
        self.own: dict[Variable, str] = {}


class Piece:
    """A value that is compiled when it is first needed: *node* is bound to a name of *group*.

    `resolve` gives the tree of one that was only skimmed, with its variables resolved.
    """

    __slots__ = ("group", "node", "resolve")

    def __init__(self, group: Group, node: n.Expr) -> None:
        self.group = group
        self.node = node
        self.resolve: Callable[[], n.Expr] | None = None

    def tree(self) -> n.Expr:
        """What is to be compiled."""
        if self.resolve is not None:
            self.node = self.resolve()
            self.resolve = None
        return self.node


class Analysis:
    """The facts about one program, keyed by node.

    *variables*: what each `Var` means (also each operator or `<path>` that means a call of a global, keyed
    by its node; a `<path>`'s `__nixPath` is in *search_paths*). *bound*: the variables that a node binds by
    name (`Let`'s and recursive `AttrSet`'s sets, `Lambda`s). *withs*: the variable that stands for the set
    of a `With`. *chains*: the scopes of a `With` that ends a row of them. *groups*, *pieces*:
    what is compiled later, see `deferral`. *lookups*: by the node that binds the last of the sets, the
    lookups that are shared, with their position. *order*: that of the names.
    """

    __slots__ = (
        "bound", "chains", "groups", "lookups", "order", "pieces", "search_paths", "variables", "withs",
    )  # fmt: skip

    def __init__(self, order: NameOrder) -> None:
        self.order = order
        self.search_paths: dict[n.SearchPath, n.Var] = {}
        self.variables: dict[n.Expr, Resolution] = {}
        self.bound: dict[n.Expr, dict[str, Variable]] = {}
        self.withs: dict[n.With, Variable] = {}
        self.chains: dict[n.With, tuple[Variable, ...]] = {}
        self.groups: dict[n.AttrSet, Group] = {}
        self.pieces: list[Piece] = []
        self.lookups: dict[n.Expr, list[tuple[WithLookup, int]]] = {}

    def is_rebound(self, node: n.Binary | n.Negate) -> bool:
        """Whether the global that the operator means is hidden by a variable of the program."""
        resolution = self.variables.get(node)
        return resolution is not None and type(resolution) is not Global
