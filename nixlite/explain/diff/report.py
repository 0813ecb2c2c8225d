"""What `nixlite diff` prints: how two values or derivations differ, and what should have changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.colours import FAINT, GREEN, RED
from nixlite.errors import NixError
from nixlite.explain.diff.derivations import (
    DerivationComparison,
    DerivationDiff,
    diff_derivations,
    diff_values,
    drv_path_of,
)
from nixlite.explain.diff.left_behind import left_behind_in_derivation, left_behind_in_values
from nixlite.explain.diff.values import _line_diff, _paint, _show, render_diff, show_path
from nixlite.explain.diff.verdict import (
    Verdict,
    bare,
    count_text,
    important,
    judge,
    listed,
    origins_in,
    phrase,
    sentences,
    shown_name,
    verdict_data,
)
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import force

if TYPE_CHECKING:
    from nixlite.explain.diff.derivations import Change
    from nixlite.explain.diff.left_behind import LeftBehind
    from nixlite.explain.diff.values import Difference
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy
    from nixlite.store.store import Store

MOST_CHARACTERS = 300

STORE_PATH = re.compile(r"/[^ :]*/store/[0-9a-z]{32}-")
"""What of a store path is not its name."""

MOST_AROUND = 60
"""How much of a long text is shown on both sides of what it is shown for."""


class Report(NamedTuple):
    """How two values differ.

    *values*: the places that differ; of two derivations none, they have *derivation* and *verdict*. *inside*:
    how derivations differ, for each place where two of them lie. *left_behind*: what was expected to
    change and did not.
    """

    values: list[Difference]
    derivation: DerivationDiff | None
    inside: dict[tuple[str | int, ...], DerivationDiff]
    left_behind: list[LeftBehind]
    verdict: Verdict | None = None

    @property
    def same(self) -> bool:
        """Whether there is no difference."""
        return not self.values and self.derivation is None


def compare(old: Lazy, new: Lazy, state: State) -> Report:
    """Compare two values, lazily; derivations by their .drv files. Raises the values' own errors."""
    a, b = force(old), force(new)
    if type(a) is dict and type(b) is dict and is_derivation(a) and is_derivation(b):
        found = diff_derivations(state.store, drv_path_of(a, state), drv_path_of(b, state))
        if found is None:
            return Report([], None, {}, [])
        left_behind = left_behind_in_derivation(state.store, found, a, b)
        return Report([], found, {}, left_behind, judge(state.store, found))
    values = diff_values(a, b, state)
    comparison = DerivationComparison(state.store)
    inside = {}
    for path, _, before, after in values:
        if type(before) is dict and type(after) is dict:
            try:
                if (
                    type(before) is dict
                    and type(after) is dict
                    and is_derivation(before)
                    and is_derivation(after)
                ):
                    paths = drv_path_of(before, state), drv_path_of(after, state)
                    inside[path] = comparison.compare(*paths)
            except NixError:
                continue
    return Report(values, None, inside, left_behind_in_values(values, a, b))


# -- text


def render(
    report: Report,
    state: State,
    *,
    width: int = 80,
    colour: bool = False,
    depth: int = 99,
    everything: bool = False,
) -> str:
    """The report as text: the verdict, then what differs; "" where nothing does.

    Of derivations, those that differ by themselves; with *everything* also those on the way to them, with the
    paths of the .drv files, *depth* inputs deep.
    """
    lines: list[str] = []
    told: set[str] = set()
    if report.derivation is not None and report.verdict is not None:
        lines += [*sentences(report.derivation, report.verdict), ""]
        if everything:
            lines += render_derivation(report.derivation, colour, depth, told)
        else:
            lines += render_origins(origins_in(report.derivation), report.derivation, colour)
    if report.inside:
        lines += [sets_verdict(report), ""]
    plain = [difference for difference in report.values if difference.path not in report.inside]
    text = render_diff(plain, state, width=width, colour=colour)
    lines += text.split("\n") if text else []
    for path, found in report.inside.items():
        if everything:
            below = render_derivation(found, colour, depth, told)
        else:
            below = render_place(found, state.store, told, colour)
        lines += [f"~ {show_path(path)}: {below[0]}", *(f"  {line}" for line in below[1:])]
    if report.left_behind:
        lines += ["", "expected to change and did not:"]
        lines += [f"  {left_behind_text(one)}" for one in report.left_behind]
    return "\n".join(lines)


def sets_verdict(report: Report) -> str:
    """What the derivations in two values that are none come to."""
    built = [one for one in report.inside.values() if not one.same_outputs]
    text = f"{len(built):,} of {count_text(len(report.inside), 'derivation')} that differ"
    text += (
        f"{'s' if len(report.inside) == 1 else ''} {'has' if len(built) == 1 else 'have'} to be built again"
    )
    names = dict.fromkeys(below.name for one in built for _, below in origins_in(one))
    if names:
        text += f", because of {listed(names)}"
    if len(built) < len(report.inside):
        text += "; the output paths of the others are the same"
    return f"{text}."


def render_origins(
    origins: list[tuple[list[str], DerivationDiff]], whole: DerivationDiff, colour: bool
) -> list[str]:
    """The derivations that differ by themselves: how, and which way the whole uses them."""
    lines: list[str] = []
    for way, one in origins:
        if one is not whole:
            lines.append(f"{one.name}   used by {' ← '.join(way[::-1])}")
        indent = "" if one is whole else "  "
        for change in important(one.changes):
            lines += [f"{indent}{line}" for line in render_change(change, colour, paths=False)]
    return lines


def render_place(found: DerivationDiff, store: Store, told: set[str], colour: bool) -> list[str]:
    """The lines for two derivations in a set: the verdict, and what differs if that was not told before."""
    origins = origins_in(found)
    if found.same_outputs:
        first = f"{found.name}: nothing is built, the output paths are the same"
    else:
        first = f"{found.name} has to be built again"
    new = [(way, one) for way, one in origins if one.new_path not in told]
    if len(new) < len(origins):
        known = listed([one.name for _, one in origins if one.new_path in told])
        first += f", because of {known} (see above)"
    told.update(one.new_path for _, one in origins)
    return [first, *render_origins(new, found, colour)]


def left_behind_text(one: LeftBehind) -> str:
    """One line for what did not change; of a long text the part that should have."""
    text = STORE_PATH.sub("", one.text)
    at = text.find(one.old)
    start, end = at - MOST_AROUND, at + len(one.old) + MOST_AROUND
    if len(text) <= MOST_CHARACTERS or at < 0:
        start, end = 0, len(text)
    part = f"{'…' if start > 0 else ''}{text[max(start, 0) : end]}{'…' if end < len(text) else ''}"
    return f'{one.place} = "{shorten(part)}"   ({one.because} was "{one.old}", is "{one.new}")'


def render_derivation(found: DerivationDiff, colour: bool, depth: int, told: set[str]) -> list[str]:
    """The lines for a derivation and, indented, for its inputs that differ; *told* are those above."""
    lines = [f"derivation {found.name}"]
    if found.new_path in told:
        return [f"{lines[0]} (see above)"]
    told.add(found.new_path)
    lines += [
        _paint(f"  - {found.old_path}", RED if colour else ""),
        _paint(f"  + {found.new_path}", GREEN if colour else ""),
    ]
    if found.same_outputs:
        lines.append("  the output paths are the same: what was built or downloaded once is used for both")
    for change in found.changes:
        lines += [f"  {line}" for line in render_change(change, colour, paths=True)]
    if found.inputs and depth > 0:
        for below in found.inputs:
            first, *others = render_derivation(below, colour, depth - 1, told)
            lines += [f"  input {first}", *(f"  {line}" for line in others)]
    elif found.inputs:
        names = ", ".join(below.name for below in found.inputs)
        lines.append(_paint(f"  inputs that differ: {names}", FAINT if colour else ""))
    return lines


def render_change(change: Change, colour: bool, *, paths: bool) -> list[str]:
    """One change of a derivation; long texts by their lines or words. *paths*: with those of inputs."""
    what, old, new = change
    what = shown_name(what)
    red, green = (RED, GREEN) if colour else ("", "")
    if what.startswith(("input ", "source ")) and not paths:
        if old is not None and new is not None:
            return [f"~ {phrase(change)}"]
        return [_paint(f"- {what}", red) if new is None else _paint(f"+ {what}", green)]
    if old is None:
        return [_paint(f"+ {what}{value_text(what, new)}", green)]
    if new is None:
        return [_paint(f"- {what}{value_text(what, old)}", red)]
    if "\n" in old or "\n" in new:
        return [f"~ {what}:", *_line_diff(old, new, colour)]
    if (" " in old.strip() and " " in new.strip()) or len(old) + len(new) > MOST_CHARACTERS:
        before, after = old.split(), new.split()
        gone = [word for word in before if word not in after]
        come = [word for word in after if word not in before]
        if gone or come:
            return [
                f"~ {what}:",
                *(_paint(f"  - {shorten(word)}", red) for word in gone),
                *(_paint(f"  + {shorten(word)}", green) for word in come),
            ]
    return [f"~ {what}: {_paint(quoted(old), red)} → {_paint(quoted(new), green)}"]


def value_text(what: str, text: str | None) -> str:
    """` = "text"`, or the path for an input or source, whose name is said already."""
    if what.startswith(("input ", "source ")):
        return f" ({text})"
    return f" = {quoted(text or '')}"


def quoted(text: str) -> str:
    """*text* on one line, not too long, in quotation marks."""
    return f'"{shorten(text)}"'


def shorten(text: str) -> str:
    """*text* on one line, not too long."""
    flat = bare(text).replace("\n", "\\n")
    return flat if len(flat) <= MOST_CHARACTERS else f"{flat[: MOST_CHARACTERS - 1]}…"


# -- data


def to_data(report: Report, state: State) -> dict[str, Any]:
    """The report as what JSON can say."""
    told: set[str] = set()
    return {
        "same": report.same,
        "differences": [
            {
                "path": list(path),
                "kind": kind,
                "old": None if kind == "added" else _show(old, state, 10**6),
                "new": None if kind == "removed" else _show(new, state, 10**6),
                **(
                    {"derivation": derivation_data(report.inside[path], told)}
                    if path in report.inside
                    else {}
                ),
            }
            for path, kind, old, new in report.values
        ],
        "derivation": derivation_data(report.derivation, told) if report.derivation else None,
        "verdict": verdict_data(report.verdict),
        "expectedToChange": [one._asdict() for one in report.left_behind],
    }


def derivation_data(found: DerivationDiff, told: set[str]) -> dict[str, Any]:
    """A derivation's differences as what JSON can say; what was told before only by its paths."""
    repeated = found.new_path in told
    told.add(found.new_path)
    return {
        "old": found.old_path,
        "new": found.new_path,
        "sameOutputs": found.same_outputs,
        "repeated": repeated,
        "changes": [] if repeated else [change._asdict() for change in found.changes],
        "inputs": [] if repeated else [derivation_data(below, told) for below in found.inputs],
    }
