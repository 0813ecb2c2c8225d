"""Which file an `import` means, and reading it."""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.host.bundled import BUNDLED_PREFIX
from nixlite.host.host import LINK_LIMIT
from nixlite.source import Source
from nixlite.spelling import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.host import Host


def resolve_import_path(host: Host, path: str) -> str:
    """The file that `import path` reads: a symlink is followed, a directory stands for its `default.nix`.

    A symlink's target counts as the file's name, so that relative paths in it start from where it really
    is; but a `default.nix` that is a symlink itself keeps its name, and directories on the way keep theirs.
    Raises EvalError where nothing is there, RestrictedError where it may not be seen.
    """
    if path.startswith(BUNDLED_PREFIX):
        return join(path, "default.nix") if host.require_type(path) == "directory" else path
    if host.plain_type(path) == "regular":  # nearly always
        return path
    followed = 0
    while True:
        followed += 1
        if followed >= LINK_LIMIT:
            raise EvalError(f"too many symbolic links encountered while traversing the path '{path}'")
        parent, _, name = path.rpartition("/")
        real = join(host.real_path(parent or "/"), name)
        if host.require_type(real) != "symlink":
            break
        path = follow(parent, host.read_link(real))
    if host.require_type(host.real_path(path)) == "directory":
        return join(path, "default.nix")
    return path


def follow(directory: str, target: str) -> str:
    """What a symlink in *directory* with this *target* points to, by the text alone."""
    return normalise(target if target.startswith("/") else f"{directory}/{target}")


def join(directory: str, name: str) -> str:
    """*name* in *directory*."""
    if directory.endswith("/>"):  # `<nix/>`
        return f"{directory[:-1]}{name}>"
    return f"{directory}{name}" if directory.endswith("/") else f"{directory}/{name}"


def read_source(host: Host, path: str) -> Source:
    """The text of the file at *path* (already resolved by `resolve_import_path`), named by that path."""
    return Source(path, host.read_real(path), base=path.rpartition("/")[0] or "/", path=path)
