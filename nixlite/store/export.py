"""Handing store objects over to a real Nix.

Three forms: the files themselves as a store directory holds them; the *registration* that tells a Nix
database of them (`nix-store --load-db`); and the stream that `nix-store --import` reads, which needs no write
access to the store.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import EvalError
from nixlite.store.hashing import new_hasher
from nixlite.store.nar import dump, encode
from nixlite.store.tree import Directory, File, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nixlite.store.store import Store

EXPORT_MAGIC = 0x4558494E
STORE_TIME = 1  # every file of a store was last changed one second after the epoch


class NarInfo(NamedTuple):
    """Hash (SHA-256, base 16) and size of an object's archive."""

    hash: str
    size: int


def nar_info(node: Node) -> NarInfo:
    """Serialise a tree and measure it."""
    hasher = new_hasher("sha256")
    size = 0

    def write(data: bytes) -> None:
        nonlocal size
        size += len(data)
        hasher.update(data)

    dump(node, write)
    return NarInfo(hasher.digest().hex(), size)


def write_store(store: Store, directory: str, roots: Iterable[str] | None = None) -> list[str]:
    """Write objects to the store directory *directory*; returns their paths, references first.

    *roots*: only these and what they refer to. Objects that are there already are left alone.
    Raises EvalError when the disk refuses.
    """
    paths = known_closure(store, roots)
    try:
        os.makedirs(directory, exist_ok=True)
        for path in paths:
            target = os.path.join(directory, path.rpartition("/")[2])
            if not os.path.lexists(target):
                write_object(store.objects[path].node, target)
    except OSError as error:
        raise EvalError(f"writing to the store '{directory}': {error.strerror}") from None
    return paths


def known_closure(store: Store, roots: Iterable[str] | None) -> list[str]:
    """The objects in memory that *roots* (all of them by default) need, references first."""
    wanted = store.objects if roots is None else roots
    return [path for path in store.closure(wanted) if path in store.objects]


def write_object(node: Node, target: str) -> None:
    """Write a tree under a temporary name and move it into place, so that no half object is ever seen."""
    temporary = f"{target}.{os.getpid()}.tmp"
    write_node(node, temporary)
    os.rename(temporary, target)


def write_node(node: Node, target: str) -> None:
    """Write one node with the modes and times of a store."""
    if isinstance(node, Directory):
        os.mkdir(target)
        for name, below in node.entries.items():
            write_node(below, os.path.join(target, name))
        os.chmod(target, 0o555)
        os.utime(target, (STORE_TIME, STORE_TIME))
    elif isinstance(node, File):
        with open(target, "wb") as file:
            file.write(node.read())
        os.chmod(target, 0o555 if node.executable else 0o444)
        os.utime(target, (STORE_TIME, STORE_TIME))
    else:
        os.symlink(node.target, target)


def registration(store: Store, paths: Iterable[str]) -> str:
    """The text for `nix-store --load-db` about objects that `write_store` wrote."""
    lines: list[str] = []
    for path in paths:
        found = store.objects[path]
        info = nar_info(found.node)
        lines += [path, info.hash, str(info.size), "", str(len(found.references)), *found.references]
    return "".join([line + "\n" for line in lines])


def export_stream(store: Store, roots: Iterable[str] | None, write: Callable[[bytes], object]) -> list[str]:
    """Give *write* the pieces of a stream for `nix-store --import`; returns the paths in it."""
    paths = known_closure(store, roots)
    for path in paths:
        found = store.objects[path]
        write(number(1))
        dump(found.node, write)
        write(number(EXPORT_MAGIC) + encode(path.encode()))
        write(number(len(found.references)) + b"".join([encode(text.encode()) for text in found.references]))
        write(encode(b"") + number(0))  # no deriver, no signature
    write(number(0))
    return paths


def number(value: int) -> bytes:
    """A number of Nix's protocols."""
    return value.to_bytes(8, "little")
