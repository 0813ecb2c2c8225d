"""The files of the folders that an editor has open, found and read as far as a question needs them.

Hidden folders, links to folders (`result`, which a build leaves) and `node_modules` are not looked into.
There are bounds on all of it, and whoever asks is told which one was met: what was not looked at proves
nothing.
"""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, NamedTuple

from nixlite.lsp.texts.document import path_of, uri_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.store import Documents

MOST_FILES = 10_000
MOST_BYTES = 60_000_000
MOST_SECONDS = 4.0
"""Bounds of one search."""
AT_ONCE = 40
"""Files that are looked at before others get their turn."""
LARGEST = 1_000_000
"""Bytes of a file that is looked into: what is larger is data."""

LEFT_OUT = frozenset({"node_modules", "__pycache__"})
CHARACTER = r"[A-Za-z0-9._+-]"
PATH = re.compile(rf"(?<!{CHARACTER})(?:{CHARACTER}*+(?:/{CHARACTER}++)++|{CHARACTER}*+/(?=\$\{{))")
"""What may be a path in a text, as the lexer has it; it may as well stand in a string."""
WORDS = re.compile(r"\b(?:import|scopedImport|self)\b")


class Looked(NamedTuple):
    """A file as it was seen: *stamp* tells whether it is another now. *targets*: the paths that it names;
    *imports*, *self_*: whether the word `import`, or `self`, is in it."""

    stamp: object
    targets: frozenset[str]
    imports: bool
    self_: bool


class Workspace:
    """*documents*: those of the session, whose texts count for what is open."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.roots: list[str] = []
        self.looked: dict[str, Looked] = {}
        self.files = 0
        self.bytes = 0
        self.links: set[str] = set()
        """What links in the folders lead to."""
        self.bound = ""
        """Which bound the last look met, none if ''."""

    def folders(self, document: Document) -> list[str]:
        """Where is looked: the editor's folders if the document is in one, else the document's own."""
        folder = os.path.dirname(document.path)
        inside = [root for root in self.roots if f"{folder}/".startswith(f"{root.rstrip('/')}/")]
        return self.roots if inside else [folder] if os.path.isdir(folder) else []

    def look(self, document: Document) -> Iterator[None]:
        """Look at all files; others get their turn in between."""
        self.files = self.bytes = 0
        self.bound = ""
        self.links.clear()
        end = time.monotonic() + MOST_SECONDS
        found: dict[str, Looked] = {}
        for path in self.paths(document):
            if self.files >= MOST_FILES or self.bytes >= MOST_BYTES or time.monotonic() > end:
                self.bound = (
                    f"it has more than the {self.files} files ({self.bytes // 1000} kB) that were looked at"
                )
                break
            looked = self.one(path)
            if looked is not None:
                found[path] = looked
                self.files += 1
            if self.files % AT_ONCE == 0:
                yield
        self.looked = found

    def paths(self, document: Document) -> Iterator[str]:
        """What is open, and the files of the folders: those near to the document first."""
        told = set()
        for one in list(self.documents.open.values()):
            told.add(one.path)
            yield one.path
        for root in self.folders(document):
            for path in self.under(root, os.path.dirname(document.path)):
                if path not in told:
                    told.add(path)
                    yield path

    def under(self, root: str, near: str) -> Iterator[str]:
        """The files in a folder: of the folder *near* in it first, then of those around that one."""
        done = ""
        at = near if f"{near}/".startswith(f"{root.rstrip('/')}/") else root
        while True:
            for folder, inner, names in os.walk(at):
                paths = [os.path.join(folder, name) for name in sorted(names) if name.endswith(".nix")]
                inner[:] = sorted(
                    name
                    for name in inner
                    if name[0] != "." and name not in LEFT_OUT and os.path.join(folder, name) != done
                )
                self.links |= {
                    os.path.realpath(path)
                    for path in [*(os.path.join(folder, name) for name in inner), *paths]
                    if os.path.islink(path)
                }
                yield from paths
            if at == root:
                return
            done, at = at, os.path.dirname(at)

    def one(self, path: str) -> Looked | None:
        """What a file names; what was found is kept while the file is the same."""
        known = self.looked.get(path)
        opened = self.documents.open.get(uri_of(path))
        if opened is not None:
            stamp: object = (opened.version, len(opened.text.text), hash(opened.text.text))
            text = opened.text.text
        else:
            try:
                stat = os.stat(path)
                stamp = (stat.st_mtime_ns, stat.st_size)
                self.bytes += stat.st_size
                if known is not None and known.stamp == stamp:
                    return known
                if stat.st_size > LARGEST:
                    return Looked(stamp, frozenset(), imports=False, self_=False)
                with open(path, encoding="utf-8", errors="replace") as file:
                    text = file.read()
            except OSError:
                return None
        if known is not None and known.stamp == stamp:
            return known
        folder = os.path.dirname(path)
        targets = {os.path.normpath(os.path.join(folder, found)) for found in PATH.findall(text)}
        words = set(WORDS.findall(text))
        return Looked(stamp, frozenset(targets), words != {"self"} and bool(words), "self" in words)

    def naming(self, path: str) -> list[str]:
        """The files that name a file: itself, or the folder whose `default.nix` it is."""
        wanted = {path}
        if os.path.basename(path) == "default.nix":
            wanted.add(os.path.dirname(path))
        return [other for other, looked in self.looked.items() if looked.targets & wanted]

    def may_be_made(self, path: str) -> bool:
        """Whether a file names a folder that another is in, or a flake itself: of that the other's path can
        be made."""
        around = set()
        folder = os.path.dirname(path)
        while folder not in around:
            around.add(folder)
            folder = os.path.dirname(folder)
        return any(looked.targets & around or looked.self_ for looked in self.looked.values())

    def is_linked(self, path: str) -> bool:
        """Whether a file has another path by a link."""
        while path not in self.links and path != os.path.dirname(path):
            path = os.path.dirname(path)
        return path in self.links

    def importing(self) -> list[str]:
        """The files that import something."""
        return [path for path, looked in self.looked.items() if looked.imports]

    def shown(self, path: str) -> str:
        """A path as it is told: within the folder that the editor has open."""
        for root in self.roots:
            if path.startswith(f"{root.rstrip('/')}/"):
                return os.path.relpath(path, root)
        return os.path.basename(path)

    def open_in(self, uris: list[str]) -> None:
        """Take the folders that an editor has open."""
        self.roots = [os.path.normpath(path_of(uri)) for uri in uris if uri.startswith("file:")]
