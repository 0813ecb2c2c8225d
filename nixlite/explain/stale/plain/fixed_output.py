"""The trap of fixed outputs: a new URL with the old hash gives the old store path, and so the old bytes.

A store path with a fixed output is made of name and hash alone. Nothing is downloaded to find that out: the
paths of the derivations before and after are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.brief import text_of
from nixlite.explain.recording.causes import readers
from nixlite.explain.recording.leaves import ask_for, fetches, leaf_at
from nixlite.explain.recording.program import set_at
from nixlite.runtime.values import ContextString

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.plain.overrides import Override

SOURCES = ("url", "urls", "rev", "tag", "owner", "repo")
"""Attributes that say where something is fetched from."""


class Trap(NamedTuple):
    """A source before and after: *kind* is `same bytes` (another URL, the same hash and store path),
    `old hash` (another URL and name, the same hash) or `only hash`."""

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
        texts = [str(value[1]) for _, key in self.sources for value in elements(key)]
        return next((text for text in texts if text), "?")


def elements(key: Any) -> list[tuple[str, Any]]:
    """The simple values of a list, or the one value that there is, as (type, value)."""
    items = key if type(key) is tuple and key and type(key[0]) is tuple else (key,)
    return [item for item in items if type(item) is tuple and len(item) == 2]


def fetched(found: Examination, value: Any) -> Fetched | None:
    """The facts about a derivation with a fixed output; None for anything else."""
    if type(value) is not dict or not fetches(value) or "outPath" not in value:
        return None
    sources = []
    _, builds = ask_for(found, value.get("drvAttrs", value))
    for name in SOURCES:
        # `passthru` may hide what the builder gets
        holder = builds if type(builds) is dict and name in builds else value
        answer = leaf_at(found, holder, (name,)) if name in holder else None
        if answer is not None and not isinstance(answer, NixError):
            sources.append((name, answer[0]))
    _, path = ask_for(found, value["outPath"])
    _, digest = ask_for(found, value["outputHash"])
    if isinstance(path, NixError) or isinstance(digest, NixError) or not sources:
        return None
    return Fetched(tuple(sources), text_of(digest), text_of(path))


def fetching(found: Examination, attrs: dict[str, Any], overrides: list[Override]) -> dict[str, Any]:
    """The attributes that fetch something and were not replaced themselves."""
    replaced = {entry.name for entry in overrides}
    result = {}
    for name, cell in attrs.items():
        if name not in replaced and name not in ("out", "all"):
            _, value = ask_for(found, cell)
            if type(value) is dict and fetches(value):
                result[name] = value
    return result


def some_fetch_followed(found: Examination, attrs: dict[str, Any], overrides: list[Override]) -> bool:
    """Whether something that is fetched was made of a new value, so that it followed an override."""
    sources = fetching(found, attrs, overrides).values()
    if not any(fetched(found, value) for value in sources):  # which evaluates them
        return False
    places = {entry.place for entry in overrides}
    nodes = found.recorder.forced()
    made = readers(nodes, [node for node in nodes if node.place in places])
    return any(
        type(cell) is list and found.recorder.node(cell) in made
        for value in sources
        for cell in value.values()
    )


def traps(
    found: Examination,
    again: Examination,
    before: Examination | None,
    path: Sequence[str],
    overrides: list[Override],
) -> list[Trap]:
    """The traps of an override: in values that it replaced, in those that were to follow it (*again* has
    what they would be) and in those that did (*before* has what they were)."""
    result: list[Trap] = []
    for entry in overrides:
        trap = compare(entry.name, fetched(found, entry.old), fetched(found, entry.new))
        if trap is not None:
            result.append(trap)
    attrs = set_at(found, path)
    for name, value in fetching(found, attrs, overrides).items():
        trap = compare(name, fetched(found, value), fetched_at(again, path, name))
        if trap is not None and trap.kind == "old hash":
            continue  # what is not fetched from there cannot fail
        if trap is None and before is not None and before.error is None:
            trap = compare(name, fetched_at(before, path, name), fetched(found, value))
        if trap is not None:
            result.append(trap)
    return [*result, *own_trap(found, attrs, overrides)]


def fetched_at(other: Examination, path: Sequence[str], name: str) -> Fetched | None:
    """The facts about an attribute in another evaluation of the same program."""
    attrs = set_at(other, path)
    if name not in attrs:
        return None
    _, value = ask_for(other, attrs[name])
    return fetched(other, value)


def compare(name: str, before: Fetched | None, after: Fetched | None) -> Trap | None:
    """The trap between two states of a source."""
    if before is None or after is None:
        return None
    elsewhere = any(old != new for old, new in zip(before.sources, after.sources, strict=False))
    facts = (name, before.shown, after.shown, before.path, after.path, after.hash)
    if elsewhere and before.hash == after.hash:
        return Trap("same bytes" if before.path == after.path else "old hash", *facts)
    if not elsewhere and before.hash != after.hash:
        return Trap("only hash", *facts)
    return None


def own_trap(found: Examination, attrs: dict[str, Any], overrides: list[Override]) -> list[Trap]:
    """The trap where the overridden set is itself what fetches."""
    here = fetched(found, attrs)
    replaced = {entry.name: entry for entry in overrides}
    elsewhere = [replaced[name] for name in ("url", "urls", "rev") if name in replaced]
    if here is None or not elsewhere or {"outputHash", "name", "hash", "sha256"} & set(replaced):
        return []
    old = elsewhere[0].old
    before = text_of(old) if type(old) in (str, ContextString) else "the old one"
    return [Trap("same bytes", "", before, here.shown, here.path, here.path, here.hash)]
