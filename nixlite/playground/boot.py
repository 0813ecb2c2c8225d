"""Run by the worker as a text, before anything of nixlite can be imported: takes the archive apart, and has
Python import nixlite from it. It imports nothing of nixlite, and what it needs is in every Python.
"""

from __future__ import annotations

import marshal
import os
import sys
from importlib.machinery import ModuleSpec
from typing import Any

Module = tuple[bool, bool, int, int]
"""A module in the archive: whether it is a package, whether it is compiled, where its code or text begins,
and how long it is."""

Part = tuple[int, int]
"""Another file in the archive: where it begins, and how long it is."""

LENGTH = 8
"""Bytes at the beginning that say how long the index is, least significant first."""


class Archive:
    """Finds and loads the modules in the archive *path*: the length of the index, the index, which is the
    marshalled pair of modules and other files, and their contents. *root* is where they seem to lie. What is
    not imported stays on the disk."""

    def __init__(self, path: str, root: str) -> None:
        self.path = path
        self.root = root
        self.modules: dict[str, Module]
        self.files: dict[str, Part]
        with open(path, "rb") as file:
            size = int.from_bytes(file.read(LENGTH), "little")
            self.modules, self.files = marshal.loads(file.read(size))
        self.begin = LENGTH + size

    def read(self, start: int, size: int) -> bytes:
        """A part of the contents."""
        with open(self.path, "rb") as file:
            file.seek(self.begin + start)
            return file.read(size)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`."""
        if name not in self.modules:
            return None
        is_package = self.modules[name][0]
        loader: Any = self  # one in all but its base class
        spec = ModuleSpec(name, loader, origin=self.place(name), is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [self.place(name).rpartition("/")[0]]
        return spec

    def place(self, name: str) -> str:
        """The path that a module seems to have."""
        inside = "/__init__" if self.modules[name][0] else ""
        return f"{self.root}/{name.replace('.', '/')}{inside}.py"

    def create_module(self, spec: ModuleSpec) -> None:
        """See `importlib.abc.Loader`."""

    def exec_module(self, module: Any) -> None:
        """See `importlib.abc.Loader`."""
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, name: str) -> Any:
        """The code of a module."""
        _, compiled, start, size = self.modules[name]
        content = self.read(start, size)
        if compiled:
            return marshal.loads(content)
        return compile(content, self.place(name), "exec", dont_inherit=True)

    def is_package(self, name: str) -> bool:
        """See `importlib.abc.InspectLoader`."""
        return self.modules[name][0]

    def write_files(self) -> None:
        """Write all that is no module to where it seems to lie."""
        made: set[str] = set()
        with open(self.path, "rb", buffering=0) as source:
            for name, (start, size) in self.files.items():
                path = f"{self.root}/{name}"
                folder = path.rpartition("/")[0]
                if folder not in made:
                    os.makedirs(folder, exist_ok=True)
                    made.add(folder)
                source.seek(self.begin + start)
                with open(path, "wb", buffering=0) as file:
                    file.write(source.read(size))


def packed(modules: dict[str, tuple[bool, bool, bytes]], files: dict[str, bytes]) -> bytes:
    """An archive of these modules (see `Module`, with their contents) and files."""
    parts: list[bytes] = []
    at = 0

    def put(content: bytes) -> Part:
        nonlocal at
        parts.append(content)
        at += len(content)
        return at - len(content), len(content)

    found = {
        name: (package, compiled, *put(content)) for name, (package, compiled, content) in modules.items()
    }
    index = marshal.dumps((found, {name: put(content) for name, content in files.items()}))
    return b"".join([len(index).to_bytes(LENGTH, "little"), index, *parts])


def install(path: str, root: str = "/nixlite") -> None:
    """Make nixlite importable from the archive *path*. In a Python that has done so before only the files are
    written: its memory was kept, not its disk."""
    archive = Archive(path, root)
    archive.write_files()
    if not any(type(known).__name__ == Archive.__name__ for known in sys.meta_path):
        finders: list[Any] = sys.meta_path
        finders.insert(0, archive)
