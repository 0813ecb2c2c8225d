"""Unpacking tar and zip archives into file trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import EvalError
from nixlite.store.tree import Directory, File, Node, Symlink, find

if TYPE_CHECKING:
    from collections.abc import Callable

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
SYMLINK_MODE = 0o120000


class Unpacked(NamedTuple):
    """The tree in an archive and the time of its newest file, seconds since 1970."""

    node: Node
    last_modified: int


def unpack(data: bytes) -> Unpacked:
    """The tree in a tar (plain, gzip, bzip2, xz, zstd) or zip archive.

    An archive of one directory gives what is in it. Raises EvalError in Nix's words for anything else.
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        root, newest = unpack_zip(data)
    else:
        root, newest = unpack_tar(unzstd(data) if data.startswith(ZSTD_MAGIC) else data)
    if len(root.entries) == 1:
        (only,) = root.entries.values()
        if isinstance(only, Directory):
            return Unpacked(only, newest)
    return Unpacked(root, newest)


def unrecognised() -> EvalError:
    """The error of libarchive for something else."""
    return EvalError("Failed to open archive (Unrecognized archive format)")


def unpack_tar(data: bytes) -> tuple[Directory, int]:
    """The tree in a tar archive."""
    import io
    import tarfile  # slow to import

    root = Directory({})
    newest = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
            for member in archive:
                newest = max(newest, int(member.mtime))
                parts = member_parts(member.name)
                if member.isdir():
                    make_directory(root, parts)
                elif member.issym():
                    put(root, parts, Symlink(member.linkname))
                elif member.islnk():
                    put(root, parts, linked(root, member))
                elif member.isreg():
                    put(root, parts, File(content_of(archive, member), bool(member.mode & 0o100)))
                else:
                    raise EvalError(f"archive member '{member.name}' has an unsupported type")
    except (tarfile.TarError, EOFError, OSError):
        raise unrecognised() from None
    return root, newest


def content_of(archive: Any, member: Any) -> bytes:
    """The bytes of a file in a tar archive."""
    stream = archive.extractfile(member)
    return b"" if stream is None else bytes(stream.read())


def linked(root: Directory, member: Any) -> Node:
    """What a hard link in an archive stands for: it was there before."""
    found = find(root, "/".join(member_parts(member.linkname)))
    if found is None:
        raise EvalError(f"archive member '{member.name}' is a link to '{member.linkname}', which is missing")
    return found


def unpack_zip(data: bytes) -> tuple[Directory, int]:
    """The tree in a zip archive."""
    import calendar
    import io
    import zipfile  # slow to import

    root = Directory({})
    newest = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                newest = max(newest, calendar.timegm((*member.date_time, 0, 0, 0)))
                parts = member_parts(member.filename)
                mode = member.external_attr >> 16
                if member.is_dir():
                    make_directory(root, parts)
                    continue
                content = archive.read(member)
                if mode & 0o170000 == SYMLINK_MODE:
                    put(root, parts, Symlink(content.decode("utf-8", "surrogateescape")))
                else:
                    put(root, parts, File(content, bool(mode & 0o100)))
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        raise unrecognised() from None
    return root, newest


def member_parts(name: str) -> list[str]:
    """The parts of a path in an archive, which must stay inside."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise EvalError(f"archive member '{name}' leads out of the archive")
    return parts


def make_directory(root: Directory, parts: list[str]) -> Directory:
    """The directory at a path, made where it is missing."""
    directory = root
    for part in parts:
        below = directory.entries.get(part)
        if not isinstance(below, Directory):
            below = directory.entries[part] = Directory({})
        directory = below
    return directory


def put(root: Directory, parts: list[str], node: Node) -> None:
    """Put a node at a path; what an archive names twice is there in its last form."""
    if parts:
        make_directory(root, parts[:-1]).entries[parts[-1]] = node


def unzstd(data: bytes) -> bytes:
    """Decompress zstd: by Python where it can, else by the program `zstd`."""
    decompress = zstd_of_python()
    if decompress is not None:
        return decompress(data)
    import subprocess

    try:
        done = subprocess.run(["zstd", "-dcq"], input=data, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise EvalError("Failed to open archive (zstd is needed to unpack it: no program 'zstd')") from None
    return done.stdout


def zstd_of_python() -> Callable[[bytes], bytes] | None:
    """`compression.zstd.decompress`, new in Python 3.14."""
    from importlib import import_module

    try:
        module = import_module("compression.zstd")
    except ImportError:
        return None
    return module.decompress  # type: ignore[no-any-return]
