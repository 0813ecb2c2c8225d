"""Why something did not follow: the way from it back to the old value, in places that a reader can look at.

`urls` ← `url` (fetch-from-github.nix:40) ← `rev` (pkg.nix:26) ← `version` (pkg.nix:19): each step is a
value that was read for the one before. Where the way leads into a function, that function had the old value
already when the override came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.explain.recording.causes import links, path_to
from nixlite.explain.recording.places import REC
from nixlite.explain.stale.facts import read_for
from nixlite.explain.stale.target import shallow_node
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.recording.causes import Link
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.recording.recorder import Node
    from nixlite.explain.stale.facts import Differing
    from nixlite.explain.stale.target import Origin

REC_SCOPE, LET_SCOPE, ARGUMENT, DEFAULT, OLD_SET, SELECTED, BUILDER = (
    "rec", "let", "argument", "default", "old", "set", "builder",
)  # fmt: skip


class Step(NamedTuple):
    """A value on the way: its name, where it is written, and where the one before it names it (*used*)."""

    name: str
    place: Place | None
    used: Place | None


class Cause(NamedTuple):
    """Why something is behind. *kind* tells what kept the new value out:

    * REC_SCOPE, LET_SCOPE: a `rec` set or `let` means what is written in it, *scope* is where that begins;
    * ARGUMENT, BUILDER: the function *callee*, called at *scope*, had been given the old value; BUILDER: it
      is the package's own builder, and the recipe has no such attribute or it was used up there;
    * DEFAULT: the default of an argument; OLD_SET, SELECTED: it was taken from the set before.
    """

    kind: str
    steps: list[Step]
    callee: str
    scope: Place | None


def cause(found: Examination, row: Differing, origin: Origin) -> Cause:
    """Why a difference to the target is there."""
    recipe = origin.recipe
    nodes = way(found, row.old, origin)
    chain = links(found, nodes) if nodes else []
    steps = steps_of(found, [*nodes, *(found.origins.chain(nodes[-1].cell)[1:] if nodes else [])])
    for link in reversed(chain):
        if link.how == "argument" and link.callee:
            definition = found.places.definition(link.place)
            kind = inner_kind(link, chain)
            return Cause(kind, steps, link.callee, call_place(found, definition))
        if link.how in (REC_SCOPE, LET_SCOPE, DEFAULT, OLD_SET):
            place = scope_place(found, found.places.definition(link.place))
            return Cause(link.how, steps, callee_before(chain), place)
    return Cause(BUILDER, steps, recipe.callee, recipe.place)


def way(found: Examination, cell: Any, origin: Origin) -> list[Node]:
    """The nodes from a lazy to the old value, none where it was not read."""
    if not origin.nodes:
        return []
    start = shallow_node(found, cell)
    return path_to(start, set(origin.nodes), read_for(found, [start]))


def inner_kind(link: Link, chain: list[Link]) -> str:
    """`rec` or `let` where the argument was made of the old value by that, else ARGUMENT."""
    after = chain[chain.index(link) + 1 :]
    return next((item.how for item in after if item.how in (REC_SCOPE, LET_SCOPE)), ARGUMENT)


def callee_before(chain: list[Link]) -> str:
    """The function that used the old value up, nearest to it; the one that the old value's own set is given
    to is the package's builder."""
    return next((item.callee for item in reversed(chain[:-1]) if item.callee), "")


def steps_of(found: Examination, nodes: list[Node]) -> list[Step]:
    """The named values of a way."""
    steps: list[Step] = []
    reader: Definition | None = None
    for node in nodes:
        entry = found.places.of(node)
        if entry is None:
            continue
        if entry.name and entry.kind != "part":
            steps.append(Step(entry.name, entry.place, used_at(found, reader, entry)))
        reader = entry
    return steps


def used_at(found: Examination, reader: Definition | None, entry: Definition) -> Place | None:
    """Where one definition names another, None if it does so nowhere in its own text."""
    if reader is None or reader.value is None:
        return None
    index = found.places.index(reader.place[0])
    for node in walk(reader.value):
        if type(node) is n.Var and node.name == entry.name and index is not None:
            return found.places.at(index.source, node.start)
        if type(node) is n.Select and entry.name in node.path and index is not None:
            return found.places.at(index.source, node.start)
    return None


def call_place(found: Examination, definition: Definition | None) -> Place | None:
    """Where the call begins that a definition is an argument of."""
    at = definition.parents if definition is not None else None
    while at is not None:
        if type(at.node) is n.Call and definition is not None:
            return found.places.at(definition.source, at.node.start)
        at = at.up
    return None


def scope_place(found: Examination, definition: Definition | None) -> Place | None:
    """Where the `rec` set or `let` begins that a definition is in; of a set that a function is called with,
    where that call begins: `buildPythonPackage rec {`."""
    if definition is None or definition.container is None:
        return None
    if definition.kind == REC and definition.parents is not None and definition.parents.up is not None:
        call = definition.parents.up.node
        if type(call) is n.Call:
            return found.places.at(definition.source, call.start)
    return found.places.at(definition.source, definition.container.start)
