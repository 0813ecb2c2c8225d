"""Watching overrides happen: what was overridden, what was given, what came of it.

Every call of `override`, `overrideAttrs` and their like that is written in a source of the user's own
becomes `__override NUMBER SUBJECT ARGUMENT (s: a: s.overrideAttrs a)`, which does the same and writes down
subject, argument and result. So an override is known by what it did, not by what its names look like. The
trees that questions are asked about (`InstrumentedEvaluator.tree`) stay as they were written.

A `Trial` evaluates the same program with some of these calls left out, or with some of what they give.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.runtime.thunk import delay
from nixlite.runtime.values import MISSING, FunctionType, PrimOp, PrimOpApp
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import replace_children, walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.explain.recording.notes import Place
    from nixlite.runtime.values import Lazy, Value
    from nixlite.source import Source

OVERRIDE, KEEP = "override", "keep"
"""The names, after `__`, of what watches; names that no Nix has."""

ATTRIBUTES = frozenset({"overrideAttrs", "overridePythonAttrs", "overrideDerivation", "overrideModAttrs"})
"""They change the attributes of a package: what its builder was given, or what Nix itself gets."""

ARGUMENTS = frozenset({"override"})
"""They change the arguments that a package's function was called with."""

SCOPES = frozenset({"overrideScope", "overrideScope'", "extend", "appendOverlays"})
"""They change a set of packages, by overlays."""

WATCHED = ATTRIBUTES | ARGUMENTS | SCOPES

SUBJECT, GIVEN = "override subject", "override argument"
"""Variables that no source can name."""


class Site(NamedTuple):
    """A call that overrides: *name* is the function's, *call* the expression, *subject* what is overridden
    and *argument* what it is given; *place* is where the function's name stands."""

    number: int
    name: str
    call: n.Call
    subject: n.Expr
    argument: n.Expr
    source: Source
    place: Place

    def text(self, node: n.Expr) -> str:
        """The source of an expression of it."""
        return self.source.text[node.start : node.end]


class Application(NamedTuple):
    """What an override gave: the set *before* (MISSING: it was not asked for) and the set that it gave."""

    before: Any
    attrs: dict[str, Lazy]


class Observation:
    """One override that was evaluated: *subject* and *result* are lazies, *result* is MISSING while it is
    evaluated or if that failed. `inside` is the override whose argument or subject asked for it."""

    __slots__ = ("applications", "inside", "result", "site", "subject")

    def __init__(self, site: Site, subject: Lazy, inside: Observation | None) -> None:
        self.site = site
        self.subject = subject
        self.inside = inside
        self.result: Any = MISSING
        self.applications: list[Application] = []


class Trial(NamedTuple):
    """How an evaluation differs from the program as it is written: *without* are the numbers of sites whose
    subject is taken instead, *dropped* pairs of a site's number and a name that it does not give, *texts*
    other texts for sources."""

    without: frozenset[int] = frozenset()
    dropped: frozenset[tuple[int, str]] = frozenset()
    texts: tuple[tuple[str, str], ...] = ()


class Observer:
    """Finds the sites of the user's sources and watches them. *owns* tells which sources these are."""

    def __init__(self, owns: Callable[[str], bool]) -> None:
        self.owns = owns
        self.sites: list[Site] = []
        self.kept: dict[str, Lazy] = {}
        self.known: dict[tuple[str, str, int, int], Site] = {}
        self.observations: list[Observation] = []
        self.under_way: list[Observation] = []
        self.trial = Trial()
        self.call: Callable[[Any, Lazy], Value] = uncallable
        self.force: Callable[[Lazy], Value] = uncallable
        self.find: Callable[[str], str] = uncallable
        """The file that a place on the lookup path means."""

    def begin(self, trial: Trial) -> None:
        """Forget what was seen; from now on things go as *trial* says."""
        self.trial = trial
        self.observations = []
        self.under_way = []

    def touches_expression_only(self, trial: Trial) -> bool:
        """Whether a trial changes nothing in files: the values of these stay."""
        numbers = {*trial.without, *(number for number, _ in trial.dropped)}
        names = {name for name, _ in trial.texts} | {self.sites[number].source.name for number in numbers}
        return not any(name.startswith("/") for name in names)

    # -- the tree

    def rewritten(self, tree: Any, source: Source) -> Any:
        """The tree of a source with what is to be watched in it; others as they are."""
        if not self.owns(source.name) or not any(is_watched(node) or is_import(node) for node in walk(tree)):
            return tree
        return self.watched(tree, source)

    def watched(self, tree: n.Expr, source: Source) -> n.Expr:
        """*tree* with its overriding calls watched. Its nodes are changed."""
        if is_import(tree) and not any(is_watched(node) for node in walk(tree)) and not self.is_own(tree):
            return kept(tree, source)
        replace_children(tree, lambda node: self.watched(node, source))
        return self.watched_call(tree, source) if is_watched(tree) else tree

    def is_own(self, tree: Any) -> bool:
        """Whether an imported file is the user's, so that trials change it."""
        try:
            return self.owns(self.find(tree.arguments[0].value))
        except NixError:
            return False  # said when it is evaluated

    def watched_call(self, call: Any, source: Source) -> n.Expr:
        """`x.NAME argument …` as a call of what watches it."""
        select = call.function
        name = select.path[-1]
        start, end = call.start, call.end
        subject = select.subject
        if len(select.path) > 1:
            dot = source.text.rindex(".", 0, select.end - len(name))
            end_of_subject = len(source.text[:dot].rstrip())
            subject = n.Select(subject, select.path[:-1], None, select.pos, select.start, end_of_subject)
        site = self.site(call, name, subject, source)
        inner = n.Select(
            n.Var(SUBJECT, n.NO_POS, start, end), (name,), None, select.pos, select.start, select.end
        )
        body = n.Call(inner, [n.Var(GIVEN, n.NO_POS, start, end)], call.pos, start, end)
        apply = n.Lambda(
            SUBJECT, None, n.Lambda(GIVEN, None, body, call.pos, start, end), call.pos, start, end
        )
        arguments = [n.Int(site.number, start, end), subject, call.arguments[0], apply]
        watching = n.Var(f"__{OVERRIDE}", n.NO_POS, start, end)
        return n.Call(watching, [*arguments, *call.arguments[1:]], call.pos, start, end)

    def site(self, call: n.Call, name: str, subject: n.Expr, source: Source) -> Site:
        """The site of a call, the same one each time the same text is met."""
        key = (source.name, source.text, call.start, call.end)
        if key not in self.known:
            select: Any = call.function
            place = (source.name, *source.line_column(select.end - len(name)))
            site = Site(len(self.sites), name, call, subject, call.arguments[0], source, place)
            self.sites.append(site)
            self.known[key] = site
        return self.known[key]

    # -- the evaluation

    def builtins(self) -> tuple[PrimOp, PrimOp]:
        """What watches, as builtins."""
        return (
            PrimOp(OVERRIDE, self.override, ("number", "subject", "argument", "apply"), ""),
            PrimOp(KEEP, self.keep, ("text", "e"), ""),
        )

    def keep(self, text: Lazy, e: Lazy) -> Value:
        """The value of an expression that means the same in every trial, evaluated once."""
        known: Any = self.force(text)
        return self.force(self.kept.setdefault(known, e))

    def override(self, number: Lazy, subject: Lazy, argument: Lazy, apply: Lazy) -> Value:
        """Override *subject* by *argument* as *apply* does it, and write that down."""
        at: Any = self.force(number)
        site = self.sites[at]
        if site.number in self.trial.without:
            return self.force(subject)
        seen = Observation(site, subject, self.under_way[-1] if self.under_way else None)
        self.observations.append(seen)
        given = delay(partial(self.given, seen), argument)
        self.under_way.append(seen)
        try:
            result = seen.result = self.call(self.call(self.force(apply), subject), given)
        finally:
            self.under_way.pop()
        return result

    def given(self, seen: Observation, argument: Lazy) -> Value:
        """The argument of an override, watched."""
        self.under_way.append(seen)
        try:
            return self.seen(seen, MISSING, self.force(argument))
        finally:
            self.under_way.pop()

    def seen(self, seen: Observation, before: Any, value: Value) -> Value:
        """What an override gives, written down; a function is watched until it gives a set."""
        kind = type(value)
        if kind is FunctionType or kind is PrimOp or kind is PrimOpApp:

            def applied(x: Lazy) -> Value:
                self.under_way.append(seen)
                try:
                    return self.seen(seen, x, self.call(value, x))
                finally:
                    self.under_way.pop()

            return PrimOp("what overrides", applied, ("previous",), "")
        if kind is dict:
            attrs: Any = value
            return self.applied(seen, before, attrs)
        return value

    def applied(self, seen: Observation, before: Any, attrs: dict[str, Lazy]) -> dict[str, Lazy]:
        """A set that an override gives, without what the trial leaves out."""
        number = seen.site.number
        dropped = {name for site, name in self.trial.dropped if site == number}
        if dropped & attrs.keys():
            old: Any = self.force(before) if before is not MISSING else {}
            kept = {name: cell for name, cell in attrs.items() if name not in dropped}
            # `old // { … }` as the whole of it: what is left out is as it was
            whole = type(old) is dict and old.keys() <= attrs.keys()
            attrs = {**kept, **{name: old[name] for name in dropped if whole and name in old}}
        seen.applications.append(Application(before, attrs))
        return attrs


def is_watched(node: Any) -> bool:
    """Whether an expression is a call that overrides, by the name of the function."""
    if type(node) is not n.Call or type(node.function) is not n.Select or node.function.default is not None:
        return False
    return node.function.path[-1] in WATCHED


def is_import(node: Any) -> bool:
    """Whether an expression calls an imported file by its place on the lookup path with constants:
    `import <nixpkgs> { }`. It means the same wherever it stands."""
    if type(node) is not n.Call or len(node.arguments) < 2 or type(node.function) is not n.Var:
        return False
    if node.function.name != "import" or type(node.arguments[0]) is not n.SearchPath:
        return False
    return all(
        type(part) in CONSTANT and (type(part) is not n.Var or part.name in ("true", "false", "null"))
        for argument in node.arguments[1:]
        for part in walk(argument)
    )


CONSTANT = (n.AttrSet, n.Str, n.Int, n.Float, n.ListLiteral, n.Var)


def kept(call: n.Expr, source: Source) -> n.Expr:
    """A call whose value is kept."""
    start, end = call.start, call.end
    text = n.Str(" ".join(source.text[start:end].split()), start, end)
    return n.Call(n.Var(f"__{KEEP}", n.NO_POS, start, end), [text, call], call.pos, start, end)


def uncallable(*arguments: Any) -> Any:
    """In place of an operation of an evaluator that is not there yet."""
    raise AssertionError("the observer has no evaluator")
