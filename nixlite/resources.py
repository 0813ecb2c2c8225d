"""Where the files live that come with nixlite but are not Python: the grammar and the Nix library.

In a checkout (also an editable install) they are beside the package, in a wheel inside it, under a name with
an underscore so that nobody takes them for modules. Where nixlite lies in an archive (a zipapp), all of it
is put into a folder of the user's cache once: from there it also starts faster, for Python keeps what it
compiles.
"""

from __future__ import annotations

import os

from nixlite.drives import DRIVES, system_path

HOME = "https://github.com/nixlite/nixlite"
"""Where the repository is."""

DOCUMENTATION = "https://nixlite.github.io/nixlite"
"""Where the documentation is, of which `--help` names pages, and the playground below it."""

OTHERS = 0o022
"""The rights that others have to write."""


def grammar_directory() -> str:
    """The absolute directory of `nix.lark`, `tokens.lark` and `precedence.txt`."""
    return _directory("grammar")


def stdlib_directory() -> str:
    """The absolute directory of the bundled Nix files."""
    return _directory("stdlib")


def course_directory() -> str:
    """The absolute directory of the course of `nixlite learn`. A wheel has its hundreds of small files in
    one: then it is in the user's cache, as `unpacked` says, which raises OSError."""
    folder = os.path.join(stdlib_directory(), "learn")
    return folder if os.path.isdir(folder) else unpacked(f"{folder}.zip")


def _directory(name: str) -> str:
    inside = os.path.join(PACKAGE, "_" + name)
    if os.path.isdir(inside):
        return inside
    return os.path.join(os.path.dirname(PACKAGE), name)


def cache_home() -> str | None:
    """The directory of this process's user for what nixlite keeps between runs, as `cache_in` has it."""
    local = os.environ.get("LOCALAPPDATA", "") if DRIVES else ""
    return cache_in(os.environ.get("XDG_CACHE_HOME", "") or local, user_home())


def user_home() -> str:
    """`$HOME` as it is, an empty one too (Nix 2.34.8 observed); without it what the system's table of users
    says."""
    return os.path.expanduser("~") if DRIVES or "HOME" not in os.environ else os.environ["HOME"]


def cache_in(xdg: str, home: str) -> str | None:
    """`$XDG_CACHE_HOME/nixlite`, by default `~/.cache/nixlite` (on Windows `%LOCALAPPDATA%\\nixlite`), as the
    system writes it. None for a relative one, as the rules for that variable have it: what a folder holds
    that somebody has moved into is not the user's own. None too in a home that is not there."""
    return own_folder(xdg, home, ".cache")


def state_in(xdg: str, home: str) -> str | None:
    """`$XDG_STATE_HOME/nixlite`, by default `~/.local/state/nixlite`, by the rules of `cache_in`: what the
    user would miss, unlike a cache."""
    return own_folder(xdg, home, ".local/state")


def own_folder(named: str, home: str, default: str) -> str | None:
    """nixlite's folder in the one that is named, or else in the default one of a home; None as of
    `cache_in`."""
    base = named or (f"{home}/{default}" if home_is_there(home) else "")
    base = system_path(base) if DRIVES else base
    return f"{base}/nixlite" if os.path.isabs(base) else None


def home_is_there(home: str) -> bool:
    """Whether there is a home directory. One that is not is a system's way to say that somebody has none
    (`/nonexistent` on Debian, `/homeless-shelter` in a build of Nix's, which wants it to stay away), so it is
    not made."""
    return os.path.isdir(system_path(home) if DRIVES else home)


def _package() -> str:
    """The folder of the package; where it is in an archive, that of the copy."""
    place = os.path.dirname(os.path.abspath(__file__))
    if os.path.isdir(place):
        return place
    return f"{unpacked(os.path.dirname(place))}/nixlite"


def unpacked(archive: str) -> str:
    """The folder with the files of an archive, written at its first use; another state of the archive has
    another folder, which takes the place of the former. Raises OSError, also where there is no cache."""
    import hashlib  # archives are the exception

    home = cache_home()
    if home is None:
        raise OSError(f"there is no folder for the files of {archive}, nor a home: XDG_CACHE_HOME names one")
    status = os.stat(archive)
    name, state = (
        hashlib.sha256(repr(text).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        for text in (os.path.realpath(archive), (status.st_size, status.st_mtime_ns))
    )
    parent = f"{home}/archives"
    place = f"{parent}/{name}-{state}"
    os.makedirs(parent, mode=0o700, exist_ok=True)
    if not os.path.isdir(place):
        _unpack(archive, place)
        for other in os.listdir(parent):
            if other.startswith(f"{name}-") and other != f"{name}-{state}":
                _remove(f"{parent}/{other}")
    own = os.stat(place)
    if hasattr(os, "getuid") and (own.st_uid != os.getuid() or own.st_mode & OTHERS):
        raise PermissionError(f"{place} is not the user's own, and nixlite runs nothing from there")
    return place


def _unpack(archive: str, place: str) -> None:
    """Write the files of an archive to a new folder, so that nobody sees half of them."""
    import zipfile

    made = f"{place}.{os.getpid()}"
    try:
        os.mkdir(made, 0o700)
        with zipfile.ZipFile(archive) as files:
            files.extractall(made)
        os.rename(made, place)
    except OSError:
        _remove(made)
        if not os.path.isdir(place):  # else another process was first
            raise


def _remove(folder: str) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


PACKAGE = _package()
