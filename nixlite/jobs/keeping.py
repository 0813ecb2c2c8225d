"""Steps that were taken before, kept on disk with what each depends on: only what has changed is taken again.

An entry has the questions to the world of all steps, numbers that stand for several of them, as in
`runtime.noting`, and of each step what it gave and the number of what it depends on. A question that is
answered otherwise now
makes all stale that it is part of. What the set itself asked is part of everything.
"""

from __future__ import annotations

import marshal
import os
import sys
import time
import zlib
from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.cache.private import read_private, seal, unsealed, write_private
from nixlite.jobs.noting import ENVIRONMENT, ODD, STDIN
from nixlite.jobs.walk import SET
from nixlite.resources import cache_home
from nixlite.results.kept import own_files, prune
from nixlite.results.questions import CONTENTS, FileRow, ask, asked_again, digest, is_young

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nixlite.jobs.asking import Asking
    from nixlite.jobs.noting import Key
    from nixlite.jobs.walk import Path
    from nixlite.results.questions import Signature

    Rows = dict[bytes, FileRow]

FORM = 2
"""Changes with what an entry looks like."""

MOST_BYTES, MOST_ENTRIES = 256_000_000, 40
"""What the folder may hold; what was not asked for longest goes first."""

INSIGNIFICANT = (
    "workers", "sorted", "max_memory_size", "no_fork", "cache", "no_result_cache", "failure", "cluster",
    "shared_files",
)  # fmt: skip
"""Of what a command line says, what changes no line."""


class Entry(NamedTuple):
    """What is kept. Number *n* up to the number of *questions* is the nth of them, counted from one; those
    after are *joins*, of smaller numbers. *items*: kind, what a step gave, and its number, by path."""

    questions: list[Key]
    joins: list[tuple[int, ...]]
    items: dict[Path, tuple[str, Any, int]]
    rows: Rows
    environment: dict[str, str | None]
    stdin: bytes | None


MOST_REASONS = 10
"""Reasons that are told why something is not kept."""

UNKNOWN = (-2,)
"""In place of what the system said of a file, where it said two things: it is asked again."""

NONE = Entry([], [], {}, {}, {}, None)


class Kept:
    """The entry of a command; `valid` are the steps that need not be taken, by path."""

    def __init__(self, command: Asking, place: str) -> None:
        self.path = f"{place}/{key(command)}"
        self.place = place
        self.command = command
        self.started = time.time_ns()
        self.renewed = False
        self.entry = NONE
        self.valid: dict[Path, tuple[str, Any, int]] = {}

    def load(self) -> None:
        """Find out which steps need not be taken."""
        entry = self.read()
        if entry is None:
            return
        stale = self.stale_questions(entry)
        bad = [False, *(key in stale for key in entry.questions)]
        for parts in entry.joins:
            bad.append(any([bad[part] for part in parts]))
        self.entry = entry
        self.valid = {path: item for path, item in entry.items.items() if not bad[item[2]]}

    def read(self) -> Entry | None:
        """The entry on disk; None where there is none that is whole, the user's own and this nixlite's."""
        try:
            body = unsealed(read_private(self.path), os.path.basename(self.path))
            if body is None:
                return None
            form, own, fields = marshal.loads(zlib.decompress(body))
        except (OSError, ValueError, EOFError, TypeError, zlib.error):
            return None
        if form != FORM or own != this_nixlite():
            return None
        questions, joins, items, rows, environment, stdin = fields
        return Entry(
            list(questions), unpacked(joins), items,
            {raw: FileRow(*row) for raw, row in rows.items()}, environment, stdin,
        )  # fmt: skip

    def stale_questions(self, entry: Entry) -> set[Key]:
        """The questions that are answered otherwise now; `entry.rows` are renewed."""
        stale: set[Key] = set()
        environment = self.command.host
        for question in entry.questions:
            if question[0] == ENVIRONMENT:
                name = question[1]
                now = environment.get_env(name) if environment.has_env(name) else None
                if entry.environment.get(name) != now:
                    stale.add(question)
            elif question[0] == STDIN:
                if entry.stdin != digest(self.command.host.read_stdin()):
                    stale.add(question)
            elif question[0] == ODD:
                stale.add(question)
        for raw, row in entry.rows.items():
            again = asked_again(raw, row, self.started)
            if again is None:
                same = {kind: answer for kind, answer in row.answers.items() if ask(raw, kind) == answer}
                stale |= {(raw, kind) for kind in row.answers.keys() - same.keys()}
                entry.rows[raw] = FileRow(UNKNOWN, UNKNOWN, same)  # a new answer contradicts no old one
            elif again is not row:
                self.renewed = True
                entry.rows[raw] = again
        return stale

    def replay(self, show: Callable[[Path, str, Any], None]) -> dict[Path, list[str]]:
        """Show what need not be found again; the names that are to be looked at by set, none if that is all.

        An empty name at the path `()`, where that is all, is the set itself.
        """
        left: dict[Path, list[str]] = {}
        todo: list[Path] = [()]
        while todo:
            path = todo.pop()
            item = self.valid.get(path)
            if item is None:
                left.setdefault(path[:-1], []).append(*path[-1:] or [""])
                continue
            kind, what, _ = item
            show(path, kind, what)
            if kind == SET:
                todo += [(*path, name) for name in reversed(what)]
        return left

    def told(self, found: Signature) -> Signature:
        """What the system said of a file, if that tells it from what it may have become since."""
        return UNKNOWN if is_young(found, self.started) else found

    def keep(self, entry: Entry) -> None:
        """Write an entry, if there is anything in it; not being able to is no error."""
        if not entry.items:
            return
        rows = {
            raw: (self.told(row.here), self.told(row.there), row.answers) for raw, row in entry.rows.items()
        }
        fields = (entry.questions, packed(entry.joins), entry.items, rows, entry.environment, entry.stdin)
        try:
            body = zlib.compress(marshal.dumps((FORM, this_nixlite(), fields)), 1)
            os.makedirs(self.place, 0o700, exist_ok=True)
            write_private(self.path, [seal(body, os.path.basename(self.path)), body])
        except (OSError, ValueError):
            return
        prune(self.place, MOST_BYTES, MOST_ENTRIES)


class Merger:
    """Puts together what processes have said and what of the old entry is still valid.

    A process says its numbers in its own counting; `known` has those of each in the new one. `conflicts`:
    questions that were answered in two ways, since the world has changed meanwhile.
    """

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.results: dict[Path, tuple[str, Any]] = {}
        self.whole = NONE
        self.conflicts: set[Key] = set()

    def entry(self, kept: Kept) -> Entry:
        """The new entry."""
        old = kept.entry
        items = {path: item for path, item in kept.valid.items() if path not in self.results}
        alive = reachable(old, [item[2] for item in items.values()])
        numbers: dict[Key, int] = {}
        rows: Rows = {}
        conflicts: set[Key] = set()
        mine = {0: 0}
        for number in sorted(alive):
            if 0 < number <= len(old.questions):
                question = old.questions[number - 1]
                mine[number] = numbers.setdefault(question, len(numbers) + 1)
                if isinstance(question[0], bytes):
                    conflicts |= add_row(rows, question[0], old.rows[question[0]])
        environment, stdin = dict(old.environment), old.stdin
        for _, _, questions, _, _, told_rows, facts in self.told:
            for _, question in questions:
                numbers.setdefault(question, len(numbers) + 1)
            for raw, *row in told_rows:
                conflicts |= add_row(rows, raw, FileRow(*row))
            environment.update(facts[0])
            stdin = facts[1] or stdin
        joins = _Joins(len(numbers))
        for number in sorted(alive):
            if number > len(old.questions):
                parts = old.joins[number - len(old.questions) - 1]
                mine[number] = joins.add([mine[part] for part in parts])
        merged = {path: (kind, what, mine[number]) for path, (kind, what, number) in items.items()}
        self.add_told(merged, numbers, joins)
        entry = Entry(list(numbers), joins.rows, merged, rows, environment, stdin)
        conflicts |= {question for question in numbers if question[0] == ODD}
        self.whole, self.conflicts = entry, conflicts
        return without(entry, conflicts) if conflicts else entry

    def summary(self, entry: Entry) -> str:
        """How many steps are kept in the entry that was made, and why others are not."""
        lost = len(set(self.results) - set(self.whole.items))
        whole = len(self.whole.items) + lost
        lines = [f"{len(entry.items):,} of {whole:,} steps are kept for the next time"]
        for question in sorted(self.conflicts, key=repr)[:MOST_REASONS]:
            count = len(self.whole.items) - len(without(self.whole, {question}).items)
            lines.append(f"  not kept because of {reason(question)}: {count:,}")
        if lost:
            lines.append(f"  not kept because nobody has said what they depend on: {lost:,}")
        return "\n".join([*lines, ""])

    def add_told(
        self, merged: dict[Path, tuple[str, Any, int]], numbers: dict[Key, int], joins: _Joins
    ) -> None:
        """Add the steps that processes have told of."""
        known: dict[Any, dict[int, int]] = {}
        for who, items, questions, flat, common, _, _ in self.told:
            mine = known.setdefault(who, {0: 0})
            try:
                for number, question in questions:
                    mine[number] = numbers[question]
                add_joins(flat, mine, joins)
                shared = joins.add([mine[number] for number in common])
                for path, number in items:
                    if path in self.results:
                        merged[path] = (*self.results[path], joins.add([mine[number], shared]))
            except KeyError:
                continue  # what was said before was lost with a machine of a cluster


def reason(question: Key) -> str:
    """Why nobody can keep what depends on a question."""
    if question[0] == ODD:
        return str(question[1])
    return f"'{os.fsdecode(question[0])}', which has changed meanwhile"


class _Joins:
    """New joins, after *first* questions; what is the same has one number."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.rows: list[tuple[int, ...]] = []
        self.known: dict[tuple[int, ...], int] = {}

    def add(self, parts: Iterable[int]) -> int:
        """The number that stands for several."""
        row = tuple(sorted({part for part in parts if part}))
        if len(row) < 2:
            return row[0] if row else 0
        number = self.known.get(row)
        if number is None:
            self.rows.append(row)
            number = self.known[row] = self.first + len(self.rows)
        return number


def add_joins(flat: bytes, mine: dict[int, int], joins: _Joins) -> None:
    """Add the joins of a process, to whose numbers *mine* has the new ones. Raises KeyError."""
    values = array("I")
    values.frombytes(flat)
    at = 0
    while at < len(values):
        number, size = values[at : at + 2]
        mine[number] = joins.add([mine[part] for part in values[at + 2 : at + 2 + size]])
        at += 2 + size


def add_row(rows: Rows, raw: bytes, row: FileRow) -> set[Key]:
    """Add what was asked of a path; the questions that were answered otherwise before."""
    known = rows.get(raw)
    if known is None:
        rows[raw] = FileRow(row.here, row.there, dict(row.answers))
        return set()
    conflicts: set[Key] = {
        (raw, kind) for kind, answer in row.answers.items() if known.answers.get(kind, answer) != answer
    }
    if known.here != row.here:
        known.here = UNKNOWN
    if CONTENTS in row.answers:
        known.there = UNKNOWN if CONTENTS in known.answers and known.there != row.there else row.there
    known.answers.update(row.answers)
    return conflicts


def without(entry: Entry, conflicts: set[Key]) -> Entry:
    """The entry without the steps that depend on some questions."""
    bad = [False, *(question in conflicts for question in entry.questions)]
    for parts in entry.joins:
        bad.append(any([bad[part] for part in parts]))
    return entry._replace(items={path: item for path, item in entry.items.items() if not bad[item[2]]})


def reachable(entry: Entry, roots: Iterable[int]) -> set[int]:
    """The numbers that *roots* are made of, themselves included."""
    first = len(entry.questions)
    found: set[int] = set()
    todo = list(roots)
    while todo:
        number = todo.pop()
        if number not in found:
            found.add(number)
            if number > first:
                todo += entry.joins[number - first - 1]
    return found


def packed(joins: list[tuple[int, ...]]) -> bytes:
    """Joins as bytes."""
    flat = array("I")
    for parts in joins:
        flat.append(len(parts))
        flat.extend(parts)
    return flat.tobytes()


def unpacked(data: bytes) -> list[tuple[int, ...]]:
    """What `packed` has packed."""
    flat = array("I")
    flat.frombytes(data)
    values = flat.tolist()
    found: list[tuple[int, ...]] = []
    at = 0
    while at < len(values):
        end = at + 1 + values[at]
        found.append(tuple(values[at + 1 : end]))
        at = end
    return found


def kept_for(command: Asking) -> Kept | None:
    """What may be kept of a command; None where nothing is: steps that also write files are to be taken."""
    home = cache_home()
    writes = command.store_directory() or command.gc_roots_dir or command.constituents
    wanted = command.cache and command.settings.get("result-cache", True) and not command.no_result_cache
    if home is None or writes or not wanted:
        return None
    return Kept(command, f"{home}/jobs")


def key(command: Asking) -> str:
    """The name of a command's entry: what it says, where, to which Python."""
    settings = {
        name: ordered(getattr(command.settings, name))
        for name in command.settings.__slots__
        if name not in ("warn", "verbosity", "log_records")
    }
    fields = {
        name: ordered(value)
        for name, value in sorted(vars(command).items())
        if isinstance(value, str | int | list | dict | tuple) and name not in INSIGNIFICANT
    }
    locking = sorted(vars(command.locking).items())
    text = repr((settings, fields, locking, command.settings.cwd, sys.version, tuple(os.uname())))
    return digest(text.encode("utf-8", "surrogateescape"), 20).hex()


def ordered(value: Any) -> Any:
    """A value whose text is the same in every process."""
    return sorted(value) if isinstance(value, set | frozenset) else value


def this_nixlite() -> bytes:
    """What tells this nixlite from another."""
    return digest(repr(own_files(everything=True)).encode("utf-8", "surrogateescape"))
