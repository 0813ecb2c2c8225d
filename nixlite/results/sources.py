"""Sources from a local git repository: what an evaluation asks of a working tree, and of a commit.

A working tree's name in the store is a question when the program looks into it (`opaque`) or into what else
is known of the source; its files are when the program comes for them.
"""

from __future__ import annotations

import re

from nixlite.opaque import TEXTS
from nixlite.results.repository import (
    NOTHING,
    Commit,
    Tree,
    answer_of,
    common_directory,
    settings_of,
    state_of,
    tracked_names,
    user_settings,
    with_entries,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from nixlite.results.repository import Answer
    from nixlite.store.tree import Node

OF_A_COMMIT = frozenset({"rev", "ref"})
OF_A_TREE = frozenset({"type", "url", "exportIgnore", "shallow"})
PLAIN = OF_A_TREE | OF_A_COMMIT | {"narHash", "lastModified", "revCount", "__final"}
"""The attributes of a source about which there is nothing special."""

STORE_NAME = re.compile(rb"[0-9a-df-np-sv-z]{32}-source")
"""The name of a source in the store, written down: a program may compare its own with that."""

NAME = "outPath"
DIRECTORY = 0o040755
CUT = "bytes elided»"
"""What messages have in the place of the rest of a long text, which may begin in the midst of a name."""


class Source:
    """A source in the repository at *place*; *real*: the same with links resolved."""

    def __init__(self, place: str, real: str, attrs: Mapping[str, Any]) -> None:
        self.place = place
        self.real = real
        self.attrs = attrs
        try:
            self.common = common_directory(place)
        except OSError:
            self.common = f"{place}/.git"

    def is_part(self, path: str) -> bool:
        """Whether a path is read only to fetch this."""
        return False

    def is_known(self) -> bool:
        """Whether all is understood that was done to fetch this."""
        return True

    def folders(self) -> list[str]:
        """The directories in which files with attributes would count."""
        return []

    def settings(self) -> list[str]:
        """The files that git goes by, whatever is asked of it."""
        return [f"{self.common}/shallow", *settings_of(self.place)]

    def attribute_files(self) -> list[str]:
        """The files outside of the tree that would say what is exported of it."""
        if not self.attrs.get("exportIgnore"):
            return []
        return [f"{self.common}/info/attributes", "/etc/gitattributes", f"{user_settings()}/attributes"]

    def ran(self, arguments: tuple[str, ...], code: int, output: bytes) -> None:
        """Git was run, and said something."""


class CommitSource(Source):
    """The tree of a commit, by its revision or by what names it."""

    revision = ""
    name = ""

    def ran(self, arguments: tuple[str, ...], code: int, output: bytes) -> None:
        """See `Source`."""
        if arguments[2:5] == ("rev-parse", "--verify", "-q") and code == 0:
            self.name, self.revision = arguments[5], output.decode().strip()
        elif arguments[2:4] == ("cat-file", "-t") and code == 0:
            self.revision = arguments[4]

    def is_known(self) -> bool:
        """See `Source`."""
        ref = str(self.attrs.get("ref", ""))
        return bool(self.revision) and ("rev" in self.attrs or self.name == f"{ref}^{{commit}}")

    def commit(self) -> Commit:
        """What is kept of it."""
        return Commit(self.place, self.name or self.revision, self.revision)


class WorkingTree(Source):
    """A working tree that is being fetched, or was."""

    def __init__(self, place: str, real: str, attrs: Mapping[str, Any]) -> None:
        super().__init__(place, real, attrs)
        self.root = ""
        self.node: Node | None = None
        self.head = ""
        self.dirty = False
        self.names: list[str] | None = None
        self.state: tuple[bytes, int] = (b"", 0)
        self.answers: dict[str, Answer] = {}
        self.asked: set[str] = set()
        self.texts: dict[str, str] = {}
        """What is a name of this in an answer, and of which kind it is."""

    # -- being fetched

    def is_part(self, path: str) -> bool:
        """Whether a path is one of the files that make the tree, or the `HEAD` of its repository."""
        for root in (self.place, self.real):
            if path.startswith(f"{root}/"):
                inside = path[len(root) + 1 :]
                return inside == ".git/HEAD" or (inside != ".git" and not inside.startswith(".git/"))
        return path.endswith("/HEAD")

    def ran(self, arguments: tuple[str, ...], code: int, output: bytes) -> None:
        """See `Source`."""
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

    def is_known(self) -> bool:
        """See `Source`."""
        return self.names is not None and OF_A_TREE.issuperset(self.attrs)

    def folders(self) -> list[str]:
        """See `Source`."""
        if not self.attrs.get("exportIgnore"):
            return []
        inside = {""}
        for name in self.names or ():
            while name := name.rpartition("/")[0]:
                inside.add(name)
        return [f"{self.place}/{name}".rstrip("/") for name in sorted(inside)]

    def take(self, root: str, node: Node, revision: str, content: str) -> None:
        """It is in the store now, at *root*."""
        self.root = root
        self.node = node
        known = root.rpartition("/")[2].partition("-")[0]
        self.texts = {known: NAME, content: "narHash"}
        if revision:
            self.texts[revision] = "rev"
        TEXTS[known] = self.looked_into

    def looked_into(self, _: str = "") -> None:
        """A program has looked into the path in the store."""
        self.asked.add(NAME)

    # -- being asked

    def ask(self, path: str, node: Node | None, *, entries: bool = False) -> None:
        """A program asks what lies at a path of the store that is in the tree."""
        name = path[len(self.root) + 1 :]
        known = self.answers.get(name)
        if known is None or (entries and len(known) == 1):
            self.answers[name] = answer_about(node, entries=entries)

    def told(self, output: str) -> None:
        """Names of the source that are in an answer were asked for."""
        self.asked |= {name for text, name in self.texts.items() if text in output or CUT in output}

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
    """The repository on this disk that a source lies in, if there is nothing special about it; else empty."""
    url = str(attrs.get("url", ""))
    if attrs.get("type") != "git" or not PLAIN.issuperset(attrs) or not url.startswith("file:///"):
        return ""
    place = url.removeprefix("file://")
    return "" if set(place) & set("%?#") or "//" in place or "/." in place else place.rstrip("/")


def names_attributes(path: str) -> bool:
    """Whether a file with git's settings names a further one that may have attributes in it."""
    try:
        with open(path, "rb") as file:
            text = file.read().lower()
    except OSError:
        return False
    return b"attributesfile" in text or b"[include" in text


def difference(source: WorkingTree, other: Node, is_read: Callable[[str], bool]) -> str | None:
    """A path about which another tree has another answer than *source* has given; None where there is none.

    *is_read* tells whether the contents of a file of the source were asked for, by its path.
    """
    for path, answer in source.answers.items():
        node = below(other, path)
        if answer_about(node, entries=len(answer) > 1 and answer[0] == "directory") != answer:
            return path
        if answer[0] == "regular" and is_read(path):
            mine: Any = below(source.node, path)
            theirs: Any = node
            if mine.read() != theirs.read():
                return path
    return None


def below(node: Node | None, path: str) -> Node | None:
    """What lies at a path below a node."""
    for part in path.split("/") if path else ():
        if node is None or node.kind != "directory":
            return None
        node = node.entries.get(part)
    return node
