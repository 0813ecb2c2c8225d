"""A host that is the real one, and writes down what is asked of it and what is written.

What an answer cannot be kept for is noted as `odd`: the clock, servers and programs, files that are written.
"""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.host.host import Host
from nixlite.opaque import TEXTS, seen
from nixlite.results.fetching import MOST_OUTPUT, Fetching
from nixlite.results.questions import CONTENTS, KIND, LISTING, TARGET, TIME, ask, digest, signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nixlite.host.outside import Answer


class Witness(Fetching):
    """The real machine, with a `record` of what was asked of it."""

    # -- files

    def file_type(self, path: str) -> str | None:
        """See `Host`."""
        if self.source_at(path):
            return Host.file_type(self, path)
        self.note(path, KIND)
        return super().file_type(path)

    def is_executable(self, path: str) -> bool:
        """See `Host`."""
        if self.source_at(path):
            return Host.is_executable(self, path)
        self.note(path, KIND)
        return super().is_executable(path)

    def read_bytes(self, path: str) -> bytes:
        """See `Host`."""
        return self.read_noted(path, super().read_bytes)

    def read_plain(self, path: str) -> bytes:
        """See `Host`."""
        return self.read_noted(path, super().read_plain)

    def read_real(self, path: str) -> bytes:
        """See `Host`."""
        return self.read_noted(path, super().read_real)

    def read_noted(self, path: str, read: Callable[[str], bytes]) -> bytes:
        """What *read* gives, written down: of a file on the disk its hash, of all else what the disk says."""
        if self.source_at(path):
            return Host.read_bytes(self, path)
        found = self.row(path)
        if found is None or CONTENTS in found[1].answers:
            return read(path)
        raw, row = found
        row.there = signature(raw, follow=True)
        if row.there is None:
            row.answers[CONTENTS] = ask(raw, CONTENTS)
            return read(path)
        try:
            data = read(path)
        except NixError:
            row.answers[CONTENTS] = ask(raw, CONTENTS)
            raise
        row.answers.setdefault(CONTENTS, digest(data))
        self.look_for_names(data)
        return data

    def read_link(self, path: str) -> str:
        """See `Host`."""
        if self.source_at(path):
            return Host.read_link(self, path)
        self.note(path, TARGET)
        return super().read_link(path)

    def read_plain_link(self, path: str) -> str:
        """See `Host`."""
        if self.source_at(path):
            return Host.read_link(self, path)
        self.note(path, TARGET)
        return super().read_plain_link(path)

    def list_dir(self, path: str) -> dict[str, str]:
        """See `Host`."""
        if self.source_at(path, entries=True):
            return Host.list_dir(self, path)
        self.note(path, LISTING)
        return super().list_dir(path)

    def list_plain(self, path: str) -> dict[str, str]:
        """See `Host`."""
        if self.source_at(path, entries=True):
            return Host.list_dir(self, path)
        self.note(path, LISTING)
        return super().list_plain(path)

    def modified(self, path: str) -> int:
        """See `Host`."""
        if self.source_at(path):
            self.unkept("the time of a file in the store")
        self.note(path, TIME)
        return super().modified(path)

    # -- the process

    def get_env(self, name: str) -> str:
        """See `Host`."""
        if TEXTS:
            seen(name)
        self.record.environment[name] = self.env.get(name)
        return super().get_env(name)

    def has_env(self, name: str) -> bool:
        """See `Host`."""
        if TEXTS:
            seen(name)
        self.record.environment[name] = self.env.get(name)
        return super().has_env(name)

    def home(self) -> str:
        """See `Host`."""
        found = super().home()
        if not self.get_env("HOME"):
            self.unkept("the system's table of users")
        return found

    def is_terminal(self, stream: str) -> bool:
        """See `Host`."""
        self.record.terminals[stream] = super().is_terminal(stream)
        return self.record.terminals[stream]

    def read_stdin(self) -> bytes:
        """See `Host`."""
        data = super().read_stdin()
        self.record.stdin = digest(data)
        return data

    def stdin_lines(self) -> Iterable[bytes]:
        """As `read_stdin`: all of it is asked for."""
        return self.read_stdin().splitlines(keepends=True)

    def write_stdout(self, text: str) -> None:
        """See `Host`."""
        self.said("stdout", text)
        super().write_stdout(text)

    def write_aside(self, text: str) -> None:
        """See `Host`."""
        super().write_stderr(text)

    def write_stderr(self, text: str) -> None:
        """See `Host`."""
        self.said("stderr", text)
        super().write_stderr(text)

    def said(self, stream: str, text: str) -> None:
        """Write down what is written."""
        self.record.size += len(text)
        if self.record.size > MOST_OUTPUT:
            self.unkept("a very long answer")
            self.record.output.clear()
        else:
            self.record.output.append((stream, text))

    # -- what no answer can be kept for

    def now(self) -> int:
        """See `Host`."""
        self.unkept("the clock")
        return super().now()

    def is_before(self, second: int) -> bool:
        """See `Host`: what is over stays over."""
        early = super().now() < second
        if early:
            self.record.until = min(self.record.until, second)
        return early

    def moment(self) -> Callable[[], int]:
        """See `Host`."""
        tell = super().now()

        def asked() -> int:
            self.unkept("the clock")
            return tell

        return asked

    def find_program(self, name: str) -> str | None:
        """See `Host`."""
        self.unkept(f"the program '{name}'")
        return super().find_program(name)

    def open_url(self, url: str, headers: Mapping[str, str], timeout: float) -> Answer:
        """See `Host`."""
        self.unkept("a server")
        return super().open_url(url, headers, timeout)

    def keep(self, path: str, data: bytes) -> None:
        """See `Host`."""
        self.unkept("a file that was written")
        super().keep(path, data)

    def make_room(self, path: str) -> None:
        """See `Host`."""
        self.unkept("a directory that was made")
        super().make_room(path)

    def write_file(self, path: str, text: str, shown: str | None = None) -> None:
        """See `Host`."""
        self.unkept("a file that was written")
        super().write_file(path, text, shown)

    def replace_file(self, path: str, text: str) -> None:
        """See `Host`."""
        self.unkept("a file that was written")
        super().replace_file(path, text)

    def make_directory(self, path: str, shown: str | None = None) -> None:
        """See `Host`."""
        self.unkept("a directory that was made")
        super().make_directory(path, shown)

    def make_link(self, path: str, target: str) -> None:
        """See `Host`."""
        self.unkept("a link that was made")
        super().make_link(path, target)
