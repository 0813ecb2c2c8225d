"""Why, stale, layers, steps and differences as the page gets them; a fix that is applied does what it says."""

from __future__ import annotations

from tests.playground.asking import FORUM, Page
from tests.support import ROOT


def test_why_tells_definitions_layers_and_what_is_read() -> None:
    page = Page("let x = 1; in { a = x + 1; } // { b = 2; }")
    found = page.ask("why", path=["a"])
    assert (found["value"], found["error"]) == ("2", "")
    written = found["steps"][0]["written"][0]
    assert (written["text"], written["at"]["line"], written["at"]["column"]) == ("a = x + 1;", 1, 16)
    assert [(read["name"], read["value"]) for read in found["reads"]] == [("x", "1")]


def test_why_of_a_whole_set_proposes_what_to_ask_about() -> None:
    assert Page("{ b = 1; a = 2; }").ask("why")["names"] == ["a", "b"]


def test_why_of_a_later_layer() -> None:
    found = Page("{ port = 80; } // { port = 8080; }").ask("why", path=["port"])
    assert [step["value"] for step in found["steps"]] == ["80", "8080"]
    assert found["steps"][-1]["what"] == "//"


def test_why_of_an_infinite_recursion_has_a_change_that_mends_it() -> None:
    page = Page(
        "let\n  overlay = final: prev: { port = final.port + 1; };\n  fix = f: let x = f x; in x;\nin\n"
        "fix (final: overlay final { port = 8000; })\n"
    )
    found = page.ask("why", path=["port"])
    assert "infinite recursion" in found["error"]
    page.apply(found["advice"][0]["changes"])
    assert page.ask("why", path=["port"])["value"] == "8001"


def test_why_of_a_path_that_leads_nowhere_has_a_hint() -> None:
    problem = Page("{ alpha = 1; }").problem("why", path=["alpa"])
    assert "alpa" in problem["message"]
    assert problem["hint"] == "Did you mean alpha?"


def test_why_of_an_option_shows_every_definition() -> None:
    page = Page("(import ./lib).evalModules { modules = [ ./web.nix { ports = [ 22 ]; } ]; }")
    for path in (ROOT / "tests/explain/modulelib").glob("*.nix"):  # a small module system
        page.files[f"lib/{path.name}"] = path.read_text("utf-8")
    page.files["web.nix"] = (
        "{ lib, config, ... }: {\n"
        "  options.ports = lib.mkOption { type = lib.types.listOf lib.types.int; default = [ ]; };\n"
        "  options.on = lib.mkOption { type = lib.types.bool; default = false; };\n"
        "  config.ports = lib.mkIf config.on [ 80 ];\n"
        "}\n"
    )
    found = page.ask("why", path=["config", "ports"])
    states = {(row["state"], row["value"]) for row in found["definitions"]}
    assert {("kept", "[ 22 ]"), ("left out", "[ 80 ]")} <= states
    assert found["kind"] == "list of signed integer"


def test_the_forum_s_override_is_explained_and_its_fix_works() -> None:
    page = Page(FORUM)
    found = page.ask("stale")
    assert found["code"] == 1
    member = found["members"][0]
    assert member["headline"].startswith("You still download")
    given = {row["name"]: row for row in member["given"]}
    assert given["rev"]["reach"] == "environment only"
    assert given["src"]["change"] == '«derivation source»: rev nothing → "0.9.0"'
    fix = member["fixes"][0]
    assert fix["ok"] is True
    page.apply(fix["changes"])
    assert "  src = o.src.override {\n    rev = " in page.files["main.nix"]  # as far in as it stands
    assert page.ask("evaluate")["kind"] == "derivation"
    assert page.ask("stale")["code"] == 0


def test_a_fix_of_a_plain_set_can_be_applied() -> None:
    page = Page('let base = rec { version = "1"; name = "x-${version}"; }; in\nbase // { version = "2"; }\n')
    found = page.ask("stale")
    fix = found["members"][0]["fixes"][0]
    assert (found["code"], fix["ok"]) == (1, True)
    page.apply(fix["changes"])
    assert page.ask("stale")["code"] == 0
    assert page.ask("evaluate")["members"][0]["text"] == '"x-2"'


def test_several_packages_have_an_answer_each() -> None:
    page = Page("with import <nixpkgs> { }; [ hello (hello.overrideAttrs { doCheck = true; }) ]")
    assert [member["name"] for member in page.ask("stale")["members"]] == ["1"]


def test_layers_have_owners_and_readers() -> None:
    page = Page(
        "import <nixpkgs> { overlays = [ (final: prev: { a = 1; }) (final: prev: { a = prev.a + 1; b = final.a; }) ]; }"
    )
    top = page.ask("layers", path=["a"])["layers"][-1]
    entry = next(row for row in top["entries"] if row["name"] == "a")
    assert (entry["verb"], entry["value"]) == ("changes", "2")
    assert entry["reads"][0]["via"] == "prev"
    assert entry["reads"][0]["layer"] < top["number"]


def test_steps_follow_the_evaluation() -> None:
    page = Page("let x = 1; y = x + 1; in { a = y; b = y; }")
    found = page.ask("steps")
    kinds = [(step["kind"], step["name"]) for step in found["steps"]]
    assert kinds[:2] == [("create", "x"), ("create", "y")]
    assert ("read", "y") in kinds
    at = found["steps"][1]["at"]
    assert page.files["main.nix"][at["start"] : at["end"]] == "x + 1"
    assert found["result"] == "{ a = 2; b = 2; }"


def test_steps_of_an_attribute_and_in_other_files() -> None:
    page = Page("{ a = import ./lib.nix; b = 2 + 2; }", lib_nix="let z = 20 + 1; in z * 2")
    files = {step["at"]["file"] for step in page.ask("steps", path=["a"])["steps"]}
    assert "lib.nix" in files


def test_a_difference_of_derivations_goes_down_to_why() -> None:
    page = Page("import <nixpkgs> { }")
    found = page.ask("difference", first="hello", second='value.hello.overrideAttrs { pname = "hallo"; }')
    assert found["same"] is False
    assert '~ pname: "hello" → "hallo"' in found["text"]
    assert page.ask("difference", first="hello", second="hello")["same"] is True


def test_a_difference_of_what_is_not_there_is_told() -> None:
    assert "nope" in Page("{ a = 1; }").problem("difference", first="nope", second="a")["message"]
