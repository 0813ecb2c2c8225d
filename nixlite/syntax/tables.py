"""The parser's tables: what to do with each token in each state.

They are computed from `grammar/` by `lalr.py`, which needs Lark and 0.2 seconds; so the result is kept: a
checksum, then `marshal` data with the text of the grammar it was made from. `load` looks beside this file (a
wheel brings the tables along: `write`), then in the user's cache directory if only the user can write to it,
and computes last.
"""

from __future__ import annotations

import marshal
import os
from binascii import crc32

from nixlite.resources import grammar_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

GRAMMAR_FILES = ("tokens.lark", "nix.lark", "precedence.txt")
FORMAT = "nixlite tables 3"
MARSHAL_VERSION = 4  # readable by every Python from 3.4 on
CHECKSUM = 4
"""Bytes of the checksum at the beginning of the file."""

SHIPPED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_tables.bin")

END, INVALID, LEXER_ERROR = 0, 1, 2
"""Kinds of token that the grammar does not name: end of file, an impossible character, and an error that
the lexer raises when the parser gets there."""

Row = tuple[int, ...]


class Tables:
    """An LALR(1) automaton. Terminals ("kinds" of token), nonterminals and states are small integers.

    *actions*`[state][kind]` is a state to shift to (> 0), minus the number of a rule to reduce by (< 0), or
    0: an error, or acceptance in *accepting* at END. As in Bison the default reduction of a state stands at
    every kind without an action of its own; *defaults* tells which it is.
    *gotos*`[state][nonterminal][kind]` is the next state, chains of unit rules already followed; `()` stands
    for a nonterminal that cannot follow.
    *rules*`[-number]` is (length, nonterminal, builder method or None).
    *kinds* maps token names to kinds, *labels*`[kind]` is what messages call it. *patterns* maps all names of
    `tokens.lark` to regular expressions, *literals* the fixed texts to kinds.
    """

    __slots__ = (
        "accepting",
        "actions",
        "defaults",
        "gotos",
        "kinds",
        "labels",
        "literals",
        "patterns",
        "rules",
    )

    def __init__(
        self,
        actions: tuple[Row, ...],
        gotos: tuple[tuple[Row, ...], ...],
        rules: tuple[tuple[int, int, str | None], ...],
        defaults: Row,
        accepting: int,
        kinds: dict[str, int],
        labels: tuple[str, ...],
        literals: dict[str, int],
        patterns: dict[str, str],
    ) -> None:
        self.actions = actions
        self.gotos = gotos
        self.rules = rules
        self.defaults = defaults
        self.accepting = accepting
        self.kinds = kinds
        self.labels = labels
        self.literals = literals
        self.patterns = patterns

    def expected(self, state: int) -> list[int]:
        """The kinds that have an action of their own in *state*, in the order of the kinds."""
        if state == self.accepting:
            return [END]
        default = self.defaults[state]
        row = self.actions[state]
        return [kind for kind, action in enumerate(row) if action > 0 or (action and action != default)]


def load() -> Tables:
    """The tables of the present grammar, from where they can be had fastest.

    Raises OSError when the grammar is missing; an unreadable or unwritable cache is no error.
    """
    grammar = read_grammar()
    tables = _read(SHIPPED, grammar)
    if tables:
        return tables
    cached = _cache_file(grammar)
    if cached and _is_private(os.path.dirname(cached)):
        tables = _read(cached, grammar)
        if tables:
            return tables
    data = compute(grammar)
    if cached:
        _write_privately(cached, _encode(grammar, data))
    return Tables(*data)


def write(path: str = SHIPPED) -> None:
    """Compute the tables and put them into the file *path*, for a wheel to bring along."""
    grammar = read_grammar()
    with open(path, "wb") as file:
        file.write(_encode(grammar, compute(grammar)))


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


def _encode(grammar: tuple[str, ...], data: tuple[Any, ...]) -> bytes:
    body = marshal.dumps((FORMAT, grammar, data), MARSHAL_VERSION)
    return crc32(body).to_bytes(CHECKSUM, "big") + body


def _read(path: str, grammar: tuple[str, ...]) -> Tables | None:
    try:
        with open(path, "rb") as file:
            content = file.read()
        if crc32(content[CHECKSUM:]) != int.from_bytes(content[:CHECKSUM], "big"):
            return None
        kept_format, kept_grammar, data = marshal.loads(content[CHECKSUM:])
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return Tables(*data) if kept_format == FORMAT and kept_grammar == grammar else None


def _cache_file(grammar: tuple[str, ...]) -> str | None:
    """The file for this grammar in the user's cache directory; None when there is no home."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    if not os.path.isabs(base):
        return None
    key = crc32("\0".join((FORMAT, *grammar)).encode())
    return os.path.join(base, "nixlite", f"grammar-{key:08x}.bin")


def _is_private(directory: str) -> bool:
    """Whether it is ours and nobody else can write to it: marshalled data of others could be anything."""
    try:
        status = os.stat(directory)
    except OSError:
        return False
    return (not hasattr(os, "getuid") or status.st_uid == os.getuid()) and not status.st_mode & 0o022


def _write_privately(path: str, data: bytes) -> None:
    """Write a file that others can neither read nor see half-written; give up silently when that fails."""
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        return
