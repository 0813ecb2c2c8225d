"""The trap of fixed outputs: a new URL with the old hash gives the old store path, and so the old bytes.

A store path with a fixed output is made of name and hash alone. Nothing is downloaded to find that out: the
paths of the derivations before and after are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.brief import text_of
from nixlite.explain.leaves import fetches, forced, leaf_at
from nixlite.runtime.values import ContextString

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.program import Examination
    from nixlite.explain.stale import Override

SOURCES = ("url", "urls", "rev", "tag", "owner", "repo")
"""Attributes that say where something is fetched from."""


class Trap(NamedTuple):
    """A source before and after: *kind* is `same bytes` (another URL, the same hash) or `only hash`."""

    kind: str
    path: str
    before: str
    after: str
    old_path: str
    new_path: str
    hash: str


class Fetched(NamedTuple):
    """What a fetching derivation fetches, and to where."""

    sources: tuple[tuple[str, Any], ...]
    hash: str
    path: str

    @property
    def shown(self) -> str:
        """Where from, in one word."""
        for _, value in self.sources:
            if type(value) is tuple and value and type(value[0]) is tuple:
                return str(value[0][1])
            return str(value[1] if type(value) is tuple and len(value) > 1 else value)
        return "?"


def fetched(found: Examination, value: Any) -> Fetched | None:
    """The facts about a derivation with a fixed output; None for anything else."""
    if type(value) is not dict or not fetches(value):
        return None
    sources = []
    _, builds = found.recorder.ask(lambda: forced(found, value.get("drvAttrs", value)))
    for name in SOURCES:
        # `passthru` may hide what the builder gets
        holder = builds if type(builds) is dict and name in builds else value
        answer = leaf_at(found, holder, (name,)) if name in holder else None
        if answer is not None and not isinstance(answer, NixError):
            sources.append((name, answer[0]))
    _, path = found.recorder.ask(lambda: forced(found, value["outPath"]))
    _, digest = found.recorder.ask(lambda: forced(found, value["outputHash"]))
    if isinstance(path, NixError) or isinstance(digest, NixError) or not sources:
        return None
    return Fetched(tuple(sources), text_of(digest), text_of(path))


def traps(
    found: Examination, again: Examination, path: Sequence[str], overrides: list[Override]
) -> list[Trap]:
    """The traps of an override: in values that it replaced, and in those that were to follow it."""
    from nixlite.explain.stale import set_at

    result: list[Trap] = []
    for entry in overrides:
        trap = compare(entry.name, fetched(found, entry.old), fetched(found, entry.new))
        if trap is not None:
            result.append(trap)
    replaced = {entry.name for entry in overrides}
    attrs, other = set_at(found, path), set_at(again, path)
    for name in attrs:
        if name in replaced or name in ("out", "all") or name not in other:
            continue
        _, value = found.recorder.ask(lambda cell=attrs[name]: forced(found, cell))  # type: ignore[misc]
        if type(value) is dict and fetches(value):
            _, follows = again.recorder.ask(lambda cell=other[name]: forced(again, cell))  # type: ignore[misc]
            trap = compare(name, fetched(found, value), fetched(again, follows))
            if trap is not None:
                result.append(trap)
    return [*result, *own_trap(found, attrs, overrides)]


def compare(name: str, before: Fetched | None, after: Fetched | None) -> Trap | None:
    """The trap between two states of a source."""
    if before is None or after is None:
        return None
    moved = any(old != new for old, new in zip(before.sources, after.sources, strict=False))
    if moved and before.path == after.path:
        return Trap("same bytes", name, before.shown, after.shown, before.path, after.path, before.hash)
    if not moved and before.hash != after.hash:
        return Trap("only hash", name, before.shown, after.shown, before.path, after.path, after.hash)
    return None


def own_trap(found: Examination, attrs: dict[str, Any], overrides: list[Override]) -> list[Trap]:
    """The trap where the overridden set is itself what fetches."""
    here = fetched(found, attrs)
    replaced = {entry.name: entry for entry in overrides}
    moved = [replaced[name] for name in ("url", "urls", "rev") if name in replaced]
    if here is None or not moved or {"outputHash", "name", "hash", "sha256"} & set(replaced):
        return []
    old = moved[0].old
    before = text_of(old) if type(old) in (str, ContextString) else "the old one"
    return [Trap("same bytes", "", before, here.shown, here.path, here.path, here.hash)]
