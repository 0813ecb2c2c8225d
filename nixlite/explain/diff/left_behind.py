"""What was expected to change and did not.

If `version` was "0.8.5" and is "0.9.0", a text that said 0.8.5 before and still says it was made of the old
version: that is what goes wrong with overrides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.diff.derivations import fields
from nixlite.explain.diff.pairing import drv_name
from nixlite.explain.diff.values import CHANGED, Difference, show_path
from nixlite.runtime.thunk import force
from nixlite.runtime.values import ContextString

if TYPE_CHECKING:
    from nixlite.explain.diff.derivations import DerivationDiff
    from nixlite.runtime.values import Lazy
    from nixlite.store.store import Store

TELLING = frozenset(("version", "pname", "rev", "tag", "owner", "repo", "url"))
"""Attributes whose values other attributes are made of, whatever they look like."""

NUMBER = re.compile(r"[0-9]")
Texts = dict[str, tuple[str, str]]
"""By place: the text before and after."""


class LeftBehind(NamedTuple):
    """The text at *place* still has the *old* value of the attribute *because*, which is now *new*."""

    place: str
    text: str
    because: str
    old: str
    new: str


def find_left_behind(changed: Texts, texts: Texts) -> list[LeftBehind]:
    """The texts that still hold what some changed text was; places with the same text are named together."""
    found: dict[tuple[str, str], LeftBehind] = {}
    for because, (old, new) in changed.items():
        if not is_telling(because, old):
            continue
        for place, (before, after) in texts.items():
            if (
                place != because
                and mentions(before, old)
                and mentions(after.replace(new, "") if new else after, old)
            ):
                known = found.get((because, after))
                places = f"{known.place}, {place}" if known else place
                found[because, after] = LeftBehind(places, after, because, old, new)
    return list(found.values())


def is_telling(place: str, text: str) -> bool:
    """Whether a text is worth looking for in others: one word, and a number or of a known name."""
    if len(text) < 2 or len(text) > 100 or any(c in text for c in " \n\t/"):
        return False
    name = place.rpartition(".")[2]
    return name in TELLING or (len(text) > 2 and NUMBER.search(text) is not None and "." in text)


def mentions(text: str, word: str) -> bool:
    """Whether *text* holds *word*, not as part of a longer word or version; `v1.2` holds `1.2`."""
    return (
        re.search(rf"(?<![0-9A-Za-z])(?<![0-9]\.)v?{re.escape(word)}(?![0-9A-Za-z]|\.[0-9])", text)
        is not None
    )


def left_behind_in_derivation(
    store: Store,
    found: DerivationDiff,
    old: dict[str, Lazy] | None = None,
    new: dict[str, Lazy] | None = None,
) -> list[LeftBehind]:
    """What did not follow the changed variables of a derivation: other variables, those of fixed-output
    inputs that are the same, and attributes of `src` and `meta` (of the sets *old* and *new*, if given).
    """
    a, b = store.read_derivation(found.old_path), store.read_derivation(found.new_path)
    before, after = fields(a), fields(b)
    own = {
        name.removeprefix("env."): (before[name], after[name])
        for name in before
        if name in after
        and name.partition(".")[0] in ("name", "env")
        and name.removeprefix("env.") not in a.outputs  # their paths contain the name
    }
    texts = dict(own)
    for path in a.inputs:
        drv = store.read_derivation(path)
        if path in b.inputs and drv.is_fixed:
            label = next((name for name, text in a.env.items() if text in outputs(drv)), drv_name(path))
            texts |= {f"{label}.{name}": (text, text) for name, text in drv.env.items() if name in SOURCE}
    for name in ("src", "meta"):
        if old is not None and new is not None:
            texts |= inner_texts(name, old, new)
    changed = {name: pair for name, pair in own.items() if pair[0] != pair[1]}
    left_behind = find_left_behind(changed, texts)
    reasons = {"version", "pname"} & {one.because for one in left_behind}
    # The name changes with the version; what still has the old version has the old name's part of it too.
    return [one for one in left_behind if not reasons or one.because != "name"]


SOURCE = frozenset(("url", "urls", "rev", "tag", "name", "version"))
"""The variables of a source's derivation that say what is downloaded."""


def outputs(drv: Any) -> set[str]:
    """The output paths."""
    return {output.path for output in drv.outputs.values()}


def inner_texts(name: str, old: dict[str, Lazy], new: dict[str, Lazy]) -> Texts:
    """The strings in an attribute that is a set on both sides, by path."""
    a, b = attribute(old, name), attribute(new, name)
    if type(a) is not dict or type(b) is not dict:
        return {}
    found: Texts = {}
    for inner in sorted(a):
        if inner in b and inner not in ("outPath", "drvPath", "out", "all", "drvAttrs", "builder", "stdenv"):
            before, after = text_of(attribute(a, inner)), text_of(attribute(b, inner))
            if before is not None and after is not None:
                found[f"{name}.{inner}"] = (before, after)
    return found


def attribute(attrs: dict[str, Lazy], name: str) -> Any:
    """The value of an attribute, None where there is none or it fails."""
    try:
        return force(attrs.get(name))
    except NixError:
        return None


def text_of(value: Any) -> str | None:
    """The text of a string."""
    if type(value) is ContextString:
        return value.text
    return value if type(value) is str else None


def left_behind_in_values(differences: list[Difference], old: Any, new: Any) -> list[LeftBehind]:
    """What did not follow the changed strings of two sets: other strings, also one set deeper."""
    if type(old) is not dict or type(new) is not dict:
        return []
    changed: Texts = {}
    for path, kind, before, after in differences:
        if kind == CHANGED and not isinstance(before, NixError) and not isinstance(after, NixError):
            first, second = text_of(safe(before)), text_of(safe(after))
            if first is not None and second is not None:
                changed[show_path(path)] = (first, second)
    if not changed:
        return []
    texts: Texts = {}
    for name in sorted(old):
        if name in new:
            before, after = text_of(attribute(old, name)), text_of(attribute(new, name))
            if before is not None and after is not None:
                texts[name] = (before, after)
            else:
                texts |= inner_texts(name, old, new)
    return find_left_behind(changed, texts)


def safe(x: Any) -> Any:
    """The value, None where it fails."""
    try:
        return force(x)
    except NixError:
        return None
