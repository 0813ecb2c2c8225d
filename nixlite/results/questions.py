"""Questions that an evaluation asked of the world, and whether the world still gives the same answers.

Each is first looked at by what the system says of a file: kind, size, times, number. Only where that is
different, or so young that a change may not show in it (`RACY`), is the question asked again: a file's
contents by their hash, a directory by the names and kinds of its entries. What was missing must be missing.
"""

from __future__ import annotations

import os
from stat import S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, S_IXUSR

try:  # hashlib would load OpenSSL
    from _blake2 import blake2b
except ImportError:  # another Python than CPython
    from hashlib import blake2b

from nixlite.source import read_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Signature = tuple[int, ...] | None
    """What the system says of a file; None where there is nothing."""

    Answers = dict[str, Any]
    """What was answered about a path, by the kind of question."""

KIND, CONTENTS, LISTING, TARGET, TIME = "kind", "contents", "listing", "target", "time"

RACY = 2_000_000_000
"""Nanoseconds within which a file may change twice with one time."""


class FileRow:
    """What was asked about a path. *here* is its signature, links not followed, *there* that of what it leads
    to; `answers` are by kind of question."""

    __slots__ = ("answers", "here", "there")

    def __init__(self, here: Signature, there: Signature, answers: Answers) -> None:
        self.here = here
        self.there = there
        self.answers = answers


def signature(path: bytes, *, follow: bool) -> Signature:
    """What the system says of a file; the number of an error as a tuple of one."""
    try:
        status = os.stat(path, follow_symlinks=follow)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return (error.errno or -1,)
    except ValueError:  # a NUL in the path
        return (-1,)
    return (
        status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev,
    )  # fmt: skip


def is_young(found: Signature, now: int) -> bool:
    """Whether a file with a signature may have changed since, and it would not show."""
    return found is not None and len(found) > 1 and now - max(found[2], found[3]) < RACY


def ask(path: bytes, kind: str) -> Any:
    """The answer of the disk to one question; of an error its number."""
    try:
        if kind == KIND:
            mode = os.lstat(path).st_mode
            return S_IFMT(mode) | (mode & S_IXUSR)
        if kind == CONTENTS:
            return digest(read_whole(path)) if is_regular(path) else "no file"
        if kind == LISTING:
            with os.scandir(path) as entries:
                return listing({entry.name: kind_of(entry) for entry in entries})
        if kind == TARGET:
            return os.readlink(path)
        return int(os.lstat(path).st_mtime)
    except OSError as error:
        return -(error.errno or 1)
    except ValueError:
        return -1


def is_regular(path: bytes) -> bool:
    """Whether a path leads to a file whose contents can be read at once: no pipe, no device."""
    return S_IFMT(os.stat(path).st_mode) in (S_IFREG, S_IFDIR)


def kind_of(entry: os.DirEntry[bytes]) -> int:
    """The kind of a directory's entry, as part of a mode."""
    if entry.is_symlink():
        return S_IFLNK
    if entry.is_dir(follow_symlinks=False):
        return S_IFDIR
    return S_IFREG if entry.is_file(follow_symlinks=False) else 0


def digest(data: bytes, size: int = 16) -> bytes:
    """The hash of contents, *size* bytes long."""
    found: bytes = blake2b(data, digest_size=size).digest()
    return found


def listing(entries: dict[bytes, int]) -> bytes:
    """The hash of a directory's names and kinds."""
    return digest(repr(sorted(entries.items())).encode())


def asked_again(path: bytes, row: FileRow, kept_at: int) -> FileRow | None:
    """The row, or a younger one of the same answers, if everything that was asked about a path is answered as
    it was then; None if not. *kept_at*: when the evaluation began, in nanoseconds."""
    here = signature(path, follow=False)
    through = here is not None and len(here) > 1 and S_IFMT(here[0]) == S_IFLNK
    there = signature(path, follow=True) if through and CONTENTS in row.answers else here
    same = here == row.here and (there == row.there or not through or CONTENTS not in row.answers)
    if same and not is_young(here, kept_at) and not is_young(there, kept_at):
        return row
    if all(ask(path, kind) == answer for kind, answer in row.answers.items()):
        return FileRow(here, there, row.answers)
    return None
