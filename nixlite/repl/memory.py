"""The values of a session and Python's cyclic collector, which would look at all of them while one types.

A package set is millions of objects, and a collection takes a second then. So between inputs what is there is
put aside (`gc.freeze`); when it has become twice as much, it is looked at once.
"""

from __future__ import annotations

import gc
import sys

LEAST = 20_000_000
"""Blocks of memory from which on it is worth looking for garbage: one or two gigabytes."""

_blocks = [LEAST // 2]  # after the last look


def settle() -> None:
    """Put aside what is there; to be called between inputs."""
    if sys.getallocatedblocks() > 2 * _blocks[0]:
        gc.unfreeze()
        gc.collect()
        _blocks[0] = max(LEAST // 2, sys.getallocatedblocks())
    gc.freeze()


def release() -> None:
    """Let it be looked at as usual: the session is over, and whoever runs this process may go on."""
    gc.unfreeze()
