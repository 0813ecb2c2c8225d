"""The traps that `lint` knows, each in forms that are traps and in forms that only look like one.

Where a row has a fact, it is what C++ Nix 2.34.8 says, as JSON, of an expression in which `it` is the row's
text, `plain` the bundled package set and `set` the same with `it` as an overlay: it shows that the form is a
trap, or that it is none.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import nixlite
from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.explain.lint.linting import lint
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.source import Source

ROWS = [
    # text, what is found (rule, the text that it points at), fact, C++ Nix's answer

    # -- an attribute made from its own final value
    ("final: prev: { gd = final.gd.overrideAttrs (o: { pname = \"x\"; }); }", ["own-final-value final.gd"],
     "set.gd.name", "fails: infinite recursion"),
    ("self: super: { gd = self.gd // { x = 1; }; }", ["own-final-value self.gd"],
     "set.gd.x", "fails: infinite recursion"),
    ("final: prev: { inherit (final) gd; }", ["own-final-value gd"], "set.gd.name", "fails: infinite recursion"),
    ("final: prev: let old = final.gd; in { gd = old.override { }; }", ["own-final-value final.gd"],
     "set.gd.name", "fails: infinite recursion"),
    ("final: prev: { xorg = prev.xorg // { libX11 = final.xorg.libX11.overrideAttrs (o: { }); }; }",
     ["own-final-value final.xorg.libX11"], "set.xorg.libX11.name", "fails: infinite recursion"),
    ("final: prev: { gd = if final.gd ? withXorg then prev.gd else prev.hello; }", ["own-final-value final.gd"],
     "set.gd.name", "fails: infinite recursion"),
    ("final: prev: { label = \"${final.label}!\"; }", ["own-final-value final.label"],
     "set.label", "fails: infinite recursion"),
    ("final: prev: rec { gd = gd.overrideAttrs (o: { }); }", ["own-final-value gd"],
     "set.gd.name", "fails: infinite recursion"),
    ("{ overlays = [ (final: prev: { lib = prev.pkgs.lib // { one = 1; }; }) ]; }",
     ["own-final-value prev.pkgs.lib"], "(import <nixpkgs> it).lib.one", "fails: infinite recursion"),
    (("final: prev: { python3 = prev.python3.override (o: { packageOverrides = pself: psuper: "
     "{ six = pself.six.overridePythonAttrs (o: { }); }; }); }"),
     ["own-final-value pself.six"],
     "set.python3.pkgs.six.name", "fails: infinite recursion"),
    ("final: prev: { gd = prev.gd.overrideAttrs (o: { buildInputs = o.buildInputs ++ [ final.gd ]; }); }",
     ["own-final-value final.gd"], "set.gd.drvPath", "fails: infinite recursion"),
    ("final: prev: { gd = prev.gd.overrideAttrs (o: { postInstall = \"cp ${final.gd.dev} x\"; }); }",
     ["own-final-value final.gd.dev"], "set.gd.drvPath", "fails: infinite recursion"),
    ("final: prev: { gd = prev.gd.overrideAttrs (o: { postInstall = \"cp ${prev.gd} x\"; }); }", [],
     "builtins.isString set.gd.drvPath", "true"),
    ("final: prev: { gd = prev.gd.overrideAttrs (o: { x = if true then 1 else final.gd; }); }", [],
     "builtins.isString set.gd.drvPath", "true"),
    ("final: prev: { gd = prev.gd.overrideAttrs (o: { x = final.gd.version; passthru.y = [ final.gd ]; }); }",
     [], None, None),
    ("final: prev: { gd = prev.gd.overrideAttrs (o: { pname = \"x\"; }); }", [], "set.gd.name", '"x-2.3.3"'),
    ("final: prev: { gd = prev.gd.overrideAttrs (o: { passthru.final = final.gd; }); }", [],
     "set.gd.final.name", '"gd-2.3.3"'),
    ("final: prev: { xgd = final.gd.overrideAttrs (o: { pname = \"x\"; }); }", [], "set.xgd.name", '"x-2.3.3"'),
    ("final: prev: { box = { inherit (final) gd; }; }", [], "set.box.gd.name", '"gd-2.3.3"'),
    ("final: prev: { gd = prev.lib.lowPrio prev.gd; }", [], None, None),
    ("f: { gd = f.gd.overrideAttrs (o: { }); }", [], None, None),
    ("p: p.overrideAttrs (final: prev: { pname = \"x\"; name = \"${final.pname}-1\"; })", [],
     "(it (import <nixpkgs> { }).gd).name", '"x-1"'),

    # -- an overlay's rec
    ("final: prev: rec { tool = [ mypng ]; mypng = prev.libpng; }", ["rec-overlay mypng"],
     "(set.extend (f: p: { mypng = 1; })).tool == [ 1 ]", "false"),
    ("self: super: rec { inherit (super) zlib; a = zlib.override { }; }", ["rec-overlay zlib"],
     "(set.extend (f: p: { zlib.override = _: 1; })).a == 1", "false"),
    ("final: prev: { x = 1; } // rec { python = prev.python3; pkgs' = python.pkgs; }", ["rec-overlay python"],
     "(set.extend (f: p: { python.pkgs = 1; })).pkgs' == 1", "false"),
    ("final: prev: with prev; rec { a = callPackage ({ zlib }: zlib) { }; b = { inherit a; }; }",
     ["rec-overlay a"], "(set.extend (f: p: { a = 1; })).b.a == 1", "false"),
    ("final: prev: let x = 1; in rec { a = prev.zlib; b = [ a ]; c = a; }", ["rec-overlay a"],
     "(set.extend (f: p: { a = 1; })).c == 1", "false"),
    ("final: prev: { tool = [ final.mypng ]; mypng = prev.libpng; }", [],
     "(set.extend (f: p: { mypng = 1; })).tool == [ 1 ]", "true"),
    ("final: prev: rec { version = \"1\"; tool = \"x-${version}\"; }", [], None, None),
    ("final: prev: rec { tool = [ prev.zlib ]; }", [], None, None),
    (("final: prev: { gd = prev.gd.overrideAttrs (o: rec { pname = \"x\"; version = prev.gd.version; "
     "name = \"${pname}-${version}\"; }); }"), [], "set.gd.name", '"x-2.3.3"'),
    ("final: prev: { b = rec { a = prev.zlib; c = a; }; }", [], None, None),

    # -- packageOverrides
    ("final: prev: { python3 = prev.python3.override { packageOverrides = a: b: { }; }; }",
     ["lost-overrides packageOverrides"],
     ("(import <nixpkgs> { overlays = [ (f: p: { python3 = p.python3.override { packageOverrides = _: _: "
     "{ mine = 1; }; }; }) it ]; }).python3.pkgs ? mine"), "false"),
    ("final: prev: { python38 = final.python3.override { packageOverrides = import ./x.nix; }; }",
     ["lost-overrides packageOverrides"], None, None),
    ("final: prev: { hs = prev.haskellPackages.override { overrides = self: super: { }; }; }",
     ["lost-overrides overrides"], None, None),
    ("final: prev: { python3 = prev.python3.override (o: { packageOverrides = a: b: { }; }); }",
     ["lost-overrides packageOverrides"], None, None),
    ("final: prev: let p = { }; in { python3 = prev.python3.override { inherit p; packageOverrides = _: _: p; }; }",
     ["override-argument p", "lost-overrides packageOverrides"],
     "set.python3.name", "fails: unexpected argument 'p'"),
    (("final: prev: { python3 = prev.python3.override (old: { packageOverrides = prev.lib.composeExtensions "
     "(old.packageOverrides or (_: _: { })) (a: b: { x = 1; }); }); }"), [], "set.python3.pkgs.x", "1"),
    (("final: prev: { python3 = prev.python3.override { packageOverrides = prev.lib.composeExtensions "
     "prev.python3.packageOverrides (a: b: { x = 1; }); }; }"), [], "set.python3.pkgs.x", "1"),
    ("pkgs: pkgs.python3.override { packageOverrides = a: b: { }; }", [], None, None),
    (("import <nixpkgs> { overlays = [ (final: prev: { python3 = prev.python3.override { packageOverrides = "
     "a: b: { x = 1; }; }; }) ]; }"), [], "it.python3.pkgs.x", "1"),
    ("final: prev: { python3Packages = prev.python3Packages.overrideScope (a: b: { x = 1; }); }", [],
     "set.python3Packages.x", "1"),
    ("final: prev: { x = prev.tool.override { overrides = [ 1 ]; }; }", [], None, None),

    # -- //
    ("final: prev: { hello = prev.hello // { version = \"2.9\"; }; }", ["update-package {"],
     "set.hello.drvPath == plain.hello.drvPath", "true"),
    ("self: super: { gd = super.gd // { patches = [ ./a.patch ]; }; }", ["update-package {"],
     "set.gd.drvPath == plain.gd.drvPath", "true"),
    ("final: prev: { gd = (prev.gd.overrideAttrs (o: { dontStrip = true; })) // { doCheck = true; }; }",
     ["update-package {"], "set.gd.drvPath == (plain.gd.overrideAttrs { dontStrip = true; }).drvPath", "true"),
    ("p: p.overrideAttrs (o: { }) // { src = ./.; }", ["update-package {"],
     "(it plain.gd).drvPath == plain.gd.drvPath", "true"),
    ("final: prev: { jq = prev.jq // { version = \"1\"; meta = { }; }; }", ["update-package {"], None, None),
    ("pkgs: [ (pkgs.hello // { version = \"2.9\"; }) ]", ["update-package {"],
     "(builtins.head (it plain)).drvPath == plain.hello.drvPath", "true"),
    ("final: prev: { hello2 = final.hello // { src = ./.; }; }", ["update-package {"],
     "set.hello2.drvPath == plain.hello.drvPath", "true"),
    ("pkgs: pkgs.xorg // { version = \"2.9\"; }", [], None, None),
    ("pkgs: pkgs.unknown // { version = \"2.9\"; }", [], None, None),
    ("final: prev: { hello = prev.hello // { meta = { }; }; }", [], None, None),
    ("final: prev: { xorg = prev.xorg // { version = 1; }; }", [], None, None),
    ("final: prev: { gd = prev.gd.overrideAttrs (o: o // { version = \"9\"; }); }", [],
     "set.gd.drvPath == plain.gd.drvPath", "false"),
    ("final: prev: { x = { a = 1; } // { version = 2; }; }", [], None, None),
    ("final: prev: { args = prev.defaults // { version = 2; }; }", [], None, None),
    ("a: b: { hello = b.hello // { version = \"2.9\"; }; }", [], None, None),

    # -- the version before an override
    ("p: p.overrideAttrs (o: { version = \"4\"; src = p.f { url = \"a-${o.version}.gz\"; }; })",
     ["old-version o.version"], None, None),
    ("p: f: p.overrideAttrs (old: rec { version = \"4\"; src = f { rev = \"v${old.version}\"; }; })",
     ["old-version old.version"], None, None),
    ("p: f: p.overrideAttrs (final: prev: { version = \"4\"; src = f { tag = prev.version; }; })",
     ["old-version prev.version"], None, None),
    ("p: f: p.overrideAttrs (old: let v = \"4\"; in { version = v; src = old.src.override { rev = old.version; }; })",
     ["old-version old.version"], None, None),
    ("p: f: p.overrideAttrs (o: { version = \"4\"; src = f { urls = [ \"a/${o.version}\" \"b\" ]; }; })",
     ["old-version o.version"], None, None),
    ("p: f: p.overrideAttrs (old: rec { version = \"4\"; src = f { rev = version; }; })", [], None, None),
    ("p: f: p.overrideAttrs (o: { version = \"4\"; postPatch = \"sed s/${o.version}/4/\"; src = f { }; })", [],
     None, None),
    ("p: f: p.overrideAttrs (o: { version = \"${o.version}-x\"; src = f { rev = o.version; }; })", [], None, None),
    ("p: f: p.overrideAttrs (o: { src = f { rev = o.version; }; })", [], None, None),
    ("p: f: p.overrideAttrs (f': o: { version = \"4\"; src = f { rev = f'.version; }; })", [], None, None),
    ("p: f: p.overrideAttrs (o: { version = \"4\"; src = f { rev = \"4\"; name = o.version; }; })", [], None, None),

    # -- a misspelt name
    ("p: p.overrideAttrs (old: { buildInputs = (old.builtInputs or [ ]) ++ [ 1 ]; })",
     ["misspelt-name (old.builtInputs"], "(it plain.curl).buildInputs", "[1]"),
    ("p: p.overrideAttrs (o: { patches = o.patchs or [ ]; })", ["misspelt-name o.patchs"], None, None),
    ("p: p.overrideAttrs (o: { postInstall = (o.postinstall or \"\") + \"x\"; })", ["misspelt-name (o.postinstall"],
     None, None),
    ("p: p.overrideAttrs (o: { cmakeFlags = o.cmakeFlag ++ [ ]; })", ["misspelt-name o.cmakeFlag"], None, None),
    ("p: p.overridePythonAttrs (o: { nativeBuildInputs = o.nativBuildInputs ++ [ ]; })",
     ["misspelt-name o.nativBuildInputs"], None, None),
    ("p: p.overrideAttrs (o: { buildInputs = o.nativeBuildInputs or [ ]; })", [], None, None),
    ("p: p.overrideAttrs (o: { src = o.srcs or [ ]; cmakeFlags = o.makeFlags or [ ]; })", [], None, None),
    ("p: p.overrideAttrs (o: { postBuild = o.preBuild or \"\"; })", [], None, None),
    ("p: p.overrideAttrs (o: { patches = o.patches or [ ] ++ o.patches2; })", [], None, None),
    ("p: p.overrideAttrs (o: { llvm15 = o.llvm14; })", [], None, None),
    ("p: o: p.overrideAttrs (old: { buildInputs = o.builtInputs; })", [], None, None),

    # -- used before
    ("p: p.overrideAttrs (o: { vendorSha256 = \"0\"; })", ["consumed-argument vendorSha256"], None, None),
    ("p: p.overrideAttrs { cargoSha256 = \"0\"; }", ["consumed-argument cargoSha256"], None, None),
    ("p: p.overrideAttrs (f: o: { version = \"1\"; cargoHash = \"0\"; })", ["consumed-argument cargoHash"], None, None),
    ("p: p.overrideAttrs (o: rec { modSha256 = \"0\"; })", ["consumed-argument modSha256"], None, None),
    ("p: p.overrideAttrs (o: let v = \"0\"; in { vendorSha256 = v; })", ["consumed-argument vendorSha256"], None, None),
    ("p: p.overrideAttrs (o: rec { cargoHash = \"0\"; cargoDeps = o.cargoDeps.overrideAttrs { outputHash = cargoHash; }; })",
     [], None, None),
    ("p: p.overrideAttrs (o: { vendorHash = \"0\"; })", [], None, None),
    ("b: b.buildRustPackage { cargoHash = \"0\"; }", [], None, None),
    ("p: p.override { cargoHash = \"0\"; }", [], None, None),
    ("p: p.overrideAttrs (o: { passthru = o.passthru // { cargoSha256 = \"0\"; }; })", [], None, None),

    # -- src
    ("p: p.overrideAttrs (o: { src = o.src.overrideAttrs (s: { rev = \"2\"; }); })", ["late-source rev"], None, None),
    ("p: p.src.overrideAttrs { tag = \"2\"; }", ["late-source tag"], None, None),
    ("p: p.src.overrideAttrs (s: s // { rev = \"2\"; })", ["late-source rev"], None, None),
    ("p: p.src.overrideAttrs (f: s: { owner = \"me\"; rev = \"2\"; })", ["late-source owner"], None, None),
    ("p: p.src.overrideAttrs (s: rec { version = \"2\"; url = \"x-${version}\"; })", ["late-source version"], None, None),
    ("p: p.src.override { rev = \"2\"; }", [], None, None),
    ("p: p.src.overrideAttrs (s: { rev = \"2\"; outputHash = \"\"; })", [], None, None),
    ("p: p.src.overrideAttrs (s: { postFetch = \"\"; })", [], None, None),
    ("p: p.overrideAttrs (s: { rev = \"2\"; })", [], None, None),
    ("p: h: p.src.overrideAttrs (s: { url = \"x\"; hash = h; })", [], None, None),

    # -- patches
    ("p: p.overrideAttrs (o: { patches = o.patches ++ [ ./a.patch ]; })", ["missing-patches o.patches"],
     "(it plain.hello).drvPath", "fails: attribute 'patches' missing"),
    ("p: p.overrideAttrs (old: { patches = [ ./a.patch ] ++ old.patches; })", ["missing-patches old.patches"],
     "(it plain.hello).drvPath", "fails: attribute 'patches' missing"),
    ("p: p.overrideAttrs (f: o: { patches = [ ] ++ o.patches ++ [ ./a ]; })", ["missing-patches o.patches"],
     "(it plain.hello).drvPath", "fails: attribute 'patches' missing"),
    ("final: prev: { hello = prev.hello.overrideAttrs (o: { patches = o.patches ++ [ ]; }); }",
     ["missing-patches o.patches"], "set.hello.drvPath", "fails: attribute 'patches' missing"),
    ("p: p.overridePythonAttrs (o: { patches = o.patches ++ [ ]; })", ["missing-patches o.patches"],
     "(it plain.python3Packages.six).drvPath", "fails: attribute 'patches' missing"),
    ("p: p.overrideAttrs (o: { patches = (o.patches or [ ]) ++ [ ]; })", [],
     "(it plain.hello).drvPath == plain.hello.drvPath", "true"),
    ("p: p.overrideAttrs (o: { patches = if o ? patches then o.patches ++ [ 1 ] else [ ]; })", [], None, None),
    ("p: p.overrideAttrs (o: { patches = builtins.filter (x: true) o.patches ++ [ 1 ]; })", [], None, None),
    ("s: (s.mkDerivation { patches = [ ]; }).overrideAttrs (o: { patches = o.patches ++ [ 1 ]; })", [], None, None),
    ("p: p.overrideAttrs (o: { configureFlags = o.configureFlags ++ [ 1 ]; })", [], None, None),

    # -- lists
    ("final: prev: { curl = prev.curl.overrideAttrs (o: { buildInputs = [ final.expat ]; }); }",
     ["replaced-list buildInputs"], "builtins.elem set.zlib.dev set.curl.buildInputs", "false"),
    ("final: prev: { x = prev.x.overrideAttrs (o: { nativeBuildInputs = [ 1 ]; }); }",
     ["replaced-list nativeBuildInputs"], None, None),
    ("final: prev: { x = prev.x.overrideAttrs (f: o: { propagatedBuildInputs = [ 1 ]; }); }",
     ["replaced-list propagatedBuildInputs"], None, None),
    ("{ zlib, curl }: curl.overrideAttrs (old: { buildInputs = [ zlib ]; })", ["replaced-list buildInputs"], None, None),
    ("pkgs: pkgs.x.overrideAttrs (old: { buildInputs = with pkgs; [ zlib ]; })", ["replaced-list buildInputs"],
     None, None),
    ("final: prev: { curl = prev.curl.overrideAttrs (o: { buildInputs = o.buildInputs ++ [ 1 ]; }); }", [], None, None),
    ("final: prev: { curl = prev.curl.overrideAttrs (_: { buildInputs = [ 1 ]; }); }", [], None, None),
    ("final: prev: { curl = prev.curl.overrideAttrs { buildInputs = [ 1 ]; }; }", [], None, None),
    ("final: prev: { zlib = prev.zlib.overrideAttrs (o: { buildInputs = [ 1 ]; }); }", [],
     "plain.zlib.buildInputs", "[]"),
    ("final: prev: { x = prev.x.overrideAttrs (o: { buildInputs = [ ]; }); }", [], None, None),
    ("p: p.overrideAttrs (o: { buildInputs = [ 1 ]; name = o.name; })", [], None, None),

    # -- what is no argument
    ("final: prev: { colmap = prev.colmap.override { version = \"4\"; }; }", ["override-argument version"],
     "set.colmap.name", "fails: unexpected argument 'version'"),
    ("pkgs: pkgs.curl.override { zlibsupport = true; }", ["override-argument zlibsupport"],
     "(it plain).name", "fails: unexpected argument 'zlibsupport'"),
    ("final: prev: { x = final.python3Packages.six.override { nope = 1; }; }", ["override-argument nope"],
     "set.x.name", "fails: unexpected argument 'nope'"),
    ("c: let p = c.callPackage ({ a }: a) { }; in p.override { b = 1; }", ["override-argument b"], None, None),
    ("final: prev: { gd = prev.gd.override (old: { src = 1; }); }", ["override-argument src"],
     "set.gd.name", "fails: unexpected argument 'src'"),
    ("final: prev: { curl = prev.curl.override { zlibSupport = false; }; }", [], "set.curl.pname", '"curl"'),
    ("pself: psuper: { curl = psuper.curl.override { nope = 1; }; x = psuper.y.overridePythonAttrs (o: { }); }", [],
     None, None),
    ("final: prev: { x = prev.unknown.override { version = 1; }; }", [], None, None),
    ("pkgs: let p = pkgs.callPackage ({ a, ... }: a) { }; in p.override { b = 1; }", [], None, None),
    ("final: prev: { gd = prev.gd.overrideAttrs { version = \"9\"; }; }", [], "set.gd.version", '"9"'),

    # -- nested sets
    ("final: prev: { xorg.x = 1; }", ["dropped-set xorg"], "set.xorg ? libX11", "false"),
    ("final: prev: { xorg = { x = 1; y = 2; }; }", ["dropped-set xorg"], "set.xorg ? libX11", "false"),
    ("self: super: { python3Packages.mine = 1; }", ["dropped-set python3Packages"],
     "set.python3Packages ? numpy", "false"),
    ("final: prev: { hello.version = \"1\"; }", ["dropped-set hello"], "set.hello ? drvPath", "false"),
    ("final: prev: prev.lib.optionalAttrs true { lib.one = 1; }", ["dropped-set lib"], "set.lib ? optionalAttrs",
     "false"),
    ("final: prev: { xorg = prev.xorg // { x = 1; }; }", [], "set.xorg ? libX11", "true"),
    ("final: prev: { mine.x = 1; }", [], None, None),
    ("final: prev: { xorg = { inherit (prev.xorg) libX11; x = 1; }; }", [], "set.xorg ? libX11", "true"),
    ("pself: psuper: { hello.x = 1; y = psuper.z.overridePythonAttrs { }; }", [], None, None),
    ("{ xorg.x = 1; }", [], None, None),

    # -- what is no trap
    ("final: prev: { a = prev.callPackage ({ expat }: expat) { }; expat = prev.expat.override { }; }", [],
     "set.a.drvPath == set.expat.drvPath", "true"),
    ("self: super: { inherit (super) callPackage; }", [], None, None),
]  # fmt: skip


SETTINGS = Settings()
SETTINGS.lookup_path.append(("nixpkgs", str(Path(nixlite.__file__).parents[1] / "stdlib/nixpkgs")))
EVALUATOR = Evaluator(SETTINGS, RealHost())


def found_in(text: str) -> list[str]:
    """What `lint` finds in a text: the rule, and the beginning of what it points at."""
    source = Source("«string»", text, base="/")
    found = lint(EVALUATOR, source, ["unused-argument"])
    return [f"{finding.rule} {text[finding.offset :]}" for finding in found]


@pytest.mark.parametrize(("text", "expected", "fact", "answer"), ROWS, ids=[row[0] for row in ROWS])
def test_traps(text: str, expected: list[str], fact: str | None, answer: str | None) -> None:
    found = found_in(text)
    assert len(found) == len(expected), found
    for one, wanted in zip(found, expected, strict=True):
        assert one.startswith(wanted)


def program_of(text: str, fact: str) -> str:
    """The expression of a fact, as JSON."""
    return (
        f"let it = ({text}); plain = import <nixpkgs> {{ overlays = [ ]; }};"
        f" set = import <nixpkgs> {{ overlays = [ it ]; }}; in builtins.toJSON ({fact})"
    )


FACTS = [(text, fact, answer) for text, _, fact, answer in ROWS if fact is not None]


@pytest.mark.parametrize(("text", "fact", "answer"), FACTS, ids=[row[0] for row in FACTS])
def test_facts(text: str, fact: str, answer: str) -> None:
    source = Source("«string»", program_of(text, fact), base="/")
    if not answer.startswith("fails: "):
        assert EVALUATOR.evaluate_source(source) == answer
        return
    with pytest.raises(NixError) as error:
        EVALUATOR.evaluate_source(source)
    assert answer.removeprefix("fails: ") in error.value.message


def test_every_rule_has_forms_of_both_kinds() -> None:
    rules = [finding.split()[0] for row in ROWS for finding in row[1]]
    assert all(rules.count(rule) >= 5 for rule in set(rules))
    assert sum(not row[1] for row in ROWS) >= 50
