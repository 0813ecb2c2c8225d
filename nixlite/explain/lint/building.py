"""The rules about packages that refer to their own attributes, and what to write instead."""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING

from nixlite.errors import NixError
from nixlite.explain.lint.tree import Finding, callee_name, let_references, offset_of, references
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.lint.program import Linted
    from nixlite.explain.lint.tree import Reference

BUILDERS = frozenset(
    ("mkDerivation", "buildPythonPackage", "buildPythonApplication", "buildGoModule", "buildRustPackage",
     "buildNpmPackage", "buildDotnetModule", "buildPerlPackage", "buildRubyGem")
)  # fmt: skip
"""Functions whose argument `overrideAttrs` changes later."""


def rec_arguments(program: Linted) -> Iterator[Finding]:
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


def let_arguments(program: Linted) -> Iterator[Finding]:
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


def built_sets(program: Linted) -> Iterator[tuple[n.Call, n.AttrSet]]:
    """The calls of builders with a set that is written there."""
    for node in program.of(n.Call):
        if callee_name(node.function) in BUILDERS:
            attrs = node.arguments[0]
            if type(attrs) is n.AttrSet:
                yield node, attrs


def listed(program: Linted, found: list[Reference]) -> str:
    """`version in line 5, 8; pname in line 5`."""
    uses: dict[str, list[str]] = {}
    for reference in found:
        line = str(program.line(offset_of(reference)))
        lines = uses.setdefault(reference.node.name, [])
        lines += [line] if line not in lines else []
    return "; ".join(f"{name} in line {', '.join(lines)}" for name, lines in uses.items())


def final_form(program: Linted, call: n.Call, found: list[Reference]) -> str:
    """What to write instead, in short: `finalAttrs:` where the builder is known to take a function.

    `stdenv.mkDerivation` has taken one since nixpkgs 22.05; what else does depends on the tree.
    """
    new = is_new_tree(program) if is_stdenv(call.function) else False
    if new is not False:
        form = f"{program.text(call.function)} (finalAttrs: {{ … ${{finalAttrs.{found[0].node.name}}} … }})"
        return form if new else f"{form}, with nixpkgs 22.05 or later"
    names = " and ".join(dict.fromkeys(reference.node.name for reference in found))
    return (
        f"who overrides {names} has to give what is made of it too"
        " ('--fix' tries 'finalAttrs:' and keeps it where this builder takes a function)"
    )


def is_stdenv(function: n.Expr) -> bool:
    """Whether this is `stdenv.mkDerivation`, also of `stdenvNoCC`, `pkgs.clangStdenv` and the like."""
    if type(function) is not n.Select or function.path[-1] != "mkDerivation":
        return False
    subject = function.subject
    before = function.path[-2] if len(function.path) > 1 else subject.name if type(subject) is n.Var else ""
    return isinstance(before, str) and "stdenv" in before.lower()


MAKERS = (
    "pkgs/stdenv/generic/make-derivation.nix",
    "pkgs/stdenv/generic/default.nix",
    "stdenv/generic/make-derivation.nix",
    "pkgs/stdenv/make-derivation.nix",
)
"""Where package sets have `mkDerivation`, from the root of the tree."""


def is_new_tree(program: Linted) -> bool | None:
    """Whether the `mkDerivation` of the tree that the file is part of takes functions; None if the file is
    part of no tree that has one. nixlite's own does."""
    host, directory = program.evaluator.host, dirname(program.source.path or "")
    while directory not in ("", "/"):
        for name in MAKERS:
            path = host.real_path(f"{directory}/{name}")
            if host.file_type(path) == "regular":
                try:
                    return b"finalAttrs" in host.read_bytes(path)
                except NixError:
                    return None
        directory = dirname(directory)
    return None
