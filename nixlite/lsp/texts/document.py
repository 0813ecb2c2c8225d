"""A file that is open, or that an open one leads to: its text, its tree, its names; each found out when it is
asked for, and once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from lsprotocol import types as t

from nixlite.lsp.texts.names import Names
from nixlite.lsp.texts.reading import Mended, Read, mended, read
from nixlite.lsp.texts.tree import Node, link, walk

if TYPE_CHECKING:
    from nixlite.lsp.texts.text import Text
    from nixlite.lsp.texts.tree import Part

LARGE = 400_000
"""Characters of a text from which on what concerns all of it is given in parts, or on demand."""


class Document:
    """One state of a file. *version*: the editor's, None for what is read from the disk; *globals_*: the
    names that need no definition; *before*: the state before, whose outline counts while this one has
    none."""

    def __init__(
        self,
        uri: str,
        text: Text,
        version: int | None,
        globals_: frozenset[str],
        before: Document | None = None,
    ) -> None:
        self.uri = uri
        self.path = path_of(uri)
        self.text = text
        self.version = version
        self.globals = globals_
        self.before: Document | None = before
        if before is not None and not before.is_good:
            self.before = before.before
        if self.before is not None:
            self.before.before = None

    @cached_property
    def read(self) -> Read:
        """The tree and what was wrong."""
        found = read(self.text.text)
        link(found.root)
        return found

    @property
    def root(self) -> Part:
        """The tree."""
        return self.read.root

    @cached_property
    def names(self) -> Names:
        """What its names mean."""
        return Names(self.root, self.globals)

    @property
    def is_read(self) -> bool:
        """Whether the tree is there already."""
        return "read" in self.__dict__

    @property
    def is_good(self) -> bool:
        """Whether it was read, and has a shape."""
        return self.is_read and self.root.end > self.root.start

    @property
    def shaped(self) -> Document:
        """This state, or an earlier one where nothing can be made of this one."""
        is_shaped = self.root.end > self.root.start or not self.text.text.strip() or self.before is None
        return self if is_shaped else self.before or self

    @cached_property
    def calls(self) -> list[Node]:
        """The calls in it."""
        return [part for part in walk(self.root) if type(part) is Node and part.rule == "call"]

    @cached_property
    def mended(self) -> Mended:
        """The text as Nix's parser takes it."""
        if not self.read.repairs:
            return Mended(self.text.text, [])
        ends: dict[int, int] = {}
        last = 0
        for token in self.read.tokens:
            ends.setdefault(token.start, last)
            last = max(last, token.end)
        ends.setdefault(len(self.text.text), last)
        return mended(self.text.text, self.read.repairs, ends)

    @property
    def is_large(self) -> bool:
        """Whether it is one of the few very large files."""
        return len(self.text.text) > LARGE

    # -- positions

    def position(self, offset: int) -> t.Position:
        """An offset as the editor has it."""
        return t.Position(*self.text.position(offset))

    def range(self, start: int, end: int) -> t.Range:
        """A span as the editor has it."""
        return t.Range(self.position(start), self.position(end))

    def range_of(self, part: Part) -> t.Range:
        """The place of a part."""
        return self.range(part.start, part.end)

    def offset(self, position: t.Position) -> int:
        """An editor's position."""
        return self.text.offset(position.line, position.character)

    def nix_offset(self, line: int, column: int) -> int:
        """The offset of a position of Nix's: 1-based line, 1-based column in UTF-8 bytes."""
        if not 0 < line <= len(self.text.starts):
            return 0
        start = self.text.starts[line - 1]
        data = self.text.text[start : start + column].encode("utf-8", "surrogatepass")[: column - 1]
        return start + len(data.decode("utf-8", "ignore"))


def path_of(uri: str) -> str:
    """The path of a file; of what is none (an untitled text) one that no file has."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        path = unquote(parts.path)
        if len(path) > 2 and path[0] == "/" and path[2] == ":":  # /c:/…
            path = path[1:]
        return path
    name = unquote(parts.path or parts.netloc).replace("/", "_") or "text"
    return f"/«{parts.scheme or 'untitled'}»/{name}"


def uri_of(path: str) -> str:
    """The URI of a file."""
    return "file://" + quote(path, safe="/:@!$&'()*+,;=~-._")
