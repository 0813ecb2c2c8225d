"""Paths where an operating system has drives, and Nix, where each path begins with `/`.

On Windows `C:\\Users\\ann` is `/C:/Users/ann` in Nix, and `\\\\server\\share` is `/UNC:/server/share`; `/tmp`
is on the current drive. Everywhere else a path is one and the same text: nothing here is called.
"""

from __future__ import annotations

import os

from nixlite.spelling import normalise

DRIVES = os.sep == "\\"
"""Whether this system has drives."""

NEVER_IN_NAMES = frozenset('<>:"|?*\\')
"""Letters that no name of a file has on Windows."""

SHARES = "UNC:"
"""The first part of the path of a share."""


def nix_path(path: str) -> str:
    """An absolute path of the system's, in Nix: `C:\\a` → `/C:/a`."""
    path = path.replace("\\", "/")
    for prefix, instead in (("//?/UNC/", f"/{SHARES}/"), ("//?/", "/"), ("//./", "/"), ("//", f"/{SHARES}/")):
        if path.startswith(prefix):
            return instead + path[len(prefix) :]
    return path if path.startswith("/") else f"/{path}"


def system_path(path: str) -> str:
    """An absolute path of Nix's, as the system takes it: `/C:/a` → `C:/a`; one of the system's is as it was.
    Raises FileNotFoundError for what cannot be in a name there, such as a backslash."""
    if is_absolute(path):
        return path
    first, _, rest = path[1:].partition("/")
    known = first == SHARES or is_drive(first)
    if not NEVER_IN_NAMES.isdisjoint(rest if known else path):
        from errno import ENOENT

        raise FileNotFoundError(ENOENT, "no name of a file has such a letter here", path)
    if not known:
        return path
    return f"//{rest}" if first == SHARES else f"{first}/{rest}"


def is_drive(word: str) -> bool:
    """`C:`"""
    return len(word) == 2 and word[1] == ":" and word[0].isascii() and word[0].isalpha()


def has_drive(path: str) -> bool:
    """Whether a path of Nix's begins with a drive or a share."""
    first = path[1:].partition("/")[0]
    return path.startswith("/") and (first == SHARES or is_drive(first))


def is_absolute(word: str) -> bool:
    """Whether what a user writes is an absolute path there: `C:\\a`, `C:/a`, `\\\\server\\share`."""
    return (is_drive(word[:2]) and word[2:3] in ("/", "\\")) or word.startswith("\\\\")


def typed_path(word: str) -> str:
    """What a user wrote as a path there, in Nix: `C:\\a` → `/C:/a`, `.\\a` → `./a`."""
    if is_absolute(word):
        return nix_path(word)
    return word.replace("\\", "/")


def is_typed_path(word: str) -> bool:
    """Whether a word is a path there, and nothing else: no flake, URL or lookup path."""
    return is_absolute(word) or word.startswith((".\\", "..\\"))


def given_path(path: str | os.PathLike[str], directory: str) -> str:
    """The canonical path in Nix of one that a Python program gives, as seen from *directory*."""
    text = os.fsdecode(os.fspath(path))
    text = typed_path(text) if DRIVES else text
    return normalise(text if text.startswith("/") else f"{directory}/{text}")
