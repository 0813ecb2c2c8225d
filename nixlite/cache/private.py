"""Files that only the user can have written: what is marshalled may be anything, and code is run."""

from __future__ import annotations

import os
from time import time

from nixlite.source import CHECKSUM, beside, checksum, read_open

FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
"""A link is no file, and a pipe that nobody writes to does not keep us waiting."""

REGULAR, KIND, OTHERS = 0o100000, 0o170000, 0o022


DAY = 86_400


def is_ours(status: os.stat_result) -> bool:
    """Whether only this user can have written what has this status.

    Windows keeps rights elsewhere: there what lies in the user's own directories is taken to be the user's.
    """
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not status.st_mode & OTHERS


def open_private(path: str, *, used: bool = False) -> int:
    """The number of an open file, a plain one of the user's that nobody else can write to. Raises OSError.

    *used*: that it is used is of interest: its time is that of the day on which it was.
    """
    number = os.open(path, FLAGS)
    try:
        status = os.fstat(number)
        if status.st_mode & KIND != REGULAR or not is_ours(status):
            raise PermissionError(path)
        if used and time() - status.st_mtime > DAY:
            touch(path)
    except OSError:
        os.close(number)
        raise
    return number


def touch(path: str) -> None:
    """A file was used; that it cannot be marked is no error."""
    try:
        os.utime(path)
    except OSError:
        return


def read_private(path: str, *, used: bool = False) -> bytes:
    """The contents of such a file. Raises OSError."""
    return read_open(open_private(path, used=used))


def write_private(path: str, parts: list[bytes]) -> None:
    """Write a file, its directory being there, so that nobody sees half of it. Raises OSError, and leaves
    nothing behind then."""
    temporary = beside(path)
    try:
        number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        try:
            left = b"".join(parts)
            while left:
                left = left[os.write(number, left) :]
        finally:
            os.close(number)
        os.replace(temporary, path)
    except BaseException:
        remove(temporary)
        raise


def seal(body: bytes, name: str) -> bytes:
    """CHECKSUM bytes by which damage is noticed, and that a body has come to be under another name."""
    return checksum(checksum(body) + name.encode())


def unsealed(content: bytes, name: str) -> bytes | None:
    """The body behind its seal; None where they do not fit."""
    body = content[CHECKSUM:]
    return body if seal(body, name) == content[:CHECKSUM] else None


def remove(path: str) -> None:
    """Remove a file, if it is there and can be."""
    try:
        os.unlink(path)
    except OSError:
        return
