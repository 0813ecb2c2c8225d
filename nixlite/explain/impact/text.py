"""What `nixlite impact` prints: the verdict, what changes and what stays, list, tree and JSON."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from nixlite.colours import FAINT, GREEN, RED
from nixlite.explain.brief import page_width, paragraph
from nixlite.explain.diff.pairing import by_name, drv_name
from nixlite.explain.diff.values import _paint
from nixlite.explain.diff.verdict import count_text, counts, listed, phrases
from nixlite.explain.impact.packages import ADDED, BROKEN, CHANGED, MENDED, REMOVED, SAME
from nixlite.explain.impact.survey import split_last

if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.impact.packages import Impact, Row

MARKS = {ADDED: "+", REMOVED: "-", CHANGED: "~", SAME: "=", BROKEN: "!", MENDED: "+"}
TITLES = {
    CHANGED: "change", ADDED: "new", MENDED: "can be evaluated now", REMOVED: "gone", SAME: "stay",
}  # fmt: skip
MOST_NAMES = 60
"""How many names a line of the table has before it is cut."""

MOST_ORIGINS = 12
MOST_FAILURES = 3
MOST_INNER = 6


# -- the verdict


def summary(impact: Impact, *, everything: bool = False, colour: bool = False) -> str:
    """The verdict, then a table of what changes and stays, of where it begins, and of what fails."""
    lines = [paragraph(line) for line in verdict(impact)]
    table = [] if everything or impact.nothing else table_lines(impact)
    begins = origin_lines(impact, everything=everything)
    failures = failure_lines(impact, everything=everything, colour=colour)
    return "\n\n".join("\n".join(part) for part in (lines, begins, table, failures) if part)


def verdict(impact: Impact) -> list[str]:
    """What has to be built again, because of what, and why some stay."""
    number = len(impact.rows)
    broken = [row.attribute for row in impact.rows if row.status == BROKEN]
    lines = []
    if impact.nothing:
        lines.append(
            f"Nothing changes: {'it stays' if number == 1 else f'all {number:,} packages stay'} as before."
        )
    else:
        lines.append(changes_text(impact))
    if broken:
        reasons = {one.new for one in impact.failed.values() if one.old is None}
        why = f": {reasons.pop()}" if len(reasons) == 1 else ", see below"
        lines.append(f"{listed(broken)} cannot be evaluated any more{why}.")
    lines += [unused_text(name, like) for name, like in list(impact.unused.items())[:3]]
    lines += [spared_text(impact, *item) for item in list(impact.spared.items())[:2]]
    if impact.drv_files:
        said = counts(impact.drv_files, impact.same, impact.outputs, impact.downloads)
        lines.append(f"Of all {count_text(impact.closure, 'derivation')}, {said}")
    return lines


def changes_text(impact: Impact) -> str:
    """How many packages change, and because of what."""
    changed = [row for row in impact.rows if row.status == CHANGED]
    build = sum(row.build for row in changed)
    if not changed:
        text = f"None of {count_text(len(impact.rows) - impact.count(ADDED), 'package')} changes"
    elif build:
        has = "has" if build == 1 else "have"
        text = f"{build:,} of {count_text(len(impact.rows), 'package')} {has} to be built again"
    else:
        text = f"{len(changed):,} of {count_text(len(impact.rows), 'package')} change"
        text += ", but nothing has to be built"
    if build and impact.origins:
        text += f", because of {because(impact)}"
    if build and len(changed) > build:
        text += f"; {len(changed) - build:,} more become others that were there before"
    for status, verb in ((ADDED, "is|are new"), (REMOVED, "is|are gone"), (MENDED, "can be evaluated now")):
        names = [row.attribute for row in impact.rows if row.status == status]
        if names:
            one, _, more = verb.partition("|")
            said = f"{one} {more.split(' ', 1)[1]}" if more and len(names) == 1 else more or verb
            text += f"; {listed(names)} {said}"
    return f"{text}."


def because(impact: Impact) -> str:
    """Where the change begins, in a sentence."""
    names = list(dict.fromkeys(change_name(impact, path) for path in impact.origins))
    if len(impact.origins) == 1:
        (path,) = impact.origins
        return f"{change_name(impact, path)} ({phrases(impact.origins[path], 1)})"
    return listed(names)


def unused_text(name: str, like: tuple[str, int] | None) -> str:
    """That what is new is used by nothing, and what is used instead."""
    text = f"No package uses {name}"
    if like is None:
        return f"{text}."
    attribute, count = like
    uses = "uses" if count == 1 else "use"
    said = f"{count_text(count, 'package')} {uses} {attribute}, as before"
    return f"{text}: {said}; for them to use this one, define it as {attribute}."


def spared_text(impact: Impact, origin: str, names: list[str]) -> str:
    """That some packages stay, for they are made with another derivation of that name."""
    was = drv_name(impact.pairs.get(origin) or origin)
    stay, own = ("stays", "its") if len(names) == 1 else ("stay", "their")
    return (
        f"{listed(names, 4)} {stay}: made with another {was} of {own} own, which this change does not reach."
    )


def change_name(impact: Impact, drv_path: str) -> str:
    """`zlib-1.2 → zlib-1.3`, or the name if it stays."""
    old, new = impact.pairs.get(drv_path), drv_name(drv_path)
    return new if old is None or drv_name(old) == new else f"{drv_name(old)} → {new}"


# -- the table


def table_lines(impact: Impact) -> list[str]:
    """The names of the packages by what becomes of them."""
    lines: list[str] = []
    for status, title in TITLES.items():
        names = [row.attribute for row in impact.rows if row.status == status]
        if names and (status != SAME or impact.count(CHANGED)):
            lines += titled(f"{title} ({len(names):,})", grouped(names))
    return lines


def titled(title: str, names: list[str]) -> list[str]:
    """A title and names in a column beside it, cut where there are very many."""
    shown = names[:MOST_NAMES]
    more = f" … and {len(names) - MOST_NAMES:,} others (--list)" if len(names) > MOST_NAMES else ""
    text = ", ".join(shown) + more
    return wrap(
        text, page_width(), initial_indent=f"{title:14} ", subsequent_indent=" " * 15, break_on_hyphens=False
    )


def grouped(names: list[str], most: int = MOST_NAMES // 2) -> list[str]:
    """Names, those in one set together: `python3Packages.{numpy, six}`; of more than *most* the number."""
    sets: dict[str, list[str]] = {}
    for name in names:
        above, last = split_last(name)
        sets.setdefault(above, []).append(last)
    found = sets.pop("", [])
    for above, inner in sets.items():
        if len(inner) == 1:
            found.append(f"{above}.{inner[0]}")
        elif len(inner) > most:
            found.append(f"{len(inner):,} in {above}")
        else:
            found.append(f"{above}.{{{', '.join(inner)}}}")
    return found


def origin_lines(impact: Impact, *, everything: bool) -> list[str]:
    """One line for each derivation that differs by itself; those that look alike together."""
    found: dict[str, int] = {}
    for path, changes in sorted(impact.origins.items(), key=lambda item: drv_name(item[0])):
        text = f"  {change_name(impact, path)}: {phrases(changes)}"
        found[text] = found.get(text, 0) + 1
    lines = [text if count == 1 else f"{text}   ({count} of that name)" for text, count in found.items()]
    if len(lines) > MOST_ORIGINS and not everything:
        lines[MOST_ORIGINS:] = [f"  … and {len(lines) - MOST_ORIGINS:,} others (--all)"]
    return ["the change begins in:", *lines] if lines else []


# -- what fails


def failure_lines(impact: Impact, *, everything: bool, colour: bool) -> list[str]:
    """What could not be evaluated, by its reasons: first what could be before."""
    kinds = {
        "cannot be evaluated any more": [n for n, one in impact.failed.items() if one.old is None],
        "cannot be evaluated, before and after": [
            n for n, one in impact.failed.items() if one.old is not None and one.new is not None
        ],
        "could not be evaluated before": [n for n, one in impact.failed.items() if one.new is None],
    }
    lines = []
    for title, names in kinds.items():
        if not names:
            continue
        lines.append(f"{count_text(len(names), 'attribute')} {title}:")
        reasons: dict[str, list[str]] = {}
        for name in names:
            one = impact.failed[name]
            reasons.setdefault((one.old if one.new is None else one.new) or "", []).append(name)
        ordered = sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
        for reason, those in ordered if everything else ordered[:MOST_FAILURES]:
            shown = grouped(those, len(those) if everything else MOST_INNER)
            names_text = ", ".join(shown) if everything else listed(shown)
            lines.append(_paint(f"  {names_text}: {reason}", RED if colour and "more" in title else ""))
        if len(ordered) > MOST_FAILURES and not everything:
            left = sum(len(those) for _, those in ordered[MOST_FAILURES:])
            reasons_left = count_text(len(ordered) - MOST_FAILURES, "other reason")
            lines.append(f"  … and {count_text(left, 'other')}, for {reasons_left} (--all)")
    return lines


# -- list and tree


def list_text(impact: Impact, *, everything: bool = False, colour: bool = False) -> str:
    """One line a package, with what changes it; those that stay only with *everything*."""
    return "\n".join(row_text(impact, row, colour) for row in impact.rows if everything or row.status != SAME)


def row_text(impact: Impact, row: Row, colour: bool) -> str:
    """`~ graphviz  (because of zlib-1.3.1)`."""
    text = f"{MARKS[row.status]} {row.attribute}"
    if row.status == CHANGED and row.new:
        if row.new in impact.origins:
            text += f"  ({phrases(impact.origins[row.new])})"
        elif row.causes:
            text += (
                f"  (because of {listed(dict.fromkeys(change_name(impact, path) for path in row.causes))})"
            )
        elif not row.build:
            text += f"  (now {drv_name(row.new)}, which was there before)"
    elif row.status == BROKEN:
        text += "  (cannot be evaluated any more)"
    colours = {ADDED: GREEN, REMOVED: RED, BROKEN: RED, SAME: FAINT}
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
        users = sorted(set(impact.users.get(path, ())), key=by_name)
        for at, user in enumerate(users):
            last = at == len(users) - 1
            again = user in told and bool(impact.users.get(user))
            lines.append(f"{prefix}{'└─' if last else '├─'} {label(user)}{' …' if again else ''}")
            if user not in told:
                told.add(user)
                branch(user, prefix + ("   " if last else "│  "))

    for path, reasons in sorted(impact.origins.items(), key=lambda item: drv_name(item[0])):
        lines.append(f"{label(path)}  ({phrases(reasons)})")
        if path not in told:
            told.add(path)
            branch(path, "")
    return "\n".join(lines)


# -- data


def to_data(impact: Impact) -> dict[str, Any]:
    """The whole as what JSON can say."""
    statuses = (SAME, CHANGED, ADDED, REMOVED, BROKEN, MENDED)
    return {
        "verdict": verdict(impact),
        "counts": {status: impact.count(status) for status in statuses},
        "build": sum(row.build for row in impact.rows),
        "drvFiles": impact.drv_files,
        "drvFilesWithSameOutputs": impact.same,
        "outputs": impact.outputs,
        "downloads": impact.downloads,
        "packages": [row._asdict() for row in impact.rows],
        "failed": {name: one.new or one.old for name, one in impact.failed.items()},
        "failures": {name: one._asdict() for name, one in impact.failed.items()},
        "closure": impact.closure,
        "changedDerivations": impact.pairs,
        "origins": {path: [change.what for change in changes] for path, changes in impact.origins.items()},
        "changes": {
            path: [change._asdict() for change in changes] for path, changes in impact.origins.items()
        },
        "users": {path: sorted(set(users)) for path, users in sorted(impact.users.items())},
        "spared": impact.spared,
        "unused": {
            name: like and {"attribute": like[0], "users": like[1]} for name, like in impact.unused.items()
        },
    }
