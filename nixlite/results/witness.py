"""A host that is the real one, and writes down what is asked of it and what is written.

What an answer cannot be kept for is noted as `odd`: the clock, servers and programs, files that are written.
"""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.host.bundled import BUNDLED_PREFIX
from nixlite.host.real import RealHost, fs_path
from nixlite.results.questions import (
    CONTENTS,
    KIND,
    LISTING,
    TARGET,
    TIME,
    FileRow,
    ask,
    digest,
    signature,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from nixlite.host.outside import Answer, Finished

MOST_OUTPUT = 16_000_000
"""Characters of an answer that is kept."""


class Record:
    """What was asked and said. *odd*: why the answer cannot be kept, "" if it can."""

    def __init__(self) -> None:
        self.odd = ""
        self.files: dict[bytes, FileRow] = {}
        self.environment: dict[str, str | None] = {}
        self.terminals: dict[str, bool] = {}
        self.stdin: bytes | None = None
        self.output: list[tuple[str, str]] = []
        """(`stdout` or `stderr`, text), in order."""
        self.size = 0


class Witness(RealHost):
    """The real machine, with a `record` of what was asked of it."""

    def __init__(self, stdin: bytes | None = None) -> None:
        super().__init__(stdin=stdin)
        self.record = Record()

    def row(self, path: str) -> tuple[bytes, FileRow] | None:
        """What was asked about a path so far; None for one of Nix's own files."""
        if path.startswith(BUNDLED_PREFIX):
            return None
        try:
            raw = fs_path(path)
        except UnicodeEncodeError:
            self.unkept("a path that is none")
            return None
        row = self.record.files.get(raw)
        if row is None:
            here = signature(raw, follow=False)
            row = self.record.files[raw] = FileRow(here, here, {})
        return raw, row

    def note(self, path: str, kind: str) -> None:
        """Write down a question about a path, before it is answered."""
        found = self.row(path)
        if found is not None and kind not in found[1].answers:
            found[1].answers[kind] = ask(found[0], kind)

    def unkept(self, why: str) -> None:
        """See `Host`."""
        self.record.odd = self.record.odd or why

    # -- files

    def file_type(self, path: str) -> str | None:
        """See `Host`."""
        self.note(path, KIND)
        return super().file_type(path)

    def is_executable(self, path: str) -> bool:
        """See `Host`."""
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
        return data

    def read_link(self, path: str) -> str:
        """See `Host`."""
        self.note(path, TARGET)
        return super().read_link(path)

    def read_plain_link(self, path: str) -> str:
        """See `Host`."""
        self.note(path, TARGET)
        return super().read_plain_link(path)

    def list_dir(self, path: str) -> dict[str, str]:
        """See `Host`."""
        self.note(path, LISTING)
        return super().list_dir(path)

    def list_plain(self, path: str) -> dict[str, str]:
        """See `Host`."""
        self.note(path, LISTING)
        return super().list_plain(path)

    def modified(self, path: str) -> int:
        """See `Host`."""
        self.note(path, TIME)
        return super().modified(path)

    # -- the process

    def get_env(self, name: str) -> str:
        """See `Host`."""
        self.record.environment[name] = self.env.get(name)
        return super().get_env(name)

    def has_env(self, name: str) -> bool:
        """See `Host`."""
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

    def write_stdout(self, text: str) -> None:
        """See `Host`."""
        self.said("stdout", text)
        super().write_stdout(text)

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

    def moment(self) -> Callable[[], int]:
        """See `Host`."""
        tell = super().now()

        def asked() -> int:
            self.unkept("the clock")
            return tell

        return asked

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
        self.unkept(f"the program '{name}'")
        return super().run_program(name, arguments, data=data, environment=environment, capture=capture)

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

    def scratch(self) -> AbstractContextManager[str]:
        """See `Host`."""
        self.unkept("a temporary directory")
        return super().scratch()

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
