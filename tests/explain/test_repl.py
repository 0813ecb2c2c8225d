"""`:why`, `:stale`, `:layers` and `:step` of the REPL: the session's bindings and files, recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nixlite.evaluator import Evaluator
from nixlite.explain.recording.instrumented import InstrumentedEvaluator
from nixlite.explain.recording.program import Program
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.repl.session import Session
from nixlite.repl.terminal.completion import complete


def talk(*lines: str) -> str:
    """What the last of some inputs answers."""
    session = Session(Evaluator(Settings(), RealHost()))
    return [session.send(line).text for line in lines][-1]


BOUND = ('p = rec { v = "1"; s = "x${v}"; }', 'q = p // { v = "2"; }')


def test_why_sees_the_bindings_of_the_session() -> None:
    assert '"1" → "2"' in talk(*BOUND, ":why q.v")


def test_why_not_what_was_expected() -> None:
    text = talk(*BOUND, 'wanted = "2"', ':why q.s == "x${wanted}"')
    assert text.splitlines()[0] == 'q.s is "x1", not "x2".'
    assert '`v = "2"` is given at' in text
    assert '✓ evaluated: q.s is then "x2"' in text
    assert talk(*BOUND, ':why q.v == "2"') == 'q.v is "2", as expected.\n'
    assert "not 3" in talk(":why 1 + 1 == 3")


def test_stale_and_its_fix() -> None:
    text = talk(*BOUND, ":stale q")
    assert 's = "x1"   (would be "x2")' in text
    assert '✓ s: "x1" → "x2"' in text


def test_layers() -> None:
    assert "changes v" in talk(*BOUND, ":layers q")


@pytest.mark.parametrize("name", [":step", ":steps"])
def test_steps(name: str) -> None:
    assert 'result: "x1"' in talk(*BOUND, f"{name} q.s")


def test_step_is_in_help_and_goes_on_over_lines() -> None:
    session = Session(Evaluator(Settings(), RealHost()))
    assert ":step, :steps <expr>" in " ".join(session.send(":?").text.split())
    assert "as it is made, forced" in session.send(":? step").text
    assert session.is_incomplete(":step {")
    assert [found.text for found in complete(session, ":ste")] == [":step", ":steps"]


def test_steps_are_those_of_what_takes_part() -> None:
    """And not those of all that the session has bound."""
    assert talk(*BOUND, ":step 1 + 2") == "result: 3\n"
    assert "new q" not in talk(*BOUND, ":step p.s")
    text = talk(*BOUND, "other = 1", "p = p // { t = p.s; }", ":step p.t")
    assert 'result: "x1"' in text
    assert "other" not in text


def test_nothing_to_step_through() -> None:
    session = Session(Evaluator(Settings(), RealHost()))
    assert "It is used so: :step <expr>" in session.send(":step").text


def test_names_may_be_bound_again() -> None:
    assert '= "x12"' in talk('v = "1"', 'v = "${v}2"', ':why { s = "x${v}"; }.s')


def test_an_infinite_recursion() -> None:
    text = talk("a = rec { b = c; c = b; }", ":why a.b")
    assert "a.b → a.c → a.b" in text


def test_files(tmp_path: Path) -> None:
    (tmp_path / "p.nix").write_text("{ p = { a = 1; } // {\n a = 2; }; }")
    assert "p.nix:2" in talk(f":l {tmp_path}/p.nix", ":why p.a")


def test_layers_of_what_a_file_brought_into_scope(tmp_path: Path) -> None:
    (tmp_path / "f.nix").write_text("{ a = 1; b = 1; } // {\n a = 2; }")
    assert "1 → 2" in talk(f":l {tmp_path}/f.nix", ":why a")
    assert "changes a" in talk(f":l {tmp_path}/f.nix", ":layers a")
    assert "1 → 2" not in talk(f":l {tmp_path}/f.nix", "a = 3", ":why a")


def test_a_fix_may_name_what_is_in_scope(tmp_path: Path) -> None:
    """`fetch` is not to be had from `p`, but beside it."""
    (tmp_path / "f.nix").write_text("""
      let
        make = f: f { } // { overrideAttrs = change: make (old: f old // change (f old)); };
        fetch = { rev }: derivation { inherit rev; name = "s"; system = "x"; builder = "b";
          outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = ""; };
      in { inherit fetch; p = ({ fetch }: make (_: rec { version = "1"; src = fetch { rev = version; }; })) { inherit fetch; }; }
    """)
    text = talk(f":l {tmp_path}/f.nix", 'q = p.overrideAttrs (o: { version = "2"; })', ":stale q")
    assert "src = fetch { rev = version; };" in text
    assert '✓ src.rev: "1" → "2"' in text


def test_why_of_options_and_of_overlays() -> None:
    library = Path(__file__).parent / "modulelib"
    lines = (
        f"l = import {library}",
        "m = l.evalModules { modules = [ { options.a = l.mkOption { default = 1; }; } { a = l.mkForce 2; } ]; }",
    )
    assert talk(*lines, ":why m.config.a").startswith("m.config.a is 2: ")
    overlay = "s = import <nixpkgs> { overlays = [ (f: p: { curl = f.curl; }) ]; }"
    text = talk(overlay, ":why s.curl.name")
    assert text.startswith("Infinite recursion: curl → curl")
    assert "curl = p.curl;" in text


def test_an_error_is_still_shown_after_something_was_tried() -> None:
    session = Session(Evaluator(Settings(), RealHost()))
    write = session.evaluator.host.write_stderr
    session.send("s = import <nixpkgs> { overlays = [ (f: p: { curl = f.curl; }) ]; }")
    session.send(":why s.curl.name")
    assert session.evaluator.host.write_stderr == write


PACKAGES = 'p = import <nixpkgs> { system = "x86_64-linux"; }'


def test_override_writes_code_with_the_names_of_the_session() -> None:
    text = talk(PACKAGES, ":override p.graphviz gd=libpng")
    assert text.startswith("p.graphviz.override { gd = p.libpng; }\n")
    assert "✓ evaluated: all of it gets through" in text


@pytest.mark.parametrize("name", ["p", "pkgs"])
def test_why_not_writes_code_with_the_names_of_the_session(name: str) -> None:
    text = talk(PACKAGES.replace("p =", f"{name} =", 1), f':why {name}.hello.version == "3"')
    assert f"      {name}.hello.overrideAttrs (old: {{\n" in text
    assert "being the set" not in text
    assert f'✓ evaluated: {name}.hello.version is then "3"' in text


def test_override_of_a_variable_and_then_an_error() -> None:
    """What is tried for an answer does not silence the session."""
    session = Session(Evaluator(Settings(), RealHost()))
    session.send('hello = (import <nixpkgs> { system = "x86_64-linux"; }).hello')
    text = session.send(":override hello postInstall+='echo hi'").text
    assert text.startswith("hello.overrideAttrs (old: { postInstall = ")
    assert "undefined variable 'nope'" in session.send("nope").text


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (":override", "It is used so: :override <package> NAME=VALUE…"),
        (":override p.hello", "which package, and what is wished?"),
        (":override p.hello version", "is no wish"),
        (":override p.hello x='abc", "the words cannot be told apart: no closing quotation"),
        (":override p.nosuch version=1", "attribute 'nosuch'"),
    ],
)
def test_mistakes_in_override_are_said(line: str, complaint: str) -> None:
    assert complaint in talk(PACKAGES, line)


def counting(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A list of the evaluators that programs open from now on."""
    opened: list[object] = []
    original = Program.open

    def open_counted(self: Program, *arguments: Any, **options: Any) -> Any:
        opened.append(self)
        return original(self, *arguments, **options)

    monkeypatch.setattr(Program, "open", open_counted)
    return opened


def test_what_was_recorded_answers_the_next_question(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = counting(monkeypatch)
    session = Session(Evaluator(Settings(), RealHost()))
    for line in BOUND:
        session.send(line)
    first = session.send(":why q.v").text
    assert len(opened) == 1
    assert session.send(":why q.v").text == first
    assert "changes v" in session.send(":layers q").text
    session.send('r = q // { w = q.v + "0"; }')
    assert session.send(":why r.w").text == talk(*BOUND, 'r = q // { w = q.v + "0"; }', ":why r.w")
    assert len(opened) == 2  # one of them is that of the line above
    session.send('q = { v = "5"; }')
    assert "r" in session.send(":why r.w").text
    assert session.send(":why q.v").text == talk('q = { v = "5"; }', ":why q.v")


def test_files_that_change_are_recorded_anew(tmp_path: Path) -> None:
    file = tmp_path / "f.nix"
    file.write_text("{ a = 1; }")
    session = Session(Evaluator(Settings(cwd=str(tmp_path)), RealHost()))
    session.send("f = import ./f.nix")
    assert session.send(":why f.a").text.startswith("f.a = 1\n")
    file.write_text("{ a = 1000; }")
    assert "f.a = 1000\n" in session.send(":why f.a").text


def test_module_systems_of_two_variables_are_told_apart() -> None:
    lines = (
        f"l = import {Path(__file__).parent}/modulelib",
        "m = l.evalModules { modules = [ { options.a = l.mkOption { default = 1; }; } { a = l.mkForce 2; } ]; }",
        "k = l.evalModules { modules = [ { options.a = l.mkOption { default = 3; }; } ]; }",
    )
    session = Session(Evaluator(Settings(), RealHost()))
    for line in lines:
        session.send(line)
    for name, value in (("m", "2"), ("k", "3"), ("m", "2"), ("k", "3")):
        assert f"a is {value}" in session.send(f":why {name}.config.a").text
        assert session.send(f":why {name}.config.a").text == talk(*lines, f":why {name}.config.a")


def test_traces_are_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    talk('x = { a = builtins.trace "seen" 1; }', "x", ":why x.a", ":why x.a", ":layers x", ":step x.a")
    assert capsys.readouterr().err.count("seen") == 1


SET = """{ name ? "hello" }: let
  make = args: let drv = derivation ({ system = "x"; builder = "b"; } // args); in drv // {
    overrideAttrs = f: make (args // (if builtins.isFunction f then f args else f));
  };
in rec { hello = make (builtins.trace "evaluated" { inherit name; version = "1"; src = "v1"; }); }
"""


def evaluations(monkeypatch: pytest.MonkeyPatch) -> list[InstrumentedEvaluator]:
    """The evaluators that are made for recording from now on."""
    made: list[InstrumentedEvaluator] = []
    begin = InstrumentedEvaluator.__init__

    def counting(self: InstrumentedEvaluator, *arguments: Any, **named: Any) -> None:
        made.append(self)
        begin(self, *arguments, **named)

    monkeypatch.setattr(InstrumentedEvaluator, "__init__", counting)
    return made


def test_overrides_are_watched_in_one_evaluator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "default.nix").write_text(SET)
    made = evaluations(monkeypatch)
    settings = Settings()
    settings.lookup_path = [("set", str(tmp_path))]
    session = Session(Evaluator(settings, RealHost()))
    session.send("pkgs = import <set> { }")
    first = session.send(':stale pkgs.hello.overrideAttrs { version = "2"; }').text
    assert 'version "2"' in first or "version" in first
    count = len(made)
    assert session.send(':stale pkgs.hello.overrideAttrs { version = "2"; }').text == first
    assert "3" in session.send(':stale pkgs.hello.overrideAttrs { version = "3"; }').text
    session.send('mine = pkgs.hello.overrideAttrs { version = "4"; }')
    assert "4" in session.send(":stale mine").text
    session.send('mine = pkgs.hello.overrideAttrs { version = "5"; }')
    assert "5" in session.send(":stale mine").text
    fresh = [evaluator for evaluator in made[count:] if not evaluator.recorder.light]
    assert fresh == []
    (tmp_path / "default.nix").write_text(SET.replace("version = ", "edition = "))
    session.send(":r")
    session.send("pkgs = import <set> { }")
    assert session.send(':stale pkgs.hello.overrideAttrs { version = "2"; }').text != first


def test_one_recording_answers_about_all_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(Evaluator(Settings(), RealHost()))
    session.send(f"lib = import {Path(__file__).parent}/modulelib")
    session.send("a = lib.evalModules { modules = [ { options.x = lib.mkOption { default = 1; }; } ]; }")
    session.send("p = { v = a.config.x; }")
    assert "default" in session.send(":why a.config.x").text
    made = evaluations(monkeypatch)
    assert session.send(":why p.v").text.startswith("p.v = 1")
    session.send("q = p // { w = 3; }")
    assert session.send(":why q.w").text.startswith("q.w = 3")
    assert made == []
