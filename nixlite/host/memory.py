"""A host whose files are a dictionary: for tests and for the browser.

What comes along with nixlite is there as well, where it lies: `<nixpkgs>` and the REPL's `lib.nix`. Nothing
of the machine is told by that but where nixlite is installed.
"""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.host.bundled import library_bytes, library_entries, library_type
from nixlite.host.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Link:
    """A symlink in a `MemoryHost`."""

    __slots__ = ("target",)

    def __init__(self, target: str) -> None:
        self.target = target


class MemoryHost(Host):
    """Files from a dictionary of absolute paths to text, bytes or `Link`; directories are implied.

    What is written to the outputs is kept in `stdout` and `stderr`, lists of pieces. *executables* are the
    paths whose executable bit is set; *time* is what the clock always shows.
    """

    def __init__(
        self,
        files: Mapping[str, str | bytes | Link] | None = None,
        *,
        env: Mapping[str, str] | None = None,
        executables: frozenset[str] = frozenset(),
        stdin: bytes = b"",
        time: int = 0,
    ) -> None:
        self.files: dict[str, bytes | Link] = {}
        self.directories: dict[str, dict[str, str]] = {"/": {}}
        self.env = dict(env or {})
        self.executables = executables
        self.stdin = stdin
        self.time = time
        self.stdout: list[str] = []
        self.stderr: list[str] = []
        for path, content in (files or {}).items():
            self.add(path, content)

    def add(self, path: str, content: str | bytes | Link) -> None:
        """Put a file or link at *path*, making its directories."""
        self.files[path] = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        kind = "symlink" if isinstance(content, Link) else "regular"
        while path != "/":
            parent, _, name = path.rpartition("/")
            parent = parent or "/"
            self.directories.setdefault(parent, {})[name] = kind
            path, kind = parent, "directory"

    def file_type(self, path: str) -> str | None:
        """See `Host`."""
        if path in self.directories:
            return "directory"
        content = self.files.get(path)
        if content is None:
            return library_type(path) or super().file_type(path)
        return "symlink" if isinstance(content, Link) else "regular"

    def read_bytes(self, path: str) -> bytes:
        """See `Host`."""
        content = self.files.get(path)
        if isinstance(content, bytes):
            return content
        if path in self.directories:
            raise EvalError("read of 4096 bytes: Is a directory")
        if content is not None:
            raise EvalError(f"opening file '{path}': Too many levels of symbolic links")
        found = library_bytes(path)
        return super().read_bytes(path) if found is None else found

    def read_link(self, path: str) -> str:
        """See `Host`."""
        content = self.files.get(path)
        return content.target if isinstance(content, Link) else super().read_link(path)

    def list_dir(self, path: str) -> dict[str, str]:
        """See `Host`."""
        self.refuse_store(path)
        if path in self.directories:
            return dict(self.directories[path])
        if path in self.files:
            raise EvalError(f'cannot read directory "{path}": Not a directory')
        found = library_entries(path)
        return super().list_dir(path) if found is None else found

    def is_executable(self, path: str) -> bool:
        """See `Host`."""
        return path in self.executables or super().is_executable(path)

    def get_env(self, name: str) -> str:
        """See `Host`."""
        return self.env.get(name, "")

    def has_env(self, name: str) -> bool:
        """See `Host`."""
        return name in self.env

    def now(self) -> int:
        """See `Host`."""
        return self.time

    def read_stdin(self) -> bytes:
        """See `Host`."""
        return self.stdin

    def write_stdout(self, text: str) -> None:
        """Keep *text*."""
        self.stdout.append(text)

    def write_stderr(self, text: str) -> None:
        """Keep *text*."""
        self.stderr.append(text)

    def write_file(self, path: str, text: str, shown: str | None = None) -> None:
        """Add a file."""
        self.add(path, text)

    def make_directory(self, path: str, shown: str | None = None) -> None:
        """Add a directory."""
        self.directories.setdefault(path, {})
        parent, _, name = path.rpartition("/")
        self.directories.setdefault(parent or "/", {})[name] = "directory"

    def make_link(self, path: str, target: str) -> None:
        """Add a link."""
        self.add(path, Link(target))
