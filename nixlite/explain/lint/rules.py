"""The rules of `nixlite lint`: functions from a program to findings, in a table.

A rule speaks only of what it can see in the source; what depends on values that are made elsewhere it leaves
alone, or asks `<nixpkgs>` for (`asking`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.analysis.facts import Variable, WithLookup
from nixlite.explain.lint import building, overlay_rules, override_rules
from nixlite.explain.lint.tree import Finding, callee_name, written_set
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nixlite.explain.lint.program import Linted

CALLERS = frozenset(("callPackage", "callPackages", "newScope"))


class Rule(NamedTuple):
    """A rule: its name, what it is about, and the function that finds."""

    name: str
    about: str
    find: Callable[[Linted], Iterator[Finding]]


def dropped_sets(program: Linted) -> Iterator[Finding]:
    """`//` or an override whose nested set takes the place of another one."""
    for node in program.of(n.Binary):
        if node.op == "//":
            yield from dropped_by_update(program, node)
    yield from override_rules.dropped_parts(program)
    yield from overlay_rules.replaced_sets(program)


def dropped_by_update(program: Linted, node: n.Binary) -> Iterator[Finding]:
    """`{ a.x = 1; } // { a.y = 2; }` has no `a.x`."""
    left, right = program.meaning(node.left), node.right
    if type(left) is n.Binary and left.op == "//":
        left = program.meaning(left.right)
    if type(left) is not n.AttrSet or type(right) is not n.AttrSet:
        return
    for name, binding in right.bindings.items():
        before = left.bindings.get(name)
        if before is None or type(before.value) is not n.AttrSet or type(binding.value) is not n.AttrSet:
            continue
        lost = [inner for inner in before.value.bindings if inner not in binding.value.bindings]
        if lost:
            spelled = attribute_name(name)
            yield Finding(
                binding.pos,
                "dropped-set",
                f"'//' puts this '{spelled}' in the place of the whole other one, which loses"
                f" {', '.join(f'{spelled}.{attribute_name(inner)}' for inner in lost)}",
                f"{spelled} = {program.text(node.left)}.{spelled} // {written_set(program, binding.value)};"
                if type(node.left) is n.Var
                else f"lib.recursiveUpdate {program.text(node.left)} {program.text(right)}",
            )


def shadowed_by_with(program: Linted) -> Iterator[Finding]:
    """Names that two `with` might give, or that a `with` gives and a nearer-looking binding hides."""
    told: set[tuple[Variable, str]] = set()
    scopes = {variable: node for node, variable in program.analysis.withs.items()}
    for node, resolution in program.analysis.variables.items():
        if type(node) is not n.Var or type(resolution) is not WithLookup or len(resolution.scopes) < 2:
            continue
        having = [
            scopes[scope]
            for scope in resolution.scopes
            if has_attribute(program, scopes[scope].scope, node.name)
        ]
        if len(having) < 2 or (resolution.scopes[0], node.name) in told:
            continue
        told.add((resolution.scopes[0], node.name))
        inner, outer = (program.text(scope.scope) for scope in having[:2])
        yield Finding(
            node.pos,
            "with-shadowing",
            f"'{node.name}' is in 'with {inner}' and in 'with {outer}'; the inner one wins",
            f"{inner}.{node.name}",
        )
    for node in program.of(n.With):
        yield from hidden_from_with(program, node)


def hidden_from_with(program: Linted, scope: n.With) -> Iterator[Finding]:
    """Variables in the body of a `with` whose set has the name too: the `with` never wins."""
    if type(program.meaning(scope.scope)) is not n.AttrSet:
        return
    told: set[str] = set()
    for node in walk(scope.body):
        if type(node) is not n.Var or node.name in told:
            continue
        resolution = program.analysis.variables.get(node)
        if type(resolution) is WithLookup or resolution is None:
            continue
        if has_attribute(program, scope.scope, node.name) and not bound_inside(program, scope, resolution):
            told.add(node.name)
            yield Finding(
                node.pos,
                "with-shadowing",
                f"'{node.name}' is not that of 'with {program.text(scope.scope)}': a binding outside of the"
                " 'with' hides it",
                f"{program.text(scope.scope)}.{node.name}",
            )


def bound_inside(program: Linted, scope: n.With, resolution: object) -> bool:
    """Whether a variable is bound in the body of the `with`, so that everyone sees what is meant."""
    return any(
        resolution in program.analysis.bound.get(node, {}).values()
        for node in walk(scope.body)
        if node in program.analysis.bound
    )


def has_attribute(program: Linted, scope: n.Expr, name: str) -> bool | None:
    """Whether the set of a `with` has an attribute, None where that is not to be seen."""
    attrs = program.meaning(scope)
    if type(attrs) is not n.AttrSet or attrs.dynamic:
        return None
    return name in attrs.bindings


def unused_arguments(program: Linted) -> Iterator[Finding]:
    """Named arguments of a file's function, or of one that is given to `callPackage`, that it does not use.

    Functions that are given to others must take what these give, and `...` says that not all is wanted.
    """
    used = set(map(id, program.analysis.variables.values()))
    for node in package_functions(program):
        if node.formals is not None and node.argument is None and not node.formals.ellipsis:
            bound = program.analysis.bound[node]
            for formal in node.formals.items:
                if id(bound[formal.name]) not in used:
                    yield Finding(
                        formal.pos,
                        "unused-argument",
                        f"the argument '{formal.name}' is not used",
                        "remove it, here and where a call gives it",
                    )


def package_functions(program: Linted) -> Iterator[n.Lambda]:
    """The function that a file is, and those that are written as the argument of `callPackage`."""
    if type(program.tree) is n.Lambda:
        yield program.tree
    for node in program.of(n.Call):
        if callee_name(node.function) in CALLERS:
            function = node.arguments[0]
            if type(function) is n.Lambda:
                yield function


RULES = (
    Rule(
        "rec-arguments", "mkDerivation rec { … } whose attributes refer to each other", building.rec_arguments
    ),
    Rule(
        "let-arguments",
        "mkDerivation { inherit version; … } that uses the let variable",
        building.let_arguments,
    ),
    Rule("own-final-value", "an attribute made from its own final value", overlay_rules.own_final_values),
    Rule(
        "rec-overlay",
        "an overlay's rec { … }, which later overlays do not reach",
        overlay_rules.recursive_overlays,
    ),
    Rule(
        "lost-overrides",
        "packageOverrides that replace those of other overlays",
        overlay_rules.lost_overrides,
    ),
    Rule(
        "update-package", "prev.x // { version = …; }, which changes no build", overlay_rules.updated_packages
    ),
    Rule("override-argument", ".override of what is no argument", override_rules.override_arguments),
    Rule("old-version", "the version before an override in its new source", override_rules.old_versions),
    Rule(
        "misspelt-name",
        "an old attribute that is asked for by a misspelt name",
        override_rules.misspelt_names,
    ),
    Rule(
        "consumed-argument",
        "overrideAttrs of what the builder has used before",
        override_rules.consumed_arguments,
    ),
    Rule("late-source", "rev and the like given to src by overrideAttrs", override_rules.late_sources),
    Rule("missing-patches", "old.patches without 'or [ ]'", override_rules.missing_patches),
    Rule("replaced-list", "a list of inputs that replaces the package's", override_rules.replaced_lists),
    Rule("dropped-set", "// or an override that drops parts of a nested set", dropped_sets),
    Rule("with-shadowing", "names that 'with' gives, or seems to give", shadowed_by_with),
    Rule("unused-argument", "named arguments that are not used", unused_arguments),
)
