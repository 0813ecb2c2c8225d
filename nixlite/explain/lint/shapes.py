"""The forms of a program that overrides: overlays, the sets that they give, and calls of `overrideAttrs`.

All of it is read off the text. An overlay is a function of two names that is used as one (in `overlays`, for
`extend`, `overrideScope`, `packageOverrides`, …), or whose arguments are called as those of overlays are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.analysis.facts import Variable
from nixlite.explain.lint.tree import callee_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import children, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.lint.tree import Tree

FINAL, PREVIOUS = ("final", "self"), ("prev", "super")
"""What the names of an overlay's arguments end in: `final`, `pself`, `pyprev`."""

ATTRIBUTE_CHANGES = frozenset(("overrideAttrs", "overridePythonAttrs"))
"""Methods of a package that change what its builder was given."""

FOR_SETS = frozenset(("extend", "appendOverlays"))
FOR_SCOPES = frozenset(("overrideScope", "overrideScope'", "overridePythonScope"))
SCOPE_ARGUMENTS = frozenset(("packageOverrides", "overrides"))
COMPOSING = frozenset(("composeExtensions", "composeManyExtensions", "extends", "foldr", "foldl'"))

TOP, SCOPED, UNKNOWN = "top", "scoped", "unknown"


class Overlay(NamedTuple):
    """A function `final: prev: …`. *final*, *previous*: its arguments; *level*: whether it is one for the set
    of all packages (TOP), for the packages of one language or the like (SCOPED), or for what is not known.
    *results*: the sets that it gives, as far as they are written there.
    """

    node: n.Lambda
    final: Variable
    previous: Variable
    level: str
    results: list[n.AttrSet]


class Change(NamedTuple):
    """A call `package.overrideAttrs (old: …)`. *final*, *old*: the variables of the function, if there are
    such; *results*: the sets that it gives; *method*: `overrideAttrs` or `overridePythonAttrs`.
    """

    call: n.Call
    method: str
    package: n.Expr
    final: Variable | None
    old: Variable | None
    results: list[n.AttrSet]


class Shapes:
    """The overlays and changes of a program, and what is around each node."""

    def __init__(self, program: Tree) -> None:
        self.program = program
        self.parents: dict[n.Expr, n.Expr] = {}
        self.bound_as: dict[n.Expr, str] = {}
        for nodes in program.nodes.values():
            for node in nodes:
                for child in children(node):
                    self.parents[child] = node
        for node in program.of(n.AttrSet):
            for name, binding in node.bindings.items():
                if binding.value is not None and binding.kind == n.PLAIN:
                    self.bound_as[binding.value] = name
        self.for_all_packages: dict[n.Expr, bool] = {}
        """Of the overlays that were asked about: whether they are for the set of all packages."""
        self.overlays = list(self.find_overlays())
        self.changes = list(self.find_changes())

    def find_overlays(self) -> Iterator[Overlay]:
        """Every overlay of the program, outer ones first."""
        bound = self.program.analysis.bound
        outer: set[n.Expr] = set()
        for node in self.program.of(n.Lambda):
            if not takes_two_names(node):
                continue
            level = self.level(node)
            if level == UNKNOWN and self.is_inside(node, outer):
                level = SCOPED
            if level is not None:
                outer.add(node)
                inner = node.body
                final, previous = bound[node][node.argument], bound[inner][inner.argument]
                yield Overlay(node, final, previous, level, result_sets(self.program, inner.body))

    def find_changes(self) -> Iterator[Change]:
        """Every call of `overrideAttrs` and the like with something that is written there."""
        bound = self.program.analysis.bound
        for node in self.program.of(n.Call):
            if type(node.function) is not n.Select:
                continue
            method = callee_name(node.function)
            if method not in ATTRIBUTE_CHANGES:
                continue
            change = self.program.meaning(node.arguments[0])
            names: list[Variable] = []
            while type(change) is n.Lambda and change.argument is not None and change.formals is None:
                names.append(bound[change][change.argument])
                change = change.body
            if type(change) is n.Lambda:
                continue
            final = names[0] if len(names) == 2 else None
            old = names[-1] if names else None
            results = result_sets(self.program, change)
            yield Change(node, method, subject_of(self.program, node.function), final, old, results)

    def level(self, node: n.Lambda) -> str | None:
        """What a function of two names is an overlay for; None if it is none."""
        named = is_named_as_overlay(node)
        place: n.Expr = node
        while (parent := self.parents.get(place)) is not None:
            name = self.bound_as.get(place)
            if name is not None:
                return level_of_name(name, named)
            if type(parent) is n.Call and place is not parent.function:
                method = callee_name(parent.function)
                if method in FOR_SETS:
                    return TOP
                if method in FOR_SCOPES:
                    return SCOPED
                if method not in COMPOSING:
                    return None if method else (UNKNOWN if named else None)
            elif type(parent) not in (n.ListLiteral, n.Binary, n.Call, n.Let, n.With):
                break
            place = parent
        return UNKNOWN if named else None

    def is_inside(self, node: n.Expr, others: set[n.Expr]) -> bool:
        """Whether a node is below one of some others."""
        place: n.Expr | None = node
        while place is not None and place not in others:
            place = self.parents.get(place)
        return place is not None

    def attribute_of(self, node: n.Expr) -> str | None:
        """The name that an expression is the value of, through `let`, `with`, `//` and parentheses."""
        place = node
        while place not in self.bound_as:
            parent = self.parents.get(place)
            if parent is None or type(parent) not in (n.Let, n.With, n.Assert, n.Binary, n.If):
                return None
            place = parent
        return self.bound_as[place]

    def root(self, node: n.Expr) -> tuple[Variable, tuple[str, ...]] | None:
        """`prev.a.b` as the variable and the names; None for what is no such selection."""
        path: tuple[str, ...] = ()
        while type(node) is n.Select:
            names = tuple(name for name in node.path if isinstance(name, str))
            if len(names) != len(node.path):
                return None
            path = names + path
            node = node.subject
        variable = self.program.analysis.variables.get(node) if type(node) is n.Var else None
        return (variable, path) if type(variable) is Variable else None

    def uses(self, node: n.Expr, variable: Variable | None, name: str | None = None) -> list[n.Expr]:
        """Where below a node a variable is used, or selected *name* from."""
        if variable is None:
            return []
        found: list[n.Expr] = []
        for inner in walk(node):
            if name is None:
                if self.program.analysis.variables.get(inner) is variable:
                    found.append(inner)
            elif type(inner) is n.Select and inner.path[0] == name:
                subject = inner.subject
                if self.program.analysis.variables.get(subject) is variable:
                    found.append(inner)
        return found

    # -- which set of packages

    def is_for_all_packages(self, overlay: Overlay) -> bool:
        """Whether an overlay is one for the set of all packages, and not for those of Python or the like."""
        if overlay.level != UNKNOWN:
            return overlay.level == TOP
        known = self.for_all_packages
        if overlay.node not in known:
            known[overlay.node] = not any(
                type(node) is n.Select and self.is_of_python(overlay, node) for node in walk(overlay.node)
            )
        return known[overlay.node]

    def is_of_python(self, overlay: Overlay, node: n.Select) -> bool:
        """Whether a selection is one from a set of Python packages: `prev.numpy.overridePythonAttrs`."""
        root = self.root(node)
        if root is None or root[0] not in (overlay.final, overlay.previous):
            return False
        return root[1][:1] == ("buildPythonPackage",) or (
            len(root[1]) == 2 and root[1][1] == "overridePythonAttrs"
        )

    def package_path(self, package: n.Expr) -> tuple[str, ...]:
        """The attribute path of a package in the set of all packages, () for others."""
        root = self.root(self.program.meaning(package))
        if root is None:
            return ()
        variable, path = root
        for overlay in self.overlays:
            if variable in (overlay.final, overlay.previous):
                return path if self.is_for_all_packages(overlay) else ()
        return path if variable.name == "pkgs" and variable not in self.program.values else ()


def takes_two_names(node: Any) -> bool:
    """Whether this is `a: b: …`."""
    return all(
        type(part) is n.Lambda and part.argument is not None and part.formals is None
        for part in (node, getattr(node, "body", None))
    )


def is_named_as_overlay(node: n.Lambda) -> bool:
    """Whether the arguments are called as those of overlays: `final: prev:`, `pself: psuper:`."""
    inner: Any = node.body
    first, second = str(node.argument), str(inner.argument)
    return first.lower().endswith(FINAL) and second.lower().endswith(PREVIOUS)


def level_of_name(name: str, named: bool) -> str | None:
    """What an overlay that is bound to a name is for; *named*: whether its arguments say that it is one."""
    if name in ("overlays", "overlay"):
        return TOP
    if name in SCOPE_ARGUMENTS:
        return SCOPED if named or name == "packageOverrides" else None
    return UNKNOWN if named else None


def subject_of(program: Tree, select: n.Select) -> n.Expr:
    """What is before the last name of a selection: `a.b` for `a.b.overrideAttrs`."""
    if len(select.path) == 1:
        return select.subject
    end = program.source.text.rindex(".", select.start, select.end)
    return n.Select(select.subject, select.path[:-1], None, select.pos, select.start, end)


def result_sets(program: Tree, node: n.Expr) -> list[n.AttrSet]:
    """The sets that an expression gives: through `let`, `with`, `assert`, `if`, `//` and `optionalAttrs`."""
    found: list[n.AttrSet] = []
    todo, seen = [node], 0
    while todo and seen < 1000:
        seen += 1
        node = program.meaning(todo.pop())
        kind: Any = type(node)
        inner: Any = node
        if kind is n.AttrSet:
            found.append(inner)
        elif kind in (n.Let, n.With, n.Assert):
            todo.append(inner.body)
        elif kind is n.If:
            todo += [inner.otherwise, inner.then]
        elif kind is n.Binary and inner.op == "//":
            todo += [inner.right, inner.left]
        elif kind is n.Call and callee_name(inner.function) == "optionalAttrs" and len(inner.arguments) == 2:
            todo.append(inner.arguments[1])
    return found


def evaluated_first(program: Tree, node: n.Expr) -> Iterator[n.Expr]:
    """The expressions whose values are needed before a node has any value, whatever it is needed for.

    Of `if` only the condition, of a call only the function: of more it cannot be said.
    """
    todo, seen = [node], 0
    while todo and seen < 1000:
        seen += 1
        node = todo.pop()
        yield node
        kind: Any = type(node)
        inner: Any = node
        if kind is n.Var:
            meaning = program.meaning(node)
            todo += [meaning] if meaning is not node else []
        elif kind in (n.Select, n.HasAttr):
            todo.append(inner.subject)
        elif kind is n.Call:
            todo.append(inner.function)
            if callee_name(inner.function) in FORCING:
                todo.append(inner.arguments[0])
        elif kind is n.Binary:
            todo += [inner.left] if inner.op in ("&&", "||", "->") else [inner.right, inner.left]
        elif kind is n.If:
            todo.append(inner.condition)
        elif kind in (n.Let, n.With):
            todo.append(inner.body)
        elif kind is n.Assert:
            todo += [inner.body, inner.condition]
        elif kind in (n.Not, n.Negate):
            todo.append(inner.operand)
        elif kind is n.Interpolation:
            todo += [part for _, part in reversed(inner.parts)]


FORCING = frozenset(("recurseIntoAttrs", "dontRecurseIntoAttrs", "hiPrio", "lowPrio", "recursiveUpdate"))
"""Functions of nixpkgs's `lib` that need their first argument before they give anything."""
