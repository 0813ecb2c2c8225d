"""The debugger. The conversations in Nix's style are those of Nix 2.34.8 and its tests, names being sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite import oracle
from nixlite.evaluator import Evaluator
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.repl.app import run
from nixlite.repl.debugging.debugger import attach
from nixlite.repl.inputs import split
from nixlite.repl.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def looked_into(
    directory: Path, monkeypatch: pytest.MonkeyPatch, lines: Sequence[str], *script: str
) -> tuple[Session, list[str]]:
    """A session after these inputs, the last of which goes into the debugger, and what was replied there."""
    session = Session(Evaluator(Settings(cwd=str(directory)), CapturingHost({"HOME": "/"})))
    seen: list[str] = []
    monkeypatch.setattr(Session, "talk", lambda stopped: seen.extend(stopped.send(x).text for x in script))
    for line in lines:
        session.send(line)
    return session, seen


def test_debug_the_last_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f.nix").write_text('{ f = x: throw "no ${toString x}"; }')
    lines = (":l f.nix", "a = 20", "f (a + 1)", "1", ":debug")
    session, seen = looked_into(tmp_path, monkeypatch, lines, "x", "a", ":env", ":up", ":up", ":down", ":q")
    assert seen[:3] == ["21\n", "20\n", "function f:\n  x = 21\n"]
    assert seen[3].startswith("\n1: while calling 'f'\n")
    assert seen[4].startswith("\n2: while evaluating the input\n«string»:1:1\n")
    assert seen[5].startswith("\n1: while calling 'f'\n")
    assert session.evaluator.host.stderr[-1].startswith("0: error: no 21\n")


def test_nothing_to_debug(tmp_path: Path) -> None:
    session = Session(Evaluator(Settings(cwd=str(tmp_path)), CapturingHost({"HOME": "/"})))
    assert session.send(":debug").text == "error: there was no error yet\n"
    assert session.send(":bt").text.startswith(
        "error: unknown command ':bt'\n       It is there where a program"
    )
    session.send('throw "x"')
    assert session.send(":debug 2").text == "error: there is no error '2' to look into: 1 error is kept\n"
    session.send(":r")
    assert session.send(":debug").text == "error: there was no error yet\n"


DEBUGGED = [
    # inputs                                                    said at the stop            why
    (('x = let y = 5; in throw "a${toString y}"', "x", "x"),    {"y": "5\n"},               "seen before"),
    (("f = y: y.nope", "f { }", ":foo", "1 + )", "2"),          {"y": "{ }\n"},             "typing errors since"),
    (('x = let y = 6; in throw "b"', "{ a = { b = x; }; }"),    {"y": "6\n"},               "within what was shown"),
    (("g = let f = y: 1 + f y; in f", "g 7"),                   {"y": "7\n"},               "a stack overflow"),
    (("a = 1", "b = a + 1", "1", "let y = b; in _ + throw \"\""), {"_": "1\n", "y": "2\n"}, "the last value"),
    (("f = { y, ... }: z: let u = y + z; in u.v", "y = 9", "f { y = 1; } 2"), {"y": "1\n", "u": "3\n"}, "hidden"),
    (('a = 1', 'f = map', 'x = let y = a; in f (z: z) y', 'a = 2', 'f = 3', 'x'), {"y": "1\n"}, "bound again"),
    (('let y = 1; u = y + 1; in throw "no"',),                  {"u": "2\n"},               "not used"),
    (('let u = r.a; r = rec { a = b; b = throw "no"; c = 3; }; in u',), {"c": "3\n"},       "in a rec"),
    (('with { y = 4; }; throw "${toString y}"',),               {"y": "4\n"},               "in a with"),
    (("f = { y ? 2 }: y", "f { z = 8; }"),                      {"z": "8\n"},               "an argument too many"),
    (('import ./big.nix { lib = 5; }',),                        {"lib": "5\n", "q": "6\n"}, "compiled piece by piece"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "said", "why"), DEBUGGED, ids=[row[2] for row in DEBUGGED])
def test_debug_always_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...], said: dict[str, str], why: str
) -> None:
    many = "".join(f"  a{i} = map (x: x + {i}) [ 1 2 3 ] ++ [ {i} ];\n" for i in range(4000))
    big = f'{{ lib }}: (rec {{\n{many}  bad = let q = lib + 1; in throw "no ${{toString q}}" a1;\n}}).bad'
    (tmp_path / "big.nix").write_text(big)
    _, seen = looked_into(tmp_path, monkeypatch, (*lines, ":debug"), *said, ":bt")
    assert dict(zip(said, seen, strict=False)) == said
    assert seen[-1].startswith("\n0: error: ")


def test_variables_are_shown_unforced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ('f = { a, b ? 3, ... }@args: c: let d = a + b; in with { w = d; }; if d == 4 then throw c else w',
             'f { a = 1; } "u"', ":debug")  # fmt: skip
    session, seen = looked_into(tmp_path, monkeypatch, lines, ":env", "args", "args ? a")
    assert seen[0] == (
        'with: w\nlet:\n  d = 4\nfunction f:\n  c = "u"\nfunction f:\n  a = 1\n'
        "  args = (not kept: what failed does not use it)\n  b = 3\n"
    )
    assert seen[1].startswith("error: the value of 'args' was not kept\n")
    assert session.send("1 + 1").text == "2\n"


def test_debugging_evaluates_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (
        'big = builtins.trace "big" (x: throw "no ${x}")',
        'builtins.trace "input" (big "a")',
        ":debug",
        ":debug",
    )
    session, seen = looked_into(tmp_path, monkeypatch, lines, ":bt", ":env", "x")
    told = "".join(session.evaluator.host.stderr)
    assert (told.count("trace: big"), told.count("trace: input")) == (1, 1)
    assert seen[-1] == '"a"\n'


def test_the_last_few_errors_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f'(x: throw "e") {number}' for number in range(20)]
    session, seen = looked_into(tmp_path, monkeypatch, [*lines, ":debug 3"], "x")
    assert (seen, len(session.failures)) == (["17\n"], 3)


def test_a_stop_has_its_own_prompt(tmp_path: Path) -> None:
    host = CapturingHost({"HOME": "/"})
    lines = ['(x: throw "e") 1', ":debug", "x", ":q", "2"]
    session = Session(Evaluator(Settings(cwd=str(tmp_path)), host))
    session.lines = iter(lines)
    assert run(session, terminal=False) == 0
    out = "".join(host.stdout)
    assert (
        out == f"nix-repl> {lines[0]}\nnix-repl> :debug\ndebug> x\n1\ndebug> :q\nnix-repl> 2\n2\nnix-repl> \n"
    )
    assert [given.text.strip() for given in split(out, session.known_commands)] == lines
