"""What helps while typing: completion, the bar at the bottom, the start-up file."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import pytest
from prompt_toolkit.document import Document

from nixlite.repl.terminal.completion import complete, complete_or_fail
from nixlite.repl.terminal.highlighting import NixLexer
from nixlite.repl.terminal.inspecting import status
from nixlite.repl.terminal.startup import run_startup_file
from nixlite.syntax.lines import LineReader
from tests.repl.test_session import replies, session_in

if TYPE_CHECKING:
    from pathlib import Path

    from nixlite.repl.session import Session

BINDINGS = (
    's = { alpha = 1; also = "two"; "a b" = null; beta = 3; }',
    "f = { one, two ? 2, three }: one",
    "lib = { inner = f; }",
    'bad = throw "no"',
    "lazy = 1 + 1",
    "p = { drvAttrs = { ownThing = 1; system = 2; }; overrideAttrs = f: 1; override = { stdenv, x }: 1; name = 3; }",
)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    session = session_in(tmp_path)
    replies(session, *BINDINGS, "s.alpha", "s", "f", "lib.inner")
    (tmp_path / "dir").mkdir()
    (tmp_path / "file.nix").write_text("1")
    return session


COMPLETIONS = [
    # input                     candidates                                      why
    ("s.al",                    ["alpha", "also"],                              "attributes"),
    ("s.",                      ['"a b"', "alpha", "also", "beta"],             "all attributes, quoted where needed"),
    ('s."a ',                   ['"a b"'],                                      "an open quote"),
    ("lib.inn",                 ["inner"],                                      "attributes of a set"),
    ("1 + la",                  ["lazy"],                                       "variables"),
    ("builtins.elemA",          ["elemAt"],                                     "builtins"),
    ("f { ",                    ["one", "two", "three"],                        "arguments of a function"),
    ("f { one = 1; t",          ["two", "three"],                               "those not given yet"),
    ("lib.inner { th",          ["three"],                                      "by an attribute path"),
    ("f { one = la",            ["lazy"],                                       "a value, not an argument"),
    ("{ o",                     [],                                             "no call"),
    ("f { one = { t",           ["throw", "toString", "true"],                  "inside another set"),
    (":js",                     [":json"],                                      "commands"),
    (":set dep",                ["depth"],                                      "options"),
    (":set style n",            ["nixlite", "nix"],                             "their values"),
    (":l fi",                   ["file.nix"],                                   "files after commands"),
    ("import ./",               ["dir/", "file.nix"],                           "files"),
    ("import <nixp",            ["nixpkgs>"],                                   "lookup paths"),
    ("import <nixpkgs/li",      ["lib/"],                                       "files in them"),
    ("nope.x",                  [],                                             "nothing"),
    ('"a ${s.al',               ["alpha", "also"],                              "in a string"),
    ("''\n  ${s.al",            ["alpha", "also"],                              "in an indented string"),
    ('"s.al',                   [],                                             "text of a string"),
    (":l <nixp",                ["nixpkgs>"],                                   "a lookup path after a command"),
    ("with s; [ bet",           ["beta"],                                       "with"),
    ("with lib; with s; al",    ["alpha", "also"],                              "with in with"),
    ("(with s; 1) + bet",       [],                                             "no more with"),
    ("inherit (s) be",          ["beta"],                                       "inherit from a set"),
    ("{ x = 1; inherit (s) alpha be", ["beta"],                                 "inherit in a set"),
    ("let q = s; inherit (q) be", ["beta"],                                     "of a let that is open"),
    ("let here = s; in her",    ["here"],                                       "let"),
    ("let here = s; in here.be", ["beta"],                                      "an attribute of what let binds"),
    ("let here = s; y = her",   ["here"],                                       "in let itself"),
    ("rec { here = s; y = here.be", ["beta"],                                   "rec"),
    ("{ qhere = s; y = qhe",    [],                                             "no rec"),
    ("here: her",               ["here"],                                       "an argument"),
    ("here: here.x",            [],                                             "what an argument is, is not known"),
    ("{ here, there ? 1 }@args: [ the", ["there"],                              "a formal argument"),
    ("({ qhere }: qhere) qhe",  [],                                             "outside of the function"),
    ("if true th",              ["then", "throw"],                              "a keyword where the grammar has it"),
    ("let x = 1; i",            ["import", "in", "inherit", "isNull"],          "more keywords"),
    ("(s // { gamma = 1; }).ga", ["gamma"],                                     "an attribute of an expression"),
    ('s."alpha".',              [],                                             "an attribute of a number"),
    ("s ? bet",                 ["beta"],                                       "behind ?"),
    ("lib ? inner.x",           [],                                             "a path behind ?"),
    ("lib.inn{",                [],                                             "nothing to complete"),
    ("s.BET",                   ["beta"],                                       "another case"),
    ("s.eta",                   ["beta"],                                       "within a name"),
    ("s.apa",                   ["alpha"],                                      "its letters"),
    (":args f { th",            ["three"],                                      "an argument in a command"),
    (":p 2 s.be",               ["beta"],                                       "behind a depth"),
    (":te ",                    ["false", "true"],                              "a switch"),
    (":lf d",                   ["dir/"],                                       "a flake's folder"),
    (":e fi",                   [],                                             "no file without ./"),
    (":e ./fi",                 ["file.nix"],                                   "a path is an expression"),
    (":save fi",                ["file.nix"],                                   "a file"),
    (":ls la",                  ["lazy"],                                       "a prefix of names"),
    (":? wh",                   [":why"],                                       "a command's help"),
    (":r s",                    [],                                             "a command without arguments"),
    (":why s.al",               ["alpha", "also"],                              ":why"),
    (":why s.alpha == s.be",    ["beta"],                                       ":why what is expected"),
    ("p.overrideAttrs { patc",  ["patches"],                                    "what overrideAttrs may give"),
    ("p.overrideAttrs (old: { version = 1; ver", [],                            "what it gives already"),
    ("p.overrideAttrs (old: { own", ["ownThing"],                               "what the package was made of"),
    ("p.overrideAttrs (old: { name = old.na", ["name"],                         "the old attributes"),
    ("p.overrideAttrs (final: old: rec { own", ["ownThing"],                    "with two arguments"),
    ("p.override { st",         ["stdenv"],                                     "what override may give"),
    (":override p own",         ["ownThing="],                                  "what may be wished"),
    (":override p version=2 st", ["stdenv="],                                   "also an argument"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted", "why"), COMPLETIONS, ids=[row[2] for row in COMPLETIONS])
def test_completion(session: Session, text: str, wanted: list[str], why: str) -> None:
    assert [candidate.text for candidate in complete(session, text)] == wanted


def test_notes(session: Session) -> None:
    notes = {candidate.text: candidate.note for candidate in complete(session, "s.al")}
    assert notes == {"alpha": "int", "also": "string"}
    assert complete(session, "builtins.elemA")[0].note == "builtin xs n"
    assert complete(session, "lib.inn")[0].note == "lambda { one, two ? …, three }:"


def test_what_goes_wrong_is_told(session: Session) -> None:
    assert complete_or_fail(session, "bad.x") == ([], "no")


BARS = [
    # input, | for the cursor   bar                                          error   why
    ("s|",                      "s: a set with 4 attributes",                False,  "a set"),
    ("s.al|pha + 1",            "s.alpha: an integer, 1",                    False,  "a number"),
    ("s.also|",                 's.also: a string, "two"',                   False,  "a string"),
    ("lazy|",                   "lazy: not evaluated yet",                   False,  "nothing is evaluated"),
    ("bad|",                    "bad: not evaluated yet",                    False,  "not even what fails"),
    ("f|",                      "f: a function { one, two ? …, three }:",    False,  "a function"),
    ("builtins.add| 1",         "builtins.add: the built-in function 'add' e1 e2", False, "a builtin"),
    ("nope|",                   "undefined variable 'nope'",                 True,   "an unknown name"),
    ("1 + laz|",                "",                                          False,  "the beginning of a known name"),
    ("laz + 1|",                "undefined variable 'laz'",                  True,   "a name that was left so"),
    ("1 )|",                    "syntax error, unexpected ')', expecting end of file", True, "wrong syntax"),
    ("[ 1|",                    "",                                          False,  "unfinished"),
    ("y = [|",                  "",                                          False,  "an unfinished list in a binding"),
    ("h = f {|",                "",                                          False,  "an unfinished call in a binding"),
    ('t = "abc|',               "",                                          False,  "an unfinished string in a binding"),
    ("y = { a = s; }; inherit (|", "",                                       False,  "unfinished after a binding"),
    ("y = [ ) |",               "syntax error, unexpected ')'",              True,   "a wrong binding"),
    ("1 )\ns|\n",               "s: a set with 4 attributes",                False,  "the input with the cursor, of several"),
    ("s\n:t s.also|",           's.also: a string, "two"',                   False,  "a command, the second input"),
    ("x: x|",                   "",                                          False,  "an argument"),
    ("y = s|",                  "s: a set with 4 attributes",                False,  "in a binding"),
    (":t s|",                   "s: a set with 4 attributes",                False,  "in a command"),
    (":t|",                     ":t <expr>: Describe result of evaluation",  False,  "a command"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "bar", "is_error", "why"), BARS, ids=[row[3] for row in BARS])
def test_bar(session: Session, text: str, bar: str, is_error: bool, why: str) -> None:
    before = len(session.evaluator.sources)
    assert status(session, text.replace("|", ""), text.index("|")) == (bar, is_error)
    assert len(session.evaluator.sources) == before


def test_startup_file(tmp_path: Path) -> None:
    directory = tmp_path / ".config" / "nixlite"
    directory.mkdir(parents=True)
    (directory / "repl-startup").write_text("# mine\n:set depth 1\ntwice = x:\n  x * 2\nnope\n")
    session = session_in(tmp_path)
    problems = run_startup_file(session)
    assert problems.startswith(f"{directory}/repl-startup:5:\nerror: undefined variable 'nope'\n")
    assert replies(session, "twice 4", "{ a.b = 1; }") == ["8", "{ a = { … }; }"]
    assert session.transcript[0][0] == "twice 4"


def test_colours_of_the_input() -> None:
    text = ":t let # c\n  a = ''\n    b ${\"c\"} in\n  ''; in a 12 ./x /* d\n e */ ) ''"
    pieces = NixLexer(LineReader()).lex_document(Document(text))
    lines = [pieces(number) for number in range(5)]
    assert ["".join(piece[1] for piece in line) for line in lines] == text.split("\n")
    assert [
        [(piece[0].removeprefix("class:nix."), piece[1]) for piece in line if piece[0]] for line in lines
    ] == [
        [("command", ":t"), ("keyword", "let"), ("comment", " # c")],
        [("text", "''")],
        [("text", "    b "), ("text", '"'), ("text", "c"), ("text", '"'), ("text", " in")],
        [
            ("text", "  "),
            ("text", "''"),
            ("keyword", "in"),
            ("number", "12"),
            ("path", "./x"),
            ("comment", " /* d"),
        ],
        [("comment", " e */ "), ("text", "''")],
    ]


def test_completing_prints_nothing_until_later(session: Session) -> None:
    replies(session, 'told = builtins.trace "seen" { one = 1; }')
    host = session.evaluator.host
    host.stderr.clear()  # type: ignore[attr-defined] # it is a CapturingHost
    assert [candidate.text for candidate in complete(session, "told.")] == ["one"]
    assert host.stderr == []  # type: ignore[attr-defined] # likewise
    assert session.send("1").pieces == [("err", "trace: seen\n"), ("out", "1\n")]


ENDLESS = [
    # expression                                                    what is said
    ("(let f = n: if n < 2 then n else f (n - 1) + f (n - 2); in f 60).", "evaluating this takes more than 1 s"),
    ("(builtins.genList (n: n) 100000000).",                        "evaluating this takes too much memory"),
    ("(let f = x: f (x + 1); in f 0).",                             "stack overflow; max-call-depth exceeded"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), ENDLESS, ids=["time", "memory", "depth"])
def test_completing_comes_to_an_end(session: Session, text: str, said: str) -> None:
    assert complete_or_fail(session, text) == ([], said)
    assert replies(session, "1 + 1") == ["2"]
    assert [candidate.text for candidate in complete(session, "s.al")] == ["alpha", "also"]


def test_twelve_thousand_names_are_completed_at_once(session: Session) -> None:
    replies(
        session,
        'many = builtins.listToAttrs (builtins.genList (n: { name = "n${toString n}"; value = n; }) 12000)',
    )
    start = process_time()
    assert len(complete(session, "many.")) == 12000
    assert [candidate.text for candidate in complete(session, "many.N119")][:2] == ["n119", "n1190"]
    assert process_time() - start < 3  # 0.1 s on a machine with nothing else to do
