"""What the page asks of nixlite: values, errors, places, the session, editing."""

from __future__ import annotations

import json

import pytest

from nixlite.limits.budget import Limits
from nixlite.playground.bridge import desk, talking
from nixlite.playground.bridge.texts import characters, units
from tests.playground.asking import FORUM, Page, rows


def test_a_value_is_opened_at_its_first_level() -> None:
    page = Page(
        'rec { a = 1; b = throw "no"; c = [ a ]; d = { }; f = x: { y ? 1, ... }: x; s = "é"; n = null; p = ./x; }'
    )
    assert rows(page.ask("evaluate")) == {
        "a": ("int", "1"),
        "b": ("error", "no"),
        "c": ("list", ""),
        "d": ("set", ""),
        "f": ("function", "x:"),
        "n": ("null", "null"),
        "p": ("path", "/playground/x"),
        "s": ("string", '"é"'),
    }


def test_a_tree_opens_lazily() -> None:
    """What is not opened is not evaluated: a large set has its members as thunks."""
    names = " ".join(f'a{at} = builtins.trace "a{at}" {at};' for at in range(30))
    page = Page(f"{{ {names} inner.list = [ {{ deep = 1 + 1; }} ]; }}")
    root = page.ask("evaluate")
    assert (root["count"], root["said"]) == (31, "")
    assert {row["kind"] for row in root["members"] if row["name"].startswith("a")} == {"thunk"}
    opened = page.ask("open", path=["a7"])
    assert (opened["kind"], opened["text"], opened["said"]) == ("int", "7", "trace: a7\n")
    assert rows(page.ask("open", path=["inner", "list", "0"])) == {"deep": ("int", "2")}


def test_a_long_list_comes_in_pages() -> None:
    page = Page("builtins.genList (n: n) 100000")
    root = page.ask("evaluate")
    assert (root["count"], len(root["members"])) == (100000, 200)
    more = page.ask("open", path=[], start=99990)
    assert [row["name"] for row in more["members"]] == [str(at) for at in range(99990, 100000)]


def test_a_derivation_is_a_package_and_its_attributes() -> None:
    root = Page("(import <nixpkgs> { }).hello").ask("evaluate")
    assert (root["kind"], root["text"]) == ("derivation", "hello-2.12.1")


def test_names_that_need_quotes_and_lone_surrogates_pass() -> None:
    page = Page('{ "a b".c = 1; "x.y" = builtins.fromJSON "\\"\\\\ud800\\""; }')
    answer = page.answer("evaluate")
    assert "bug" not in answer
    assert page.ask("open", path=["a b"])["name"] == '"a b"'


def test_printing_is_nix_s() -> None:
    page = Page('{ a = [ 1 2.5 "x" ]; b.c = null; }')
    page.ask("evaluate")
    assert page.ask("print")["text"] == '{ a = [ 1 2.5 "x" ]; b = { c = null; }; }'


def test_a_function_whose_arguments_have_defaults_is_called() -> None:
    assert Page("{ a ? 20 }: a + 1").ask("evaluate")["text"] == "21"


@pytest.mark.parametrize(
    ("text", "message", "line", "column", "end"),
    [
        ("{ a = 1 +; }", "syntax error, unexpected ';'", 1, 9, 10),
        ("{\n  a = abc;\n}", "undefined variable 'abc'", 2, 6, 9),
        ("let s = { hello = 1; }; in\ns.helo", "attribute 'helo' missing", 2, 0, 1),
        ('"é𝄞" + foo', "undefined variable 'foo'", 1, 8, 11),  # the clef is two code units
    ],
)
def test_errors_have_their_place_as_an_editor_counts(
    text: str, message: str, line: int, column: int, end: int
) -> None:
    problem = Page(text).problem("evaluate")
    assert problem["message"] == message
    assert (problem["at"]["file"], problem["at"]["line"]) == ("main.nix", line)
    assert (problem["at"]["column"], problem["at"]["end"]) == (column, end)


def test_an_error_in_the_library_is_placed_where_the_user_called_it() -> None:
    problem = Page("with import <nixpkgs> { };\nlib.head 1").problem("evaluate")
    assert (problem["at"]["file"], problem["at"]["line"]) == ("main.nix", 2)


def test_files_see_each_other() -> None:
    page = Page("import ./lib.nix + import sub/x.nix", lib_nix="1")
    page.files["sub/x.nix"] = "41"
    page.files["main.nix"] = "import ./lib.nix + import ./sub/x.nix"
    assert page.ask("evaluate")["text"] == "42"
    page.files["lib.nix"] = "2"
    assert page.ask("evaluate")["text"] == "43"
    del page.files["lib.nix"]
    assert "does not exist" in page.problem("evaluate")["message"]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../b", "", "a b", "a//b", "x\n"])
def test_names_that_no_file_can_have(name: str) -> None:
    page = Page("1")
    page.files[name] = "1"
    assert "no name for a file" in page.problem("evaluate")["message"]


def test_nothing_of_the_machine_is_there() -> None:
    assert "does not exist" in Page('builtins.readFile "/etc/passwd"').problem("evaluate")["message"]
    assert Page('builtins.getEnv "PATH"').ask("evaluate")["text"] == '""'


def test_runaway_recursion_is_nix_s_error() -> None:
    problem = Page("let f = n: 1 + f (n + 1); in f 0").problem("evaluate")
    assert problem["message"] == "stack overflow; max-call-depth exceeded"


def test_brackets_may_not_be_nested_without_end() -> None:
    page = Page("1 + (2 * 3)")
    page.files["x.nix"] = f"\n{'[' * 5000}{']' * 5000}"
    assert "x.nix:2: brackets are nested more than 1000 deep" in page.problem("evaluate")["message"]


ENDLESS = """let
  many = builtins.genList (n: n) 2000;
  sum = f: builtins.foldl' (total: n: total + f n) 0 many;
in
sum (a: sum (b: sum (c: a + b + c)))"""
"""Eight thousand million steps, none of them deep."""


def test_evaluation_has_limits() -> None:
    page = Page(ENDLESS)
    page.wire.desk = desk.Desk(Limits(seconds=0.3))
    problem = page.problem("evaluate")
    assert "longer than 0.3 seconds" in problem["message"]
    assert problem["hint"].startswith("This is a limit of the playground's")
    page.files["main.nix"] = "1"
    assert page.ask("evaluate")["text"] == "1"  # the next one has a budget of its own


def test_questions_about_an_evaluation_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "ASKING", 0.3)
    assert "longer than 0.3 seconds" in json.dumps(Page(f"{{ a = {ENDLESS}; }}").answer("why", path=["a"]))


def test_the_session_has_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "SECONDS", 0.3)
    page = Page("1")
    assert "longer than 0.3 seconds" in say(page, ENDLESS)
    assert say(page, "1 + 1") == "2\n"


def test_a_library_file_can_be_read() -> None:
    page = Page("1")
    assert "pytorch-lightning" in page.ask("read", file="<nixpkgs>/pkgs/python/pytorch-lightning.nix")["text"]
    assert page.ask("read", file="main.nix")["text"] == "1"
    assert "problem" in page.answer("read", file="/etc/passwd")


def test_an_unknown_question_is_told() -> None:
    assert "there is no question 'dance'" in Page().problem("dance")["message"]


def test_a_mistake_of_ours_is_an_answer_too() -> None:
    assert "Traceback" in json.loads(Page().wire.handle("no JSON"))["bug"]


# -- editing


def test_checking_evaluates_nothing() -> None:
    assert Page("{ a = throw (abort 1); }").ask("check") == []


def test_checking_finds_what_is_no_nix_and_what_is_not_bound() -> None:
    assert [one["message"] for one in Page("{ a = ").ask("check")] == ["syntax error, unexpected end of file"]
    found = Page("{ a = xy; }").ask("check")[0]
    assert (found["severity"], found["at"]["column"], found["at"]["end"]) == ("error", 6, 8)


def test_checking_lints() -> None:
    found = Page(FORUM).ask("check")[0]
    assert (found["severity"], found["at"]["line"]) == ("warning", 7)
    assert "o.src.override" in found["hint"]


def complete(text: str) -> list[str]:
    found = Page(text).ask("complete", offset=units(text))
    return [one["text"] for one in found["options"]]


def test_completion_knows_values_and_scopes() -> None:
    assert complete("with import <nixpkgs> { }; hello.over") == [
        "override",
        "overrideAttrs",
        "overrideDerivation",
    ]
    assert complete("let alpha = 1; in alp") == ["alpha"]
    assert "length" in complete("builtins.len")
    assert complete("let f = { width, height }: 1; in f { wi") == ["width"]


def test_completion_counts_as_an_editor_does() -> None:
    text = 'let s = "𝄞"; alpha = 1; in alp'
    assert Page(text).ask("complete", offset=units(text))["start"] == units(text) - 3


def test_hovering_tells_type_value_documentation() -> None:
    text = "let a.b.c = 3; in a.b.c + builtins.length [ ]"
    page = Page(text)
    found = page.ask("hover", offset=text.rindex(".c"))
    assert (found["name"], found["value"]) == ("a.b", "a set with 1 attribute")
    assert page.ask("hover", offset=text.rindex("c +"))["value"] == "an integer, 3"
    assert "length of the list" in page.ask("hover", offset=text.index("length") + 2)["doc"]
    assert page.ask("hover", offset=text.index("3")) is None


def test_hovering_over_an_argument_says_that_it_is_one() -> None:
    assert "argument" in Page("x: x + 1").ask("hover", offset=3)["value"]


def test_units_and_characters_are_each_other_s_inverse() -> None:
    text = "a é 𝄞 b"
    for at in range(len(text) + 1):
        assert characters(text, units(text[:at])) == at


# -- the session


def say(page: Page, text: str) -> str:
    return "".join(piece for _, piece in page.ask("say", text=text)["pieces"])


def test_pill_14_with_the_bundled_library() -> None:
    page = Page("1")
    assert say(page, "f = { a, b }: { result = a + b; }") == ""
    assert "Added 3 variables" in say(page, ":l lib.nix")
    say(page, "res = makeOverridable f { a = 3; b = 5; }")
    assert say(page, "res") == "{ override = «lambda»; result = 8; }\n"
    assert (
        say(page, "(res.override { a = 10; }).override (old: { b = old.b * 4; })")
        == "{ override = «lambda»; result = 30; }\n"
    )


def test_the_session_sees_the_files() -> None:
    page = Page("{ x = 41; }", lib_nix="{ makeOverridable = 1; }")
    assert "Added 1 variables" in say(page, ":l main.nix")
    assert say(page, "x + 1") == "42\n"
    assert "makeOverridable" in say(page, ":l lib.nix")
    page.files["main.nix"] = "{ x = 1; }"
    assert "0 variables" not in say(page, ":r")
    assert say(page, "x") == "1\n"


def test_an_unfinished_input_waits() -> None:
    page = Page("1")
    assert page.ask("say", text="{ a =")["incomplete"] is True
    assert say(page, "let x = 1; in\nx") == "1\n"


def test_the_session_begins_anew() -> None:
    page = Page("1")
    say(page, "x = 1")
    page.ask("say-anew")
    assert "undefined variable" in say(page, "x")


def test_the_session_completes() -> None:
    page = Page("1")
    say(page, "something = 1")
    assert [one["text"] for one in page.ask("say-complete", text="some")["options"]] == ["something"]
