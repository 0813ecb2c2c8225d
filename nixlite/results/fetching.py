"""A host that writes down what is asked of it, and fetching from local git repositories meanwhile.

To name a working tree in the store all of it is read; but that is the fetcher's doing, and no program has
asked yet. So while it is fetched its files are no questions. They are when the program comes for them
(`sources`). What a commit is made of never changes: the one question is whether the repository has it.
"""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.host.bundled import BUNDLED_PREFIX
from nixlite.host.real import RealHost, fs_path
from nixlite.opaque import TEXTS, seen
from nixlite.results.questions import CONTENTS, KIND, LISTING, FileRow, ask, signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, TypeVar

    from nixlite.host.outside import Finished
    from nixlite.results.repository import Commit, Tree
    from nixlite.results.sources import Source, WorkingTree

    T = TypeVar("T")

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


FIXED = ("outPath", "submodules")
"""Attributes of a tree that are no names, or a name that is known when it is looked into."""


class Fetching(Recorder):
    """Sees to it that of what is fetched from a local repository only that is a question which is used."""

    def __init__(self, stdin: bytes | None = None) -> None:
        super().__init__(stdin=stdin)
        self.sources: dict[str, WorkingTree] = {}
        """The working trees that were fetched, by their paths in the store."""
        self.fetching_now: Source | None = None
        self.written = False
        """Whether a store path was read somewhere, which a program may compare with that of a source."""

    # -- being fetched

    def fetched(self, attrs: Mapping[str, Any], fetch: Callable[[], T]) -> T:
        """See `Host`."""
        from nixlite.results.sources import OF_A_COMMIT, CommitSource, WorkingTree, plain_place

        place = plain_place(attrs)
        if not place or self.fetching_now is not None or self.followed_type(f"{place}/.git") is None:
            return fetch()
        kind = WorkingTree if OF_A_COMMIT.isdisjoint(attrs) else CommitSource
        source = kind(place, self.real_path(place), attrs)
        tree: Any = self.while_fetching(source, fetch)
        try:
            self.take(source, tree)
        except OSError:
            self.unkept("a repository that is not there any more")
        count = tree.count_revisions
        if count is not None:
            tree = tree._replace(count_revisions=lambda: self.while_fetching(source, count))
        found: T = tree
        return found

    def take(self, source: Source, tree: Any) -> None:
        """A source was fetched: write down what there is to ask of it from now on."""
        from nixlite.results.sources import CommitSource, WorkingTree, names_attributes

        for folder in source.folders():
            self.note_missing(f"{folder}/.gitattributes")
        for path in source.attribute_files():
            self.note_missing(path)
        for path in source.settings():
            self.note(path, CONTENTS)
        if source.attribute_files() and any(map(names_attributes, source.settings())):
            self.unkept("the attributes of a repository")
        self.note(f"{source.common}/refs/replace", LISTING)
        node = self.stored(tree.path)
        if node is None or not source.is_known() or tree.path in self.sources:
            self.unkept("a source of an unusual kind")
        elif isinstance(source, WorkingTree):
            source.take(tree.path, node, tree.source.text("rev") or "", tree.content.text("sri"))
            self.sources[tree.path] = source
        elif isinstance(source, CommitSource):
            self.record.commits.append(source.commit())

    def note_missing(self, path: str) -> None:
        """A file must not be there: it would say more about a tree than is understood here."""
        self.note(path, KIND)
        if self.exists(path):
            self.unkept("the attributes of a repository")

    def while_fetching(self, source: Source, fetch: Callable[[], T]) -> T:
        """`fetch()`, which reads a repository and runs git."""
        self.fetching_now = source
        try:
            return fetch()
        except BaseException:
            self.unkept("a source that was not fetched")
            raise
        finally:
            self.fetching_now = None

    def is_fetchers(self, path: str) -> bool:
        """See `Recorder`."""
        return self.fetching_now is not None and self.fetching_now.is_part(path)

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
        source = self.fetching_now
        if source is None or name != "git":
            self.unkept(f"the program '{name}'")
        done = super().run_program(name, arguments, data=data, environment=environment, capture=capture)
        if source is not None:
            source.ran(tuple(arguments), done.code, done.stdout)
        return done

    def scratch(self) -> AbstractContextManager[str]:
        """See `Host`."""
        if self.fetching_now is None:
            self.unkept("a temporary directory")
        return super().scratch()

    # -- being asked

    def facts(self, path: str, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Host`: what names a source is a question when a program asks for it."""
        source = self.sources.get(path)
        if source is None:
            return attributes
        from nixlite.runtime.thunk import from_start

        def ask(name: str) -> Any:
            source.asked.add(name)
            return attributes[name]

        return {
            name: value if name in FIXED else [from_start, (ask, name)] for name, value in attributes.items()
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

    # -- in the end

    def finish(self, words: Sequence[str]) -> Record:
        """What was asked, now that all is over. *words*: the command line."""
        for text in (*words, *self.record.environment.values()):
            self.look_for_names((text or "").encode("utf-8", "surrogateescape"))
        output = "".join([text for _, text in self.record.output])
        try:
            for root, source in self.sources.items():
                source.told(output)
                if self.written or self.may_be_another(root, source):
                    source.looked_into()
        except NixError:
            self.unkept("a source that is not there any more")
        TEXTS.clear()
        self.record.trees = [source.tree() for source in self.sources.values()]
        return self.record

    def may_be_another(self, root: str, source: WorkingTree) -> bool:
        """Whether what was asked of a tree is also true of another one: some day they may be the same, and so
        their names, which programs compare. Where it is not, that is a question from now on."""
        from nixlite.results.sources import difference

        def is_read(path: str) -> bool:
            row = self.record.files.get(fs_path(f"{source.real}/{path}"))
            return row is not None and CONTENTS in row.answers

        for place in getattr(self.store, "mounted", ()):
            other = self.stored(place)
            if place == root:
                continue
            path = difference(source, other, is_read) if other is not None else None
            if path is None:
                return True
            their = self.sources.get(place)
            if their is not None:
                their.ask(f"{place}/{path}" if path else place, self.stored(f"{place}/{path}"), entries=True)
                self.note(f"{their.real}/{path}", CONTENTS)
        return False

    def look_for_names(self, data: bytes) -> None:
        """See whether a store path is written in what was read."""
        if b"-source" in data and not self.written:
            from nixlite.results.sources import STORE_NAME

            self.written = STORE_NAME.search(data) is not None
