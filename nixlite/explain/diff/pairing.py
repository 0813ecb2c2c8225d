"""Which input of one derivation stands for which input of another: by what uses them, then by their names.

Two inputs are a pair where the same variable names them at the same place: `src`, `stdenv`, the second of
three `buildInputs`. Names alone mislead: a compiler is made with another zlib than its users, and most
sources are called `source`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nixlite.store.path import path_name, upstream_placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nixlite.store.derivation import Derivation

VERSION = re.compile(r"-[0-9].*")
Pairs = list[tuple[str, str]]


def drv_name(drv_path: str) -> str:
    """The name of the derivation whose path this is."""
    return path_name(drv_path).removesuffix(".drv")


def by_name(drv_path: str) -> tuple[str, str]:
    """What derivations are sorted by: their names, and those of one name by their paths."""
    return drv_name(drv_path), drv_path


def base_of(name: str) -> str:
    """A name without its version."""
    return VERSION.sub("", name)


def outputs_of(drv: Derivation) -> list[tuple[str, str]]:
    """Names and paths of the outputs."""
    return sorted((name, output.path) for name, output in drv.outputs.items())


def uses_of(
    drv: Derivation, texts: dict[str, str], read: Callable[[str], Derivation], token: re.Pattern[str]
) -> dict[str, list[str]]:
    """By variable, the inputs whose paths it holds, in order. *token* finds what begins with a path."""
    named: dict[str, str] = {}
    for path in drv.inputs:
        for output, product in outputs_of(read(path)):
            named[key_of(product or upstream_placeholder(path, output))] = path
    found: dict[str, list[str]] = {}
    for what, text in texts.items():
        inputs = [named[key] for match in token.finditer(text) if (key := key_of(match[0])) in named]
        if inputs:
            found[what] = list(dict.fromkeys(inputs))
    return found


def key_of(text: str) -> str:
    """What tells a store path, or what stands for one, from all others: all up to the end of the hash."""
    if re.match(r"/[0-9a-z]{52}(?![0-9a-z])", text):
        return text[:53]
    directory, slash, name = text.rpartition("/")
    return f"{directory}{slash}{name[:32]}"


def pair_inputs(
    old: Iterable[str],
    new: Iterable[str],
    old_uses: dict[str, list[str]],
    new_uses: dict[str, list[str]],
    likeness: Callable[[str, str], int],
) -> tuple[Pairs, list[str], list[str]]:
    """(pairs of inputs that are not the same, those only on the old side, those only on the new one)."""
    before, after = set(old), set(new)
    votes: dict[tuple[str, str], int] = {}
    for what, first in old_uses.items():
        for pair in aligned(first, new_uses.get(what, []), before & after):
            votes[pair] = votes.get(pair, 0) + (2 if alike(*pair) else 1)
    pairs: Pairs = []
    left, right = set(before), set(after)  # what is on both sides may be named in other places
    for pair in sorted(votes, key=lambda pair: (-votes[pair], not alike(*pair), pair)):
        if pair[0] in left and pair[1] in right:
            pairs.append(pair)
            left.discard(pair[0])
            right.discard(pair[1])
    others, only_old, only_new = pair_up(left - after, right - before, drv_name, likeness)
    return sorted([*pairs, *others]), only_old, only_new


def alike(old: str, new: str) -> bool:
    """Whether two derivations have one name, versions aside."""
    return base_of(drv_name(old)) == base_of(drv_name(new))


def aligned(old: list[str], new: list[str], same: set[str]) -> Pairs:
    """What stands at the same place in two lists of inputs of one variable, where it is not the same."""
    if len(old) == len(new) == 1:
        return [(old[0], new[0])] if old != new else []
    from difflib import SequenceMatcher  # seldom

    first, second = (
        [path if path in same else base_of(drv_name(path)) for path in side] for side in (old, new)
    )
    pairs: Pairs = []
    for _, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if b - a == d - c:
            pairs += [pair for pair in zip(old[a:b], new[c:d], strict=True) if pair[0] != pair[1]]
    return pairs


def pair_up(
    old: Iterable[str],
    new: Iterable[str],
    name_of: Callable[[str], str],
    likeness: Callable[[str, str], int] | None = None,
) -> tuple[Pairs, list[str], list[str]]:
    """Which path on one side stands for which on the other: by name, then by name without version.

    Paths on both sides are left out. Also returns those without a partner. Where several have one name, those
    that are most alike go together (*likeness*: the more the greater).
    """
    before, after = set(old), set(new)
    left = sorted(before - after, key=lambda path: (name_of(path), path))
    right = sorted(after - before, key=lambda path: (name_of(path), path))
    pairs: Pairs = []
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


def match(old: list[str], new: list[str], likeness: Callable[[str, str], int] | None) -> Pairs:
    """Pairs of two lists, as many as there can be, the most alike first."""
    if likeness is None or len(old) == len(new) == 1 or len(old) * len(new) > MOST_ALIKE**2:
        return list(zip(old, new, strict=False))
    ranks = [(-likeness(a, b), i, j) for i, a in enumerate(old) for j, b in enumerate(new)]
    pairs: Pairs = []
    left, right = set(range(len(old))), set(range(len(new)))
    for _, i, j in sorted(ranks):
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            pairs.append((old[i], new[j]))
    return pairs
