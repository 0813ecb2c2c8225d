"""Where inputs end: several in a text, transcripts, texts that grow line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite.syntax import lines
from nixlite.syntax.lines import LineReader
from tests.repl.test_session import replies, session_in
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

VERDICTS = [
    # text                              verdict             why
    ("1",                               "expression",       "a number"),
    ("x = 1",                           "open bindings",    "the last semicolon is missing"),
    ("x = 1;",                          "bindings",         "bindings"),
    ("inherit x",                       "open bindings",    "inherit"),
    ("x = {\n a = 1;\n}",               "open bindings",    "over lines"),
    ("x = {",                           "open",             "a bracket in a binding"),
    ("x = 1; y",                        "open",             "a second binding"),
    ("''\n a ${\n x\n} b\n''",          "expression",       "an indented string with an expression over lines"),
    ("\"a\nb ${x}\nc\"",                "expression",       "a string over lines, one token in each"),
    ("a \"x\n\n${\"\n\"}\n\"",          "expression",       "a string in a string"),
    ("{ ${''\n''} = ./a/${b\n}/c; }",   "expression",       "a path whose expression goes on"),
    ("\"a\nb",                          "open",             "a string"),
    ("''\n '''\n ''$\n ''\\n",          "open",             "escapes are no ends"),
    ("/* a\n b */ 1",                   "expression",       "a comment over lines"),
    ("1 /* k",                          "open",             "a comment"),
    ("/** a\n b */ x: x",               "expression",       "a comment that documents"),
    ("1 )",                             "wrong",            "a bracket too much"),
    ("x = 1 )",                         "wrong",            "also in a binding"),
    ("x = 1\ny = 2",                    "wrong",            "two inputs"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "verdict", "why"), VERDICTS, ids=[row[2] for row in VERDICTS])
def test_verdict(text: str, verdict: str, why: str) -> None:
    assert LineReader().read(text).verdict() == verdict
    reader = LineReader()
    for end in range(len(text) + 1):  # as it is typed, each state read after the one before
        assert reader.read(text[:end]).verdict() == LineReader().read(text[:end]).verdict()
    assert reader.read(text).verdict() == verdict


SEVERAL = [
    # text                                          answers                 why
    ("x = 1\ny = x + 1\nx + y\n",                   "3\n",                  "bindings, then an expression"),
    ("a = {\n  b = 1;\n}\na.b\n\n:t a\n",           "1\na set\n",           "one over lines, and a command"),
    ("{ a = 1; }\n  // { b = 2; }\n3",              "{ a = 1; b = 2; }\n3\n", "what is indented goes on"),
    ("[ 1 ]\n++ [ 2 ]",                             "[ 1 2 ]\n",            "so does what begins with an operator"),
    ("if true\nthen 1\nelse 2",                     "1\n",                  "or with a word that cannot begin"),
    ("# c\n1\n# d\n:t 2 # e\n",                     "1\nan integer\n",      "comments are no inputs"),
    ("nope\n5",                                     "…\n5\n",               "an error stops nothing"),
    ("nix-repl> x = {\n        >   a = 1;\n        > }\n\nnix-repl> x.a\n7\n\nnix-repl> ", "1\n", "a transcript"),
    ("s = ''\n  nix\n''\ns",                        '"nix\\n"\n',           "a string's lines are its own"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answers", "why"), SEVERAL, ids=[row[2] for row in SEVERAL])
def test_several_inputs_in_a_text(tmp_path: Path, text: str, answers: str, why: str) -> None:
    session = session_in(tmp_path)
    assert session.send(text).out == answers.replace("…\n", "")


def test_nothing_is_done_while_the_last_is_open(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    assert session.send("x = 1\ny = {").incomplete
    assert "undefined variable" in session.send("x").text


def test_errors_in_bindings_are_those_of_bindings(tmp_path: Path) -> None:
    text = session_in(tmp_path).send("x = { a = ]; }").text
    assert text.splitlines()[:2] == ["error: syntax error, unexpected ']'", "       at «string»:1:11:"]


def test_lines_of_a_pipe_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each line everything was read again: 118 s for a set of 1,200 lines (Nix 0.2 s)."""
    from nixlite.repl.app import run_pipe

    read = []
    after = lines.Place.after
    monkeypatch.setattr(lines.Place, "after", lambda self, line: read.append(line) or after(self, line))
    session = session_in(tmp_path)
    body = [f'  a{n} = {{ name = "v{n}"; deps = [ 1 {n} ]; }};' for n in range(600)]
    run_pipe(session, ["x = {", *body, "}", "x.a5.name"])
    assert "".join(session.evaluator.host.stdout).endswith('"v5"\nnix-repl> \n')  # type: ignore[attr-defined]
    assert len(read) <= 4 * 603


def test_a_key_in_a_long_text_costs_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_in(tmp_path)
    text = "x = {\n" + "\n".join(f"  a{n} = [ {n} ];" for n in range(200))
    session.reader.read(text)
    read = []
    after = lines.Place.after
    monkeypatch.setattr(lines.Place, "after", lambda self, line: read.append(line) or after(self, line))
    assert session.reader.read(text + " #").verdict() == "open"
    assert len(read) == 1


def test_places_that_were_given_stay_when_another_text_is_read() -> None:
    reader = lines.LineReader()
    places = reader.places_in("{\n  a = 1;\n}")  # an editor draws with them when it comes to it
    assert len(reader.places_in("1")) == 2
    assert len(places) == 4


def test_saved_sessions_can_be_done_again(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    replies(session, "x = {\n  a = 1;\n}", "x", "nope", ":p x.a", ":save session")
    answer = nixlite(["repl"], cwd=tmp_path, stdin=(tmp_path / "session").read_text()).stdout
    assert answer == (
        "nix-repl> x = {\n        >   a = 1;\n        > }\nnix-repl> x\n{ a = 1; }\nnix-repl> nope\n"
        "nix-repl> :p x.a\n1\nnix-repl> \n"
    )


FAILING = [
    # input             exit code   why
    ("1\nnope\n2\n",    1,          "an error"),
    ("1\n:nope\n",      1,          "an unknown command"),
    ("x = {\n",         1,          "the input ends too early"),
    ("x = {\n}\n1\n",   0,          "nothing fails"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "why"), FAILING, ids=[row[2] for row in FAILING])
def test_fail_in_a_pipe(tmp_path: Path, text: str, code: int, why: str) -> None:
    done = nixlite(["repl", "--fail"], cwd=tmp_path, stdin=text)
    assert done.returncode == code
    assert "\n2\n" not in done.stdout
    assert nixlite(["repl"], cwd=tmp_path, stdin=text).returncode == 0


def test_a_missing_argument_is_told_in_one_way(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    for row in {id(row): row for row in session.known_commands().values()}.values():
        if row.needs_argument(False):
            for name in row.names:
                assert session.send(name).text == (
                    f"error: '{name}' needs an argument\n       It is used so: {row.label(False, [name])}\n"
                )
