"""The debugger. The conversations in Nix's style are those of Nix 2.34.8 and its tests, names being sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite import oracle
from nixlite.evaluator import Evaluator
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.repl.debugging.debugger import attach
from nixlite.repl.session import Session

if TYPE_CHECKING:
    from pathlib import Path

GLOBALS = (
    "abort baseNameOf break builtins derivation derivationStrict dirOf false fetchGit fetchMercurial fetchTarball"
    " fetchTree fromTOML import isNull map null placeholder removeAttrs scopedImport throw toString true "
)

THROW = """\
let
  x.a = 1;
in
with x;
(_: builtins.seq x.a (throw "oh snap")) x.a
"""
ENVIRONMENT = f"""\
Env level 0
static: _ 

Env level 1
static: 
with: a 

Env level 2
static: x 

Env level 3
{GLOBALS}

"""  # noqa: W291 - as Nix has it
TRACE = """\

0: error: oh snap
FILE:5:23

     4| with x;
     5| (_: builtins.seq x.a (throw "oh snap")) x.a
      |                       ^
     6| 

1: while calling a function
FILE:5:23

     4| with x;
     5| (_: builtins.seq x.a (throw "oh snap")) x.a
      |                       ^
     6| 

2: while calling a function
FILE:5:5

     4| with x;
     5| (_: builtins.seq x.a (throw "oh snap")) x.a
      |     ^
     6| 

3: while calling anonymous lambda
FILE:5:2

     4| with x;
     5| (_: builtins.seq x.a (throw "oh snap")) x.a
      |  ^
     6| 

4: while calling a function
FILE:5:1

     4| with x;
     5| (_: builtins.seq x.a (throw "oh snap")) x.a
      | ^
     6| 

5: while evaluating a 'let' expression

6: while evaluating the file 'FILE':
"""  # noqa: W291
BREAK = 'let\n  somevar = "hello";\n  othervar = 42;\nin\nbuiltins.break othervar\n'
TRY = 'let\n  tried = builtins.tryEval (throw "no");\nin\n[ tried.success ]\n'
WARN = 'with { msg = "hello"; succeeds = 1; };\nbuiltins.warn "a warning ${msg}" succeeds\n'


def debug(
    directory: Path, program: str, *lines: str, flags: tuple[str, ...] = ()
) -> tuple[int, list[str], str]:
    """Exit code, the answers between the prompts, and what went to the standard error."""
    (directory / "f.nix").write_text(program)
    words = ["nix", "eval", "--file", "f.nix", "--debugger", *flags]
    code, out, err = oracle.run(words, str(directory), {"HOME": "/"}, "".join(f"{line}\n" for line in lines))
    answers = out.replace(f"{directory}/f.nix", "FILE").split("nix-repl> ")[1:]
    return code, [answer.partition("\n")[2] for answer in answers], err.replace(str(directory), "")


def test_at_an_error(tmp_path: Path) -> None:
    code, answers, err = debug(tmp_path, THROW, ":env", ":bt", ":p x")
    assert answers[:3] == [f"{ENVIRONMENT}\n", f"{TRACE}\n", "{ a = 1; }\n\n"]
    assert err.startswith("error: oh snap\n\nNix 2.34.8 debugger\nType :? for help.\nerror:\n")
    assert code == 1


def test_at_a_break(tmp_path: Path) -> None:
    code, answers, err = debug(tmp_path, BREAK, ":p somevar", ":p othervar", ":bt", ":c")
    assert answers[:2] == ["hello\n\n", "42\n\n"]
    assert answers[2].startswith("\n0: error: breakpoint reached\n\n1: while calling a function\nFILE:5:1\n")
    assert answers[3] == "42\n"
    assert err == "info: breakpoint reached\n\nNix 2.34.8 debugger\nType :? for help.\n"
    assert code == 0


def test_leaving_at_a_break_ends_the_program(tmp_path: Path) -> None:
    assert debug(tmp_path, BREAK, ":q")[:2] == (0, [""])


def test_errors_in_try_eval(tmp_path: Path) -> None:
    _, answers, err = debug(tmp_path, TRY, ":c")
    assert answers == ["[ false ]\n"]
    assert "This exception occurred in a 'tryEval' call. Use --ignore-try to skip these.\n" in err
    _, answers, err = debug(tmp_path, TRY, flags=("--ignore-try",))
    assert (answers, err) == ([], "")


def test_at_warnings(tmp_path: Path) -> None:
    _, answers, err = debug(tmp_path, WARN, ":p succeeds", ":s", flags=("--debugger-on-warn",))
    assert answers == ["1\n\n", "1\n"]
    assert err.startswith("evaluation warning: a warning hello\nNix 2.34.8 debugger\n")


def scripted(directory: Path, *script: str) -> tuple[Session, list[str]]:
    """A session whose stops are answered by *script*, and what was replied there."""
    evaluator = Evaluator(Settings(cwd=str(directory)), CapturingHost({"HOME": "/"}))
    session = Session(evaluator)
    session.lines = iter(script)
    replies: list[str] = []

    def talk(stopped: Session) -> None:
        for line in stopped.lines or ():
            reply = stopped.send(line)
            replies.append(reply.text)
            if reply.quit:
                return

    attach(evaluator, Session, talk, session)
    return session, replies


def test_steps_and_variables(tmp_path: Path) -> None:
    session, replies = scripted(tmp_path, ":s", "x", ":st 1", "outer", ":c")
    session.send("outer = 7")
    session.send("f = x: x + 1")
    assert session.send("f (builtins.break 1)").text == "2\n"
    # Stepping on from the break, nothing more begins: the program ends.
    assert replies == [""]
    session, replies = scripted(tmp_path, ":step", "x", "outer", ":c")
    session.send("outer = 7")
    session.send("f = x: let y = x; in y + 1")
    assert session.send("builtins.seq (builtins.break 1) (f 3)").text == "4\n"
    assert replies == ["", "error: undefined variable 'x'\n       at «string»:1:1:\n            1| x\n             | ^\n",
                       "7\n", ""]  # fmt: skip


def test_debug_the_last_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f.nix").write_text('{ f = x: throw "no ${toString x}"; }')
    session = Session(Evaluator(Settings(cwd=str(tmp_path)), CapturingHost({"HOME": "/"})))
    for line in (":l f.nix", "a = 20", "f (a + 1)", "1"):
        session.send(line)
    seen: list[str] = []

    def talk(stopped: Session) -> None:
        seen.extend(stopped.send(line).text for line in ("x", "a", ":c"))

    monkeypatch.setattr(Session, "talk", talk)
    assert session.send(":debug").text.endswith("error: no 21\n")
    assert seen == ["21\n", "20\n", ""]


def test_nothing_to_debug(tmp_path: Path) -> None:
    session = Session(Evaluator(Settings(cwd=str(tmp_path)), CapturingHost({"HOME": "/"})))
    assert session.send(":debug").text == "error: there was no error yet\n"
    assert session.send(":bt").text == "error: unknown command ':bt'\n"


DEBUGGED = [
    # inputs                                                    said at the stop            why
    (('x = let y = 5; in throw "a${toString y}"', "x", "x"),    {"y": "5\n"},               "seen before"),
    (("f = y: y.nope", "f { }", ":foo", "1 + )", "2"),          {"y": "{ }\n"},             "typing errors since"),
    (('x = let y = 6; in throw "b"', "{ a = { b = x; }; }"),    {"y": "6\n"},               "within what was shown"),
    (("g = let f = y: 1 + f y; in f", "g 7"),                   {"y": "7\n"},               "a stack overflow"),
    (("a = 1", "b = a + 1", "1", "let y = b; in _ + throw \"\""), {"_": "1\n", "y": "2\n"}, "the last value"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "said", "why"), DEBUGGED, ids=[row[2] for row in DEBUGGED])
def test_debug_always_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...], said: dict[str, str], why: str
) -> None:
    session = Session(Evaluator(Settings(cwd=str(tmp_path)), CapturingHost({"HOME": "/"})))
    for line in lines:
        session.send(line)
    seen: list[dict[str, str]] = []

    def talk(stopped: Session) -> None:
        seen.append({name: stopped.send(name).text for name in said})
        assert stopped.send(":bt").text.startswith("\n0: ")
        stopped.send(":c")

    monkeypatch.setattr(Session, "talk", talk)
    session.send(":debug")
    assert seen[0] == said


def test_debug_evaluates_what_the_input_asks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = CapturingHost({"HOME": "/"})
    session = Session(Evaluator(Settings(cwd=str(tmp_path)), host))
    (tmp_path / "f.nix").write_text("{ loaded = 3; }")
    session.files.append("f.nix")  # as on the command line
    from nixlite.repl.app import start

    assert start(session)
    for line in ('big = builtins.trace "big" 1', "big", 'throw "${toString loaded}"'):
        session.send(line)
    monkeypatch.setattr(Session, "talk", lambda stopped: None)
    assert session.send(":debug").text.endswith("error: 3\n")
    assert "".join(host.stderr).count("trace: big") == 1
