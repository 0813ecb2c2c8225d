"""The host: everything of the outside world that an evaluation can see.

Files, environment, clock and output all go through one `Host`, so that pure evaluation, restricted
evaluation (`guarded.py`), tests and the browser are hosts and not flags in builtins. Paths are absolute and
normalised `str`, decoded as UTF-8 with `surrogateescape`; contents are bytes. An object's type is one of
`regular`, `directory`, `symlink`, `unknown`, as `builtins.readFileType` names them.

Fetchers and builders go through it as well: to programs, servers, and a place for their files. `Host` itself
is an empty world, in which there is what the evaluation has put into the store, and grants nothing. What
lacks a capability ends with a `NotGranted` error that says what was wanted, and which method of a host grants
it. `RealHost` has all of them, `MemoryHost` none; an embedding program's own class has those of which its
programs may see something.

The files under `<nix/…>` that Nix brings with it are found at the pseudo-paths `<nix/…>`.
"""

from __future__ import annotations

from nixlite.errors import EvalError, NoSuchFile, NotGranted
from nixlite.host.bundled import BUNDLED_PREFIX, bundled_bytes, bundled_entries, bundled_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, Protocol, Self, TypeVar

    from nixlite.host.mounts import Mounts
    from nixlite.host.outside import Answer, Finished
    from nixlite.host.settings import Settings
    from nixlite.store.tree import Node

    T = TypeVar("T")

    class StoreInMemory(Protocol):
        """What a host needs of a store: what lies there and not on the disk."""

        @property
        def store_dir(self) -> str:
            """The store's directory."""

        def lookup(self, path: str) -> Node | None:
            """The object at a path, if there is one."""


LINK_LIMIT = 1024


class Host:
    """What every host does; the primitives are the subclasses'. Of files, those here show what is only in the
    in-memory store: a subclass asks them, by `super()`, for all that it has not.

    `store` is None or an object whose `lookup(path)` gives the object that lies only in the in-memory store
    at *path*, or None, and whose `store_dir` is the store's directory. `mounts` is a `mounts.Mounts` in pure
    evaluation, else None.
    """

    store: StoreInMemory | None = None
    mounts: Mounts | None = None
    unanswered = ""
    """Why no answer of before could be given (`results`), "" where none was looked for."""

    # Primitives.

    def file_type(self, path: str) -> str | None:
        """The type of what lies at *path*, symlinks not followed; None when there is nothing."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_type(path)
        node = self.stored(path)
        return None if node is None else node.kind

    def read_bytes(self, path: str) -> bytes:
        """The contents of a regular file. Raises EvalError in Nix's words."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_bytes(path)
        node = self.stored(path)
        if node is None:
            raise self.missing(path, reading=True)
        if node.kind == "directory":
            raise self.is_directory(path)
        if node.kind == "symlink":
            raise EvalError(f"opening file '{path}': Too many levels of symbolic links")
        return node.read()

    def read_link(self, path: str) -> str:
        """The target of a symlink."""
        node = self.stored(path)
        if node is None or node.kind != "symlink":
            raise self.missing(path, reading=True)
        return node.target

    def list_dir(self, path: str) -> dict[str, str]:
        """Name and type of a directory's entries."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_entries(path)
        self.refuse_store(path)
        node = self.stored(path)
        if node is None:
            raise self.missing(path, reading=True)
        if node.kind != "directory":
            raise EvalError(f'cannot read directory "{path}": Not a directory')
        return {name: child.kind for name, child in node.entries.items()}

    def is_executable(self, path: str) -> bool:
        """Whether a regular file lies at *path* and has its owner's executable bit."""
        node = self.stored(path)
        return node is not None and node.kind == "regular" and node.executable

    def get_env(self, name: str) -> str:
        """An environment variable, empty when it is not set."""
        return ""

    def has_env(self, name: str) -> bool:
        """Whether the environment variable is set, be it to the empty string."""
        return False

    def now(self) -> int:
        """Seconds since 1970."""
        return 0

    def is_before(self, second: int) -> bool:
        """Whether it is earlier than a second since 1970."""
        return self.now() < second

    def moment(self) -> Callable[[], int]:
        """This moment: what tells it, as `now` would have."""
        now = self.now()
        return lambda: now

    def modified(self, path: str) -> int:
        """When what lies at *path* was last changed, in seconds since 1970; now, where nobody knows."""
        return self.now()

    def read_stdin(self) -> bytes:
        """All of the standard input."""
        return b""

    def stdin_lines(self) -> Iterable[bytes]:
        """The lines of the standard input with their ends, each as soon as it is there."""
        from io import BytesIO  # as a pipe's, they end at newlines only

        return BytesIO(self.read_stdin())

    def write_stdout(self, text: str) -> None:
        """Write to the standard output; not flushed before `flush`."""

    def write_stderr(self, text: str) -> None:
        """Write to the standard error, at once; what was written to the standard output comes first."""

    def write_aside(self, text: str) -> None:
        """As `write_stderr`, what is about this run and no part of the command's answer: counters."""
        self.write_stderr(text)

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
        raise self.not_granted(f"write '{path if shown is None else shown}'", "write_file")

    def make_directory(self, path: str, shown: str | None = None) -> None:
        """Make a new directory; *shown* as for `write_file`."""
        place = path if shown is None else shown
        raise self.not_granted(f"make the directory '{place}'", "make_directory")

    def make_link(self, path: str, target: str) -> None:
        """Make a symlink; one that is there already is replaced."""
        raise self.not_granted(f"make the link '{path}'", "make_link")

    # What fetchers and builders need.

    def find_program(self, name: str) -> str | None:
        """The path of an installed program, None where there is none. Capability `run_program`."""
        raise self.not_granted(f"look for the program '{name}'", "run_program")

    def run_program(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        data: bytes | None = None,
        environment: Mapping[str, str | None] | None = None,
        capture: str = "both",
    ) -> Finished:
        """Run an installed program until it ends. Raises OSError where it cannot be started.

        *data* is its standard input (None: the user's own), *environment* what is different in its
        environment (None: not set), *capture* what is kept instead of shown: `both` outputs, `stdout`,
        `stderr`, `none`.
        """
        raise self.not_granted(f"run the program '{name}'", "run_program")

    def open_url(self, url: str, headers: Mapping[str, str], timeout: float) -> Answer:
        """Ask a server (`http:`, `https:`); redirections are followed. Whatever it answers is an `Answer`.

        Raises OSError, HTTPException or ValueError when there is no answer.
        """
        raise self.not_granted(f"ask '{url}'", "open_url")

    def keep(self, path: str, data: bytes) -> None:
        """Write a file in the cache, whose directories are made, so that nobody sees half of it.

        Raises OSError when the disk refuses. *path* begins with what `cache_home` says.
        """
        raise self.not_granted(f"write '{path}'", "keep")

    def read_kept(self, path: str) -> bytes:
        """What `keep` has written. Raises EvalError."""
        return self.read_bytes(path)

    def has_kept(self, path: str) -> bool:
        """Whether something lies at a path in the cache."""
        return self.exists(path)

    def make_room(self, path: str) -> None:
        """Make a directory in the cache, and those around it, if it is not there. Capability `keep`."""
        raise self.not_granted(f"make the directory '{path}'", "keep")

    def scratch(self) -> AbstractContextManager[str]:
        """A new directory, for as long as the `with` statement takes, in which programs leave files."""
        raise self.not_granted("make a temporary directory", "scratch")

    def replace_file(self, path: str, text: str) -> None:
        """Write a file that may be there already. Raises EvalError."""
        raise self.not_granted(f"write '{path}'", "replace_file")

    def not_granted(self, what: str, capability: str) -> NotGranted:
        """The error for a capability that this host lacks."""
        return NotGranted(
            f"cannot {what}: {type(self).__name__} does not grant '{capability}'",
            hint=f"A host grants it by its method '{capability}' (nixlite.host.host); RealHost does.",
        )

    # What a guard asks, which has looked at all of a path and found no symlink: one that is there when it is
    # read has been put there since, and is not followed.

    def read_plain(self, path: str) -> bytes:
        """As `read_bytes`."""
        return self.read_bytes(path)

    def list_plain(self, path: str) -> dict[str, str]:
        """As `list_dir`."""
        return self.list_dir(path)

    def read_plain_link(self, path: str) -> str:
        """As `read_link`: *path* itself is one."""
        return self.read_link(path)

    def unkept(self, why: str) -> None:
        """What is being answered depends on more than what the host was asked: the answer is for once."""

    def fetched(self, attrs: Mapping[str, Any], fetch: Callable[[], T]) -> T:
        """`fetch()`, by which the source that *attrs* describe is fetched by way of this host."""
        return fetch()

    def facts(self, path: str, attributes: dict[str, Any]) -> dict[str, Any]:
        """The attributes that describe the fetched tree at a store path, as programs get them."""
        return attributes

    # Built upon them.

    def settings_for(self, settings: Settings) -> Settings:
        """*settings*, or a copy that says what this host makes of an evaluation: pure, say."""
        return settings

    def for_evaluator(self) -> Host:
        """The host that an evaluator gets that is given this one."""
        return self

    def fetching(
        self,
        uri: str,
        *,
        path: str | None = None,
        locked: Callable[[], bool] | None = None,
        trusted: bool = False,
        allowed: Sequence[str] | None = None,
    ) -> Host:
        """The host through which what *uri* names is fetched, once that is found to be allowed: this one.

        *path*: the file or directory that the URI means, if it is just that. *locked* tells whether it is
        known what will come (by hash or revision), *trusted* that the user and no program wants it;
        *allowed*: the setting `allowed-uris`, where evaluation is restricted. Raises RestrictedError.
        """
        return self

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

    def stdout_colour(self, *, forced: bool = True) -> bool:
        """Whether answers are to be coloured; *forced*: in a pipe, too, by
        `CLICOLOR_FORCE` (at which Nix 2.34.8 does not look)."""
        if self.is_terminal("stdout"):
            return self.colours_wanted()
        return forced and self.get_env("CLICOLOR_FORCE") not in ("", "0") and not self.colours_refused()

    def colours_wanted(self) -> bool:
        """Whether the environment speaks for colours, where there is a terminal."""
        if not self.has_env("TERM") or self.get_env("TERM") == "dumb":
            return False
        return not self.colours_refused()

    def colours_refused(self) -> bool:
        """Whether the environment speaks against colours, wherever the text goes."""
        return self.has_env("NO_COLOR") or self.has_env("NOCOLOR")

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

    def check_all_below(self, path: str) -> None:
        """Raise RestrictedError unless *path* and all below it may be read: a program is to look at it."""

    def followed_type(self, path: str) -> str | None:
        """The type of what lies at *path*, symlinks followed; None when it cannot be told."""
        try:
            return self.file_type(self.real_path(path))
        except EvalError:
            return None


def does_not_exist(path: str) -> EvalError:
    """Nix's error for a missing file."""
    return NoSuchFile(f"path '{path}' does not exist")
