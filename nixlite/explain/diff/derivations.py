"""How two derivations differ: their own fields and variables, then the inputs that differ, to any depth.

What nix-diff does for `.drv` files, for derivations that were only evaluated. A variable that holds a path
of an input that differs says nothing new, so paths are compared as what they are paths *of*; a difference is
then shown where it arises, not in everything that uses it. Equal paths end the search.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.diff.values import CHANGED, Difference, Path, _Comparison, _outcome
from nixlite.runtime.coerce import coerce_to_store_path
from nixlite.runtime.show import is_derivation
from nixlite.store.path import path_name, upstream_placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy
    from nixlite.store.derivation import Derivation
    from nixlite.store.store import Store

VERSION = re.compile(r"-[0-9].*")


class Change(NamedTuple):
    """One thing that differs: *what* is `env.version`, `system`, `args[1]`, `input zlib-1.3`, …

    None stands for what is not there. Paths of inputs in the texts are written `‹name›`.
    """

    what: str
    old: str | None
    new: str | None


class DerivationDiff(NamedTuple):
    """Two derivations that differ.

    *same_outputs*: the output paths are equal all the same, as those of fixed outputs are whose hash is.
    *inputs*: the inputs that are on both sides and differ; one that many use is the same object everywhere.
    """

    old_path: str
    new_path: str
    changes: list[Change]
    inputs: list[DerivationDiff]
    same_outputs: bool

    @property
    def name(self) -> str:
        """The name, or both if they differ."""
        old, new = drv_name(self.old_path), drv_name(self.new_path)
        return new if old == new else f"{old} → {new}"


def drv_name(drv_path: str) -> str:
    """The name of the derivation whose path this is."""
    return path_name(drv_path).removesuffix(".drv")


def base_of(name: str) -> str:
    """A name without its version."""
    return VERSION.sub("", name)


def diff_derivations(store: Store, old: str, new: str) -> DerivationDiff | None:
    """Compare two derivations by the paths of their .drv files; None if they are the same one."""
    return None if old == new else DerivationComparison(store).compare(old, new)


class DerivationComparison:
    """One comparison; `known` holds what was compared, by pairs of paths."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.known: dict[tuple[str, str], DerivationDiff] = {}
        self.shortest = len(store.store_dir) + 34  # a slash, the hash and a dash
        self.known_traits: dict[str, frozenset[str]] = {}
        self.token = re.compile(
            rf"{re.escape(store.store_dir)}/[0-9a-z]{{32}}-[0-9A-Za-z+._?=-]+|/[0-9a-z]{{52}}"
        )

    def compare(self, old: str, new: str) -> DerivationDiff:
        """Compare two derivations that are not the same."""
        found = self.known.get((old, new))
        if found is None:
            found = self.known[old, new] = self.compared(old, new)
        return found

    def compared(self, old: str, new: str) -> DerivationDiff:
        """The comparison of two derivations that were not compared before."""
        a, b = self.store.read_derivation(old), self.store.read_derivation(new)
        pairs, only_old, only_new = pair_up(a.inputs, b.inputs, drv_name, self.likeness)
        names_a, names_b = own_names(a), own_names(b)
        for first, second in [*pairs, *((p, p) for p in a.inputs if p in b.inputs)]:
            label = drv_name(first) if drv_name(first) == drv_name(second) else base_of(drv_name(first))
            self.name_outputs(names_a, first, label)
            self.name_outputs(names_b, second, label)
        for path in only_old:
            self.name_outputs(names_a, path, drv_name(path))
        for path in only_new:
            self.name_outputs(names_b, path, drv_name(path))
        sources, old_sources, new_sources = pair_up(a.sources, b.sources, path_name)
        changes = [Change(f"source {path_name(first)}", first, second) for first, second in sources]
        for first, second in sources:
            names_a[first] = names_b[second] = f"‹{path_name(first)}›"
        changes += [Change(f"source {path_name(path)}", path, None) for path in old_sources]
        changes += [Change(f"source {path_name(path)}", None, path) for path in new_sources]
        changes += [Change(f"input {drv_name(path)}", path, None) for path in only_old]
        changes += [Change(f"input {drv_name(path)}", None, path) for path in only_new]
        own = self.field_changes(a, b, names_a, names_b)
        changes += filter(self.is_reason, own) if pairs else own
        inputs = [self.compare(first, second) for first, second in pairs]
        # Where the output is the same, how it came about is of interest only if someone changed it there.
        inputs = [
            below._replace(inputs=[]) if below.same_outputs else below
            for below in inputs
            if below.changes or not below.same_outputs
        ]
        return DerivationDiff(old, new, changes, inputs, same_outputs(a, b))

    def likeness(self, old: str, new: str) -> int:
        """How much two derivations of one name are alike: how many texts they share, hashes left out."""
        return len(self.traits(old) & self.traits(new)) - len(self.traits(old) ^ self.traits(new))

    def traits(self, drv_path: str) -> frozenset[str]:
        """What a derivation says, its inputs and sources, without the hashes of store paths."""
        found = self.known_traits.get(drv_path)
        if found is None:
            drv = self.store.read_derivation(drv_path)
            texts = [f"{what}={self.token.sub(hashless, text)}" for what, text in fields(drv).items()]
            names = [hashless(self.token.match(path)) for path in (*drv.inputs, *drv.sources)]
            found = self.known_traits[drv_path] = frozenset([*texts, *names])
        return found

    def name_outputs(self, names: dict[str, str], drv_path: str, label: str) -> None:
        """Give the output paths of an input the input's name."""
        names[drv_path] = f"‹{label}.drv›"
        for output, path in outputs_of(self.store.read_derivation(drv_path)):
            suffix = "" if output == "out" else f".{output}"
            names[path or upstream_placeholder(drv_path, output)] = f"‹{label}{suffix}›"

    def field_changes(
        self, a: Derivation, b: Derivation, names_a: dict[str, str], names_b: dict[str, str]
    ) -> list[Change]:
        """What differs apart from inputs, in texts whose paths have been named."""
        old, new = fields(a), fields(b)
        changes = []
        for what in [*old, *(what for what in new if what not in old)]:
            first = self.named(old[what], names_a) if what in old else None
            second = self.named(new[what], names_b) if what in new else None
            if first != second:
                changes.append(Change(what, first, second))
        if any(change.what == "env.outputHash" for change in changes):  # which says it better
            return [change for change in changes if not change.what.startswith("output ")]
        return changes

    def named(self, text: str, names: dict[str, str]) -> str:
        """*text* with names for the paths that have one, what follows a path left as it is."""

        def name(match: re.Match[str]) -> str:
            token = match[0]
            for end in range(len(token), self.shortest, -1):  # `path=`, `path.dev`: more than the path
                if token[:end] in names:
                    return names[token[:end]] + token[end:]
            return names.get(token, token)

        return self.token.sub(name, text)

    def is_reason(self, change: Change) -> bool:
        """Whether a change is more than other hashes in store paths, which have a reason elsewhere."""
        if change.old is None or change.new is None or change.what.startswith(("input ", "source ")):
            return True
        return self.token.sub(hashless, change.old) != self.token.sub(hashless, change.new)


def hashless(match: re.Match[str] | None) -> str:
    """The name in a store path; nothing of a placeholder."""
    return path_name(match[0]) if match and "-" in match[0] else ""


def own_names(drv: Derivation) -> dict[str, str]:
    """Names for a derivation's own outputs."""
    return {output.path: f"‹own {name}›" for name, output in drv.outputs.items() if output.path}


def same_outputs(a: Derivation, b: Derivation) -> bool:
    """Whether the output paths are equal: then, whatever the .drv files say, nothing has to be built anew."""
    return outputs_of(a) == outputs_of(b) and all(path for _, path in outputs_of(a))


def outputs_of(drv: Derivation) -> list[tuple[str, str]]:
    """Names and paths of the outputs."""
    return sorted((name, output.path) for name, output in drv.outputs.items())


def fields(drv: Derivation) -> dict[str, str]:
    """Everything that a derivation says of itself, as texts; structured attributes are taken apart."""
    found = {"name": drv.name, "system": drv.system, "builder": drv.builder}
    found |= {f"args[{at}]": argument for at, argument in enumerate(drv.args)}
    for name, output in sorted(drv.outputs.items()):
        found[f"output {name}"] = f"{output.method} {output.hash}".strip()
    for name, text in sorted(drv.env.items()):
        if name == "__json":
            found |= {f"env.{key}": value for key, value in structured(text).items()}
        elif name not in ("name", "system", "builder"):  # said already
            found[f"env.{name}"] = text
    return found


def structured(text: str) -> dict[str, str]:
    """The attributes in `__json`, strings as they are and the others as JSON."""
    import json  # seldom

    data: dict[str, Any] = json.loads(text)
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in sorted(data.items())
    }


def pair_up(
    old: Iterable[str],
    new: Iterable[str],
    name_of: Callable[[str], str],
    likeness: Callable[[str, str], int] | None = None,
) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Which path on one side stands for which on the other: by name, then by name without version.

    Paths on both sides are left out. Also returns those without a partner. Where several have one name, those
    that are most alike go together (*likeness*: the more the greater).
    """
    before, after = set(old), set(new)
    left = sorted(before - after, key=lambda path: (name_of(path), path))
    right = sorted(after - before, key=lambda path: (name_of(path), path))
    pairs: list[tuple[str, str]] = []
    for key in (name_of, lambda path: base_of(name_of(path))):
        groups: dict[str, tuple[list[str], list[str]]] = {}
        for side, paths in enumerate((left, right)):
            for path in paths:
                groups.setdefault(key(path), ([], []))[side].append(path)
        matched = [pair for first, second in groups.values() for pair in match(first, second, likeness)]
        pairs += matched
        taken = {path for pair in matched for path in pair}
        left, right = ([path for path in side if path not in taken] for side in (left, right))
    return sorted(pairs), left, right


MOST_ALIKE = 40
"""Up to how many paths of one name are looked at for their likeness: the work grows with the square."""


def match(
    old: list[str], new: list[str], likeness: Callable[[str, str], int] | None
) -> list[tuple[str, str]]:
    """Pairs of two lists, as many as there can be, the most alike first."""
    if likeness is None or len(old) == len(new) == 1 or len(old) * len(new) > MOST_ALIKE**2:
        return list(zip(old, new, strict=False))
    ranks = [(-likeness(a, b), i, j) for i, a in enumerate(old) for j, b in enumerate(new)]
    pairs: list[tuple[str, str]] = []
    left, right = set(range(len(old))), set(range(len(new)))
    for _, i, j in sorted(ranks):
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            pairs.append((old[i], new[j]))
    return pairs


# -- in values


def drv_path_of(attrs: dict[str, Lazy], state: State) -> str:
    """The path of the .drv file of a derivation; evaluates it."""
    return coerce_to_store_path(state, attrs["drvPath"], "while evaluating the drvPath of a derivation")[0]


class _WithDerivations(_Comparison):
    """As the comparison of values, but derivations are the same if their .drv files are."""

    def compare_sets(self, old: dict[str, Lazy], new: dict[str, Lazy], path: Path) -> None:
        if self.is_package(old) and self.is_package(new):
            first = _outcome([lambda _: drv_path_of(old, self.state), ()])
            second = _outcome([lambda _: drv_path_of(new, self.state), ()])
            if first != second:
                self.found.append(Difference(path, CHANGED, old, new))
        else:
            super().compare_sets(old, new, path)

    def is_package(self, attrs: dict[str, Lazy]) -> bool:
        """Whether this is a derivation, without failing."""
        found = _outcome([lambda _: is_derivation(attrs), ()])
        return found is True and "drvPath" in attrs


def diff_values(old: Lazy, new: Lazy, state: State) -> list[Difference]:
    """All differences between two values, a derivation that differs being one difference."""
    comparison = _WithDerivations(state)
    comparison.compare(old, new, ())
    return comparison.found
