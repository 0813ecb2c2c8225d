"""`nixlite stale`: what still depends on values that an override replaced.

An attribute is stale if it would be another had the overriding value been there from the start. That is
decided by evaluating a second time with the new values in place of the old definitions, and only for what
read an old value at all. Why it did so is told by the chain of reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import EvalError, NixError
from nixlite.explain.causes import Link, links, path_to, reachable, readers
from nixlite.explain.fixed_output import Trap, traps
from nixlite.explain.history import additions, alias, replacements
from nixlite.explain.leaves import forced, leaf_at, leaves
from nixlite.explain.places import PART
from nixlite.explain.program import locate
from nixlite.explain.recorder import Recorder, Substitute, is_plain, plain, settled
from nixlite.runtime.values import MISSING, PrimOp, PrimOpApp, show_type
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.history import Replacement
    from nixlite.explain.leaves import Leaf
    from nixlite.explain.places import Definition, Label
    from nixlite.explain.program import Examination, Program
    from nixlite.explain.recorder import Node, Place


class Override(NamedTuple):
    """A value that was replaced: *nodes* are the old cell and what it merely names, *origin* the place of the
    old definition, *place* that of the new one, *label* the overriding function; *used_old*: the new was
    made of the old one. *meant*: nothing was replaced, for the package has no such attribute; but it has a
    variable of that name, whose definition *origin* is."""

    name: str
    nodes: list[Node]
    origin: Place
    place: Place
    old: Any
    new: Any
    label: Label | None
    used_old: bool
    meant: bool = False


class Argument(NamedTuple):
    """An argument that `.override` gave: the value before (MISSING: it was not given) and the new one."""

    name: str
    old: Any
    new: Any
    place: Place


class Stale(NamedTuple):
    """An attribute that is behind: its path, its value and what that would be, the chain to the old value."""

    path: tuple[str, ...]
    value: Any
    expected: Any
    key: Any
    expected_key: Any
    override: Override
    links: list[Link]


class Report(NamedTuple):
    """The answer to `stale`; *found* is the evaluation and *attrs* the set that it is about."""

    found: Examination
    attrs: dict[str, Any]
    overrides: list[Override]
    arguments: list[Argument]
    stale: list[Stale]
    traps: list[Trap]


def examine(program: Program, path: Sequence[str]) -> Report:
    """Find what is stale in the set at *path*."""
    found = program.checked()
    attrs = set_at(found, path)
    overrides: list[Override] = []
    for item in replacements(found.recorder, attrs):
        entry = override(found, program, item)
        if entry is not None and not any(
            (e.origin, e.place) == (entry.origin, entry.place) for e in overrides
        ):
            overrides.append(entry)
    parts = leaves(found, attrs)
    overrides += meant(found, attrs, {entry.name for entry in overrides})
    read = candidates(found, attrs, parts, overrides)
    again = program.run(Recorder(substitutes(overrides))) if overrides else found
    stale: list[Stale] = []
    if read and again.error is None:
        other = set_at(again, path)
        for leaf, entry, chain in read:
            answer = leaf_at(again, other, leaf.path)
            if isinstance(answer, NixError) or answer[0] == leaf.key:
                continue
            stale.append(
                Stale(leaf.path, leaf.value, answer[1], leaf.key, answer[0], entry, links(found, chain))
            )
    caught = traps(found, again, path, overrides) if overrides and again.error is None else []
    return Report(found, attrs, overrides, given_arguments(found, program), stale, caught)


def set_at(found: Examination, path: Sequence[str]) -> dict[str, Any]:
    """The set that is asked about."""
    value = found.evaluator.guard(found.recorder.force, locate(found, path).cell)
    if type(value) is not dict:
        raise EvalError(f"only a set has attributes that can be stale; this is {show_type(value)}")
    return value


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
    if written is None:
        return None
    label = found.places.label(written)
    if label is None and written.place[0] not in program.entries:
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
    return Override(item.name, nodes, places[-1], written.place, old, new, label, used_old)


ATTRIBUTE_OVERRIDES = frozenset({"overrideAttrs", "overridePythonAttrs", "overrideDerivation"})


def meant(found: Examination, attrs: dict[str, Any], replaced: set[str]) -> list[Override]:
    """Attributes that an override only added, where the package has a variable of that name.

    `let version = "1"; in mkDerivation { name = "x-${version}"; }` has no `version` that could be overridden:
    whoever gives one meant the variable.
    """
    result: dict[str, Override] = {}
    for item in additions(found.recorder, attrs):
        written = (
            found.places.definition(item.new[2]) if type(item.new) is list and len(item.new) == 3 else None
        )
        label = found.places.label(written) if written is not None else None
        if written is None or label is None or label.what not in ATTRIBUTE_OVERRIDES or item.name in replaced:
            continue
        variable = variable_around(found, item.before, item.name)
        nodes = [node for node in found.recorder.nodes.values() if variable and node.place == variable.place]
        values = [settled(node.cell) for node in nodes]
        if variable is None or not values or values[0] is MISSING or not is_plain(values[0]):
            continue
        _, new = found.recorder.ask(lambda cell=item.new: forced(found, cell))  # type: ignore[misc]
        if not isinstance(new, NixError) and is_plain(new) and plain(new) != plain(values[0]):
            place = variable.place
            result[item.name] = Override(
                item.name, nodes, place, written.place, values[0], new, label, used_old=False, meant=True
            )
    return list(result.values())


def variable_around(found: Examination, attrs: dict[str, Any], name: str) -> Definition | None:
    """The `let` variable, or argument with a default, of that name around the definitions of a set."""
    for cell in attrs.values():
        entry = found.places.definition(cell[2]) if type(cell) is list and len(cell) == 3 else None
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
                _, old = found.recorder.ask(lambda cell=left[name]: forced(found, cell))  # type: ignore[misc]
            _, new = found.recorder.ask(lambda cell=cell: forced(found, cell))  # type: ignore[misc]
            name_package(found, old)
            name_package(found, new)
            result.setdefault(written.place, Argument(name, old, new, written.place))
    return list(result.values())


def name_package(found: Examination, value: Any) -> None:
    """Evaluate what a package is shown by."""
    for name in ("type", "name"):
        if type(value) is dict and name in value:
            found.recorder.ask(lambda cell=value[name]: forced(found, cell))  # type: ignore[misc]


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


def is_told_apart(value: Any) -> bool:
    """Whether a value can be recognised in another evaluation."""
    return is_plain(value) and not callable(value) and not isinstance(value, (NixError, PrimOp, PrimOpApp))


def candidates(
    found: Examination, attrs: dict[str, Any], parts: list[Leaf], overrides: list[Override]
) -> list[tuple[Leaf, Override, list[Node]]]:
    """The leaves that read an old value, with it and the chain of reads."""
    result = []
    old = [node for entry in overrides for node in entry.nodes]
    asked = [node for leaf in parts for node in (leaf.node, *leaf.node.reads) if node.cell is None]
    within = readers([*found.recorder.nodes.values(), *asked], old) if old else set()
    for leaf in parts:
        if any(entry.name == leaf.path[0] and entry.used_old for entry in overrides):
            continue
        chains: list[tuple[int, int, Override, list[Node]]] = []
        for entry in overrides:
            if entry.name != leaf.path[0]:
                chain = path_to(leaf.node, set(entry.nodes), within)
                if chain:
                    chains.append((len(chain), len(chains), entry, chain))
        if chains:
            _, _, entry, chain = min(chains, key=lambda item: item[:2])
            result.append((leaf, entry, chain))
    return result
