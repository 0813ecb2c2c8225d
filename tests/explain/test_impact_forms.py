"""Changes of a set in their many forms. What changes in each was found with Nix 2.34.8, from the output paths."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from nixlite.__main__ import run
from nixlite.explain.impact import survey
from nixlite.host.capturing import CapturingHost
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

SET = """
{ overlays ? [ ] }:
let
  drv = name: attrs: derivation ({ inherit name; system = "s"; builder = "/b"; } // attrs);
  base = final: {
    zlib = drv "zlib-1" { };
    zlib-ng = drv "zlib-ng-2" { };
    png = drv "png-1" { Z = final.zlib; };
    compat = final.png;
    scope = {
      recurseForDerivations = true;
      tool = drv "tool-1" { P = final.png; };
      inner = { recurseForDerivations = true; deep = drv "deep-1" { T = final.scope.tool; }; };
      "two.words" = drv "words-1" { P = final.png; };
    };
    hidden = { tool = final.scope.tool; };
    loop = { recurseForDerivations = true; again = final.loop; inherit final; };
    half = { recurseForDerivations = true; bad = throw "no half"; good = drv "good-1" { Z = final.zlib; }; };
    broken = throw "no luck";
    endless = let f = n: 1 + f (n + 1); in { type = "derivation"; drvPath = f 0; };
    function = final: final.png;
    list = [ final.png ];
    alone = drv "alone-1" { };
    spare = drv "spare-1" { Z = drv "zlib-1" { stage = "0"; }; };
  };
  fix = f: let x = f x; in x;
  extend = f: overlay: final: let prev = f final; in prev // overlay final prev;
in
fix (builtins.foldl' extend base overlays)
"""

FORMS = [
    # overlays, what becomes of the packages, those that have to be built, why
    (('(f: p: { zlib = derivation { name = "zlib-2"; system = "s"; builder = "/b"; }; })'
     ' (f: p: { png = derivation { name = "png-2"; system = "s"; builder = "/b"; Z = f.zlib; }; })'),
     {"changed": ["compat", "half.good", "png", 'scope."two.words"', "scope.inner.deep", "scope.tool", "zlib"]},
     ["compat", "half.good", "png", 'scope."two.words"', "scope.inner.deep", "scope.tool", "zlib"],
     "two overlays, into sets in the set"),
    ("(f: p: { zlib = p.zlib-ng; })",
     {"changed": ["compat", "half.good", "png", 'scope."two.words"', "scope.inner.deep", "scope.tool", "zlib"]},
     ["compat", "half.good", "png", 'scope."two.words"', "scope.inner.deep", "scope.tool"],
     "another package, which there was already"),
    ("(f: p: { compat = p.zlib; })", {"changed": ["compat"]}, [], "an alias of something else"),
    ("(f: p: { scope = p.scope // { tool = p.alone; }; })",
     {"changed": ["scope.inner.deep", "scope.tool"]}, ["scope.inner.deep"], "in a set"),
    ('(f: p: { png = throw "png is gone"; })',
     {"broken": ["compat", "png", 'scope."two.words"', "scope.inner.deep", "scope.tool"]}, [],
     "what fails is not gone"),
    ('(f: p: { scope = throw "no scope"; })',
     {"broken": ['scope."two.words"', "scope.inner.deep", "scope.tool"]}, [], "nor what is in a set that fails"),
    ("(f: p: { broken = p.alone; })", {"mended": ["broken"]}, [], "what failed before is not new"),
    ("(f: p: { half = p.half // { good = null; }; })", {"removed": ["half.good"]}, [], "gone"),
    ("(f: p: { inherit (p) zlib; })", {}, [], "the same"),
    ("(f: p: { again = f; more = p.png; })", {"added": ["more"]}, [], "a name more; the set itself is not gone into"),
]  # fmt: skip


def answer(tmp_path: Path, *words: str) -> tuple[int, str]:
    """The exit code of `nixlite impact` for the set above, and what it prints."""
    (tmp_path / "set.nix").write_text(SET)
    host = CapturingHost({})
    code = run(["impact", *words], host)
    return code, "".join(host.stdout + host.stderr)


def versions(tmp_path: Path, overlays: str) -> list[str]:
    """The set without and with overlays, on a command line."""
    file = tmp_path / "set.nix"
    return ["--expr", f"import {file} {{ }}", "--expr", f"import {file} {{ overlays = [ {overlays} ]; }}"]


@pytest.mark.parametrize(("overlays", "become", "build", "why"), FORMS, ids=[row[3] for row in FORMS])
def test_forms(
    tmp_path: Path, overlays: str, become: dict[str, list[str]], build: list[str], why: str
) -> None:
    code, text = answer(tmp_path, *versions(tmp_path, overlays), "--json")
    data = json.loads(text)
    found: dict[str, list[str]] = {}
    for row in data["packages"]:
        if row["status"] != "same":
            found.setdefault(row["status"], []).append(row["attribute"])
    assert found == become
    assert [
        row["attribute"] for row in data["packages"] if row["build"] and row["status"] == "changed"
    ] == build
    assert code == (1 if become else 0)
    assert data["failures"]["half.bad"] == {"old": "no half", "new": "no half"}
    assert "stack overflow" in data["failed"]["endless"]


def test_what_fails_now_is_a_change(tmp_path: Path) -> None:
    """Even if it was no package."""
    code, text = answer(tmp_path, *versions(tmp_path, '(f: p: { list = throw "gone"; })'))
    assert code == 1
    assert text.startswith("None of 10 packages changes.\n")
    assert "1 attribute cannot be evaluated any more:\n  list: gone\n" in text


def test_only_what_is_asked_for(tmp_path: Path) -> None:
    """Names with dots are quoted; a set that is asked for need not say that it has packages."""
    only = ["--of", 'scope."two.words"', "--of", "hidden"]
    words = [*versions(tmp_path, "(f: p: { zlib = p.zlib-ng; })"), *only, "--json"]
    rows = json.loads(answer(tmp_path, *words)[1])["packages"]
    assert [row["attribute"] for row in rows] == ["hidden.tool", 'scope."two.words"']


def test_why_something_fails_is_said(tmp_path: Path) -> None:
    _, text = answer(tmp_path, *versions(tmp_path, '(f: p: { png = throw "png is gone"; })'))
    assert 'compat, png, scope."two.words" and 2 others cannot be evaluated any more: png is gone.' in text
    assert '  compat, png, scope.{"two.words", tool} and scope.inner.deep: png is gone\n' in text
    assert "broken: no luck" in text


WAYS = [
    # the set, how a change reaches the others, why
    ("{ overlays ? [ ] }: fix (builtins.foldl' extend base overlays)", "overlays", "an argument"),
    ("fix (self: base self // { extend = o: fix (extend base o); })", "extend", "a function of the set"),
    ("fix (self: base self // { overrideScope = o: fix (extend base o); })", "overrideScope", "a scope"),
    (("{ config ? { } }: let p = base p // { inherit config; } // (config.packageOverrides or (x: { })) p0;"
     " p0 = base p; in p"), "packageOverrides", "as long ago"),
    ("fix base", "attributes", "none"),
]  # fmt: skip

PRELUDE = """
let
  drv = name: attrs: derivation ({ inherit name; system = "s"; builder = "/b"; } // attrs);
  base = final: { zlib = drv "zlib" { V = "1"; }; png = drv "png" { Z = final.zlib; }; };
  fix = f: let x = f x; in x;
  extend = f: overlay: final: let prev = f final; in prev // overlay final prev;
in
"""


@pytest.mark.parametrize("change", ["pkgs: { zlib = pkgs.png; }", "final: prev: { zlib = prev.png; }"])
@pytest.mark.parametrize(("text", "how", "why"), WAYS, ids=[row[2] for row in WAYS])
def test_an_override_is_a_change_of_the_set(
    tmp_path: Path, text: str, how: str, why: str, change: str
) -> None:
    file = tmp_path / "way.nix"
    file.write_text(PRELUDE + text)
    change = change.replace("prev.png", 'derivation (prev.zlib.drvAttrs // { V = "2"; })')
    change = change.replace("pkgs.png", 'derivation (pkgs.zlib.drvAttrs // { V = "2"; })')
    code, shown = answer(tmp_path, "-f", str(file), "--override", change, "--json")
    if how in ("attributes", "packageOverrides") and change.startswith("final"):
        assert code == 2
        assert "has no way to apply an overlay" in shown
        return
    data = json.loads(shown)
    names = [row["attribute"] for row in data["packages"] if row["status"] == "changed"]
    assert (names, data["applied"]) == (["zlib"] if how == "attributes" else ["png", "zlib"], how)
    told = answer(tmp_path, "-f", str(file), "--override", change)[1]
    assert ("Only the attributes themselves were replaced" in told) == (how == "attributes")


@pytest.mark.parametrize("forks", [True, False])
def test_a_set_in_many_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forks: bool) -> None:
    """Each package in an evaluation of its own: the same answer, also for sets met a second time."""
    words = [*versions(tmp_path, str(FORMS[0][0])), "--json", "--workers", "1"]
    whole = answer(tmp_path, *words)
    for name, value in (("MOST_BLOCKS", 0), ("FIRST_BLOCKS", 0), ("LEAST", 1)):
        monkeypatch.setattr(survey, name, value)
    monkeypatch.setattr(survey, "can_fork", lambda: forks)
    assert answer(tmp_path, *words) == whole


def test_a_process_that_dies_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that the system ends for want of memory."""
    words = [*versions(tmp_path, str(FORMS[0][0])), "--json", "--workers", "1"]
    whole = answer(tmp_path, *words)
    for name, value in (("FIRST_BLOCKS", 0), ("LEAST", 1)):
        monkeypatch.setattr(survey, name, value)
    monkeypatch.setattr(survey.Survey, "give", lambda self, send: os._exit(9))
    assert answer(tmp_path, *words) == whole


def test_what_an_evaluation_says_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loud.nix").write_text(
        'let d = name: builtins.trace "made ${name}" (derivation { inherit name; system = "s"; builder = "/b"; });'
        ' in { overlays ? [ ] }: { a = d "a"; b = d "b"; c = d "c"; }'
    )
    for name, value in (("MOST_BLOCKS", 0), ("FIRST_BLOCKS", 0), ("LEAST", 1)):
        monkeypatch.setattr(survey, name, value)
    text = answer(tmp_path, "-f", str(tmp_path / "loud.nix"), "--override", "pkgs: { }", "--workers", "1")[1]
    assert [text.count(f"trace: made {name}\n") for name in "abc"] == [1, 1, 1]


BUNDLED = [
    # command line, what is said; facts: cases.toml, found with Nix 2.34.8
    (["--override", "ps: { zlib = ps.zlib.overrideAttrs { doCheck = false; }; }"],
     ["38 of 77 packages have to be built again, because of zlib-1.3.1", "change (38)    boost, colmap, curl,",
      "made with another zlib-1.3.1 of their own", "stay (39)", "46 .drv files differ, 41 outputs have to be built"]),
    (["--overlay", "expat.nix"],
     ["32 of 77 packages have to be built again, because of expat-2.7.1", "expat, fontconfig, gd, graphviz, graphviz-nox"]),
    (["--expr", "import <nixpkgs> { }", "--expr", "import <nixpkgs> { overlays = [ (import ./new.nix) ]; }"],
     ["None of 77 packages changes; libjpeg-turbo is new.", "No package uses libjpeg-turbo: 5 packages use libjpeg"]),
    (["--overlay", "same.nix"], ["Nothing changes: all 77 packages stay as before."]),
    (["--shared", "python3Packages.pytorch", "python3Packages.torchvision"],
     ["There is one of each", "python3.8-numpy-1.19.4"]),
    (["-f", "numpy.nix", "--shared", "a", "b"],
     ["There are two of python3.8-numpy: a and b share number 1.", "b gets it through python3.8-pytorch-1.6.0",
      "2. python3.8-numpy-1.19.4: b itself uses it", "packageOverrides"]),
]  # fmt: skip

FILES = {
    "expat.nix": "final: prev: { expat = prev.expat.overrideAttrs { doCheck = true; }; }",
    "same.nix": "final: prev: { inherit (prev) freetype fontconfig; }",
    "new.nix": "final: prev: { libjpeg-turbo = prev.libjpeg.overrideAttrs { doCheck = true; }; }",
    "numpy.nix": "let p = (import <nixpkgs> { }).python3Packages; in { a = p.pyro-ppl; b = p.torchvision.override"
    " { numpy = p.numpy.overridePythonAttrs { doCheck = false; }; }; }",
}


@pytest.mark.parametrize(("words", "said"), BUNDLED, ids=[" ".join(row[0][:2]) for row in BUNDLED])
def test_the_bundled_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: list[str]
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    shown = answer(tmp_path, *words)[1]
    assert [text for text in said if text not in shown] == []
    if "--shared" in words:
        assert len(shown.splitlines()) <= 6


FLAKE = """
{ outputs = { self }: let
    make = name: derivation { inherit name; system = "x86_64-linux"; builder = "/b"; };
  in {
    old = { a = make "a"; b = builtins.trace "both" (make "b"); };
    new = { a = make "a2"; b = builtins.trace "both" (make "b"); };
    bad = throw "no set";
  };
}
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no such processes")
@pytest.mark.parametrize("more", [[], ["--workers", "2"]])
def test_nothing_is_said_twice_of_two_versions(tmp_path: Path, more: list[str]) -> None:
    """The tree is read for both; one process has one of them, or each its own."""
    (tmp_path / "flake.nix").write_text(FLAKE, "utf-8")
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    done = nixlite(["impact", "--json", *more, ".#old", ".#new"], cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert [
        row["attribute"] for row in json.loads(done.stdout)["packages"] if row["status"] == "changed"
    ] == ["a"]
    assert done.stderr.count("is dirty") == 1
    assert done.stderr.count("trace: both") == 1
    failing = nixlite(["impact", *more, ".#old", ".#bad"], cwd=tmp_path)
    assert failing.returncode == 2
    assert failing.stderr.count("error: no set") == 1
    assert "Traceback" not in failing.stderr


def test_derivations_of_one_name_are_listed_in_one_order(tmp_path: Path) -> None:
    """Whatever the order is in which Python has the members of a set in this process."""
    make = 'map (n: derivation { name = "d"; inherit n; system = "%s"; builder = "/b"; }) (builtins.genList (n: n) 9)'
    text = 'derivation { name = "all"; system = "s"; builder = "/b"; args = %s; }'
    words = ["--expr", text % (make % "old"), "--expr", text % (make % "new"), "--json"]
    texts = [
        nixlite(["impact", *words], cwd=tmp_path, variables={"PYTHONHASHSEED": str(seed)}).stdout
        for seed in range(3)
    ]
    assert texts[0].count("-d.drv") > 9
    assert len(set(texts)) == 1
