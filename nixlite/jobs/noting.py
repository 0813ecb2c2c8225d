"""Taking steps and noting what each depends on (`runtime.noting`), so that it need not be taken again.

The host gives every question to the world a number. The set itself is evaluated before notes are taken: what
that asked all steps depend on. So they do on what all steps have asked that were taken before the template
was one, such as the files of a standard environment.
"""

from __future__ import annotations

from array import array
from os import urandom
from typing import TYPE_CHECKING, Any

from nixlite.host.guarded import innermost
from nixlite.jobs.serving import NOTES as SAYS_NOTES
from nixlite.jobs.serving import Server
from nixlite.jobs.walk import JOB, UNKEPT, Walk
from nixlite.results.questions import CONTENTS
from nixlite.results.witness import Witness
from nixlite.runtime.noting import NOTES, take_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from nixlite.evaluator import Evaluator
    from nixlite.jobs.link import Link
    from nixlite.jobs.walk import Path, Step
    from nixlite.runtime.values import NixPath, Value

    T = TypeVar("T")
    Key = tuple[Any, ...]
    """A question: the path and kind of it, or `environment`, `terminal`, `stdin`, `odd` with what it is."""

ENVIRONMENT, TERMINAL, STDIN, ODD = "environment", "terminal", "stdin", "odd"

OFTEN = 400
"""Steps after which a process says what its steps depend on: what it has not said is lost if it is."""


class NotingHost(Witness):
    """The real machine; each question has a number in `NOTES`. `numbers` are those of the questions."""

    def __init__(self, stdin: bytes | None = None) -> None:
        super().__init__(stdin=stdin)
        self.numbers: dict[Key, int] = {}
        self.keys: dict[int, Key] = {}
        self.plain: dict[str, int] = {}
        """By directory, what it depends on that there is no symlink on the way to it."""

    def touch(self, *key: Any) -> None:
        """A question is asked."""
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = NOTES.question()
            self.keys[number] = key
        if number not in NOTES.common:
            NOTES.add(number)

    def note(self, path: str, kind: str) -> None:
        """See `Witness`."""
        found = self.row(path)
        if found is not None:
            super().note(path, kind)
            self.touch(found[0], kind)

    def read_noted(self, path: str, read: Callable[[str], bytes]) -> bytes:
        """See `Witness`."""
        found = self.row(path)
        if found is not None:
            self.touch(found[0], CONTENTS)
        return super().read_noted(path, read)

    def is_plain(self, path: str) -> bool:
        """See `RealHost`; who finds it known depends on what was looked at for it all the same."""
        if not path:
            return True
        number = self.plain.get(path)
        if number is None:
            found, number = NOTES.during(lambda: self.looks_plain(path))
            if found:
                self.plain[path] = number
                self._plain_directories.add(path)
        else:
            found = True
        if number:
            NOTES.add(number)
        return bool(found)

    def looks_plain(self, path: str) -> bool:
        """As `is_plain`, of a directory that was not looked at before."""
        if not path.startswith("/") or path.endswith("/") or "/." in path:
            return False
        return self.is_plain(path.rpartition("/")[0]) and self.file_type(path) == "directory"

    def plain_type(self, path: str) -> str | None:
        """See `Host`."""
        parent = path.rpartition("/")[0]
        return super().plain_type(path) if parent in self.plain and self.is_plain(parent) else None

    def read_real(self, path: str) -> bytes:
        """See `Host`."""
        parent = path.rpartition("/")[0]
        if parent in self.plain:
            self.is_plain(parent)
        return super().read_real(path)

    def fetched(self, attrs: Mapping[str, Any], fetch: Callable[[], T]) -> T:
        """See `Host`: that only part of a repository counts is known of a whole evaluation, not of a step."""
        return fetch()

    def is_before(self, second: int) -> bool:
        """See `Host`."""
        early = super().is_before(second)
        if early:
            self.unkept("the clock")
        return early

    def get_env(self, name: str) -> str:
        """See `Host`."""
        self.touch(ENVIRONMENT, name)
        return super().get_env(name)

    def has_env(self, name: str) -> bool:
        """See `Host`."""
        self.touch(ENVIRONMENT, name)
        return super().has_env(name)

    def is_terminal(self, stream: str) -> bool:
        """See `Host`: nothing that is evaluated asks."""
        return super(Witness, self).is_terminal(stream)

    def read_stdin(self) -> bytes:
        """See `Host`."""
        self.touch(STDIN)
        return super().read_stdin()

    def said(self, stream: str, text: str) -> None:
        """See `Witness`: not all that is written belongs to a step."""

    def unkept(self, why: str) -> None:
        """See `Host`."""
        self.touch(ODD, why)


class Remembered(dict[Any, Any]):
    """What an evaluator remembers by name: who finds it there depends on what it depended on."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[Any, int] = {}

    def __setitem__(self, key: Any, value: Any) -> None:
        self.seen[key] = NOTES.joined(NOTES.seen)
        super().__setitem__(key, value)

    def __getitem__(self, key: Any) -> Any:
        if self.seen.get(key):
            NOTES.add(self.seen[key])
        return super().__getitem__(key)


def note_memos(evaluator: Evaluator) -> None:
    """Let an evaluator note where it answers from memory."""
    state = evaluator.state
    import_file, import_set, copy_path = state.import_file, state.import_set, state.store.copy_path
    files = NOTES.memo(lambda name: import_file(named[name]))
    sets = NOTES.memo(lambda name: import_set(named[name]))
    copies = NOTES.memo(lambda path: copy_path(copying[0], path))
    named: dict[str, NixPath] = {}
    copying: list[Any] = [state]

    def noting_import(path: NixPath) -> Value:
        named[path.path] = path
        value: Value = files(path.path)
        return value

    def noting_import_set(path: NixPath) -> Any:
        named[path.path] = path
        return sets(path.path)

    def noting_copy(asking: Any, path: str) -> Any:
        copying[0] = asking
        return copies(path)

    state.import_file, state.import_set = noting_import, noting_import_set
    vars(state.store)["copy_path"] = noting_copy  # of this store only
    for name in ("lookup path", "fetched inputs"):
        old = state.caches.get(name, {})
        state.caches[name] = Remembered()
        state.caches[name].update(old)


class NotingWalk(Walk):
    """Steps that begin with a set that was gone into depend on what that did."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.numbers: dict[Path, int] = {}

    def set_at(self, path: Path) -> Any:
        """See `Walk`."""
        if path in self.sets:
            if self.numbers.get(path):
                NOTES.add(self.numbers[path])
            return self.sets[path]
        found, number = NOTES.during(lambda: super(NotingWalk, self).set_at(path))
        self.numbers[path] = number
        if number:
            NOTES.add(number)
        return found


class NotingServer(Server):
    """Takes steps and notes what each depends on."""

    def prepare(self) -> None:
        """See `Server`."""
        host = innermost(self.walk.evaluator.host)
        assert isinstance(host, NotingHost)
        self.host = host
        self.who = urandom(8)
        NOTES.common = set(host.numbers.values())
        NOTES.seen = None
        take_notes()
        note_memos(self.walk.evaluator)
        self.items: list[tuple[Path, int]] = []
        self.jobs: list[int] = []
        self.sent = {0}
        self.rows: dict[bytes, int] = {}

    def step(self, path: Path) -> Step:
        """See `Server`."""
        NOTES.seen = None
        found: Step
        found, number = NOTES.during(lambda: self.walk.step(path))
        if found[2] != UNKEPT:
            self.items.append((path, number))
        if NOTES.cells is not None and found[0] == JOB:
            self.jobs.append(number)
        return found

    def take(self, link: Link, paths: list[Path]) -> bool:
        """See `Server`."""
        fits = super().take(link, paths)
        if len(self.items) >= OFTEN:
            self.tell(link)
        return fits

    def settle(self, link: Link) -> None:
        """See `Server`."""
        self.tell(link)
        sets = [NOTES.questions(number) for number in self.jobs]
        NOTES.settle(set.intersection(*sets) if len(sets) > 1 else ())

    def begin(self) -> None:
        """See `Server`: it says all that its steps depend on, also what the template has said."""
        NOTES.cells = None
        self.who = urandom(8)
        self.items, self.sent, self.rows = [], {0}, {}

    def leave(self, link: Link) -> None:
        """See `Server`."""
        self.tell(link)
        super().leave(link)

    def tell(self, link: Link) -> None:
        """See `Server`: the questions, what stands for several, what all depend on."""
        if not self.items:
            return
        numbers = self.new_numbers([number for _, number in self.items])
        keys = self.host.keys
        questions = [
            (number, keys[number]) for number in numbers if NOTES.joins[number] is None and number in keys
        ]
        joins = array("I")
        for number in numbers:
            parts = NOTES.joins[number]
            if parts is not None:
                joins.extend((number, len(parts), *parts))
        facts = (self.host.record.environment, self.host.record.stdin)
        rows = self.new_rows({key[0] for _, key in questions if isinstance(key[0], bytes)})
        link.send(
            SAYS_NOTES, (self.who, self.items, questions, joins.tobytes(), sorted(NOTES.common), rows, facts)
        )
        self.items = []

    def new_rows(self, paths: set[bytes]) -> list[tuple[Any, ...]]:
        """What was asked of paths, unless that was said before and nothing more was asked since."""
        found = []
        for raw in paths:
            row = self.host.record.files.get(raw)
            if row is not None and len(row.answers) != self.rows.get(raw, -1):
                self.rows[raw] = len(row.answers)
                found.append((raw, row.here, row.there, row.answers))
        return found

    def new_numbers(self, roots: list[int]) -> list[int]:
        """What was not said yet of all that *roots* stand for, and of what all depend on; ascending."""
        todo = [*roots, *NOTES.common]
        found: list[int] = []
        while todo:
            number = todo.pop()
            if number not in self.sent:
                self.sent.add(number)
                found.append(number)
                todo += NOTES.joins[number] or ()
        found.sort()
        return found
