"""What lies in the cache directory of compiled sources: looking at it, and clearing it.

Only what `cache.files` can have written counts as ours: regular files whose name is a hash (or that of an
unfinished entry), in the cache directory itself, where older versions kept them, or in the folder of a
version. Symlinks are never followed and nothing else is ever touched.
"""

from __future__ import annotations

import os
import re
import stat
from typing import NamedTuple

from nixlite.cache.bounds import TABLE
from nixlite.errors import EvalError

VERSION = re.compile(r"[a-z]+(?:-\w+)?-[0-9a-f]{16}")
"""Folders, as `cache.files.version_folder` names them."""

ENTRY = re.compile(r"[0-9a-f]{40}(?:\.pieces)?|\.[0-9a-f]{40}(?:\.pieces)?\.\d+")
"""Entries, the pieces of big ones, and, after a dot and with its number, what a killed process has left."""

BEFORE = ""
"""Stands for the version of entries that lie in the cache directory itself."""


class Version(NamedTuple):
    """The entries of one version of nixlite and Python: how many, and bytes in all."""

    name: str
    current: bool
    entries: int
    size: int


def entries_of(directory: str, version: str) -> list[tuple[str, int]]:
    """Path and bytes of each entry in a version's folder (`BEFORE`: in the cache directory itself)."""
    try:
        with os.scandir(os.path.join(directory, version)) as rows:
            return [(row.path, row.stat(follow_symlinks=False).st_size) for row in rows if is_entry(row)]
    except OSError:
        return []


def is_entry(row: os.DirEntry[str]) -> bool:
    """Whether something in the cache directory is an entry."""
    return ENTRY.fullmatch(row.name) is not None and row.is_file(follow_symlinks=False)


ANSWER = re.compile(r"[0-9a-f]{40}|\.[0-9a-f]{40}\.\d+")
"""Answers of commands (`results.kept`), and what a killed process has left of one."""


STARTS = re.compile(r"\.?[a-z]+(?:-\w+)?-[0-9a-f]{16}(?:\.\d+)?")
"""What start-up keeps of nixlite's own modules, a file for each place and Python (`loading`)."""

KEPT = {"results": ANSWER, "jobs": ANSWER, "modules": STARTS}
"""The folders beside that of compiled sources, and what lies in them."""


def kept(home: str, folder: str) -> list[tuple[str, int]]:
    """Path and bytes of what nixlite has put into one of the folders in `KEPT` of the cache *home*."""
    try:
        with os.scandir(os.path.join(home, folder)) as rows:
            return [
                (row.path, row.stat(follow_symlinks=False).st_size)
                for row in rows
                if KEPT[folder].fullmatch(row.name) and row.is_file(follow_symlinks=False)
            ]
    except OSError:
        return []


def versions(directory: str, current: str) -> list[Version]:
    """What each version has left in *directory*, that of the folder *current* first.

    Versions without entries are left out, but for the current one.
    """
    names = [BEFORE]
    try:
        with os.scandir(directory) as rows:
            names += [
                row.name for row in rows if row.is_dir(follow_symlinks=False) and VERSION.fullmatch(row.name)
            ]
    except OSError:
        names = []
    found = [Version(current, True, *total(directory, current))]
    for name in sorted(names):
        if name != current:
            version = Version(name, False, *total(directory, name))
            if version.entries:
                found.append(version)
    return found


def total(directory: str, version: str) -> tuple[int, int]:
    """Number and bytes of a version's entries; a folder that is a symlink has none."""
    if os.path.islink(os.path.join(directory, version)):
        return 0, 0
    rows = entries_of(directory, version)
    return len(rows), sum(size for _, size in rows)


def clear(directory: str, current: str, *, stale: bool) -> tuple[int, int]:
    """Remove the entries of all versions, or with *stale* those of all but the one named *current*.

    Returns their number and bytes. Folders that are empty then go too. Raises EvalError where the directory
    is not ours or cannot be changed.
    """
    check(directory)
    removed = freed = 0
    for version in versions(directory, current):
        if stale and version.current:
            continue
        for path, size in entries_of(directory, version.name):
            remove(path)
            removed += 1
            freed += size
        remove_if_empty(directory, version.name)
    return removed, freed


def check(directory: str) -> None:
    """Raise EvalError for a cache directory that is a symlink or someone else's."""
    try:
        status = os.lstat(directory)
    except FileNotFoundError:
        return
    except OSError as error:
        raise EvalError(f"cannot look at '{directory}': {error.strerror}") from None
    if stat.S_ISLNK(status.st_mode):
        raise EvalError(f"'{directory}' is a symlink: nothing is removed behind it")
    if hasattr(os, "getuid") and status.st_uid != os.getuid():
        raise EvalError(f"'{directory}' belongs to someone else")


def remove(path: str) -> None:
    """Remove an entry; another process may have been quicker. Raises EvalError where it cannot be."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise EvalError(f"cannot remove '{path}': {error.strerror}") from None


def remove_if_empty(directory: str, version: str) -> None:
    """Remove a version's folder if nothing else is in it."""
    if version != BEFORE:
        try:
            remove(os.path.join(directory, version, TABLE))
            os.rmdir(os.path.join(directory, version))
        except OSError:  # there is something foreign in it
            return
