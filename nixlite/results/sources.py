"""Fetched sources while an evaluation is witnessed: what it asks of a git repository's working tree.

To name a source in the store all of it is read; but that is the fetcher's doing, and no program has asked
yet. So while such a tree is fetched its files are no questions. They are when the program comes for them, and
the name is one when the program looks into it (`opaque`) or into what else is known of the source.
"""

from __future__ import annotations

import re

from nixlite.opaque import TEXTS
from nixlite.results.repository import NOTHING, Tree, answer_of, state_of, tracked_names, with_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from nixlite.results.repository import Answer
    from nixlite.store.tree import Node

PLAIN = frozenset({"type", "url"})
"""The attributes of a source that is the working tree of a repository, and nothing special about it."""

STORE_NAME = re.compile(rb"[0-9a-df-np-sv-z]{32}-source")
"""The name of a source in the store, written down: a program may compare its own with that."""

NAME = "outPath"
DIRECTORY, EXECUTABLE = 0o040755, 0o100755


class Source:
    """A working tree that is being fetched, or was. *place*: its directory; *real*: the same with links
    resolved."""

    def __init__(self, place: str, real: str) -> None:
        self.place = place
        self.real = real
        self.root = ""
        self.node: Node | None = None
        self.head = ""
        self.dirty = False
        self.names: list[str] | None = None
        self.state: tuple[bytes, int] = (b"", 0)
        self.answers: dict[str, Answer] = {}
        self.asked: set[str] = set()
        self.texts: set[str] = set()

    # -- being fetched

    def ran(self, arguments: tuple[str, ...], code: int, output: bytes) -> None:
        """Git was run, and said something about the tree."""
        if arguments[:2] != ("-C", self.place):
            return
        if arguments[2:3] == ("status",):
            self.dirty = bool(output)
        elif arguments[2:3] == ("ls-files",):
            self.names = tracked_names(output)
            if self.names is not None:
                self.state = state_of(self.place, self.real, "\0".join(self.names))
        elif arguments[2:] == ("rev-parse", "--verify", "-q", "HEAD^{commit}") and code == 0:
            self.head = output.decode().strip()

    def fetched(self, root: str, node: Node, texts: Iterable[str]) -> None:
        """It is in the store now, at *root*. *texts*: what of it would be a name in an answer."""
        self.root = root
        self.node = node
        known = root.rpartition("/")[2].partition("-")[0]
        self.texts = {text for text in texts if text} | {known}
        TEXTS[known] = self.looked_into

    def looked_into(self, _: str) -> None:
        """A program has looked into the path in the store."""
        self.asked.add(NAME)

    # -- being asked

    def ask(self, path: str, node: Node | None, *, entries: bool = False) -> None:
        """A program asks what lies at a path of the store that is in the tree."""
        name = path[len(self.root) + 1 :]
        known = self.answers.get(name)
        if known is None or (entries and len(known) == 1):
            self.answers[name] = answer_about(node, entries=entries)

    def tree(self) -> Tree:
        """What is kept of it."""
        facts = (tuple(sorted(self.asked)), self.head, self.dirty, "\0".join(self.names or ()))
        return Tree(self.place, self.real, self.answers, *facts, *self.state)


def answer_about(node: Node | None, *, entries: bool) -> Answer:
    """The answer about a path at which there is *node*."""
    if node is None:
        return NOTHING
    if node.kind == "symlink":
        return ("symlink", node.target)
    if node.kind == "regular":
        return ("regular", node.executable)
    if not entries:
        return answer_of(DIRECTORY)
    return with_entries([(name, child.kind) for name, child in node.entries.items()])


def plain_place(attrs: Mapping[str, Any]) -> str:
    """The directory whose working tree a source is, if that is all there is to say about it; else empty."""
    url = str(attrs.get("url", ""))
    if attrs.get("type") != "git" or not PLAIN.issuperset(attrs) or not url.startswith("file:///"):
        return ""
    place = url.removeprefix("file://")
    return "" if set(place) & set("%?#") or "//" in place or "/." in place else place.rstrip("/")


def may_be_same(source: Source, other: Node) -> bool:
    """Whether a tree might be the same as one that has the same answers as *source*."""
    for path, answer in source.answers.items():
        node = below(other, path)
        if answer_about(node, entries=len(answer) > 1 and answer[0] == "directory") != answer:
            return False
        if answer[0] == "regular":
            mine: Any = below(source.node, path)
            theirs: Any = node
            if mine.read() != theirs.read():
                return False
    return True


def below(node: Node | None, path: str) -> Node | None:
    """What lies at a path below a node."""
    for part in path.split("/") if path else ():
        if node is None or node.kind != "directory":
            return None
        node = node.entries.get(part)
    return node
