"""Scope resolution: which binding each variable means, before anything runs.

C++ Nix does this in `bindVars`: undefined variables are errors of the file, not of the evaluation. A name is
looked up in the enclosing lexical scopes, then among the globals; only a name found in none of these is left
to the enclosing `with` expressions, innermost first. Manual: Language, "Scoping rules".
"""

from __future__ import annotations

from nixlite.abi.operators import CALLED
from nixlite.analysis.deferral import deferred_names, heads
from nixlite.analysis.facts import (
    Analysis,
    Global,
    Group,
    NameOrder,
    Outer,
    Piece,
    Resolution,
    Scope,
    Variable,
    WithLookup,
)
from nixlite.analysis.lookups import curried, ends_row, last_bound
from nixlite.errors import UndefinedVariable
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable
    from typing import Any

    from nixlite.analysis.deferral import Sizes
    from nixlite.analysis.policy import Policy
    from nixlite.analysis.skimming import Met
    from nixlite.source import Source


class Resolver:
    """One walk over a tree."""

    def __init__(
        self,
        source: Source,
        globals_: Container[str],
        analysis: Analysis,
        aliases: bool = True,
        policy: Policy | None = None,
    ) -> None:
        self.aliases = aliases
        self.source = source
        self.globals = globals_
        self.analysis = analysis
        self.policy = policy
        self.heads: set[n.Expr] = set()  # the functions that run once, as a rule
        self.often = False  # whether we are in another one
        self.count = 0
        self.piece = -1  # the number of the innermost piece that we are in
        self.open: list[Group] = []  # the groups of all pieces that we are in, innermost last
        self.shares = aliases and policy is None
        self.level = 0  # in so many functions within each other
        self.joined: set[n.Expr] = set()  # functions that are one with those around them
        self.sizes: Sizes = {}
        self.unready: list[n.Expr] = []  # the functions whose defaults we are in
        self.ordered = False  # whether bindings and formals are visited in the order of names
        self.met: Met | None = None

    def variable(
        self, name: str, owner: n.Expr | None, binding: n.Binding | None = None, pos: int = n.NO_POS
    ) -> Variable:
        """A new variable, bound by *owner*."""
        made = Variable(name, binding, pos=pos)
        made.number = self.count
        made.owner = owner
        made.level = self.level
        self.count += 1
        return made

    def lookup(self, name: str, scope: Scope, pos: int) -> Resolution:
        """What *name* means in *scope*; raises UndefinedVariable."""
        at: Scope | None = scope
        while at is not None:
            variable = at.names.get(name)
            if variable is not None:
                if self.open:
                    self.captured(variable)
                return variable
            at = at.outer
        if name in self.globals:
            return Global(name)
        if scope.withs:
            found = self.shared(name, scope.withs, pos) if self.shares else WithLookup(name, scope.withs)
            if self.open:
                self.captured(found)
            return found
        position = None if pos == n.NO_POS else self.source.position(pos)
        raise UndefinedVariable(f"undefined variable '{attribute_name(name)}'", position=position)

    def shared(self, name: str, scopes: tuple[Variable, ...], pos: int) -> WithLookup:
        """A lookup; all calls of the functions that it is in share it where the sets are from around them."""
        made = WithLookup(name, scopes)
        last = None if made.chain is not None else last_bound(scopes)
        if last is None or last.owner is None or last.level >= self.level or last.owner in self.unready:
            return made
        made = WithLookup(name, scopes, Variable(name))
        self.analysis.lookups.setdefault(last.owner, []).append((made, pos))
        return made

    def captured(self, found: Resolution) -> None:
        """Write down that a piece uses a variable, in all groups that it is bound outside of."""
        if type(found) is Variable and found.subject is not None:
            found = found.subject
        if type(found) is WithLookup:
            for variable in found.scopes[: found.nearest]:
                self.captured(variable)
            if found.chain is not None:
                self.captured(found.chain)
        elif type(found) is Variable:
            for group in reversed(self.open):
                if found.number >= group.mark:
                    return
                group.free[found] = None

    def visit(self, node: n.Expr, scope: Scope) -> None:
        """Resolve every variable below *node*."""
        VISITORS[type(node)](self, node, scope)

    def visit_piece(self, group: Group, name: str, node: n.Expr, scope: Scope) -> None:
        """Resolve what is bound to *name* in a group and is compiled later."""
        saved, self.piece = self.piece, len(self.analysis.pieces)
        group.members[name] = self.piece
        piece = Piece(group, node)
        self.analysis.pieces.append(piece)
        self.open.append(group)
        if type(node) is not n.Skimmed:
            self.visit(node, scope)
        elif self.has_all(node, group, scope):
            for each in () if node.loose is None else scope.withs:
                self.captured(each)
            piece.resolve = lambda: self.resolve(node, scope)
        else:
            piece.node = node.tree()
            self.visit(piece.node, scope)
        self.open.pop()
        self.piece = saved

    def has_all(self, node: n.Skimmed, group: Group, scope: Scope) -> bool:
        """Whether all variables of a skimmed value are defined that must be."""
        if self.met is None:
            from nixlite.analysis.skimming import Met  # few sources are skimmed

            self.met = Met()
        return self.met.has(node, group, scope, self.lookup)

    def resolve(self, node: n.Skimmed, scope: Scope) -> n.Expr:
        """The tree of a piece that was only skimmed when its surroundings were resolved."""
        self.policy = None  # the numbers of pieces in it would depend on when it is needed
        tree = node.tree()
        self.visit(tree, scope)
        return tree


def analyse(
    expr: n.Expr,
    source: Source,
    globals_: Container[str],
    outer_names: Collection[str] = (),
    aliases: bool = True,
    policy: Policy | None = None,
    first: Iterable[str] = (),
    ordered: Callable[[Iterable[str]], list[str]] | None = None,
) -> Analysis:
    """Resolve every variable of a program.

    *globals_*: the names of the global scope; *outer_names*: names of the scope that the program is evaluated
    in (REPL bindings, `scopedImport`), which hide the globals; without *aliases* each binding is a
    variable of its own, so that it can be told through which name a value was read; *policy* tells what is
    compiled later, None for nothing; *first*, *ordered*: see `NameOrder`.
    Raises UndefinedVariable with its position.
    """
    analysis = Analysis(NameOrder(source, first, ordered))
    if policy is not None and len(source.text) < policy.source:
        policy = None
    resolver = Resolver(source, globals_, analysis, aliases, policy)
    if policy is not None:
        resolver.heads = heads(expr)
    outer = Scope(Outer(outer_names) if outer_names else {}, None, ())
    resolver.count = 1
    try:
        resolver.visit(expr, outer)
    except UndefinedVariable:  # of several, Nix reports the one that it comes to first
        resolver = Resolver(source, globals_, analysis, aliases=False)
        resolver.ordered = True
        resolver.visit(expr, outer)
        raise
    return analysis


def _leaf(resolver: Resolver, node: n.Expr, scope: Scope) -> None:
    pass


def _var(resolver: Resolver, node: n.Var, scope: Scope) -> None:
    resolver.analysis.variables[node] = resolver.lookup(node.name, scope, node.pos)


def _interpolation(resolver: Resolver, node: n.Interpolation, scope: Scope) -> None:
    for _, part in node.parts:
        resolver.visit(part, scope)


def _path(resolver: Resolver, path: tuple[n.AttrName, ...], scope: Scope) -> None:
    for name in path:
        if not isinstance(name, str):
            resolver.visit(name, scope)


def _select(resolver: Resolver, node: n.Select, scope: Scope) -> None:
    resolver.visit(node.subject, scope)
    if node.default is not None:
        resolver.visit(node.default, scope)
    _path(resolver, node.path, scope)


def _has_attr(resolver: Resolver, node: n.HasAttr, scope: Scope) -> None:
    resolver.visit(node.subject, scope)
    _path(resolver, node.path, scope)


def _list(resolver: Resolver, node: n.ListLiteral, scope: Scope) -> None:
    for item in node.items:
        resolver.visit(item, scope)


def bind(resolver: Resolver, attrs: n.AttrSet, scope: Scope) -> Scope:
    """The scope inside a `rec` set or `let`; registers its variables.

    `inherit a`, and `a = b` where `b` comes before in the order of names, make no variable: `a` means what
    that means (unless `__overrides` may change it). C++ Nix shares the value in just these cases.
    """
    bindings = attrs.bindings
    overridable = attrs.recursive and "__overrides" in bindings
    aliases = resolver.aliases and not overridable
    names: dict[str, Resolution] = {}
    made: dict[str, Variable] = {}
    for name in in_order(resolver, attrs) if aliases else bindings:
        alias = aliased(resolver, attrs, names, bindings[name], scope) if aliases else None
        if alias is not None:
            names[name] = alias
        else:
            names[name] = made[name] = resolver.variable(name, None if overridable else attrs, bindings[name])
    resolver.analysis.bound[attrs] = {name: made[name] for name in bindings if name in made}
    return Scope(names, scope, scope.withs)


def in_order(resolver: Resolver, attrs: n.AttrSet) -> Iterable[str]:
    """The names of a group, in the order of names where it matters."""
    bindings = attrs.bindings
    for binding in bindings.values():
        value = binding.value
        if type(value) is n.Var and value.name in bindings and binding.kind is not n.INHERITED:
            return resolver.analysis.order.sorted(bindings)
    return bindings


def aliased(
    resolver: Resolver, attrs: n.AttrSet, names: dict[str, Resolution], binding: n.Binding, scope: Scope
) -> Resolution | None:
    """What a binding is another name of, None when it needs a variable of its own."""
    node = binding.value
    if type(node) is not n.Var:
        return None
    if binding.kind is n.INHERITED:
        return resolver.lookup(node.name, scope, binding.pos)
    if node.name in attrs.bindings:
        return names.get(node.name)
    target = resolver.lookup(node.name, scope, node.pos)
    return None if type(target) is WithLookup else target


def _bindings(resolver: Resolver, attrs: n.AttrSet, inner: Scope, scope: Scope) -> None:
    """Values see *inner*; `inherit a` sees *scope*, the surroundings."""
    for source in attrs.inherit_from:
        resolver.visit(source, inner)
    group = None if resolver.policy is None else open_group(resolver, attrs, resolver.policy)
    for name in visited(resolver, attrs.bindings):
        binding = attrs.bindings[name]
        value = binding.value
        if value is not None:
            if group is not None and name in group.members:
                resolver.visit_piece(group, name, value, inner)
                continue
            if type(value) is n.Skimmed:
                value = binding.value = value.tree()
            resolver.visit(value, scope if binding.kind is n.INHERITED else inner)
    for dynamic in attrs.dynamic:
        resolver.visit(dynamic.name, inner)
        resolver.visit(dynamic.value, inner)


def visited(resolver: Resolver, names: Iterable[str]) -> Iterable[str]:
    """The names of bindings or formals in the order in which their values are visited."""
    return resolver.analysis.order.sorted(names) if resolver.ordered else names


def open_group(resolver: Resolver, attrs: n.AttrSet, policy: Policy) -> Group | None:
    """The group of bindings that are compiled later, None for no such."""
    names = deferred_names(attrs, policy, resolver.sizes, often=resolver.often)
    if not names:
        return None
    group = resolver.analysis.groups[attrs] = Group(attrs, resolver.piece, resolver.count)
    group.often = resolver.often
    bound = resolver.analysis.bound.get(attrs, {})
    for name in names:
        group.members[name] = -1  # numbered when it is visited
        variable = bound.get(name)
        if variable is not None:
            group.own[variable] = name
    return group


def _attr_set(resolver: Resolver, node: n.AttrSet, scope: Scope) -> None:
    inner = bind(resolver, node, scope) if node.recursive else scope
    _bindings(resolver, node, inner, scope)


def _let(resolver: Resolver, node: n.Let, scope: Scope) -> None:
    inner = bind(resolver, node.attrs, scope)
    _bindings(resolver, node.attrs, inner, scope)
    resolver.visit(node.body, inner)


def _with(resolver: Resolver, node: n.With, scope: Scope) -> None:
    resolver.visit(node.scope, scope)
    variable = resolver.variable("with", node, pos=node.pos)
    if resolver.aliases and type(node.scope) is n.Var:
        subject = resolver.analysis.variables[node.scope]
        if type(subject) is not WithLookup:
            variable.subject = subject
    resolver.analysis.withs[node] = variable
    withs = (variable, *scope.withs)
    if resolver.aliases and ends_row(node, withs):
        for each in withs if resolver.open else ():
            resolver.captured(each)  # what the chain is made of
        variable.chain = resolver.variable("with", node)
        resolver.analysis.chains[node] = withs
    resolver.visit(node.body, Scope({}, scope, withs))


def _assert(resolver: Resolver, node: n.Assert, scope: Scope) -> None:
    resolver.visit(node.condition, scope)
    resolver.visit(node.body, scope)


def _if(resolver: Resolver, node: n.If, scope: Scope) -> None:
    resolver.visit(node.condition, scope)
    resolver.visit(node.then, scope)
    resolver.visit(node.otherwise, scope)


def _lambda(resolver: Resolver, node: n.Lambda, scope: Scope) -> None:
    names = {}
    level = resolver.level
    if node not in resolver.joined:
        resolver.level += 1
        resolver.joined.update(curried(node)[1:])
    if node.argument is not None:
        names[node.argument] = resolver.variable(node.argument, node)
    if node.formals is not None:
        for formal in node.formals.items:
            names[formal.name] = resolver.variable(formal.name, node)
    resolver.analysis.bound[node] = names
    inner = Scope(names, scope, scope.withs)
    often = resolver.often
    resolver.often = often or node not in resolver.heads
    if node.formals is not None:
        resolver.unready.append(node)
        defaults = {formal.name: formal.default for formal in node.formals.items}
        for name in visited(resolver, defaults):
            default = defaults[name]
            if default is not None:
                resolver.visit(default, inner)
        resolver.unready.pop()
    resolver.visit(node.body, inner)
    resolver.often = often
    resolver.level = level


def _call(resolver: Resolver, node: n.Call, scope: Scope) -> None:
    resolver.visit(node.function, scope)
    for argument in node.arguments:
        resolver.visit(argument, scope)


def _not(resolver: Resolver, node: n.Not, scope: Scope) -> None:
    resolver.visit(node.operand, scope)


def _negate(resolver: Resolver, node: n.Negate, scope: Scope) -> None:
    resolver.analysis.variables[node] = resolver.lookup("__sub", scope, node.pos)
    resolver.visit(node.operand, scope)


def _binary(resolver: Resolver, node: n.Binary, scope: Scope) -> None:
    called = CALLED.get(node.op)
    operands = (node.left, node.right)
    if called is not None:
        resolver.analysis.variables[node] = resolver.lookup(called.variable, scope, node.pos)
        if called.swapped:  # these mean `__lessThan right left`, and are looked at in that order
            operands = (node.right, node.left)
    for operand in operands:
        resolver.visit(operand, scope)


def _search_path(resolver: Resolver, node: n.SearchPath, scope: Scope) -> None:
    resolver.analysis.variables[node] = resolver.lookup("__findFile", scope, node.pos)
    nix_path = n.Var("__nixPath", node.pos, node.start, node.end)
    resolver.analysis.search_paths[node] = nix_path
    resolver.visit(nix_path, scope)


VISITORS: dict[type[n.Expr], Callable[[Resolver, Any, Scope], None]] = {  # each for the nodes of its class
    n.Int: _leaf,
    n.Float: _leaf,
    n.Str: _leaf,
    n.PathLiteral: _leaf,
    n.CurPos: _leaf,
    n.Var: _var,
    n.Interpolation: _interpolation,
    n.Select: _select,
    n.HasAttr: _has_attr,
    n.ListLiteral: _list,
    n.AttrSet: _attr_set,
    n.Let: _let,
    n.With: _with,
    n.Assert: _assert,
    n.If: _if,
    n.Lambda: _lambda,
    n.Call: _call,
    n.Not: _not,
    n.Negate: _negate,
    n.Binary: _binary,
    n.SearchPath: _search_path,
}
