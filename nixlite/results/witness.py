"""A host that is the real one, and writes down what is asked of it and what is written.

What an answer cannot be kept for is noted as `odd`: the clock, servers and programs, files that are written.
"""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.host.bundled import BUNDLED_PREFIX
from nixlite.host.host import Host
from nixlite.host.real import RealHost, fs_path
from nixlite.opaque import TEXTS, seen
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
    from typing import Any, TypeVar

    from nixlite.host.outside import Answer, Finished
    from nixlite.results.repository import Tree
    from nixlite.results.sources import Source

    T = TypeVar("T")

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
        self.trees: list[Tree] = []
        """What was asked of working trees, when all is over."""


class Witness(RealHost):
    """The real machine, with a `record` of what was asked of it."""

    def __init__(self, stdin: bytes | None = None) -> None:
        super().__init__(stdin=stdin)
        self.record = Record()
        self.sources: dict[str, Source] = {}
        """The working trees that were fetched, by their paths in the store."""
        self.fetching_of: list[Source] = []
        self.written = False
        """Whether a store path was read somewhere, which a program may compare with that of a source."""

    def row(self, path: str) -> tuple[bytes, FileRow] | None:
        """What was asked about a path so far; None for one of Nix's own files, and for what is read to name a
        working tree."""
        if path.startswith(BUNDLED_PREFIX) or (self.fetching_of and self.is_in_tree(path)):
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

    def note(self, path: str, kind: str) -> None:
        """Write down a question about a path, before it is answered."""
        found = self.row(path)
        if found is not None and kind not in found[1].answers:
            found[1].answers[kind] = ask(found[0], kind)

    def unkept(self, why: str) -> None:
        """See `Host`."""
        self.record.odd = self.record.odd or why

    # -- sources

    def fetched(self, attrs: Mapping[str, Any], fetch: Callable[[], T]) -> T:
        """See `Host`: a plain working tree is asked about file by file."""
        from nixlite.results.sources import Source, plain_place

        place = plain_place(attrs)
        if not place or self.fetching_of:
            return fetch()
        source = Source(place, self.real_path(place))
        tree: Any = self.while_fetching(source, fetch)
        texts = [tree.source.text("rev"), tree.content.text("sri")]
        node = self.stored(tree.path)
        if node is None or source.names is None or tree.path in self.sources:
            self.unkept("a source of an unusual kind")
        else:
            source.fetched(tree.path, node, texts)
            self.sources[tree.path] = source
        count = tree.count_revisions
        if count is not None:
            tree = tree._replace(count_revisions=lambda: self.while_fetching(source, count))
        found: T = tree
        return found

    def while_fetching(self, source: Source, fetch: Callable[[], T]) -> T:
        """`fetch()`, which reads a working tree and runs git."""
        self.fetching_of.append(source)
        try:
            return fetch()
        except BaseException:
            self.unkept("a source that was not fetched")
            raise
        finally:
            self.fetching_of.pop()

    def is_in_tree(self, path: str) -> bool:
        """Whether a path is one of the files that make the tree that is being fetched, or the `HEAD` of its
        repository."""
        source = self.fetching_of[-1]
        for root in (source.place, source.real):
            if path.startswith(f"{root}/"):
                inside = path[len(root) + 1 :]
                return inside != ".git" and (not inside.startswith(".git/") or inside == ".git/HEAD")
        return path.endswith("/HEAD")

    def facts(self, path: str, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Host`: what names a source is a question when a program asks for it."""
        source = self.sources.get(path)
        if source is None:
            return attributes
        from nixlite.runtime.thunk import from_start

        def ask(name: str) -> Any:
            source.asked.add(name)
            return attributes[name]

        fixed = ("outPath", "submodules")
        return {
            name: value if name in fixed else [from_start, (ask, name)] for name, value in attributes.items()
        }

    def source_at(self, path: str, *, entries: bool = False) -> bool:
        """Whether a path lies in a source that was fetched; then it is written down that it was asked for."""
        if not self.sources or self.store is None or not path.startswith(f"{self.store.store_dir}/"):
            return False
        end = path.find("/", len(self.store.store_dir) + 1)
        source = self.sources.get(path if end < 0 else path[:end])
        if source is None:
            return False
        source.ask(path, self.stored(path), entries=entries)
        return True

    def finish(self, words: Sequence[str]) -> Record:
        """What was asked, now that all is over. *words*: the command line."""
        from nixlite.results.sources import NAME, may_be_same

        output = "".join([text for _, text in self.record.output])
        read = [*words, *[value or "" for value in self.record.environment.values()]]
        for text in read:
            self.look_for_names(text.encode("utf-8", "surrogateescape"))
        for root, source in self.sources.items():
            others = [self.stored(path) for path in self.fetched_trees() if path != root]
            if (
                self.written
                or "bytes elided" in output
                or any(text in output for text in source.texts)
                or any(other is None or may_be_same(source, other) for other in others)
            ):
                source.asked.add(NAME)
        TEXTS.clear()
        self.record.trees = [source.tree() for source in self.sources.values()]
        return self.record

    def fetched_trees(self) -> list[str]:
        """The paths in the store of all trees that were fetched."""
        return sorted(getattr(self.store, "mounted", ()))

    def look_for_names(self, data: bytes) -> None:
        """See whether a store path is written in what was read."""
        if b"-source" in data and not self.written:
            from nixlite.results.sources import STORE_NAME

            self.written = STORE_NAME.search(data) is not None

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
        if self.fetching_of and name == "git":
            done = super().run_program(name, arguments, data=data, environment=environment, capture=capture)
            self.fetching_of[-1].ran(tuple(arguments), done.code, done.stdout)
            return done
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

    def make_room(self, path: str) -> None:
        """See `Host`."""
        self.unkept("a directory that was made")
        super().make_room(path)

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
