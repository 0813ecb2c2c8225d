"""What overrides leave behind: precision and recall on a table, causes, traps, fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import nixlite
from nixlite.__main__ import run
from nixlite.explain.brief import brief_pair
from nixlite.explain.stale.answer import stale
from nixlite.explain.stale.plain.examine import examine
from nixlite.explain.stale.plain.fixes import propose
from nixlite.explain.stale.plain.text import causes_of, show
from nixlite.explain.stale.text import exit_code
from nixlite.explain.stale.text import show as text_of
from nixlite.host.capturing import CapturingHost
from tests.explain.cases import CASES, MAKE, OVERRIDABLE
from tests.explain.support import program_of, set_program

if TYPE_CHECKING:
    from pathlib import Path


def reported(text: str) -> set[str]:
    """The paths that are reported."""
    return {".".join(item.path) for item in examine(program_of(text), []).stale}


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """The leaves of plain data."""
    if isinstance(value, dict):
        return {key: leaf for name in value for key, leaf in flat(value[name], f"{path}.{name}").items()}
    return {path[1:]: value}


def values(text: str) -> dict[str, Any]:
    """The values of a set, functions left out, by the normal evaluator."""
    drop = "let clean = v: if builtins.isAttrs v then builtins.mapAttrs (n: clean) (builtins.removeAttrs v "
    drop += "(builtins.filter (n: builtins.isFunction v.${n}) (builtins.attrNames v))) else v; in clean "
    return flat(nixlite.evaluate(f"{drop}({text})").to_python())


def test_the_table_is_right() -> None:
    """What is called stale differs from what it would be had the override been there from the start."""
    assert len(CASES) >= 60
    for what, text, from_start, behind in CASES:
        if from_start is None:
            assert not behind, what
            continue
        now, then = values(text), values(from_start)
        assert {name for name in now if now[name] != then.get(name)} == behind, what


@pytest.mark.parametrize(
    ("text", "behind"), [pytest.param(text, paths, id=what) for what, text, _, paths in CASES]
)
def test_what_is_stale_and_nothing_else_is_reported(text: str, behind: set[str]) -> None:
    assert reported(text) == behind


@pytest.mark.parametrize("text", [text for what, text, _, _ in CASES if what.startswith("never")])
def test_nothing_is_stale_that_was_never_overridden(text: str) -> None:
    report = examine(program_of(text), [])
    assert not report.stale
    assert not report.traps


CAUSES = [
    ('rec { v = "1"; s = "x${v}"; } // { v = "2"; }', ["rec"]),
    ('let v = "1"; in { inherit v; s = "x${v}"; } // { v = "2"; }', ["let"]),
    (
        'let f = { v ? "1" }: { inherit v; s = "x${v}"; }; in f { } // { v = "2"; }',
        ["function argument (its default) consumed before"],
    ),
    (
        'let f = { v }: { inherit v; s = "x${v}"; }; in f { v = "1"; } // { v = "2"; }',
        ["function argument consumed before by f"],
    ),
    (
        'let f = { r }: { u = "u${r}"; }; in rec { v = "1"; s = (f { r = v; }).u; } // { v = "2"; }',
        ["rec", "function argument consumed before by f"],
    ),
]


@pytest.mark.parametrize(("text", "causes"), CAUSES)
def test_causes(text: str, causes: list[str]) -> None:
    (item,) = examine(program_of(text), []).stale
    assert causes_of(item) == causes


FIXABLE = [
    'rec { v = "1"; s = "x${v}"; } // { v = "2"; }',
    'let v = "1"; in { inherit v; s = "x${v}"; } // { v = "2"; }',
    'let f = { v ? "1" }: { inherit v; s = "x${v}"; }; in f { } // { v = "2"; }',
    'rec { v = 1; s = v + 1; t = s; } // { v = 2; }',
    'rec { v = "1"; l = [ v "z" ]; } // { v = "2"; }',
]  # fmt: skip


FROM_PACKAGES = """
  let
    make = f: f { } // { overrideAttrs = change: make (old: f old // change (f old)); };
    pkgs = rec {
      fetch = { owner, url, hash, tries ? 3 }: derivation { inherit owner url; outputHash = hash; system = "x";
        outputHashMode = "flat"; outputHashAlgo = "sha256"; builder = "b"; name = baseNameOf url; };
      tools = { inherit fetch; p = import_ { inherit fetch; }; };
      import_ = { fetch }: let owner = "me"; in make (_: rec {
        pname = "p";
        version = "1";
        src = fetch {
          inherit owner;
          url = "https://x.org/${pname}-${version}.tar.gz";
          hash = "0ssi1wpaf7plaswqqjwigppsg5fyh99vdlb9kzl7c9lng89ndq1i";
        };
      });
    };
  in PACKAGE.overrideAttrs (o: { version = "2"; })"""


@pytest.mark.parametrize(
    ("package", "function"),
    [("pkgs.tools.p", "pkgs.tools.fetch"), ("(with pkgs; tools).p", None), ("(pkgs.tools).p", None)],
)
def test_what_cannot_be_overridden_is_made_anew(package: str, function: str | None) -> None:
    """`src` has no `override`: the fix says it again, with the function out of the package set."""
    program = program_of(FROM_PACKAGES.replace("PACKAGE", package))
    fix = propose(program, [], examine(program, []))
    assert fix is not None
    assert fix.ok, fix
    assert f"src = {function or package[:-2] + '.fetch'} {{" in fix.code
    assert 'owner = "me";' in fix.code
    assert "${o.pname}-${version}" in fix.code
    assert fix.assumes_hash


def test_an_attribute_that_was_meant_for_a_variable_is_told() -> None:
    text = MAKE + '(let v = "1"; in make (_: { s = "x${v}"; })).overrideAttrs (o: { v = "2"; })'
    program = program_of(text)
    report = examine(program, [])
    assert [(entry.name, entry.meant) for entry in report.overrides] == [("v", True)]
    assert "only a variable of that name" in show(report, None)
    assert causes_of(report.stale[0])[0] == "let"


def test_arguments_are_told() -> None:
    text = OVERRIDABLE + '(over ({ v ? "1", w }: { inherit v w; }) { w = 1; }).override { v = "2"; w = 2; }'
    report = examine(program_of(text), [])
    assert [(item.name, item.new) for item in report.arguments] == [("v", "2"), ("w", 2)]
    assert "argument w: 1 → 2" in show(report, None)


def test_long_texts_are_shown_where_they_differ() -> None:
    before, after = (f"{'a' * 90}\n{version}\n{'z' * 90}" for version in "12")
    assert brief_pair("a", "b") == ('"a"', '"b"')
    assert brief_pair(before, after)[0] == f'"…{"a" * 19}\\n1\\n{"z" * 36}…"'


@pytest.mark.parametrize("text", FIXABLE)
def test_fixes_are_checked(text: str) -> None:
    program = program_of(text)
    report = examine(program, [])
    fix = propose(program, [], report)
    assert fix is not None
    assert fix.ok, fix


FORUM = """
(import <nixpkgs> { }).python3Packages.pytorch-lightning.overrideAttrs (old: {
  version = "0.9.0";
  __intentionallyOverridingVersion = true;
})"""


def test_the_question_of_the_forum() -> None:
    """All three causes, each with its place, and a fix that moves everything."""
    program = program_of(FORUM)
    report = examine(program, [])
    assert {".".join(item.path) for item in report.stale} == {"name", "src.rev", "src.url", "src.urls"}
    fix = propose(program, [], report)
    assert fix is not None
    assert fix.ok
    text = show(report, fix)
    assert "`rec` is lexical" in text
    assert "fetchFromGitHub was called with the old `rev`" in text
    assert "same store path, the old bytes will be used" in text
    assert "pytorch-lightning.nix:" in text
    assert [trap.kind for trap in report.traps] == ["same bytes"]
    assert report.traps[0].old_path == report.traps[0].new_path
    after = {".".join(item.path): item.after for item in fix.effects}
    assert after["src.rev"] == "0.9.0"
    assert after["name"] == "python3.8-pytorch-lightning-0.9.0"


def test_a_new_hash_alone_is_noted() -> None:
    text = """
    let fetch = args: derivation ({ name = "s"; system = "x"; builder = "b"; outputHashMode = "flat";
      outputHashAlgo = "sha256"; } // args);
    in { src = fetch { url = "u"; outputHash = "0000000000000000000000000000000000000000000000000000"; }; }
    // { src = fetch { url = "u"; outputHash = "1111111111111111111111111111111111111111111111111111"; }; }"""
    assert [trap.kind for trap in examine(program_of(text), []).traps] == ["only hash"]


FOLLOWS = """
  let
    make = f: let x = f x; in x // {
      overrideAttrs = g: make (final: let old = f final; in old // g old);
    };
    fetch = { url, hash }: derivation { urls = [ "" url ]; outputHash = hash; system = "x"; builder = "b";
      outputHashMode = "flat"; outputHashAlgo = "sha256"; name = baseNameOf url; };
    build = f: (make f).overrideAttrs (old: { meta = old.meta // { checked = true; }; });
  in (build (final: {
    version = "1";
    meta = { };
    src = fetch { url = "https://x.org/p-${final.version}.tar.gz";
      hash = "0ssi1wpaf7plaswqqjwigppsg5fyh99vdlb9kzl7c9lng89ndq1i"; };
  }))"""


def test_a_source_that_follows_with_the_old_hash_will_be_refused() -> None:
    report = examine(program_of(f'{FOLLOWS}.overrideAttrs (o: {{ version = "2"; }})'), [])
    assert not report.stale
    (trap,) = report.traps
    assert (trap.kind, trap.before, trap.after) == (
        "old hash", "https://x.org/p-1.tar.gz", "https://x.org/p-2.tar.gz"
    )  # fmt: skip
    assert "hash mismatch" in show(report, None)


def test_what_the_package_set_does_itself_is_not_shown_beside_the_users_override(tmp_path: Path) -> None:
    (tmp_path / "p.nix").write_text(FOLLOWS)
    text = f'(import {tmp_path}/p.nix).overrideAttrs (o: {{ version = "2"; }})'
    assert "meta" not in show(examine(program_of(text), []), None)
    assert "  meta: " in show(examine(program_of(f"import {tmp_path}/p.nix"), []), None)


UNFIXED = {"made: mapAttrs above"}
"""Cases whose proposal says itself that it does not do all: the override is inside a function's argument."""


@pytest.mark.parametrize(("what", "text"), [(what, text) for what, text, _, paths in CASES if paths])
def test_a_fix_of_the_table_works_or_says_that_it_does_not(what: str, text: str) -> None:
    program = program_of(text)
    fix = propose(program, [], examine(program, []))
    assert fix is not None
    assert fix.ok == (what not in UNFIXED)


BUILDER = """ps: let
  build = { pname, version, src, tests ? [ ], ... }@args: ps.stdenv.mkDerivation (removeAttrs args [ "pname" "tests" ] // {
    name = "${pname}-${version}";
    src = args.src or (throw "a source is needed");
    configurePhase = "true"; buildPhase = "make"; installPhase = "make install"; checkPhase = "true"; unpackPhase = "true";
    dontStrip = true; doCheck = tests != [ ]; meta = { description = "of ${pname}"; };
    buildInputs = [ ps.zlib ]; nativeBuildInputs = [ ps.zlib ]; outputs = [ "out" ]; FLAGS = "-O"; OTHER = "-x";
  });
  tool = build rec {
    pname = "tool";
    version = "1.2";
    src = ps.fetchurl { url = "https://x.org/tool-${version}.tar.gz"; sha256 = "0ssi1wpaf7plaswqqjwigppsg5fyh99vdlb9kzl7c9lng89ndq1i"; };
  };
in tool.overrideAttrs (o: { version = "1.3"; })"""


def test_what_a_builder_was_given_is_the_recipe_and_not_the_larger_set_that_it_makes() -> None:
    """A builder that makes a new set with more attributes hid the `rec` set that the version is written in."""
    answer = stale(set_program(BUILDER), [])
    assert exit_code(answer) == 1
    text = text_of(answer)
    assert "environment only" in text
    assert "is not made of" not in text
    assert answer.fixes[0].ok
    assert answer.fixes[0].equal
    assert "tool-${version}" in answer.fixes[0].code


FROM_A_TABLE = """ps: let
  s = rec { base = "tool"; version = "1.2"; name = "${base}-${version}"; };
  tool = ps.stdenv.mkDerivation { inherit (s) name version; src = ./.; };
in tool.overrideAttrs (o: { version = "1.3"; })"""


def test_a_version_that_is_taken_from_another_set_is_followed_there(tmp_path: Path) -> None:
    """Nobody evaluates the version that a package had before: where it came from was not seen."""
    answer = stale(set_program(FROM_A_TABLE, str(tmp_path)), [])
    assert exit_code(answer) == 1
    assert "`name` still has the old `version`" in text_of(answer)
    assert 'name = "tool-${version}";' in answer.fixes[0].code
    assert answer.fixes[0].ok


ANOTHER_SOURCE = """ps: let
  version = "1.2";
  more = ps.fetchurl {
    name = "more"; url = "https://x.org/more-${version}.tar.gz"; sha256 = "0ssi1wpaf7plaswqqjwigppsg5fyh99vdlb9kzl7c9lng89ndq1i";
  };
  tool = ps.stdenv.mkDerivation { pname = "tool"; inherit version; src = ./.; postUnpack = "cp ${more} more"; };
in tool.overrideAttrs (o: { version = "1.3"; })"""


def test_a_second_source_is_behind_although_its_hash_fixes_its_path(tmp_path: Path) -> None:
    answer = stale(set_program(ANOTHER_SOURCE, str(tmp_path)), [])
    assert exit_code(answer) == 1
    assert "`postUnpack`" in text_of(answer)
    (fix,) = answer.fixes
    assert fix.ok
    assert "let\n    more = ps.fetchurl {" in fix.code  # the variable is taken along


FLAGGED_SOURCE = """ps: let
  package = { stdenv, fetchurl, lib, withMore ? true }: let
    version = "1.2";
    both = withMore || false;
    more = fetchurl {
      name = "more"; url = "https://x.org/more-${version}.tar.gz"; sha256 = "0ssi1wpaf7plaswqqjwigppsg5fyh99vdlb9kzl7c9lng89ndq1i";
    };
  in stdenv.mkDerivation {
    pname = "tool"; inherit version; src = ./.; postUnpack = lib.optionalString both "cp ${more} more";
  };
in (ps.callPackage package { }).overrideAttrs (o: { version = "1.3"; })"""


def test_what_a_script_is_chosen_by_is_said_as_what_it_is(tmp_path: Path) -> None:
    answer = stale(set_program(FLAGGED_SOURCE, str(tmp_path)), [])
    (fix,) = answer.fixes
    assert fix.ok
    assert "ps.lib.optionalString true" in fix.code


ROUND = """let
  ps = import <nixpkgs> { overlays = [ (final: prev: {
    helper = final.stdenv.mkDerivation { name = "helper"; src = ./.; uses = final.tool; };
    tool = final.stdenv.mkDerivation (rec {
      pname = "tool"; version = "1.2"; src = ./.; postPatch = "cp ${final.stdenv.mkDerivation {
        name = "card"; src = ./.; uses = prev.tool or final.plain; inherit version;
      }} .";
    });
    plain = final.stdenv.mkDerivation { name = "plain"; src = ./.; };
  }) ]; };
in ps.tool.overrideAttrs (o: { version = "1.3"; })"""


def test_what_was_there_already_is_not_lost_to_a_later_override(tmp_path: Path) -> None:
    text = "ps: (ps.graphviz.override { gd = ps.gd; }).overrideAttrs (o: { buildInputs = o.buildInputs ++ [ ps.zlib ]; })"
    answer = stale(set_program(text, str(tmp_path)), [])
    assert exit_code(answer) == 0
    assert "lost" not in text_of(answer)
    assert "same as before" in text_of(answer)


PILL = """let
  makeOverridable = f: args: let result = f args; in result // { override = new: f (args // new); };
  make = { gd ? 1, name ? "graphviz" }: { inherit gd name; };
  graphviz = makeOverridable make { };
in (graphviz.override { gd = 2; }).override { name = "x"; }"""


def test_an_override_that_can_be_used_once_is_explained(tmp_path: Path) -> None:
    """Pill 14's first `makeOverridable`: what it overrides cannot be overridden again."""
    file = tmp_path / "p.nix"
    file.write_text(PILL)
    host = CapturingHost({})
    assert run(["stale", str(file)], host) == 1
    text = " ".join("".join(host.stdout).split())
    assert "it can be used once" in text
    assert "p.nix:2" in text
    assert 'graphviz.override { gd = 2; name = "x"; }' in text
    assert "✓" in text
