"""What the cache may hold, and what is worth keeping.

Nobody looks through the cache at start-up, nor when something is taken from it: what was not used for a day
is marked as used when it is. One entry in `ROUND` that is written, by its name, is followed by a look through
all of them, those of other versions included; what was not used for longest then goes. A text that is no
file, such as `--expr` has it or a program gives to the library, is kept when it comes for the second time: a
table of fixed size remembers those of late.
"""

from __future__ import annotations

import os

MOST_BYTES, MOST_ENTRIES = 400_000_000, 30_000
"""What there may be before something goes; then so much goes that `SPARED` of it stays."""

SPARED = 0.9

ROUND = 256
"""Entries that are written, on average, until all of them are looked through."""

FORGOTTEN = 3600.0
"""Seconds after which an unfinished entry is one of a process that was killed."""

SLOTS, TAG = 1 << 13, 8
"""Texts that are remembered, and bytes for each."""

TABLE = "texts"
"""The file in a version's folder that remembers texts."""

TEXTS = ("«string»", "«stdin»")
"""What the names of sources begin with that are no files."""


def is_due(key: str) -> bool:
    """Whether the entry *key*, which was written, is followed by a look through all."""
    return int(key[:2], 16) % ROUND == 0


def prune(directory: str) -> None:
    """Remove what was not used for longest, if there is too much in the cache *directory*; what else lies
    there stays, and not being able to is no error."""
    rows: list[tuple[float, int, str]] = []
    try:
        with os.scandir(directory) as folders:
            for folder in folders:
                if folder.is_dir(follow_symlinks=False):
                    rows += entries(folder.path)
    except OSError:
        return
    size = sum(row[1] for row in rows)
    if size <= MOST_BYTES and len(rows) <= MOST_ENTRIES:
        return
    rows.sort()
    count = len(rows)
    for _, bytes_, path in rows:
        if size <= SPARED * MOST_BYTES and count <= SPARED * MOST_ENTRIES:
            return
        remove(path)
        size -= bytes_
        count -= 1


def entries(folder: str) -> list[tuple[float, int, str]]:
    """When each entry of a version's folder was used, its bytes, and its path; what a process has left that
    was killed goes."""
    import time

    rows = []
    with os.scandir(folder) as found:
        for entry in found:
            name = entry.name
            if not is_entry(name.lstrip(".").partition(".")[0]) or not entry.is_file(follow_symlinks=False):
                continue
            status = entry.stat(follow_symlinks=False)
            if not name.startswith("."):
                rows.append((status.st_mtime, status.st_size, entry.path))
            elif time.time() - status.st_mtime > FORGOTTEN:
                remove(entry.path)
    return rows


def is_entry(name: str) -> bool:
    """Whether a file of this name can be an entry."""
    return len(name) == 40 and set(name) <= set("0123456789abcdef")


def remove(path: str) -> None:
    """Remove an entry, if another process has not done so."""
    try:
        os.unlink(path)
    except OSError:
        return


def comes_again(path: str, key: str) -> bool:
    """Whether the text that *key* stands for was here before, by the table at *path*; from now on it was."""
    tag = bytes.fromhex(key[-2 * TAG :])
    at = int(key[:8], 16) % SLOTS * TAG
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        number = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
        try:
            if os.pread(number, TAG, at) == tag:
                return True
            os.pwrite(number, tag, at)
        finally:
            os.close(number)
    except (OSError, AttributeError):  # nobody's business but ours; a system without `pread`
        return False
    return False
