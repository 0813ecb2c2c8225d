"""What users of `nix repl` have asked for over the years, fifteen wishes, each looked at on a screen.

The issues named are NixOS/nix's unless said otherwise.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.repl.test_terminal import CTRL_C, CTRL_D, CTRL_R, ENTER, ESCAPE, TAB, UP, Person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASTE, END_OF_PASTE = "\x1b[200~", "\x1b[201~"
CLEAR, CTRL_O = "\x0c", "\x0f"
LIB = """\
let
  /** Twice *x*. */
  double = x: x * 2;
in
{
  inherit double;
  pkg = derivation { name = "pkg"; system = "s"; builder = "b"; version = "1"; };
}
"""


class User(Person):
    """A person at a screen of 100 × 30 with a file of theirs, who starts each time with an empty screen."""

    def __init__(self, directory: Path, *arguments: str, **options: str) -> None:
        (directory / "lib.nix").write_text(LIB)
        super().__init__(directory, *arguments, answers=True, size=(100, 30), **options)  # type: ignore[arg-type] # one option
        self.until("nix-repl>")

    def says(self, *inputs: str) -> None:
        """Type inputs, each when the one before is done."""
        for text in inputs:
            self.type(text + ENTER)
            self.ready()

    def ready(self) -> list[str]:
        """The screen when the prompt waits again."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            lines = self.look()
            if lines and lines[-1] in ("nix-repl>", "debug>"):
                return lines
        pytest.fail("the screen shows:\n" + "\n".join(self.look()))

    def wipe(self) -> None:
        self.type(CTRL_C + CLEAR)
        self.until("nix-repl>")

    def shows(self, *wanted: str) -> None:
        """Wait until these lines are on the screen, one below the other."""
        end = time.monotonic() + 60
        text = "\n".join(wanted)
        while time.monotonic() < end:
            if text in "\n".join(self.look()):
                return
        pytest.fail("the screen shows:\n" + "\n".join(self.look()) + "\ninstead of\n" + text)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    someone = User(tmp_path_factory.mktemp("wishes"))
    yield someone
    someone.process.close(force=True)


@pytest.fixture
def user(shared: User) -> User:
    shared.wipe()
    return shared


def test_01_printing_has_a_depth_and_elides(user: User) -> None:
    """#5842, #9942, #8627, #9380: one level only, or the world; derivations show nothing but a path."""
    user.says(
        "deep = { a.b.c.d.e.f = 1; big = builtins.genList (n: n) 500; }", ":p 2 deep", ":set items 3", "deep"
    )
    user.shows(
        "nix-repl> deep",
        "{ a = { b = { c = { d = { … }; }; }; }; big = [ 0 1 2 «497 more items; :p shows all» ]; }",
    )
    user.wipe()
    user.says(":p 2 { a.b.c = 1; }", ":l lib.nix", "pkg", ":p 1 pkg")
    user.shows("nix-repl> :p 2 { a.b.c = 1; }", "{ a = { b = { … }; }; }")
    lines = user.look()
    assert any(line.startswith("«derivation /nix/store/") for line in lines)
    assert any(line.strip() == 'version = "1";' for line in lines)


def test_02_reloading_keeps_bindings_and_bad_files_are_forgotten(user: User, shared: User) -> None:
    """#5799, #7345, #10106, #13180."""
    user.says(":l lib.nix", "mine = 5", ":l missing.nix")
    user.wipe()
    user.says(":r", "mine + double 1")
    user.shows('Loading "lib.nix"...', "Added 2 variables.", "double, pkg", "nix-repl> mine + double 1", "7")


def test_03_where_something_is_defined(user: User) -> None:
    """#9078, #10261, #16068: without an editor, also after overriding."""
    user.says(":l lib.nix", "changed = { version = 1; } // { version = 2; other = double; }")
    user.wipe()
    user.says(":pos double", ":pos changed.version", "changed.version", ":src double")
    text = "\n".join(user.look())
    assert "lib.nix:3:12" in text
    assert "version is defined at «string»:1:33" in text  # the later one
    assert "     3|   double = x: x * 2;" in text


def test_04_differences(user: User) -> None:
    """#13696: lazily, by structure, derivations by what they are made of."""
    user.says('new = derivation { name = "pkg"; system = "s"; builder = "b"; version = "2"; }', ":l lib.nix")
    user.wipe()
    user.says(':diff { a = 1; b = throw "no"; } { a = 2; c = 3; }', ":diff pkg new")
    text = "\n".join(user.look())
    assert "~ a: 1 → 2" in text
    assert '"1"' in text
    assert '"2"' in text


def test_05_documentation(user: User) -> None:
    """#12584, #4596, #13200, #3904: functions bound by let, partial applications, builtins."""
    user.says(":l lib.nix")
    user.wipe()
    user.says(":doc double")
    user.shows("Twice x.", "nix-repl>")
    user.wipe()
    user.says("half = map double", ":doc half")
    user.shows("Synopsis: builtins.map f list")
    user.shows("(1 of its 2 arguments given)")
    user.wipe()
    user.says(":doc sort")
    user.shows(
        "    nix-repl> builtins.sort builtins.lessThan [ 483 249 526 147 42 77 ]",
        "    [ 42 77 147 249 483 526 ]",
    )


def test_06_several_lines_and_an_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """#15633; hnix#665."""
    monkeypatch.setenv("EDITOR", "sed -i s/1/20/")
    monkeypatch.delenv("VISUAL", raising=False)
    user = User(tmp_path)
    user.type("let" + ENTER + "x = 1;" + ENTER + "in" + ENTER + "x + 1" + CTRL_O)
    user.shows("nix-repl> let", "        >   x = 20;", "        > in", "        >   x + 20")
    user.type(ENTER)
    user.shows("40", "nix-repl>")
    user.type("{ a = 1; }" + ESCAPE + ENTER + ".a + 1" + ENTER)
    user.shows("nix-repl> { a = 1; }", "        > .a + 1", "2", "nix-repl>")
    user.process.close(force=True)


def test_07_a_line_editor(user: User) -> None:
    """#13398, #12086, #10167: vi's keys, pastes, searching by what is typed."""
    user.says('first = "one"', 'second = "two"')
    user.type("fir" + UP)
    user.until('nix-repl> first = "one"')
    user.wipe()
    user.type(PASTE + "[\n  1\n  2\n]" + END_OF_PASTE + ENTER)
    user.shows("        > ]", "[ 1 2 ]", "nix-repl>")
    user.type(CTRL_R + "secon")
    user.look(0.5)
    user.type(ENTER)
    user.until('nix-repl> second = "two"')
    user.wipe()
    user.says(":set vi on")
    user.type("1 + 2" + ESCAPE)
    user.shows("nix-repl> 1 + 2", "[NORMAL]")
    user.type("0r7" + ENTER)
    user.shows("nix-repl> 7 + 2", "9")
    user.says(":set vi off")


def test_08_completion(user: User) -> None:
    """#10509, #13760, #5423, #9531: commands, quoted names, inside strings, errors that are told."""
    user.says('s = { alpha = 1; "a b" = 2; }', 'bad = throw "boom"')
    user.wipe()
    for typed, wanted in (
        (":prof", "nix-repl> :profile"),
        ('s."a ', 'nix-repl> s."a b"'),
        ('"x ${s.al', 'nix-repl> "x ${s.alpha'),
    ):
        user.type(typed + TAB)
        user.shows(wanted)
        user.wipe()
    user.type("bad." + TAB)
    user.shows("completing: boom")


def test_09_errors_show_the_way(user: User) -> None:
    """#6361, #16296, #8623, #4164, #7552: also of a recursion without end, and of a circle."""
    user.says(":te true", "let count = n: 1 + count (n + 1); in count 0")
    user.shows("       … while calling 'count'")
    text = "\n".join(user.look())
    assert "duplicate frames omitted" in text
    assert "error: stack overflow; max-call-depth exceeded" in text
    user.says(":te false")
    user.wipe()
    user.says("let a = b + 1; b = a + 1; in a")
    assert "error: infinite recursion encountered" in "\n".join(user.look())


def test_10_debugging_after_the_fact(user: User) -> None:
    """#6691, #8461, #3535: on the last error, and without losing the session."""
    user.says(
        "kept = 1",
        "f = { argument }: argument + nope.x",
        "nope = { }",
        "f2 = { argument }: argument + nope.x",
    )
    user.wipe()
    user.says("f2 { argument = 3; }", ":debug")
    user.shows("0: error: attribute 'x' missing")
    user.says(":env", "argument + 1", ":q")
    user.shows("function f2:", "  argument = 3")
    user.shows("debug> argument + 1", "4")
    user.wipe()
    user.says("kept", ":set traces on", "kept + 1", ":set traces off")
    user.shows("nix-repl> kept", "1", "nix-repl> :set traces on", "nix-repl> kept + 1", "2")


def test_11_a_file_for_the_start(tmp_path: Path) -> None:
    """#9940."""
    (tmp_path / "config" / "nixlite").mkdir(parents=True)
    (tmp_path / "config" / "nixlite" / "repl-startup").write_text(
        ":l lib.nix\nmine = double 21\n:set theme dark\n"
    )
    user = User(tmp_path)
    user.says("mine", ":set theme")
    user.shows("nix-repl> mine", "42", "nix-repl> :set theme", "theme = dark")
    user.process.close(force=True)


def test_12_the_last_value_and_what_is_in_scope(user: User) -> None:
    """hnix#164; #1743, #7439."""
    user.says("20 + 1", "_ * 2", "here = 1", ":ls her")
    user.shows("nix-repl> _ * 2", "42")
    user.shows("nix-repl> :ls her", "bound by hand:", "  here  an integer")
    user.wipe()
    user.says(":search double")
    assert any(line.startswith("double") for line in user.look())


def test_13_repeated_says_what(user: User) -> None:
    """#10447."""
    user.says("let x = { up = x; inner = { back = x.inner; }; }; in x")
    user.shows("{ inner = { back = «repeated: inner»; }; up = «repeated: the whole»; }")


def test_14_the_shell_and_values_from_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """#6476, #10108, #11401, #4548: and the choice of a pager."""
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho paged by mine\n")
    pager.chmod(0o755)
    monkeypatch.setenv("PAGER", str(pager))
    user = User(tmp_path)
    user.says(
        """:!echo '{ "a": [ 1 ] }' > a.json; echo done""", "builtins.fromJSON (builtins.readFile ./a.json)"
    )
    user.shows("done", "nix-repl> builtins.fromJSON (builtins.readFile ./a.json)", "{ a = [ 1 ]; }")
    user.says(":p builtins.genList (n: { inherit n; }) 60")
    user.shows("paged by mine", "nix-repl>")
    user.says(":set pager off", ":json { a = null; }")
    user.shows("nix-repl> :json { a = null; }", "{", '  "a": null', "}")
    user.process.close(force=True)


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
def test_15_control_c(user: User) -> None:
    """#1757, #2076, #2743: it stops what runs, or gives up the line, and keeps the session; Ctrl-D leaves."""
    user.says("kept = 1")
    user.type("builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n) 100000000)" + ENTER)
    user.look(1.0)
    user.type(CTRL_C)
    user.shows("error: interrupted by the user", "nix-repl>")
    user.type("half a li" + CTRL_C)
    user.shows("nix-repl> half a li", "nix-repl>")
    user.says("kept")
    user.shows("nix-repl> kept", "1", "nix-repl>")
    user.type(CTRL_D)
    user.process.wait()
    assert user.process.exitstatus == 0
