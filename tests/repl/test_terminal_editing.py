"""Editing on a terminal: keys, paste, the editor, the bar, the pager."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tests.repl.test_terminal import CTRL_C, CTRL_R, ENTER, ESCAPE, TAB, UP, Person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CTRL_O = "\x0f"
PASTE, END_OF_PASTE = "\x1b[200~", "\x1b[201~"


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    someone = Person(tmp_path)
    someone.until("nix-repl>")
    yield someone
    someone.process.close(force=True)


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Person]:
    """On a terminal that tells where its cursor is: there is no bar without that."""
    someone = Person(tmp_path, answers=True)
    someone.until("nix-repl>")
    yield someone
    someone.process.close(force=True)


def test_the_bar_tells_types_and_errors(answering: Person) -> None:
    person = answering
    person.type("x = { alpha = 1; }" + ENTER + "x.alpha" + ENTER)
    person.until("nix-repl> x.alpha", "1", "nix-repl>")
    person.type("x.alpha")
    person.until("nix-repl> x.alpha", "x.alpha: an integer, 1")
    person.type(" + nope")
    person.until("nix-repl> x.alpha + nope", "undefined variable 'nope'")


def test_errors_of_completion_are_in_the_bar(answering: Person) -> None:
    person = answering
    person.type('bad = throw "boom"' + ENTER)
    person.until('nix-repl> bad = throw "boom"', "nix-repl>")
    person.type("bad." + TAB)
    person.until("nix-repl> bad.", "completing: boom")


def test_pasted_lines_are_one_input(person: Person) -> None:
    person.type(PASTE + "{\n  a = 1;\n  b = 2;\n}" + END_OF_PASTE)
    person.until("nix-repl> {", "        >   a = 1;", "        >   b = 2;", "        > }")
    person.type(ENTER)
    person.until("        > }", "{ a = 1; b = 2; }", "nix-repl>")


def test_search_and_prefix_search_in_the_history(person: Person) -> None:
    for line, answer in (("100 + 1", "101"), ("200 + 2", "202"), ("1 + 1", "2")):
        person.type(line + ENTER)
        person.until(f"nix-repl> {line}", answer, "nix-repl>")
    person.type(CTRL_R + "200")
    person.look(0.5)
    person.type(ENTER + ENTER)
    person.until("nix-repl> 200 + 2", "202", "nix-repl>")
    person.type("100" + UP)
    person.until("nix-repl> 100 + 1")
    person.type(ENTER)
    person.until("nix-repl> 100 + 1", "101", "nix-repl>")


def test_vi_keys(person: Person) -> None:
    person.type(":set keys vi" + ENTER)
    person.until("nix-repl> :set keys vi", "nix-repl>")
    person.type("1 + 2" + ESCAPE)
    person.look(1.0)
    person.type("0r7")
    person.until("nix-repl> 7 + 2")
    person.type(ENTER)
    person.until("nix-repl> 7 + 2", "9", "nix-repl>")


def test_several_lines_are_edited_as_one(person: Person) -> None:
    person.type("{" + ENTER + "a = 1;" + ENTER + "}" + ENTER)
    person.until("        > }", "{ a = 1; }", "nix-repl>")
    person.type(UP + UP)
    person.look(0.3)
    person.type("\x05 b = 2;")  # to the end of the middle line
    person.until("nix-repl> {", "        >   a = 1; b = 2;", "        > }")
    person.type(ENTER)
    person.until("        > }", "{ a = 1; b = 2; }", "nix-repl>")


def test_the_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "sed -i s/1/7/")
    monkeypatch.delenv("VISUAL", raising=False)
    person = Person(tmp_path)
    person.until("nix-repl>")
    person.type("1 + 2" + CTRL_O)
    person.until("nix-repl> 7 + 2")
    person.type(ENTER)
    person.until("nix-repl> 7 + 2", "9", "nix-repl>")
    person.type("100" + ENTER)
    person.until("nix-repl> 100", "100", "nix-repl>")
    person.type(":e" + ENTER)
    person.until("nix-repl> :e", "nix-repl> 700")
    person.process.close(force=True)


def test_long_answers_are_paged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pager = tmp_path / "pager"
    pager.write_text(f"#!/bin/sh\nwc -l > {tmp_path}/paged\necho paged\n")
    pager.chmod(0o755)
    monkeypatch.setenv("PAGER", str(pager))
    person = Person(tmp_path)
    person.until("nix-repl>")
    person.type(":p builtins.genList (n: { inherit n; }) 60" + ENTER)
    person.until("paged", "nix-repl>")
    assert (tmp_path / "paged").read_text().strip() == "62"
    person.process.close(force=True)


def test_ctrl_c_is_quick(person: Person) -> None:
    for _ in range(3):
        person.type("builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n) 100000000)" + ENTER)
        person.look(1.0)
        start = time.process_time()
        person.type(CTRL_C)
        assert person.until("nix-repl>")[-2].endswith("error: interrupted by the user")
        assert time.process_time() - start < 5  # how quick it is is measured by hand: machines are busy


def test_without_colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(tmp_path, colour=False)
    person.until("nix-repl>")
    person.type("[ 1 null ]" + ENTER)
    lines = person.until("nix-repl> [ 1 null ]", "[ 1 null ]", "nix-repl>")
    for row in range(len(lines)):
        assert {person.screen.buffer[row][column].fg for column in range(80)} == {"default"}
    person.process.close(force=True)


def test_a_dumb_terminal_gets_plain_text(tmp_path: Path) -> None:
    person = Person(tmp_path, terminal="dumb")
    person.until("nix-repl>")
    person.type("1 + 1" + ENTER)
    person.until("2", "nix-repl>")
    assert b"\x1b" not in (person.process.before or b"")
    person.process.close(force=True)


def test_the_startup_file(tmp_path: Path) -> None:
    directory = tmp_path / "config" / "nixlite"
    os.makedirs(directory)
    (directory / "repl-startup").write_text("mine = 21\n")
    person = Person(tmp_path)
    person.until("nix-repl>")
    person.type("mine * 2" + ENTER)
    person.until("nix-repl> mine * 2", "42", "nix-repl>")
    person.process.close(force=True)


def test_a_key_begins_a_line_in_what_is_complete(person: Person) -> None:
    person.type("{ a = 1; }" + ESCAPE + ENTER + "// { b = 2; }" + ENTER)
    person.until("nix-repl> { a = 1; }", "        > // { b = 2; }", "{ a = 1; b = 2; }", "nix-repl>")


def test_several_inputs_are_pasted_as_one_with_their_prompts(person: Person) -> None:
    copied = "nix-repl> x = {\n        >   a = 1;\n        > }\n\nnix-repl> x\n{ a = 1; }\n\nnix-repl> x.a + 1\n2\n"
    person.type(PASTE + copied + END_OF_PASTE)
    person.until("nix-repl> x = {", "        >   a = 1;", "        > }", "        > x", "        > x.a + 1")
    person.type(ENTER)
    person.until("        > x.a + 1", "{ a = 1; }", "2", "nix-repl>")


def test_in_stands_below_its_let(person: Person) -> None:
    person.type("let" + ENTER + "a = 1;" + ENTER + "in a" + ENTER)
    person.until("nix-repl> let", "        >   a = 1;", "        > in a", "1", "nix-repl>")
    person.type("if true" + ENTER + "then 1" + ENTER + "else 2" + ENTER)
    person.until("nix-repl> if true", "        > then 1", "        > else 2", "1", "nix-repl>")


def test_a_long_line_goes_on_without_a_prompt(person: Person) -> None:
    person.type('"' + "a" * 75 + '"')
    person.until('nix-repl> "' + "a" * 69, " " * 10 + "a" * 6 + '"')


def test_escape_leaves_the_menu(person: Person) -> None:
    person.type("x = { alpha = 1; also = 2; }" + ENTER + "x.al" + TAB)
    person.until("nix-repl> x.al", " " * 15 + "alpha  int", " " * 15 + "also   int")
    person.type(ESCAPE)
    person.until("nix-repl> x.al")


def test_vi_tells_that_keys_are_no_text(answering: Person) -> None:
    answering.type(":set keys vi" + ENTER + "12")
    answering.until("nix-repl> 12")
    answering.type(ESCAPE)
    answering.until("nix-repl> 12", "[NORMAL]")


def sees(person: Person, wanted: str) -> None:
    """Wait until something is on the screen."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if wanted in "\n".join(person.look(0.1)):
            return
    pytest.fail("the screen shows:\n" + "\n".join(person.look()) + "\ninstead of\n" + wanted)


def test_a_pane_tells_of_the_chosen_completion(answering: Person, tmp_path: Path) -> None:
    text = '{\n  # Adds one.\n  zzmore = x: x + 1;\n\n  zzmost = { meta.description = "All"; };\n}\n'
    (tmp_path / "l.nix").write_text(text)
    answering.type(":l l.nix" + ENTER)
    answering.until("Added 2 variables.", "zzmore, zzmost", "nix-repl>")
    answering.type("builtins.is" + TAB)
    sees(answering, "isBool")
    answering.type(TAB)
    answering.until(
        " isAttrs e",
        " Return true if e is an attribute set, and false otherwise.",
        ' map builtins.isAttrs [ { } [ ] "{ }" ]  →  [ true false false ]',
        "builtins.isAttrs: the built-in function 'isAttrs' e",
    )
    answering.type("\x15zz" + TAB)  # whose first letters are written at once
    sees(answering, "zzmost")
    answering.type(TAB)
    answering.until(" zzmore x: … l.nix:3", " Adds one.", "zzmore: a function x:")
    answering.type(TAB)
    answering.until(" zzmost: not evaluated yet", " All", "zzmost: not evaluated yet")
    answering.type("\x15:s" + TAB)
    sees(answering, ":search")
    answering.type(TAB)
    sees(answering, " :save <path>")


def test_up_finds_the_history_before_the_prompt_is_there(tmp_path: Path) -> None:
    """Whoever knows what they want presses it at once, and after Enter, too."""
    person = Person(tmp_path)
    person.type("1 + 1" + ENTER)
    person.until("2", "nix-repl>")
    person.type("3 + 4" + ENTER + UP + UP + ENTER)
    person.until("nix-repl> 3 + 4", "7", "nix-repl> 1 + 1", "2", "nix-repl>")
    person.process.close(force=True)
    person = Person(tmp_path)
    person.type(UP + UP + ENTER)
    person.until("nix-repl> 3 + 4", "7", "nix-repl>")
    person.process.close(force=True)


def test_history_knows_folders_and_sessions(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    for name, text in (("one", "let" + ENTER + "x = 1;" + ENTER + "in x"), ("two", "2 + 2")):
        person = Person(tmp_path, folder=name)
        person.until("nix-repl>")
        person.type(text + ENTER)
        person.until("1" if name == "one" else "4", "nix-repl>")
        person.process.close(force=True)
    person = Person(tmp_path, folder="one", size=(160, 24))
    person.until("nix-repl>")
    person.type(UP)  # not the newest, but the newest here, whole
    person.until("nix-repl> let", "        >   x = 1;", "        > in x")
    person.type(CTRL_C + ":history" + ENTER)
    lines = person.until("nix-repl>")
    assert [line[21:] if line.startswith("20") else line for line in lines[-10:]] == [
        "nix-repl> :history", f"{tmp_path}/one", "  let", "    x = 1;", "  in x", f"{tmp_path}/two", "  2 + 2",
        f"{tmp_path}/one", "  :history", "nix-repl>",
    ]  # fmt: skip
    person.type(":history +" + ENTER)
    person.look(1.0)
    assert "  2 + 2" in person.look(0.5)
    person.process.close(force=True)


def test_a_pager_may_be_left_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "sleep 0.3; echo left")
    person = Person(tmp_path)
    person.until("nix-repl>")
    person.type(":p builtins.genList (n: { inherit n; }) 20000" + ENTER)  # more than a pipe holds
    person.until("left", "nix-repl>")
    person.type("1 + 1" + ENTER)
    person.until("2", "nix-repl>")
    person.process.close(force=True)


@pytest.mark.parametrize(("columns", "rows"), [(40, 10), (30, 6)])
def test_small_screens_have_a_menu(tmp_path: Path, columns: int, rows: int) -> None:
    person = Person(tmp_path, answers=True, size=(columns, rows))
    person.until("nix-repl>")
    for typed, wanted in (("builtins.is" + TAB, "isBool      builtin e"), (TAB, "builtins.isAttrs: the")):
        person.type(typed)
        sees(person, wanted)
    person.process.close(force=True)
