"""The REPL as a person meets it: a pseudo-terminal, keys, and what the screen shows."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pexpect = pytest.importorskip("pexpect")
pyte = pytest.importorskip("pyte")

UP, ESCAPE, TAB, ENTER, CTRL_C, CTRL_D, CTRL_R = "\x1b[A", "\x1b", "\t", "\r", "\x03", "\x04", "\x12"
PATIENCE = 60.0


class Person:
    """Types into `nixlite repl` and looks at a screen, of 80 × 24 by default."""

    def __init__(
        self,
        directory: Path,
        *arguments: str,
        colour: bool = True,
        terminal: str = "xterm-256color",
        answers: bool = False,
        folder: str = "",
        size: tuple[int, int] = (80, 24),
        path: str = str(ROOT),
    ) -> None:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("NIX_", "NO_COLOR"))
        }
        environment |= {
            "HOME": str(directory),
            "XDG_STATE_HOME": str(directory / "state"),
            "XDG_CACHE_HOME": str(directory / "cache"),
            "XDG_CONFIG_HOME": str(directory / "config"),
            "PYTHONPATH": path,
            "TERM": terminal,
        }
        self.answers = answers
        self.rest = b""
        if not answers:  # when asked where the cursor is
            environment["PROMPT_TOOLKIT_NO_CPR"] = "1"
        if not colour:
            environment["NO_COLOR"] = "1"
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.process = pexpect.spawn(
            sys.executable, ["-m", "nixlite", "repl", *arguments],
            cwd=str(directory / folder), env=environment, dimensions=(rows, columns), timeout=PATIENCE,
        )  # fmt: skip

    def look(self, seconds: float = 0.05) -> list[str]:
        """The lines on the screen that are not empty, after taking in what has been written."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                data = self.process.read_nonblocking(65536, 0.05)
                self.stream.feed(data)
                seen = self.rest + data  # the question may come in two pieces
                self.rest = b"" if b"\x1b[6n" in seen else seen[-3:]
                if self.answers and b"\x1b[6n" in seen:
                    self.process.send(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                break
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def until(self, *wanted: str) -> list[str]:
        """Wait until the last lines of the screen are these."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            lines = self.look()
            if lines[-len(wanted) :] == list(wanted):
                return lines
        pytest.fail("the screen shows:\n" + "\n".join(self.look()) + "\ninstead of\n" + "\n".join(wanted))

    def type(self, text: str) -> None:
        self.process.send(text)


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    someone = Person(tmp_path)
    someone.until("nix-repl>")
    yield someone
    someone.process.close(force=True)


def test_bindings_and_answers(person: Person) -> None:
    person.type('x = { a = 1; b = "two"; }' + ENTER)
    person.until('nix-repl> x = { a = 1; b = "two"; }', "nix-repl>")
    person.type("x" + ENTER)
    person.until("nix-repl> x", '{ a = 1; b = "two"; }', "nix-repl>")


def test_lines_are_indented_until_the_input_is_complete(person: Person) -> None:
    person.type("x = {" + ENTER)
    person.until("nix-repl> x = {", "        >")
    person.type("a = 1;" + ENTER + "}" + ENTER + "x" + ENTER)
    person.until(
        "nix-repl> x = {", "        >   a = 1;", "        > }", "nix-repl> x", "{ a = 1; }", "nix-repl>"
    )


def test_completion_of_attributes_with_their_types(person: Person) -> None:
    person.type('x = { alpha = 1; also = "two"; beta = 3; }' + ENTER + "x" + ENTER)
    person.until('{ alpha = 1; also = "two"; beta = 3; }', "nix-repl>")
    person.type("x.al" + TAB)
    person.until("nix-repl> x.al", " " * 15 + "alpha  int", " " * 15 + "also   string")
    person.type(TAB + ENTER)
    person.until("nix-repl> x.alpha", "1", "nix-repl>")


def test_history_survives_the_session(person: Person, tmp_path: Path) -> None:
    person.type("20 + 1" + ENTER)
    person.until("nix-repl> 20 + 1", "21", "nix-repl>")
    person.type(CTRL_D)
    person.process.expect(pexpect.EOF)
    again = Person(tmp_path)
    again.until("nix-repl>")
    again.type(UP)
    again.until("nix-repl> 20 + 1")
    again.type(ENTER)
    again.until("nix-repl> 20 + 1", "21", "nix-repl>")
    again.process.close(force=True)


def test_ctrl_c_stops_an_evaluation_and_keeps_the_session(person: Person) -> None:
    person.type("x = 1" + ENTER)
    person.until("nix-repl> x = 1", "nix-repl>")
    person.type("builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n) 100000000)" + ENTER)
    person.look(1.0)
    person.type(CTRL_C)
    lines = person.until("nix-repl>")
    assert lines[-2].endswith("error: interrupted by the user")
    person.type("x" + ENTER)
    person.until("nix-repl> x", "1", "nix-repl>")


def test_ctrl_c_gives_up_a_line(person: Person) -> None:
    person.type("nonsense" + CTRL_C + "1 + 1" + ENTER)
    person.until("nix-repl> nonsense", "nix-repl> 1 + 1", "2", "nix-repl>")


def test_errors_do_not_end_it(person: Person) -> None:
    person.type("nope" + ENTER)
    person.until(
        "nix-repl> nope",
        "error: undefined variable 'nope'",
        "       at «string»:1:1:",
        "            1| nope",
        "             | ^",
        "nix-repl>",
    )


def test_colours(person: Person) -> None:
    person.type("[ 1 null ]" + ENTER)
    lines = person.until("nix-repl> [ 1 null ]", "[ 1 null ]", "nix-repl>")
    row = person.screen.buffer[len(lines) - 2]
    assert (row[0].fg, row[2].fg, row[4].fg) == (
        "default",
        "008787",
        "008787",
    )  # what can be read on black and on white


def test_ctrl_d_leaves(person: Person) -> None:
    person.type(CTRL_D)
    person.process.expect(pexpect.EOF)
    person.process.wait()
    assert person.process.exitstatus == 0


def test_another_program_has_the_terminal_for_itself(person: Person) -> None:
    person.type(":! sleep 3; echo over" + ENTER)
    seen = []
    while not any(line == "over" for line in seen):
        seen = person.look(0.1)
        assert not any("evaluating" in line for line in seen), seen
    person.until("over", "nix-repl>")
