"""What `nixlite lint` finds, and what `--fix` makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nixlite
from nixlite.__main__ import run
from nixlite.evaluator import Evaluator
from nixlite.explain.lint.linting import lint
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.source import Source

NIXPKGS = Path(nixlite.__file__).parents[1] / "stdlib/nixpkgs"

CASES = [
    # source, (rule, line:column) of each finding, why
    ('mkDerivation: mkDerivation rec { version = "1"; name = "x-${version}"; }', ["rec-arguments 1:28"], "rec"),
    ('s: s.mkDerivation rec { version = "1"; src = { inherit version; }; }', ["rec-arguments 1:19"], "by inherit"),
    ('s: s.mkDerivation rec { version = "1"; name = "x"; }', [], "rec that nothing needs"),
    ('s: s.mkDerivation rec { version = "1"; f = version: version; }', [], "an argument of the same name"),
    ('s: s.mkDerivation rec { v = "1"; n = let v = 2; in v; m = rec { v = 3; w = v; }; }', [], "a nearer binding"),
    ('s: s.mkDerivation rec { v = "1"; n = let inherit v; in v; }', ["rec-arguments 1:19"], "inherit into a let"),
    ('v: s: s.mkDerivation rec { inherit v; n = 1; }', [], "inherit from outside"),
    ('s: s.mkDerivation (f: { version = "1"; name = f.version; })', [], "finalAttrs already"),
    ('rec { version = "1"; name = version; }', [], "rec elsewhere"),
    ('callPackage: let p = callPackage ({ a, b ? 1 }: a) { }; in p.override { c = 1; }',
     ["unused-argument 1:40", "override-argument 1:73"], "override of what is no argument"),
    ('callPackage: (callPackage ({ a, ... }: a) { }).override { c = 1; }', [], "dots take anything"),
    ('callPackage: (callPackage ({ a }: a) { }).override { a = 1; }', [], "override of an argument"),
    ('callPackage: (callPackage ({ a }: a) { }).overrideAttrs { c = 1; }', [], "overrideAttrs takes all"),
    ('p: p.override { c = 1; }', [], "a package from elsewhere"),
    ('final: prev: { a = prev.callPackage ./a.nix { }; }', [], "prev.callPackage is the finished set's"),
    ('self: super: { inherit (super) callPackage; }', [], "inherited"),
    ('final: prev: { a = final.callPackage ./a.nix { }; b = prev.b; }', [], "final.callPackage"),
    ('prev: prev.callPackage ./a.nix { }', [], "no overlay"),
    ('{ a.x = 1; } // { a.y = 2; }', ["dropped-set 1:19"], "a nested set is replaced"),
    ('{ a.x = 1; } // { a.x = 2; }', [], "nothing is lost"),
    ('let d = { a = { x = 1; }; }; in d // { a = { y = 2; }; }', ["dropped-set 1:40"], "of a variable"),
    ('d: d // { a = { y = 2; }; }', [], "of an unknown set"),
    ('s: let p = s.mkDerivation { env.Y = 1; }; in p.overrideAttrs (old: { env.X = 1; })', ["dropped-set 1:70"],
     "env in an override"),
    ('s: let p = s.mkDerivation { }; in p.overrideAttrs (old: { env.X = 1; })', [], "there is no env"),
    ('p: p.overrideAttrs (old: { env.X = 1; })', [], "who knows whether there is an env"),
    ('p: p.overrideAttrs (old: { env = old.env // { X = 1; }; })', [], "env kept"),
    ('p: p.overrideAttrs (final: prev: { meta = { a = 1; }; })', ["dropped-set 1:36"], "with two arguments"),
    ('a: b: with a; with b; x', [], "two withs of which nothing is known"),
    ('with { x = 1; }; with { x = 2; }; x', ["with-shadowing 1:35"], "two withs that have it"),
    ('a: with { x = 1; }; with a; with { x = 2; }; x', ["with-shadowing 1:46"], "two withs and one between"),
    ('a: with a; x', [], "one with"),
    ('a: with a; with { y = 1; }; x', [], "the inner one does not have it"),
    ('let x = 1; in with { x = 2; }; x', ["with-shadowing 1:32"], "with never wins"),
    ('with { x = 2; }; let x = 1; in x', [], "hidden on purpose"),
    ('with { map = 2; }; map', ["with-shadowing 1:20"], "a builtin wins too"),
    ('{ a, b }: a', ["unused-argument 1:6"], "an argument that is not used"),
    ('{ a, b ? a }: b', [], "used in a default"),
    ('{ a, b }@all: all', [], "used through @"),
    ('{ a }: 1 # lint: ignore', [], "ignored by a comment"),
    ('{ a, ... }: 1', [], "the module system gives more than is wanted"),
    ('map ({ name, value }: value)', [], "a function for others takes what they give"),
    ('s: let v = "1"; in s.mkDerivation { inherit v; src = v; }', ["let-arguments 1:35"], "let, used beside"),
    ('s: let v = "1"; in s.mkDerivation { inherit v; src = s.f { inherit v; }; }', ["let-arguments 1:35"], "let, by inherit"),
    ('s: let v = "1"; in s.mkDerivation { inherit v; src = "s"; }', [], "let that nothing else uses"),
    ('s: let v = "1"; in s.mkDerivation { name = "x-${v}"; }', [], "let that is no attribute"),
    ('s: v: s.mkDerivation { inherit v; src = v; }', [], "an argument: override is for that"),
    ('s: let v = "1"; in s.mkDerivation (f: { inherit v; src = f.v; })', [], "let with finalAttrs"),
    ('s: let v = "1"; in s.mkDerivation { inherit v; f = v: v; }', [], "a nearer binding of the name"),
    ('s: let v = "1"; in s.mkDerivation rec { inherit v; src = v; }', ["rec-arguments 1:35"], "let and rec: told once"),
    ('p: p.overrideAttrs (old: { meta = { inherit (old.meta) license; a = 1; }; })', [], "meta chosen from the old"),
    ('p: p.overrideAttrs (old: { meta = { description = "d"; license = 1; }; })', [], "meta of another package"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "why"), CASES, ids=[case[2] for case in CASES])
def test_rules(text: str, expected: list[str], why: str) -> None:
    source = Source("«string»", text)
    found = lint(Evaluator(Settings(), CapturingHost({})), source)
    assert [f"{f.rule} {':'.join(map(str, source.line_column(f.offset)))}" for f in found] == expected


def test_suggestions() -> None:
    text = "let d = { a.x = 1; }; in d // { a.y = 2; }"
    (found,) = lint(Evaluator(Settings(), CapturingHost({})), Source("«string»", text))
    assert found.suggestion == "a = d.a // { y = 2; };"


SUGGESTIONS = [
    # source, what is suggested to write
    ('s: s.stdenv.mkDerivation rec { version = "1"; name = version; }',
     "s.stdenv.mkDerivation (finalAttrs: { … ${finalAttrs.version} … }), with nixpkgs 22.05 or later"),
    ('b: b.buildPythonPackage rec { version = "1"; name = version; }',
     ("who overrides version has to give what is made of it too ('--fix' tries 'finalAttrs:' and keeps it where this"
     " builder takes a function)")),
    ('final: prev: { gd = final.gd.override { }; }', "prev.gd"),
    ('p: p.overrideAttrs (o: { patches = o.patches ++ [ ]; })', "(o.patches or [ ])"),
    ('p: p.hugo.overrideAttrs (o: { vendorSha256 = "0"; })',
     ("override the builder's argument: p.hugo.override { buildGoModule = args: buildGoModule (args // { vendorSha256"
     ' = "0"; }); }')),
    ('p: p.overrideAttrs (o: { cargoSha256 = "0"; })', 'cargoDeps = o.cargoDeps.overrideAttrs (_: { outputHash = "0"; });'),
    ('p: p.overrideAttrs { cargoHash = "0"; }', 'cargoDeps = rustPlatform.fetchCargoVendor { src = …; hash = "0"; };'),
    ('p: p.src.overrideAttrs (s: { rev = "2"; })',
     'p.src.override { rev = "2"; hash = …; }  (sha256, if the package has that)'),
    ('final: prev: { x = prev.x // { version = "2"; }; }', "prev.x.overrideAttrs (old: { version = …; })"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "suggestion"), SUGGESTIONS, ids=[row[0] for row in SUGGESTIONS])
def test_more_suggestions(text: str, suggestion: str) -> None:
    (found,) = lint(Evaluator(Settings(), CapturingHost({})), Source("«string»", text))
    assert found.suggestion == suggestion


TREES = [
    # the text of the tree's mkDerivation, what is suggested to a package in it
    ("fnOrAttrs: finalAttrs: 1", "stdenv.mkDerivation (finalAttrs: { … ${finalAttrs.v} … })"),
    ("{ name ? , ... } @ attrs: 1", "who overrides v has to give what is made of it too"),
]


@pytest.mark.parametrize(("builder", "suggestion"), TREES, ids=["new", "old"])
def test_a_fix_that_the_tree_takes(tmp_path: Path, builder: str, suggestion: str) -> None:
    maker = tmp_path / "pkgs/stdenv/generic/make-derivation.nix"
    maker.parent.mkdir(parents=True)
    maker.write_text(builder)
    file = tmp_path / "pkgs/x.nix"
    file.write_text("{ stdenv }: stdenv.mkDerivation rec { v = 1; name = v; }")
    assert json.loads(command(str(file), "--json")[1])[0]["suggestion"].startswith(suggestion)


OVERLAY = "final: prev: { curl = prev.curl.override { %s = 1; }; }"
ASKED = [
    # argument, flags, other file in the directory, exit code, why
    ("version", [], None, 1, "no package takes a version"),
    ("gssSupport", [], None, 0, "nixlite's own set has packages with fewer arguments"),
    ("gssSupport", ["-I", f"nixpkgs={NIXPKGS}"], None, 1, "the set that is asked for"),
    ("version", [], "flake.nix", 0, "a project with packages of its own"),
    ("version", ["-I", f"nixpkgs={NIXPKGS}"], "flake.nix", 1, "which are said to be these"),
    ("gssSupport", ["-I", "nixpkgs=/nowhere"], None, 0, "no such packages: nixlite's own stand in"),
]


@pytest.mark.parametrize(("name", "flags", "other", "code", "why"), ASKED, ids=[row[-1] for row in ASKED])
def test_packages_that_are_asked(
    tmp_path: Path, name: str, flags: list[str], other: str | None, code: int, why: str
) -> None:
    (tmp_path / "overlay.nix").write_text(OVERLAY % name)
    if other is not None:
        (tmp_path / other).write_text("{ }")
    got, text = command(str(tmp_path / "overlay.nix"), *flags)
    assert (got, "its arguments:" in text) == (code, code == 1)


def command(*words: str) -> tuple[int, str]:
    host = CapturingHost({})
    code = run(["lint", *words], host)
    return code, "".join(host.stdout + host.stderr)


def test_command(tmp_path: Path) -> None:
    inner = tmp_path / "d"
    inner.mkdir()
    (inner / "a.nix").write_text("{\n  a,\n}: 1\n")
    (inner / "b.nix").write_text("1")
    code, text = command(str(tmp_path))
    assert code == 1
    assert text == (
        f"{inner}/a.nix:2:3: the argument 'a' is not used [unused-argument]\n     2|   a,\n        better: remove it, here and where a call gives it\n"
    )
    assert command(str(tmp_path), "--ignore", "unused-argument") == (0, "nothing found in 2 files\n")
    assert "there is no rule 'x'" in command(str(tmp_path), "--ignore", "x")[1]
    assert json.loads(command(str(inner / "a.nix"), "--json")[1])[0]["line"] == 2


def test_override_of_a_package_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "p.nix").write_text("{ zlib }: zlib")
    (tmp_path / "all.nix").write_text("callPackage: (callPackage ./p.nix { }).override { zlip = 1; }")
    code, text = command(str(tmp_path / "all.nix"))
    assert (code, "Did you mean zlib?" in text) == (1, True)


PACKAGE = """\
{ lib, stdenv }:

# The comment stays.
stdenv.mkDerivation rec {
  pname = "x";   version = "1.0";
  label = "${pname}-${version}";
  A = lib.toList version;
  passthru = { inherit lib pname; inherit version; f = version: version; };
}
"""
FIXED = """\
{ lib, stdenv }:

# The comment stays.
stdenv.mkDerivation (finalAttrs: {
  pname = "x";   version = "1.0";
  label = "${finalAttrs.pname}-${finalAttrs.version}";
  A = lib.toList finalAttrs.version;
  passthru = { inherit lib; inherit (finalAttrs) pname; inherit (finalAttrs) version; f = version: version; };
})
"""
# mkDerivation as the bundled set has it, in small.
CALLER = """f: args: f {
  lib.toList = x: [ x ];
  stdenv.mkDerivation = f: let
    make = f: let self = f (self // { }); in derivation (removeAttrs ({ name = "n"; system = "s"; builder = "b"; } // self) [ "passthru" ]);
  in make (if builtins.isFunction f then f else _: f);
}"""


LET_PACKAGE = """\
{ stdenv }:
let
  version = "1.0";
in
stdenv.mkDerivation {
  inherit version;
  pname = "x";
  label = "x-${version}";
  passthru = { inherit version; };
}
"""
LET_FIXED = """\
{ stdenv }:
let
  version = "1.0";
in
stdenv.mkDerivation (finalAttrs: {
  inherit version;
  pname = "x";
  label = "x-${finalAttrs.version}";
  passthru = { inherit (finalAttrs) version; };
})
"""


def test_fix_of_let(tmp_path: Path) -> None:
    file = tmp_path / "p.nix"
    file.write_text(LET_PACKAGE)
    assert command("--fix", str(file)) == (0, f"{file}:5:21: fixed: the same derivation as before\n")
    assert file.read_text() == LET_FIXED


def test_a_file_that_does_not_parse_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.nix").write_text("{ x = nope; }")
    (tmp_path / "b.nix").write_text("{ b }: 1")
    code, text = command(str(tmp_path))
    assert code == 1
    assert "error: undefined variable 'nope'" in text
    assert "the argument 'b' is not used" in text


EXIT_CODES = [
    # texts of files, exit code
    (["{ a }: a"], 0),
    (["{ a }: 1"], 1),
    (["{ a }: b"], 2),
    (["{ a }: a", "{"], 2),
    (["{", "{ a }: 1"], 1),
]


@pytest.mark.parametrize(("texts", "code"), EXIT_CODES, ids=[str(row) for row in EXIT_CODES])
def test_exit_codes(tmp_path: Path, texts: list[str], code: int) -> None:
    for at, text in enumerate(texts):
        (tmp_path / f"{at}.nix").write_text(text)
    assert command(str(tmp_path))[0] == code


@pytest.mark.parametrize("caller", ["(import <nixpkgs> { }).callPackage", CALLER], ids=["nixpkgs", "own"])
def test_fix(tmp_path: Path, caller: str) -> None:
    file = tmp_path / "p.nix"
    file.write_text(PACKAGE)
    code, text = command("--fix", str(file), "--call", caller)
    assert (code, text) == (0, f"{file}:4:21: fixed: the same derivation as before\n")
    assert file.read_text() == FIXED


# As CALLER, with an `overrideAttrs` that looks at the version before there are attributes.
STRICT = """f: args: f {
  lib.toList = x: [ x ];
  stdenv.mkDerivation = f: let
    make = f: let self = f (self // { }); in
      derivation ({ name = "n"; system = "s"; builder = "b"; } // removeAttrs self [ "passthru" ])
      // { overrideAttrs = change: make (final: let old = f final; in builtins.seq old.label (old // change old)); };
  in make (if builtins.isFunction f then f else _: f);
}"""

REFUSED = [
    # caller or package that cannot do with a function, reason
    ('f: args: f { lib.toList = x: [ x ]; stdenv.mkDerivation = a: derivation (removeAttrs a [ "passthru" ] // { name = "n"; system = "s"; builder = "b"; }); }',
     "with finalAttrs it cannot be evaluated"),
    ('f: args: f { lib.toList = x: [ x ]; stdenv.mkDerivation = a: derivation { name = if builtins.isFunction a then "f" else "s"; system = "s"; builder = "b"; }; }',
     "with finalAttrs it would be another derivation"),
    (STRICT, "with finalAttrs overrideAttrs could not change 'pname' any more: infinite recursion encountered"),
    ("f: args: 1", "it gives no derivation to compare"),
    ('f: args: throw "no"', "it cannot be evaluated as it is: no"),
]  # fmt: skip


@pytest.mark.parametrize(("caller", "reason"), REFUSED, ids=[row[1] for row in REFUSED])
def test_refused(tmp_path: Path, caller: str, reason: str) -> None:
    file = tmp_path / "p.nix"
    file.write_text(PACKAGE)
    code, text = command("--fix", str(file), "--call", caller)
    assert code == 1
    assert f"not fixed: {reason}" in text
    assert file.read_text() == PACKAGE


def test_two_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "p.nix"
    one = 'stdenv.mkDerivation rec { version = "1"; name = "x-${version}"; }'
    file.write_text(f"{{ stdenv }}: {{ a = {one}; b = {one}; }}")
    assert command("--fix", str(file))[0] == 0
    assert file.read_text().count("(finalAttrs: {") == 2
