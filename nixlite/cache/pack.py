"""The pieces of a source on disk: one file beside the source's entry in the cache, of which only what is
needed is read.

    head      the seal of the index; the number of pieces, 4 bytes
    index     for each piece its number, and the offset and length of its body: 3 columns of 4 bytes each
    bodies    of each piece a seal and the marshalled code

Numbers have the byte order of the machine. Processes that write at the same time may lose each other's
pieces, but what is there is whole: a file is written under another name and then renamed, and whatever
fails its checksum is taken as missing.
"""

from __future__ import annotations

import marshal
import os
import sys
from bisect import bisect_left

from nixlite.cache.code import Code
from nixlite.cache.private import open_private, seal, unsealed, write_private
from nixlite.source import CHECKSUM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from nixlite.cache.files import Cache

HEAD = CHECKSUM + 4
BYTES = 4
"""Of a number in the index."""

SUFFIX = ".pieces"

CLOSED = -1
"""Stands for the number of no file. Numbers, not file objects: one of these warns when nobody closes it."""


class Pack:
    """The pieces of the entry *key* of a cache. Whatever is wrong with the file means that it has none."""

    def __init__(self, cache: Cache, key: str) -> None:
        self.cache = cache
        self.key = key
        self.path = f"{cache.folder}/{key}{SUFFIX}"
        self.file = CLOSED
        self.numbers: Any = ()
        self.offsets: Any = ()
        self.lengths: Any = ()
        self._opened = False

    def load(self, number: int) -> Code | None:
        """The code of a piece, None when it is not there."""
        self.open()
        body = self.body(number)
        if body is None:
            return None
        try:
            return Code(*marshal.loads(body[CHECKSUM:]))
        except (ValueError, EOFError, TypeError):
            return None

    def open(self, *, anew: bool = False) -> None:
        """Read the index, if that is not done yet."""
        if self._opened and not anew:
            return
        self._opened = True
        self.close()
        if not self.cache.usable():
            return
        try:
            self.file = open_private(self.path, used=True)
            self.read_index()
        except (OSError, ValueError):
            self.close()

    def close(self) -> None:
        """Forget the file."""
        number, self.file = self.file, CLOSED
        if number != CLOSED:
            os.close(number)
        self.numbers = self.offsets = self.lengths = ()

    def __del__(self, is_ending: Callable[[], bool] = sys.is_finalizing) -> None:
        # When Python ends, modules are empty before all values are gone.
        if not is_ending():
            self.close()

    def read_index(self) -> None:
        """Raises ValueError when the index is damaged."""
        head = os.read(self.file, HEAD)
        count = int.from_bytes(head[CHECKSUM:], "little")
        if 3 * BYTES * count > os.fstat(self.file).st_size:  # or so much memory would be asked for
            raise ValueError("damaged")
        index = os.read(self.file, 3 * BYTES * count)
        if seal(head[CHECKSUM:] + index, self.key) != head[:CHECKSUM] or len(index) != 3 * BYTES * count:
            raise ValueError("damaged")
        columns = memoryview(index).cast("I")
        self.numbers = columns[:count]
        self.offsets = columns[count : 2 * count]
        self.lengths = columns[2 * count :]

    def body(self, number: int) -> bytes | None:
        """Seal and marshalled code of a piece, None when it is not there or damaged."""
        at = bisect_left(self.numbers, number)
        if at == len(self.numbers) or self.numbers[at] != number:
            return None
        try:
            os.lseek(self.file, self.offsets[at], os.SEEK_SET)
            body = os.read(self.file, self.lengths[at])
        except (OSError, ValueError):
            return None
        return body if unsealed(body, self.name(number)) is not None else None

    def name(self, number: int) -> str:
        """What a piece is called in its seal."""
        return f"{self.key}/{number}"

    def add(self, codes: dict[int, Code]) -> None:
        """Write pieces, and again those that are on disk by now; not being able to is no error."""
        bodies = {}
        for number, code in codes.items():
            data = marshal.dumps(code.data())
            bodies[number] = seal(data, self.name(number)) + data
        try:
            if self.cache.prepare():
                self.open(anew=True)
                for number in self.numbers:
                    body = None if number in bodies else self.body(number)
                    if body is not None:
                        bodies[number] = body
                write_private(self.path, list(packed(bodies, self.key)))
                self.open(anew=True)
                self.cache.written(self.key)
        except (OSError, ValueError):
            return


def packed(bodies: dict[int, bytes], key: str) -> Iterable[bytes]:
    """The contents of the file."""
    numbers = sorted(bodies)
    offset = HEAD + 3 * BYTES * len(numbers)
    offsets = []
    for number in numbers:
        offsets.append(offset)
        offset += len(bodies[number])
    columns = (numbers, offsets, [len(bodies[number]) for number in numbers])
    index = b"".join(memoryview(_unsigned(column)).tobytes() for column in columns)
    count = len(numbers).to_bytes(4, "little")
    return [seal(count + index, key), count, index, *(bodies[number] for number in numbers)]


def _unsigned(numbers: list[int]) -> Any:
    from array import array

    return array("I", numbers)
