"""The page in a real browser, as a person uses it."""

from __future__ import annotations

import json
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nixlite.learn.course import read_course
from tests.playground.asking import FORUM
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.playground.browser import Tab

PILL = """rec {
  makeOverridable = f: origArgs:
    let
      origRes = f origArgs;
    in
      origRes // { override = newArgs: f (origArgs // newArgs); };
}
"""
"""As pill 14 has it at first: what `override` gives cannot be overridden again."""

ENDLESS = """let
  many = builtins.genList (n: n) 2000;
  sum = f: builtins.foldl' (total: n: total + f n) 0 many;
in
sum (a: sum (b: sum (c: a + b + c)))
"""


def test_what_is_typed_is_evaluated(tab: Tab) -> None:
    tab.write("{ a = 20 + 1; b.c = [ 1 2 ]; }")
    tab.page.wait_for_selector("[data-path='[\"a\"]'] .text >> text=21")
    tab.page.click("[data-path='[\"b\"]'] > .line")
    tab.page.click('[data-path=\'["b","c"]\'] > .line')
    tab.page.wait_for_selector('[data-path=\'["b","c","1"]\'] .text >> text=2')


def test_pill_14_first_session_with_the_bundled_library(tab: Tab) -> None:
    tab.pane("session")
    assert tab.say("f = { a, b }: { result = a+b; }") == ""
    assert tab.say("f { a = 3; b = 5; }") == "{ result = 8; }"
    assert "Added 3 variables." in tab.say(":l lib.nix")
    assert tab.say("res = makeOverridable f { a = 3; b = 5; }") == ""
    assert tab.say("res") == "{ override = «lambda»; result = 8; }"
    assert tab.say("res.override { a = 10; }") == "{ override = «lambda»; result = 15; }"
    assert (
        tab.say("(res.override { a = 10; }).override (old: { b = old.b * 4; })")
        == "{ override = «lambda»; result = 30; }"
    )


def test_pill_14_second_session_with_a_library_of_ones_own(tab: Tab) -> None:
    tab.page.on("dialog", lambda dialog: dialog.accept("lib.nix"))
    tab.page.click("#add")
    tab.write(PILL)
    tab.pane("session")
    assert "Added 1 variables." in tab.say(":l lib.nix")
    tab.say("f = { a, b }: { result = a+b; }")
    tab.say("res = makeOverridable f { a = 3; b = 5; }")
    assert tab.say("res.override { a = 10; }") == "{ result = 15; }"
    assert "attribute 'override' missing" in tab.say("(res.override { a = 10; }).override { b = 20; }")


def test_the_forum_s_question_is_explained_and_its_fix_applied(tab: Tab) -> None:
    tab.write(FORUM)
    tab.pane("stale")
    tab.settled("stale")
    assert tab.text("#pane-stale .headline").startswith("You still download")
    assert "environment only" in tab.text("#pane-stale table")
    tab.page.click("[data-fix='0']")
    tab.page.wait_for_selector("#pane-stale .verdict.good")
    assert "src = o.src.override {" in tab.editor()
    tab.page.click(".cm-content")
    tab.page.keyboard.press("Control+Z")  # one step takes it back
    assert tab.editor() == FORUM


def test_why_jumps_to_the_source(tab: Tab) -> None:
    tab.write("let x = 1; in\n{\n  a = x + 1;\n}\n")
    tab.settled("value")
    tab.page.hover("[data-path='[\"a\"]'] > .line")
    tab.page.click("[data-path='[\"a\"]'] .act")
    tab.settled("why")
    assert tab.page.input_value("#pane-why .path") == "a"
    tab.page.click("#pane-why .reads .node-jump")
    assert tab.page.evaluate("nixlite.app.editor.cursor") == len("let ")
    assert tab.text(".cm-jumped") == "x"


def test_a_place_in_the_library_is_opened_to_be_read(tab: Tab) -> None:
    tab.write("(import <nixpkgs> { }).hello.pname")
    tab.pane("why")
    tab.settled("why")
    tab.write("{ inherit (import <nixpkgs> { }) hello; }")
    tab.page.fill("#pane-why .path", "hello.pname")
    tab.page.press("#pane-why .path", "Enter")
    tab.settled("why")
    tab.page.click("#pane-why .node-jump")
    tab.page.wait_for_function("nixlite.app.editor.file.startsWith('<nixpkgs>')")
    assert 'pname = "hello"' in tab.editor()
    tab.page.keyboard.press("x")
    assert 'pname = "hello"' in tab.editor()  # it cannot be changed


def test_a_syntax_error_is_underlined(tab: Tab) -> None:
    tab.write("{\n  a = 1 +;\n}\n")
    tab.page.wait_for_selector(".cm-lintRange-error")
    assert tab.text(".cm-lintRange-error") == ";"
    tab.page.wait_for_selector("#problems .problem.error")
    assert "2:10" in tab.text("#problems")
    assert "unexpected ';'" in tab.text("#problems")
    tab.settled("value")
    assert "unexpected ';'" in tab.text("#pane-value")
    tab.write("{ hello = 1; b = (s: s.helo) { hello = 1; }; }")
    tab.page.wait_for_selector("[data-path='[\"b\"]'].row[data-kind=error]")
    assert tab.page.locator(".cm-lintRange-error").count() == 0


@pytest.mark.parametrize("number", [6, 14])
def test_lessons_are_done_by_wrong_then_right_answers(tab: Tab, number: int) -> None:
    lesson = read_course(None).lessons[number - 1]
    tab.pane("lessons")
    tab.page.click(f"[data-lesson='{number}']")
    for at, question in enumerate(lesson.questions, 1):
        card = tab.page.locator(f"[data-question='{at}']")
        wrong = question.wrong[0]
        if question.choose:
            card.get_by_role("button", name=wrong.text or wrong.value, exact=True).first.click()
        else:
            card.locator("input").fill(wrong.value)
            card.locator("input").press("Enter")
        card.locator(".told.bad").wait_for()
    tab.page.wait_for_selector(".task .result .bad")
    for text in (lesson.wrong[0].text, lesson.solution):
        tab.write(text)
        if text is lesson.solution:
            tab.page.wait_for_selector(".says.good")
        else:
            tab.page.wait_for_selector(".says:not(.good)")
            tab.page.wait_for_function(
                "text => document.querySelector('.says').textContent.startsWith(text)",
                arg=lesson.wrong[0].says[:20].replace("`", ""),
            )
    tab.page.get_by_role("button", name="What really happens").click()
    tab.page.wait_for_selector(".explained pre")
    tab.page.get_by_role("button", name="All lessons").click()
    assert tab.text(f"[data-lesson='{number}']").endswith("done")


def test_runaway_recursion_leaves_a_working_page(tab: Tab) -> None:
    tab.write("let f = n: 1 + f (n + 1); in f 0")
    tab.page.wait_for_selector("#pane-value .message >> text=max-call-depth exceeded")
    assert tab.page.evaluate("nixlite.client.restarts") == 0
    tab.write("1 + 1")
    tab.page.wait_for_selector("#pane-value .text >> text=2")
    assert tab.page.evaluate("nixlite.client.restarts") == 0


@pytest.mark.parametrize(
    "text",
    [
        "builtins.genList (n: n) 100000",
        "builtins.tryEval (let f = n: if n == 0 then throw \"x\" else 1 + f (n - 1); in f 9000)",
        "[" * 5000 + "]" * 5000,
        "builtins.foldl' (a: b: [ a ]) [ ] (builtins.genList (n: n) 20000)",
        "let l = n: { inherit n; next = l (n + 1); }; in builtins.foldl' (a: b: a.next) (l 0) (builtins.genList (n: n) 20000)",
        "let fix = f: let x = f x; in x; in fix (self: builtins.genList (n: if n == 0 then 0 else builtins.elemAt self (n - 1) + 1) 30000)",
    ],
    ids=["long list", "deep throw", "brackets", "deep value", "chain", "chain of thunks"],
)  # fmt: skip
def test_what_is_large_or_deep_leaves_a_working_page(tab: Tab, text: str) -> None:
    tab.write(text)
    tab.page.wait_for_timeout(400)
    tab.settled("value")
    tab.write("40 + 2")
    tab.page.wait_for_selector("#pane-value .text >> text=42")
    tab.write("let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 9000")
    tab.page.wait_for_selector("#pane-value .text >> text=9000")
    if tab.page.evaluate(
        "nixlite.client.restarts"
    ):  # what is freed at once and too deep ends Pyodide, which says so
        assert [line for line in tab.said if line.startswith("Pyodide has suffered a fatal error")]
        tab.said.clear()


def test_stop_ends_an_endless_loop_soon(tab: Tab) -> None:
    tab.write(ENDLESS)
    tab.page.wait_for_selector("#run.running")
    tab.page.wait_for_timeout(300)
    took = tab.page.evaluate("""async () => {
      const began = performance.now();
      document.getElementById("run").click();
      while (nixlite.client.current) await new Promise((again) => setTimeout(again, 5));
      return performance.now() - began;
    }""")
    assert took < 2000  # 200 ms and what looking takes, where nobody else wants the processor
    assert "Stopped" in tab.text("#pane-value")
    tab.write("6 * 7")
    tab.page.wait_for_selector("#pane-value .text >> text=42")


def test_typing_on_stops_what_runs(tab: Tab) -> None:
    tab.write(ENDLESS)
    tab.page.wait_for_selector("#run.running")
    began = time.monotonic()
    tab.write("1 + 2")
    tab.page.wait_for_selector("#pane-value .text >> text=3")
    assert time.monotonic() - began < 5
    assert tab.page.evaluate("nixlite.client.restarts") == 0


def test_stop_in_the_middle_of_an_explanation_and_of_the_session(tab: Tab) -> None:
    tab.write(f"{{ a = {ENDLESS}; }}")
    tab.page.keyboard.press("Escape")
    tab.page.evaluate("nixlite.app.about(['a'], 'why')")
    tab.page.wait_for_selector("#run.running")
    tab.page.click("#run")
    tab.page.wait_for_selector("#pane-why >> text=Stopped")
    tab.pane("session")
    tab.page.fill(".prompt-field", ENDLESS)
    tab.page.press(".prompt-field", "Enter")
    tab.page.wait_for_selector("#run.running")
    tab.page.click("#run")
    tab.page.wait_for_selector(".log .err")
    assert tab.say("1 + 1") == "2"


def test_a_permalink_opens_to_the_same_answer(tab: Tab, open_tab: Callable[..., Tab]) -> None:
    tab.write('{ port = 80; name = "𝄞 é"; } // { port = 8080; }')
    tab.settled("value")
    tab.page.evaluate("nixlite.app.about(['port'], 'why')")
    tab.settled("why")
    tab.page.click("#share")
    tab.page.wait_for_function("location.hash.length > 2")
    other = open_tab()
    other.go(tab.page.evaluate("location.hash"))
    other.settled("why")
    assert other.editor() == tab.editor()
    assert other.text("#pane-why") == tab.text("#pane-why")
    assert "8080" in other.text("#pane-why")


def test_a_permalink_does_a_session_again(tab: Tab, open_tab: Callable[..., Tab]) -> None:
    tab.pane("session")
    tab.say("x = 20")
    tab.say("x + 1")
    tab.page.click("#share")
    tab.page.wait_for_function("location.hash.length > 2")
    other = open_tab()
    other.go(tab.page.evaluate("location.hash"))
    other.page.wait_for_selector(".log .out >> text=21")
    assert other.text(".log") == tab.text(".log")


@pytest.mark.parametrize("fragment", ["#1AAAA", "#1", "#2xyz", "#%%%", "#1eyJhIjoxfQ"])
def test_a_damaged_link_opens_the_page(open_tab: Callable[..., Tab], fragment: str) -> None:
    tab = open_tab()
    tab.go(fragment)
    tab.settled("value")
    assert "greet" in tab.editor()


def test_what_was_written_is_there_again(tab: Tab) -> None:
    tab.write("{ mine = true; }")
    tab.page.wait_for_selector("[data-path='[\"mine\"]']")
    tab.go()
    tab.settled("value")
    assert tab.editor() == "{ mine = true; }"


def test_a_program_s_text_is_never_markup(tab: Tab) -> None:
    evil = '{ a = "<img src=x onerror=window.pwned=1>"; "<b>x</b>" = throw "<script>window.pwned=1</script> `<i>`"; }'
    tab.write(evil)
    tab.page.wait_for_selector("[data-path='[\"a\"]']")
    for pane in ("why", "steps"):
        tab.pane(pane)
        tab.settled(pane)
    assert tab.page.evaluate(
        "[window.pwned, document.querySelectorAll('#bodies img, #bodies b, #bodies script').length]"
    ) == [None, 0]


def test_completion_and_hovering_come_from_nixlite(tab: Tab) -> None:
    tab.write("with import <nixpkgs> { }; hello")
    tab.settled("value")
    tab.page.keyboard.press("End")
    tab.type(".overrideA")
    tab.page.wait_for_selector(".cm-tooltip-autocomplete >> text=overrideAttrs")
    tab.page.wait_for_timeout(150)  # one types through a list that has just come up
    tab.page.keyboard.press("Enter")
    assert tab.editor().endswith("hello.overrideAttrs")
    tab.write("builtins.length [ 1 ]")
    tab.settled("value")
    tab.page.hover(".cm-line >> text=length")
    tab.page.wait_for_selector(".cm-about >> text=Return the length of the list")


def test_layers_steps_and_differences(tab: Tab) -> None:
    tab.page.select_option("#examples", label="Two overlays")
    tab.settled("layers")
    assert "curl.nix:1" in tab.text("#pane-layers .layer >> nth=0")
    tab.page.select_option("#examples", label="Laziness, step by step")
    tab.settled("steps")
    for _ in range(5):
        tab.page.click("[aria-label=Forward]")
    assert tab.text(".count") == "6 of 12"
    assert tab.page.locator(".cm-step").count() == 1
    tab.write("import <nixpkgs> { }")
    tab.pane("difference")
    tab.page.fill(".two input >> nth=0", "hello")
    tab.page.fill(".two input >> nth=1", 'value.hello.overrideAttrs { pname = "hallo"; }')
    tab.page.click(".two button")
    tab.page.wait_for_selector('.diff .changed >> text=~ pname: "hello" → "hallo"')


def test_the_page_has_the_newest_python_that_we_claim(site: str) -> None:
    """These tests are what stands behind that line of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    kind = "Programming Language :: Python :: 3."
    claimed = max(int(name.removeprefix(kind)) for name in project["classifiers"] if name.startswith(kind))
    (lock,) = Path(site).glob("pyodide-*/pyodide-lock.json")
    assert json.loads(lock.read_text("utf-8"))["info"]["python"].startswith(f"3.{claimed}.")
