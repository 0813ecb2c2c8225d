"""What an evaluation asked of the world, and what it said."""

from __future__ import annotations

from nixlite.host.bundled import BUNDLED_PREFIX
from nixlite.host.real import RealHost, fs_path
from nixlite.opaque import TEXTS, seen
from nixlite.results.questions import FileRow, ask, signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.results.repository import Commit, Tree

MOST_OUTPUT = 16_000_000
"""Characters of an answer that is kept."""

FOREVER = 1 << 62


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
        self.trees: list[Tree] = []
        """What was asked of working trees, when all is over."""
        self.commits: list[Commit] = []
        self.until = FOREVER
        """The second since 1970 from which on the answer may be another one."""


class Recorder(RealHost):
    """The real machine, with a `record` to write into."""

    def __init__(self, stdin: bytes | None = None) -> None:
        super().__init__(stdin=stdin)
        self.record = Record()

    def row(self, path: str) -> tuple[bytes, FileRow] | None:
        """What was asked about a path so far; None for one about which nothing is written down."""
        if path.startswith(BUNDLED_PREFIX) or self.is_fetchers(path):
            return None
        if TEXTS:
            seen(path)
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

    def is_fetchers(self, path: str) -> bool:
        """Whether a path is read now for the purposes of a fetcher, and it is known what of."""
        return False

    def note(self, path: str, kind: str) -> None:
        """Write down a question about a path, before it is answered."""
        found = self.row(path)
        if found is not None and kind not in found[1].answers:
            found[1].answers[kind] = ask(found[0], kind)

    def unkept(self, why: str) -> None:
        """See `Host`."""
        self.record.odd = self.record.odd or why
