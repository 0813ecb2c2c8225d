"""Unpacking tar and zip archives into file trees. What is wrong with one is told in libarchive's words.

A tree is built as Nix 2.34.8 builds it: `..` does not lead out of the root, and hard links are resolved when
everything else is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import EvalError
from nixlite.fetch.filters import Plain, decompress
from nixlite.store.tree import Directory, File, Node, Symlink, find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.host.host import Host

KIND, DIRECTORY, REGULAR, SYMLINK = 0o170000, 0o040000, 0o100000, 0o120000
CHARACTERS, BLOCKS, PIPE = 0o020000, 0o060000, 0o010000
BLOCK = 512
NAMING = "cannot get archive member name: "
TRUNCATED = "Truncated tar archive detected while reading"


class Unpacked(NamedTuple):
    """The tree in an archive and the time of its newest file, seconds since 1970."""

    node: Node
    last_modified: int


def unpack(data: bytes, host: Host) -> Unpacked:
    """The tree in a tar or zip archive, which may be compressed (gzip, bzip2, xz, lzma, zstd by the *host*).

    An archive of one directory gives what is in it, no bytes at all an empty directory.
    Raises EvalError in Nix's words for anything else.
    """
    plain = decompress(data, host)
    root, newest = unpack_zip(plain.data) if is_zip(plain.data) else unpack_tar(plain)
    if len(root.entries) == 1:
        (only,) = root.entries.values()
        if isinstance(only, Directory):
            return Unpacked(only, newest)
    return Unpacked(root, newest)


def is_zip(data: bytes) -> bool:
    """Whether to read data as a zip archive."""
    from nixlite.fetch import zips

    return not is_tar(data) and zips.is_zip(data)


class BadLinkError(EvalError):
    """A hard link that leads to no file; *context* says which, as Nix's traces do."""

    def __init__(self, message: str, place: str, target: str) -> None:
        super().__init__(message)
        self.context = f"while creating a hard link from '{place}' to '{target}'"


class Tree:
    """A tree that grows by the members of an archive."""

    def __init__(self) -> None:
        self.root = Directory({})
        self.links: dict[tuple[str, ...], str] = {}

    def add(self, name: str, node: Node) -> None:
        """Put a member at its place; what an archive names twice is there in its last form."""
        parts = member_parts(name)
        if isinstance(node, Directory):
            self.directory(parts, name)
        elif not parts:
            raise EvalError(f"archive member '{name}' has no name")
        else:
            self.directory(parts[:-1], name).entries[parts[-1]] = node

    def directory(self, parts: list[str], name: str) -> Directory:
        """The directory at a path, made where it is missing. Raises EvalError where something else is."""
        directory = self.root
        for part in parts:
            below = directory.entries.get(part)
            if below is None:
                below = directory.entries[part] = Directory({})
            if not isinstance(below, Directory):
                raise EvalError(f"archive member '{name}' lies below '{part}', which is no directory")
            directory = below
        return directory

    def add_links(self) -> None:
        """Put a copy of its target for every hard link."""
        for parts in sorted(self.links):
            place = "/" + "/".join(parts)
            target = "/" + "/".join(member_parts(self.links[parts]))
            found = find(self.root, target)
            if found is None:
                raise BadLinkError(f"path '{target}' does not exist", place, target)
            if isinstance(found, Directory):
                raise BadLinkError("cannot create a hard link to a directory", place, target)
            self.add(place, found)


def member_parts(name: str) -> list[str]:
    """The parts of a path in an archive; `..` stays inside."""
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    if "\0" in name:
        raise EvalError(f"archive member '{name}' has a NUL byte in its name".replace("\0", "␀"))
    return parts


def refuse_kind(name: str, kind: int) -> EvalError:
    """The error for a member that a store cannot hold."""
    return EvalError(f"file '{name}' in tarball has unsupported file type {kind}")


# --- tar


def is_tar(data: bytes) -> bool:
    """Whether data begins with a tar header, or with the zeros that end an archive."""
    header = data[:BLOCK]
    if len(header) < BLOCK:
        return False
    if not any(header):
        return True
    text = header[148:156].strip(b"\0 ")
    try:
        wanted = int(text, 8)
    except ValueError:
        return False
    plain = sum(header) - sum(header[148:156]) + 8 * 32
    signed = plain - 256 * sum([byte > 127 for byte in header[:148] + header[156:]])
    return wanted in (plain, signed)


def unpack_tar(plain: Plain) -> tuple[Directory, int]:
    """The tree in a tar archive, and the time of its newest member."""
    tree = Tree()
    newest = 0
    if not plain.data:
        return tree.root, newest
    if not is_tar(plain.data):
        raise EvalError("Failed to open archive (Unrecognized archive format)")
    for member, content in tar_members(plain):
        newest = max(newest, time_of(member))
        if member.isdir():
            tree.add(member.name, Directory({}))
        elif member.issym():
            tree.add(member.name, Symlink(member.linkname))
        elif member.islnk():
            tree.links[tuple(member_parts(member.name))] = member.linkname
        elif member.isdev():
            kind = CHARACTERS if member.ischr() else PIPE if member.isfifo() else BLOCKS
            raise refuse_kind(member.name, kind)
        else:  # whatever else it says it is
            tree.add(member.name, File(content, bool(member.mode & 0o100)))
    tree.add_links()
    return tree.root, newest


def tar_members(plain: Plain) -> Iterator[tuple[Any, bytes]]:
    """The members of a tar archive, as `tarfile` has them, with the bytes of files.

    Raises EvalError for what `tarfile` takes for the end of an archive and libarchive does not.
    """
    import io
    import struct
    import tarfile  # slow to import

    data = plain.data
    errors = (tarfile.TarError, EOFError, OSError, ValueError, ArithmeticError, LookupError, struct.error)
    try:
        archive = tarfile.open(  # noqa: SIM115 - it is in memory
            fileobj=io.BytesIO(data), mode="r:", encoding="utf-8", errors="surrogateescape"
        )
    except errors as error:
        raise damaged(error) from None
    while True:
        try:
            member = archive.next()
        except errors as error:
            raise damaged(error) from None
        if member is None:
            break
        is_file = not (member.isdir() or member.issym() or member.islnk() or member.isdev())
        yield member, tar_content(archive, member, data, errors) if is_file else b""
    check_end(plain, archive.offset)


def damaged(error: Exception) -> EvalError:
    """The error for a header that makes no sense; one that belongs to a long name has a name already."""
    what = "Damaged tar archive (bad header checksum)"
    return EvalError(f"failed to extract archive ({what})" if "subsequent" in str(error) else NAMING + what)


def tar_content(archive: Any, member: Any, data: bytes, errors: tuple[type[Exception], ...]) -> bytes:
    """The bytes of a file in a tar archive."""
    start, size = member.offset_data, member.size
    content = data[start : start + size]
    if member.issparse():
        try:
            return bytes(archive.extractfile(member).read())
        except errors:
            content = b""
    if len(content) < size:
        raise EvalError(f"cannot read file from tarball: {TRUNCATED} data")
    return content


def check_end(plain: Plain, at: int) -> None:
    """An archive ends with zeros, or where the data end."""
    header = plain.data[at : at + BLOCK]
    if header and not any(header):
        return
    if plain.failure and len(header) < BLOCK:
        raise EvalError(NAMING + plain.failure)
    if len(header) == BLOCK:
        raise EvalError(f"{NAMING}Damaged tar archive (bad header checksum)")
    if header:
        raise EvalError(f"{NAMING}{TRUNCATED} next header")


def time_of(member: Any) -> int:
    """When a member was changed; 0 for a time that is none."""
    try:
        return int(member.mtime)
    except (ValueError, OverflowError):
        return 0


# --- zip


def unpack_zip(data: bytes) -> tuple[Directory, int]:
    """The tree in a zip archive, and the time of its newest member."""
    from nixlite.fetch import zips

    tree = Tree()
    newest = 0
    for member in zips.members(data):
        newest = max(newest, member.time)
        kind = member.mode & KIND or (DIRECTORY if member.name.endswith("/") else REGULAR)
        if kind == DIRECTORY:
            tree.add(member.name, Directory({}))
        elif kind == SYMLINK:
            tree.add(member.name, Symlink(member.content.decode("utf-8", "surrogateescape")))
        elif kind == REGULAR:
            tree.add(member.name, File(member.content, bool(member.mode & 0o100)))
        else:
            raise refuse_kind(member.name, kind)
    return tree.root, newest


# --- for trees that are put together otherwise


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
    """Put a node at a path."""
    if parts:
        make_directory(root, parts[:-1]).entries[parts[-1]] = node
