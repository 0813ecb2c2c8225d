"""Reading files of the machine: large ones piece by piece, endless ones until there is no more room.

So Ctrl-C, a deadline and a limit of memory come through, also where nothing comes: from a FIFO to which
nobody writes.
"""

from __future__ import annotations

import os
import stat
from _thread import allocate_lock, start_new_thread

from nixlite.limits.growth import grow
from nixlite.source import BINARY, SMALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 20
"""Bytes that are read at once of a large file."""

PATIENCE = 0.05
"""Seconds after which a wait for data is interrupted, so that what is to stop it can."""

WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)


def read_file(path: bytes | str, flags: int) -> bytes:
    """The contents of a file; *flags* are further ones of `os.open`. Raises OSError, ValueError, MemoryError.

    Most files are small, and for them a file object takes twice as many calls of the system, and as long.
    """
    number = os.open(path, BINARY | WITHOUT_WAITING | flags)
    try:
        kind = os.fstat(number).st_mode
        if stat.S_ISREG(kind):
            data = os.read(number, SMALL)
            more = os.read(number, 1)
            if not more:
                return data
            grow(os.fstat(number).st_size)
            return b"".join([data, more, *pieces(number)])
        if stat.S_ISFIFO(kind):  # without waiting it seems to be empty until somebody writes to it
            fifo = open_fifo(path, BINARY | flags)
            os.close(number)
            number = fifo
        return b"".join(pieces(number))  # a directory fails, with the right error
    finally:
        os.close(number)


def pieces(number: int) -> Iterator[bytes]:
    """What is left of an open file, piece by piece."""
    if WITHOUT_WAITING:
        os.set_blocking(number, False)
    size, asked = 0, PIECE
    while True:
        try:
            piece = os.read(number, PIECE)
        except BlockingIOError:
            wait(number)
            continue
        if not piece:
            return
        size += len(piece)
        if size >= asked:
            grow(size)  # it is joined in the end
            asked = 2 * size
        yield piece


def wait(number: int) -> None:
    """Wait a moment for data, or for the end of it."""
    from select import select  # files are always ready

    select([number], [], [], PATIENCE)


class Opening:
    """A FIFO that is being opened in a thread, which takes until somebody opens it for writing."""

    def __init__(self, path: bytes | str, flags: int) -> None:
        self.path = path
        self.flags = flags
        self.number: int
        self.error: OSError | None = None
        self.abandoned = False
        self.done = allocate_lock()
        self.done.acquire()

    def run(self) -> None:
        """Open it: the thread's body."""
        try:
            self.number = os.open(self.path, self.flags)
            if self.abandoned:
                os.close(self.number)
        except OSError as error:
            self.error = error
        finally:
            self.done.release()

    def abandon(self) -> None:
        """Let the thread end: be the one who writes, for a moment."""
        self.abandoned = True
        try:
            os.close(os.open(self.path, os.O_WRONLY | WITHOUT_WAITING))
        except OSError:
            return  # it may have ended already, or not be ours to write to


def open_fifo(path: bytes | str, flags: int) -> int:
    """Open a FIFO, once somebody writes to it. Raises OSError."""
    opening = Opening(path, flags)
    start_new_thread(opening.run, ())
    try:
        while not opening.done.acquire(timeout=PATIENCE):
            pass
    except BaseException:
        opening.abandon()
        raise
    if opening.error is not None:
        raise opening.error
    return opening.number
