"""Trees of files that travel: an archive that is named by the hash of its bytes, unpacked once a machine."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
from time import time_ns
from typing import TYPE_CHECKING, NamedTuple

from nixlite.resources import cache_home
from nixlite.store.hashing import digest

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_FILES, MOST_BYTES = 200_000, 1_000_000_000
"""What one tree may have; of a larger one each file is asked for when it is read."""


MOST_TREES = 16
"""How many trees a machine keeps."""


class Packed(NamedTuple):
    """A tree at the path *place*, as an archive."""

    place: str
    name: str
    data: bytes


def pack(place: str) -> Packed | None:
    """The archive of a directory: equal trees have equal archives; None where it is too large.

    What git keeps for itself is left out. What cannot be read is not in it, and is asked for.
    """
    rows = listed(place)
    if rows is None:
        return None
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as archive:
        for path in (".", *rows):
            try:
                entry = archive.gettarinfo(os.path.join(place, path), arcname=path)
                entry.uid = entry.gid = 0
                entry.uname = entry.gname = ""
                if entry.islnk():  # a second name of a file is a file
                    entry.type, entry.linkname = tarfile.REGTYPE, ""
                    entry.size = os.stat(os.path.join(place, path)).st_size
                if entry.isreg():
                    with open(os.path.join(place, path), "rb") as file:
                        archive.addfile(entry, file)
                elif entry.isdir() or entry.issym():
                    archive.addfile(entry)
            except OSError:
                continue
    data = without_time(out.getvalue())
    return Packed(place, digest("sha256", data).hex()[:40], data)


def without_time(data: bytes) -> bytes:
    """A gzip file without the time at which it was made."""
    return data[:4] + bytes(4) + data[8:]


def listed(place: str) -> list[str] | None:
    """The paths in a tree, sorted; None where these are too many, or too much."""
    found: list[str] = []
    size = 0
    for folder, folders, files in os.walk(place):
        folders[:] = sorted(name for name in folders if name != ".git")
        below = os.path.relpath(folder, place)
        for name in (*folders, *files):
            path = os.path.normpath(os.path.join(below, name))
            found.append(path)
            try:
                size += os.lstat(os.path.join(place, path)).st_size
            except OSError:
                continue
        if len(found) > MOST_FILES or size > MOST_BYTES:
            return None
    return sorted(found)


def outermost(places: Iterable[str]) -> list[str]:
    """Directories without those that are in others."""
    found: list[str] = []
    for place in sorted(set(places)):
        if not any(place == other or place.startswith(f"{other}/") for other in found):
            found.append(place)
    return found


def project_of(path: str) -> str:
    """The directory that goes with a file: the repository that it is in, else where it lies."""
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    here = folder
    while here not in ("/", ""):
        if os.path.exists(f"{here}/.git"):
            return here
        here = os.path.dirname(here)
    return folder


def is_private(place: str, home: str) -> bool:
    """Whether a directory is not sent as a whole, whatever lies in it: the user's home, what that is in, and
    what lies at the top of the disk."""
    return home == place or home.startswith(f"{place}/") or place.count("/") < 2


def home_of_trees() -> str:
    """Where trees are unpacked on this machine."""
    home = cache_home()
    return f"{home}/trees" if home is not None else os.path.join(tempfile.gettempdir(), "nixlite-trees")


def unpacked(name: str) -> str | None:
    """Where a tree is on this machine; None where it is not."""
    place = f"{home_of_trees()}/{name}"
    try:
        os.utime(place, ns=(time_ns(), os.stat(place).st_mtime_ns))  # when it was changed programs may ask
    except OSError:
        return None
    return place


def unpack(name: str, data: bytes) -> str:
    """Unpack a tree, so that nobody sees half of it; where it is. Raises OSError, ValueError."""
    if digest("sha256", data).hex()[:40] != name:
        raise ValueError(f"the archive '{name}' has come damaged")
    place = f"{home_of_trees()}/{name}"
    os.makedirs(home_of_trees(), mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home_of_trees(), prefix=".") as folder:
        inside = f"{folder}/tree"
        os.mkdir(inside)
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            vars(archive)["extraction_filter"] = as_it_is
            archive.extractall(inside)
        try:
            os.rename(inside, place)
        except OSError:
            if not os.path.isdir(place):
                raise
    unpacked(name)  # it is in use, however old it is
    prune()
    return place


def as_it_is(member: tarfile.TarInfo, place: str) -> tarfile.TarInfo:
    """A part of an archive is unpacked as it is: it is the user's own, wherever its links lead."""
    return member


def prune() -> None:
    """Remove trees that nobody has asked for longest."""
    with os.scandir(home_of_trees()) as entries:
        rows = [(os.lstat(entry.path).st_atime, entry.path) for entry in entries if entry.name[0] != "."]
    for _, path in sorted(rows, reverse=True)[MOST_TREES:]:
        shutil.rmtree(path, ignore_errors=True)
