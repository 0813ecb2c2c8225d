"""Loading our own modules faster than Python's import system does: start-up counts.

Python asks each of its finders, lists folders and tries suffixes, which takes most of the time of loading a
small module. But nixlite's modules lie where their names say. What is loaded is the same: the `.pyc` file
that Python has written, if it was made of the source as it is (same time, same size). Whatever is unusual is
left to Python: modules in archives, `.pyc` files that are elsewhere or of another kind, and writing them.

Even so sixty files are sixty files. So a module and those that its loading has loaded are a *group*: `keep`
writes the groups of a process into one file in the user's cache, and from there they are taken the next
time, if their sources are as they were and nobody else can have written that. It does not lie beside the
`.pyc` files: an installer that removes nixlite knows nothing of it, and a folder that stays is a package.
"""

from __future__ import annotations

import marshal
import os
import sys
from _thread import get_ident  # `threading` would have to be loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec, SourceFileLoader
    from types import CodeType, ModuleType

    MAGIC_NUMBER: bytes

    def _fix_co_filename(code: CodeType, path: str) -> None: ...
    def _load(spec: ModuleSpec) -> ModuleType: ...

    Row = tuple[str, bool, int, int, CodeType]
    """A module: its name, whether it is a package, time (ns) and size of its source, its code."""

else:  # what `importlib.machinery` and `importlib.util` would take from there
    from _frozen_importlib import ModuleSpec, _load
    from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader
    from _imp import _fix_co_filename

HEAD = 16
"""Bytes of a `.pyc` file before the code: magic number, flags, time and size of the source (PEP 552)."""

LOW = 0xFFFF_FFFF
MOST = 1 << 16
"""Bytes that are read of a `.pyc` file; Python itself reads those that are larger, after us in vain."""


HEADER = b"nixlite 1"
"""What a file of groups begins with, before Python's magic number."""

MOST_FILES = 6
"""Files of groups that are kept: each place where nixlite is installed has one, and may be gone."""


class Loader(SourceFileLoader):
    """Python's own, which takes the usual `.pyc` file without going through everything.

    *finder* is told what was loaded.
    """

    def __init__(self, name: str, path: str, cached: str, status: os.stat_result, finder: Finder) -> None:
        super().__init__(name, path)
        self.cached = cached
        self.status = status
        self.finder = finder
        self.code: CodeType | None = None

    def get_code(self, fullname: str) -> CodeType | None:
        """The module's code."""
        self.code = self.cached_code() or super().get_code(fullname)
        return self.code

    def cached_code(self) -> CodeType | None:
        """What the `.pyc` file has, if that is the usual one and made of the source as it is."""
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
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code; what it loads meanwhile is of its group."""
        finder = self.finder
        finder.depth += 1
        try:
            super().exec_module(module)
        except BaseException:
            finder.rows = []
            raise
        finally:
            finder.depth -= 1
        if self.code is not None:
            status = self.status
            package = hasattr(module, "__path__")
            finder.rows.append((self.name, package, status.st_mtime_ns, status.st_size, self.code))
            if not finder.depth:
                finder.groups[self.name], finder.rows = finder.rows, []


class GroupLoader(SourceFileLoader):
    """Python's own, for a module whose code a group has."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType | None:
        """The module's code."""
        return self.code


def read_small(path: str) -> bytes:
    """What a file begins with; this module imports none of ours, which would be found slowly."""
    number = os.open(path, os.O_RDONLY)
    try:
        return os.read(number, MOST)
    finally:
        os.close(number)


class Bundle:
    """The file of groups at *path*, of modules in *folder*, nixlite's own; empty if there is none of use, or
    it is not the user's own.

    It begins with HEADER, Python's magic number and the size of the index, which says where each group is.
    """

    def __init__(self, path: str, folder: str) -> None:
        self.path = path
        self.folder = folder
        self.index: dict[str, tuple[int, int]] = {}
        self.file = -1
        head = len(HEADER) + len(MAGIC_NUMBER)
        try:
            from nixlite.cache.private import open_private

            self.file = open_private(path)
            data = os.read(self.file, MOST)
            if data[:head] == HEADER + MAGIC_NUMBER:
                self.start = head + 4 + int.from_bytes(data[head : head + 4], "little")
                where, index = marshal.loads(data[head + 4 : self.start])
                if where == folder:  # or else the code would have its sources elsewhere
                    self.index = index
        except (OSError, ValueError, EOFError, TypeError):
            pass  # all is loaded one by one

    def data(self, name: str) -> bytes:
        """A group as it is in the file."""
        at, size = self.index[name]
        return os.pread(self.file, size, self.start + at)

    def group(self, name: str) -> list[Row]:
        """A module, the last, and those of its group that are not loaded; empty if they have changed."""
        if name not in self.index:
            return []
        loaded = sys.modules
        try:
            rows: list[Row] = [row for row in marshal.loads(self.data(name)) if row[0] not in loaded]
            for module, package, time, size, _ in rows:
                status = os.stat(self.source(module, package))
                if status.st_mtime_ns != time or status.st_size != size:
                    return []
        except (OSError, ValueError, EOFError, TypeError):
            return []
        return rows

    def source(self, module: str, package: bool) -> str:
        """Where a module's source is."""
        place = module[len("nixlite") :].replace(".", "/")
        return f"{self.folder}{place}{'/__init__.py' if package else '.py'}"


class Finder:
    """Finds `nixlite.x.y` in the folder of `nixlite.x`, or among the groups of *bundle*.

    `groups` are those that were not there, `rows` what was loaded of the next.
    """

    def __init__(self, suffix: str, bundle: Bundle | None = None) -> None:
        self.suffix = suffix
        self.bundle = bundle
        self.groups: dict[str, list[Row]] = {}
        self.rows: list[Row] = []
        self.depth = 0
        self.thread = get_ident()
        """The only thread that takes groups: their modules are not locked while it looks what is missing."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What Python is to load for a module; None for what is not ours, or elsewhere."""
        if path is None or len(path) != 1 or not name.startswith("nixlite."):
            return None
        folder, inside, own = path[0], None, name.rpartition(".")[2]
        bundle = self.bundle
        if bundle is not None and bundle.source(name, False) == f"{folder}/{own}.py":
            group = bundle.group(name) if get_ident() == self.thread else []
            if group:
                return self.load_group(bundle, group)
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
        return spec_of(Loader(name, file, cached, status, self), inside, cached)

    def load_group(self, bundle: Bundle, group: list[Row]) -> ModuleSpec:
        """Load all but the last, in the order in which Python did; what Python is to load for that."""
        for row in group[:-1]:
            parent, _, own = row[0].rpartition(".")
            if parent not in sys.modules:  # it was loaded before, when this was written
                __import__(parent)
            if row[0] not in sys.modules:  # the last one, or its package, may have needed it
                setattr(sys.modules[parent], own, _load(self.spec_of_row(bundle, row)))
        return self.spec_of_row(bundle, group[-1])

    def spec_of_row(self, bundle: Bundle, row: Row) -> ModuleSpec:
        """What Python is to load for a module of a group."""
        name, package, _, _, code = row
        file = bundle.source(name, package)
        folder, _, own = file.rpartition("/")
        cached = f"{folder}/__pycache__/{own[:-3]}{self.suffix}"
        return spec_of(GroupLoader(name, file, code), [folder] if package else None, cached)


def spec_of(loader: Loader | GroupLoader, inside: list[str] | None, cached: str) -> ModuleSpec:
    """What Python knows of a module that it is to load; *inside*: where a package's modules are."""
    spec = ModuleSpec(loader.name, loader, origin=loader.path)
    spec.submodule_search_locations = inside
    spec.has_location = True
    spec.cached = cached
    return spec


def hasten() -> Finder | None:
    """Load nixlite's modules in this way from now on, unless Python was told to do it differently."""
    tag = sys.implementation.cache_tag
    if not tag or os.sep != "/" or sys.flags.optimize or sys.pycache_prefix is not None:
        return None
    folder = os.path.dirname(__file__)
    place = bundle_place(folder, tag)
    finder = Finder(f".{tag}.pyc", Bundle(place, folder) if place else None)
    sys.meta_path.insert(0, finder)
    return finder


def bundle_place(folder: str, tag: str) -> str:
    """Where the groups of nixlite's modules in *folder* are for the Python of a *tag*; "" for nowhere."""
    from nixlite.resources import cache_home
    from nixlite.source import checksum

    home = cache_home()
    return f"{home}/modules/{tag}-{checksum(os.fsencode(folder)).hex()}" if home is not None else ""


def keep(finder: Finder) -> None:
    """Write the groups that were loaded one by one, so that they are there the next time."""
    bundle = finder.bundle
    if finder.groups and bundle is not None and not sys.dont_write_bytecode:
        write(bundle, finder.groups)


def write(bundle: Bundle, groups: dict[str, list[Row]]) -> None:
    """Put *groups* into the file, beside those that it has; not being able to is no error."""
    from nixlite.cache.private import remove, write_private

    try:
        data = {name: bundle.data(name) for name in bundle.index if name not in groups}
        data |= {name: marshal.dumps(rows) for name, rows in groups.items()}
        index, at = {}, 0
        for name, group in data.items():
            index[name] = (at, len(group))
            at += len(group)
        head = marshal.dumps((bundle.folder, index))
        place = os.path.dirname(bundle.path)
        os.makedirs(place, 0o700, exist_ok=True)
        parts = [HEADER, MAGIC_NUMBER, len(head).to_bytes(4, "little"), head, *data.values()]
        write_private(bundle.path, parts)
        files = sorted([(entry.stat().st_mtime, entry.path) for entry in os.scandir(place)], reverse=True)
        for _, path in files[MOST_FILES:]:
            remove(path)
    except (OSError, ValueError):
        return
    remove(f"{bundle.folder}/__pycache__/modules.{sys.implementation.cache_tag}")  # of a former nixlite
