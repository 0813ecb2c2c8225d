"""Reading what lies at a path that is known to be free of symlinks, so that it stays so while it is read.

Whoever can write to a directory on the way could put a link there after the guard has looked. So each part of
the path is opened in the directory that is open already, and no link is followed (`O_NOFOLLOW`). Where the
operating system cannot do that (Windows), the path is read as it is.
"""

from __future__ import annotations

import os

from nixlite.source import read_open, read_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

BY_PARTS = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
ON_THE_WAY = (
    getattr(os, "O_PATH", os.O_RDONLY)
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
AT_THE_END = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def open_parent(path: bytes) -> tuple[int, bytes]:
    """The directory that a path lies in, open, and the name in it. Raises OSError for a link on the way."""
    *parts, name = path.strip(b"/").split(b"/")
    directory = os.open(b"/", ON_THE_WAY)
    for part in parts:
        try:
            inner = os.open(part, ON_THE_WAY, dir_fd=directory)
        finally:
            os.close(directory)
        directory = inner
    return directory, name or b"."


def open_plain(path: bytes, flags: int = 0) -> int:
    """A file or directory, open for reading. Raises OSError for a link."""
    directory, name = open_parent(path)
    try:
        return os.open(name, AT_THE_END | flags, dir_fd=directory)
    finally:
        os.close(directory)


def read_plain(path: bytes) -> bytes:
    """The contents of a file. Raises OSError, ValueError."""
    if not BY_PARTS:
        return read_whole(path)
    return read_open(open_plain(path))


def list_plain(path: bytes, entries_of: Callable[[bytes | int], dict[str, str]]) -> dict[str, str]:
    """Name and type of a directory's entries, which *entries_of* reads. Raises OSError, ValueError."""
    if not BY_PARTS:
        return entries_of(path)
    number = open_plain(path, getattr(os, "O_DIRECTORY", 0))
    try:
        return entries_of(number)
    finally:
        os.close(number)


def read_plain_link(path: bytes) -> bytes:
    """The target of a symlink, which only the last part of the path is. Raises OSError, ValueError."""
    if not BY_PARTS:
        return os.readlink(path)
    directory, name = open_parent(path)
    try:
        return os.readlink(name, dir_fd=directory)
    finally:
        os.close(directory)
