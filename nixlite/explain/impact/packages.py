"""What a change of a package set reaches: which derivations are others now, which stay, and because of what.

Two versions of a set are evaluated, not built. A package changes if its output paths do. Its .drv file may be
another one even so, if a source is downloaded by another curl. Changes have an origin, a derivation that
differs by itself, and from there go on to everything that uses it. What has an output that the old version
had nowhere has to be built again.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, NamedTuple

from nixlite.explain.diff.derivations import Change, DerivationComparison, Own
from nixlite.explain.diff.pairing import alike, base_of, by_name, drv_name
from nixlite.explain.diff.verdict import origins_in
from nixlite.explain.impact.survey import Packages, first_line, packages_of, split_last

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.explain.impact.table import Table

__all__ = ["Packages", "compare_packages", "first_line", "packages_of"]

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"
BROKEN, MENDED = "broken", "mended"
"""What could be evaluated before and cannot be now, and the other way round."""


class Row(NamedTuple):
    """One package: its .drv file before and after, where there is one.

    *build*: whether one of its outputs is nowhere in the old version. *causes*: the origins of the change.
    """

    attribute: str
    status: str
    old: str | None
    new: str | None
    build: bool = False
    causes: tuple[str, ...] = ()


class Failure(NamedTuple):
    """Why a package could not be evaluated, in the old and in the new version; None where it could."""

    old: str | None
    new: str | None


class Impact(NamedTuple):
    """What a change does.

    *rows*: the packages. *failed*: what could not be evaluated, by attribute. *pairs*: for each derivation to
    be built again the one that it was, if one was. *users*: by .drv path, those of them that use it.
    *origins*: those that differ by themselves, with what differs. *closure*: how many derivations all
    packages are made of. *drv_files*: how many of these have .drv files that the old version had not, *same*
    of them with the same outputs. *outputs*: how many outputs it had not, *downloads* of them by downloading.
    *spared*: by origin, packages that stay because they are made with another derivation of its name, the
    nearest of each kind first. *unused*: packages that are new and that no other package uses; with the
    attribute of what is like it and in use, if any, and how many packages use that.
    """

    rows: list[Row]
    failed: dict[str, Failure]
    pairs: dict[str, str | None]
    users: dict[str, list[str]]
    origins: dict[str, list[Change]]
    closure: int
    drv_files: int
    same: int
    outputs: int
    downloads: int
    spared: dict[str, list[str]]
    unused: dict[str, tuple[str, int] | None]

    def count(self, status: str) -> int:
        """How many packages have a status."""
        return sum(row.status == status for row in self.rows)

    @property
    def nothing(self) -> bool:
        """Whether nothing changes, and nothing fails that did not."""
        fails = any(one.old is None for one in self.failed.values())
        return not fails and all(row.status == SAME for row in self.rows)


def compare_packages(old: Packages, new: Packages, table: Table) -> Impact:
    """The difference that the change from *old* to *new* makes; their derivations are in *table*."""
    before, after = table.closure(old.found.values()), table.closure(new.found.values())
    had = table.products(before)
    changed = {path for path in after - before if any(one not in had for one in table.products([path]))}
    walk = _Walk(table, changed)
    rows = [row_of(name, old, new, table, changed) for name in sorted({**old.found, **new.found})]
    walk.run([(row.old, row.new) for row in rows if row.old and row.new])
    origins = list(walk.origins)
    reached = reach(table, changed, {path: 1 << at for at, path in enumerate(origins)})
    rows = [
        row._replace(causes=chosen(origins, reached[row.new])) if row.new in reached else row for row in rows
    ]
    failed = {
        name: Failure(old.failed.get(name), new.failed.get(name))
        for name in sorted({**old.failed, **new.failed})
    }
    fresh = table.products(changed) - had
    return Impact(
        rows,
        failed,
        {path: walk.pairs.get(path) for path in sorted(changed, key=by_name)},
        users_of(table, changed),
        walk.origins,
        len(after),
        len(after - before),
        len(after - before - changed),
        len(fresh),
        len(fresh & table.products(path for path in changed if table.entries[path].fixed)),
        spared(table, rows, walk, after - changed),
        unused(table, rows, after),
    )


def row_of(name: str, old: Packages, new: Packages, table: Table, changed: set[str]) -> Row:
    """What has become of one package."""
    before, after = old.found.get(name), new.found.get(name)
    if before is None:
        status = MENDED if fails(name, old) else ADDED
    elif after is None:
        status = BROKEN if fails(name, new) else REMOVED
    else:
        status = SAME if table.same_outputs(before, after) else CHANGED
    return Row(name, status, before, after, after in changed)


def fails(name: str, packages: Packages) -> bool:
    """Whether a package, or a set that it is in, could not be evaluated."""
    while name:
        if name in packages.failed:
            return True
        name = split_last(name)[0]
    return False


class _Walk:
    """Going through pairs of derivations that differ, from the packages down; each new one once."""

    def __init__(self, table: Table, changed: set[str]) -> None:
        self.table = table
        self.changed = changed
        self.comparison = DerivationComparison(table)
        self.pairs: dict[str, str | None] = {}
        self.origins: dict[str, list[Change]] = {}

    def run(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Take these pairs, those of one name first, and all beneath them."""
        todo = deque(sorted(pairs, key=lambda pair: (not alike(*pair), pair)))
        while todo:
            old, new = todo.popleft()
            if new in self.pairs or new not in self.changed:
                continue
            self.pairs[new] = old
            changes, below, _ = self.own(old, new)
            changes = changes + [self.exchanged(*pair) for pair in below if self.is_exchanged(*pair)]
            if changes:
                self.origins[new] = changes
            todo += below

    def own(self, old: str, new: str) -> Own:
        """How two derivations differ by themselves; a close look only where they say other things."""
        first, second = self.table.entries[old], self.table.entries[new]
        a, b = first.inputs, second.inputs
        hidden = len(a) - first.unnamed
        if (
            first.shape == second.shape
            and len(a) == len(b)
            and a[hidden:] == b[hidden:]
            and all(x == y or alike(x, y) for x, y in zip(a, b, strict=True))
        ):
            return Own([], [(x, y) for x, y in zip(a, b, strict=True) if x != y], [])
        return self.comparison.own(old, new)

    def is_exchanged(self, old: str, new: str) -> bool:
        """Whether the one input stands for the other, and is not new: nothing beneath it says why."""
        return new not in self.changed and not self.table.same_outputs(old, new)

    def exchanged(self, old: str, new: str) -> Change:
        """The reason that this is for what uses them; with the nearest derivations of other names, if any."""
        name = drv_name(new)
        for _, one in origins_in(self.comparison.compare(old, new)):
            if drv_name(one.old_path) != drv_name(one.new_path):
                name += f" ({one.name})"
                break
        return Change(f"input {name}", old, new)


def reach(table: Table, within: set[str], marks: dict[str, int]) -> dict[str, int]:
    """By derivation of *within*: the bits of all that it is made of, itself included, within *within*."""
    found: dict[str, int] = {}
    for root in within:
        todo = [root]
        while todo:
            path = todo[-1]
            if path in found:
                todo.pop()
                continue
            inputs = [below for below in table.entries[path].inputs if below in within]
            waiting = [below for below in inputs if below not in found]
            if waiting:
                todo += waiting
                continue
            bits = marks.get(path, 0)
            for below in inputs:
                bits |= found[below]
            found[path] = bits
            todo.pop()
    return found


def chosen(names: list[str], bits: int) -> tuple[str, ...]:
    """The names whose bits are set, by the names of the derivations."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(names[lowest.bit_length() - 1])
        bits ^= lowest
    return tuple(sorted(found, key=by_name))


def users_of(table: Table, changed: set[str]) -> dict[str, list[str]]:
    """By derivation that changes: those of the others that use it."""
    users: dict[str, list[str]] = {}
    for path in sorted(changed, key=by_name):
        for below in table.entries[path].inputs:
            if below in changed:
                users.setdefault(below, []).append(path)
    return users


MOST_SPARED = 10
"""Of how many origins this is found out."""


def spared(table: Table, rows: list[Row], walk: _Walk, staying: set[str]) -> dict[str, list[str]]:
    """See `Impact`."""
    by_name: dict[str, list[str]] = {}
    for path in staying:
        if not table.entries[path].fixed:
            by_name.setdefault(drv_name(path), []).append(path)
    origins = [new for new in walk.origins if drv_name(walk.pairs[new] or new) in by_name]
    if not origins:
        return {}
    users: dict[str, list[str]] = {}
    for path in staying:
        for below in table.entries[path].inputs:
            users.setdefault(below, []).append(path)
    found = {}
    for new in origins[:MOST_SPARED]:
        distance = dict.fromkeys(by_name[drv_name(walk.pairs[new] or new)], 0)
        todo = list(distance)
        for path in todo:  # which grows
            for user in users.get(path, ()):
                if user not in distance:
                    distance[user] = distance[path] + 1
                    todo.append(user)
        those = [row for row in rows if row.status == SAME and row.new and distance.get(row.new)]
        if those:
            those.sort(key=lambda row: distance[row.new or ""])
            kinds: dict[str, str] = {}
            for row in those:
                kind = base_of(drv_name(row.new or ""))
                kinds[kind] = min(kinds.get(kind, row.attribute), row.attribute, key=len)
            found[new] = list(dict.fromkeys([*kinds.values(), *(row.attribute for row in those)]))
    return found


def unused(table: Table, rows: list[Row], after: set[str]) -> dict[str, tuple[str, int] | None]:
    """See `Impact`."""
    added = [row for row in rows if row.status == ADDED and row.new]
    if not added:
        return {}
    used = {below for path in after for below in table.entries[path].inputs}
    users = Counter(
        below for path in {row.new for row in rows if row.new} for below in table.entries[path].inputs
    )
    like: dict[str, tuple[int, str]] = {}
    for row in rows:
        if row.new in used:
            base = base_of(drv_name(row.new))
            like[base] = max(like.get(base, (0, "")), (users[row.new], row.attribute))
    found: dict[str, tuple[str, int] | None] = {}
    for row in added:
        if row.new and row.new not in used:
            count, attribute = like.get(base_of(drv_name(row.new)), (0, ""))
            found[row.attribute] = (attribute, count) if attribute else None
    return found
