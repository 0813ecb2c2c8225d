"""How two derivations differ: their own fields and variables, then the inputs that differ, to any depth.

What nix-diff does for `.drv` files, for derivations that were only evaluated. A variable that holds a path
of an input that differs says nothing new, so paths are compared as what they are paths *of*; a difference is
then shown where it arises, not in everything that uses it. Equal paths end the search.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from nixlite.errors import EvalError, NixError
from nixlite.explain.diff.pairing import (
    alike,
    base_of,
    drv_name,
    outputs_of,
    pair_inputs,
    pair_up,
    uses_of,
)
from nixlite.explain.diff.values import CHANGED, Difference, Path, _Comparison, _outcome
from nixlite.runtime.coerce import coerce_to_store_path
from nixlite.runtime.operators import is_derivation
from nixlite.store.path import path_name, upstream_placeholder

if TYPE_CHECKING:
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy
    from nixlite.store.derivation import Derivation


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


def diff_derivations(store: Derivations, old: str, new: str) -> DerivationDiff | None:
    """Compare two derivations by the paths of their .drv files; None if they are the same one."""
    return None if old == new else DerivationComparison(store).compare(old, new)


class Derivations(Protocol):
    """What holds the derivations to be compared: a store, or a table of many."""

    store_dir: str

    def read_derivation(self, drv_path: str) -> Derivation:
        """The derivation in a .drv file."""


class Own(NamedTuple):
    """How two derivations differ by themselves: *changes*, and which inputs are to be compared in turn.

    *replaced*: pairs of inputs that are two different packages, whatever they have in common.
    """

    changes: list[Change]
    pairs: list[tuple[str, str]]
    replaced: list[tuple[str, str]]


class DerivationComparison:
    """One comparison; `known` holds what was compared, by pairs of paths."""

    def __init__(self, store: Derivations) -> None:
        self.store = store
        self.known: dict[tuple[str, str], DerivationDiff] = {}
        self.shortest = len(store.store_dir) + 34  # a slash, the hash and a dash
        self.known_traits: dict[str, frozenset[str]] = {}
        self.token = re.compile(
            rf"{re.escape(store.store_dir)}/[0-9a-z]{{32}}-[0-9A-Za-z+._?=-]+|/[0-9a-z]{{52}}"
        )

    def compare(self, old: str, new: str) -> DerivationDiff:
        """Compare two derivations that are not the same, with all that they are made of."""
        found = self.known.get((old, new))
        if found is None:
            found = self.known[old, new] = self.compared(old, new)
        return found

    def compared(self, old: str, new: str) -> DerivationDiff:
        """The comparison of two derivations that were not compared before."""
        changes, pairs, _ = self.own(old, new)
        inputs = [self.compare(first, second) for first, second in pairs]
        # Where the output is the same, how it came about is of interest only if someone changed it there.
        inputs = [
            below._replace(inputs=[]) if below.same_outputs else below
            for below in inputs
            if below.changes or not below.same_outputs
        ]
        a, b = self.store.read_derivation(old), self.store.read_derivation(new)
        return DerivationDiff(old, new, changes, inputs, same_outputs(a, b))

    def own(self, old: str, new: str) -> Own:
        """How two derivations differ, their inputs aside."""
        a, b = self.store.read_derivation(old), self.store.read_derivation(new)
        texts_a, texts_b = fields(a), fields(b)
        read = self.store.read_derivation
        uses = uses_of(a, texts_a, read, self.token), uses_of(b, texts_b, read, self.token)
        pairs, only_old, only_new = pair_inputs(a.inputs, b.inputs, *uses, self.likeness)
        names_a, names_b = own_names(a), own_names(b)
        replaced = []
        for first, second in [*pairs, *((p, p) for p in a.inputs if p in b.inputs)]:
            if not alike(first, second) or (first != second and (first in b.inputs or second in a.inputs)):
                self.name_outputs(names_a, first, drv_name(first))
                self.name_outputs(names_b, second, drv_name(second))
                if not alike(first, second) and not (
                    read(first).is_fixed and read(second).is_fixed
                ):  # where a source is another, how so
                    replaced.append((first, second))
                continue
            label = drv_name(first) if drv_name(first) == drv_name(second) else base_of(drv_name(first))
            self.name_outputs(names_a, first, label)
            self.name_outputs(names_b, second, label)
        for path in only_old:
            self.name_outputs(names_a, path, drv_name(path))
        for path in only_new:
            self.name_outputs(names_b, path, drv_name(path))
        changes = self.source_changes(a, b, names_a, names_b)
        changes += [Change(f"input {drv_name(path)}", path, None) for path in only_old]
        changes += [Change(f"input {drv_name(path)}", None, path) for path in only_new]
        own = self.field_changes(a, b, names_a, names_b)
        changes += filter(self.is_reason, own) if pairs else own
        return Own(changes, [pair for pair in pairs if pair not in replaced], replaced)

    def source_changes(
        self, a: Derivation, b: Derivation, names_a: dict[str, str], names_b: dict[str, str]
    ) -> list[Change]:
        """The sources (files copied to the store) that differ; those of one name get it as a name."""
        pairs, only_old, only_new = pair_up(a.sources, b.sources, path_name)
        for first, second in pairs:
            names_a[first] = names_b[second] = f"‹{path_name(first)}›"
        return [
            *(Change(f"source {path_name(first)}", first, second) for first, second in pairs),
            *(Change(f"source {path_name(path)}", path, None) for path in only_old),
            *(Change(f"source {path_name(path)}", None, path) for path in only_new),
        ]

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

    from nixlite.formats.json.outside import structured as object_in

    try:
        data = object_in(text)
    except EvalError:
        return {"__json": text}  # somebody else has written it
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in sorted(data.items())
    }


# -- in values


def drv_path_of(attrs: dict[str, Lazy], state: State) -> str:
    """The path of the .drv file of a derivation; evaluates it. Raises EvalError where it has none."""
    if "drvPath" not in attrs:
        raise EvalError("derivation does not contain a 'drvPath' attribute")
    return coerce_to_store_path(state, attrs["drvPath"], "while evaluating the drvPath of a derivation")[0]


class _WithDerivations(_Comparison):
    """As the comparison of values, but derivations are the same if their .drv files are."""

    def compare_sets(self, old: dict[str, Lazy], new: dict[str, Lazy], path: Path) -> None:
        if self.is_package(old) and self.is_package(new):
            first = _outcome([lambda _: drv_path_of(old, self.state), ()])
            second = _outcome([lambda _: drv_path_of(new, self.state), ()])
            if isinstance(first, NixError) and isinstance(second, NixError):
                first, second = first.message, second.message
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
