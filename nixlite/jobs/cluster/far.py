"""The user's machine, seen from another one that has some of its files; see `afar`.

The trees that were sent are read here. All else of the user's machine is a *fact*: what it answered to a
question. A question that is not answered yet stops the step, and is sent.

Where notes are taken (`noting`), questions are about the user's paths, wherever trees are unpacked here. What
a tree answers is noted; what the user's machine has answered that knows itself. What only this machine can
answer (a server, a program) is no question, and nothing that depends on it is kept.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

from nixlite.errors import EvalError, NixError
from nixlite.host.bundled import BUNDLED_PREFIX
from nixlite.host.host import Host
from nixlite.host.real import RealHost, entries_of, fs_path, read_file, type_of_mode
from nixlite.jobs.keeping import UNKNOWN
from nixlite.jobs.noting import NotingHost
from nixlite.results.questions import CONTENTS, FileRow, ask, digest, signature

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Self

    from nixlite.host.outside import Finished

    Question = tuple[Any, ...]


class Wanted(BaseException):
    """A fact that is not known: no error, so nothing goes on after it as after a failure."""

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        self.question = question


class FarHost(RealHost):
    """The user's machine, seen from another one: `trees` has where the user's directories are here, `answers`
    what that machine has answered, `names` those of the variables of its environment."""

    def __init__(self, stdin: bytes | None = None) -> None:
        super().__init__(env={}, stdin=stdin)
        self.trees: dict[str, str] = {}
        self.answers: dict[Question, Any] = {}
        self.names: frozenset[str] = frozenset()

    def of(self, trees: dict[str, str], facts: dict[Question, Any], names: frozenset[str]) -> Self:
        """This host, with all that it has to know."""
        self.trees, self.answers, self.names = trees, facts, names
        return self

    def fact(self, *question: Any) -> Any:
        """What the user's machine answers. Raises EvalError where that is an error, and Wanted."""
        try:
            kind, answer = self.answers[question]
        except KeyError:
            raise Wanted(question) from None
        if kind == "error":
            raise EvalError(answer)
        return answer

    def local(self, path: str) -> str | None:
        """Where a path is here, if it is in a tree."""
        for place, here in self.trees.items():
            if path == place or path.startswith(f"{place}/"):
                return here + path[len(place) :]
        return None

    def seen(self, kind: str, path: str, look: Callable[[str], Any], miss: Callable[[], Any]) -> Any:
        """What *look* gives for a path in a tree, and the user's machine for others; *miss* if neither has
        it: it may be in the in-memory store."""
        here = self.local(path)
        if here is not None:
            try:
                return look(here)
            except IsADirectoryError:
                raise self.is_directory(path) from None
            except (FileNotFoundError, NotADirectoryError):
                return miss()
            except (OSError, ValueError) as error:
                raise self.failed(f"reading '{path}'", error) from None
        if self.store is not None and path.startswith(f"{self.store.store_dir}/") and self.stored(path):
            return miss()
        found = self.fact(kind, path)
        return miss() if found is None else found

    def file_type(self, path: str) -> str | None:
        """See `Host`."""
        if path.startswith(BUNDLED_PREFIX):
            return Host.file_type(self, path)
        found: str | None = self.seen(
            "type",
            path,
            lambda here: type_of_mode(os.lstat(fs_path(here)).st_mode),
            lambda: Host.file_type(self, path),
        )
        return found

    def read_bytes(self, path: str) -> bytes:
        """See `Host`."""
        if path.startswith(BUNDLED_PREFIX):
            return Host.read_bytes(self, path)
        found: bytes = self.seen("bytes", path, read_file, lambda: Host.read_bytes(self, path))
        return found

    def read_link(self, path: str) -> str:
        """See `Host`."""
        found: str = self.seen(
            "link",
            path,
            lambda here: os.fsdecode(os.readlink(fs_path(here))),
            lambda: Host.read_link(self, path),
        )
        return found

    def list_dir(self, path: str) -> dict[str, str]:
        """See `Host`."""
        if path.startswith(BUNDLED_PREFIX):
            return Host.list_dir(self, path)
        self.refuse_store(path)
        found = self.seen(
            "list", path, lambda here: entries_of(fs_path(here)), lambda: Host.list_dir(self, path)
        )
        return dict(found)

    def is_executable(self, path: str) -> bool:
        """See `Host`."""
        return bool(
            self.seen(
                "executable",
                path,
                lambda here: os.lstat(fs_path(here)).st_mode & stat.S_IXUSR,
                lambda: Host.is_executable(self, path),
            )
        )

    def modified(self, path: str) -> int:
        """See `Host`."""
        found: int = self.seen(
            "modified", path, lambda here: int(os.lstat(fs_path(here)).st_mtime), lambda: 0
        )
        return found

    # The shortcuts of the real machine look at its own disk.
    read_plain = read_bytes
    read_plain_link = read_link
    list_plain = list_dir
    read_real = Host.read_real
    plain_type = Host.plain_type
    first_link = Host.first_link
    real_path = Host.real_path

    def get_env(self, name: str) -> str:
        """See `Host`: of the environment only what is asked for is sent."""
        return str(self.fact("environment", name)) if name in self.names else ""

    def has_env(self, name: str) -> bool:
        """See `Host`."""
        return name in self.names

    def home(self) -> str:
        """See `Host`."""
        return str(self.fact("home"))

    def now(self) -> int:
        """See `Host`."""
        return int(self.fact("now"))

    def moment(self) -> Callable[[], int]:
        """See `Host`."""
        return self.now

    def cache_home(self) -> str | None:
        """See `Host`: of this machine."""
        from nixlite.resources import cache_home

        return cache_home()

    def is_terminal(self, stream: str) -> bool:
        """See `Host`."""
        return False

    def find_program(self, name: str) -> str | None:
        """See `Host`."""
        found: str | None = self.fact("find", name)
        return found

    def run_program(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        data: bytes | None = None,
        environment: Mapping[str, str | None] | None = None,
        capture: str = "both",
    ) -> Finished:
        """See `Host`: it runs where the user is."""
        more = tuple(sorted((environment or {}).items()))
        found: Finished = self.fact("run", name, tuple(arguments), data, more, capture)
        return found


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
        if signature(fs_path(here), follow=True) is None:  # it is in the in-memory store, if anywhere
            row.answers[CONTENTS] = ask(fs_path(here), CONTENTS)
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
