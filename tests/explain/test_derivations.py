"""How derivations differ, and what was expected to change and did not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nixlite.__main__ import run
from nixlite.evaluator import Evaluator
from nixlite.explain.diff.report import compare, render
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from nixlite.explain.diff.report import Report

DRV = """
let
  drv = name: attrs: derivation ({ inherit name; system = "s"; builder = "/b"; } // attrs);
  fetch = url: drv "source" { inherit url; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
in
"""


def report(pair: str) -> tuple[Evaluator, Report]:
    """The report on a list of two values."""
    evaluator = Evaluator(Settings(), CapturingHost({}))
    value = evaluator.evaluate_source(Source("«string»", DRV + pair))
    assert type(value) is tuple
    return evaluator, compare(value[0], value[1], evaluator.state)


CHANGES = [
    # pair, the changes of the derivation itself, why
    ('[ (drv "a" { }) (drv "a" { }) ]', [], "the same"),
    ('[ (drv "a" { V = "1"; }) (drv "a" { V = "2"; }) ]', ["env.V"], "a variable"),
    ('[ (drv "a" { V = "1"; }) (drv "a" { }) ]', ["env.V"], "a variable on one side"),
    ('[ (drv "a" { }) (drv "b" { }) ]', ["name"], "the name, not the output paths that follow from it"),
    ('[ (drv "a" { args = [ "x" "y" ]; }) (drv "a" { args = [ "x" "z" ]; }) ]', ["args[1]"], "an argument"),
    ('[ (drv "a" { outputs = [ "out" ]; }) (drv "a" { outputs = [ "out" "dev" ]; }) ]',
     ["env.dev", "env.outputs", "output dev"], "one output more"),
    ('let i = v: drv "i" { V = v; }; in [ (drv "a" { I = i "1"; }) (drv "a" { I = i "2"; }) ]', [],
     "an input that differs is no change of its users"),
    ('[ (drv "a" { I = drv "i-1" { }; }) (drv "a" { I = drv "i-2" { }; }) ]', [], "inputs of two versions are a pair"),
    ('[ (drv "a" { I = drv "i" { }; }) (drv "a" { I = ""; }) ]', ["input i", "env.I"], "an input less"),
    ('[ (drv "a" { __structuredAttrs = true; x.y = 1; z = 1; }) (drv "a" { __structuredAttrs = true; x.y = 2; z = 1; }) ]', ["env.x"], "structured attributes one by one"),
]  # fmt: skip


@pytest.mark.parametrize(("pair", "changes", "why"), CHANGES, ids=[case[2] for case in CHANGES])
def test_changes(pair: str, changes: list[str], why: str) -> None:
    found = report(pair)[1].derivation
    own = [change.what for change in found.changes] if found else []
    assert sorted(own) == sorted(changes)


UNMOVED = [
    # pair, places that still have an old value, why
    ('let p = v: drv "p-1.0" { version = v; src = fetch "u/1.0.tgz"; }; in [ (p "1.0") (p "1.1") ]',
     ["name", "src.url"], "name and source stay behind"),
    ('let p = v: drv "p-${v}" { version = v; src = fetch "u/${v}.tgz"; }; in [ (p "1.0") (p "1.1") ]', [],
     "all moved"),
    ('[ { version = "1.2"; name = "x-1.2"; } { version = "1.3"; name = "x-1.2"; } ]', ["name"], "in plain sets"),
    ('[ { version = "1.2"; name = "x-1.2.1"; } { version = "1.3"; name = "x-1.2.1"; } ]', [], "1.2 is not in 1.2.1"),
    ('[ { version = "1.2"; name = "x-11.2"; } { version = "1.3"; name = "x-11.2"; } ]', [], "nor in 11.2"),
    ('[ { version = "1"; name = "x-1"; } { version = "1"; name = "x-1"; } ]', [], "nothing changed"),
    ('[ { version = "1.2"; src.rev = "v1.2"; } { version = "1.3"; src.rev = "v1.2"; } ]', ["src.rev"], "a tag"),
    ('[ { version = "1.2"; name = "ab1.2"; } { version = "1.3"; name = "ab1.2"; } ]', [], "another word"),
    ('[ { version = "1.2"; src.rev = "v-1.2"; } { version = "1.3"; src.rev = "v-1.2"; } ]', ["src.rev"], "one set deeper"),
    ('[ { a = "some text"; b = "some text"; } { a = "other text"; b = "some text"; } ]', [], "texts are no versions"),
    ('[ { version = "1.2"; name = "1.2-a"; } { version = "1.2.1"; name = "1.2.1-a"; } ]', [], "the new holds the old"),
]  # fmt: skip


@pytest.mark.parametrize(("pair", "places", "why"), UNMOVED, ids=[case[2] for case in UNMOVED])
def test_left_behind(pair: str, places: list[str], why: str) -> None:
    assert [one.place for one in report(pair)[1].left_behind] == places


def test_fixed_outputs_with_the_same_path() -> None:
    evaluator, found = report('[ (fetch "u/1") (fetch "u/2") ]')
    assert render(found, evaluator.state).startswith("Nothing is built: both have the same output paths.")


def test_inputs_are_told_once_and_to_a_depth() -> None:
    evaluator, found = report(
        """let i = v: drv "i" { V = v; }; m = n: v: drv n { I = i v; };
           t = v: drv "t" { A = m "a" v; B = m "b" v; }; in [ (t "1") (t "2") ]"""
    )
    text = render(found, evaluator.state, everything=True)
    assert text.count('~ V: "1" → "2"') == 1
    assert text.count("(see above)") == 1
    assert "inputs that differ: a, b" in render(found, evaluator.state, depth=0, everything=True)
    assert render(found, evaluator.state).count('~ V: "1" → "2"') == 1


def command(*words: str) -> tuple[int, str]:
    host = CapturingHost({})
    code = run(["diff", *words], host)
    return code, "".join(host.stdout + host.stderr)


def test_command(tmp_path: Path) -> None:
    file = tmp_path / "f.nix"
    file.write_text("{ n ? 1 }: { a = n; b.c = 2; }")
    assert command("--expr", "{ a = 1; }", "--expr", "{ a = 2; }") == (1, "~ a: 1 → 2\n")
    assert command("--expr", "1", "--expr", "1") == (0, "no difference\n")
    assert command("-f", str(file), "a", "b.c") == (1, "~ .: 1 → 2\n")
    assert command(f"{file}#b", f"{file}#b") == (0, "no difference\n")
    assert command(str(file), "--expr", "{ a = 1; b.c = 2; }") == (0, "no difference\n")
    code, text = command("--json", "--expr", "[ 1 ]", "--expr", "[ 2 ]")
    assert code == 1
    assert json.loads(text)["differences"] == [{"path": [0], "kind": "changed", "old": "1", "new": "2"}]
    assert command("--expr", "1")[1].startswith("error: this takes two values, not 1")


PAIRS = [
    # pair, what is compared with what among the inputs, what is said of the derivation itself, why
    ('let z = v: drv "z" { inherit v; }; in [ (drv "a" { A = z "1"; B = z "2"; }) (drv "a" { A = z "3"; B = z "1"; }) ]',
     ["z", "z"], [], "what a variable names on both sides, not what happens to be alike"),
    ('let z = v: drv "z-${v}" { }; in [ (drv "a" { A = z "1"; B = z "1"; }) (drv "a" { A = z "2"; B = z "1"; }) ]',
     ["z-1 → z-2"], ["A"], "one of two uses is of another version"),
    ('[ (drv "a" { SRC = fetch "u/1"; I = drv "i-1" { }; }) (drv "a" { SRC = drv "tree" { outputHash = "sha256-BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="; }; I = drv "i-2" { }; }) ]',
     ["i-1 → i-2", "source → tree"], ["SRC"], "sources of any names"),
    ('[ (drv "a" { L = [ (drv "zlib" { }) (drv "x" { }) ]; }) (drv "a" { L = [ (drv "zlib-ng" { }) (drv "x" { }) ]; }) ]',
     [], ["L"], "another package is not compared with the one it stands for"),
    ('let s = n: drv "source" { inherit n; }; in [ (drv "a" { L = [ (s "1") (s "2") ]; }) (drv "a" { L = [ (s "1") (s "3") ]; }) ]',
     ["source"], [], "the second of two of one name"),
    ('let s = n: drv "s" { inherit n; }; in [ (drv "a" { A = s "1"; }) (drv "a" { B = s "2"; }) ]',
     ["s"], ["A", "B"], "by name where no variable is the same"),
]  # fmt: skip


@pytest.mark.parametrize(("pair", "inputs", "own", "why"), PAIRS, ids=[case[3] for case in PAIRS])
def test_inputs_pair_by_what_uses_them(pair: str, inputs: list[str], own: list[str], why: str) -> None:
    found = report(pair)[1].derivation
    assert found is not None
    assert sorted(below.name for below in found.inputs) == inputs
    assert [change.what.removeprefix("env.") for change in found.changes if " " not in change.what] == own


VERDICTS = [
    # pair, the first lines, why; that paths are the same or not, Nix 2.34.8 says too
    ('[ (drv "a" { V = "1"; S = drv "s" { }; }) (drv "a" { V = "2"; S = drv "s" { }; }) ]',
     ['a has to be built again: V "1" → "2".', "1 .drv file differs, 1 output has to be built again."], "a variable"),
    ('let p = u: drv "p" { SRC = fetch u; }; in [ (p "u/1") (p "u/2") ]',
     ['Nothing is built: both have the same output paths. Only the way to get source (url "u/1" → "u/2") differs.',
      "What is fetched must have the hash that it had; what is in the store with it is used.",
      "2 .drv files differ, but give the same outputs as before, for what is downloaded is known by its hash alone."],
     "an address of the same source"),
    ('let p = u: v: drv "p" { SRC = fetch u; I = drv "i" { inherit v; }; }; in [ (p "u/1" "1") (p "u/2" "2") ]',
     ['p has to be built again: it uses another i (v "1" → "2") and source (url "u/1" → "u/2").',
      ("3 .drv files differ, 2 outputs have to be built again; 1 of these files gives the same outputs as before,"
      " for what is downloaded is known by its hash alone.")], "both"),
    ('let p = i: drv "p" { inputs = i; buildFlags = "-O"; }; i = drv "i-1" { }; in [ (p [ i ]) (p [ ]) ]',
     ["p has to be built again: inputs lost i-1; 1 input less.", "1 .drv file differs, 1 output has to be built again.",
      "The same as before: buildFlags."], "an input less"),
    (('let s = h: drv "source" { outputHash = h; }; p = h: drv "p" { SRC = s h; };'
     ' in [ (p "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=") (p "sha256-BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=") ]'),
     ["p has to be built again: it uses another source (outputHash is another).",
      "2 .drv files differ, 1 output has to be built again and 1 output downloaded."], "another hash"),
]  # fmt: skip


@pytest.mark.parametrize(("pair", "lines", "why"), VERDICTS, ids=[case[2] for case in VERDICTS])
def test_the_verdict_comes_first(pair: str, lines: list[str], why: str) -> None:
    evaluator, found = report(pair)
    assert render(found, evaluator.state).split("\n")[: len(lines)] == lines


def test_a_set_with_derivations_has_a_verdict_too() -> None:
    """And what fails on both sides with the same words is no difference."""
    evaluator, found = report(
        """let set = v: t: {
             a = drv "a" { Z = drv "z" { inherit v; }; }; b = drv "b" { Z = drv "z" { inherit v; }; };
             c = drv "c" { SRC = fetch v; }; same = drv "d" { }; bad = t;
             odd = { type = "derivation"; drvPath = throw "no path"; };
           }; in [ (set "1" (throw "no")) (set "2" (throw "nor this")) ]"""
    )
    text = render(found, evaluator.state).split("\n")
    assert text[0] == (
        "2 of 3 derivations that differ have to be built again, because of z; the output paths of the others"
        " are the same."
    )
    assert "~ bad: «error: no» → «error: nor this»" in text
    assert not [line for line in text if "odd" in line or "same:" in line]
    assert "~ b: b has to be built again, because of z (see above)" in text


def test_exit_codes_and_json() -> None:
    fetch = 'derivation { name = "p"; system = "s"; builder = "/b"; V = "%s"; }'
    code, text = command("--expr", fetch % 1, "--expr", fetch % 2, "--json")
    data = json.loads(text)
    assert (code, data["same"], data["verdict"]["builds"]) == (1, False, True)
    assert (data["verdict"]["drvFiles"], data["verdict"]["outputs"]) == (1, 1)
    assert data["verdict"]["origins"][0]["changes"] == [{"what": "env.V", "old": "1", "new": "2"}]
    assert command("--expr", 'throw "no"', "--expr", "1")[0] == 2
    assert command("--expr", fetch % 1, "--expr", fetch % 1) == (0, "no difference\n")
