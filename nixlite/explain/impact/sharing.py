"""Do two packages share what they are made of? What is there once, what in several variants, and why?

Two variants of one package are trouble where both end up in one program: two numpys in one Python. So
variants are looked for among what packages are linked with and what they import, not among the compilers and
tools that they are built with, which have older variants of much on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.explain.diff.derivations import DerivationComparison, fields
from nixlite.explain.diff.pairing import base_of, by_name, drv_name, uses_of

if TYPE_CHECKING:
    from nixlite.explain.diff.derivations import Change, DerivationDiff
    from nixlite.explain.impact.table import Table

TOOLS = frozenset(
    (
        "builder", "stdenv", "shell", "initialPath", "defaultNativeBuildInputs", "nativeBuildInputs",
        "propagatedNativeBuildInputs", "depsBuildBuild", "depsBuildBuildPropagated", "depsBuildTarget",
        "depsBuildTargetPropagated", "nativeCheckInputs", "checkInputs", "nativeInstallCheckInputs", "cc",
        "src", "srcs", "patches",
    )
)  # fmt: skip
"""Variables that name what a package is built with and from."""


class One(NamedTuple):
    """One variant of a dependency: how the first package comes to use it and how the second does.

    A way has the .drv paths from the package's own to the variant, both included; None: it does not use it.
    """

    path: str
    old_way: list[str] | None
    new_way: list[str] | None


class Variants(NamedTuple):
    """A dependency that is there in several variants.

    *origins*: the derivations in which two of them begin to differ, with what differs; the variants' own if
    that is where they part. *inherited*: they only differ because of another dependency that does.
    """

    name: str
    ones: list[One]
    origins: dict[str, list[Change]]
    inherited: bool


class Sharing(NamedTuple):
    """What two closures have in common.

    *old*, *new*: the two packages. *common*: .drv paths on both sides, *only_old*, *only_new*: on one side,
    all without the two packages themselves. *used*: those of the common ones that both are linked with or
    import, nearest first.
    """

    old: str
    new: str
    common: list[str]
    only_old: list[str]
    only_new: list[str]
    used: list[str]
    variants: list[Variants]


def compare_closures(old: str, new: str, table: Table) -> Sharing:
    """Which derivations two derivations share, and which are there in variants."""
    before, after = (table.closure([path]) - {old, new} for path in (old, new))
    first, second = {product_of(table, path) for path in before}, {product_of(table, path) for path in after}
    common = {path for path in before if product_of(table, path) in second}
    links = _Links(table)
    ways = links.ways(old), links.ways(new)
    products = {product_of(table, path) for path in ways[1]}
    used = [path for path in ways[0] if path not in (old, new) and product_of(table, path) in products]
    variants = [variants_of(table, name, ones) for name, ones in groups(table, old, new, *ways).items()]
    return Sharing(
        old,
        new,
        sorted(common, key=by_name),
        sorted((path for path in before - common if product_of(table, path) not in second), key=by_name),
        sorted((path for path in after if product_of(table, path) not in first), key=by_name),
        used,
        sorted(variants, key=lambda one: (one.inherited, one.name)),
    )


def product_of(table: Table, path: str) -> tuple[str, ...]:
    """What two derivations have in common if they make the same: the output paths, else the .drv file."""
    paths = [output for _, output in table.entries[path].outputs]
    return tuple(paths) if all(paths) else (path,)


class _Links:
    """What derivations are linked with and import."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.comparison = DerivationComparison(table)

    def inputs(self, path: str) -> list[str]:
        """The inputs of one derivation that are more than tools and sources, in order."""
        drv = self.table.read_derivation(path)
        uses = uses_of(drv, fields(drv), self.table.read_derivation, self.comparison.token)
        found: dict[str, None] = {}
        for what, inputs in uses.items():
            if what.startswith("env.") and what[4:] not in TOOLS:
                found.update(dict.fromkeys(inputs))
        return [below for below in found if not self.table.entries[below].fixed]

    def ways(self, root: str) -> dict[str, list[str]]:
        """By derivation, the nearest first: the shortest way to it."""
        found = {root: [root]}
        todo = [root]
        for path in todo:  # which grows
            for below in self.inputs(path):
                if below not in found:
                    found[below] = [*found[path], below]
                    todo.append(below)
        return found


def groups(
    table: Table, old: str, new: str, old_ways: dict[str, list[str]], new_ways: dict[str, list[str]]
) -> dict[str, list[One]]:
    """By name without version, the variants of what is used in more than one."""
    found: dict[str, dict[tuple[str, ...], One]] = {}
    twins = base_of(drv_name(old)) == base_of(drv_name(new))
    for path in dict.fromkeys([*old_ways, *new_ways]):
        if path in (old, new) and twins:  # two variants of one package were asked for
            continue
        ones = found.setdefault(base_of(drv_name(path)), {})
        one = ones.get(product_of(table, path), One(path, None, None))
        one = one._replace(
            old_way=one.old_way or old_ways.get(path), new_way=one.new_way or new_ways.get(path)
        )
        ones[product_of(table, path)] = one
    return {name: list(ones.values()) for name, ones in found.items() if len(ones) > 1}


def variants_of(table: Table, name: str, ones: list[One]) -> Variants:
    """The variants of one dependency, and why they are several."""
    comparison = DerivationComparison(table)
    origins: dict[str, list[Change]] = {}
    own = False
    for one in ones[1:]:
        found = comparison.compare(ones[0].path, one.path)
        own = own or bool(found.changes)
        add_origins(found, origins, set())
    return Variants(name, ones, origins, not own)


def add_origins(found: DerivationDiff, origins: dict[str, list[Change]], seen: set[str]) -> None:
    """Add the derivations of a difference that differ by themselves."""
    if found.new_path in seen or (found.same_outputs and not found.changes):
        return
    seen.add(found.new_path)
    if found.changes:
        origins[found.new_path] = found.changes
    for below in found.inputs:
        add_origins(below, origins, seen)
