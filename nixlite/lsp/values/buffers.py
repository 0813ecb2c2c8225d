"""The machine as an editor has it: files that are open and changed there are what is written there."""

from __future__ import annotations

import os

from nixlite.errors import NotGranted
from nixlite.host.real import RealHost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nixlite.host.outside import Answer, Finished

Stamp = tuple[int, int, int] | str | None
"""What tells a file as it is: time, size and inode, or the text that an editor has; None if there is none."""


class EditedHost(RealHost):
    """The real machine with open files over it. What it prints is thrown away; `seen` are the files that were
    read, with what they were then.

    Who opens a file has not said that it may send something away: servers are asked and programs are run
    (`git` for a fetch, `nix-store` for what is imported from a derivation) only if *network* is set.
    """

    def __init__(self, env: Mapping[str, str] | None = None, *, network: bool = False) -> None:
        super().__init__(env, stdin=b"")
        self.network = network
        self.open: dict[str, str] = {}
        self.seen: dict[str, Stamp] = {}
        self.said: list[str] = []

    def stamp(self, path: str) -> Stamp:
        """What a file is now."""
        if path in self.open:
            return self.open[path]
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def changed(self) -> list[str]:
        """The files that are not what they were when they were read."""
        return [path for path, stamp in self.seen.items() if self.stamp(path) != stamp]

    def file_type(self, path: str) -> str | None:
        """See `Host`."""
        return super().file_type(path) or ("regular" if path in self.open else None)

    def plain_type(self, path: str) -> str | None:
        """See `Host`."""
        return super().plain_type(path) or ("regular" if path in self.open else None)

    def read_bytes(self, path: str) -> bytes:
        """See `Host`."""
        data = self._edited(path)
        return super().read_bytes(path) if data is None else data

    def read_plain(self, path: str) -> bytes:
        """See `Host`."""
        data = self._edited(path)
        return super().read_plain(path) if data is None else data

    def read_real(self, path: str) -> bytes:
        """See `Host`."""
        data = self._edited(path)
        return super().read_real(path) if data is None else data

    def _edited(self, path: str) -> bytes | None:
        self.seen.setdefault(path, self.stamp(path))
        text = self.open.get(path)
        return None if text is None else text.encode("utf-8", "surrogateescape")

    def not_granted(self, what: str, capability: str) -> NotGranted:
        """See `Host`; the message tells of the setting."""
        return NotGranted(
            f"opening a file does not let it {what}", hint="The setting 'nixlite.network' lets it."
        )

    def open_url(self, url: str, headers: Mapping[str, str], timeout: float) -> Answer:
        """See `Host`."""
        if not self.network:
            raise self.not_granted(f"ask '{url}'", "open_url")
        return super().open_url(url, headers, timeout)

    def find_program(self, name: str) -> str | None:
        """See `Host`."""
        return super().find_program(name) if self.network else None

    def run_program(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        data: bytes | None = None,
        environment: Mapping[str, str | None] | None = None,
        capture: str = "both",
    ) -> Finished:
        """See `Host`."""
        if not self.network:
            raise self.not_granted(f"run the program '{name}'", "run_program")
        return super().run_program(name, arguments, data=data, environment=environment, capture=capture)

    def write_stdout(self, text: str) -> None:
        """See `Host`: an editor talks over it."""

    def write_stderr(self, text: str) -> None:
        """See `Host`: what `trace` says is kept, a little of it."""
        if len(self.said) < 100:
            self.said.append(text[:1000])

    def is_terminal(self, stream: str) -> bool:
        """See `Host`."""
        return False
