"""Whether values, packages and derivations are the same but for the hashes of what is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.errors import NixError
from nixlite.explain.stale.facts import (
    HASHES,
    built_from,
    drv_path,
    is_fixed,
    is_package,
    safe_key,
    value_of,
)
from nixlite.runtime.values import ContextString
from nixlite.store.derivation import name_of_drv

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from nixlite.explain.recording.program import Examination
    from nixlite.store.derivation import Derivation

DRV = ".drv"


DEPTH = 6
"""So many packages within each other are looked into."""


class Likeness:
    """Compares two evaluations; derivations that were compared are known, by pairs of paths."""

    def __init__(self, found: Examination, other: Examination) -> None:
        self.found = found
        self.other = other
        self.first = found.evaluator.state.store
        self.second = other.evaluator.state.store
        self.known: dict[tuple[str, str], bool] = {}

    def values(self, a: Any, b: Any, depth: int = DEPTH) -> bool:
        """Whether two values are the same but for the hashes of what is fetched."""
        found, other = self.found, self.other
        a, b = value_of(found, a), value_of(other, b)
        if isinstance(a, NixError) or isinstance(b, NixError):
            return False
        if type(a) is tuple and type(b) is tuple:
            return len(a) == len(b) and all(self.values(x, y, depth) for x, y in zip(a, b, strict=True))
        if is_package(found, a) and is_package(other, b):
            return self.packages(a, b, depth)
        if type(a) is ContextString and type(b) is ContextString:
            return self.texts(a, b)
        return bool(safe_key(found, a) == safe_key(other, b))

    def packages(self, a: Any, b: Any, depth: int = DEPTH) -> bool:
        """Whether two packages are built alike, but for the hashes of what is fetched for them."""
        found, other = self.found, self.other
        first, second = drv_path(found, a), drv_path(other, b)
        if isinstance(first, NixError) or isinstance(second, NixError):
            return False
        if first == second:
            return True
        if not depth:
            return False
        fixed = is_fixed(found, a) and is_fixed(other, b)
        x, y = built_from(found, a), built_from(other, b)
        return all(
            (fixed and name in HASHES)
            or (name in x and name in y and self.values(x[name], y[name], depth - 1))
            for name in {*x, *y}
        )

    def texts(self, a: Any, b: Any) -> bool:
        """Whether two strings are alike: those with the paths of derivations that are alike are."""
        if type(a) is not ContextString or type(b) is not ContextString:
            return bool(a == b)
        pairs = paired(built(a.context - b.context), built(b.context - a.context))
        if pairs is None or not all(self.derivations(x, y) for x, y in pairs):
            return False
        return replaced(a.text, self.outputs(pairs)) == b.text

    def derivations(self, a: str, b: str) -> bool:
        """Whether two .drv files are alike."""
        if a == b:
            return True
        if (a, b) not in self.known:
            self.known[a, b] = self.compared(
                self.first.read_derivation(a), self.second.read_derivation(b), own=(a, b)
            )
        return self.known[a, b]

    def compared(self, x: Derivation, y: Derivation, own: tuple[str, str]) -> bool:
        """Whether two derivations are alike, and those that they are made of."""
        pairs = paired(x.inputs.keys() - y.inputs.keys(), y.inputs.keys() - x.inputs.keys())
        same = (x.name, x.system, x.sources, x.outputs.keys(), x.env.keys() | HASHES)
        if pairs is None or same != (y.name, y.system, y.sources, y.outputs.keys(), y.env.keys() | HASHES):
            return False
        if not all(self.derivations(*pair) for pair in pairs):
            return False
        paths = self.outputs([*pairs, own])
        aside = HASHES if x.is_fixed and y.is_fixed else frozenset()
        texts = [(x.builder, y.builder), *zip(x.args, y.args, strict=False)]
        texts += [(x.env[name], y.env[name]) for name in x.env.keys() & y.env.keys() - aside]
        return len(x.args) == len(y.args) and all(replaced(one, paths) == two for one, two in texts)

    def outputs(self, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
        """The output paths of derivations, each with that of the other of its pair."""
        result = {}
        for a, b in pairs:
            other = self.second.read_derivation(b).outputs
            for name, output in self.first.read_derivation(a).outputs.items():
                if output.path and name in other:
                    result[output.path] = other[name].path
        return result


def built(context: Iterable[str]) -> list[str]:
    """The .drv files that a context names; of other paths the paths."""
    return [element.rpartition("!")[2].lstrip("=") for element in context]


def paired(first: Iterable[str], second: Iterable[str]) -> list[tuple[str, str]] | None:
    """The .drv files of one name in two sets, None where a set has another name, or something else."""
    one, two = sorted(set(first), key=stem), sorted(set(second), key=stem)
    if [stem(path) for path in one] != [stem(path) for path in two]:
        return None
    if not all(path.endswith(DRV) for path in (*one, *two)):
        return None
    return list(zip(one, two, strict=True))


def stem(path: str) -> str:
    """The name in a store path."""
    return name_of_drv(path) if path.endswith(DRV) else path


def replaced(text: str, paths: dict[str, str]) -> str:
    """A text with paths in place of others."""
    for old, new in paths.items():
        text = text.replace(old, new)
    return text
