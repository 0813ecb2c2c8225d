"""The forms that an override can have: an expression, an overlay, a flake, a shell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nixlite.explain.override.code import PKGS
from nixlite.explain.stale.fix.respelling import further_in
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from nixlite.explain.override.answer import Written

PYTHON = re.compile(r"(python[0-9]*)Packages")


def overlay(written: Written) -> str:
    """`final: prev: { … }`, in which the package is what the code makes of it."""
    *outer, name = written.path
    if not outer:
        code = within(written, f"prev.{attribute_name(name)}", "final")
        return f"final: prev: {{\n  {attribute_name(name)} = {further_in(code, 2)};\n}}"
    python = PYTHON.fullmatch(outer[0]) if len(outer) == 1 else None
    if python is not None:
        interpreter = python[1]
        code = within(written, f"pyprev.{attribute_name(name)}", "final")
        return (
            f"final: prev: {{\n  {interpreter} = prev.{interpreter}.override (old: {{\n"
            "    packageOverrides = prev.lib.composeExtensions (old.packageOverrides or (_: _: { })) (\n"
            f"      pyfinal: pyprev: {{ {attribute_name(name)} = {further_in(code, 6)}; }}\n    );\n"
            "  });\n}"
        )
    path = ".".join(map(attribute_name, outer))
    if not written.scope:
        code = within(written, f"prev.{path}.{attribute_name(name)}", "final")
        return (
            f"final: prev: {{\n  {path} = prev.{path} // {{\n"
            f"    {attribute_name(name)} = {further_in(code, 4)};\n  }};\n}}"
        )
    code = within(written, f"inner.{attribute_name(name)}", "final")
    return (
        f"final: prev: {{\n  {path} = prev.{path}.overrideScope (\n"
        f"    self: inner: {{ {attribute_name(name)} = {further_in(code, 4)}; }}\n  );\n}}"
    )


def within(written: Written, package: str, pkgs: str) -> str:
    """The code with *package* in place of the package itself, and *pkgs* for the set."""
    own = ".".join([PKGS, *map(attribute_name, written.path)])
    code = written.code.replace(f"{own}.", f"{package}.")
    return re.sub(rf"\b{PKGS}\.", f"{pkgs}.", code)


def flake(written: Written) -> str:
    """A `flake.nix` whose default package it is."""
    return (
        "{\n"
        '  inputs.nixpkgs.url = "nixpkgs";\n'
        "  outputs = { self, nixpkgs }: let\n"
        "    pkgs = nixpkgs.legacyPackages.x86_64-linux;\n"
        "  in {\n"
        f"    packages.x86_64-linux.default = {further_in(written.code, 4)};\n"
        "  };\n"
        "}"
    )


def shell(written: Written) -> str:
    """A `shell.nix` that has it."""
    return (
        "{ pkgs ? import <nixpkgs> { } }:\n"
        "pkgs.mkShell {\n"
        "  packages = [\n"
        f"    ({further_in(written.code, 4)})\n"
        "  ];\n"
        "}"
    )


FORMS = {"overlay": overlay, "flake": flake, "shell": shell}
