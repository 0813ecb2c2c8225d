"""Links to places in files (OSC 8): on terminals, of files that are there, and never where widths would count."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from nixlite.cli.links import linked
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from tests.cli.terminal import said_on_terminal
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LINK = re.compile(r"\x1b\]8;;([^\x1b]*)\x1b\\(.*?)\x1b\]8;;\x1b\\")
HERE = f"file://{os.uname().nodename}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.nix").write_text("{ a = 1; b = c; }\n", "utf-8")
    (tmp_path / "set.nix").write_text("rec { x = 1; y = { inherit x; }; }\n", "utf-8")
    (tmp_path / "dropped.nix").write_text("{ a = { s.x = 1; s.y = 2; } // { s.x = 3; }; }\n", "utf-8")
    return tmp_path


def on_terminal(words: list[str], folder: Path, **more: str) -> str:
    """All that a command writes to a terminal, as it is."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm", "PYTHONPATH": str(ROOT)}
    environment |= more
    return said_on_terminal([sys.executable, "-m", "nixlite", *words], folder, environment)


def piped(words: list[str], folder: Path, stdin: str = "", **more: str) -> str:
    """All that a command writes where there is no terminal."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "nixlite", *words],
        cwd=folder, env=environment | more, input=stdin, timeout=60, check=False, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.stdout


def test_a_terminal_gets_links(folder: Path) -> None:
    for words, places in [
        (["why", "set.nix", "y.x"], {("set.nix", "set.nix:1")}),
        (["lint", "dropped.nix"], {("dropped.nix", "dropped.nix:1:")}),
        (["eval", "-f", "a.nix", "b"], {("a.nix", f"{folder}/a.nix:1:14")}),
        (["instantiate", "--eval", "a.nix", "-A", "b"], {("a.nix", f"{folder}/a.nix:1:14")}),
    ]:
        text = on_terminal(words, folder)
        found = LINK.findall(text)
        assert found, text
        for file, shown in places:
            assert any(where == f"{HERE}{folder}/{file}" and shown in place for where, place in found)
        assert LINK.sub(r"\2", text) == on_terminal(words, folder, NIXLITE_HYPERLINKS="0")


@pytest.mark.parametrize(
    "more",
    [{"TERM": "dumb"}, {"NO_COLOR": "1"}, {"NIXLITE_HYPERLINKS": "0"}],
    ids=lambda more: next(iter(more)),
)
def test_a_terminal_gets_none(more: dict[str, str], folder: Path) -> None:
    for words in (["why", "set.nix", "y.x"], ["eval", "-f", "a.nix", "b"]):
        assert "\x1b]8" not in on_terminal(words, folder, **more)


def test_a_pipe_gets_links_only_if_it_is_told_so(folder: Path) -> None:
    words = ["why", "set.nix", "y.x"]
    plain = piped(words, folder)
    assert "\x1b" not in plain
    linked_ = piped(words, folder, NIXLITE_HYPERLINKS="1")
    assert LINK.sub(r"\2", linked_) == plain != linked_
    assert piped(words, folder) == plain  # what is kept of an answer is not mistaken for another
    assert "\x1b" not in piped([*words, "--json"], folder, NIXLITE_HYPERLINKS="1")


def test_what_is_to_be_as_nix_prints_it_has_none(folder: Path) -> None:
    words = ["repl", "--compat", "-f", "a.nix"]
    shown = piped(words, folder, "b\n", NIXLITE_HYPERLINKS="1", CLICOLOR_FORCE="1")
    assert "a.nix:1:14" in shown
    assert "\x1b" not in shown


def test_colours_are_forced_by_one_variable_and_refused_by_another(folder: Path) -> None:
    words = ["lint", "dropped.nix"]
    assert "\x1b[" not in piped(words, folder)
    assert "\x1b[" in piped(words, folder, CLICOLOR_FORCE="1")
    for more in ({"CLICOLOR_FORCE": "0"}, {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}):
        assert "\x1b[" not in piped(words, folder, **more)


def places(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> list[tuple[str, str]]:
    for name in ("TERM", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"NIXLITE_HYPERLINKS": "1", **more}.items():
        monkeypatch.setenv(name, value)
    settings = Settings(cwd=str(folder))
    settings.lookup_path = [("lib", str(folder)), ("gone", "/nowhere")]
    return LINK.findall(linked(text, RealHost(), settings))


def test_what_is_a_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a.nix:1 (a.nix:2:3) <lib>/a.nix:4, ./a.nix:5: \x1b[35;1ma.nix:6:7\x1b[0m"
    assert [place for _, place in places(text, folder, monkeypatch)] == [
        "a.nix:1", "a.nix:2:3", "<lib>/a.nix:4", "./a.nix:5", "a.nix:6:7",
    ]  # fmt: skip
    others = (
        "b.nix:1 …/a.nix:1 xa.nix:1 a.nix:0 a.nix:x a.nix «string»:1:2 <gone>/a.nix:1 http://a.nix:1 12:30"
    )
    assert places(others, folder, monkeypatch) == []


def test_how_a_place_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "ä#%.nix").touch()
    named = f"{folder}/%C3%A4%23%25.nix"
    for more, expected in [
        ({}, f"{HERE}{named}"),
        ({"TERM": "xterm-kitty"}, f"{HERE}{named}#3"),
        ({"TERM_PROGRAM": "vscode"}, f"vscode://file{named}:3:4"),
    ]:
        assert places("ä#%.nix:3:4", folder, monkeypatch, **more) == [(expected, "ä#%.nix:3:4")]
