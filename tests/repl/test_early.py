"""The first prompt, which is there before the line editor: what is typed meanwhile."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from nixlite.host.capturing import CapturingHost
from nixlite.repl.terminal.early import EarlyPrompt
from tests.repl.test_terminal import CTRL_C, ENTER, TAB, Person
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SLOW = """\
import sys, time
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "prompt_toolkit" and "done" not in self.__dict__:
            self.done = True
            time.sleep(1.5)
sys.meta_path.insert(0, Finder())
"""


@pytest.fixture
def person(tmp_path: Path) -> Person:
    """One whose line editor takes long to be loaded."""
    (tmp_path / "sitecustomize.py").write_text(SLOW)
    return Person(tmp_path, path=f"{tmp_path}:{ROOT}")


def test_what_is_typed_is_shown_and_handed_over(person: Person) -> None:
    assert person.until("nix-repl>")
    person.process.send("1 + 23\x7f")
    lines = person.until("nix-repl> 1 + 2")
    assert len(lines) == 3  # banner, and no bar: the editor is not there yet
    person.process.send(f"0{ENTER}a = 7{ENTER}a{ENTER}")
    person.until("nix-repl> 1 + 20", "21", "nix-repl> a = 7", "nix-repl> a", "7", "nix-repl>")


def test_other_keys_wait_for_the_editor(person: Person) -> None:
    assert person.until("nix-repl>")
    person.process.send(f"nope{CTRL_C}builtins.isAttr{TAB}")
    person.until("nix-repl> nope", "nix-repl> builtins.isAttrs")


@pytest.mark.parametrize("pause", [0.0, 0.02, 0.1, 0.3])
def test_lines_that_are_typed_ahead_are_taken_one_after_the_other(person: Person, pause: float) -> None:
    """Whatever of them comes before the editor is there, while it begins, and when it is there."""
    assert person.until("nix-repl>")
    for key in "x = 20\ry = x + 1\ry * 2\r":
        person.process.send(key)
        if key == "\r":
            time.sleep(pause)
    person.until("42", "nix-repl>")


def test_keys_are_taken_as_text_or_left() -> None:
    early = EarlyPrompt(CapturingHost({}))
    early.room = 5
    for keys in (b"ab\x7f\x7f\x7fc", b"d", b"efgh", b"i"):
        if not early.rest:
            early.take(keys)
    assert (early.text, early.rest) == ("cdefg", b"h")
    early = EarlyPrompt(CapturingHost({}))
    early.room = 50
    early.take("xü".encode())
    assert (early.text, early.rest) == ("x", "ü".encode())
    early.take(b"")
    assert early.rest == "ü".encode() + b"\x04"


def test_the_editor_is_not_loaded_before_the_prompt() -> None:
    code = (
        "import sys, nixlite.repl.command;"
        "print([x for x in sys.modules if x.startswith(('prompt_toolkit', 'nixlite.formats', 're', 'enum'))"
        " and x != 'reprlib' and not x.startswith('nixlite.re')])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stdout == "[]\n", done.stderr
