"""Helpers of the tests of the syntax room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite.errors import ParseError
from nixlite.source import Source
from nixlite.syntax.options import ParseOptions
from nixlite.syntax.parser import parse
from nixlite.syntax.unparse import show

if TYPE_CHECKING:
    from nixlite.syntax.nodes import Expr

OPTIONS = ParseOptions(home="/home/nix")


def tree(text: str, options: ParseOptions = OPTIONS) -> Expr:
    return parse(Source("«stdin»", text, base="/base"), options)


def parsed(text: str, options: ParseOptions = OPTIONS) -> str:
    return show(tree(text, options))


def parse_error(text: str, options: ParseOptions = OPTIONS) -> ParseError:
    with pytest.raises(ParseError) as caught:
        tree(text, options)
    return caught.value
