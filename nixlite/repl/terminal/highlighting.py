"""Colours for the input: Pygments' lexer for Nix, which does not know the pipe operators."""

from __future__ import annotations

from pygments.lexers.nix import NixLexer
from pygments.token import Operator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar


class PipingNixLexer(NixLexer):
    """The lexer with `|>` and `<|`."""

    tokens: ClassVar[dict[str, Any]] = {
        **NixLexer.tokens,
        "root": [(r"\|>|<\|", Operator), *NixLexer.tokens["root"]],
    }
