"""Examples on a terminal: what is typed and the Nix in it have colours, what is printed has none, no character is lost."""

from __future__ import annotations

import pytest

pytest.importorskip("pygments")

from pygments.lexers.nix import NixLexer
from pygments.token import Error, Generic

from nixlite.docs.highlighting import ConsoleLexer
from tests.test_readme import CONSOLE, Console

EXAMPLE = """\
$ cat a.nix
let x = 1; in x
$ nixlite eval -f a.nix
1
$ cat a.txt
let x
$ nixlite repl
nix-repl> let y = 2; in y
2
"""


def test_nix_is_coloured_and_answers_are_not() -> None:
    lines = EXAMPLE.splitlines(keepends=True)
    found = [(token, value) for _, token, value in ConsoleLexer().get_tokens_unprocessed(EXAMPLE)]
    for nix in (lines[1], lines[7].removeprefix("nix-repl> ")):
        inside = [(token, value) for _, token, value in NixLexer().get_tokens_unprocessed(nix)]
        assert any(found[at : at + len(inside)] == inside for at in range(len(found)))
    assert [value for token, value in found if token is Generic.Output] == [lines[3], lines[5], lines[8]]
    assert [value for token, value in found if token is Generic.Prompt] == ["$ "] * 4 + ["nix-repl> "]


@pytest.mark.parametrize("block", CONSOLE, ids=lambda block: block.body.split("\n")[0])
def test_each_character_is_where_it_was(block: Console) -> None:
    text = block.body
    at = 0
    for place, token, value in ConsoleLexer().get_tokens_unprocessed(text):
        assert (place, text[place : place + len(value)]) == (at, value)
        assert token is not Error or not value.strip()
        at += len(value)
    assert at == len(text)
