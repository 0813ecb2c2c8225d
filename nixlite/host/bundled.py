"""The files that come along: those that every Nix has built in as `<nix/…>`, of `stdlib/nix`, and for hosts
that have no disk all of `stdlib/`, where it lies: `<nixpkgs>` and `lib.nix` are there."""

from __future__ import annotations

import os

from nixlite.errors import EvalError, NoSuchFile
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


def require_type(path: str) -> str:
    """As `bundled_type`; raises EvalError, in Nix's words for reading, if there is nothing."""
    kind = bundled_type(path)
    if kind is None:
        raise NoSuchFile(f"file '{path}' does not exist")
    return kind


def bundled_bytes(path: str) -> bytes:
    """`Host.read_bytes` for `<nix/…>`; raises EvalError if there is no such file."""
    if require_type(path) != "regular":
        raise EvalError(f"file '{path}' is not a regular file")
    with open(os.path.join(directory(), path[len(BUNDLED_PREFIX) : -1]), "rb") as file:
        return file.read()


def bundled_entries(path: str) -> dict[str, str]:
    """`Host.list_dir` for `<nix/>`; raises EvalError for what is no directory."""
    if require_type(path) != "directory":
        raise EvalError(f"file '{path}' is not a directory")
    return dict.fromkeys(sorted(os.listdir(directory())), "regular")


# -- all that comes along, by its absolute paths


def comes_along(path: str) -> bool:
    """Whether a path is that of a file or directory in `stdlib/`, or would be."""
    root = stdlib_directory()
    return path == root or (path.startswith(f"{root}/") and os.path.normpath(path) == path)


def library_type(path: str) -> str | None:
    """`Host.file_type` for what comes along."""
    if not comes_along(path):
        return None
    return "directory" if os.path.isdir(path) else "regular" if os.path.isfile(path) else None


def library_bytes(path: str) -> bytes | None:
    """What is in a file of `stdlib/`; None if there is no such file."""
    if library_type(path) != "regular":
        return None
    with open(path, "rb") as file:
        return file.read()


def library_entries(path: str) -> dict[str, str] | None:
    """What is in a directory of `stdlib/`; None if there is no such directory."""
    if library_type(path) != "directory":
        return None
    kinds = {name: library_type(f"{path}/{name}") for name in sorted(os.listdir(path))}
    return {name: kind for name, kind in kinds.items() if kind is not None}
