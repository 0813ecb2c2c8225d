"""A host whose files are a dictionary: for tests and for the browser."""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.host.bundled import BUNDLED_PREFIX, bundled_bytes, bundled_entries, bundled_type
from nixlite.host.host import Host, does_not_exist

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
        if path.startswith(BUNDLED_PREFIX):
            return bundled_type(path)
        if path in self.directories:
            return "directory"
        content = self.files.get(path)
        if content is None:
            node = self.stored(path)
            return None if node is None else node.kind
        return "symlink" if isinstance(content, Link) else "regular"

    def read_bytes(self, path: str) -> bytes:
        """See `Host`."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_bytes(path)
        content = self.files.get(path)
        if isinstance(content, bytes):
            return content
        kind = self.file_type(path)
        if kind is None:
            raise does_not_exist(path)
        if kind == "directory":
            raise EvalError("read of 4096 bytes: Is a directory")
        if content is None:
            node = self.stored(path)
            assert node is not None
            assert node.kind == "regular"  # symlinks were followed
            return node.read()
        raise EvalError(f"opening file '{path}': Too many levels of symbolic links")

    def read_link(self, path: str) -> str:
        """See `Host`."""
        content = self.files.get(path)
        if isinstance(content, Link):
            return content.target
        node = None if content is not None else self.stored(path)
        if node is None or node.kind != "symlink":
            raise does_not_exist(path)
        return node.target

    def list_dir(self, path: str) -> dict[str, str]:
        """See `Host`."""
        if path.startswith(BUNDLED_PREFIX):
            return bundled_entries(path)
        self.refuse_store(path)
        if path in self.directories:
            return dict(self.directories[path])
        kind = self.file_type(path)
        if kind is None:
            raise does_not_exist(path)
        if kind != "directory":
            raise EvalError(f'cannot read directory "{path}": Not a directory')
        node = self.stored(path)
        assert node is not None
        assert node.kind == "directory"
        return {name: child.kind for name, child in node.entries.items()}

    def is_executable(self, path: str) -> bool:
        """See `Host`."""
        return path in self.executables

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
