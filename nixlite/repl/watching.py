"""Which of the files that were evaluated have changed on disk since."""

from __future__ import annotations

import os
import posixpath

from nixlite.host.real import fs_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator

Stamp = tuple[int, int] | None  # time of modification in nanoseconds, size; None for no file

MOST = 2000
"""Files watched: more would be felt at each input."""


class FileWatch:
    """The stamps of the files that an evaluator has read, if they are files of this machine."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.stamps: dict[str, Stamp] = {}

    def look(self) -> None:
        """Take the stamps of files that were read since the last look, and forget those forgotten."""
        files = self.evaluator.files
        for path in [path for path in self.stamps if path not in files]:
            del self.stamps[path]
        for path in files:
            if path not in self.stamps and len(self.stamps) < MOST and self.is_watched(path):
                self.stamps[path] = stamp(path)

    def is_watched(self, path: str) -> bool:
        """Whether a file may change: those in the store do not."""
        return path.startswith("/") and not path.startswith(self.evaluator.settings.store_dir + "/")

    def changed(self) -> list[str]:
        """The files that are not as they were; each change is told once."""
        found = []
        for path, former in self.stamps.items():
            now = stamp(path)
            if now != former:
                self.stamps[path] = now
                found.append(posixpath.relpath(path, self.evaluator.settings.cwd))
        return found


def stamp(path: str) -> Stamp:
    """What tells one state of a file from another."""
    try:
        status = os.stat(fs_path(path))
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
