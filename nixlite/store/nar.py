"""Nix archives (NAR): the one serialisation of a file tree, by which Nix hashes it.

Every part is a string: its length as 8 bytes little-endian, the bytes, zeros up to a multiple of 8.
Manual: Protocols, "Nix Archive (NAR) format".
"""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.store.hashing import Hash, hash_bytes, new_hasher
from nixlite.store.tree import Directory, File, Node, Symlink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 64
MAGIC = b"nix-archive-1"


def encode(data: bytes) -> bytes:
    """One string of the format."""
    size = len(data)
    return size.to_bytes(8, "little") + data + bytes(-size % 8)


def encode_all(*strings: bytes) -> bytes:
    """Several strings one after the other."""
    return b"".join([encode(data) for data in strings])


HEADER = encode(MAGIC)
OPEN = encode(b"(")
CLOSE = encode(b")")
REGULAR = encode_all(b"(", b"type", b"regular")
EXECUTABLE = encode_all(b"executable", b"")
CONTENTS = encode(b"contents")
SYMLINK = encode_all(b"(", b"type", b"symlink", b"target")
DIRECTORY = encode_all(b"(", b"type", b"directory")
ENTRY = encode_all(b"entry", b"(", b"name")
NODE = encode(b"node")


def dump(node: Node, write: Callable[[bytes], object]) -> None:
    """Serialise *node*, giving the pieces to *write* (a hasher's `update`, a file's `write`)."""
    write(HEADER)
    dump_node(node, write, 0)


def dump_node(node: Node, write: Callable[[bytes], object], depth: int) -> None:
    """Serialise a node without the header."""
    if depth >= MAX_DEPTH:
        raise EvalError(f"path exceeds maximum NAR directory depth of {MAX_DEPTH}")
    if isinstance(node, File):
        data = node.read()
        write(REGULAR + EXECUTABLE + CONTENTS if node.executable else REGULAR + CONTENTS)
        write(len(data).to_bytes(8, "little"))
        write(data)
        write(bytes(-len(data) % 8) + CLOSE)
    elif isinstance(node, Symlink):
        write(SYMLINK + encode(node.target.encode("utf-8", "surrogateescape")) + CLOSE)
    else:
        write(DIRECTORY)
        for name, below in sorted_entries(node):
            write(ENTRY + encode(name) + NODE)
            dump_node(below, write, depth + 1)
            write(CLOSE)
        write(CLOSE)


def sorted_entries(node: Directory) -> list[tuple[bytes, Node]]:
    """The entries with their names as bytes, in byte order."""
    entries = [(name.encode("utf-8", "surrogateescape"), below) for name, below in node.entries.items()]
    entries.sort(key=lambda entry: entry[0])
    return entries


def hash_tree(node: Node, method: str = "nar", algorithm: str = "sha256") -> Hash:
    """The content hash of a tree by *method*: "nar", "flat" (files only) or "git"."""
    if method in ("flat", "text"):
        if not isinstance(node, File):
            raise EvalError("cannot hash a directory or symlink flatly")
        return hash_bytes(algorithm, node.read())
    if method == "git":
        from nixlite.store.git_hash import hash_git_object

        return hash_git_object(node, algorithm)
    hasher = new_hasher(algorithm)
    dump(node, hasher.update)
    return Hash(algorithm, hasher.digest())


def restore(data: bytes) -> Node:
    """The tree that an archive holds; raises EvalError for anything that is no archive."""
    try:
        node, end = Reader(data).archive()
    except (IndexError, ValueError):
        raise EvalError("bad archive: input doesn't look like a Nix archive") from None
    if end != len(data):
        raise EvalError("bad archive: trailing data")
    return node


class Reader:
    """Reads the strings of an archive; any deviation is a ValueError."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def archive(self) -> tuple[Node, int]:
        """The whole archive and the offset behind it."""
        self.expect(MAGIC)
        node = self.node()
        return node, self.at

    def string(self) -> bytes:
        """The next string."""
        size = int.from_bytes(self.data[self.at : self.at + 8], "little")
        start = self.at + 8
        if start + size > len(self.data):
            raise ValueError(size)
        self.at = start + size + (-size % 8)
        return self.data[start : start + size]

    def expect(self, *expected: bytes) -> None:
        """Insist on certain strings."""
        for text in expected:
            if self.string() != text:
                raise ValueError(text)

    def node(self) -> Node:
        """A node with its brackets."""
        self.expect(b"(", b"type")
        kind = self.string()
        if kind == b"regular":
            return self.file()
        if kind == b"symlink":
            self.expect(b"target")
            target = self.string().decode("utf-8", "surrogateescape")
            self.expect(b")")
            return Symlink(target)
        if kind != b"directory":
            raise ValueError(kind)
        return self.directory()

    def file(self) -> File:
        """A file after its type."""
        tag = self.string()
        executable = tag == b"executable"
        if executable:
            self.expect(b"")
            tag = self.string()
        if tag == b")":  # an empty file of old archives
            return File(b"", executable)
        if tag != b"contents":
            raise ValueError(tag)
        content = self.string()
        self.expect(b")")
        return File(content, executable)

    def directory(self) -> Directory:
        """A directory after its type."""
        entries: dict[str, Node] = {}
        while (tag := self.string()) == b"entry":
            self.expect(b"(", b"name")
            name = self.string().decode("utf-8", "surrogateescape")
            self.expect(b"node")
            entries[name] = self.node()
            self.expect(b")")
        if tag != b")":
            raise ValueError(tag)
        return Directory(entries)
