"""File trees: what a store object is made of.

Three kinds of nodes, as many as a Nix archive knows: regular files (with an executable bit), directories and
symbolic links. A file's bytes may be in memory or are read when they are asked for.
"""

from __future__ import annotations

from nixlite.errors import EvalError, NoSuchFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal, Protocol, TypeAlias

    class Files(Protocol):
        """What a store needs of a `Host`: the files on disk, as `host.host` describes its methods."""

        def check_access(self, path: str) -> None:
            """Raise RestrictedError if *path* may not be read."""

        def exists(self, path: str) -> bool:
            """Whether anything lies at *path*."""

        def file_type(self, path: str) -> str | None:
            """The type of what lies at *path*, None when there is nothing."""

        def is_executable(self, path: str) -> bool:
            """Whether the file at *path* may be executed."""

        def list_dir(self, path: str) -> dict[str, str]:
            """Name and type of a directory's entries."""

        def read_bytes(self, path: str) -> bytes:
            """The contents of a file."""

        def read_link(self, path: str) -> str:
            """The target of a symlink."""

    class SeenFiles(Files, Protocol):
        """Files as an evaluation sees them."""

        def allow(self, path: str) -> None:
            """Let *path* and all below it be read from now on."""

        def real_path(self, path: str, *, last: bool = True) -> str:
            """*path* with all symlinks resolved."""


class File:
    """A regular file. *content* is its bytes or a function that reads them."""

    __slots__ = ("_content", "executable")
    kind: Literal["regular"] = "regular"

    def __init__(self, content: bytes | Callable[[], bytes], executable: bool = False) -> None:
        self._content = content
        self.executable = executable

    def read(self) -> bytes:
        """The bytes of the file."""
        content = self._content
        return content if isinstance(content, bytes) else content()


class Directory:
    """A directory: its entries by name."""

    __slots__ = ("entries",)
    kind: Literal["directory"] = "directory"

    def __init__(self, entries: dict[str, Node]) -> None:
        self.entries = entries


class Symlink:
    """A symbolic link with its target as written."""

    __slots__ = ("target",)
    kind: Literal["symlink"] = "symlink"

    def __init__(self, target: str) -> None:
        self.target = target


Node: TypeAlias = File | Directory | Symlink


def host_tree(host: Files, path: str) -> Node:
    """The tree at a real *path*, seen through the `Host`; links are not followed.

    Directories are listed at once, in the order of an archive, files are read when their bytes are asked for.
    Raises EvalError when there is nothing, or something that a store cannot hold (a socket, a device).
    """
    host.check_access(path)
    return host_node(host, path, host.file_type(path))


def host_node(host: Files, path: str, kind: str | None) -> Node:
    """As `host_tree` where the type is known already."""
    if kind == "directory":
        prefix = path if path.endswith("/") else path + "/"
        kinds = host.list_dir(path)
        return Directory({name: host_node(host, prefix + name, kinds[name]) for name in sorted(kinds)})
    return host_leaf(host, path, kind)


def host_leaf(host: Files, path: str, kind: str | None) -> File | Symlink:
    """The node of a file or link at *path*."""
    if kind == "regular":
        return File(lambda: host.read_bytes(path), host.is_executable(path))
    if kind == "symlink":
        return Symlink(host.read_link(path))
    if kind is None:
        raise NoSuchFile(f"path '{path}' does not exist")
    raise EvalError(f"file '{path}' has an unsupported type")


def find(node: Node, rest: str) -> Node | None:
    """The node at the relative path *rest* (`""`, `/a/b`) below *node*; links are not followed."""
    for part in rest.split("/"):
        if part in ("", "."):
            continue
        if not isinstance(node, Directory):
            return None
        below = node.entries.get(part)
        if below is None:
            return None
        node = below
    return node
