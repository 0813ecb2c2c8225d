"""What is downloaded: the sources of a package, and of what was made for it, before and after its
overrides.

A store path with a fixed output is made of name and hash alone. So another URL with the old hash is the old
source, in silence, as long as the name is the same; with another name it is fetched and refused. Nothing is
downloaded to find that out: the derivations before and after are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.explain.stale.facts import built_from, fetched, is_fixed, is_package, is_placeholder, value_of

if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.facts import Fetched

OLD_BYTES = "old bytes"
MISMATCH = "hash mismatch"
ONLY_HASH = "only hash"
PLACEHOLDER = "placeholder"
ELSEWHERE = "moved"
STAYED = "stayed"


class Source(NamedTuple):
    """Something that is fetched for a package: *path* leads to it (empty: the package itself).

    *kind*: OLD_BYTES (from elsewhere, the same hash and store path), MISMATCH (from elsewhere, under
    another name, the old hash), ONLY_HASH (another hash for the same place), PLACEHOLDER (the hash asks for
    the right one), ELSEWHERE (place and hash are others), STAYED (the same derivation, or the same place and
    hash).
    """

    path: tuple[str, ...]
    kind: str
    before: Fetched
    after: Fetched
    owner: str = ""

    @property
    def trap(self) -> bool:
        """Whether what is built is not what was meant, or the build fails."""
        return self.kind in (OLD_BYTES, MISMATCH)

    @property
    def shown(self) -> str:
        """What it is called."""
        name = ".".join(self.path) or "the source itself"
        return f"{name}` of `{self.owner}" if self.owner else name


def sources(
    found: Examination, before: Any, after: Any, path: tuple[str, ...] = (), deep: int = 3
) -> list[Source]:
    """The sources of a package before and after, and those of what was made for it with a fixed output."""
    if not is_package(found, before) or not is_package(found, after) or not deep:
        return []
    result = []
    if is_fixed(found, before) and is_fixed(found, after):
        a, b = fetched(found, before), fetched(found, after)
        if a is not None and b is not None:
            result.append(Source(path, kind_of(a, b), a, b))
    old, new = built_from(found, before), built_from(found, after)
    for name in sorted(old.keys() & new.keys()):
        first, second = value_of(found, old[name]), value_of(found, new[name])
        both = is_package(found, first) and is_package(found, second)
        if both and is_fixed(found, first) and is_fixed(found, second):
            result += sources(found, first, second, (*path, name), deep - 1)
    return result


def kind_of(before: Fetched, after: Fetched) -> str:
    """How a source changed."""
    elsewhere = before.what != after.what
    if before.digest == after.digest:
        if not elsewhere:
            return STAYED
        return OLD_BYTES if before.path == after.path else MISMATCH
    if is_placeholder(after.digest):
        return PLACEHOLDER
    return ELSEWHERE if elsewhere else ONLY_HASH
