"""`nixlite stale`: what still depends on values that an override replaced.

An attribute is stale if it would be another had the overriding value been there from the start. That is
decided by evaluating a second time with the new values in place of the old definitions, and only for what
read an old value at all. Why it did so is told by the chain of reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.recording.causes import Link, links, path_to, readers
from nixlite.explain.recording.leaves import leaf_at, leaves
from nixlite.explain.recording.program import set_at
from nixlite.explain.recording.recorder import Recorder
from nixlite.explain.stale.plain.fixed_output import Trap, some_fetch_followed, traps
from nixlite.explain.stale.plain.overrides import (
    Argument,
    Override,
    given_arguments,
    meant,
    overrides_of,
    substitutes,
    undone,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.leaves import Leaf
    from nixlite.explain.recording.program import Examination, Program
    from nixlite.explain.recording.recorder import Node


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
    overrides = overrides_of(found, program, attrs)
    parts = leaves(found, attrs)
    overrides += meant(found, program, attrs, overrides)
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
    caught: list[Trap] = []
    if overrides and again.error is None:
        followed = some_fetch_followed(found, attrs, overrides)
        before = program.run(Recorder(undone(overrides))) if followed else None
        caught = traps(found, again, before, path, overrides)
    return Report(found, attrs, overrides, given_arguments(found, program), stale, caught)


def candidates(
    found: Examination, attrs: dict[str, Any], parts: list[Leaf], overrides: list[Override]
) -> list[tuple[Leaf, Override, list[Node]]]:
    """The leaves that read an old value, with it and the chain of reads."""
    result = []
    old = [node for entry in overrides for node in entry.nodes]
    asked = [node for leaf in parts for node in (leaf.node, *leaf.node.reads) if node.cell is None]
    within = readers([*found.recorder.forced(), *asked], old) if old else set()
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
