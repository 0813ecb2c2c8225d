"""Benchmarks whose programs are made: a large file, many files, package sets of which little is used.

A generator writes into a directory and returns the text of the program to evaluate, which may import what was
written. The same size always gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SYNTAX = """\
  # Function {n}: a bit of everything that the grammar has.
  function{n} =
    {{ first ? {n}, second ? "text ${{toString first}}", rest ? [ ], ... }}@arguments:
    let
      inherit (arguments) third;
      numbers = [ 1 2.5 (-{n}) ] ++ rest;
      path = ./some/file-{n}.nix;
      nested.attributes."quoted ${{second}}" = with builtins; map (x: x * 2 + first) [ {n} (length numbers) ];
    in
    assert first >= 0 && !(second == "") || arguments ? third;
    rec {{
      a = if first < 10 then second + "-small" else ''
        An indented string, line ${{toString first}},
          with two spaces more; ''${{not}} interpolated.
      '';
      b = nested.attributes.missing or (a: b: a // {{ inherit b; }}) {{ c = numbers; }} "d";
      total = first * 2 + {n};
    }};
"""


def syntax(directory: Path, size: int) -> str:
    """About *size* kilobytes of functions in one file, ten of which are called."""
    count = max(10, size * 1000 // len(SYNTAX.format(n=1000)))
    functions = "".join(SYNTAX.format(n=n) for n in range(count))
    (directory / "large.nix").write_text(f"rec {{\n{functions}}}\n", "utf-8")
    calls = " + ".join(f"(large.function{n} {{ }}).total" for n in range(0, count, count // 10))
    return f"let large = import ./large.nix; in {calls}\n"


FILE = """\
{{ lib, files }}:
let
  inherit (lib) twice add;
  name = "file{n}";
in
{{
  inherit name;
  value = twice (add {n}) 1;
  text = "${{name}} in ${{toString (builtins.length files)}} files";
  meta = {{ description = "File {n} of the benchmark"; priority = {n}; }};
}}
"""


def imports(directory: Path, size: int) -> str:
    """*size* files, each a function of what all share; each is imported and called."""
    for n in range(size):
        (directory / f"file{n}.nix").write_text(FILE.format(n=n), "utf-8")
    return f"""\
let
  lib = {{ add = a: b: a + b; twice = f: x: f (f x); }};
  files = map (n: import (./. + "/file${{toString n}}.nix") {{ inherit lib files; }}) (builtins.genList (n: n) {size});
in
builtins.foldl' (sum: file: sum + file.value + builtins.stringLength file.text) 0 files
"""


USED = 75
"""Of so many packages of a set one is used: 200 of 15 000."""


def package_data(directory: Path, size: int) -> str:
    """A set of *size* packages, data only (0.9 MB for 15 000), of which one in 75 is looked at."""
    rows = (f'  p{n} = {{ version = "{n % 9}.{n % 23}"; needs = [ "p{n // 2}" ]; }};\n' for n in range(size))
    (directory / "set.nix").write_text("{\n" + "".join(rows) + "}\n", "utf-8")
    return used(size, "import ./set.nix", "package.version + toString package.needs")


def package_functions(directory: Path, size: int) -> str:
    """A set of *size* packages as functions given to callPackage, of which one in 75 is looked at."""
    rows = (
        f"  p{n} = callPackage ({{ make, p{n // 2} }}: make {{\n"
        f'    pname = "p{n}"; version = "{n % 9}.{n % 23}"; needs = [ p{n // 2} ];\n  }}) {{ }};\n'
        for n in range(1, size)
    )
    (directory / "set.nix").write_text("{ callPackage }:\n{\n" + "".join(rows) + "}\n", "utf-8")
    packages = """\
let
    make = attrs: attrs // { name = "${attrs.pname}-${attrs.version}"; depth = 1 + (builtins.head attrs.needs).depth; };
    all = import ./set.nix { inherit callPackage; } // { p0 = { name = "p0"; depth = 0; }; inherit make; };
    callPackage = f: given: f (builtins.intersectAttrs (builtins.functionArgs f) all // given);
  in all"""
    return used(size, packages, "package.name + toString package.depth")


def used(size: int, packages: str, text: str) -> str:
    """The program that looks at one package in 75; *text* is what it takes of `package`."""
    return f"""\
let
  packages = {packages};
  look = n: let package = packages."p${{toString (n * {USED})}}"; in {text};
  text = builtins.concatStringsSep " " (builtins.genList look {size // USED});
in
"${{toString (builtins.stringLength text)}} ${{builtins.substring 0 8 (builtins.hashString "sha256" text)}}"
"""
