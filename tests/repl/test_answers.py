"""How answers are written in nixlite's own style: functions, strings of several lines, and how much is evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nixlite.evaluator import Evaluator
from nixlite.formats.nix.functions import short_path
from nixlite.formats.nix.texts import has_lines, lines_of
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.source import Source
from tests.repl.test_session import replies, session_in

if TYPE_CHECKING:
    from pathlib import Path

    from nixlite.repl.session import Session

LIB = """\
{
  f = { a, b ? 1, ... }: a;
  g = x: y: x;
  nested.mk = { z }: z;
}
"""


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "lib.nix").write_text(LIB)
    session = session_in(tmp_path)
    replies(
        session,
        ":l lib.nix",
        "own = { q }: q",
        "many = { aaaaaaaaaaaa, bbbbbbbbbbbb, cccccccccccc, dddddddddddddddddddd, e, f }: 1",
    )
    return session


FUNCTIONS = [
    # expression                    answer                                                          why
    ("f",                           "«lambda f { a, b ? …, ... } lib.nix:2»",                       "name, arguments, place"),
    ("g",                           "«lambda g x: … lib.nix:3»",                                    "a plain argument"),
    ("g 1",                         "«lambda g y: … lib.nix:3»",                                    "one that a function gave"),
    ("[ f ]",                       "[ «lambda f { a, b ? …, ... } lib.nix:2» ]",                   "in a list"),
    ("{ inherit f g; }",            "{ f = «lambda { a, b ? …, ... }»; g = «lambda»; }",            "what its attribute says is not said twice"),
    ("{ h = g; }",                  "{ h = «lambda g x: … lib.nix:3»; }",                           "another name"),
    ("nested",                      "{ mk = «lambda { z }»; }",                                     "in a set of the file"),
    ("own",                         "«lambda own { q }»",                                           "of the session"),
    ("{ }: 1",                      "«lambda { }»",                                                 "no arguments"),
    ("args@{ ... }: 1",             "«lambda { ... }»",                                             "any arguments"),
    ("many",                        "«lambda many { aaaaaaaaaaaa, bbbbbbbbbbbb, cccccccccccc, … 3 more }»", "many arguments"),
    ("map",                         "«primop map»",                                                 "a builtin"),
    ("{ override = x: x; r = 8; }", "{ override = «lambda»; r = 8; }",                              "as in the Nix Pills"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answer", "why"), FUNCTIONS, ids=[row[2] for row in FUNCTIONS])
def test_functions(session: Session, text: str, answer: str, why: str) -> None:
    assert replies(session, text) == [answer]


def test_functions_by_option(session: Session, tmp_path: Path) -> None:
    assert replies(session, ":set lambdas short", "f", ":set lambdas long", "f") == [
        "", "«lambda»", "", f"«lambda f @ {tmp_path}/lib.nix:2:7»",
    ]  # fmt: skip


def test_long_paths() -> None:
    paths = ("/work/x/a/b.nix", "/home/me/c.nix", "/nix/store/abc-source/lib/customisation.nix", "/etc/x.nix")
    assert [short_path(path, "/work/x", "/home/me") for path in paths] == [
        "a/b.nix", "~/c.nix", "…/lib/customisation.nix", "/etc/x.nix",
    ]  # fmt: skip


STRINGS = [
    # expression                    answer                                          why
    (r'"a\nb\n"',                   "''\n  a\n  b\n''",                             "lines"),
    (r'"a\nb"',                     "''\n  a\n  b''",                               "without a final newline"),
    (r'"a\n"',                      r'"a\n"',                                       "one line is no text of lines"),
    (r'"a\n\n  b\n"',               "''\n  a\n\n    b\n''",                         "indentation"),
    (r'"  a\n  b\n"',               r'"  a\n  b\n"',                                "indentation that would be taken off"),
    ("\"a\\n''b\\n\"",             "''\n  a\n  '''b\n''",                          "quotes"),
    (r'"a\n\${b}\n"',               "''\n  a\n  ''${b}\n''",                        "what would be evaluated"),
    ("\"a\\nb'\"",                 "\"a\\nb'\"",                                    "what would end it"),
    (r'{ x = "a\nb\n"; y = 1; }',   "{\n  x = ''\n    a\n    b\n  '';\n  y = 1;\n}", "in a set"),
    (r'[ "a\nb\n" 1 ]',             "[\n  ''\n    a\n    b\n  ''\n  1\n]",          "in a list"),
    ('builtins.fromJSON "\\"a\\\\u001b[2J\\\\n\\\\nb\\""', '"a\\u001b[2J\\n\\nb"',  "a control character"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answer", "why"), STRINGS, ids=[row[2] for row in STRINGS])
def test_strings(session: Session, text: str, answer: str, why: str) -> None:
    assert replies(session, text) == [answer]


def test_strings_by_option(session: Session) -> None:
    assert replies(session, ":set lines off", r'"a\nb\n"') == ["", r'"a\nb\n"']


EVALUATOR = Evaluator(Settings(), CapturingHost())


@given(st.text(st.sampled_from("a '$\\{\t\n"), max_size=16))
def test_lines_are_read_back(text: str) -> None:
    if has_lines(text):
        *lines, last = lines_of(text)
        shown = "".join([f"    {line}\n" if line else "\n" for line in lines])
        shown = f"''\n{shown}  ''" if not last else f"''\n{shown}    {last}''"
        assert EVALUATOR.evaluate_source(Source("x", shown)) == text, shown


def test_large_sets_in_sets_are_not_looked_into(session: Session) -> None:
    replies(
        session,
        'big = builtins.listToAttrs (builtins.genList (n: { name = "a${toString n}"; value = throw "no"; }) 100)',
    )
    assert replies(session, "{ inherit big; }", ":p 1 { inherit big; }", ":set attributes 2") == [
        "{ big = { «100 attributes» }; }", "{ big = { … }; }", "",
    ]  # fmt: skip
    assert replies(session, "{ x = { a = 1; b = 2; }; }", "{ x = { a = 1; b = 2; c = 3; }; }") == [
        "{ x = { a = 1; b = 2; }; }", "{ x = { «3 attributes» }; }",
    ]  # fmt: skip


def test_what_takes_long_deep_inside_is_left_out(session: Session) -> None:
    slow = "builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n) 300000)"
    replies(session, f"x = {{ a = {slow}; b.c = 1 + 1; b.d = [ 2 (1 + 2) ]; z = 1 + 1; }}")
    session.style.layout.patience = 0.001
    assert replies(session, "x") == ["{ a = 44999850000; b = { c = …; d = …; }; z = 2; }"]
    assert replies(session, ":set patience", ":set patience 0", ":set patience") == [
        "patience = 0.001", "", "patience = 0",
    ]  # fmt: skip
    assert replies(session, ":set patience all", ":set patience") == ["", "patience = all"]
    assert replies(session, ":p x") == ["{ a = 44999850000; b = { c = 2; d = [ 2 3 ]; }; z = 2; }"]
