"""What an instrumented evaluation writes down: which thunk read which, and what each `//` was made of.

A `Node` stands for a thunk that was forced; `reads` are the nodes that were asked for while it was
evaluated, in order, evaluated before or not. `Made` tells of which sets a set was made, so that any
attribute can be followed back through every `//`. Thunks and sets are known by identity, and kept alive for
that.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import InfiniteRecursion, NixError
from nixlite.explain.recording.notes import Made
from nixlite.runtime.thunk import UNASKED, blackhole, failed
from nixlite.runtime.thunk import force as plain_force
from nixlite.runtime.values import MISSING, ContextString, NixPath

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from nixlite.explain.recording.notes import CallRecord, Place, Substitute
    from nixlite.runtime.values import Lazy, Value


class Node:
    """A thunk that was forced, or a place where the question was asked (*cell* None).

    There is one node for a thunk, made when somebody wants to know about it: see `Recorder.node`.
    """

    __slots__ = ("asked", "cell", "recorder")

    def __init__(self, recorder: Recorder, cell: Any) -> None:
        self.recorder = recorder
        self.cell = cell
        self.asked: dict[Node, None] = {}
        """What a question read."""

    @property
    def place(self) -> Place | None:
        """Where the thunk's expression is defined."""
        return place_of(self.cell)

    @property
    def value(self) -> Any:
        """The value, MISSING while there is none (also after an error)."""
        if self.cell is None or type(self.cell[0]) is not Reads:
            return MISSING
        return self.cell[1]

    @property
    def reads(self) -> dict[Node, None]:
        """The nodes that were asked for, in order."""
        if self.cell is None:
            return self.asked
        return dict.fromkeys(map(self.recorder.node, self.recorder.reads(self.cell)))


class Event(NamedTuple):
    """A step of the evaluation, when steps are recorded: *kind* is `create`, `force`, `read` (of what has its
    value already), `value` or `error`; *by* is the thunk under evaluation that caused it,
    *text* the value as it was then."""

    kind: str
    node: Node
    by: Node | None
    text: str = ""


class Reads(tuple[Any, ...]):
    """The thunks that a thunk read: its code, once it has its value.

    It takes less memory than anything beside the thunk would, and as it is not None, nobody takes the value
    without asking `force`. The `force` of a normal evaluation can call it, and forgets it then.
    """

    __slots__ = ()

    def __call__(self, payload: Value) -> Value:
        """The value."""
        return payload


NOTHING = Reads()


def was_forced(cell: Any) -> bool:
    """Whether a thunk was asked for while something was recorded."""
    return type(cell[0]) is Reads or cell[0] is failed


class Recorder:
    """One recording; `force` and the others are given to the code that is recorded.

    *substitutes*: values to be taken for those of definitions, by place. `cells` are the thunks that were
    forced, in order. `cycle` is the circle of nodes when an infinite recursion was met, first asked first;
    `calls` are those of watched functions. With *steps* `events` is filled; *describe* gives the text of a
    value. *light*: nothing is written down but values; for evaluating with other ones.
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
        self.cells: list[Any] = []
        self.made: dict[int, Made] = {}
        self.nobody: Any = deque(maxlen=0)
        """What reads when no thunk is under evaluation: it keeps nothing."""
        self.frames: list[Any] = [self.nobody]
        """For each thunk under evaluation the thunk, then what it has read; None, then that of a question."""
        self.failed_reads: dict[int, Reads] = {}
        self.limits: dict[int, int] = {}
        """Lengths up to which long frames are left alone, by their identity."""
        self.cycle: list[Node] = []
        self.events: list[Event] = []
        self.calls: list[CallRecord] = []
        self.steps = steps
        self.light = light
        if light:
            self.force = self._make_light_force()
        else:
            self.force = self._make_stepping_force() if steps else self._make_force()

    # -- what was written down

    def node(self, cell: Any) -> Node:
        """The node of a thunk."""
        found = self.nodes.get(id(cell))
        if found is None:
            found = self.nodes[id(cell)] = Node(self, cell)
        return found

    def reads(self, cell: Any) -> Reads:
        """The thunks that a thunk read, some of them more than once."""
        if type(cell[0]) is Reads:
            return cell[0]
        return self.failed_reads.get(id(cell), NOTHING)

    def forced(self) -> list[Node]:
        """The nodes of all thunks that were forced, in order."""
        return list(map(self.node, self.cells))

    def forced_at(self, place: Place) -> list[Node]:
        """Those that are defined at a place."""
        return [self.node(cell) for cell in self.cells if len(cell) == 3 and cell[2] == place]

    def only_value(self, place: Place) -> Any:
        """The value of what is defined at a place; MISSING if it has none, or several."""
        values = [node.value for node in self.forced_at(place)]
        first = values[0] if values else MISSING
        alike = all(type(value) is type(first) and value == first for value in values)
        return first if is_plain(first) and alike else MISSING

    def in_order(self, nodes: Collection[Node]) -> list[Node]:
        """Nodes in the order in which they were forced first."""
        wanted = {id(node.cell): node for node in nodes if node.cell is not None}
        ordered = {id(cell): wanted[id(cell)] for cell in self.cells if id(cell) in wanted}
        return list(ordered.values())

    # -- forcing

    def _make_force(self, again: Callable[[Lazy], Value] | None = None) -> Callable[[Lazy], Value]:
        """*again*: what forces the thunk that an alias stands for."""
        frames, cells, substitutes = self.frames, self.cells, self.substitutes

        def force(x: Any) -> Any:
            """`thunk.force`, written down."""
            if type(x) is not list:
                return x
            reader = frames[-1]
            reader.append(x)
            code = x[0]
            if type(code) is Reads:
                return x[1]
            if len(reader) > MANY:
                self.shorten(reader)
            if code is plain_force:
                code = again or force
            elif code is blackhole:
                self.meet(x)
            if code is not failed:
                cells.append(x)
            x[0] = blackhole
            frame = [x]
            frames.append(frame)
            try:
                value = x[1] if code is None or code is UNASKED else code(x[1])
            except NixError as error:
                if code is not failed:
                    x[1] = error
                    self.failed_reads[id(x)] = read_in(frame)
                x[0] = failed
                raise
            except BaseException:
                x[0] = code
                raise
            finally:
                frames.pop()
            if substitutes and len(x) == 3 and x[2] in substitutes:
                value = substituted(substitutes[x[2]], value)
            x[1] = value
            x[0] = read_in(frame) if len(frame) > 1 else NOTHING
            return value

        return force

    def _make_stepping_force(self) -> Callable[[Lazy], Value]:
        events, describe = self.events, self.describe

        def force(x: Any) -> Any:
            """As the other one; each step is an event."""
            if type(x) is not list:
                return x
            node, by = self.node(x), self.reader()
            if type(x[0]) is Reads:
                events.append(Event("read", node, by, describe(x[1])))
                return recorded(x)
            events.append(Event("force", node, by))
            try:
                value = recorded(x)
            except NixError:
                events.append(Event("error", node, by))
                raise
            events.append(Event("value", node, by, describe(value)))
            return value

        recorded = self._make_force(force)
        return force

    def _make_light_force(self) -> Callable[[Lazy], Value]:
        substitutes = self.substitutes

        def force(x: Any) -> Any:
            """`thunk.force`, which takes some definitions for others."""
            if type(x) is not list:
                return x
            code = x[0]
            if type(code) is Reads:
                return x[1]
            if code is plain_force:
                code = force
            x[0] = blackhole
            try:
                value = x[1] if code is None or code is UNASKED else code(x[1])
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
            x[0] = NOTHING
            return value

        return force

    def meet(self, cell: Any) -> None:
        """A thunk that is under evaluation is asked for: remember the circle, the first time."""
        under_way = [frame[0] if frame else None for frame in self.frames]
        at = next((at for at, other in enumerate(under_way) if other is cell), None)
        if at is not None and not self.cycle:
            self.cycle = [self.node(other) for other in under_way[at:] if other is not None]

    def reader(self) -> Node | None:
        """The thunk under evaluation, as a node."""
        frame = self.frames[-1]
        return self.node(frame[0]) if frame and frame[0] is not None else None

    def shorten(self, frame: list[Any]) -> None:
        """Take out of what was read by a thunk that has read very much what is there more than once."""
        if len(frame) > self.limits.get(id(frame), 0):
            frame[1:] = {id(cell): cell for cell in frame[1:]}.values()
            self.limits[id(frame)] = 2 * len(frame)

    # -- operations of compiled code

    def created(self, cell: Any) -> Any:
        """A thunk that has just been made, when steps are recorded."""
        self.events.append(Event("create", self.node(cell), self.reader()))
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
            place = next(filter(None, (place_of(frame[0]) for frame in reversed(self.frames) if frame)), None)
            self.made[id(result)] = Made(how, place, result, sets)
        return result

    def ask(self, question: Callable[[], Any]) -> tuple[Node, Any]:
        """(node whose reads are what *question* read, its answer or the NixError it ended in).

        A question that is part of another one reads for that one too.
        """
        node = Node(self, None)
        frame: list[Any] = [None]
        self.frames.append(frame)
        try:
            return node, question()
        except NixError as error:
            return node, error
        finally:
            self.frames.pop()
            outer = self.frames[-1]
            if outer and outer[0] is None:
                outer += frame[1:]
            node.asked = dict.fromkeys(map(self.node, frame[1:]))


MANY = 4096
"""So many reads of one thunk are looked through for what is there more than once."""


def read_in(frame: list[Any]) -> Reads:
    """What a thunk has read, from its frame."""
    del frame[0]
    return Reads(frame if len(frame) < FEW else {id(cell): cell for cell in frame}.values())


FEW = 6
"""So few reads are not worth being looked through."""


def place_of(cell: Any) -> Place | None:
    """Where the thunk of a cell is defined; None for what is no cell, or one that nothing was written for."""
    return cell[2] if type(cell) is list and len(cell) == 3 else None


def merged(right: dict[str, Lazy], left: dict[str, Lazy], place: Place | None = None) -> dict[str, Lazy]:
    """`left // right`, of which nothing is written down."""
    return {**left, **right} if left and right else left or right


def settled(x: Lazy) -> Any:
    """The value of a lazy that was evaluated, MISSING of one that was not."""
    if type(x) is not list:
        return x
    return x[1] if type(x[0]) is Reads or x[0] is UNASKED or x[0] is None else MISSING


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
