"""Where the files live that come with nixlite but are not Python: the grammar and the Nix library.

In a checkout (also an editable install) they are beside the package, in a wheel inside it, under a name with
an underscore so that nobody takes them for modules.
"""

from __future__ import annotations

import os

from nixlite.drives import DRIVES, system_path

PACKAGE = os.path.dirname(os.path.abspath(__file__))


def grammar_directory() -> str:
    """The absolute directory of `nix.lark`, `tokens.lark` and `precedence.txt`."""
    return _directory("grammar")


def stdlib_directory() -> str:
    """The absolute directory of the bundled Nix files."""
    return _directory("stdlib")


def _directory(name: str) -> str:
    inside = os.path.join(PACKAGE, "_" + name)
    if os.path.isdir(inside):
        return inside
    return os.path.join(os.path.dirname(PACKAGE), name)


def cache_home() -> str | None:
    """The directory of this process's user for what nixlite keeps between runs, as `cache_in` has it."""
    local = os.environ.get("LOCALAPPDATA", "") if DRIVES else ""
    return cache_in(os.environ.get("XDG_CACHE_HOME", "") or local, os.path.expanduser("~"))


def cache_in(xdg: str, home: str) -> str | None:
    """`$XDG_CACHE_HOME/nixlite`, by default `~/.cache/nixlite` (on Windows `%LOCALAPPDATA%\\nixlite`), as the
    system writes it. None for a relative one, as the rules for that variable have it: what a folder holds
    that somebody has moved into is not the user's own."""
    base = xdg or f"{home}/.cache"
    base = system_path(base) if DRIVES else base
    return f"{base}/nixlite" if os.path.isabs(base) else None
