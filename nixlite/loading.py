"""Finding our own modules faster than Python's import system does: start-up counts.

Python asks each of its finders, lists folders and tries suffixes, which takes most of the time of loading a
small module. But nixlite's modules lie where their names say. What is loaded is the same: the `.pyc` file
that Python has written, if it was made of the source as it is (same time, same size). Whatever is unusual is
left to Python: modules in archives, `.pyc` files that are elsewhere or of another kind, and writing them.
"""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec, SourceFileLoader
    from types import CodeType, ModuleType

    MAGIC_NUMBER: bytes

    def _fix_co_filename(code: CodeType, path: str) -> None: ...

else:  # what `importlib.machinery` and `importlib.util` would take from there
    from _frozen_importlib import ModuleSpec
    from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader
    from _imp import _fix_co_filename

HEAD = 16
"""Bytes of a `.pyc` file before the code: magic number, flags, time and size of the source (PEP 552)."""

LOW = 0xFFFF_FFFF
MOST = 1 << 16
"""Bytes that are read of a `.pyc` file; Python itself reads those that are larger, after us in vain."""


class Loader(SourceFileLoader):
    """Python's own, which takes the usual `.pyc` file without going through everything."""

    def __init__(self, name: str, path: str, cached: str, status: os.stat_result) -> None:
        super().__init__(name, path)
        self.cached = cached
        self.status = status

    def get_code(self, fullname: str) -> CodeType | None:
        """The module's code."""
        stamp = (0, int(self.status.st_mtime) & LOW, self.status.st_size & LOW)
        head = MAGIC_NUMBER + b"".join([number.to_bytes(4, "little") for number in stamp])
        try:
            data = read_small(self.cached)
            if data[:HEAD] == head:
                code: CodeType = marshal.loads(memoryview(data)[HEAD:])
                _fix_co_filename(code, self.path)  # where the folder was moved to
                return code
        except (OSError, ValueError, EOFError, TypeError, AttributeError):
            pass  # Python knows what to do
        return super().get_code(fullname)


def read_small(path: str) -> bytes:
    """What a file begins with; this module imports none of ours, which would be found slowly."""
    number = os.open(path, os.O_RDONLY)
    try:
        return os.read(number, MOST)
    finally:
        os.close(number)


class Finder:
    """Finds `nixlite.x.y` in the folder of `nixlite.x`."""

    def __init__(self, suffix: str) -> None:
        self.suffix = suffix

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What Python is to load for a module; None for what is not ours, or elsewhere."""
        if path is None or len(path) != 1 or not name.startswith("nixlite."):
            return None
        folder, inside, own = path[0], None, name.rpartition(".")[2]
        try:
            status = os.stat(f"{folder}/{own}.py")
        except OSError:
            folder, own = f"{folder}/{own}", "__init__"
            inside = [folder]
            try:
                status = os.stat(f"{folder}/{own}.py")
            except OSError:
                return None
        file = f"{folder}/{own}.py"
        cached = f"{folder}/__pycache__/{own}{self.suffix}"
        spec = ModuleSpec(name, Loader(name, file, cached, status), origin=file)
        spec.submodule_search_locations = inside
        spec.has_location = True
        spec.cached = cached
        return spec


def hasten() -> None:
    """Load nixlite's modules in this way from now on, unless Python was told to do it differently."""
    tag = sys.implementation.cache_tag
    if tag and os.sep == "/" and not sys.flags.optimize and sys.pycache_prefix is None:
        sys.meta_path.insert(0, Finder(f".{tag}.pyc"))
