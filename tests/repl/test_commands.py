"""The table of commands, those that `nix repl` does not have, and how answers are shortened."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import pytest

from nixlite.evaluator import Evaluator
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.repl import commands
from nixlite.repl.commands.declaring import ReplCommand
from nixlite.repl.commands.table import COMMANDS
from nixlite.repl.conversation import Conversation
from nixlite.repl.session import Session
from tests.repl.test_session import replies, session_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_in(tmp_path)


JSON_HELP = """\
:json <expr>

The value as `nix eval --json --pretty` prints it: evaluated all through.

Functions have no JSON; a set with `__toString` or `outPath` is that string."""

CONVERSATIONS = [
    # lines and replies, why
    ([("x = rec { a = { b = a; }; }", ""), ("x", "{ a = { b = «repeated: a»; }; }")], "which one is repeated"),
    ([("let x = { y = x; }; in x", "{ y = «repeated: the whole»; }")], "the whole is repeated"),
    ([("x = [ [ x2 ] ]; x2 = 1", "error: undefined variable 'x2'\n       at «string»:1:9:\n            1| x = [ [ x2 ] ]; x2 = 1\n             |         ^")],
     "bindings of a line do not see each other"),
    ([(':json { a = [ 1 null ]; s = "é"; }', '{\n  "a": [\n    1,\n    null\n  ],\n  "s": "é"\n}')], ":json"),
    ([(":set depth 1", ""), ("{ a.b = 1; }", "{ a = { … }; }"), (":set depth", "depth = 1"), (":set depth all", ""),
      ("{ a.b.c.d.e.f = 1; }", "{ a = { b = { c = { d = { e = { f = 1; }; }; }; }; }; }")], ":set depth"),
    ([(":set items 2", ""), ("[ 1 2 3 ]", "[ 1 2 «1 more item; :p shows all» ]"), (":p [ 1 2 3 ]", "[ 1 2 3 ]")], ":set items"),
    ([(":set strict on", ""), ("[ (1 + 1) ]", "[ 2 ]")], ":set strict"),
    ([(":set style nix", ""), ("{ a.b = 1; }", "{\n  a = { ... };\n}"), (":set style nixlite", ""), ("{ a.b = 1; }", "{ a = { b = 1; }; }")],
     ":set style"),
    ([(":set pure on", ""), ('builtins.getEnv "HOME"', '""')], ":set pure"),
    ([("l = 1", ""), ("f = x: x + l", ""), (":a { z = 1; }", "Added 1 variables.\nz"), ("g = x: x + z", ""),
      (":set pure on", "not there in pure evaluation: g, z"), ("f 2", "3"), (":set pure", "pure = on"), ("y = 4", ""),
      (":set pure off", ""), ("y", "4"), ("builtins ? currentTime", "true")], "bindings in pure evaluation"),
    ([(":set deph 1", "error: there is no option 'deph'\n       Did you mean depth?")], "a mistyped option"),
    ([(":set depth x", "error: 'depth' is one of: NUMBER | all")], "a wrong value"),
    ([("a = 1", ""), (":a { b = x: x; }", "Added 1 variables.\nb"), ("a", "1"),
      (":ls", "the last value:\n  _  an integer\nbound by hand:\n  a  an integer\na set:\n  b  (not evaluated)")], ":ls"),
    ([(":p 2 - 1", "1"), (":p 2 * 3", "6"), (":p 2 -1", "1"), (":p 2", "2"), (":p 7 / 2", "3"), (":p 1 == 1", "true")],
     "a number that is no depth"),
    ([("x.a.b = 1", ""), (":p 1 x", "{ a = { … }; }"), (":p 1 (x // { c = 2; })", "{ a = { … }; c = 2; }"),
      (":p 1 x // { c = 2; }", "{ a = { … }; c = 2; }"), (":p 1 let y = x; in y", "{ a = { … }; }"),
      (":p 1 x: x", "«lambda x: …»"), (":p 1 {\n  a.b = 1;\n}", "{ a = { … }; }")], "a number that is a depth"),
    ([(":ls zz", "nothing begins with 'zz'")], ":ls with a prefix"),
    ([(":diff { a = 1; } { a = 2; }", "~ a: 1 → 2"), ("x = 1", ""), (":diff x x", "no difference")], ":diff"),
    ([(":diff 1", "error: ':diff' takes two expressions; put parentheses around one that has blanks in it")], "half a :diff"),
    ([("f = x: x + 1", ""), (":pos f", "f is defined at «string»:1:1\nthe function is at «string»:1:5"),
      (":src f", "f is defined at «string»:1:1\n     1| f = x: x + 1")], ":pos and :src"),
    ([(":pos 1", "error: it is not known where this value comes from"),
      (":pos map", "error: 'map' is built in; see :doc builtins.map")], ":pos of what has no place"),
    ([(":!true", ""), (":!exit 3", "(exit code 3)"), (":!", "error: ':!' needs an argument\n       It is used so: :! <command>")], ":!"),
    ([(":? :json", JSON_HELP)], ":? of one command"),
]  # fmt: skip


@pytest.mark.parametrize(("conversation", "why"), CONVERSATIONS, ids=[row[1] for row in CONVERSATIONS])
def test_conversation(session: Session, conversation: list[tuple[str, str]], why: str) -> None:
    assert replies(session, *[line for line, _ in conversation]) == [reply for _, reply in conversation]


def test_a_derivation_is_shown_by_its_attributes(session: Session) -> None:
    session.send('d = derivation { name = "x"; system = "s"; builder = "b"; }')
    assert session.send("d").text.startswith("«derivation /nix/store/")
    assert 'builder = "b";' in session.send(":p d").text


def test_changed_files_are_told_of_once(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    file = tmp_path / "f.nix"
    file.write_text("{ a = 1; }")
    assert replies(session, ":l f.nix", "a") == ["Added 1 variables.\na", "1"]
    file.write_text("{ a = 20; }")
    assert replies(session, "a", "a", ":r", "a") == [
        "f.nix has changed on disk; :r loads anew\n1",
        "1",
        'Loading "f.nix"...\nAdded 1 variables.\na',
        "20",
    ]


LIBRARY = """{
  # Doubles.
  double = let two = 2; in x: x * two;

  /* Adds. */
  add = a: b: a + b;

  functor = {
    # Calls itself.
    __functor = self: x: x;
  };

  # Not about the next.

  bare = x: x;
  same = import ./g.nix;
}
"""


def test_definitions_in_files(tmp_path: Path) -> None:
    (tmp_path / "f.nix").write_text(LIBRARY)
    (tmp_path / "g.nix").write_text("# The identity.\nx:\n  x\n")
    session = session_in(tmp_path)
    at, other = f"{tmp_path}/f.nix", f"{tmp_path}/g.nix"
    session.send(":l f.nix")
    assert replies(session, ":pos double", ":src double", ":src add 1", ":src same") == [
        f"double is defined at {at}:3:3\nthe function is at {at}:3:28",
        f"double is defined at {at}:3:3\n     3|   double = let two = 2; in x: x * two;",
        f"the function is at {at}:6:12\n     6|   add = a: b: a + b;",
        f"same is defined at {at}:16:3\n    16|   same = import ./g.nix;\n\nthe function is at {other}:2:1\n     2| x:\n     3|   x",
    ]
    documented = {name: session.send(f":doc {name}").text.rstrip() for name in
                  ("double", "add", "add 1", "functor", "bare", "same")}  # fmt: skip
    ends = {name: text.split("\n")[-1].strip() for name, text in documented.items()}
    assert ends == {
        "double": "Doubles.",
        "add": "Adds.",
        "add 1": "Adds.",
        "functor": "Calls itself.",
        "bare": f"… defined at {at}:15:10",
        "same": "The identity.",
    }


def test_documentation_of_a_builtin_with_some_arguments(session: Session) -> None:
    assert session.send(":doc builtins.add 1").text.endswith("(1 of its 2 arguments given)\n")


def test_time(session: Session) -> None:
    answer, times = session.send(":time 1 + 1").text.splitlines()
    assert answer == "2"
    assert times.startswith("evaluated in ")
    assert " ms, printed in " in times


def test_profile(session: Session) -> None:
    session.send("fib = n: if n < 2 then n else fib' (n - 1) + fib' (n - 2)")
    session.send("slow = n: builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n) n)")
    text = session.send(":profile slow 200000").text
    assert "own  total  function" in text
    assert "slow  «string»:1:8" in text
    assert "builtins.foldl' (a: b: a + b) 0" in text


def test_save(session: Session, tmp_path: Path) -> None:
    replies(session, "x = {\n  a = 1;\n}", "x", "nope")
    assert session.send(":save t.txt").text == f"3 inputs written to {tmp_path}/t.txt\n"
    assert (tmp_path / "t.txt").read_text().startswith(
        "nix-repl> x = {\n        >   a = 1;\n        > }\nnix-repl> x\n{ a = 1; }\nnix-repl> nope\nerror: undefined"
    )  # fmt: skip


def test_not_in_the_style_of_nix(tmp_path: Path) -> None:
    session = session_in(tmp_path, compat=True)
    assert replies(session, ":json 1", ":!true") == [
        "error: unknown command ':json'",
        "error: unknown command ':!true'",
    ]
    assert "Not in nix repl" not in session.send(":?").text


def test_every_command_is_in_the_table() -> None:
    """One that is declared and not listed would be unknown without anyone noticing."""
    declared = []
    for module in pkgutil.iter_modules(commands.__path__, f"{commands.__name__}."):
        content = vars(importlib.import_module(module.name)).values()
        declared += [value for value in content if isinstance(value, ReplCommand)]
    assert sorted(row.names for row in declared) == sorted(row.names for row in COMMANDS)


def test_a_conversation_knows_no_commands() -> None:
    conversation = Conversation(Evaluator(Settings(), CapturingHost({})))
    assert conversation.send("x = 1").text == ""
    assert conversation.send("x + 1").text == "2\n"
    assert conversation.send(":t x").text.startswith("error: syntax error, unexpected ':'")


IMPURE = [
    # expression                            what is said of it
    ("builtins.readFile ./secret",          "is forbidden in pure evaluation mode"),
    ("builtins.readDir ./.",                "is forbidden in pure evaluation mode"),
    ("import <nixpkgs> { }",                "cannot look up '<nixpkgs>' in pure evaluation mode"),
    ("builtins.currentTime",                "attribute 'currentTime' missing"),
    ("builtins.currentSystem",              "attribute 'currentSystem' missing"),
    ("before",                              "is forbidden in pure evaluation mode"),
    ("within.x",                            "is forbidden in pure evaluation mode"),
    ("~/x",                                 "can not be resolved in pure mode"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "complaint"), IMPURE)
def test_pure_sessions_see_nothing(session: Session, tmp_path: Path, expression: str, complaint: str) -> None:
    """Also not by way of what was bound before and is evaluated only now."""
    (tmp_path / "secret").write_text("hidden")
    replies(
        session, "before = builtins.readFile ./secret", "within = { x = import ./secret; }", ":set pure on"
    )
    text = session.send(expression).text
    assert complaint in text
    assert "hidden" not in text


def test_pure_sessions_stay_pure(tmp_path: Path) -> None:
    evaluator = Evaluator(Settings(pure_eval=True, cwd=str(tmp_path)), CapturingHost({"HOME": "/"}))
    session = Session(evaluator)
    assert "which stays" in session.send(":set pure off").text
    assert "forbidden" in session.send("builtins.readFile /etc/hostname").text


def test_help_fits_the_screen(session: Session) -> None:
    session.style.layout.width = 60
    lines = session.send(":?").text.split("\n")
    assert max(map(len, lines)) <= 60
    words = " ".join(" ".join(lines).split())
    for said in (
        "Open package or function in $EDITOR",
        "Show how two values differ",
        "Alt-Enter Begin a line",
    ):
        assert said in words
