"""BLAKE3, for Nix's experimental feature `blake3-hashes`; Python's hashlib has none.

After the specification "BLAKE3: one function, fast everywhere": chunks of 1024 bytes are the leaves of a
binary tree, each compressed in blocks of 64 bytes. Only the unkeyed hash of 32 bytes is here, written for
clarity: a few hundred kilobytes a second.
"""

from __future__ import annotations

import struct

IV = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)  # fmt: skip
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
QUARTERS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),  # columns
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),  # diagonals
)  # fmt: skip
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8
MASK = 0xFFFFFFFF


class Blake3:
    """A hasher with the interface of hashlib's: `update`, then `digest`."""

    def __init__(self) -> None:
        self._pending = (
            bytearray()
        )  # at most one whole chunk waits: the last one is finished as the root may need
        self._chunks = 0
        self._stack: list[tuple[int, ...]] = []  # chaining values of complete subtrees, largest first

    def update(self, data: bytes) -> None:
        """Add *data*."""
        pending = self._pending
        pending += data
        while len(pending) > 1024:
            value = output(*last_block(bytes(pending[:1024]), self._chunks))
            del pending[:1024]
            self._chunks += 1
            self._push(value)

    def digest(self) -> bytes:
        """The 32 bytes of everything added so far."""
        node = last_block(bytes(self._pending), self._chunks)
        for left in reversed(self._stack):
            node = parent(left, output(*node))
        chaining, words, _, length, flags = node
        return struct.pack("<8I", *compress(chaining, words, 0, length, flags | ROOT)[:8])

    def _push(self, value: tuple[int, ...]) -> None:
        """Add a chunk's chaining value, merging subtrees of equal size."""
        total = self._chunks
        while total & 1 == 0:
            value = output(*parent(self._stack.pop(), value))
            total >>= 1
        self._stack.append(value)


Node = tuple[tuple[int, ...], tuple[int, ...], int, int, int]


def last_block(chunk: bytes, counter: int) -> Node:
    """Compress all blocks of a chunk but the last, which is returned ready for `compress`."""
    chaining: tuple[int, ...] = IV
    flags = CHUNK_START
    position = 0
    while len(chunk) - position > 64:
        words = struct.unpack("<16I", chunk[position : position + 64])
        chaining = compress(chaining, words, counter, 64, flags)[:8]
        flags = 0
        position += 64
    block = chunk[position:]
    words = struct.unpack("<16I", block.ljust(64, b"\0"))
    return chaining, words, counter, len(block), flags | CHUNK_END


def parent(left: tuple[int, ...], right: tuple[int, ...]) -> Node:
    """The node above two subtrees."""
    return IV, left + right, 0, 64, PARENT


def output(
    chaining: tuple[int, ...], words: tuple[int, ...], counter: int, length: int, flags: int
) -> tuple[int, ...]:
    """The chaining value of a node that is not the root."""
    return compress(chaining, words, counter, length, flags)[:8]


def compress(
    chaining: tuple[int, ...], words: tuple[int, ...], counter: int, length: int, flags: int
) -> tuple[int, ...]:
    """The compression function: sixteen words, of which the first eight are the chaining value."""
    state = [*chaining, *IV[:4], counter & MASK, counter >> 32 & MASK, length, flags]
    message = list(words)
    for turn in range(7):
        for index, (a, b, c, d) in enumerate(QUARTERS):
            mix(state, a, b, c, d, message[2 * index], message[2 * index + 1])
        if turn < 6:
            message = [message[index] for index in PERMUTATION]
    low = [state[i] ^ state[i + 8] for i in range(8)]
    return (*low, *(state[i + 8] ^ chaining[i] for i in range(8)))


def mix(state: list[int], a: int, b: int, c: int, d: int, x: int, y: int) -> None:
    """The quarter round of BLAKE3 on four words of the state."""
    sa = (state[a] + state[b] + x) & MASK
    sd = state[d] ^ sa
    sd = sd >> 16 | sd << 16 & MASK
    sc = (state[c] + sd) & MASK
    sb = state[b] ^ sc
    sb = sb >> 12 | sb << 20 & MASK
    sa = (sa + sb + y) & MASK
    sd ^= sa
    sd = sd >> 8 | sd << 24 & MASK
    sc = (sc + sd) & MASK
    sb ^= sc
    sb = sb >> 7 | sb << 25 & MASK
    state[a], state[b], state[c], state[d] = sa, sb, sc, sd
