"""The host: everything of the outside world that an evaluation can see.

Files, environment, clock and output all go through one `Host`, so that pure evaluation, restricted
evaluation (`access.py`), tests and the browser are hosts and not flags in builtins. Paths are absolute and
normalised `str`, decoded as UTF-8 with `surrogateescape`; contents are bytes. An object's type is one of
`regular`, `directory`, `symlink`, `unknown`, as `builtins.readFileType` names them.

The files under `<nix/…>` that Nix brings with it are found at the pseudo-paths `<nix/…>`.
"""

from __future__ import annotations

import os
import stat
import sys

from nixlite.errors import EvalError, NixError
from nixlite.host.bundled import BUNDLED_PREFIX, bundled_bytes, bundled_entries, bundled_type
from nixlite.source import read_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Self

LINK_LIMIT = 1024
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


class Host:
    """What every host does; the primitives are the subclasses'.

    `store` is None or an object whose `lookup(path)` gives the object that lies only in the in-memory store
    at *path*, or None, and whose `store_dir` is the store's directory. `mounts` is a `mounts.Mounts` in pure
    evaluation, else None.
    """

    store: Any = None
    mounts: Any = None

    # Primitives.

    def file_type(self, path: str) -> str | None:
        """The type of what lies at *path*, symlinks not followed; None when there is nothing."""
        raise NotImplementedError

    def read_bytes(self, path: str) -> bytes:
        """The contents of a regular file. Raises EvalError in Nix's words."""
        raise NotImplementedError

    def read_link(self, path: str) -> str:
        """The target of a symlink."""
        raise NotImplementedError

    def list_dir(self, path: str) -> dict[str, str]:
        """Name and type of a directory's entries."""
        raise NotImplementedError

    def is_executable(self, path: str) -> bool:
        """Whether the regular file at *path* has its owner's executable bit."""
        raise NotImplementedError

    def get_env(self, name: str) -> str:
        """An environment variable, empty when it is not set."""
        raise NotImplementedError

    def has_env(self, name: str) -> bool:
        """Whether the environment variable is set, be it to the empty string."""
        raise NotImplementedError

    def now(self) -> int:
        """Seconds since 1970."""
        raise NotImplementedError

    def modified(self, path: str) -> int:
        """When what lies at *path* was last changed, in seconds since 1970; now, where nobody knows."""
        return self.now()

    def read_stdin(self) -> bytes:
        """All of the standard input."""
        raise NotImplementedError

    def write_stdout(self, text: str) -> None:
        """Write to the standard output; not flushed before `flush`."""
        raise NotImplementedError

    def write_stderr(self, text: str) -> None:
        """Write to the standard error, at once; what was written to the standard output comes first."""
        raise NotImplementedError

    def flush(self) -> None:
        """Let everything written be seen."""

    def cache_home(self) -> str | None:
        """Where nixlite may keep things of the user's between runs; None for nowhere."""
        return None

    def cache_directory(self) -> str | None:
        """Where compiled sources may be kept between runs; None for nowhere."""
        home = self.cache_home()
        return None if home is None else f"{home}/units"

    def is_terminal(self, stream: str) -> bool:
        """Whether `stdin`, `stdout` or `stderr` is a terminal."""
        return False

    def write_file(self, path: str, text: str, shown: str | None = None) -> None:
        """Make a new file; *shown* is its path as messages have it."""
        raise NotImplementedError

    def make_directory(self, path: str, shown: str | None = None) -> None:
        """Make a new directory; *shown* as for `write_file`."""
        raise NotImplementedError

    def make_link(self, path: str, target: str) -> None:
        """Make a symlink; one that is there already is replaced."""
        raise NotImplementedError

    # Built upon them.

    def twin(self, write: Callable[[str], None] | None = None) -> Self:
        """A host of the same world that may be given another store; this one keeps its own.

        *write* takes what the twin would write to the standard error.
        """
        twin = object.__new__(type(self))
        vars(twin).update(vars(self))
        if write is not None:
            vars(twin)["write_stderr"] = write
        return twin

    def home(self) -> str:
        """The home directory, for `~/…` paths and the user's files."""
        return self.get_env("HOME") or "/"

    def stderr_colour(self) -> bool:
        """Whether messages are to be coloured, by Nix's rules."""
        return self.is_terminal("stderr") and self.colours_wanted()

    def stdout_colour(self) -> bool:
        """Whether answers are to be coloured."""
        return self.is_terminal("stdout") and self.colours_wanted()

    def colours_wanted(self) -> bool:
        """Whether the environment speaks for colours, where there is a terminal."""
        if self.get_env("TERM") in ("", "dumb"):
            return False
        return not (self.has_env("NO_COLOR") or self.has_env("NOCOLOR"))

    def exists(self, path: str) -> bool:
        """Whether anything lies at *path*; a broken symlink does exist."""
        return self.file_type(path) is not None

    def shown_path(self, path: str) -> str:
        """What is shown for a path."""
        return path if self.mounts is None else str(self.mounts.shown(path))

    def missing(self, path: str, *, reading: bool = False) -> EvalError:
        """The error for a path where there is nothing; *reading*: it was to be read at once."""
        if self.mounts is None:
            return does_not_exist(path)
        return self.mounts.missing(path, reading=reading)  # type: ignore[no-any-return]

    def is_directory(self, path: str) -> EvalError:
        """The error for a directory that was to be read as a file."""
        found = None if self.mounts is None else self.mounts.is_directory(path)
        return found or EvalError("read of 4096 bytes: Is a directory")

    def require_type(self, path: str) -> str:
        """As `file_type`, but nothing there is an error, and so is a symlink on the way (as in Nix)."""
        link = self.first_link(path.rpartition("/")[0])
        if link is not None:
            raise EvalError(f"path '{link}' is a symlink")
        found = self.file_type(path)
        if found is None:
            raise self.missing(path)
        return found

    def first_link(self, path: str) -> str | None:
        """The topmost ancestor of *path* (or itself) that is a symlink, None when there is none."""
        at = 0
        while path and at >= 0:
            at = path.find("/", at + 1)
            here = path if at < 0 else path[:at]
            if self.file_type(here) == "symlink":
                return here
        return None

    def real_path(self, path: str, *, last: bool = True) -> str:
        """*path* with all symlinks resolved, component by component; what is missing is kept as it is.

        With `last=False` the last component is not followed. Raises EvalError after 1024 symlinks.
        """
        if path.startswith(BUNDLED_PREFIX):
            return path
        done = ""
        todo = path.split("/")
        todo.reverse()
        links = 0
        while todo:
            name = todo.pop()
            if not name or name == ".":
                continue
            if name == "..":
                done = done.rpartition("/")[0]
                continue
            here = f"{done}/{name}"
            if (last or todo) and self.file_type(here) == "symlink":
                links += 1
                if links > LINK_LIMIT:
                    raise EvalError(f"infinite symlink recursion in path '{path}'")
                target = self.read_link(here)
                if target.startswith("/"):
                    done = ""
                todo.extend(reversed(target.split("/")))
            else:
                done = here
        return done or "/"

    def plain_type(self, path: str) -> str | None:
        """As `file_type` where it is known that no symlink is on the way to *path*, else None."""
        return None

    def read_real(self, path: str) -> bytes:
        """As `read_bytes`, with all symlinks resolved."""
        return self.read_bytes(self.real_path(path))

    def refuse_store(self, path: str) -> None:
        """Raise EvalError if *path* is the store itself, whose objects Nix does not list."""
        if self.store is not None and path == self.store.store_dir:
            raise EvalError(f"path '{path}/' is not in the Nix store")

    def allow(self, path: str) -> None:
        """Let *path* and all below it be read from now on, where the host restricts access."""

    def check_access(self, path: str) -> None:
        """Raise RestrictedError if *path* may not be read."""


def does_not_exist(path: str) -> EvalError:
    """Nix's error for a missing file."""
    return EvalError(f"path '{path}' does not exist")


def os_error(action: str, error: OSError) -> NixError:
    """An error of the operating system in Nix's form: what was being done, and the system's words."""
    return EvalError(f"{action}: {os.strerror(error.errno) if error.errno else error}")


class RealHost(Host):
    """The machine that Python runs on.

    *env* and *stdin* stand for the process's own where they are given.
    """

    def __init__(self, env: Mapping[str, str] | None = None, stdin: bytes | None = None) -> None:
        self.env: Mapping[str, str] = os.environ if env is None else env
        self.stdin = stdin
        self.store = None
        self._plain_directories: set[str] = set()

    def home(self) -> str:
        """`$HOME`; without it the home directory of the user's entry in the system's table."""
        found = self.get_env("HOME")
        if found:
            return found
        return os.path.expanduser("~") if self.env is os.environ else "/"

    def file_type(self, path: str) -> str | None:
        """See `Host`; the in-memory store stands behind the disk."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_type(path)
        try:
            mode = os.lstat(fs_path(path)).st_mode
        except (FileNotFoundError, NotADirectoryError):
            node = self.stored(path)
            return None if node is None else str(node.kind)
        except (OSError, ValueError) as error:
            raise self.failed(f'getting status of "{path}"', error) from None
        return type_of_mode(mode)

    def stored(self, path: str) -> Any:
        """The object at *path* of the in-memory store, or None."""
        return None if self.store is None else self.store.lookup(path)

    def failed(self, action: str, error: OSError | ValueError) -> NixError:
        """The Nix error for a failed system call (ValueError: a NUL in the path)."""
        if isinstance(error, OSError):
            return os_error(action, error)
        return EvalError(f"{action}: {error}")

    def read_bytes(self, path: str) -> bytes:
        """See `Host`."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_bytes(path)
        try:
            return read_whole(fs_path(path))
        except IsADirectoryError:
            raise EvalError("read of 4096 bytes: Is a directory") from None
        except (FileNotFoundError, NotADirectoryError):
            node = self.stored(path)
            if node is None:
                raise self.missing(path, reading=True) from None
            if node.kind == "directory":
                raise self.is_directory(path) from None
            return bytes(node.read())
        except (OSError, ValueError) as error:
            raise self.failed(f"opening file '{path}'", error) from None

    def read_link(self, path: str) -> str:
        """See `Host`."""
        try:
            return os.fsdecode(os.readlink(fs_path(path)))
        except (FileNotFoundError, NotADirectoryError):
            node = self.stored(path)
            if node is None or node.kind != "symlink":
                raise self.missing(path, reading=True) from None
            return str(node.target)
        except (OSError, ValueError) as error:
            raise self.failed(f"reading symbolic link '{path}'", error) from None

    def list_dir(self, path: str) -> dict[str, str]:
        """See `Host`."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_entries(path)
        self.refuse_store(path)
        try:
            with os.scandir(fs_path(path)) as entries:
                return {name_of(entry): type_of_entry(entry) for entry in entries}
        except (FileNotFoundError, NotADirectoryError):
            if self.file_type(path) == "regular":
                raise EvalError(f'cannot read directory "{path}": Not a directory') from None
            node = self.stored(path)
            if node is None:
                raise self.missing(path, reading=True) from None
            if node.kind != "directory":
                raise EvalError(f'cannot read directory "{path}": Not a directory') from None
            return {name: child.kind for name, child in node.entries.items()}
        except (OSError, ValueError) as error:
            raise self.failed(f'cannot read directory "{path}"', error) from None

    def is_executable(self, path: str) -> bool:
        """See `Host`."""
        try:
            return bool(os.lstat(fs_path(path)).st_mode & stat.S_IXUSR)
        except (FileNotFoundError, NotADirectoryError):
            node = self.stored(path)
            return bool(node is not None and getattr(node, "executable", False))
        except (OSError, ValueError) as error:
            raise self.failed(f'getting status of "{path}"', error) from None

    def real_path(self, path: str, *, last: bool = True) -> str:
        """See `Host`; directories once found to be free of symlinks are not looked at again."""
        parent = path.rpartition("/")[0]
        if not parent or self.first_link(parent) is not None:
            return Host.real_path(self, path, last=last)
        if path.endswith(("/..", "/.", "/")) or (last and self.file_type(path) == "symlink"):
            return Host.real_path(self, path, last=last)
        return path

    def plain_type(self, path: str) -> str | None:
        """See `Host`: a file beside others that were looked at costs one call of the system."""
        return self.file_type(path) if path.rpartition("/")[0] in self._plain_directories else None

    def read_real(self, path: str) -> bytes:
        """See `Host`; a file that is no symlink itself need not be looked at before it is opened."""
        if path.rpartition("/")[0] in self._plain_directories:
            try:
                return read_whole(fs_path(path), NO_FOLLOW)
            except (OSError, ValueError):
                pass  # a symlink, only in the in-memory store, or an error that has words of its own
        return Host.read_real(self, path)

    def cache_home(self) -> str | None:
        """`$XDG_CACHE_HOME/nixlite`, by default `~/.cache/nixlite`."""
        base = self.get_env("XDG_CACHE_HOME") or f"{self.home()}/.cache"
        return f"{base}/nixlite"

    def first_link(self, path: str) -> str | None:
        """See `Host`."""
        if path in self._plain_directories:
            return None
        found = Host.first_link(self, path)
        if found is None and "/." not in path:
            self._plain_directories.add(path)
        return found

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

    def write_stdout(self, text: str) -> None:
        """See `Host`."""
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))

    def write_stderr(self, text: str) -> None:
        """See `Host`."""
        sys.stdout.buffer.flush()
        sys.stderr.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stderr.buffer.flush()

    def flush(self) -> None:
        """See `Host`."""
        sys.stdout.buffer.flush()

    def is_terminal(self, stream: str) -> bool:
        """See `Host`."""
        found = getattr(sys, stream)
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


class CapturingHost(RealHost):
    """The real machine, its outputs kept instead of written: in `stdout` and `stderr`, lists of pieces."""

    def __init__(self, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> None:
        super().__init__(env, stdin)
        self.stdout: list[str] = []
        self.stderr: list[str] = []

    def cache_directory(self) -> str | None:
        """Nowhere: what it runs leaves nothing behind."""
        return None

    def write_stdout(self, text: str) -> None:
        """Keep *text*."""
        self.stdout.append(text)

    def write_stderr(self, text: str) -> None:
        """Keep *text*."""
        self.stderr.append(text)

    def flush(self) -> None:
        """Nothing is pending."""

    def is_terminal(self, stream: str) -> bool:
        """Lists are no terminals."""
        return False


def fs_path(path: str) -> bytes:
    """The path as the operating system takes it: bytes, whatever the locale."""
    return path.encode("utf-8", "surrogateescape")


def name_of(entry: os.DirEntry[bytes]) -> str:
    """A directory entry's name as text."""
    return entry.name.decode("utf-8", "surrogateescape")


def type_of_entry(entry: os.DirEntry[bytes]) -> str:
    """A directory entry's type, not following symlinks."""
    if entry.is_symlink():
        return "symlink"
    if entry.is_dir(follow_symlinks=False):
        return "directory"
    return "regular" if entry.is_file(follow_symlinks=False) else "unknown"


def type_of_mode(mode: int) -> str:
    """The type that a `st_mode` tells."""
    if stat.S_ISREG(mode):
        return "regular"
    if stat.S_ISDIR(mode):
        return "directory"
    return "symlink" if stat.S_ISLNK(mode) else "unknown"
