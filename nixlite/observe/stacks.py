"""From samples of Python frames to the stacks of Nix functions that Nix's own profiler would write.

A frame of a stack is a call: `file:line:col:name`, where line and column are those of the call; for an
anonymous function there is no name, and what a builtin calls has the place of the function itself. Builtins
are `primop NAME`, functors `functor` (Nix 2.34.8, `eval-profiler = flamegraph`).

Three kinds of frames are nixlite's own, for time that Nix charges to whoever is waiting, or to nobody:
`file:line:col:attribute NAME` (or `variable`) is the delayed value of a binding, evaluated when something
asked for it; a thunk in a function's body that runs when another function does is `file:line:col:thunk of
NAME`, with the place of the thunk; and `FILE:compiling` is reading, parsing and compiling a source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.builtins.install import code_names
from nixlite.observe.bindings import Bindings
from nixlite.observe.sampling import (
    BUILTIN,
    COMPILED,
    COMPILING,
    DERIVATION,
    FUNCTOR,
    ROOT,
    walk,
)
from nixlite.runtime.sites import site_rows
from nixlite.runtime.values import LambdaInfo
from nixlite.source import NO_PLACE, shown_name
from nixlite.traces.reading import TraceReader

if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator
    from nixlite.observe.sampling import Key, Known, Samples

Place = tuple[str, int, int]
"""File, line, column; line 0 for none."""

MOST_FRAMES, FEWEST_FRAMES = 256, 16
"""Frames in a line of collapsed stacks, beside the one that stands for what is left out; fewer if there are
too many lines."""

LEFT_OUT = "…"
MOST_TEXT = 16_000_000


class State(NamedTuple):
    """How far a stack has been read: its Nix stack, the place of its innermost expression, its function.

    *place* is None once a builtin has taken over; *function* is where the function or binding is defined
    that what now runs belongs to.
    """

    stack: int
    place: Place | None
    function: Place | None


class Stacks:
    """Stacks of Nix frames with their counts: stack *n* is `names[n]` called from stack `parents[n]`."""

    def __init__(self) -> None:
        self.names: list[str] = [""]
        self.parents: list[int] = [ROOT]
        self.counts: list[int] = [0]
        self._children: dict[tuple[int, str], int] = {}

    def child(self, parent: int, name: str) -> int:
        """The stack of a frame called *name* upon *parent*."""
        found = self._children.get((parent, name))
        if found is None:
            found = self._children[parent, name] = len(self.names)
            self.names.append(name)
            self.parents.append(parent)
            self.counts.append(0)
        return found

    def frames(self, stack: int) -> list[str]:
        """The names of a stack's frames, outermost first."""
        found = []
        while stack != ROOT:
            found.append(self.names[stack])
            stack = self.parents[stack]
        return found[::-1]

    def collapsed(self) -> str:
        """One line for each stack that was met: its frames with `;` between them, a blank, the count.

        Of a deep stack the middle is left out, and those that are then the same are one: with thousands of
        frames in each line a second of a deep recursion would be megabytes. The more stacks there are, the
        less is left of each, so that the text has some `MOST_TEXT` characters at most.
        """
        most = MOST_FRAMES
        while True:
            lines = self.lines(most)
            size = sum(map(len, lines))
            if size <= MOST_TEXT or most <= FEWEST_FRAMES:
                return "".join([f"{line} {count}\n" for line, count in lines.items()])
            most = max(FEWEST_FRAMES, min(most // 2, most * MOST_TEXT // size))

    def lines(self, most: int) -> dict[str, int]:
        """The stacks as texts with *most* frames, and their counts, in the order in which they were met."""
        found: dict[str, int] = {}
        for stack, count in enumerate(self.counts):
            if count:
                frames = self.frames(stack)
                if len(frames) > most:
                    frames[most // 4 : most // 4 - most] = [LEFT_OUT]
                line = ";".join(frames)
                found[line] = found.get(line, 0) + count
        return found


def nix_stacks(samples: Samples, evaluator: Evaluator) -> Stacks:
    """What the samples mean in Nix."""
    reader = StackReader(Bindings(evaluator))
    states = [State(ROOT, None, None)]
    for parent, key, known, count in walk(samples):
        state = reader.read(states[parent], key, known)
        states.append(state)
        if count:
            reader.stacks.counts[reader.charged(state)] += count
    if samples.counts[ROOT]:
        reader.stacks.counts[reader.stacks.child(ROOT, NO_PLACE)] += samples.counts[ROOT]
    return reader.stacks


class StackReader:
    """Reads one frame after the other."""

    def __init__(self, bindings: Bindings) -> None:
        self.stacks = Stacks()
        self.bindings = bindings
        self.reader = TraceReader({}, {})
        self.builtins = code_names()

    def read(self, state: State, key: Key, known: Known) -> State:
        """The state after one more frame."""
        if known.kind == COMPILED:
            return self.read_compiled(state, key, known)
        if known.kind == BUILTIN:
            name, _ = self.builtins.get(known.code, ("", False))
            if not name:  # a helper
                return state
            return State(self.pushed(state, shown(state.place), f":primop {name}"), None, state.function)
        if known.kind == FUNCTOR:
            return State(self.pushed(state, shown(state.place), ":functor"), None, state.function)
        if known.kind == DERIVATION:
            return self.read_derivation(state, key[2])
        if known.kind == COMPILING:
            return State(self.stacks.child(state.stack, f"{clean(key[2])}:compiling"), None, None)
        return state

    def pushed(self, state: State, place: str, what: str) -> int:
        """The stack with one more frame."""
        return self.stacks.child(state.stack, f"{place}{clean(what)}")

    def read_derivation(self, state: State, name: str) -> State:
        """The frame of `derivationStrict` gets the name of its derivation."""
        outer = self.stacks.names[state.stack]
        if not outer.endswith(":primop derivationStrict"):
            return state
        parent = self.stacks.parents[state.stack]
        return State(self.stacks.child(parent, f"{outer}:{clean(name)}"), state.place, state.function)

    def read_compiled(self, state: State, key: Key, known: Known) -> State:
        """A frame of compiled Nix code: a function's, a thunk's or a whole file's."""
        names = known.names
        rows = site_rows(names)
        row = rows[self.reader.site_number(known.code, key[1])]
        while not row[0] and row[2]:
            row = rows[row[2]]
        here: Place = (names["FILE"], row[0], row[1])
        lambdas = names["LAMBDAS"]
        info = lambdas.get(known.code.co_name)
        if info is None:
            return self.read_thunk(state, here)
        function = LambdaInfo(*info)
        name = f":{function.name}" if function.name else ""
        stack = self.pushed(state, shown(state.place or function.position), name)
        return State(stack, here, function.position)

    def read_thunk(self, state: State, here: Place) -> State:
        """A frame that is no function's: charged to the binding or the function that its text lies in."""
        owner = self.bindings.owner(here)
        if owner is None or owner.place == state.function:
            return State(state.stack, here, state.function)
        place = here if owner.is_function else owner.place
        name = f"{shown(place)}:{clean(owner.label)}"
        if self.stacks.names[state.stack] != name:  # a thunk within the same thunk is the same to its reader
            return State(self.stacks.child(state.stack, name), here, owner.place)
        return State(state.stack, here, owner.place)

    def charged(self, state: State) -> int:
        """The stack that counts a sample: the place alone where no function was called."""
        if state.stack != ROOT:
            return state.stack
        return self.stacks.child(ROOT, shown(state.place))


def shown(place: Place | None) -> str:
    """`file:line:col`."""
    if place is None or not place[1]:
        return NO_PLACE
    return f"{clean(shown_name(place[0]))}:{place[1]}:{place[2]}"


def clean(text: str) -> str:
    """*text* without what has a meaning in collapsed stacks."""
    return text.replace(";", ",").replace("\n", " ")
