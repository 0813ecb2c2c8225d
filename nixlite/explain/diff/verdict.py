"""How derivations differ, in sentences: what is built again, because of what, and what stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.diff.derivations import fields
from nixlite.explain.diff.pairing import drv_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.explain.diff.derivations import Change, DerivationDiff, Derivations

MOST_SAID = 3
"""How many changes or names a sentence lists."""

MOST_VALUE = 40
"""Characters of values in a sentence."""

TELLING = ("src", "stdenv", "buildInputs", "nativeBuildInputs", "propagatedBuildInputs", "patches")
"""Variables that people ask after, if nothing says that they are others."""


class Verdict(NamedTuple):
    """What two derivations have in common, and what not.

    *builds*: whether the outputs are others. *origins*: the derivations that differ by themselves, from the
    outside in, with the names of those on the way to each. *drv_files*, *outputs*: how many of the new
    derivation's closure the old one's has not. *same*: how many of these .drv files only give outputs that it
    has. *downloads*: how many of the outputs are downloaded.
    *unchanged*: variables with a value that is the same on both sides.
    """

    builds: bool
    origins: list[tuple[list[str], DerivationDiff]]
    drv_files: int
    same: int
    outputs: int
    downloads: int
    unchanged: list[str]


def judge(store: Derivations, found: DerivationDiff) -> Verdict:
    """The verdict on two derivations that differ."""
    before, after = closure(store, found.old_path), closure(store, found.new_path)
    had = {product for path in before for product in products(store, path)}
    made = {product: path for path in after for product in products(store, path) if product not in had}
    old, new = (fields(store.read_derivation(path)) for path in (found.old_path, found.new_path))
    changed = {change.what for change in found.changes}
    below = {name for one in found.inputs for name in (one.old_path, one.new_path)}
    texts = {text for path in below for text in products(store, path)}
    unchanged = [
        name.removeprefix("env.")
        for name, text in new.items()
        if text
        and old.get(name) == text
        and name not in changed
        and not any(part in texts for part in text.split())
    ]
    return Verdict(
        not found.same_outputs,
        origins_in(found),
        len(after - before),
        len(after - before - set(made.values())),
        len(made),
        sum(store.read_derivation(path).is_fixed for path in made.values()),
        unchanged,
    )


def closure(store: Derivations, root: str) -> set[str]:
    """The .drv files that one is made of, itself included."""
    found, todo = {root}, [root]
    while todo:
        for below in store.read_derivation(todo.pop()).inputs:
            if below not in found:
                found.add(below)
                todo.append(below)
    return found


def products(store: Derivations, drv_path: str) -> set[str]:
    """What a derivation makes: its output paths; the .drv file stands for one that is not known yet."""
    return {output.path or drv_path for output in store.read_derivation(drv_path).outputs.values()}


def origins_in(found: DerivationDiff) -> list[tuple[list[str], DerivationDiff]]:
    """See `Verdict`."""
    origins: list[tuple[list[str], DerivationDiff]] = []
    todo: list[tuple[list[str], DerivationDiff]] = [([], found)]
    seen = {found.new_path}
    for way, one in todo:  # which grows: the nearest first
        if one.changes:
            origins.append((way, one))
        for below in one.inputs:
            if below.new_path not in seen:
                seen.add(below.new_path)
                todo.append(([*way, drv_name(one.new_path)], below))
    return origins


# -- in words


def count_text(number: int, noun: str) -> str:
    """`1 package`, `2 packages`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: Iterable[str], most: int = MOST_SAID) -> str:
    """`a, b and c`; `a, b and 7 others`."""
    found = list(names)
    if len(found) > most + 1:
        return f"{', '.join(found[:most])} and {len(found) - most:,} others"
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


def sentences(found: DerivationDiff, verdict: Verdict) -> list[str]:
    """What two derivations that differ come to: what is built, and because of what."""
    lines = []
    if verdict.builds:
        lines.append(f"{found.name} has to be built again: {because(found, verdict)}.")
    else:
        lines.append(f"Nothing is built: both have the same output paths. Only {how(found, verdict)}.")
        if any(one.same_outputs and one.changes for _, one in verdict.origins):
            lines.append(
                "What is fetched must have the hash that it had; what is in the store with it is used."
            )
    lines.append(counts(verdict.drv_files, verdict.same, verdict.outputs, verdict.downloads))
    unchanged = telling(verdict.unchanged)
    if found.changes and unchanged and verdict.builds:
        names = ["stdenv (compiler and tools)" if name == "stdenv" else name for name in unchanged]
        lines.append(f"The same as before: {listed(names, 12)}.")
    return lines


def because(found: DerivationDiff, verdict: Verdict) -> str:
    """The reasons in one sentence."""
    parts = []
    if found.changes:
        parts.append(phrases(found.changes))
    others = [one for _, one in verdict.origins if one is not found]
    if others:
        names = listed([f"{one.name} ({phrases(one.changes, 1)})" for one in others], 2)
        parts.append(f"{'it also uses' if parts else 'it uses'} another {names}")
    for side, word in ((1, "less"), (2, "more")):
        inputs = [one for one in found.changes if one.what.startswith("input ") and one[3 - side] is None]
        if inputs:
            parts.append(f"{count_text(len(inputs), 'input')} {word}")
    return "; ".join(parts) or "what it is made of is another"


def how(found: DerivationDiff, verdict: Verdict) -> str:
    """What differs where the outputs do not."""
    origins = [one for _, one in verdict.origins]
    if not origins:
        return "the .drv files differ, by what something is downloaded with"
    names = listed([f"{short_name(one)} ({phrases(one.changes, 1)})" for one in origins], 2)
    return f"the way to get {names} differs"


def short_name(found: DerivationDiff) -> str:
    """The name of the new derivation."""
    return drv_name(found.new_path)


def counts(drv_files: int, same: int, outputs: int, downloads: int = 0) -> str:
    """How many .drv files differ, how many outputs have to be built again, and why these are two numbers.

    *same*: how many of the .drv files give outputs that were there before.
    """
    text = f"{count_text(drv_files, '.drv file')} differ{'s' if drv_files == 1 else ''}"
    made = outputs - downloads
    parts = []
    if made:
        parts.append(f"{count_text(made, 'output')} {'has' if made == 1 else 'have'} to be built again")
    if downloads:
        parts.append(f"{count_text(downloads, 'output')} downloaded")
    if parts:
        text += f", {' and '.join(parts)}"
    if same:
        gives = "gives" if same == 1 else "give"
        text += f"; {same:,} of these files {gives}" if parts else f", but {gives}"
        text += " the same outputs as before, for what is downloaded is known by its hash alone"
    return f"{text}."


def telling(names: list[str]) -> list[str]:
    """Those of the names that people ask after."""
    return [name for name in names if name in TELLING or name.endswith(("Flags", "Phase"))]


def phrases(changes: list[Change], most: int = MOST_SAID) -> str:
    """The changes of one derivation in a few words."""
    said = [phrase(change) for change in important(changes)]
    more = len(said) - most
    return ", ".join(said[:most]) + (f" and {count_text(more, 'other change')}" if more > 0 else "")


def important(changes: list[Change]) -> list[Change]:
    """The changes without those that others say as well: an input less is a word less in some variable."""
    shown = [change for change in changes if not change.what.startswith("input ") or is_exchange(change)]
    said = " ".join(change.what + (change.old or "") + (change.new or "") for change in shown)
    return [
        change
        for change in changes
        if not change.what.startswith("input ") or is_exchange(change) or change.what[6:] not in said
    ]


def is_exchange(change: Change) -> bool:
    """Whether an input is there on both sides, as two derivations."""
    return change.old is not None and change.new is not None


def shown_name(what: str) -> str:
    """A change's name as a package file has it."""
    return what.removeprefix("env.")


def phrase(change: Change) -> str:
    """`buildInputs lost zlib-1.3.1.dev`; `doCheck = "1", not set before`."""
    what, old, new = change
    kind, _, name = what.partition(" ")
    if kind == "input" and name:
        if is_exchange(change):
            return f"another {name}, one that was there before"
        return f"{name} is {'no longer' if new is None else 'now'} an input"
    if kind == "source" and name:
        return f"the file {name} is {'gone' if new is None else 'new' if old is None else 'another'}"
    if kind == "output" and name:
        return f"the output '{name}' is {'gone' if new is None else 'new' if old is None else 'another'}"
    shown = shown_name(what)
    if old is None:
        return f"{shown} = {value(new or '')}, not set before"
    if new is None:
        return f"{shown} is not set, was {value(old)}"
    lost, gained = words(old, new)
    if lost or gained:
        parts = [f"lost {listed(lost)}"] if lost else []
        parts += [f"gained {listed(gained)}"] if gained else []
        return f"{shown} {' and '.join(parts)}"
    if len(old) + len(new) > MOST_VALUE or "\n" in old + new:
        return f"{shown} is another"
    return f"{shown} {value(old)} → {value(new)}"


def words(old: str, new: str) -> tuple[list[str], list[str]]:
    """What one list of words has that the other has not, both ways; nothing for other texts."""
    before, after = old.split(), new.split()
    if not ("‹" in old + new or (len(before) > 1 and len(after) > 1)) or "\n" in old.strip() + new.strip():
        return [], []
    lost = [bare(word) for word in before if word not in after]
    gained = [bare(word) for word in after if word not in before]
    return lost, gained


def bare(word: str) -> str:
    """A word without the marks around the names of inputs."""
    return word.replace("‹", "").replace("›", "")


def value(text: str) -> str:
    """A value in a sentence."""
    flat = bare(text.replace("\n", "\\n"))
    return f'"{flat}"' if len(flat) <= MOST_VALUE else f'"{flat[: MOST_VALUE - 1]}…"'


def verdict_data(verdict: Verdict | None) -> dict[str, Any] | None:
    """The verdict as what JSON can say."""
    if verdict is None:
        return None
    return {
        "builds": verdict.builds,
        "drvFiles": verdict.drv_files,
        "drvFilesWithSameOutputs": verdict.same,
        "outputs": verdict.outputs,
        "downloads": verdict.downloads,
        "unchanged": verdict.unchanged,
        "origins": [
            {
                "via": way,
                "old": one.old_path,
                "new": one.new_path,
                "changes": [c._asdict() for c in one.changes],
            }
            for way, one in verdict.origins
        ],
    }
