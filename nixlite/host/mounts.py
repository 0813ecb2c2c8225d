"""What is shown in the place of paths in pure evaluation: fetched trees are file systems of their own.

C++ Nix mounts each at its store path, where programs see it; but messages, and values that are printed, have
the name that the tree has where it comes from: the directory of a git repository whose working tree was
fetched, or `«git+https://…&rev=…»`. The root of such a file system is shown with a slash.
"""

from __future__ import annotations

from nixlite.errors import EvalError, NoSuchFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from nixlite.errors import NixError
    from nixlite.source import Position

    class Disk(Protocol):
        """What is asked of a host."""

        def exists(self, path: str) -> bool:
            """Whether anything lies at *path*."""

        def followed_type(self, path: str) -> str | None:
            """The type of what lies at *path*, symlinks followed."""

        def real_path(self, path: str, *, last: bool = True) -> str:
            """*path* with all symlinks resolved."""


NAMING_A_PATH = ("while evaluating the file '", "while adding path '")
"""What lines of a trace begin with that have a path in them."""


class Mounts:
    """What is shown for the store paths of fetched trees; the first name of a tree counts.

    *host* tells what there is where a tree comes from.
    """

    def __init__(self, store_dir: str, host: Disk) -> None:
        self.store_dir = store_dir
        self.host = host
        self.names: dict[str, str] = {}

    def add(self, path: str, name: str) -> None:
        """Show *name* for the tree at a store path."""
        self.names.setdefault(path, name)

    def shown(self, path: str) -> str:
        """What is shown for a path."""
        if path == self.store_dir:
            return f"{path}/"
        tree, rest = self.parts(path)
        name = self.names.get(tree)
        return path if name is None else f"{name}{rest or '/'}"

    def name_of(self, path: str) -> str:
        """What is shown for the tree that a path lies in; empty where it lies in none."""
        tree, rest = self.parts(path)
        return self.names.get(tree, "") if rest else ""

    def parts(self, path: str) -> tuple[str, str]:
        """The tree that a path lies in, and what follows in it; ("", "") where it is not in the store."""
        store = f"{self.store_dir}/"
        if not path.startswith(store):
            return "", ""
        name, slash, rest = path.removeprefix(store).partition("/")
        return store + name, slash + rest

    def missing(self, path: str, *, reading: bool) -> EvalError:
        """The error for a path where there is nothing; git's objects have words of their own for it."""
        name = self.name_of(path)
        if reading and is_in_git(name):
            return NoSuchFile(f"'{self.shown(path)}' does not exist")
        return no_such_path(self.host, self.shown(path), name)

    def is_directory(self, path: str) -> EvalError | None:
        """The error for a directory that is read as a file; None where the operating system complains."""
        if not is_in_git(self.name_of(path)):
            return None
        return EvalError(f"'{self.shown(path)}' is not a regular file")

    def rename(self, error: NixError) -> None:
        """Let an error and its trace, which are complete, have the places that are shown."""
        if not self.names:
            return
        if error.position is not None:
            error.position = self.place(error.position)
        for frame in error.trace or ():
            if frame.position is not None:
                frame.position = self.place(frame.position)
            for beginning in NAMING_A_PATH:
                if frame.text.startswith(beginning):
                    path, quote, end = frame.text.removeprefix(beginning).rpartition("'")
                    frame.text = beginning + self.shown(path) + quote + end

    def place(self, position: Position) -> Position:
        """A position as it is shown."""
        file = self.shown(position.file)
        if file == position.file:
            return position
        return type(position)(file, position.line, position.column, position.source)


def is_in_git(name: str) -> bool:
    """Whether a tree lies in git's objects, where C++ Nix puts archives as well."""
    return name.startswith("«") and not name.startswith("«path:")


def no_such_path(host: Disk, path: str, root: str) -> EvalError:
    """The error for a missing path that is shown as *path*; *root* is what is shown for the tree in which it
    was looked for, the directory of a git repository, say, which may have the file without tracking it.
    """
    if not root.startswith("/") or host.followed_type(f"{root}/.git") is None:
        return NoSuchFile(f"path '{path}' does not exist")
    name = path[len(root) + 1 :]
    if not host.exists(host.real_path(path, last=False)):
        return NoSuchFile(f"Path '{name}' does not exist in Git repository \"{root}\".")
    return EvalError(
        f"Path '{name}' in the repository \"{root}\" is not tracked by Git.\n\n"
        f'To make it visible to Nix, run:\n\ngit -C "{root}" add "{name}"'
    )


def origin(file: str, trees: dict[str, str]) -> str:
    """A file's name where its tree comes from, which may lie in another tree; *trees* has by store path the
    directory that was copied, or the reference to something elsewhere."""
    for _ in trees:
        root = next((root for root in trees if file == root or file.startswith(f"{root}/")), None)
        if root is None or file.startswith(f"{trees[root]}/"):
            break
        file = trees[root] + file[len(root) :]
    return file
