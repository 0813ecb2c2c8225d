"""What a change of a package set reaches: which derivations are others now, which stay, and because of what.

Two versions of a set are evaluated, not built. A package changes if its output paths do: then it has to be
built anew. (Its .drv file may be another one even so, if a source is downloaded by another curl.) Changes
have an origin, a derivation that differs by itself, and from there go on to everything that uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.diff.derivations import (
    DerivationComparison,
    base_of,
    drv_name,
    drv_path_of,
    same_outputs,
)
from nixlite.runtime.show import is_derivation
from nixlite.runtime.thunk import force

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.explain.diff.derivations import DerivationDiff
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy
    from nixlite.store.store import Store

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"


class Packages(NamedTuple):
    """The packages of a set: .drv paths by attribute path, and messages for those that fail."""

    found: dict[str, str]
    failed: dict[str, str]


class Row(NamedTuple):
    """One package: its .drv file before and after, where there is one."""

    attribute: str
    status: str
    old: str | None
    new: str | None


class Impact(NamedTuple):
    """What a change does.

    *rows*: the packages. *failed*: messages by attribute. *pairs*: for each derivation that changes in their
    closures the one that it was. *users*: by .drv path, the changed derivations that use it. *origins*: those
    that differ by themselves, with what differs. *closure*: how many derivations the closures have.
    """

    rows: list[Row]
    failed: dict[str, str]
    pairs: dict[str, str | None]
    users: dict[str, list[str]]
    origins: dict[str, list[str]]
    closure: int

    def count(self, status: str) -> int:
        """How many packages have a status."""
        return sum(row.status == status for row in self.rows)


def packages_of(value: Lazy, state: State, only: Iterable[str] = ()) -> Packages:
    """The derivations in a set, and in sets in it that have `recurseForDerivations`; failures are kept.

    A derivation stands for itself, under its name. *only*: the attribute paths to look at, if not all.
    """
    packages = Packages({}, {})
    wanted = list(only)
    if wanted:
        for path in wanted:
            take(value, path.split("."), path, state, packages)
        return packages
    collect(value, "", state, packages, set())
    return packages


def take(value: Lazy, parts: list[str], path: str, state: State, packages: Packages) -> None:
    """Add what one attribute path leads to, if there is anything."""
    try:
        for part in parts:
            attrs = force(value)
            if type(attrs) is not dict or part not in attrs:
                return
            value = attrs[part]
    except NixError as error:
        packages.failed[path] = first_line(error)
        return
    collect(value, path, state, packages, set())


def collect(value: Lazy, path: str, state: State, packages: Packages, seen: set[int]) -> None:
    """Add the derivations in one value."""
    try:
        attrs = force(value)
        if type(attrs) is not dict or id(attrs) in seen:
            return
        if is_derivation(attrs):
            drv_path = drv_path_of(attrs, state)
            packages.found[path or drv_name(drv_path)] = drv_path
            return
        seen.add(id(attrs))
        if path and force(attrs.get("recurseForDerivations", False)) is not True:
            return
    except NixError as error:
        packages.failed[path] = first_line(error)
        return
    for name in sorted(attrs):
        collect(attrs[name], f"{path}.{name}" if path else name, state, packages, seen)


def first_line(error: NixError) -> str:
    """What went wrong, in short."""
    return error.message.split("\n", 1)[0]


def compare_packages(old: Packages, new: Packages, store: Store) -> Impact:
    """The difference that the change from *old* to *new* makes."""
    rows = []
    for name in sorted({**old.found, **new.found}):
        before, after = old.found.get(name), new.found.get(name)
        rows.append(Row(name, status_of(before, after, store), before, after))
    walk = _Walk(store)
    for row in rows:
        if row.status == CHANGED and row.old and row.new:
            walk.add(row.old, row.new)
    reached = store.closure(new.found.values())
    closure = sum(path.endswith(".drv") for path in reached)
    return Impact(rows, {**old.failed, **new.failed}, walk.pairs, walk.users, walk.origins, closure)


def status_of(old: str | None, new: str | None, store: Store) -> str:
    """What has become of a derivation."""
    if old is None or new is None:
        return ADDED if old is None else REMOVED
    if old == new or same_outputs(store.read_derivation(old), store.read_derivation(new)):
        return SAME
    return CHANGED


class _Walk:
    """Going through pairs of derivations that differ; each new one once."""

    def __init__(self, store: Store) -> None:
        self.comparison = DerivationComparison(store)
        self.pairs: dict[str, str | None] = {}
        self.users: dict[str, list[str]] = {}
        self.origins: dict[str, list[str]] = {}

    def add(self, old: str, new: str) -> None:
        """Take a pair, with the changed inputs beneath it."""
        if old != new:
            self.visit(self.comparison.compare(old, new))

    def visit(self, found: DerivationDiff) -> None:
        """Take one difference, unless it is known."""
        new = found.new_path
        if new in self.pairs or found.same_outputs:
            return
        self.pairs[new] = found.old_path
        reasons = [change.what for change in found.changes]
        if reasons:
            self.origins[new] = reasons
        for below in found.inputs:
            if below.same_outputs:
                continue
            self.users.setdefault(below.new_path, []).append(new)
            self.visit(below)


def origins_of(impact: Impact, drv_path: str) -> list[str]:
    """The derivations that differ by themselves among what a changed one is made of, itself included."""
    inputs: dict[str, list[str]] = {}
    for used, users in impact.users.items():
        for user in users:
            inputs.setdefault(user, []).append(used)
    found, todo, seen = [], [drv_path], {drv_path}
    while todo:
        path = todo.pop()
        if path in impact.origins:
            found.append(path)
        for below in inputs.get(path, ()):
            if below not in seen:
                seen.add(below)
                todo.append(below)
    return sorted(found, key=drv_name)


# -- do two packages share their dependencies?


class Variant(NamedTuple):
    """A dependency that is there in two variants: .drv paths, and why: what differs by itself beneath."""

    name: str
    old: str
    new: str
    reasons: list[str]


class Sharing(NamedTuple):
    """What two closures have in common: .drv paths on both sides, in two variants, on one side only."""

    common: list[str]
    variants: list[Variant]
    only_old: list[str]
    only_new: list[str]


def compare_closures(old: str, new: str, store: Store) -> Sharing:
    """Which derivations two derivations share, without themselves."""
    before = {path for path in store.closure([old]) if path.endswith(".drv") and path not in (old, new)}
    after = {path for path in store.closure([new]) if path.endswith(".drv") and path not in (old, new)}
    outputs = {path: by_outputs(path, store) for path in before | after}
    shared = {outputs[path] for path in before} & {outputs[path] for path in after}
    common = {path for path in before if outputs[path] in shared}
    before, after = ({path for path in side if outputs[path] not in shared} for side in (before, after))
    left, right = sorted(before - after, key=drv_name), sorted(after - before, key=drv_name)
    variants = []
    by_name: dict[str, list[str]] = {}
    for path in right:
        by_name.setdefault(base_of(drv_name(path)), []).append(path)
    only_old = []
    for path in left:
        partners = by_name.get(base_of(drv_name(path)), [])
        if partners:
            partner = partners.pop(0)
            variants.append(Variant(base_of(drv_name(path)), path, partner, reasons(path, partner, store)))
        else:
            only_old.append(path)
    only_new = sorted((path for paths in by_name.values() for path in paths), key=drv_name)
    return Sharing(sorted(common, key=drv_name), variants, only_old, only_new)


def by_outputs(drv_path: str, store: Store) -> tuple[str, ...]:
    """What two derivations have in common if they make the same: the output paths, else the .drv file."""
    paths = [output.path for output in store.read_derivation(drv_path).outputs.values()]
    return tuple(paths) if all(paths) else (drv_path,)


def reasons(old: str, new: str, store: Store) -> list[str]:
    """Why two derivations differ: `name: what`, for all that differ by themselves."""
    walk = _Walk(store)
    walk.add(old, new)
    return [f"{drv_name(path)}: {', '.join(what)}" for path, what in sorted(walk.origins.items())]
