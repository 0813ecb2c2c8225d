"""Compiled units on disk, so that a file is parsed and compiled once.

Each version of the compiler and of Python has a folder of its own (`version_folder`), so that what others
have left can be told and cleared (`nixlite cache`). An entry's name is a hash of all else that decides the
code: the source's bytes, its name and base directory, and what the settings change. An entry is a
seal, in which its body and its name are, then the marshalled unit; what is compiled of a source piece by
piece lies beside it (`pack`). Directory and entries are private (ours, and nobody else's to write):
marshalled code from someone else must never be run. Whatever is wrong with an entry or the directory means
compiling anew, never an error.
"""

from __future__ import annotations

import marshal
import os
import sys

from nixlite.cache.code import Code
from nixlite.cache.private import is_ours, read_private, seal, unsealed, write_private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.source import Source

try:  # hashlib would load OpenSSL, a fifth of the whole start-up
    from _blake2 import blake2b
except ImportError:  # another Python than CPython
    from hashlib import blake2b

DIGEST = 20
"""Bytes of the hash that names an entry."""

COMPILER = ("abi", "syntax", "analysis", "compiler", "cache", "_grammar", "../grammar")
"""The folders, seen from nixlite's, that decide the code of a source (a wheel has one grammar folder, a
checkout the other)."""


class Cache:
    """The cache in *directory*, which is made when the first entry is written; our version's in `folder`.

    `shared`: the `Pieces` of sources, by key, where several evaluators of this process have them in common.
    """

    shared: dict[str, Any] | None = None

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.folder = f"{directory}/{version_folder()}"
        self._usable: bool | None = None

    def key(self, source: Source, settings: str) -> str:
        """The name of a source's entry. *settings*: text of everything else that decides the code."""
        name, base = source.name, source.base
        parts = f"{len(name)}:{len(base)}:{len(settings)}:{name}{base}{settings}"
        state = blake2b(parts.encode("utf-8", "surrogateescape"), digest_size=DIGEST)
        data = source.data
        state.update(source.text.encode("utf-8", "surrogateescape") if data is None else data)
        return state.hexdigest()

    def variant(self, key: str, groups: list[list[str]]) -> str:
        """The name of another entry for the same source: for names in the order that *groups* have."""
        return blake2b(f"{key}{groups}".encode("utf-8", "surrogateescape"), digest_size=DIGEST).hexdigest()

    def load(self, key: str) -> Code | None:
        """The code under *key*, None when there is none that can be used."""
        data = self.load_data(key)
        try:
            return Code(*data) if data is not None else None
        except TypeError:
            return None

    def load_data(self, key: str) -> Any:
        """The entry *key*, None when there is none that can be used."""
        if not self.usable():
            return None
        try:
            body = unsealed(read_private(f"{self.folder}/{key}", used=True), key)
            return marshal.loads(body) if body is not None else None
        except (OSError, ValueError, EOFError, TypeError):
            return None

    def store(self, key: str, code: Code, on_disk: bool = True) -> None:
        """Write code, unless it is not wanted *on_disk*; not being able to is no error."""
        if on_disk:
            self.store_data(key, code.data())

    def store_data(self, key: str, data: Any) -> None:
        """Write an entry atomically; not being able to is no error."""
        try:
            body = marshal.dumps(data)
            if self.usable():
                try:
                    self.write(key, body)
                    return
                except FileNotFoundError:
                    pass  # the first entry
            if self.prepare():
                self.write(key, body)
        except (OSError, ValueError):
            return

    def write(self, key: str, body: bytes) -> None:
        """Write an entry into the folder, which must be there. Raises OSError."""
        write_private(f"{self.folder}/{key}", [seal(body, key), body])
        self.written(key)

    def written(self, key: str) -> None:
        """An entry was written: now and then it is seen to it that there are not too many."""
        from nixlite.cache.bounds import is_due, prune

        if is_due(key):
            prune(self.directory)

    def is_worthwhile(self, key: str, source: Source) -> bool:
        """Whether the code of a source is to be kept, as it is not there yet: a text that is no file only
        when it comes again."""
        from nixlite.cache.bounds import TABLE, TEXTS, comes_again

        if not source.name.startswith(TEXTS):
            return True
        return self.prepare() and comes_again(f"{self.folder}/{TABLE}", key)

    def prepare(self) -> bool:
        """Make the directory and our version's folder; whether they can be used."""
        try:
            os.makedirs(self.directory, 0o700, exist_ok=True)
            self._usable = None
            if self.usable():
                os.makedirs(self.folder, 0o700, exist_ok=True)
                return True
        except OSError:
            self._usable = False
        return False

    def usable(self) -> bool:
        """Whether the directory is there and only we can write to it."""
        if self._usable is None:
            try:
                self._usable = is_ours(os.stat(self.directory))
            except OSError:
                self._usable = False
        return self._usable


def version_folder() -> str:
    """The name of the folder for this compiler and this Python: `cpython-311-` and 16 hexadecimal digits."""
    state = blake2b(sys.version.encode(), digest_size=8)
    state.update(compiler_version().encode("utf-8", "surrogateescape"))
    return f"{sys.implementation.cache_tag or sys.implementation.name}-{state.hexdigest()}"


def compiler_version() -> str:
    """Changes with every change of the compiler: names, sizes and times of its files."""
    root = os.path.dirname(os.path.dirname(__file__))
    rows = []
    for folder in COMPILER:
        try:
            for entry in os.scandir(f"{root}/{folder}"):
                if not entry.name.startswith("__"):  # neither __pycache__ nor __init__.py
                    status = entry.stat()
                    rows.append((entry.name, status.st_size, status.st_mtime_ns))
        except OSError:  # imported from an archive
            rows.append((folder, 0, 0))
    return repr(sorted(rows))
