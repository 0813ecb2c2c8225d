"""How an attribute came to its value: through which sets, by which layers, and from which definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.recording.places import FORMAL, Places, callee_name
from nixlite.explain.recording.recorder import settled
from nixlite.runtime.thunk import force as plain_force
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.recording.notes import Made, Place
    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.recorder import Node, Recorder
    from nixlite.runtime.values import Lazy


class Layer(NamedTuple):
    """One thing that an attribute was on its way: *how* is empty for what was there first, else `//` or the
    builtin that put *cell* in place of the one before; *place* is where that happened."""

    how: str
    place: Place | None
    cell: Any


class Replacement(NamedTuple):
    """An attribute that a layer replaced: *name*, the cells before and after, where, and the set before."""

    name: str
    old: Any
    new: Any
    place: Place | None
    before: dict[str, Lazy]


def history(recorder: Recorder, attrs: dict[str, Lazy], name: str) -> list[Layer]:
    """The layers of an attribute, oldest first; the last is what it is now."""
    layers: list[Layer] = []  # newest first
    at = attrs
    while True:
        made = recorder.made.get(id(at))
        cell = at[name]
        source = made.sources[-1] if made is not None and made.sources else {}
        if made is None or (made.how != "//" and name not in source):
            layers.append(Layer("", None, cell))
            break
        if made.how == "//":
            left, right = made.sources
            if name in right and name in left and not same(left[name], right[name]):
                inner = history(recorder, right, name)
                layers += [
                    Layer(layer.how or "//", layer.place or made.place, layer.cell) for layer in inner[::-1]
                ]
                at = left
            else:
                at = right if name in right else left
        elif made.how == "mapAttrs":
            layers.append(Layer("mapAttrs", made.place, cell))
            at = source
        elif same(cell, source[name]):
            at = source
        else:  # bound to something else since: a scope of the REPL
            layers.append(Layer("", None, cell))
            break
    return unique(layers[::-1])


def unique(layers: list[Layer]) -> list[Layer]:
    """Without layers that bring a cell that was there before."""
    found: list[Layer] = []
    for layer in layers:
        if not any(same(layer.cell, other.cell) for other in found):
            found.append(layer)
    if found and found[0].how:
        found[0] = found[0]._replace(how="", place=None)
    return found


def same(a: Any, b: Any) -> bool:
    """Whether two lazies are the same thing: one cell, or aliases of one."""
    return alias(a) is alias(b)


def alias(cell: Any) -> Any:
    """What an unevaluated alias stands for."""
    while type(cell) is list and cell[0] is plain_force:
        cell = cell[1]
    return cell


class Addition(NamedTuple):
    """An attribute that a `//` added: the set that had no such name, and the new cell."""

    name: str
    new: Any
    before: dict[str, Lazy]


def additions(recorder: Recorder, attrs: dict[str, Lazy]) -> list[Addition]:
    """Every attribute that a `//` on the way to *attrs* added, oldest first."""
    found: list[Addition] = []
    for made in updates(recorder, attrs):
        left, right = made.sources
        found += [Addition(name, cell, left) for name, cell in right.items() if name not in left]
    return found[::-1]


def replacements(recorder: Recorder, attrs: dict[str, Lazy]) -> list[Replacement]:
    """Every attribute that a `//` on the way to *attrs* replaced, oldest first."""
    found: list[Replacement] = []
    for made in updates(recorder, attrs):
        left, right = made.sources
        for name, cell in right.items():
            if name in left and not same(left[name], cell):
                found.append(Replacement(name, left[name], cell, made.place, left))
    return found[::-1]


def updates(recorder: Recorder, attrs: dict[str, Lazy]) -> list[Made]:
    """Every `//` on the way to *attrs*, newest first."""
    found: list[Made] = []
    todo, seen = [attrs], set()
    while todo:
        at = todo.pop()
        made = recorder.made.get(id(at))
        if made is None or id(at) in seen:
            continue
        seen.add(id(at))
        if made.how == "//":
            found.append(made)
        todo += made.sources
    return found


def is_choice(expression: Any, node: Node) -> bool:
    """Whether a set was chosen by `if`, and not made there."""
    return type(expression) is n.If and type(settled(node.cell)) is dict


class Origins:
    """Where values were written, with names passed on (`inherit`, `a = b`, `a = b.c`) seen through."""

    def __init__(self, evaluator: InstrumentedEvaluator, places: Places) -> None:
        self.recorder = evaluator.recorder
        self.places = places

    def chain(self, cell: Any) -> list[Node]:
        """The nodes from a cell to the definition of its value, each merely another name of the next."""
        if type(cell) is not list:
            return []
        nodes = [self.recorder.node(cell)]
        while True:
            definition = self.places.of(nodes[-1])
            step = self.passed_on(nodes[-1], definition)
            if step is None or step in nodes:
                return nodes
            nodes.append(step)

    def passed_on(self, node: Node, definition: Definition | None) -> Node | None:
        """The node that another merely names."""
        if definition is None or not node.reads:
            return None
        if definition.value is None and definition.kind == FORMAL:
            return None
        value = definition.value
        if value is None or type(value) in (n.Var, n.Select) or is_choice(value, node):
            last = next(reversed(node.reads))
            return last if settled(last.cell) is settled(node.cell) else None
        return None

    def given_by(self, definition: Definition) -> str:
        """How a definition that is an argument was given: the call that it is written in, or ""."""
        parents = definition.parents
        if definition.kind == FORMAL:
            return "default of the argument"
        if parents is None or parents.up is None or type(parents.up.node) is not n.Call:
            return ""
        call = parents.up.node
        return f"argument of {callee_name(call)}" if callee_name(call) else "argument of a function"


def is_atom(value: Any) -> bool:
    """Whether a value has no parts of its own."""
    return type(settled(value)) not in (dict, tuple)
