"""The lexer's regular expressions: kept, and the same when they come back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nixlite.syntax import kept, patterns, tables
from nixlite.syntax.lexer import Patterns

if TYPE_CHECKING:
    import pathlib

TEXTS = (r"(?:(?P<word>[a-z_]++)|([0-9]+))(?=\s|\Z)", "é|\\(")


@pytest.fixture(autouse=True)
def place(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "nixlite"


def test_kept_patterns_are_those_of_re(place: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = tuple(re.compile(text) for text in TEXTS)
    assert patterns.compile_patterns(TEXTS) == expected
    (file,) = place.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(re, "compile", pytest.fail)
    found = patterns.compile_patterns(TEXTS)
    assert found == expected
    assert [p.groupindex for p in found] == [p.groupindex for p in expected]
    match = found[0].match("abc 1")
    assert match
    assert (match.lastgroup, match["word"]) == ("word", "abc")


def test_other_patterns_are_compiled_anew() -> None:
    patterns.compile_patterns(TEXTS)
    assert patterns.compile_patterns(("x+",)) == (re.compile("x+"),)


def test_the_lexer_needs_no_re(monkeypatch: pytest.MonkeyPatch) -> None:
    automaton = tables.load()
    once = Patterns(automaton)
    monkeypatch.setattr(re, "compile", pytest.fail)
    assert Patterns(automaton).program == once.program


def test_a_re_that_is_made_differently(place: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "row_of", lambda pattern: (0, [], 0, {}, ()))
    assert patterns.compile_patterns(("a",)) == (re.compile("a"),)
    assert not place.exists()


def test_another_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_sre", None)
    monkeypatch.setattr(kept, "write_private", pytest.fail)
    assert patterns.compile_patterns(TEXTS) == tuple(re.compile(text) for text in TEXTS)
