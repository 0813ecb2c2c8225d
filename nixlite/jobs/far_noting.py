"""The user's machine, seen from another one, with a number for every question; see `far` and `noting`.

Questions are about the user's paths, wherever trees are unpacked here. What a tree answers is noted; what the
user's machine has answered that knows itself. What only this machine can answer (a server, a program, its
clock) is no question, and nothing that depends on it is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.errors import NixError
from nixlite.host.bundled import BUNDLED_PREFIX
from nixlite.host.host import Host
from nixlite.host.real import fs_path
from nixlite.jobs.far import FarHost
from nixlite.jobs.keeping import UNKNOWN
from nixlite.jobs.noting import NotingHost
from nixlite.results.questions import CONTENTS, FileRow, ask, digest

if TYPE_CHECKING:
    from collections.abc import Callable


class NotingFarHost(NotingHost, FarHost):
    """The answers of a `FarHost`, the numbers of a `NotingHost`. Its record has no signatures: those of files
    here are nobody's business."""

    def row(self, path: str) -> tuple[bytes, FileRow] | None:
        """See `Recorder`."""
        if path.startswith(BUNDLED_PREFIX):
            return None
        try:
            raw = fs_path(path)
        except UnicodeEncodeError:
            self.unkept("a path that is none")
            return None
        row = self.record.files.get(raw)
        if row is None:
            row = self.record.files[raw] = FileRow(UNKNOWN, UNKNOWN, {})
        return raw, row

    def note(self, path: str, kind: str) -> None:
        """See `Witness`."""
        found = self.row(path)
        if found is None:
            return
        raw, row = found
        self.touch(raw, kind)
        here = self.local(path)
        if here is not None and kind not in row.answers:
            row.answers[kind] = ask(fs_path(here), kind)

    def read_noted(self, path: str, read: Callable[[str], bytes]) -> bytes:
        """See `Witness`."""
        found = self.row(path)
        if found is None:
            return read(path)
        raw, row = found
        self.touch(raw, CONTENTS)
        here = self.local(path)
        if here is None or CONTENTS in row.answers:
            return read(path)
        try:
            data = read(path)
        except NixError:
            row.answers[CONTENTS] = ask(fs_path(here), CONTENTS)
            raise
        row.answers.setdefault(CONTENTS, digest(data))
        return data

    # There are no shortcuts to a disk that is not here.
    plain_type = Host.plain_type
    first_link = Host.first_link
    real_path = Host.real_path
    read_real = Host.read_real
