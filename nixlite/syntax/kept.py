"""What takes long to compute and never changes: kept in files of the user's cache directory.

A file is a checksum and the `marshal` data of a pair: a key, which is all that decides the data, and the
data. It is used only when nobody else can have written it: marshalled data could be anything.
"""

from __future__ import annotations

import marshal
import os

from nixlite.cache import private
from nixlite.resources import cache_home
from nixlite.source import CHECKSUM, checksum, read_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Key = tuple[str, ...]

MARSHAL_VERSION = 4  # readable by every Python from 3.4 on


def kept_file(name: str, key: Key) -> str | None:
    """The file for *key* in the user's cache directory; None when there is no home."""
    home = cache_home()
    return None if home is None else f"{home}/{name}-{checksum(chr(0).join(key).encode()).hex()}.bin"


def encode(key: Key, data: Any) -> bytes:
    """The contents of a file."""
    body = marshal.dumps((key, data), MARSHAL_VERSION)
    return checksum(body) + body


def read(path: str, key: Key) -> Any:
    """The data in a file; None when there is none for *key*."""
    try:
        return decoded(read_whole(path), key)
    except (OSError, ValueError, EOFError, TypeError):
        return None


def read_private(path: str, key: Key) -> Any:
    """As `read`, of a file that only the user can have written."""
    try:
        return decoded(private.read_private(path), key)
    except (OSError, ValueError, EOFError, TypeError):
        return None


def decoded(content: bytes, key: Key) -> Any:
    """The data in what a file contains. Raises ValueError, EOFError or TypeError for what is damaged."""
    body = content[CHECKSUM:]
    if checksum(body) != content[:CHECKSUM]:
        return None
    kept_key, data = marshal.loads(body)
    return data if kept_key == key else None


def write_private(path: str, key: Key, data: Any) -> None:
    """Write a file that others can neither read nor see half-written; give up silently when that fails."""
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        private.write_private(path, [encode(key, data)])
    except OSError:
        return
