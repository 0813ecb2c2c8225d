"""What `nixlite impact` prints: counts, list, tree and JSON."""

from __future__ import annotations

from nixlite.explain.diff.derivations import drv_name
from nixlite.explain.diff.values import _paint
from nixlite.explain.impact.packages import ADDED, CHANGED, REMOVED, SAME, origins_of
from nixlite.runtime.show import FAINT, GREEN, RED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.impact.packages import Impact, Row, Sharing

MARKS = {ADDED: "+", REMOVED: "-", CHANGED: "~", SAME: "="}
MOST_REASONS = 4


def count_text(number: int, noun: str) -> str:
    """`1 package`, `2 packages`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def summary(impact: Impact) -> str:
    """The counts, and where the change begins."""
    changed, same = impact.count(CHANGED), impact.count(SAME)
    parts = [
        f"{changed} of {count_text(len(impact.rows), 'package')} change{'s' if changed == 1 else ''}",
        f"{same} stay{'s' if same == 1 else ''}",
    ]
    parts += [f"{impact.count(status)} {status}" for status in (ADDED, REMOVED) if impact.count(status)]
    if impact.failed:
        parts.append(f"{len(impact.failed)} not evaluated")
    lines = [", ".join(parts)]
    ways = sum(row.status == SAME and row.old != row.new for row in impact.rows)
    if ways:
        lines.append(f"{ways} of those that stay have another .drv file, with the same output paths")
    if impact.pairs:
        lines.append(
            f"{len(impact.pairs)} of {count_text(impact.closure, 'derivation')} in the closures change"
        )
        lines.append("the change begins in:")
        lines += origin_lines(impact)
    return "\n".join(lines)


def origin_lines(impact: Impact) -> list[str]:
    """One line for each derivation that differs by itself; those that look alike together."""
    found: dict[str, int] = {}
    for path, reasons in sorted(impact.origins.items(), key=lambda item: drv_name(item[0])):
        text = f"  {change_name(impact, path)}: {reasons_text(reasons)}"
        found[text] = found.get(text, 0) + 1
    return [text if count == 1 else f"{text}   ({count} of that name)" for text, count in found.items()]


def reasons_text(reasons: list[str]) -> str:
    """What differs in a derivation, shortened."""
    shown = ", ".join(reasons[:MOST_REASONS])
    return shown if len(reasons) <= MOST_REASONS else f"{shown}, …"


def change_name(impact: Impact, drv_path: str) -> str:
    """`zlib-1.2 → zlib-1.3`, or the name if it stays."""
    old, new = impact.pairs.get(drv_path), drv_name(drv_path)
    return new if old is None or drv_name(old) == new else f"{drv_name(old)} → {new}"


def list_text(impact: Impact, *, everything: bool = False, colour: bool = False) -> str:
    """One line a package, with what changes it; those that stay only with *everything*."""
    lines = [row_text(impact, row, colour) for row in impact.rows if everything or row.status != SAME]
    if everything:
        grey = FAINT if colour else ""
        lines += [_paint(f"! {name}: {text}", grey) for name, text in sorted(impact.failed.items())]
    return "\n".join(lines)


def row_text(impact: Impact, row: Row, colour: bool) -> str:
    """`~ graphviz  (because of zlib-1.3)`."""
    text = f"{MARKS[row.status]} {row.attribute}"
    if row.status == CHANGED and row.new:
        if row.new in impact.origins:
            text += f"  ({reasons_text(impact.origins[row.new])})"
        else:
            causes = [change_name(impact, path) for path in origins_of(impact, row.new)]
            text += f"  (because of {', '.join(causes)})"
    colours = {ADDED: GREEN, REMOVED: RED, SAME: FAINT}
    return _paint(text, colours.get(row.status, "") if colour else "")


def tree_text(impact: Impact) -> str:
    """From each derivation where the change begins to what uses it, and what uses that."""
    names: dict[str, list[str]] = {}
    for row in impact.rows:
        if row.new:
            names.setdefault(row.new, []).append(row.attribute)
    lines: list[str] = []
    told: set[str] = set()

    def label(path: str) -> str:
        return change_name(impact, path) + (f"  [{', '.join(names[path])}]" if path in names else "")

    def branch(path: str, prefix: str) -> None:
        users = sorted(set(impact.users.get(path, ())), key=drv_name)
        for at, user in enumerate(users):
            last = at == len(users) - 1
            again = user in told and bool(impact.users.get(user))
            lines.append(f"{prefix}{'└─' if last else '├─'} {label(user)}{' …' if again else ''}")
            if user not in told:
                told.add(user)
                branch(user, prefix + ("   " if last else "│  "))

    for path, reasons in sorted(impact.origins.items(), key=lambda item: drv_name(item[0])):
        lines.append(f"{label(path)}  ({reasons_text(reasons)})")
        if path not in told:
            told.add(path)
            branch(path, "")
    return "\n".join(lines)


def sharing_text(sharing: Sharing, old: str, new: str) -> str:
    """Whether two packages share what they are made of."""
    counts = f"{len(sharing.variants)} in two variants, {len(sharing.only_old)} only in {old}"
    lines = [
        f"{old} and {new} share {count_text(len(sharing.common), 'derivation')}",
        f"{counts}, {len(sharing.only_new)} only in {new}",
    ]
    for variant in sharing.variants:
        lines += [f"~ {variant.name} in two variants:", f"  {variant.old}", f"  {variant.new}"]
        lines += [f"  because of {reason}" for reason in variant.reasons]
    for mark, paths in (("-", sharing.only_old), ("+", sharing.only_new), ("=", sharing.common)):
        lines += [f"{mark} {drv_name(path)}" for path in paths]
    return "\n".join(lines)


def to_data(impact: Impact) -> dict[str, Any]:
    """The whole as what JSON can say."""
    return {
        "counts": {status: impact.count(status) for status in (SAME, CHANGED, ADDED, REMOVED)},
        "packages": [row._asdict() for row in impact.rows],
        "failed": impact.failed,
        "closure": impact.closure,
        "changedDerivations": impact.pairs,
        "origins": impact.origins,
        "users": {path: sorted(set(users)) for path, users in sorted(impact.users.items())},
    }


def sharing_data(sharing: Sharing) -> dict[str, Any]:
    """What two closures have in common, as what JSON can say."""
    return {
        "common": sharing.common,
        "variants": [variant._asdict() for variant in sharing.variants],
        "onlyOld": sharing.only_old,
        "onlyNew": sharing.only_new,
    }
