"""Git's object hashes of a file tree, for the experimental feature `git-hashing`."""

from __future__ import annotations

from nixlite.store.hashing import Hash, digest
from nixlite.store.tree import Directory, File, Node, Symlink


def hash_git_object(node: Node, algorithm: str) -> Hash:
    """The hash of *node* as `git hash-object` (files) or `git write-tree` (directories) computes it."""
    return Hash(algorithm, object_hash(node, algorithm))


def object_hash(node: Node, algorithm: str) -> bytes:
    """The raw hash of the blob or tree."""
    if isinstance(node, Directory):
        return framed(b"tree", tree_body(node, algorithm), algorithm)
    content = node.target.encode("utf-8", "surrogateescape") if isinstance(node, Symlink) else node.read()
    return framed(b"blob", content, algorithm)


def framed(kind: bytes, body: bytes, algorithm: str) -> bytes:
    """The hash of a body with git's header."""
    return digest(algorithm, b"%s %d\0%s" % (kind, len(body), body))


def tree_body(node: Directory, algorithm: str) -> bytes:
    """A tree object's entries; git sorts directories as if their names ended in a slash."""
    rows = []
    for name, below in node.entries.items():
        raw_name = name.encode("utf-8", "surrogateescape")
        key = raw_name + b"/" if isinstance(below, Directory) else raw_name
        rows.append((key, b"%s %s\0%s" % (mode(below), raw_name, object_hash(below, algorithm))))
    return b"".join([row for _, row in sorted(rows)])


def mode(node: Node) -> bytes:
    """Git's file mode of an entry."""
    if isinstance(node, Directory):
        return b"40000"
    if isinstance(node, File):
        return b"100755" if node.executable else b"100644"
    return b"120000"
