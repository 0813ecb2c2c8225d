"""The REPL's engine, in its own style: what is sent and what is replied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nixlite.evaluator import Evaluator
from nixlite.host.capturing import CapturingHost
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.repl.session import Session
from nixlite.repl.style import Style
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path


def session_in(directory: Path, *, compat: bool = False) -> Session:
    evaluator = Evaluator(Settings(cwd=str(directory)), CapturingHost({"HOME": str(directory)}))
    return Session(evaluator, Style(compat=compat))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_in(tmp_path)


def replies(session: Session, *lines: str) -> list[str]:
    return [session.send(line).text.removesuffix("\n") for line in lines]


CONVERSATIONS = [
    # lines and replies, why
    ([("1 + 1", "2")], "an expression"),
    ([("x = 1", ""), ("x + 1", "2"), ("x = x + 1", ""), ("x", "2")], "bindings see what was before"),
    ([("x = 1", ""), ("y = x + 1", ""), ("x = 5", ""), ("y", "2")], "values keep the scope they were made in"),
    ([("a = 1; b = 2;", ""), ("a + b", "3")], "several bindings on a line"),
    ([("s = { p = 1; q = 2; }", ""), ("inherit (s) p q", ""), ("[ p q ]", "[ 1 2 ]")], "inherit"),
    ([("x = 7", ""), ("inherit x", ""), ("x", "7")], "inherit from the scope"),
    ([("a.b.c = 1", ""), ("a", "{ b = { c = 1; }; }")], "attribute paths"),
    ([("1 + 1", "2"), ("_ * 10", "20")], "the last value"),
    ([("f = x: x", ""), ("f", "«lambda f x: …»"), ("{ inherit f; }", "{ f = «lambda»; }"), (":set lambdas short", ""),
      ("[ f map ]", "[ «lambda» «primop map» ]")], "functions"),
    ([("true = false", ""), ("true", "false")], "globals can be hidden"),
    ([("", ""), ("   ", ""), ("1", "1")], "empty lines"),
    ([(":t 1", "an integer"), (":t x: x", "a function"), (":t map", "the built-in function 'map'")], ":t"),
    ([(":t { }", "a set"), (":t \"\"", "a string"), (":t 1.0", "a float")], ":t"),
    ([(":p \"a\\nb\"", "a\nb"), (":p { a.b.c.d.e.f = 1; }",
       "{ a = { b = { c = { d = { e = { f = 1; }; }; }; }; }; }")], ":p shows all"),
    ([(":p 2 { a.b.c = 1; }", "{ a = { b = { … }; }; }")], ":p down to a depth"),
    ([(":te", "showing error traces"), (":te", "not showing error traces"), (":te true", "showing error traces"),
      (":te x", "error: unexpected argument 'x' to :te")], ":te"),
    ([(":ll", "error: nothing has been loaded yet"), (":a { x = 1; y = 2; }", "Added 2 variables.\nx, y"), ("x + y", "3"),
      (":ll", "x\ny")], ":a and :ll"),
    ([(":zz", "error: unknown command ':zz'")], "unknown command"),
    ([(":loed x", "error: unknown command ':loed'\n       Did you mean :load?")], "a mistyped command"),
    ([("x = throw \"no\"", ""), ("[ x ]", "[ «error: no» ]")], "bindings are lazy"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("conversation", "why"), CONVERSATIONS, ids=[f"{n}-{row[1]}" for n, row in enumerate(CONVERSATIONS)]
)
def test_conversation(session: Session, conversation: list[tuple[str, str]], why: str) -> None:
    assert replies(session, *[line for line, _ in conversation]) == [reply for _, reply in conversation]


CALL_ERROR = """\
error:
       … from call site
         at «string»:1:1:
            1| f { }
             | ^

       error: function 'f' called without required argument 'a'
       at «string»:1:5:
            1| f = { a }: a
             |     ^"""


def test_an_error_is_shown_with_its_own_line_and_the_session_goes_on(session: Session) -> None:
    assert replies(session, "f = { a }: a", "f { }", "1")[1:] == [CALL_ERROR, "1"]


INCOMPLETE = [
    # text                      incomplete  why
    ("1 +",                     True,       "an operand is missing"),
    ("[ 1",                     True,       "a bracket"),
    ("let x = 1;",              True,       "let without in"),
    ("''\n  a",                 True,       "an indented string"),
    ("x = ''",                  True,       "a string in a binding"),
    ("x = {",                   True,       "a set in a binding"),
    ("x = 1; y",                True,       "a second binding"),
    ("f = x:",                  True,       "a function in a binding"),
    (":p {",                    True,       "an argument of a command"),
    (":t",                      False,      "an argument is missing, which is an error"),
    ("1 )",                     False,      "wrong, whatever follows"),
    ("x = 1",                   False,      "the last semicolon is optional"),
    ("x = 1 # c",               False,      "also before a comment"),
    ("inherit x",               False,      "the last semicolon is optional"),
    ("x",                       False,      "a variable"),
    ("",                        False,      "nothing"),
    (":l",                      False,      "a path may be empty"),
    ("= 1",                     False,      "wrong, whatever follows"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "incomplete", "why"), INCOMPLETE)
def test_incomplete(session: Session, text: str, incomplete: bool, why: str) -> None:
    assert session.is_incomplete(text) == incomplete
    session.send("x = 0")
    assert session.send(text).incomplete == incomplete


def test_several_lines(session: Session) -> None:
    assert session.send("x = {\n").incomplete
    assert session.send("x = {\n  a = 1;\n}\n").text == ""
    assert replies(session, "x") == ["{ a = 1; }"]


# -- files


def test_load_and_reload(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    file = tmp_path / "f.nix"
    file.write_text("{ a = 1; }")
    assert replies(session, ":l f.nix", "a", "own = 5") == ["Added 1 variables.\na", "1", ""]
    file.write_text("{ a = 2; b = 3; }")
    assert replies(session, ":r", "a + b + own") == ['Loading "f.nix"...\nAdded 2 variables.\na, b', "10"]


def test_a_file_that_cannot_be_loaded_is_not_remembered(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    missing = f"error: path '{tmp_path}/f.nix' does not exist"
    assert replies(session, ":l f.nix", ":r") == [missing, ""]


def test_functions_in_files_get_their_defaults(tmp_path: Path) -> None:
    (tmp_path / "f.nix").write_text("{ a ? 3 }: { inherit a; }")
    assert replies(session_in(tmp_path), ":l f.nix", "a") == ["Added 1 variables.\na", "3"]


def test_the_bundled_library(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    first, second = replies(session, ":l lib.nix", "(makeOverridable (x: x) { a = 1; }).a")
    assert first.startswith("There is no lib.nix here, so this is the bundled one: /")
    assert first.endswith("\nAdded 3 variables.\ncallPackage, callPackageWith, makeOverridable")
    assert second == "1"


def test_a_file_of_that_name_comes_first(tmp_path: Path) -> None:
    (tmp_path / "lib.nix").write_text("{ mine = 1; }")
    assert replies(session_in(tmp_path), ":l lib.nix", "mine") == ["Added 1 variables.\nmine", "1"]


def test_edit_opens_the_place_and_reloads(tmp_path: Path) -> None:
    (tmp_path / "f.nix").write_text("{\n  f = x: x;\n}")
    log = tmp_path / "log"
    editor = tmp_path / "vim"
    editor.write_text(f'#!/bin/sh\necho "$@" > {log}\necho "{{ f = 1; }}" > {tmp_path}/f.nix\n')
    editor.chmod(0o755)
    evaluator = Evaluator(Settings(cwd=str(tmp_path)), CapturingHost({"EDITOR": str(editor)}))
    session = Session(evaluator)
    assert replies(session, ":l f.nix", ":e f", "f")[1:] == ['Loading "f.nix"...\nAdded 1 variables.\nf', "1"]
    assert log.read_text() == f"+2 {tmp_path}/f.nix\n"


# nix repl 2.34.8
EDIT_ERRORS = [
    (":e 1", "error: package '1' has no source location information"),
    (":e x: x", "error: '«string»:1:1' cannot be shown in an editor"),
    (":e map", "error: package 'map' has no source location information"),
    ('e = { meta.position = "/tmp/rt/x:zz"; }', ""),
    (":e e", "error: cannot parse 'meta.position' attribute '/tmp/rt/x:zz'"),
]


def test_edit_errors(session: Session) -> None:
    assert replies(session, *[line for line, _ in EDIT_ERRORS]) == [reply for _, reply in EDIT_ERRORS]


def test_building_needs_an_installed_nix(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    derivation = 'derivation { name = "x"; system = "s"; builder = "b"; }'
    assert replies(session, ":b 1", f":b {derivation}") == [
        "error: expression does not evaluate to a derivation, so I can't build it",
        "error: nixlite evaluates but does not build: for this it needs an installed Nix (nix-store)",
    ]


NIX_STORE = """#!/bin/sh
echo "$@" >> $LOG
case "$*" in
  *--import*) cat > /dev/null ;;
  *two.drv) echo /nix/store/x-two; echo /nix/store/y-two-dev ;;  # in the order in which it has built them
  *!out) echo /nix/store/f-floating ;;
esac
"""
TWO = """derivation {
  name = "two"; system = "s"; builder = "b"; outputs = [ "out" "dev" ];
}"""
FLOATING = """derivation {
  name = "f"; system = "s"; builder = "b"; __contentAddressed = true;
  outputHashMode = "recursive"; outputHashAlgo = "sha256";
}"""


def test_outputs_are_told_by_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, log = tmp_path / "bin/nix-store", tmp_path / "log"
    program.parent.mkdir()
    program.write_text(NIX_STORE)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("LOG", str(log))
    settings = Settings(cwd=str(tmp_path))
    settings.features = frozenset({*settings.features, "ca-derivations"})
    session = Session(Evaluator(settings, RealHost()))
    session.send(f"two = {TWO}")
    paths = {name: session.send(f"two.{name}.outPath").text.strip().strip('"') for name in ("out", "dev")}
    told = session.send(":b two").text.split("\n")
    assert told[2:4] == [f"  dev -> {paths['dev']}", f"  out -> {paths['out']}"]
    assert "--no-gc-warning --realise" in log.read_text()
    told = session.send(":bl two").text.split("\n")
    assert told[2] == f"  ./repl-result-dev -> {paths['dev']}"
    assert f"--realise {paths['out']} --add-root repl-result-out" in log.read_text()
    assert session.send(f":b {FLOATING}").text.split("\n")[2] == "  out -> /nix/store/f-floating"


# -- documentation

LIBRARY = """{
  /**
    Twice *x*.
  */
  double = x: x * 2;

  plain = x: x;

  /** How many there are. */
  count = 3;
}
"""


def test_documentation(tmp_path: Path) -> None:
    (tmp_path / "l.nix").write_text(LIBRARY)
    session = session_in(tmp_path)
    at = f"defined at {tmp_path}/l.nix"
    assert replies(session, ":l l.nix", ":doc double", ":doc plain", ":doc (import ./l.nix).count", ":doc 1")[
        1:
    ] == [
        f"Function double\n  … {at}:5:12\n\nTwice x.",
        f"Function plain\n  … {at}:7:11",
        f"Attribute count\n\n  … {at}:10:3\n\nHow many there are.",
        "error: value does not have documentation",
    ]


def test_documentation_of_builtins(session: Session) -> None:
    first, *rest = replies(session, ":doc builtins.add")[0].split("\n")
    assert first == "Synopsis: builtins.add e1 e2"
    assert rest[0] == ""
    assert rest[1]


# -- the engine's own contract


def test_reply_tells_streams_value_and_error(session: Session) -> None:
    reply = session.send("20 + 1")
    assert (reply.out, reply.err, reply.value, reply.error) == ("21\n", "", 21, None)
    reply = session.send('throw "no"')
    assert reply.out == ""
    assert reply.err.endswith("error: no\n")
    assert str(reply.error) == "no"
    assert session.send(":q").quit


def test_interrupt_keeps_the_session(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    session.send("x = 1")
    with monkeypatch.context() as patched:
        patched.setattr(session.evaluator, "evaluate_source", interrupted)
        assert session.send("x").text == "error: interrupted by the user\n"
    assert replies(session, "x") == ["1"]


def interrupted(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_deep_values_do_not_end_the_session(session: Session) -> None:
    reply = session.send(":p let f = n: { inner = f (n + 1); }; in f 0")
    assert "stack overflow; max-call-depth exceeded" in reply.err
    assert replies(session, "1") == ["1"]


def test_help_lists_the_table(session: Session, tmp_path: Path) -> None:
    text = session.send(":?").text
    assert text.startswith(
        "The following commands are available:\n\n  <expr>                       Evaluate and print"
    )
    assert "  :a, :add <expr>              Add attributes from resulting set to scope\n" in text
    assert (
        "\n  :bl <expr>                   Build a derivation, creating GC roots in the\n"
        + " " * 31
        + "working"
        in text
    )


# -- in the style of nix repl (2.34.8); most of it is tests/oracle/repl.jsonl

THROWN = """\
error:
       … while calling the 'throw' builtin
         at «string»:1:7:
            1| { a = throw "x"; }
             |       ^

       error: x
{"""
OPEN = """\
error: syntax error, unexpected '=', expecting end of file
       at «string»:1:3:
            1| a = {
             |   ^"""
UNDEFINED = """\
error: undefined variable '_'
       at «string»:1:1:
            1| _
             | ^"""
COMPATIBLE = [
    # line                                  reply
    ('{ a = throw "x"; }',                  THROWN),
    (':p { b = { a = throw "x"; }; c = 1; }', "{\n  b = {«error: x»;\n    c = 1;\n  }"),
    (':a { z = 1; "a b" = 2; }',            'Added 2 variables.\n"a b", z'),
    ("a = {",                               OPEN),
    ("inherit",                             ""),
    ("_",                                   UNDEFINED),
]  # fmt: skip


def test_compatible(tmp_path: Path) -> None:
    session = session_in(tmp_path, compat=True)
    assert replies(session, *[line for line, _ in COMPATIBLE]) == [reply for _, reply in COMPATIBLE]


FAKE_NIX_STORE = """#!/bin/sh
case "$1" in
  --import) cat > "$LOG.import";;
  --realise) echo "$@" >> "$LOG"; echo /nix/store/00000000000000000000000000000000-built;;
  --option) echo "$@" >> "$LOG"; echo /nix/store/00000000000000000000000000000000-built;;
  *) echo "$@" >> "$LOG";;
esac
"""


def test_building_hands_over(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "nix-store"
    program.parent.mkdir()
    program.write_text(FAKE_NIX_STORE)
    program.chmod(0o755)
    log = tmp_path / "log"
    monkeypatch.setenv("PATH", f"{program.parent}:/bin:/usr/bin")
    monkeypatch.setenv("LOG", str(log))
    session.send('d = derivation { name = "x"; system = "s"; builder = "b"; }')
    path = session.send("d.outPath").text.strip().strip('"')
    built, logged = replies(session, ":b d", ":log d")
    assert built.split("\n") == [
        "",
        "This derivation produced the following outputs:",
        f"  out -> {path}",
    ]
    assert logged == ""
    drv = "/nix/store/5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv"
    assert log.read_text() == f"--no-gc-warning --realise {drv}\n--read-log {drv}\n"
    assert b"Derive(" in (tmp_path / "log.import").read_bytes()


def test_what_cannot_be_loaded_anew_stays_as_it_was(tmp_path: Path) -> None:
    """`nix repl` forgets everything then."""
    (tmp_path / "f.nix").write_text("{ a = 1; b = 2; }")
    (tmp_path / "g.nix").write_text("{ c = 3; }")
    session = session_in(tmp_path)
    replies(session, ":l f.nix", ":l g.nix", "b = 20")
    (tmp_path / "f.nix").write_text("{ a = 10; b = ")
    (tmp_path / "g.nix").write_text("{ c = 30; }")
    text = session.send(":r").text
    assert "syntax error, unexpected end of file" in text
    assert "What f.nix gave before stays.\n" in text
    assert replies(session, "[ a b c ]") == ["[ 1 20 30 ]"]
    (tmp_path / "f.nix").write_text("{ a = 10; b = 2; }")
    session.send(":r")
    assert replies(session, "[ a b c ]") == ["[ 10 20 30 ]"]


FLAKE = """{
  outputs = { self }: {
    lib.deep.q = 3;
    nested.a = 1;
    packages.x86_64-linux = { default.d = 1; hello.h = 2; };
  };
}"""
INSTALLABLES = [
    # argument          names (nix repl 2.34.8: of those, what it adds)      why
    ("./fl",            "lib, nested, packages",                    "all that it provides"),
    ("./fl#",           "lib, nested, packages",                    "also with nothing behind the mark"),
    ("./fl#lib",        "deep",                                     "an output"),
    ("./fl#lib.deep",   "q",                                        "a path"),
    ("./fl#hello",      "h",                                        "a package of this system"),
]  # fmt: skip


@pytest.mark.parametrize(("argument", "names", "why"), INSTALLABLES, ids=[row[2] for row in INSTALLABLES])
def test_flakes_on_the_command_line(tmp_path: Path, argument: str, names: str, why: str) -> None:
    (tmp_path / "fl").mkdir()
    (tmp_path / "fl" / "flake.nix").write_text(FLAKE)
    flags = ["--option", "system", "x86_64-linux"]
    done = nixlite(["repl", "--compat", *flags, argument], cwd=tmp_path, stdin="")
    assert f"Added {names.count(',') + 1} variables.\n{names}\n" in done.stderr + done.stdout
    own = nixlite(["repl", *flags, argument], cwd=tmp_path, stdin=f"{names.split(',')[0]}\n:r\n")
    assert own.returncode == 0
    assert "error" not in own.stdout + own.stderr
    assert own.stdout.count("Added ") == 2


def test_a_flake_that_does_not_provide_what_is_asked(tmp_path: Path) -> None:
    (tmp_path / "flake.nix").write_text(FLAKE)
    done = nixlite(["repl", ".#nope"], cwd=tmp_path, stdin="1\n")
    assert done.returncode == 1
    assert "does not provide attribute" in done.stderr


def test_options_reach_the_nix_that_builds(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "nix-store"
    program.parent.mkdir()
    program.write_text(FAKE_NIX_STORE)
    program.chmod(0o755)
    log = tmp_path / "log"
    variables = {"PATH": f"{program.parent}:/bin:/usr/bin", "LOG": str(log)}
    text = 'd = derivation { name = "x"; system = "s"; builder = "b"; }\n:b d\n:log d\n'
    done = nixlite(["repl", "--option", "cores", "3"], cwd=tmp_path, stdin=text, variables=variables)
    drv = "/nix/store/5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv"
    assert log.read_text().splitlines() == [
        f"--option cores 3 --no-gc-warning --realise {drv}",
        f"--read-log --option cores 3 {drv}",
    ], done.stderr


def test_a_flake_is_loaded_without_a_row_in_the_trace(tmp_path: Path) -> None:
    """Nix 2.34.8 observed: the first row is that of call-flake.nix."""
    (tmp_path / "flake.nix").write_text('{ outputs = { self }: throw "boom"; }')
    text = session_in(tmp_path).send(":lf .").text
    assert text.splitlines()[:2] == ["error:", "       … while evaluating the attribute 'root.result'"]
    assert "getFlake" not in text
    assert text.endswith("error: boom\n")


NUMBERED = (
    "f = a: a", "f", ':p { inherit f; }', 'builtins.unsafeGetAttrPos "b" { b = 1; }', "{ a = 1; a = 2; }",
    ":pos f", ":src f", ":e f", "builtins.trace f 1", "builtins.toXML f", "f { } + 1", "x = x", "x", ":json f", ":t f",
    'builtins.addErrorContext "c" (f nope)', ":profile f 1", ":why f", ":set lambdas long", "f", "map f", ":ls",
    ":step f 1", ":debug",
)  # fmt: skip


def test_numbers_of_sources_are_not_shown(session: Session) -> None:
    """Inputs have the same name, and a number behind it that tells them apart."""
    for line in NUMBERED:
        text = session.send(line).text
        assert "\x1f" not in text, line
        assert re.search("»[0-9]", text) is None, line
    host = session.evaluator.host
    assert "\x1f" not in "".join(host.stderr)  # type: ignore[attr-defined] # it is a CapturingHost
