"""What the teaching library and the package set answer. Printed by real Nix from the same files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stdlib.recorded import ROOT
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

CONTEXT = """with import {nixpkgs}/lib;
let
  nixpkgs = {nixpkgs};
  lib = import (nixpkgs + "/lib");
  pkgs = import nixpkgs {{ system = "x86_64-linux"; config = {{ }}; overlays = [ ]; }};
  f = self: {{ version = "0.8.5"; src = "lightning-${{self.version}}"; }};
  sum = {{ a, b }}: {{ result = a + b; }};
  scope = {{ zlib = "z"; unused = throw "never looked at"; }};
in
{expression}
"""

ANSWERS = [
    # expression, printed, why
    ('fix (self: { version = "0.8.5"; src = "lightning-${self.version}"; })', '{ src = "lightning-0.8.5"; version = "0.8.5"; }', "attributes use each other"),
    ('fix (extends (final: prev: { version = "0.9.0"; }) f)', '{ src = "lightning-0.9.0"; version = "0.9.0"; }', "and follow a change"),
    ('fix f // { version = "0.9.0"; }', '{ src = "lightning-0.8.5"; version = "0.9.0"; }', "unlike with //"),
    ('(fix (extends (composeExtensions (final: prev: { n = prev.n + 1; }) (final: prev: { n = prev.n * 10; })) (self: { n = 1; }))).n', '20', "first the first"),
    ('(fix (extends (composeManyExtensions [ ]) (self: { n = 1; }))).n', '1', "no overlay at all"),
    ('(fix (extends (composeManyExtensions [ (final: prev: { a = 2; }) (final: prev: { a = prev.a * 10; b = final.a; }) ]) (self: { a = 1; }))).b', '20', "final sees the last"),
    ('((makeExtensible (self: { a = 1; b = self.a + 1; })).extend (final: prev: { a = prev.a * 10; })).b', '11', "extend"),
    ('(((makeExtensible (self: { a = 1; b = self.a + 1; })).extend { a = 5; }).extend (prev: { a = prev.a * 2; })).b', '11', "extend twice, by a set and by a function of one argument"),
    ('((makeExtensibleWithCustomName "change" (self: { a = 1; })).change { a = 2; }).a', '2', "by another name"),
    ('((makeOverridable sum { a = 3; b = 5; }).override { a = 10; }).result', '15', "other arguments"),
    ('((makeOverridable sum { a = 3; b = 5; }).override (old: { a = old.a + 1; })).result', '9', "a function of the old ones"),
    ('(((makeOverridable sum { a = 3; b = 5; }).override { a = 10; }).override { b = 20; }).result', '30', "twice"),
    ('makeOverridable ({ a }: a) { a = 1; }', '1', "no set, nothing to add"),
    ('((makeOverridable ({ a }: { b }: a + b) { a = 1; }).override { a = 10; }) { b = 5; }', '15', "a result that is a function"),
    ('functionArgs (makeOverridable ({ a, b ? 1 }: { }) { a = 1; }).override', '{ a = false; b = true; }', "override tells the arguments"),
    ('(callPackageWith scope ({ zlib, debug ? false }: { inherit zlib debug; }) { }).zlib', '"z"', "from the scope"),
    ('(callPackageWith scope ({ zlib, debug ? false }: { inherit zlib debug; }) { zlib = 7; }).zlib', '7', "what is given wins"),
    ('((callPackageWith scope ({ zlib, debug ? false }: { inherit zlib debug; }) { }).override { debug = true; }).debug', 'true', "overridable"),
    ('((callPackagesWith scope ({ zlib }: { a = { inherit zlib; }; b = { }; }) { }).a.override { zlib = 2; }).zlib', '2', "each package of a set"),
    ('let s = makeScope (extra: callPackageWith (scope // extra)) (self: { a = self.callPackage ({ zlib }: { v = zlib; }) { }; b = self.callPackage ({ a }: { v = a.v; }) { }; }); in [ s.b.v (s.overrideScope (final: prev: { zlib = "mine"; })).b.v ]', '[ "z" "mine" ]', "a scope, and a change of it"),
    ('builtins.attrNames (makeScope (extra: callPackageWith extra) (self: { a = 1; }))', '[ "a" "callPackage" "newScope" "overrideScope" "packages" ]', "what a scope has"),
    ('levenshtein "kitten" "sitting"', '3', "distance"),
    ('versionOlder "3.9" "3.10"', 'true', "versions are no numbers"),
    ('versions.majorMinor "3.8.6"', '"3.8"', "the first two numbers"),
    ('getName "hello-2.12.1"', '"hello"', "the name alone"),
    ('makeBinPath [ "/a" "/b" ]', '"/a/bin:/b/bin"', "a search path"),
    ('splitString "." "a.b..c"', '[ "a" "b" "" "c" ]', "parts may be empty"),
    ('removePrefix "lib" "libpng"', '"png"', "a prefix"),
    ('removeSuffix ".nix" "a.nix"', '"a"', "a suffix"),
    ('recursiveUpdate { a = { b = 1; c = 2; }; } { a = { b = 3; }; }', '{ a = { b = 3; c = 2; }; }', "sets in sets are merged"),
    ('filterAttrs (name: value: value > 1) { a = 1; b = 2; }', '{ b = 2; }', "some attributes"),
    ('foldr (x: y: "${x}(${y})") "." [ "a" "b" ]', '"a(b(.))"', "from the right"),
    ('pipe 3 [ (x: x + 1) (x: x * 2) ]', '8', "one after the other"),
    ('unique [ 1 2 1 3 2 ]', '[ 1 2 3 ]', "each once"),
    ('pkgs.hello.name', '"hello-2.12.1"', "name and version"),
    ('(pkgs.hello.overrideAttrs { pname = "hi"; }).name', '"hi-2.12.1"', "a set of changes"),
    ('(pkgs.hello.overrideAttrs (old: { pname = old.pname + "!"; __intentionallyOverridingVersion = true; })).pname', '"hello!"', "a function of the old ones"),
    ('(pkgs.hello.overrideAttrs (final: prev: { NOTE = final.version; })).NOTE', '"2.12.1"', "a function of the final and the old ones"),
    ('((pkgs.hello.overrideAttrs { NOTE = "a"; }).overrideAttrs (old: { NOTE = old.NOTE + "b"; })).NOTE', '"ab"', "twice"),
    ('(pkgs.hello.overrideAttrs { version = "2.13"; __intentionallyOverridingVersion = true; }).src.url', '"mirror://gnu/hello/hello-2.13.tar.gz"', "the source follows the final version"),
    ('(pkgs.hello.overrideAttrs { version = "2.13"; __intentionallyOverridingVersion = true; }) ? __intentionallyOverridingVersion', 'false', "the mark is not for the builder"),
    ('(pkgs.hello.overrideAttrs (old: { passthru = old.passthru or { } // { mine = 1; }; })).mine', '1', "passthru is visible"),
    ('(pkgs.hello.overrideAttrs (old: { passthru.mine = 1; })).drvPath == pkgs.hello.drvPath', 'true', "and costs no rebuild"),
    ('(pkgs.hello.overrideAttrs { meta.description = "x"; }).drvPath == pkgs.hello.drvPath', 'true', "nor does meta"),
    ('let p = pkgs.stdenv.mkDerivation (finalAttrs: { name = "x"; passthru.self = finalAttrs.finalPackage.outPath; }); in p.self == p.outPath', 'true', "finalPackage"),
    ('let p = (pkgs.stdenv.mkDerivation (finalAttrs: { name = "x"; passthru.self = finalAttrs.finalPackage.outPath; })).overrideAttrs { NOTE = 1; }; in p.self == p.outPath', 'true', "finalPackage after overriding"),
    ('pkgs.gd.outputs', '[ "bin" "dev" "out" ]', "several outputs"),
    ('[ (lib.getBin pkgs.gd == pkgs.gd.bin) (lib.getLib pkgs.gd == pkgs.gd.out) (lib.getDev pkgs.gd.bin == pkgs.gd.bin) (lib.getDev pkgs.hello == pkgs.hello) ]', '[ true true true true ]', "an output by its purpose"),
    ('map (o: o.outputName) pkgs.gd.all', '[ "bin" "dev" "out" ]', "all outputs"),
    ('pkgs.gd.dev.overrideAttrs { name = "mine"; } ? bin', 'true', "outputs are packages, too"),
    ('lib.getExe pkgs.graphviz == "${pkgs.graphviz}/bin/dot"', 'true', "the main program"),
    ('pkgs.hello.meta.license.spdxId', '"GPL-3.0-or-later"', "licences"),
    ('(pkgs.fetchurl { url = "mirror://gnu/a/b.tar.gz"; hash = lib.fakeHash; }).drvAttrs.url', '"https://ftp.gnu.org/gnu/a/b.tar.gz"', "mirrors"),
    ('(pkgs.fetchurl { url = "https://x/b.tar.gz"; hash = lib.fakeHash; }).name', '"b.tar.gz"', "named for the URL"),
    ('((pkgs.fetchurl { url = "https://x/b.tar.gz"; sha256 = lib.fakeSha256; }).override { url = "https://y/c.tar.gz"; }).drvAttrs.url', '"https://y/c.tar.gz"', "sources are overridable"),
    ('(pkgs.fetchFromGitHub { owner = "o"; repo = "r"; tag = "v1"; hash = lib.fakeHash; }).url', '"https://github.com/o/r/archive/refs/tags/v1.tar.gz"', "a tag"),
    ('(pkgs.fetchPypi { pname = "six"; version = "1"; hash = lib.fakeHash; }).drvAttrs.url', '"https://files.pythonhosted.org/packages/source/s/six/six-1.tar.gz"', "PyPI, sources"),
    ('(pkgs.fetchPypi { pname = "six"; version = "1"; format = "wheel"; hash = lib.fakeHash; }).drvAttrs.url', '"https://files.pythonhosted.org/packages/py2.py3/s/six/six-1-py2.py3-none-any.whl"', "PyPI, a wheel"),
    ('(builtins.tryEval (pkgs.fetchurl { url = "https://x/y"; }).drvPath).success', 'false', "a hash is needed"),
    ('pkgs.gccStdenv == pkgs.stdenv', 'true', "gcc is the compiler on Linux"),
    ('(import nixpkgs { system = "aarch64-darwin"; config = { }; overlays = [ ]; }).gccStdenv.cc.name', '"gcc-wrapper-14.3.0"', "but not on macOS"),
    ('(import nixpkgs { system = "aarch64-darwin"; config = { }; overlays = [ ]; }).stdenv.cc.isClang', 'true', "clang is"),
    ('pkgs.stdenvNoCC.cc', 'null', "no compiler"),
    ('pkgs.stdenv.hostPlatform.system', '"x86_64-linux"', "the platform"),
    ('pkgs.pkgs.pkgs.hello == pkgs.hello', 'true', "the set knows itself"),
    ('(pkgs.extend (final: prev: { hello = final.gd; })).hello.pname', '"gd"', "extend"),
    ('((pkgs.extend (final: prev: { n = 1; })).extend (final: prev: { n = prev.n + 1; })).n', '2', "extend twice"),
    ('(import nixpkgs { system = "x86_64-linux"; config = { }; overlays = [ (final: prev: { n = [ 1 ]; }) (final: prev: { n = prev.n ++ [ 2 ]; }) ]; }).n', '[ 1 2 ]', "overlays in order"),
    ('builtins.length (pkgs.appendOverlays [ (final: prev: { }) ]).overlays', '1', "overlays are remembered"),
    ('(pkgs.callPackage ({ hello, loud ? false }: { inherit loud; of = hello.pname; }) { loud = true; }).of', '"hello"', "callPackage of the set"),
    ('(pkgs.newScope { mine = 3; } ({ mine, hello }: { inherit mine; }) { }).mine', '3', "newScope of the set"),
    ('(pkgs.python3.withPackages (ps: [ ps.six ])).name', '"python-3.8.6-env"', "a Python with packages"),
    ('pkgs.python3Packages.six.overridePythonAttrs { doCheck = false; } ? overridePythonAttrs', 'true', "Python packages can be changed again"),
    ('(pkgs.python3Packages.six.overridePythonAttrs (old: { pname = old.pname + "x"; })).name', '"python3.8-sixx-1.15.0"', "and their names follow"),
    ('(pkgs.python3Packages.six.overrideAttrs { NOTE = 1; }) ? overridePythonAttrs', 'true', "also after overrideAttrs"),
    ('((pkgs.python3Packages.six.overridePythonAttrs { pname = "sixx"; }).override { }).pname', '"sixx"', "and after override"),
    ('pkgs.python27Packages.six.name', '"python2.7-six-1.15.0"', "two Pythons"),
    ('(pkgs.runCommand "x" { A = 1; } "touch $out").buildCommand', '"touch $out"', "a command"),
    ('(pkgs.mkShell { packages = [ pkgs.hello ]; }).nativeBuildInputs == [ pkgs.hello ]', 'true', "a shell"),
]  # fmt: skip


def in_context(expression: str) -> str:
    return CONTEXT.format(nixpkgs=f"{ROOT}/stdlib/nixpkgs", expression=expression)


def test_answers(tmp_path: Path) -> None:
    """All at once: the package set is the same for all."""
    rows = "\n".join(f"({expression})" for expression, _, _ in ANSWERS)
    done = nixlite(["instantiate", "--eval", "--strict", "-"], cwd=tmp_path, stdin=in_context(f"[ {rows} ]"))
    assert done.stderr == ""
    assert done.stdout == f"[ {' '.join(printed for _, printed, _ in ANSWERS)} ]\n"


REFUSALS = [
    # expression, message, why
    ("pkgs.callPackage ({ zlip }: zlip) { }", 'Function called without required argument "zlip", did you mean "zlib", "gzip" or "lib"?', "names like it"),
    ("pkgs.callPackage ({ hello, graphvis }: graphvis) { }", 'argument "graphvis", did you mean "graphviz"?', "the one name like it"),
    ("pkgs.callPackage ({ qqqqqqq }: 1) { }", 'Function called without required argument "qqqqqqq"\'', "no name like it"),
    ("pkgs.callPackage ./needs.nix { }", "argument \"zlibb\" at PLACE/needs.nix:3, did you mean", "where it is asked for"),
    ("pkgs.cudatoolkit.drvPath", "Package ‘cudatoolkit-11.8.0’ has an unfree license, refusing to evaluate.", "not free"),
    ("(pkgs.colmap.override { cudaSupport = true; }).drvPath", "Package ‘cudatoolkit-11.8.0’ has an unfree license", "nor what depends on it"),
    ('(pkgs.stdenv.mkDerivation { name = "x"; meta.broken = true; }).drvPath', "Package ‘x’ is marked as broken", "broken"),
    ('(pkgs.stdenv.mkDerivation { name = "x"; meta.platforms = lib.platforms.darwin; }).drvPath', "Package ‘x’ is not available on x86_64-linux", "another platform"),
    ('(import nixpkgs { system = "sparc-solaris"; config = { }; overlays = [ ]; }).hello.drvPath', "is not available on sparc-solaris", "an unknown platform"),
    ("pkgs.python27Packages.pytorch-lightning.drvPath", "pytorch-lightning-0.8.5 not supported for interpreter python2.7", "disabled"),
    ('(pkgs.fetchurl { url = "mirror://nowhere/x"; hash = lib.fakeHash; }).drvPath', "fetchurl: unknown mirror ‘nowhere’ in mirror://nowhere/x", "no such mirror"),
    ('(pkgs.fetchFromGitHub { owner = "o"; repo = "r"; rev = "v1"; }).drvPath', "requires a hash. Set `hash = lib.fakeHash`", "no hash"),
    ("(pkgs.hello.override { nosuch = 1; }).drvPath", "called with unexpected argument 'nosuch'", "an argument that it has not"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "message", "why"), REFUSALS, ids=[row[2] for row in REFUSALS])
def test_refusals(tmp_path: Path, expression: str, message: str, why: str) -> None:
    (tmp_path / "needs.nix").write_text("{\n  hello,\n  zlibb,\n}:\nhello\n")
    done = nixlite(["instantiate", "--eval", "--strict", "-"], cwd=tmp_path, stdin=in_context(expression))
    assert done.returncode == 1
    assert message.replace("PLACE", str(tmp_path)) in done.stderr


WARNING = """\
evaluation warning: hello-2.12.1 was overridden with `version` but not `src` at PLACE/case.nix:10:29.

                    Its source is then still that of version 2.12.1, or rather: its hash is. Override both:

                        hello.overrideAttrs (old: rec {
                          version = "2.13";
                          src = old.src.override { …; hash = "…"; };
                        })

                    (If this is what you want, add `__intentionallyOverridingVersion = true` to the attributes.)
"""

OVERRIDES = [
    # expression, warns, why
    ('(pkgs.hello.overrideAttrs { version = "2.13"; }).name', True, "a version without its source"),
    ('(pkgs.hello.overrideAttrs { version = "2.13"; __intentionallyOverridingVersion = true; }).name', False, "on purpose"),
    ('(pkgs.hello.overrideAttrs (o: { version = "2.13"; inherit (o) src; })).name', False, "with a source"),
    ("(pkgs.hello.overrideAttrs { NOTE = 1; }).name", False, "not the version"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "warns", "why"), OVERRIDES, ids=[row[2] for row in OVERRIDES])
def test_a_version_without_its_source_is_warned_of(
    tmp_path: Path, expression: str, warns: bool, why: str
) -> None:
    (tmp_path / "case.nix").write_text(in_context(expression))
    done = nixlite(["instantiate", "--eval", "case.nix"], cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == (WARNING.replace("PLACE", str(tmp_path)) if warns else "")
