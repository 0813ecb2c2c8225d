"""What is left on the disk: `.drv` files with what they need, and roots for the garbage collector.

Several processes write at once. Each object is written under a name of the process's own and moved into
place, so nobody sees half of it, and whoever comes second finds it there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nixlite.errors import EvalError
from nixlite.store.export import registration, write_object

if TYPE_CHECKING:
    from nixlite.store.store import Store

    Stored = list[tuple[str, str]]
    """Store paths, and what is to be registered of each."""


class Outputs:
    """Where one process writes. *directory*: of the store, "" for none; *roots*: for links, "" for none."""

    def __init__(self, directory: str, roots: str) -> None:
        self.directory = directory
        self.roots = roots
        self.written: set[str] = set()

    def add(self, store: Store, drv_path: str) -> Stored:
        """Write a derivation and what it needs; what was not written by this process before."""
        try:
            stored = self.write(store, drv_path) if self.directory else []
            if self.roots:
                self.link(drv_path)
        except OSError as error:
            raise EvalError(f"writing '{drv_path}': {error.strerror}") from None
        return stored

    def write(self, store: Store, drv_path: str) -> Stored:
        """Write objects, what is referred to before what refers."""
        stored: Stored = []
        todo = [drv_path]
        while todo:
            path = todo[-1]
            if path in self.written or path not in store.objects:
                todo.pop()
                continue
            below = [
                each
                for each in store.references(path)
                if each not in self.written and each in store.objects and each != path
            ]
            if below:
                todo += below
                continue
            todo.pop()
            self.write_one(store, path)
            self.written.add(path)
            stored.append((path, registration(store, [path])))
        return stored

    def write_one(self, store: Store, path: str) -> None:
        """Write one object, if it is not there."""
        target = os.path.join(self.directory, path.rpartition("/")[2])
        if os.path.lexists(target):
            return
        try:
            write_object(store.objects[path].node, target)
        except OSError:
            if not os.path.lexists(target):
                raise
            remove(f"{target}.{os.getpid()}.tmp")  # another process was faster

    def link(self, drv_path: str) -> None:
        """Make the root, a symlink to the `.drv` file that has its name."""
        try:
            os.symlink(drv_path, os.path.join(self.roots, drv_path.rpartition("/")[2]))
        except FileExistsError:
            return


def remove(path: str) -> None:
    """Remove a half of an object."""
    from shutil import rmtree  # hardly ever

    if os.path.isdir(path) and not os.path.islink(path):
        for folder, _, _ in os.walk(path):
            os.chmod(folder, 0o700)
        rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        os.unlink(path)


def prepare(directory: str, roots: str) -> None:
    """Make the directories. Raises EvalError where that cannot be."""
    for path in (directory, roots):
        try:
            if path:
                os.makedirs(path, exist_ok=True)
        except OSError as error:
            raise EvalError(f"creating directory '{path}': {error.strerror}") from None
