"""`:save x.nix`: a session that is loaded again has the same names with the same values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.repl.test_session import replies, session_in

if TYPE_CHECKING:
    from pathlib import Path

SESSIONS = [
    # inputs                                                            names       why
    (["x = 1", "y = x + 1"],                                            "x y",      "bindings"),
    (["x = 1", "x = x + 1", "x = x * 10"],                              "x",        "bound anew by the old value"),
    (["x = 1", "f = y: x + y", "x = 5", "z = f 1"],                     "x z",      "an old value in a function"),
    (["m = map", "map = 5", "l = m (n: n) [ 1 ]"],                      "map l",    "a builtin that is hidden later"),
    (["a = 1; b = 2;", "c = a + b # the sum"],                          "a b c",    "two at once, a comment"),
    (["a = 1", "a = 2; b = a"],                                         "a b",      "two that do not see each other"),
    (["s = { p = 1; }", "inherit (s) p"],                               "s p",      "inherit from a set"),
    (["p = 1", "inherit p"],                                            "p",        "inherit"),
    (['t = "line one\nline two"', "u = ''\nzero\n  two\n''"],           "t u",      "strings of several lines"),
    (["a.b = 1", "a.c = a.b"],                                          "a",        "attribute paths"),
    ([":l lib.nix", "x = double 4", "double = 7"],                      "x double triple", "a file"),
    ([":l f.nix", "y = given + 1"],                                     "given y",  "a file that is a function"),
    ([":a { q = 1; r = 2; }", "z = q + 1"],                             "q r z",    ":a"),
    (["own = 2", ":a { q = own; }", "own = 3"],                         "q own",    ":a that reads a binding"),
    (["nope", "x = ", "x = 1", ":t x", "x + 1"],                        "x",        "what fails and what is no binding"),
    (["set1 = 1", ":a { b = 2; }", "step1 = b", "b = b + 1"],           "set1 step1 b", "names that are taken"),
    ([], "", "nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "names", "why"), SESSIONS, ids=[row[2] for row in SESSIONS])
def test_saved_as_a_program(tmp_path: Path, inputs: list[str], names: str, why: str) -> None:
    (tmp_path / "lib.nix").write_text("{ double = x: x * 2; triple = 3; }")
    (tmp_path / "f.nix").write_text("{ given ? 4 }: { inherit given; }")
    session = session_in(tmp_path)
    replies(session, *inputs)
    wanted = replies(session, *names.split())
    assert replies(session, ":save s.nix")[0].endswith(f"{tmp_path}/s.nix; `:l s.nix` brings them back")
    again = session_in(tmp_path)
    assert not again.send(":l s.nix").err, (tmp_path / "s.nix").read_text()
    assert replies(again, *names.split()) == wanted
    # Into a pipe, too.
    assert not session_in(tmp_path).send((tmp_path / "s.nix").read_text()).err


def test_what_it_looks_like(tmp_path: Path) -> None:
    (tmp_path / "lib.nix").write_text("{ double = x: x * 2; triple = 3; }")
    session = session_in(tmp_path)
    replies(session, ":l lib.nix", "x = 20", "y = double x", "x = x + 1", ":save s.nix")
    assert (
        (tmp_path / "s.nix").read_text()
        == """\
# A session of nixlite repl; `:l s.nix` brings its names back.
let
  set1 = import ./lib.nix;
  inherit (set1) double;
in
let
  x = 20;
  y = double x;
in
let
  step1 = { x = x + 1; };
in
let
  inherit (step1) x;
in
set1 // { inherit x y; }
"""
    )


def test_in_another_folder(tmp_path: Path) -> None:
    (tmp_path / "lib.nix").write_text("{ a = 1; }")
    (tmp_path / "sub").mkdir()
    session = session_in(tmp_path)
    told = replies(session, ":l lib.nix", "b = a", ":save sub/s.nix")[2]
    assert told.endswith("\nRelative paths in it are from where it lies.")
    again = session_in(tmp_path / "sub")
    assert replies(again, ":l s.nix", "b") == ["Added 2 variables.\na, b", "1"]
