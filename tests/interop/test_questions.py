"""`why`, `stale` and `override` from Python: about texts, files and values, as data classes."""

from __future__ import annotations

import dataclasses
import pickle
from typing import TYPE_CHECKING

import pytest

import nixlite
from nixlite.interop.answers import Behind, Fix, Given, Place
from nixlite.interop.replay import written
from tests.support import ROOT
from tests.support import nixlite as command

if TYPE_CHECKING:
    from pathlib import Path

PKGS = nixlite.evaluate("import <nixpkgs> { }")
HERE = ROOT / "tests" / "explain"
LIGHTNING = "python3Packages.pytorch-lightning"


def test_why_of_a_value() -> None:
    value = nixlite.evaluate(
        "let base = { port = 80; }; in { inner = base // { port = 8000 + n; }; }", scope={"n": 80}
    )
    for answer in (nixlite.why(value, "inner.port"), nixlite.why(value["inner"], ["port"])):
        assert (answer.ok, answer.path, answer.value, answer.error) == (True, "inner.port", "8080", "")
        first, second = answer.steps
        assert (first.value, second.what, second.value) == ("80", "//", "8080")
        assert second.definitions[0].text == "port = 8000 + n;"
        assert second.definitions[0].place == Place("«string»", 1, 51)
        assert str(second.place) == "«string»:1:46"
        assert str(answer) == answer.text
        assert "by // at «string»:1: 80 → 8080" in answer.text
        assert pickle.loads(pickle.dumps(answer)) == answer


def test_why_of_texts_and_files(tmp_path: Path) -> None:
    file = tmp_path / "f.nix"
    file.write_text("{ n ? 1 }: rec { a = b + 0; b = n + 1; }")
    answer = nixlite.why(file, "b")
    assert (answer.value, answer.steps[0].definitions[0].place) == ("2", Place(str(file), 1, 29))
    assert [read.name for read in nixlite.why(file, "a").reads] == ["b"]
    given = nixlite.evaluate_file(file, {"n": 4})
    assert nixlite.why(given, "b").value == "5"
    assert nixlite.why("{ a = throw ''no''; }", "a").error == "no"
    assert not nixlite.why("{ a = throw ''no''; }", "a").ok
    with pytest.raises(nixlite.NixError, match="attribute 'c' in selection path 'c' not found"):
        nixlite.why(file, "c")


def test_why_of_an_option() -> None:
    answer = nixlite.why(
        f"""with import {HERE}/modulelib; (evalModules {{ modules = [
          {{ options.port = mkOption {{ type = types.int; default = 80; }}; }}
          {{ port = mkForce 443; }} {{ port = 8080; }} ]; }}).config""",
        "port",
    )
    assert (answer.value, answer.kind, answer.declared != "") == ("443", "signed integer", True)
    states = {row.value: (row.state, row.priority) for row in answer.definitions}
    assert states["443"] == ("kept", 50)
    assert states["8080"] == ("discarded", 100)


def test_the_answers_are_those_of_the_commands() -> None:
    program = f'pkgs: pkgs.{LIGHTNING}.overrideAttrs (old: {{ version = "0.9.0"; }})'
    said = command(["stale", "<nixpkgs>", "--expr", program]).stdout
    answer = nixlite.stale(nixlite.evaluate(program)(PKGS))
    assert (answer.text, answer.code, answer.ok) == (said, 1, False)
    assert [item.name for item in answer.given] == ["version"]
    assert answer.given[0].reach == "environment only"
    assert "src.url" in [".".join(item.path) for item in answer.behind]
    assert answer.fixes[0].ok
    assert "src = old.src.override" in answer.fixes[0].code
    assert answer.data["verdict"]["headline"] == answer.headline
    assert answer.drv_path is not None
    asked = command(["why", "<nixpkgs>", "hello.src.url"]).stdout
    assert nixlite.why(PKGS, "hello.src.url").text == nixlite.why(PKGS["hello"]["src"], "url").text == asked
    written = command(["override", "<nixpkgs>", LIGHTNING, "version=0.9.0"]).stdout
    assert nixlite.override(PKGS, LIGHTNING, ["version=0.9.0"]).text == written


def test_stale_of_a_set() -> None:
    answer = nixlite.stale("let a = rec { x = 1; y = x; }; in a // { x = 2; }")
    assert answer.headline == "`y` still has the old `x`."
    assert answer.given == (Given("x", "1", "2", "«string»:1", "//", ""),)
    assert answer.behind == (Behind(("y",), "1", "2", "rec"),)
    assert answer.fixes == (Fix("{\n  x = 2;\n  y = 2;\n}", "«string»:1", ok=True, placeholder=False),)
    fine = nixlite.stale("let a = { x = 1; }; in a // { x = 2; }")
    assert (fine.ok, fine.behind, fine.fixes) == (True, (), ())
    with pytest.raises(nixlite.NixError, match="only a set has attributes that can be stale"):
        nixlite.stale("{ a = 1; }", "a")


def test_override() -> None:
    answer = nixlite.override(
        "import <nixpkgs> { }", "hello", {"doCheck": False, "x": "y", "configureFlags+": ["-x"]}
    )
    assert (answer.ok, answer.mechanism, answer.placeholder) == (True, ("overrideAttrs",), False)
    assert 'x = "y";' in answer.code
    assert "doCheck = false;" in answer.code
    assert '++ [ "-x" ]' in answer.code
    changed = nixlite.evaluate("pkgs: " + answer.code)(PKGS)
    assert changed["drvPath"] == answer.drv_path != answer.before
    assert answer.overlay.startswith("final: prev: {")
    assert "nixpkgs" in answer.flake
    assert answer.shell
    assert (answer.derivations >= 1, str(answer)) == (True, answer.text)
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.code = ""  # type: ignore[misc]
    assert (
        nixlite.override(PKGS, ["hello"], ["version=2.12"]).drv_path
        == nixlite.override(PKGS, "hello", {"version": "2.12"}).drv_path
    )
    for path, wishes in (("", {"a": 1}), ("hello", {}), ("hello", [])):
        with pytest.raises(ValueError, match="which package, and what is wished of it"):
            nixlite.override(PKGS, path, wishes)
    with pytest.raises(nixlite.NixError, match="'x' is no wish"):
        nixlite.override(PKGS, "hello", ["x"])
    with pytest.raises(TypeError, match="no Nix value for complex"):
        nixlite.override(PKGS, "hello", {"x": 1j})


def test_functions_and_builtins_of_the_program_are_there_again() -> None:
    evaluator = nixlite.Evaluator()
    evaluator.builtin("twice", lambda x: x.to_python() * 2)
    value = evaluator.evaluate("f: n: { a = builtins.twice (f n.n); }")(lambda x: x.to_python() + 1, {"n": 4})
    assert nixlite.why(value, "a").value == "10"


def test_what_python_was_given_cannot_be_asked_about() -> None:
    seen = []
    nixlite.evaluate("f: f { a = { b = 1; }; }")(seen.append)
    for value in (seen[0], seen[0]["a"]):
        with pytest.raises(ValueError, match="cannot be asked about"):
            nixlite.why(value, "")


def test_asking_says_nothing_on_the_outputs(capfd: pytest.CaptureFixture[str]) -> None:
    nixlite.why('{ a = builtins.trace "here" (builtins.warn "there" 1); }', "a")
    assert capfd.readouterr() == ("", "")


def test_overrides_that_python_has_called() -> None:
    """What a Python program did with a value is code like any other: with a place, and fixes."""
    package = PKGS["python3Packages"]["pytorch-lightning"]
    answer = nixlite.stale(package["overridePythonAttrs"]({"version": "3"}))
    assert (answer.code, answer.given[0].name, answer.given[0].place) == (1, "version", "«python»:1")
    assert answer.fixes[0].place == "«python»:1"
    assert answer.fixes[0].code.startswith('(old: rec {\n  version = "3";\n  src = old.src.override {')
    by_function = nixlite.stale(PKGS["hello"]["overrideAttrs"](lambda old: {"version": "3"}))
    assert (by_function.ok, by_function.given[0].new, by_function.fixes) == (False, '"3"', ())
    fine = nixlite.stale(PKGS["hello"]["overrideAttrs"]({"doCheck": False}))
    assert (fine.ok, fine.given[0].name) == (True, "doCheck")


def test_calls_are_written_as_nix_code() -> None:
    value = nixlite.evaluate("{ f = a: b: { c }: [ a b c ]; }")
    made = value["f"](1, 'x"${')(c={"a b": [None, True, -1]})
    assert nixlite.why(made, [2, "a b", 0]).value == "null"
    text, given = written(made.origin)
    assert text == '(program.f 1 "x\\"\\${") argument1'
    assert given == {"argument1": {"c": {"a b": [None, True, -1]}}}
    text, given = written(value["f"](len, [1, ("a", {})], {"c": 2.5})[1].origin)
    assert text == '(builtins.elemAt (program.f argument1 [ 1 [ "a" { } ] ] argument2) 1)'
    assert given == {"argument1": len, "argument2": {"c": 2.5}}


def test_flakes(tmp_path: Path) -> None:
    text = """{
      outputs = { self }: {
        base = { port = 80; };
        config = self.base // { port = 8080; };
        packages.x86_64-linux.default = derivation { name = "x"; system = "x86_64-linux"; builder = "b"; };
      };
    }"""
    (tmp_path / "flake.nix").write_text(text)
    settings = nixlite.Settings(cwd=str(tmp_path), pure_eval=True)
    settings.system = "x86_64-linux"
    whole = nixlite.evaluate_flake("path:.", settings=settings)
    for value in (whole["config"], nixlite.evaluate_flake("path:.#config", settings=settings)):
        answer = nixlite.why(value, "port")
        assert (answer.value, [step.value for step in answer.steps]) == ("8080", ["80", "8080"])
        assert answer.steps[1].definitions[0].text == "port = 8080;"
        assert nixlite.stale(value).given[0].name == "port"
    assert nixlite.why(nixlite.evaluate_flake("path:.#", settings=settings), "name").value == '"x"'


def test_several_packages() -> None:
    answer = nixlite.stale(
        """with import <nixpkgs> { }; [ zlib (hello.overrideAttrs (old: { doCheck = false; }))
        (python3Packages.pytorch-lightning.overrideAttrs (old: { version = "0.9.0"; })) ]"""
    )
    assert answer.headline == "2 of 3 packages are overridden here."
    assert {name: member.ok for name, member in answer.members.items()} == {"1": True, "2": False}
    assert (answer.code, answer.ok, answer.members["2"].fixes[0].ok) == (1, False, True)
    assert answer.members["1"].text.rstrip() in answer.text.replace("\n  ", "\n")
