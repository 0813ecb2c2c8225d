"""Answers of commands on disk: one file each, in the user's cache, that only the user can have written.

An entry is found by the words of the command line, the working directory, and what Python and nixlite are; it
holds what was printed, the exit code, and every question that was asked. It answers as long as the files of
nixlite that took part and all that was asked of the world are as they were. Whatever is odd about an entry
means that the command is run.
"""

from __future__ import annotations

import marshal
import os
import sys

from nixlite.cache.private import read_private, seal, touch, unsealed, write_private
from nixlite.resources import cache_home
from nixlite.results.questions import FileRow, asked_again, digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.results.fetching import Record

    Rows = tuple[tuple[bytes, Any, Any, dict[str, Any]], ...]
    """Path, the two signatures and the answers of each file."""

FORM = 4
"""Changes with what an entry looks like."""

COMMANDS = ("eval", "instantiate", "derivation")
"""Commands whose answers are kept, by their first word."""

UNFIT = frozenset({"--no-result-cache", "--debugger", "--help"})
"""Words of command lines whose answers are not."""

STATS = "--stats"

SLOW = 0.05
"""Seconds of computing from which on an answer is worth a file."""

MOST_BYTES, MOST_ENTRIES = 128_000_000, 2_000
"""What the folder may hold; what was not asked for longest goes first."""

FORGOTTEN = 3600.0
"""Seconds after which an unfinished file is one of a process that was killed."""


class Entry:
    """What is kept of a command: when it began (ns), its exit code and output, and what it asked."""

    __slots__ = (
        "code", "commits", "environment", "files", "output", "own", "started", "stdin", "terminals", "trees",
        "until",
    )  # fmt: skip

    def __init__(
        self,
        started: int,
        code: int,
        output: tuple[tuple[str, str], ...],
        environment: dict[str, str | None],
        terminals: dict[str, bool],
        stdin: bytes | None,
        own: tuple[tuple[str, int, int], ...],
        files: Rows,
        trees: tuple[tuple[Any, ...], ...],
        commits: tuple[tuple[str, str, str], ...],
        until: int,
    ) -> None:
        self.started = started
        self.code = code
        self.output = output
        self.environment = environment
        self.terminals = terminals
        self.stdin = stdin
        self.own = own
        self.files = files
        self.trees = trees
        self.commits = commits
        self.until = until

    def data(self) -> tuple[Any, ...]:
        """The fields, in the order of `__init__`."""
        facts = (self.started, self.code, self.output, self.environment, self.terminals, self.stdin)
        return (*facts, self.own, self.files, self.trees, self.commits, self.until)


class Kept:
    """The entry for a command line; `why` says why it does not answer, `data` is the standard input, if it
    had to be read for that."""

    def __init__(self, words: list[str], folder: str) -> None:
        self.words = [word for word in words if word != STATS]
        self.folder = folder
        self.path = f"{folder}/{key(self.words)}"
        self.why = "it was not asked before"
        self.data: bytes | None = None

    # -- answering

    def answer(self) -> Entry | None:
        """The entry, if all is as it was."""
        entry = self.load()
        return entry if entry is not None and self.holds(entry) else None

    def load(self) -> Entry | None:
        """The entry on disk; None where there is none that is whole and the user's own."""
        try:
            content = read_private(self.path)
        except OSError:
            return None
        body = unsealed(content, os.path.basename(self.path))
        try:
            if body is None:
                self.why = "its entry is damaged"
                return None
            form, words, fields = marshal.loads(body)
        except (ValueError, EOFError, TypeError):
            self.why = "its entry is damaged"
            return None
        return Entry(*fields) if form == FORM and list(words) == self.words else None

    def holds(self, entry: Entry) -> bool:
        """Whether every question is answered as it was; a young answer that is still right is renewed."""
        import time

        now = time.time_ns()
        if now >= entry.until * 10**9:
            return self.no("what was downloaded is old")
        for name, value in entry.environment.items():
            if os.environ.get(name) != value:
                return self.no(f"the variable {name} is another")
        for stream, was in entry.terminals.items():
            if is_terminal(stream) is not was:
                return self.no(f"the {stream} is {'no' if was else 'a'} terminal")
        for path, size, changed in entry.own:
            if own_file(path) != (path, size, changed):
                return self.no("nixlite is another one")
        rows = []
        renewed = False
        for raw, here, there, answers in entry.files:
            old = FileRow(here, there, answers)
            row = asked_again(raw, old, entry.started)
            if row is None:
                return self.no(f"{os.fsdecode(raw)} has changed")
            renewed = renewed or row is not old
            rows.append((raw, row.here, row.there, answers))
        trees = []
        for fields in entry.trees:
            found = self.tree_as_it_was(fields, entry.started)
            if found is None:
                return self.no(f"the repository in {fields[0]} has changed")
            renewed = renewed or found != fields
            trees.append(found)
        for place, name, revision in entry.commits:
            if not commit_is_there(place, name, revision):
                return self.no(f"the repository in {place} has changed")
        if entry.stdin is not None:
            self.data = sys.stdin.buffer.read() if sys.stdin is not None else b""
            if digest(self.data) != entry.stdin:
                return self.no("the standard input is another")
        if renewed:
            entry.started, entry.files, entry.trees = now, tuple(rows), tuple(trees)
            self.write(entry)
        else:
            touch(self.path)
        return True

    def tree_as_it_was(self, fields: tuple[Any, ...], started: int) -> tuple[Any, ...] | None:
        """What is kept of a working tree, as it is now, if all that was asked of it is answered as it was."""
        from nixlite.results.repository import Tree, asked_again

        found = asked_again(Tree(*fields), started)
        return None if found is None else found.data()

    def no(self, why: str) -> bool:
        """It does not hold."""
        self.why = why
        return False

    # -- keeping

    def keep(self, record: Record, code: int, started: int) -> None:
        """Keep an answer; not being able to is no error."""
        files = tuple([(raw, row.here, row.there, row.answers) for raw, row in record.files.items()])
        own, output = tuple(own_files()), tuple(record.output)
        facts = (record.environment, record.terminals, record.stdin)
        trees = tuple([tree.data() for tree in record.trees])
        commits = tuple([commit.data() for commit in record.commits])
        entry = Entry(started, code, output, *facts, own, files, trees, commits, record.until)
        self.write(entry)
        prune(self.folder, MOST_BYTES, MOST_ENTRIES)

    def write(self, entry: Entry) -> None:
        """Write the entry, so that nobody sees half of it."""
        try:
            body = marshal.dumps((FORM, tuple(self.words), entry.data()))
            os.makedirs(self.folder, 0o700, exist_ok=True)
            write_private(self.path, [seal(body, os.path.basename(self.path)), body])
        except (OSError, ValueError):
            return


def commit_is_there(place: str, name: str, revision: str) -> bool:
    """Whether a name means a commit, as it did."""
    from nixlite.results.repository import Commit

    return Commit(place, name, revision).holds()


def key(words: list[str]) -> str:
    """The name of the entry of a command line."""
    parts = [*words, os.getcwd(), sys.version, os.path.dirname(__file__), *os.uname()]
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return digest(text.encode("utf-8", "surrogateescape"), 20).hex()


def folder() -> str | None:
    """Where entries are; None where the user has no place for them."""
    home = cache_home()
    return None if home is None else f"{home}/results"


def asked(words: list[str]) -> Kept | None:
    """What may be kept of a command line; None where nothing is."""
    if not words or words[0] not in COMMANDS or not UNFIT.isdisjoint(words) or "NIX_SHOW_STATS" in os.environ:
        return None
    place = folder()
    try:
        return Kept(words, place) if place is not None else None
    except (OSError, AttributeError):  # the working directory is gone; a system without `uname`
        return None


def is_terminal(stream: str) -> bool:
    """Whether one of the process's streams is a terminal."""
    found = getattr(sys, stream)
    return found is not None and found.isatty()


def own_files(*, everything: bool = False) -> list[tuple[str, int, int]]:
    """The files of nixlite that took part in an answer, or in the code that did: modules that are loaded, all
    that decides the code of a source, and the Nix files that come along.

    *everything*: all of nixlite, where other processes took part as well.
    """
    from nixlite.cache.files import COMPILER
    from nixlite.resources import PACKAGE, stdlib_directory

    if everything:
        return [own_file(path) for top in (PACKAGE, stdlib_directory()) for path in source_files(top)]
    paths = {
        path
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == "nixlite" and (path := getattr(module, "__file__", None))
    }
    for directory in [
        *(f"{PACKAGE}/{name}" for name in COMPILER),
        stdlib_directory(),
        f"{stdlib_directory()}/nix",
    ]:
        try:
            with os.scandir(directory) as entries:
                paths |= {entry.path for entry in entries if entry.is_file()}
        except OSError:  # the other place of the grammar
            continue
    return [own_file(path) for path in sorted(paths)]


def source_files(top: str) -> list[str]:
    """All files below a directory that make nixlite what it is, sorted."""
    return sorted(
        f"{folder}/{name}"
        for folder, _, names in os.walk(top)
        for name in names
        if name.endswith((".py", ".nix", ".lark", ".txt"))
    )


def own_file(path: str) -> tuple[str, int, int]:
    """A file of nixlite: its size and time."""
    try:
        status = os.stat(path)
    except OSError:
        return path, -1, 0
    return path, status.st_size, status.st_mtime_ns


def prune(place: str, most_bytes: int, most_entries: int) -> None:
    """Remove what was not asked for longest, where there is too much, and what a killed process has left."""
    import time

    rows = []
    try:
        with os.scandir(place) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if not entry.name.startswith("."):
                    rows.append((status.st_mtime, status.st_size, entry.path))
                elif time.time() - status.st_mtime > FORGOTTEN:
                    os.unlink(entry.path)
    except OSError:
        return
    rows.sort(reverse=True)
    size = 0
    for at, (_, bytes_, path) in enumerate(rows):
        size += bytes_
        if at >= most_entries or size > most_bytes:
            try:
                os.unlink(path)
            except OSError:
                continue
