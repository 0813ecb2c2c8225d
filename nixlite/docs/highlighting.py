"""Colours of what is typed into a terminal, and of the Nix in it.

Pygments' own lexer for consoles takes what is printed for prompts, and Nix for a shell's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from pygments.lexer import Lexer
from pygments.lexers.nix import NixLexer
from pygments.lexers.shell import BashLexer
from pygments.token import Generic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pygments.token import _TokenType

PROMPT = re.compile(r"\$ |nix-repl> ")
SHOWS_NIX = re.compile(r"cat \S+\.nix\s*$")


class ConsoleLexer(Lexer):
    """Commands after `$`, expressions after `nix-repl>`, and Nix where `cat` shows a file of it."""

    name = "Console"
    aliases: ClassVar = ["console"]
    filenames: ClassVar = []
    url = ""

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """The tokens, each with its place in *text*."""
        at, is_nix, shown = 0, False, ""
        for line in text.splitlines(keepends=True):
            prompt = PROMPT.match(line)
            if is_nix and not prompt:
                shown += line
                continue
            yield from moved(NixLexer(), shown, at)
            at, shown = at + len(shown), ""
            if prompt is None:
                yield at, Generic.Output, line
            else:
                yield at, Generic.Prompt, prompt[0]
                typed = line[prompt.end() :]
                inner = BashLexer() if prompt[0] == "$ " else NixLexer()
                yield from moved(inner, typed, at + prompt.end())
                is_nix = SHOWS_NIX.match(typed) is not None
            at += len(line)
        yield from moved(NixLexer(), shown, at)


def moved(lexer: Lexer, text: str, by: int) -> Iterator[tuple[int, _TokenType, str]]:
    """The tokens of a part that begins *by* characters into the whole."""
    for at, token, value in lexer.get_tokens_unprocessed(text):
        yield at + by, token, value
