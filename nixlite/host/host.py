"""The host: everything of the outside world that an evaluation can see.

Files, environment, clock and output all go through one `Host`, so that pure evaluation, restricted
evaluation (`guarded.py`), tests and the browser are hosts and not flags in builtins. Paths are absolute and
normalised `str`, decoded as UTF-8 with `surrogateescape`; contents are bytes. An object's type is one of
`regular`, `directory`, `symlink`, `unknown`, as `builtins.readFileType` names them.

The files under `<nix/…>` that Nix brings with it are found at the pseudo-paths `<nix/…>`.
"""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.host.bundled import BUNDLED_PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol, Self

    from nixlite.host.mounts import Mounts
    from nixlite.store.tree import Node

    class StoreInMemory(Protocol):
        """What a host needs of a store: what lies there and not on the disk."""

        @property
        def store_dir(self) -> str:
            """The store's directory."""

        def lookup(self, path: str) -> Node | None:
            """The object at a path, if there is one."""


LINK_LIMIT = 1024


class Host:
    """What every host does; the primitives are the subclasses'.

    `store` is None or an object whose `lookup(path)` gives the object that lies only in the in-memory store
    at *path*, or None, and whose `store_dir` is the store's directory. `mounts` is a `mounts.Mounts` in pure
    evaluation, else None.
    """

    store: StoreInMemory | None = None
    mounts: Mounts | None = None

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
        return path if self.mounts is None else self.mounts.shown(path)

    def missing(self, path: str, *, reading: bool = False) -> EvalError:
        """The error for a path where there is nothing; *reading*: it was to be read at once."""
        if self.mounts is None:
            return does_not_exist(path)
        return self.mounts.missing(path, reading=reading)

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

    def stored(self, path: str) -> Node | None:
        """The object at *path* of the in-memory store, or None."""
        return None if self.store is None else self.store.lookup(path)

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
