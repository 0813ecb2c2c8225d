"""What an instrumented evaluation writes down: which thunk read which, and what each `//` was made of.

A `Node` stands for a thunk that was forced; `reads` are the nodes that were asked for while it was
evaluated, in order, evaluated before or not. `Made` tells of which sets a set was made, so that any
attribute can be followed back through every `//`. Thunks and sets are known by identity, and kept alive for
that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import InfiniteRecursion, NixError
from nixlite.runtime.thunk import VIRGIN, blackhole, failed
from nixlite.runtime.thunk import force as plain_force
from nixlite.runtime.values import MISSING, ContextString, NixPath

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.explain.recording.calls import CallRecord
    from nixlite.runtime.values import Lazy, Value

Place = tuple[str, int, int]
"""File, 1-based line, 1-based UTF-8 byte column."""


class Node:
    """A thunk that was forced, or a place where the question was asked (*cell* None)."""

    __slots__ = ("cell", "number", "place", "reads")

    def __init__(self, number: int, cell: Any, place: Place | None) -> None:
        self.number = number
        self.cell = cell
        self.place = place
        self.reads: dict[Node, None] = {}

    @property
    def value(self) -> Any:
        """The value, MISSING while there is none (also after an error)."""
        if self.cell is None or self.cell[0] is not known:
            return MISSING
        return self.cell[1]


class Made(NamedTuple):
    """How a set came about: *how* is `//` or a builtin's name, *sources* the sets that it was made of."""

    how: str
    place: Place | None
    result: dict[str, Lazy]
    sources: tuple[dict[str, Lazy], ...]


class Event(NamedTuple):
    """A step of the evaluation, when steps are recorded: *kind* is `create`, `force`, `read` (of what has its
    value already), `value` or `error`; *by* is the thunk under evaluation that caused it,
    *text* the value as it was then."""

    kind: str
    node: Node
    by: Node | None
    text: str = ""


class Substitute(NamedTuple):
    """What a definition is to be taken for: *old* is the value that it must have (MISSING: any)."""

    old: Any
    new: Any


def known(payload: Value) -> Value:
    """The code of a thunk that has its value.

    It is not None, as in a normal evaluation, so that nobody takes the value without asking `force`.
    """
    return payload


class Recorder:
    """One recording; `force` and the others are given to the code that is recorded.

    *substitutes*: values to be taken for those of definitions, by place. `cycle` is the circle of nodes when
    an infinite recursion was met, first asked first; `calls` are those of watched functions. With *steps*
    `events` is filled; *describe* gives the text of a value. *light*: nothing is written down but values; for
    evaluating with other ones.
    """

    def __init__(
        self,
        substitutes: dict[Place, Substitute] | None = None,
        *,
        steps: bool = False,
        describe: Callable[[Any], str] = repr,
        light: bool = False,
    ) -> None:
        self.describe = describe
        self.substitutes = substitutes or {}
        self.nodes: dict[int, Node] = {}
        self.made: dict[int, Made] = {}
        self.stack: list[Node] = []
        self.cycle: list[Node] = []
        self.events: list[Event] = []
        self.calls: list[CallRecord] = []
        self.steps = steps
        self.force = self._make_light_force() if light else self._make_force()

    def node(self, cell: Any) -> Node:
        """The node of a thunk."""
        found = self.nodes.get(id(cell))
        if found is None:
            place = cell[2] if len(cell) == 3 else None
            found = self.nodes[id(cell)] = Node(len(self.nodes), cell, place)
        return found

    def _make_force(self) -> Callable[[Lazy], Value]:
        nodes, stack, substitutes, events = self.nodes, self.stack, self.substitutes, self.events
        steps, describe = self.steps, self.describe

        def force(x: Any) -> Any:
            """`thunk.force`, written down."""
            if type(x) is not list:
                return x
            node = nodes.get(id(x))
            if node is None:
                node = nodes[id(x)] = Node(len(nodes), x, x[2] if len(x) == 3 else None)
            if stack:
                stack[-1].reads[node] = None
            by = stack[-1] if stack else None
            code = x[0]
            if code is known:
                if steps:
                    events.append(Event("read", node, by, describe(x[1])))
                return x[1]
            if code is plain_force:
                code = force
            if code is blackhole and not self.cycle and node in stack:
                self.cycle = stack[stack.index(node) :]
            x[0] = blackhole
            stack.append(node)
            if steps:
                events.append(Event("force", node, by))
            try:
                value = x[1] if code is None or code is VIRGIN else code(x[1])
            except NixError as error:
                if code is not failed:
                    x[1] = error
                x[0] = failed
                if steps:
                    events.append(Event("error", node, by))
                raise
            except BaseException:
                x[0] = code
                raise
            finally:
                stack.pop()
            if substitutes and node.place in substitutes:
                value = substituted(substitutes[node.place], value)
            x[1] = value
            x[0] = known
            if steps:
                events.append(Event("value", node, by, describe(value)))
            return value

        return force

    def _make_light_force(self) -> Callable[[Lazy], Value]:
        substitutes = self.substitutes

        def force(x: Any) -> Any:
            """`thunk.force`, which takes some definitions for others."""
            if type(x) is not list:
                return x
            code = x[0]
            if code is known:
                return x[1]
            if code is plain_force:
                code = force
            x[0] = blackhole
            try:
                value = x[1] if code is None or code is VIRGIN else code(x[1])
            except NixError as error:
                if code is not failed:
                    x[1] = error
                x[0] = failed
                raise
            except BaseException:
                x[0] = code
                raise
            if len(x) == 3 and x[2] in substitutes:
                value = substituted(substitutes[x[2]], value)
            x[1] = value
            x[0] = known
            return value

        return force

    # -- operations of compiled code

    def created(self, cell: Any) -> Any:
        """A thunk that has just been made."""
        if self.steps:
            by = self.stack[-1] if self.stack else None
            self.events.append(Event("create", self.node(cell), by))
        return cell

    def update(
        self, right: dict[str, Lazy], left: dict[str, Lazy], place: Place | None = None
    ) -> dict[str, Lazy]:
        """`left // right`, always a set of its own."""
        result = {**left, **right}
        self.made[id(result)] = Made("//", place, result, (left, right))
        return result

    def note(self, how: str, result: Value, *sources: Lazy) -> Value:
        """Write down that a builtin made *result* of *sources*."""
        if type(result) is dict and id(result) not in self.made:
            sets = tuple(v for x in sources if type(v := settled(x)) is dict)
            place = next((node.place for node in reversed(self.stack) if node.place), None)
            self.made[id(result)] = Made(how, place, result, sets)
        return result

    def ask(self, question: Callable[[], Any]) -> tuple[Node, Any]:
        """(node whose reads are what *question* read, its answer or the NixError it ended in).

        A question that is part of another one reads for that one too.
        """
        node = Node(-1, None, None)
        self.stack.append(node)
        try:
            return node, question()
        except NixError as error:
            return node, error
        finally:
            self.stack.pop()
            if self.stack and self.stack[-1].cell is None:
                self.stack[-1].reads.update(node.reads)


def settled(x: Lazy) -> Any:
    """The value of a lazy that was evaluated, MISSING of one that was not."""
    if type(x) is not list:
        return x
    return x[1] if x[0] is known or x[0] is VIRGIN or x[0] is None else MISSING


def substituted(substitute: Substitute, value: Any) -> Any:
    """The other value, if *value* is the one that it is to be taken for."""
    old = substitute.old
    if old is MISSING or (is_plain(value) and plain(value) == plain(old)):
        return substitute.new
    return value


def is_plain(value: Any) -> bool:
    """Whether a value has no parts."""
    return type(value) not in (dict, tuple)


def plain(value: Any) -> Any:
    """A simple value as what two evaluations can be compared by."""
    if type(value) is ContextString:
        return value.text
    if type(value) is NixPath:
        return ("path", value.path)
    return (type(value).__name__, value)


def is_infinite_recursion(error: object) -> bool:
    """Whether an error is the one that has a circle to show."""
    return isinstance(error, InfiniteRecursion)
