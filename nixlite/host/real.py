"""The machine that Python runs on, as a host."""

from __future__ import annotations

import os
import stat
import sys

from nixlite.drives import DRIVES, has_drive, nix_path, system_path, typed_path
from nixlite.errors import EvalError, NixError
from nixlite.host.bundled import BUNDLED_PREFIX, bundled_bytes, bundled_entries, bundled_type
from nixlite.host.host import Host
from nixlite.resources import cache_in, user_home
from nixlite.source import beside, write_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any

    from nixlite.host.outside import Answer, Finished

NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def os_error(action: str, error: OSError) -> NixError:
    """An error of the operating system in Nix's form: what was being done, and the system's words."""
    return EvalError(f"{action}: {os.strerror(error.errno) if error.errno else error}")


def binary(stream: Any) -> Any:
    """What takes the bytes of an output; the output itself where a program has put something else in its
    place that takes text only (a notebook, `redirect_stdout`)."""
    return getattr(stream, "buffer", stream)


def write_text(stream: Any, text: str) -> None:
    """Write to an output, bytes that are no UTF-8 as they are if it can have them."""
    data = text.encode("utf-8", "surrogateescape")
    bottom = binary(stream)
    if bottom is stream:
        stream.write(data.decode("utf-8", "replace"))
        return
    write_all(bottom, data)


class RealHost(Host):
    """The machine that Python runs on.

    *env* and *stdin* stand for the process's own where they are given; programs that are run get the
    process's environment, with what *env* says of it.
    """

    def __init__(self, env: Mapping[str, str] | None = None, stdin: bytes | None = None) -> None:
        self.env: Mapping[str, str] = os.environ if env is None else env
        self.stdin = stdin
        self._plain_directories = {""}
        self._broken = False

    def home(self) -> str:
        """`$HOME`, an empty one too; without it the home directory that the system's table of users has."""
        named = self.get_env("HOME") if self.has_env("HOME") else None
        found = (user_home() if self.env is os.environ else "/") if named is None else named
        return nix_path(found) if DRIVES else found

    def file_type(self, path: str) -> str | None:
        """See `Host`; the in-memory store stands behind the disk."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_type(path)
        try:
            mode = os.lstat(fs_path(path)).st_mode
        except (FileNotFoundError, NotADirectoryError):
            node = self.stored(path)
            return None if node is None else node.kind
        except (OSError, ValueError) as error:
            raise self.failed(f'getting status of "{path}"', error) from None
        return type_of_mode(mode)

    def failed(self, action: str, error: OSError | ValueError) -> NixError:
        """The Nix error for a failed system call (ValueError: a NUL in the path)."""
        if isinstance(error, OSError):
            return os_error(action, error)
        return EvalError(f"{action}: {error}")

    def read_bytes(self, path: str) -> bytes:
        """See `Host`."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_bytes(path)
        return self._read_by(path, lambda: read_file(path))

    def read_plain(self, path: str) -> bytes:
        """See `Host`."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_bytes(path)
        from nixlite.host.plain import read_plain  # few evaluations are guarded

        return self._read_by(path, lambda: read_plain(fs_path(path)))

    def _read_by(self, path: str, read: Callable[[], bytes]) -> bytes:
        """What *read* gives, or what the in-memory store has at *path*. Raises EvalError in Nix's words."""
        try:
            return read()
        except IsADirectoryError:
            raise EvalError("read of 4096 bytes: Is a directory") from None
        except (FileNotFoundError, NotADirectoryError):
            pass
        except (OSError, ValueError) as error:
            raise self.failed(f"opening file '{path}'", error) from None
        return super().read_bytes(path)

    def read_link(self, path: str) -> str:
        """See `Host`."""
        return self._link_by(path, lambda: os.readlink(fs_path(path)))

    def read_plain_link(self, path: str) -> str:
        """See `Host`."""
        from nixlite.host.plain import read_plain_link

        return self._link_by(path, lambda: read_plain_link(fs_path(path)))

    def _link_by(self, path: str, read: Callable[[], bytes]) -> str:
        """As `_read_by`, of a symlink."""
        try:
            target = os.fsdecode(read())
        except (FileNotFoundError, NotADirectoryError):
            return super().read_link(path)
        except (OSError, ValueError) as error:
            raise self.failed(f"reading symbolic link '{path}'", error) from None
        return typed_path(target) if DRIVES else target

    def list_dir(self, path: str) -> dict[str, str]:
        """See `Host`."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_entries(path)
        return self._list_by(path, lambda: entries_of(fs_path(path)))

    def list_plain(self, path: str) -> dict[str, str]:
        """See `Host`."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_entries(path)
        from nixlite.host.plain import list_plain

        return self._list_by(path, lambda: list_plain(fs_path(path), entries_of))

    def _list_by(self, path: str, read: Callable[[], dict[str, str]]) -> dict[str, str]:
        """As `_read_by`, of a directory."""
        self.refuse_store(path)
        try:
            return read()
        except (FileNotFoundError, NotADirectoryError):
            if self.file_type(path) == "regular":
                raise EvalError(f'cannot read directory "{path}": Not a directory') from None
            return super().list_dir(path)
        except (OSError, ValueError) as error:
            raise self.failed(f'cannot read directory "{path}"', error) from None

    def is_executable(self, path: str) -> bool:
        """See `Host`."""
        try:
            mode = os.lstat(fs_path(path)).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return super().is_executable(path)
        except (OSError, ValueError) as error:
            raise self.failed(f'getting status of "{path}"', error) from None
        return stat.S_ISREG(mode) and bool(mode & stat.S_IXUSR)

    def real_path(self, path: str, *, last: bool = True) -> str:
        """See `Host`: of what is beside something that was looked at, only the last part is."""
        folder, _, name = path.rpartition("/")
        plain = name and name[0] != "." and not path.startswith(BUNDLED_PREFIX) and self.is_plain(folder)
        if plain and not (last and self.file_type(path) == "symlink"):
            return path
        return Host.real_path(self, path, last=last)

    def plain_type(self, path: str) -> str | None:
        """See `Host`: a file beside others that were looked at costs one call of the system."""
        return self.file_type(path) if path.rpartition("/")[0] in self._plain_directories else None

    def read_real(self, path: str) -> bytes:
        """See `Host`; a file that is no symlink itself need not be looked at before it is opened."""
        if path.rpartition("/")[0] in self._plain_directories:
            try:
                return read_file(path, NO_FOLLOW)
            except (OSError, ValueError):
                pass  # a symlink, only in the in-memory store, or an error that has words of its own
        return Host.read_real(self, path)

    def cache_home(self) -> str | None:
        """See `Host` and `resources.cache_in`."""
        local = self.get_env("LOCALAPPDATA") if DRIVES else ""
        return cache_in(self.get_env("XDG_CACHE_HOME") or local, self.home())

    def first_link(self, path: str) -> str | None:
        """See `Host`."""
        return None if self.is_plain(path) else Host.first_link(self, path)

    def is_plain(self, path: str) -> bool:
        """Whether *path* is a directory, reached without a symlink; those that are, are looked at once."""
        known = self._plain_directories
        if path in known:
            return True
        found = []
        while path not in known:
            if not path.startswith("/") or path.endswith("/") or "/." in path:
                return False
            found.append(path)
            path = path.rpartition("/")[0]
        for folder in reversed(found):
            if self.file_type(folder) != "directory":
                return False
            known.add(folder)
        return True

    def get_env(self, name: str) -> str:
        """See `Host`."""
        return self.env.get(name, "")

    def has_env(self, name: str) -> bool:
        """See `Host`."""
        return name in self.env

    def now(self) -> int:
        """See `Host`."""
        import time

        return int(time.time())

    def modified(self, path: str) -> int:
        """See `Host`; what is only in the in-memory store has no time."""
        try:
            return int(os.lstat(fs_path(path)).st_mtime)
        except OSError:
            return 0

    def read_stdin(self) -> bytes:
        """See `Host`."""
        if self.stdin is not None:
            return self.stdin
        return sys.stdin.buffer.read() if sys.stdin is not None else b""

    def stdin_lines(self) -> Iterable[bytes]:
        """See `Host`."""
        return super().stdin_lines() if self.stdin is not None or sys.stdin is None else sys.stdin.buffer

    def write_stdout(self, text: str) -> None:
        """See `Host`."""
        self._output(lambda: write_text(sys.stdout, text))

    def write_stderr(self, text: str) -> None:
        """See `Host`."""
        try:
            if sys.stdout is not None and not self._broken:
                binary(sys.stdout).flush()
            if sys.stderr is not None:
                write_text(sys.stderr, text)
                binary(sys.stderr).flush()
        except OSError:
            return  # of the standard output `flush` will tell; else there is nobody to be told

    def flush(self) -> None:
        """See `Host`."""
        if sys.stdout is not None and not self._broken:
            self._output(binary(sys.stdout).flush)

    def _output(self, write: Callable[[], object]) -> None:
        """Write to the standard output. Raises EvalError if that is full or closed, BrokenPipeError."""
        try:
            if sys.stdout is None:  # it was closed before the process began
                os.fstat(-1)  # fails with the right error
            write()
        except BrokenPipeError:
            raise
        except OSError as error:
            self._broken = True  # nothing more is tried
            raise os_error("writing to the standard output", error) from None

    def is_terminal(self, stream: str) -> bool:
        """See `Host`."""
        found = getattr(sys, stream) if stream != "stdin" or self.stdin is None else None
        return found is not None and found.isatty()

    def write_file(self, path: str, text: str, shown: str | None = None) -> None:
        """See `Host`."""
        try:
            with open(fs_path(path), "xb") as file:
                file.write(text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise os_error(f'opening file "{path if shown is None else shown}"', error) from None

    def make_directory(self, path: str, shown: str | None = None) -> None:
        """See `Host`."""
        try:
            os.mkdir(fs_path(path))
        except OSError as error:
            what = os.strerror(error.errno) if error.errno else str(error)
            place = path if shown is None else shown
            raise EvalError(f"filesystem error: cannot create directory: {what} [{place}]") from None

    def make_link(self, path: str, target: str) -> None:
        """See `Host`."""
        try:
            if self.file_type(path) == "symlink":
                os.unlink(fs_path(path))
            os.symlink(fs_path(target), fs_path(path))
        except OSError as error:
            raise os_error(f"creating symlink '{path}' -> '{target}'", error) from None

    # --- what fetchers and builders need

    def find_program(self, name: str) -> str | None:
        """See `Host`: in this host's `PATH`."""
        from nixlite.host.programs import find_program  # slow to import, seldom needed

        return find_program(name, {**os.environ, **self.env})

    def run_program(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        data: bytes | None = None,
        environment: Mapping[str, str | None] | None = None,
        capture: str = "both",
    ) -> Finished:
        """See `Host`."""
        from nixlite.host.programs import run_program

        environment = {**os.environ, **self.env, **(environment or {})}
        if DRIVES:
            arguments = [system_path(word) if has_drive(word) else word for word in arguments]
        return run_program(name, arguments, environment, data, capture)

    def open_url(self, url: str, headers: Mapping[str, str], timeout: float) -> Answer:
        """See `Host`."""
        from nixlite.host.web import open_url  # slow to import; absent in a browser

        return open_url(url, headers, timeout)

    def keep(self, path: str, data: bytes) -> None:
        """See `Host`."""
        self.make_room(path.rpartition("/")[0])
        temporary = fs_path(beside(path))
        try:
            with open(temporary, "wb") as file:
                file.write(data)
            os.replace(temporary, fs_path(path))
        except BaseException:
            if os.path.lexists(temporary):
                os.unlink(temporary)
            raise

    def make_room(self, path: str) -> None:
        """See `Host`."""
        os.makedirs(fs_path(path), exist_ok=True)

    def scratch(self) -> AbstractContextManager[str]:
        """See `Host`."""
        from tempfile import TemporaryDirectory  # slow to import

        made = TemporaryDirectory()
        return Scratch(made) if DRIVES else made

    def replace_file(self, path: str, text: str) -> None:
        """See `Host`."""
        try:
            with open(fs_path(path), "wb") as file:
                file.write(text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise os_error(f'opening file "{path}"', error) from None


class Scratch:
    """A directory that is removed at the end, by its path in Nix."""

    def __init__(self, made: AbstractContextManager[str]) -> None:
        self.made = made

    def __enter__(self) -> str:
        return nix_path(self.made.__enter__())

    def __exit__(self, *exception: Any) -> None:
        self.made.__exit__(*exception)


def entries_of(directory: bytes | int) -> dict[str, str]:
    """Name and type of a directory's entries, by its path or the number of its open file. Raises OSError."""
    with os.scandir(directory) as entries:
        return {name_of(entry): type_of_entry(entry) for entry in entries}


def read_file(path: str, flags: int = 0) -> bytes:
    """See `reading.read_file`: not every program reads files."""
    from nixlite.host import reading

    return reading.read_file(fs_path(path), flags)


def fs_path(path: str) -> bytes:
    """The path as the operating system takes it: bytes, whatever the locale."""
    return path.encode("utf-8", "surrogateescape")


if DRIVES:
    encoded = fs_path

    def fs_path(path: str) -> bytes:
        """The path as the operating system takes it. Raises FileNotFoundError for what can be none there."""
        return encoded(system_path(path))


def name_of(entry: os.DirEntry[Any]) -> str:
    """A directory entry's name as text."""
    name = entry.name
    return name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else fs_name(name)


def fs_name(name: str) -> str:
    """A name as Python's own coding has it, in ours."""
    return os.fsencode(name).decode("utf-8", "surrogateescape")


def type_of_entry(entry: os.DirEntry[Any]) -> str:
    """A directory entry's type, not following symlinks."""
    if entry.is_symlink():
        return "symlink"
    if entry.is_dir():
        return "directory"
    return "regular" if entry.is_file() else "unknown"


def type_of_mode(mode: int) -> str:
    """The type that a `st_mode` tells."""
    if stat.S_ISREG(mode):
        return "regular"
    if stat.S_ISDIR(mode):
        return "directory"
    return "symlink" if stat.S_ISLNK(mode) else "unknown"
