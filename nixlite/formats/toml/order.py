"""The order in which C++ Nix comes to the members of a TOML table.

toml11 keeps them in a `std::unordered_map`, so the order is that of libstdc++'s hash table: neither that of
the text nor the alphabet's, but always the same. Names get their numbers in it (see `symbols`). Checked
against Nix 2.34.8 with tables of up to a hundred members.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FACTOR, SEED, WORD = 0xC6A4A7935BD1E995, 0xC70F6907, 2**64 - 1
"""Of libstdc++'s `_Hash_bytes`, which is MurmurHash64A."""

SIZES = (
    13, 29, 59, 127, 257, 541, 1109, 2357, 5087, 10273, 20753, 42043, 85229, 172933, 351061, 712697, 1447153,
    2938679, 5967347,
)  # fmt: skip
"""Numbers of buckets, which are as many as there may be members: the prime next to twice the one before."""


def hash_of(view: str) -> int:
    """The hash of a string, given as a byte view."""
    data = view.encode("latin-1")
    value = SEED ^ (len(data) * FACTOR & WORD)
    whole = len(data) & ~7
    for at in range(0, whole, 8):
        word = int.from_bytes(data[at : at + 8], "little") * FACTOR & WORD
        value = (value ^ ((word ^ (word >> 47)) * FACTOR & WORD)) * FACTOR & WORD
    if whole < len(data):
        value = (value ^ int.from_bytes(data[whole:], "little")) * FACTOR & WORD
    value = (value ^ (value >> 47)) * FACTOR & WORD
    return value ^ (value >> 47)


def hash_order(names: Sequence[str]) -> list[str]:
    """Byte views of names, given as they were inserted, in the order of iteration."""
    if len(names) < 2:
        return list(names)
    hashes = {name: hash_of(name) for name in names}
    placed: list[str] = []
    for size in SIZES:  # as the table grows, its members are inserted again
        placed = list(in_buckets([*placed, *names[len(placed) : size]], hashes, size))
        if len(placed) == len(names):
            break
    return placed


def in_buckets(names: list[str], hashes: dict[str, int], size: int) -> Iterator[str]:
    """The order in a table of *size* buckets: a new bucket comes first, as does a new name in its bucket."""
    buckets: dict[int, list[str]] = {}
    for name in names:
        buckets.setdefault(hashes[name] % size, []).append(name)
    for bucket in reversed(buckets.values()):
        yield from reversed(bucket)
