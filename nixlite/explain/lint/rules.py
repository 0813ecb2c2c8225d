"""The rules of `nixlite lint`: functions from a program to findings, in a table.

A rule speaks only of what it can see in the source; what depends on values that are made elsewhere it leaves
alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.analysis.facts import Variable, WithLookup
from nixlite.errors import did_you_mean
from nixlite.explain.lint.tree import (
    Finding,
    callee_name,
    let_references,
    offset_of,
    references,
)
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nixlite.explain.lint.tree import Program, Reference

BUILDERS = frozenset(
    ("mkDerivation", "buildPythonPackage", "buildPythonApplication", "buildGoModule", "buildRustPackage",
     "buildNpmPackage", "buildDotnetModule", "buildPerlPackage", "buildRubyGem")
)  # fmt: skip
"""Functions whose argument `overrideAttrs` changes later."""

FINAL, PREVIOUS = frozenset(("final", "self")), frozenset(("prev", "super"))
CALLERS = frozenset(("callPackage", "callPackages", "newScope"))
NESTED = ("env", "meta", "passthru")
"""Attributes of a derivation that are sets, of which an override mostly wants to change a part."""


class Rule(NamedTuple):
    """A rule: its name, what it is about, and the function that finds."""

    name: str
    about: str
    find: Callable[[Program], Iterator[Finding]]


def rec_arguments(program: Program) -> Iterator[Finding]:
    """`mkDerivation rec { … }` whose attributes refer to each other."""
    for call, attrs in built_sets(program):
        found = references(attrs) if attrs.recursive else []
        if found:
            yield Finding(
                attrs.pos,
                "rec-arguments",
                f"'{callee_name(call.function)} rec' refers to its own attributes"
                f" ({listed(program, found)}); these references are to what is written here, and stay so when"
                " overrideAttrs gives another value",
                final_form(program, call, found),
            )


def let_arguments(program: Program) -> Iterator[Finding]:
    """`let version = …; in mkDerivation { inherit version; … version … }`."""
    for call, attrs in built_sets(program):
        found = [] if attrs.recursive else let_references(program, attrs)  # `rec` is told above
        if found:
            name = found[0].node.name
            yield Finding(
                attrs.pos,
                "let-arguments",
                f"'{callee_name(call.function)}' gets '{name}' as an attribute, its others refer to the"
                f" variable of 'let' ({listed(program, found)}); these keep the old value when overrideAttrs"
                " gives another",
                final_form(program, call, found),
            )


def built_sets(program: Program) -> Iterator[tuple[n.Call, n.AttrSet]]:
    """The calls of builders with a set that is written there."""
    for node in walk(program.tree):
        if type(node) is n.Call and callee_name(node.function) in BUILDERS:
            attrs = node.arguments[0]
            if type(attrs) is n.AttrSet:
                yield node, attrs


def listed(program: Program, found: list[Reference]) -> str:
    """`version in line 5, 8; pname in line 5`."""
    uses: dict[str, list[str]] = {}
    for reference in found:
        line = str(program.line(offset_of(reference)))
        lines = uses.setdefault(reference.node.name, [])
        lines += [line] if line not in lines else []
    return "; ".join(f"{name} in line {', '.join(lines)}" for name, lines in uses.items())


def final_form(program: Program, call: n.Call, found: list[Reference]) -> str:
    """What to write instead, in short."""
    return f"{program.text(call.function)} (finalAttrs: {{ … ${{finalAttrs.{found[0].node.name}}} … }})"


def override_arguments(program: Program) -> Iterator[Finding]:
    """`.override { x = …; }` of a function that is in sight and has no argument `x`."""
    for node in walk(program.tree):
        if type(node) is not n.Call or type(node.function) is not n.Select:
            continue
        select, attrs = node.function, node.arguments[0]
        if select.path[-1] != "override" or type(attrs) is not n.AttrSet or attrs.dynamic:
            continue
        package = select.subject if len(select.path) == 1 else None
        formals = callee_formals(program, package) if package is not None else None
        if formals is None or formals.ellipsis:
            continue
        names = [formal.name for formal in formals.items]
        for name, binding in attrs.bindings.items():
            if name not in names:
                hint = did_you_mean(name, names)
                yield Finding(
                    binding.pos,
                    "override-argument",
                    f"'{name}' is no argument of '{program.text(select.subject)}', so override fails"
                    f" or has no effect (its arguments: {', '.join(names)})" + (f". {hint}" if hint else ""),
                    f"{program.text(select.subject)}.overrideAttrs (old: {{ {attribute_name(name)} = …; }})",
                )


def callee_formals(program: Program, package: n.Expr) -> n.Formals | None:
    """The named arguments of the function that a package is made with, where that can be seen."""
    node = program.meaning(package)
    if type(node) is not n.Call or callee_name(node.function) not in ("callPackage", "makeOverridable"):
        return None
    function: Any = program.meaning(node.arguments[0])
    if type(function) is n.Call and callee_name(function.function) == "import":
        function = function.arguments[0]
    if type(function) is n.PathLiteral:
        function = program.imported(function.value)
    return function.formals if type(function) is n.Lambda else None


def previous_callers(program: Program) -> Iterator[Finding]:
    """`prev.callPackage` in an overlay."""
    for node in walk(program.tree):
        if not is_overlay(node):
            continue
        final, previous = node.argument, node.body.argument
        variable = program.analysis.bound[node.body][previous]
        for inner in walk(node.body.body):
            for offset, name in callers_in(program, inner, variable):
                yield Finding(
                    offset,
                    "prev-call-package",
                    f"'{previous}.{name}' takes arguments from the set as it was before this overlay, so"
                    " the package does not see what this overlay and later ones change",
                    f"{final}.{name}",
                )


def is_overlay(node: Any) -> bool:
    """Whether this is `final: prev: …`, by the names of the arguments."""
    return (
        type(node) is n.Lambda
        and type(node.body) is n.Lambda
        and node.argument in FINAL
        and node.body.argument in PREVIOUS
    )


def callers_in(program: Program, node: Any, variable: Variable) -> Iterator[tuple[int, str]]:
    """Where `callPackage` and the like are taken from a variable: offsets and names."""

    def is_it(expression: Any) -> bool:
        return type(expression) is n.Var and program.analysis.variables.get(expression) is variable

    if type(node) is n.Select and node.path[0] in CALLERS and is_it(node.subject):
        yield node.start, str(node.path[0])
    elif type(node) in (n.AttrSet, n.Let):
        attrs: Any = node.attrs if type(node) is n.Let else node
        for name, binding in attrs.bindings.items():
            if (
                binding.kind == n.INHERITED_FROM
                and name in CALLERS
                and is_it(attrs.inherit_from[binding.source])
            ):
                yield binding.pos, name


def dropped_sets(program: Program) -> Iterator[Finding]:
    """`//` or an override whose nested set takes the place of another one."""
    for node in walk(program.tree):
        if type(node) is n.Binary and node.op == "//":
            yield from dropped_by_update(program, node)
        elif type(node) is n.Call and callee_name(node.function) == "overrideAttrs":
            yield from dropped_by_override(program, node.arguments[0])


def dropped_by_update(program: Program, node: n.Binary) -> Iterator[Finding]:
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
                f"{spelled} = {program.text(node.left)}.{spelled} // {whole_set(program, binding.value)};"
                if type(node.left) is n.Var
                else f"lib.recursiveUpdate {program.text(node.left)} {program.text(right)}",
            )


def dropped_by_override(program: Program, change: n.Expr) -> Iterator[Finding]:
    """`overrideAttrs (old: { env.x = 1; })` drops the rest of `env`."""
    old = change.body if type(change) is n.Lambda else change
    if type(old) is n.Lambda:  # finalAttrs: previousAttrs: …
        change, old = old, old.body
    previous = change.argument if type(change) is n.Lambda else None
    if type(old) is not n.AttrSet:
        return
    for name in NESTED:
        binding = old.bindings.get(name)
        if binding is not None and type(binding.value) is n.AttrSet and not binding.value.recursive:
            argument = previous or "old"
            if previous is not None and selects(binding.value, previous, name):
                continue  # `{ inherit (old.meta) license; … }` has chosen
            yield Finding(
                binding.pos,
                "dropped-set",
                f"this '{name}' takes the place of the package's whole '{name}', whose other"
                " attributes are lost",
                f"{name} = {argument}.{name} or {{ }} // {whole_set(program, binding.value)};",
            )


def selects(root: n.Expr, subject: str, name: str) -> bool:
    """Whether `subject.name` is read somewhere in an expression."""
    return any(
        type(node) is n.Select
        and node.path[0] == name
        and type(node.subject) is n.Var
        and node.subject.name == subject
        for node in walk(root)
    )


def whole_set(program: Program, attrs: n.AttrSet) -> str:
    """The text of a set, also of one that was written `a.b = …;`."""
    text = program.text(attrs)
    if text.startswith("{"):
        return text
    parts = [
        f"{attribute_name(name)} = {program.text(b.value)};"
        for name, b in attrs.bindings.items()
        if b.value is not None
    ]
    return f"{{ {' '.join(parts)} }}"


def shadowed_by_with(program: Program) -> Iterator[Finding]:
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
    for node in walk(program.tree):
        if type(node) is n.With:
            yield from hidden_from_with(program, node)


def hidden_from_with(program: Program, scope: n.With) -> Iterator[Finding]:
    """Variables in the body of a `with` whose set has the name too: the `with` never wins."""
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


def bound_inside(program: Program, scope: n.With, resolution: object) -> bool:
    """Whether a variable is bound in the body of the `with`, so that everyone sees what is meant."""
    return any(
        resolution in program.analysis.bound.get(node, {}).values()
        for node in walk(scope.body)
        if node in program.analysis.bound
    )


def has_attribute(program: Program, scope: n.Expr, name: str) -> bool | None:
    """Whether the set of a `with` has an attribute, None where that is not to be seen."""
    attrs = program.meaning(scope)
    if type(attrs) is not n.AttrSet or attrs.dynamic:
        return None
    return name in attrs.bindings


def unused_arguments(program: Program) -> Iterator[Finding]:
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
                        "remove it",
                    )


def package_functions(program: Program) -> Iterator[n.Lambda]:
    """The function that a file is, and those that are written as the argument of `callPackage`."""
    if type(program.tree) is n.Lambda:
        yield program.tree
    for node in walk(program.tree):
        if type(node) is n.Call and callee_name(node.function) in CALLERS:
            function = node.arguments[0]
            if type(function) is n.Lambda:
                yield function


RULES = (
    Rule("rec-arguments", "mkDerivation rec { … } whose attributes refer to each other", rec_arguments),
    Rule("let-arguments", "mkDerivation { inherit version; … } that uses the let variable", let_arguments),
    Rule("override-argument", ".override of what is no argument", override_arguments),
    Rule("prev-call-package", "prev.callPackage in an overlay", previous_callers),
    Rule("dropped-set", "// or overrideAttrs that drops parts of a nested set", dropped_sets),
    Rule("with-shadowing", "names that 'with' gives, or seems to give", shadowed_by_with),
    Rule("unused-argument", "named arguments that are not used", unused_arguments),
)
