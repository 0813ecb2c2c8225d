"""Colours for the input: Pygments' lexer for Nix, which does not know the pipe operators."""

from __future__ import annotations

from typing import Any, ClassVar

from pygments.lexers.nix import NixLexer
from pygments.token import Operator


class PipingNixLexer(NixLexer):
    """The lexer with `|>` and `<|`."""

    tokens: ClassVar[dict[str, Any]] = {
        **NixLexer.tokens,
        "root": [(r"\|>|<\|", Operator), *NixLexer.tokens["root"]],
    }
