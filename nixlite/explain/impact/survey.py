"""Finding the packages of a set, however large it is, in memory that does not grow with it.

What an evaluation has computed it keeps, since other packages may ask for it. A survey notes of each package
what comparing needs (see `table`), gives the evaluation up once it has grown large and goes on where it was:
with an evaluation that has the first packages, and with them what all share. Where no processes can be
forked, it is a new one.
"""

from __future__ import annotations

import gc
import re
import sys
from math import inf
from time import monotonic, process_time
from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.diff.derivations import drv_path_of
from nixlite.explain.diff.pairing import drv_name
from nixlite.explain.impact.children import ChildLost, can_fork, in_child
from nixlite.explain.quiet import redirect
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import force
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from nixlite.evaluator import Evaluator
    from nixlite.explain.impact.table import Table
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy

MOST_BLOCKS = 3_000_000
"""Python objects, of some 90 bytes each, after which an evaluation is given up."""

FIRST_BLOCKS = 1_500_000
"""The same for the evaluation that all others begin with, where they can."""

EVERY = 0.2
"""Seconds between two messages of how far a process is."""

LEAST = 50
"""Packages that each evaluation gets through, whatever they take."""

Name = tuple[str, ...]


class Packages(NamedTuple):
    """The packages of a set: .drv paths by attribute path, and messages for those that fail."""

    found: dict[str, str]
    failed: dict[str, str]


def packages_of(value: Lazy, state: State, only: Iterable[Name] = ()) -> Packages:
    """The derivations in a set, and in sets in it that have `recurseForDerivations`; failures are kept.

    A derivation stands for itself, under its name. *only*: the attribute paths to look at, if not all.
    """
    walk = _Walk()
    walk.begin(value, state)
    walk.todo = starts(only)
    while walk.todo:
        walk.step()
    return walk.packages


class Survey:
    """As `packages_of` for the set that *make* gives together with a new evaluator each time it is called.

    The derivations go to *table*. *tell* is called after each attribute: how many are done, how many known.
    """

    def __init__(
        self,
        make: Callable[[], tuple[Evaluator, Lazy]],
        table: Table,
        only: Iterable[Name] = (),
        tell: Callable[[int, int], None] = lambda done, known: None,
    ) -> None:
        self.make = make
        self.table = table
        self.tell = tell
        self.walk = _Walk()
        self.walk.todo = starts(only)
        self.done = 0
        self.evaluator: Any = None
        self.forks = can_fork()

    def run(self) -> Packages:
        """The packages. Raises what evaluating the set itself raises; what fails in it is in the result."""
        walk = self.walk
        self.begin()
        self.part(FIRST_BLOCKS if self.forks else MOST_BLOCKS)
        while walk.todo:
            if self.forks:
                try:
                    self.take(in_child(self.give, self.hear))
                    continue
                except (OSError, ChildLost):  # no process can be had, or none that lives: here, then
                    self.forks = False
            self.end()
            self.begin()
            self.part(MOST_BLOCKS)
        self.end()
        return walk.packages

    def begin(self) -> None:
        """Take a new evaluator."""
        self.table.open()
        if blocks() > FIRST_BLOCKS:
            gc.collect()  # what is given up is full of circles
        self.evaluator, value = self.make()
        self.evaluator.state.symbols.settle()  # what was evaluated before may be another part each time
        self.walk.begin(value, self.evaluator.state)

    def end(self) -> None:
        """Give the evaluator up."""
        self.evaluator.close()
        self.evaluator = None
        self.walk.end()

    def add(self, attrs: dict[str, Lazy]) -> str:
        """Add a derivation, and all that it is made of, to the table; its .drv path."""
        drv_path = drv_path_of(attrs, self.evaluator.state)
        self.table.add(self.evaluator.state.store, drv_path)
        return drv_path

    def part(self, most: int, seconds: float | None = None) -> None:
        """Go on until there are that many more objects, or for some seconds of the processor."""
        end = inf if seconds is None else process_time() + seconds

        def go_on(first: int) -> None:
            start = blocks()
            while self.walk.todo and (self.done - first < LEAST or blocks() - start < most):
                drv_path = self.walk.step(self.evaluator.guard)
                if drv_path is not None:
                    self.table.add(self.evaluator.state.store, drv_path)
                self.done += 1
                self.tell(self.done, self.done + len(self.walk.todo))
                if process_time() > end:
                    return

        self.evaluator.guard(go_on, self.done)

    # -- in a process of its own, and back

    def give(self, send: Callable[[Any], None]) -> Any:
        """Go on in this process, which is a child; what has been found."""
        known, walk = len(self.table.entries), self.walk
        found, failed = dict(walk.packages.found), dict(walk.packages.failed)
        redirect(self.evaluator, send)
        last = [monotonic()]

        def tell(done: int, all_: int) -> None:
            if monotonic() - last[0] > EVERY:
                last[0] = monotonic()
                send((done, all_))

        self.tell = tell
        self.part(MOST_BLOCKS)
        self.evaluator.close()
        packages = Packages(
            {name: path for name, path in walk.packages.found.items() if name not in found},
            {name: text for name, text in walk.packages.failed.items() if name not in failed},
        )
        return packages, walk.todo, walk.names, self.done, self.table.since(known)

    def take(self, given: Any) -> None:
        """Add what a child has found."""
        packages, self.walk.todo, self.walk.names, self.done, entries = given
        self.walk.packages.found.update(packages.found)
        self.walk.packages.failed.update(packages.failed)
        self.table.take(entries)
        self.tell(self.done, self.done + len(self.walk.todo))

    def hear(self, message: Any) -> None:
        """A child says how far it is, or what its evaluation wrote."""
        if isinstance(message, str):
            self.evaluator.host.write_stderr(message)
        else:
            self.tell(*message)


def blocks() -> int:
    """How many small objects there are; 0 on a Python that does not count them."""
    return sys.getallocatedblocks() if hasattr(sys, "getallocatedblocks") else 0


def starts(only: Iterable[Name]) -> list[Name]:
    """Where to begin: the last is taken first."""
    return list(only)[::-1] or [()]


def spelled(name: Name) -> str:
    """An attribute path as people write it."""
    return ".".join(map(attribute_name, name))


LAST = re.compile(r'(?:(.*)\.)?("(?:[^"\\]|\\.)*"|[^".]+)', re.DOTALL)


def split_last(path: str) -> tuple[str, str]:
    """What `spelled` gave, before its last name and that name."""
    match = LAST.fullmatch(path)
    return (match[1] or "", match[2]) if match else ("", path)


class _Walk:
    """Going through a set, attribute by attribute, also over several evaluations of it.

    `todo`: attribute paths. `sets`: those of this evaluation, by path. `seen`: the same by identity, since a
    set may be there twice or hold itself. `names`: attributes of the sets gone through, in any evaluation.
    """

    def __init__(self) -> None:
        self.packages = Packages({}, {})
        self.todo: list[Name] = []
        self.names: dict[Name, frozenset[str]] = {}
        self.value: Any = None
        self.state: Any = None
        self.sets: dict[Name, dict[str, Lazy]] = {}
        self.seen: dict[int, Name] = {}

    def begin(self, value: Lazy, state: State) -> None:
        """Go on with a new evaluation."""
        self.value, self.state = value, state

    def end(self) -> None:
        """Forget an evaluation."""
        self.value = self.state = None
        self.sets = {}
        self.seen = {}

    def step(self, guard: Callable[[Any, Any], Any] = lambda look, name: look(name)) -> str | None:
        """Look at one attribute; the attributes of a set come later. Returns the .drv path, if it has one.

        *guard*: see `Evaluator.guard`; an attribute that needs too many calls is one that fails.
        """
        name = self.todo.pop()
        try:
            drv_path: str | None = guard(self.look, name)
        except NixError as error:
            if not name:
                raise
            self.packages.failed[spelled(name)] = first_line(error)
            return None
        return drv_path

    def look(self, name: Name) -> str | None:
        """As `step`; raises what evaluating raises."""
        attrs = self.at(name)
        if type(attrs) is not dict:
            return None
        if is_derivation(attrs):
            drv_path = drv_path_of(attrs, self.state)
            self.packages.found[spelled(name) or drv_name(drv_path)] = drv_path
            return drv_path
        if self.is_wanted(name, attrs) and self.is_new(name, attrs):
            self.names[name] = frozenset(attrs)
            self.todo += [(*name, below) for below in sorted(attrs, reverse=True)]
        return None

    def at(self, name: Name) -> Any:
        """The value of an attribute, None where there is none."""
        if not name:
            return force(self.value)
        above = self.sets.get(name[:-1])
        if above is None:
            above = self.at(name[:-1])
            if type(above) is not dict:
                return None
            self.sets[name[:-1]] = above
            self.seen[id(above)] = name[:-1]
        return force(above[name[-1]]) if name[-1] in above else None

    def is_wanted(self, name: Name, attrs: dict[str, Lazy]) -> bool:
        """Whether to look into a set: into the first, those asked for, and those that say so."""
        return name[:-1] not in self.names or force(attrs.get("recurseForDerivations", False)) is True

    def is_new(self, name: Name, attrs: dict[str, Lazy]) -> bool:
        """Whether a set was not gone through under another name."""
        if id(attrs) in self.seen:
            return False
        self.seen[id(attrs)] = name
        self.sets[name] = attrs  # keeps it, and with it its identity
        names = frozenset(attrs)
        return not any(
            names == others and before not in self.sets and self.again(before) is attrs
            for before, others in self.names.items()
        )

    def again(self, name: Name) -> Any:
        """The set of a name that an earlier evaluation went through."""
        try:
            return self.at(name)
        except NixError:
            return None


def first_line(error: NixError) -> str:
    """What went wrong, in short."""
    return error.message.split("\n", 1)[0]
