"""The parser's tables: what to do with each token in each state.

They are computed from `grammar/` by `lalr.py`, which needs Lark and 0.2 seconds; so the result is kept (see
`kept.py`). `load` looks beside this file (a wheel brings the tables along: `write`), then in the user's cache
directory, and computes last.
"""

from __future__ import annotations

import os

from nixlite.resources import PACKAGE, grammar_directory
from nixlite.syntax import kept
from nixlite.syntax.automaton import Tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

GRAMMAR_FILES = ("tokens.lark", "nix.lark", "precedence.txt")
FORMAT = "nixlite tables 4"

SHIPPED = os.path.join(PACKAGE, "syntax", "_tables.bin")


def load() -> Tables:
    """The tables of the present grammar, from where they can be had fastest.

    Raises OSError when the grammar is missing; an unreadable or unwritable cache is no error.
    """
    key = (FORMAT, *read_grammar())
    data = kept.read(SHIPPED, key)
    if data is None:
        path = kept.kept_file("grammar", key)
        data = kept.read_private(path, key) if path else None
        if data is None:
            data = compute(key[1:])
            if path:
                kept.write_private(path, key, data)
    return Tables(*data)


def write(path: str = SHIPPED) -> None:
    """Compute the tables and put them into the file *path*, for a wheel to bring along."""
    grammar = read_grammar()
    with open(path, "wb") as file:
        file.write(kept.encode((FORMAT, *grammar), compute(grammar)))


def compute(grammar: tuple[str, ...]) -> tuple[Any, ...]:
    """The arguments of `Tables` for a grammar, by way of Lark."""
    from nixlite.syntax.lalr import build  # imports Lark: only when nobody has done the work before

    return build(*grammar)


def read_grammar() -> tuple[str, ...]:
    """The texts of the grammar's files."""
    directory = grammar_directory()
    texts = []
    for name in GRAMMAR_FILES:
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            texts.append(file.read())
    return tuple(texts)
