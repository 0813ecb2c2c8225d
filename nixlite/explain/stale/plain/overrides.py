"""What the overrides of a set have replaced, added and given: the values before and after, and where.

What a library does among itself is no override: its builders put attributes together with `//` as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.recording.causes import reachable
from nixlite.explain.recording.history import additions, alias, replacements
from nixlite.explain.recording.leaves import ask_for
from nixlite.explain.recording.notes import Substitute
from nixlite.explain.recording.places import PART
from nixlite.explain.recording.recorder import is_plain, place_of, plain, settled
from nixlite.runtime.values import MISSING, PrimOp, PrimOpApp
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.explain.recording.history import Replacement
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition, Label
    from nixlite.explain.recording.program import Examination, Program
    from nixlite.explain.recording.recorder import Node


class Override(NamedTuple):
    """A value that was replaced: *nodes* are the old cell and what it merely names, *origin* the place of
    the old definition, *place* that of the new one, *label* the overriding function. *own*: it is in a
    source that the user named; *used_old*: the new was made of the old one. *meant*: nothing was replaced,
    for the package has no such attribute; but it has a variable of that name, whose definition *origin*
    is."""

    name: str
    nodes: list[Node]
    origin: Place
    place: Place
    old: Any
    new: Any
    label: Label | None
    own: bool
    used_old: bool
    meant: bool = False


class Argument(NamedTuple):
    """An argument that `.override` gave: the value before (MISSING: it was not given) and the new one."""

    name: str
    old: Any
    new: Any
    place: Place


BUILDERS = frozenset({"extendMkDerivation"})
"""Functions of libraries that look like overriding ones: they make builders such as `buildPythonPackage`."""


def overrides_of(found: Examination, program: Program, attrs: dict[str, Any]) -> list[Override]:
    """Every override on the way to a set, oldest first, each once."""
    result: list[Override] = []
    for item in replacements(found.recorder, attrs):
        entry = override(found, program, item)
        if entry is not None and not any((e.origin, e.place) == (entry.origin, entry.place) for e in result):
            result.append(entry)
    return result


def override(found: Examination, program: Program, item: Replacement) -> Override | None:
    """A replaced attribute as an override of the user's: one in a source that was named, or in the argument
    of an overriding function. What libraries do among themselves is none."""
    if type(item.new) is not list or type(item.old) is not list:
        return None
    node, new = found.recorder.ask(lambda: found.evaluator.guard(found.recorder.force, item.new))
    _, old = found.recorder.ask(lambda: found.evaluator.guard(found.recorder.force, item.old))
    if isinstance(new, NixError):
        return None
    written = found.places.of(found.recorder.node(item.new))
    if written is None or (callable(new) and not callable(old)):
        return None
    label = found.places.label(written)
    own = written.place[0] in program.entries
    if not own and (label is None or label.what in BUILDERS):
        return None
    if not isinstance(old, NixError) and is_plain(old) and is_plain(new) and plain(old) == plain(new):
        return None
    for value in (old, new):
        name_package(found, value)
    nodes = own_chain(found, item)
    places = [entry.place for entry in nodes if entry.place is not None]
    if not places:
        return None
    used_old = not reachable(node).isdisjoint(nodes)
    return Override(item.name, nodes, places[-1], written.place, old, new, label, own, used_old)


ATTRIBUTE_OVERRIDES = frozenset({"overrideAttrs", "overridePythonAttrs", "overrideDerivation"})


def meant(
    found: Examination, program: Program, attrs: dict[str, Any], known: list[Override]
) -> list[Override]:
    """Attributes that an override only added, where the package has a variable of that name.

    `let version = "1"; in mkDerivation { name = "x-${version}"; }` has no `version` that could be
    overridden: whoever gives one meant the variable.
    """
    result: dict[str, Override] = {}
    replaced = {entry.name for entry in known}
    for item in additions(found.recorder, attrs):
        written = (
            found.places.definition(item.new[2]) if type(item.new) is list and len(item.new) == 3 else None
        )
        label = found.places.label(written) if written is not None else None
        if written is None or label is None or label.what not in ATTRIBUTE_OVERRIDES or item.name in replaced:
            continue
        variable = variable_around(found, item.before, item.name)
        nodes = found.recorder.forced_at(variable.place) if variable is not None else []
        values = [settled(node.cell) for node in nodes]
        if variable is None or not values or values[0] is MISSING or not is_plain(values[0]):
            continue
        _, new = ask_for(found, item.new)
        if not isinstance(new, NixError) and is_plain(new) and plain(new) != plain(values[0]):
            place, own = variable.place, written.place[0] in program.entries
            result[item.name] = Override(
                item.name, nodes, place, written.place, values[0], new, label, own, used_old=False, meant=True
            )
    return list(result.values())


def variable_around(found: Examination, attrs: dict[str, Any], name: str) -> Definition | None:
    """The `let` variable, or argument with a default, of that name around the definitions of a set."""
    for cell in attrs.values():
        entry = found.places.definition(place_of(cell))
        parents = entry.parents if entry is not None else None
        while parents is not None:
            node: Any = parents.node
            binding: Any = None
            if type(node) is n.Let:
                binding = node.attrs.bindings.get(name)
            elif type(node) is n.Lambda and node.formals is not None:
                binding = next((f for f in node.formals.items if f.name == name and f.default), None)
            if binding is not None and entry is not None:
                return found.places.definition(found.places.at(entry.source, binding.pos))
            parents = parents.up
    return None


def given_arguments(found: Examination, program: Program) -> list[Argument]:
    """What the program's own `.override { … }` gave."""
    result: dict[Place, Argument] = {}
    for made in list(found.recorder.made.values()):
        if made.how != "//":
            continue
        left, right = made.sources
        for name, cell in right.items():
            if type(cell) is not list or len(cell) != 3 or cell[2][0] not in program.entries:
                continue
            written = found.places.definition(cell[2])
            label = found.places.label(written) if written is not None else None
            if written is None or label is None or label.what != "override" or written.kind == PART:
                continue
            old = MISSING
            if name in left:
                _, old = ask_for(found, left[name])
            _, new = ask_for(found, cell)
            name_package(found, old)
            name_package(found, new)
            result.setdefault(written.place, Argument(name, old, new, written.place))
    return list(result.values())


def name_package(found: Examination, value: Any) -> None:
    """Evaluate what a package is shown by."""
    for name in ("type", "name"):
        if type(value) is dict and name in value:
            ask_for(found, value[name])


def own_chain(found: Examination, item: Replacement) -> list[Node]:
    """The old cell and what it merely names, up to another attribute of the same set: that one stays."""
    others = {id(alias(cell)) for name, cell in item.before.items() if name != item.name}
    nodes: list[Node] = []
    for node in found.origins.chain(item.old):
        if nodes and id(node.cell) in others:
            break
        nodes.append(node)
    return nodes


def substitutes(overrides: list[Override]) -> dict[Place, Substitute]:
    """The definitions to be taken for others: every old one for the last new one of its name."""
    newest = {entry.name: entry for entry in overrides}
    result: dict[Place, Substitute] = {}
    for entry in overrides:
        last = newest[entry.name]
        old = entry.old if is_told_apart(entry.old) else MISSING
        result[entry.origin] = Substitute(old, last.new)
        if entry.used_old:  # it would be made of the new value now
            result[entry.place] = Substitute(MISSING, last.new)
    return result


def undone(overrides: list[Override]) -> dict[Place, Substitute]:
    """The new definitions to be taken for the old ones, where the old values can be said."""
    return {entry.place: Substitute(MISSING, entry.old) for entry in overrides if is_told_apart(entry.old)}


def is_told_apart(value: Any) -> bool:
    """Whether a value can be recognised in another evaluation."""
    return is_plain(value) and not callable(value) and not isinstance(value, (NixError, PrimOp, PrimOpApp))
