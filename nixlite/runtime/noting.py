"""What a value depends on, beyond itself: `force` with notes, for processes that evaluate many values.

Values share thunks, so who evaluates one is not the only one that depends on what it asked of the world.
While notes are taken, each thunk whose evaluation asked something is left as `[noted, (value, what)]` instead
of `[None, value]`: to the rest of the program it looks as if it had to be evaluated, and each time that is
asked for, what it depends on is added to what the thunk around it depends on. So at the end of an evaluation
`NOTES.seen` has all that it depends on, however it came by it.

*What* is a number: of a question to the world, or of several numbers joined (`Notes.joins`). Nothing is noted
of a question that all depend on anyway (`Notes.common`).

The code of `force` is exchanged for the rest of the process, which must be there for nothing else.
"""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.runtime import thunk
from nixlite.runtime.depth import go_deeper
from nixlite.runtime.thunk import blackhole, failed, force, noted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Seen = Any
    """None, a number, or a set of numbers."""


class Notes:
    """`seen`: what the thunk that is being evaluated depends on so far: nothing, one number, or a set.

    `joins[n]` is None for a question, else the numbers that *n* stands for, all of them smaller. `cells`: the
    thunks that were noted, for as long as it is not known what all have in common.
    """

    def __init__(self) -> None:
        self.seen: Seen = None
        self.joins: list[tuple[int, ...] | None] = [None]
        self.failures: dict[int, tuple[Any, int]] = {}
        self.cells: list[Any] | None = []
        self.common: set[int] = set()

    def question(self) -> int:
        """The number of a new question."""
        self.joins.append(None)
        return len(self.joins) - 1

    def add(self, what: int) -> None:
        """What is being evaluated depends on *what*."""
        seen = self.seen
        if seen is None:
            self.seen = what
        elif type(seen) is set:
            seen.add(what)
        elif seen != what:
            self.seen = {seen, what}

    def add_all(self, seen: Seen) -> None:
        """The same for what something else has seen."""
        if type(seen) is set:
            for what in seen:
                self.add(what)
        elif seen is not None:
            self.add(seen)

    def joined(self, seen: Seen) -> int:
        """One number for what was seen; 0 for nothing."""
        if seen is None:
            return 0
        if isinstance(seen, int):
            return seen
        self.joins.append(tuple(seen))
        return len(self.joins) - 1

    def leave(self, outer: Seen) -> None:
        """An evaluation has ended without a value; what is around it depends on what it saw."""
        seen, self.seen = self.seen, outer
        self.add_all(seen)

    def fail(self, cell: Any, outer: Seen) -> None:
        """A thunk has failed; who asks again depends on what it saw then."""
        what = self.joined(self.seen)
        if id(cell) in self.failures:
            what = self.failures[id(cell)][1]
        elif what:
            self.failures[id(cell)] = (cell, what)
        self.seen = outer
        if what:
            self.add(what)

    def during(self, work: Callable[[], Any]) -> tuple[Any, int]:
        """What *work* gives, and the number of all that it depends on, which is not added to what is around
        it; but it is where *work* raises."""
        outer, self.seen = self.seen, None
        try:
            found = work()
        except BaseException:
            self.leave(outer)
            raise
        seen, self.seen = self.seen, outer
        return found, self.joined(seen)

    def memo(self, make: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """*make*, which remembers what it gives: who asks again depends on what it saw."""
        known: dict[Any, list[Any]] = {}

        def remembered(argument: Any) -> Any:
            cell = known.get(argument)
            if cell is None:
                cell = known[argument] = [make, argument]
            return force(cell)

        return remembered

    def settle(self, common: Iterable[int]) -> None:
        """From now on nothing is noted of questions that all depend on; thunks that depend on no other are as
        they always are."""
        self.common |= set(common)
        inside = [False] * len(self.joins)
        for number, parts in enumerate(self.joins):
            inside[number] = number in self.common if parts is None else all(inside[part] for part in parts)
        for cell in self.cells or ():
            if cell[0] is noted and inside[cell[1][1]]:
                cell[0], cell[1] = None, cell[1][0]
        self.cells = None

    def questions(self, what: int) -> set[int]:
        """The questions that a number stands for."""
        found: set[int] = set()
        done = {0}
        todo = [what]
        while todo:
            number = todo.pop()
            if number in done:
                continue
            done.add(number)
            parts = self.joins[number]
            if parts is None:
                found.add(number)
            else:
                todo += parts
        return found


NOTES = Notes()


def noting_force(x: Any) -> Any:
    """What `force` does while notes are taken."""
    if type(x) is not list:
        return x
    code = x[0]
    if code is None:
        return x[1]
    if code is noted:
        value, what = x[1]
        seen = NOTES.seen
        if seen is None:
            NOTES.seen = what
        elif type(seen) is set:
            seen.add(what)
        elif seen != what:
            NOTES.seen = {seen, what}
        return value
    outer = NOTES.seen
    NOTES.seen = None
    x[0] = blackhole
    try:
        value = code(x[1])
    except NixError as error:
        if code is not failed:
            x[1] = error
        x[0] = failed
        NOTES.fail(x, outer)
        raise
    except RecursionError as error:
        x[0] = code
        NOTES.leave(outer)
        trapped = error
    except BaseException:
        x[0] = code
        NOTES.leave(outer)
        raise
    else:
        seen = NOTES.seen
        NOTES.seen = outer
        if seen is None:
            x[1] = value
            x[0] = None
            return value
        what = seen if type(seen) is int else NOTES.joined(seen)
        x[1] = value, what
        x[0] = noted
        if NOTES.cells is not None:
            NOTES.cells.append(x)
        NOTES.add(what)
        return value
    return go_deeper(force, x, trapped)


def take_notes() -> Notes:
    """Take notes from now on, for the rest of the process."""
    vars(thunk).update(NOTES=NOTES)  # where the code of `force` finds its names
    force.__code__ = noting_force.__code__
    return NOTES
