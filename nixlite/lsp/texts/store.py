"""The documents of a session: those that are open, as they are typed, and files that these lead to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nixlite.lsp.texts.document import Document, path_of, uri_of
from nixlite.lsp.texts.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lsprotocol import types as t

    from nixlite.lsp.library import Library

MOST_LOADED = 200
"""Files that are kept besides those that are open."""
LARGEST = 4_000_000
"""Bytes of a file that is followed."""


class Documents:
    """*encoding* tells what columns are counted in, once the session has begun."""

    def __init__(self, library: Library, encoding: Callable[[], str]) -> None:
        self.library = library
        self.encoding = encoding
        self.open: dict[str, Document] = {}
        self.state = 0
        """Another number after each change."""
        self.loaded: dict[str, tuple[tuple[int, int], Document]] = {}

    def put(self, uri: str, text: str, version: int | None) -> Document:
        """Take the text of a document that was opened."""
        self.state += 1
        self.open[uri] = Document(uri, Text(text, self.encoding()), version, self.library.globals)
        return self.open[uri]

    def change(
        self, uri: str, changes: Iterable[t.TextDocumentContentChangeEvent], version: int | None
    ) -> Document:
        """Take changes; each is about the text that the one before has made."""
        self.state += 1
        before = self.get(uri)
        text = before.text
        for change in changes:
            span = getattr(change, "range", None)
            if span is None:
                text = Text(change.text, text.encoding)
            else:
                start = text.offset(span.start.line, span.start.character)
                end = text.offset(span.end.line, span.end.character)
                text = text.replaced((start, max(start, end)), change.text)
        self.open[uri] = Document(uri, text, version, self.library.globals, before)
        return self.open[uri]

    def close(self, uri: str) -> None:
        """Forget a document that was closed."""
        self.state += 1
        self.open.pop(uri, None)

    def get(self, uri: str) -> Document:
        """A document that is open, else the file."""
        found = self.open.get(uri)
        if found is None:
            found = self.load(path_of(uri))
        if found is None:
            found = Document(uri, Text("", self.encoding()), None, self.library.globals)
        return found

    def load(self, path: str) -> Document | None:
        """The document of a path: the open one, else the file; None where there is none."""
        uri = uri_of(path)
        if uri in self.open:
            return self.open[uri]
        other = next((document for document in self.open.values() if document.path == path), None)
        if other is not None:
            return other
        try:
            stat = os.stat(path)
            stamp = (stat.st_mtime_ns, stat.st_size)
        except (OSError, ValueError):
            return None
        known = self.loaded.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        text = self.plain(uri) if stat.st_size <= LARGEST else None
        if text is None:
            return None
        if len(self.loaded) >= MOST_LOADED:
            del self.loaded[next(iter(self.loaded))]
        self.loaded[path] = (stamp, Document(uri, text, None, self.library.globals))
        return self.loaded[path][1]

    def plain(self, uri: str) -> Text | None:
        """The text of a document or file, not read."""
        if uri in self.open:
            return self.open[uri].text
        try:
            with open(path_of(uri), encoding="utf-8", errors="surrogateescape", newline="") as file:
                return Text(file.read(), self.encoding())
        except (OSError, ValueError):
            return None

    def texts(self) -> dict[str, str]:
        """The texts of what is open, by path."""
        return {document.path: document.text.text for document in self.open.values()}
