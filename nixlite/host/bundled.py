"""The files that every Nix has built in, as `<nix/…>`: those of `stdlib/nix`."""

from __future__ import annotations

import os

from nixlite.errors import NoSuchFile
from nixlite.resources import stdlib_directory

BUNDLED_PREFIX = "<nix/"
"""What the paths of these files begin with; they end in `>`."""


def directory() -> str:
    """Where they lie on the disk."""
    return os.path.join(stdlib_directory(), "nix")


def bundled_type(path: str) -> str | None:
    """`Host.file_type` for `<nix/…>`."""
    if path == f"{BUNDLED_PREFIX}>":
        return "directory"
    return "regular" if path[len(BUNDLED_PREFIX) : -1] in os.listdir(directory()) else None


def bundled_bytes(path: str) -> bytes:
    """`Host.read_bytes` for `<nix/…>`; raises EvalError if there is no such file."""
    if bundled_type(path) != "regular":
        raise NoSuchFile(f"file '{path}' does not exist")
    with open(os.path.join(directory(), path[len(BUNDLED_PREFIX) : -1]), "rb") as file:
        return file.read()


def bundled_entries(path: str) -> dict[str, str]:
    """`Host.list_dir` for `<nix/>`; raises EvalError for what is no directory."""
    if path != f"{BUNDLED_PREFIX}>":
        raise NoSuchFile(f"path '{path}' does not exist")
    return dict.fromkeys(sorted(os.listdir(directory())), "regular")
