"""The rules about overlays: what is read from where, and what an overlay loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.lint.shapes import (
    SCOPE_ARGUMENTS,
    TOP,
    evaluated_first,
    takes_two_names,
)
from nixlite.explain.lint.tree import Finding, callee_name, offset_of, references, written_set
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.lint.program import Linted
    from nixlite.explain.lint.shapes import Overlay

BUILT_FROM = frozenset(
    ("version", "pname", "src", "srcs", "patches", "buildInputs", "nativeBuildInputs",
     "propagatedBuildInputs", "configureFlags", "cmakeFlags", "mesonFlags", "makeFlags", "ldflags", "doCheck",
     "dontStrip", "postPatch", "prePatch", "preConfigure", "postConfigure", "configurePhase", "preBuild",
     "postBuild", "buildPhase",
     "preInstall", "postInstall", "installPhase", "preFixup", "postFixup", "NIX_CFLAGS_COMPILE")
)  # fmt: skip
"""Attributes that only mean something to the builder of a package."""

MOST_NAMES = 4


# -- recursion


def own_final_values(program: Linted) -> Iterator[Finding]:
    """`final: prev: { gd = final.gd.overrideAttrs …; }`: an attribute that is made from itself."""
    for overlay in program.shapes.overlays:
        for attrs in overlay.results:
            yield from own_values_in(program, overlay, attrs, ())
            for name, binding in attrs.bindings.items():
                if binding.value is not None:
                    yield from own_inputs(program, overlay, name, binding.value)


def own_values_in(
    program: Linted, overlay: Overlay, attrs: n.AttrSet, path: tuple[str, ...]
) -> Iterator[Finding]:
    """As `own_final_values`, of the set that is at a path of what the overlay gives."""
    for name, binding in attrs.bindings.items():
        here = (*path, name)
        value = binding.value
        if binding.kind == n.INHERITED_FROM:
            value = attrs.inherit_from[binding.source or 0]
            found = finished_path(program, overlay, value)
            if found is not None and (*found[0], name) == here:
                yield own_finding(overlay, binding.pos, here, found[1], found[1])
            continue
        if value is None:
            continue
        if type(value) is n.Binary and value.op == "//" and type(value.right) is n.AttrSet:
            yield from own_values_in(program, overlay, value.right, here)
        if type(value) is n.AttrSet:
            yield from own_values_in(program, overlay, value, here)
            continue
        own = program.analysis.bound.get(attrs, {}).get(name)
        for node in evaluated_first(program, value):
            if own is not None and program.analysis.variables.get(node) is own:
                yield own_rec_finding(overlay, node.start, here)
                break
            found = finished_path(program, overlay, node)
            if found is not None and found[0][: len(here)] == here:
                shown = ".".join((found[1], *map(attribute_name, here)))
                yield own_finding(overlay, node.start, here, found[1], shown)
                break


def own_rec_finding(overlay: Overlay, offset: int, path: tuple[str, ...]) -> Finding:
    """What is said of `rec { gd = gd.overrideAttrs …; }`."""
    name = ".".join(map(attribute_name, path))
    before = f"{overlay.previous.name}.{name}"
    return Finding(
        offset,
        "own-final-value",
        f"in this 'rec' set '{path[-1]}' is what is defined here: it is made from itself, which is an"
        f" infinite recursion; before this overlay it is '{before}'",
        before,
    )


def own_inputs(program: Linted, overlay: Overlay, name: str, value: n.Expr) -> Iterator[Finding]:
    """`gd = prev.gd.overrideAttrs (old: { buildInputs = [ final.gd ]; })`: built from itself."""
    for change in program.shapes.changes:
        if change.call is not value or change.method != "overrideAttrs":
            continue
        for attrs in change.results:
            for attribute, binding in attrs.bindings.items():
                if binding.value is None or attribute in NOT_BUILT_FROM:
                    continue
                for node in parts(binding.value):
                    found = finished_path(program, overlay, node)
                    if found is not None and found[0][:1] == (name,) and is_output(found[0][1:]):
                        begin, before = found[1], f"{overlay.previous.name}.{attribute_name(name)}"
                        yield Finding(
                            node.start,
                            "own-final-value",
                            f"'{begin}' is the finished set, in which '{name}' is what is defined here: it is"
                            f" built from itself, which is an infinite recursion; before this overlay it is"
                            f" '{before}'",
                            before,
                        )


NOT_BUILT_FROM = frozenset(("passthru", "meta", "nativeBuildInputs", "depsBuildBuild"))
"""Attributes that are no part of a build, and those for which nixpkgs takes the package of another platform
where one compiles for one."""


def parts(value: n.Expr) -> Iterator[n.Expr]:
    """What is surely in the text or the list that an expression gives."""
    kind: Any = type(value)
    inner: Any = value
    if kind is n.ListLiteral:
        for item in inner.items:
            yield from parts(item)
    elif kind is n.Binary and inner.op in ("++", "+"):
        yield from parts(inner.left)
        yield from parts(inner.right)
    elif kind is n.Interpolation:
        for _, part in inner.parts:
            yield from parts(part)
    elif kind in (n.With, n.Let):
        yield from parts(inner.body)
    else:
        yield value


def is_output(path: tuple[str, ...]) -> bool:
    """Whether what is selected from a package is the package, or an output of it."""
    return path in ((), ("out",), ("dev",), ("lib",), ("bin",), ("outPath",))


def finished_path(program: Linted, overlay: Overlay, node: n.Expr) -> tuple[tuple[str, ...], str] | None:
    """The path of `final.a.b` in the finished set, and the text of what the path begins at: `final`, and
    `prev.pkgs`, which is the finished set too."""
    root = program.shapes.root(node)
    if root is None:
        return None
    variable, path = root
    if variable is overlay.final:
        return path, variable.name
    if overlay.level == TOP and variable is overlay.previous and path[:1] == ("pkgs",):
        return path[1:], f"{variable.name}.pkgs"
    return None


def own_finding(overlay: Overlay, offset: int, path: tuple[str, ...], begin: str, shown: str) -> Finding:
    """What is said of an attribute that is made from its own final value."""
    name = ".".join(map(attribute_name, path))
    finished = f"'{begin}' is the finished set, in which '{name}' is what is defined here"
    before = f"{overlay.previous.name}.{name}"
    return Finding(
        offset,
        "own-final-value",
        f"{finished}: it is made from itself, which is an infinite recursion; before this overlay it is"
        f" '{before}'",
        before,
    )


# -- what later overlays do not reach, and what earlier ones lose


def recursive_overlays(program: Linted) -> Iterator[Finding]:
    """`final: prev: rec { a = …; b = … a …; }`: `b` does not see what later overlays make of `a`."""
    for overlay in program.shapes.overlays:
        for attrs in overlay.results:
            told: set[str] = set()
            for reference in references(attrs) if attrs.recursive else []:
                name = reference.node.name
                if starts_in(attrs.bindings[name].value, reference.node.start):
                    continue  # a package that is given itself
                if name in told or is_fixed(program, attrs.bindings[name].value):
                    continue
                told.add(name)
                yield Finding(
                    offset_of(reference),
                    "rec-overlay",
                    f"'{name}' is the one of this 'rec' set: what uses it here does not see what a later"
                    f" overlay makes of '{name}'",
                    f"{overlay.final.name}.{attribute_name(name)}",
                )


def is_fixed(program: Linted, value: n.Expr | None) -> bool:
    """Whether a value is one that no one overrides: a number, a text, a path, a function."""
    return type(value) in (n.Int, n.Float, n.Str, n.PathLiteral, n.Interpolation, n.Lambda)


def replaced_sets(program: Linted) -> Iterator[Finding]:
    """`final: prev: { xorg.a = …; }`: the rest of `xorg` is gone."""
    for overlay in program.shapes.overlays:
        if not program.shapes.is_for_all_packages(overlay):
            continue
        for attrs in overlay.results:
            for name, binding in attrs.bindings.items():
                value = binding.value
                if type(value) is not n.AttrSet or value.dynamic or mentions(value, name):
                    continue
                known = program.packages.get((name,))
                lost = sorted(known.names - set(value.bindings)) if known is not None else []
                if not lost:
                    continue
                before = f"{overlay.previous.name}.{attribute_name(name)}"
                yield Finding(
                    binding.pos,
                    "dropped-set",
                    f"this takes the place of the whole '{name}', of which {some(lost)} {are(lost)} lost",
                    f"{attribute_name(name)} = {before} // {written_set(program, value)};",
                )


def mentions(value: n.Expr, name: str) -> bool:
    """Whether `….name` is read somewhere in a value: who does that has chosen what to keep."""
    return any(type(node) is n.Select and name in node.path for node in walk(value))


def some(names: list[str], most: int = MOST_NAMES) -> str:
    """A list of names, of which the first few are said."""
    shown = ", ".join(names[:most])
    more = len(names) - most
    return f"{shown} and {more} more" if more > 0 else shown


def are(names: list[str]) -> str:
    """The verb for some names."""
    return "is" if len(names) == 1 else "are"


def lost_overrides(program: Linted) -> Iterator[Finding]:
    """`prev.python3.override { packageOverrides = …; }`: the ones of earlier overlays are gone."""
    for overlay in program.shapes.overlays:
        if is_alone(program, overlay):
            continue
        for attrs in overlay.results:
            for name, binding in attrs.bindings.items():
                found = replaced_overrides(program, overlay, binding.value)
                if found is not None and not any(
                    starts_in(binding.value, finding.offset) for finding in own_final_values(program)
                ):  # what fails anyway is told once
                    yield overrides_finding(overlay, name, *found)


def starts_in(node: n.Expr | None, offset: int) -> bool:
    """Whether an offset is inside the text of a node."""
    return node is not None and node.start <= offset < node.end


def replaced_overrides(
    program: Linted, overlay: Overlay, value: n.Expr | None
) -> tuple[str, n.Binding] | None:
    """The argument of `prev.x.override` that replaces the package's changes, where it does not keep them."""
    if type(value) is not n.Call or callee_name(value.function) != "override":
        return None
    root = program.shapes.root(value.function)
    if root is None or root[0] not in (overlay.previous, overlay.final):
        return None
    argument = value.arguments[0]
    change = argument.body if type(argument) is n.Lambda else argument
    if type(change) is not n.AttrSet:
        return None
    for name in SCOPE_ARGUMENTS:
        binding = change.bindings.get(name)
        if binding is None or binding.value is None or mentions(argument, name):
            continue
        if name == "packageOverrides" or takes_two_names(binding.value):
            return name, binding
    return None


def overrides_finding(overlay: Overlay, package: str, argument: str, binding: n.Binding) -> Finding:
    """What is said of `packageOverrides` that take the place of others."""
    before = f"{overlay.previous.name}.{attribute_name(package)}"
    return Finding(
        binding.pos,
        "lost-overrides",
        f"this replaces the {argument} that earlier overlays have given to '{package}': their changes are"
        " lost, and a later overlay that is written like this one loses these",
        f"{before}.override (old: {{ {argument} ="
        f" lib.composeExtensions (old.{argument} or (_: _: {{ }})) (…); }})",
    )


def is_alone(program: Linted, overlay: Overlay) -> bool:
    """Whether an overlay is the first of a list that a package set is imported with: none is before it."""
    shapes = program.shapes
    listed = shapes.parents.get(overlay.node)
    if type(listed) is not n.ListLiteral or listed.items[0] is not overlay.node:
        return False
    attrs = shapes.parents.get(listed)
    called = shapes.parents.get(attrs) if attrs is not None else None
    return shapes.bound_as.get(listed) == "overlays" and type(called) is n.Call


# -- `//`


def updated_packages(program: Linted) -> Iterator[Finding]:
    """`hello = prev.hello // { version = "2.9"; }`: what is built stays as it is."""
    for node in program.of(n.Binary):
        if node.op != "//" or type(node.right) is not n.AttrSet:
            continue
        names = [name for name in node.right.bindings if name in BUILT_FROM]
        package = updated_package(program, node) if names else None
        if package is not None:
            given = " ".join(f"{name} = …;" for name in names)
            yield Finding(
                node.right.start,
                "update-package",
                f"'//' never changes what is built: only what reading '.{names[0]}' gives; the derivation of"
                f" '{package}' stays as it is",
                f"{package}.overrideAttrs (old: {{ {given} }})",
            )


def updated_package(program: Linted, node: n.Binary) -> str | None:
    """The text of the package that is on the left of `//`; None for what need not be one."""
    left: Any = node.left
    if type(left) is n.Call and callee_name(left.function) in ("overrideAttrs", "overridePythonAttrs"):
        return f"({program.text(left)})"
    path = program.shapes.package_path(left)
    known = program.packages.get(path) if path else None
    if known is not None:
        return program.text(left) if known.is_derivation else None
    root = program.shapes.root(left)
    if root is None or len(root[1]) != 1 or program.shapes.attribute_of(node) != root[1][0]:
        return None
    in_overlay = any(root[0] in (o.previous, o.final) for o in program.shapes.overlays)
    return program.text(left) if in_overlay else None
