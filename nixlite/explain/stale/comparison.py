"""The same package written in several ways, one override: a table of what followed and what did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.explain.brief import brief
from nixlite.explain.recording.leaves import leaves
from nixlite.explain.recording.program import set_at
from nixlite.explain.stale.plain.examine import examine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.program import Program


class Column(NamedTuple):
    """One way of writing it: for each attribute its value, and whether that is stale."""

    name: str
    values: dict[str, tuple[str, bool]]


def column(name: str, program: Program, path: Sequence[str] = ()) -> Column:
    """Examine one way."""
    stale = {item.path for item in examine(program, path).stale}
    found = program.checked()
    parts = leaves(found, set_at(found, path))
    return Column(name, {".".join(leaf.path): (brief(leaf.value), leaf.path in stale) for leaf in parts})


def table(columns: Sequence[Column]) -> str:
    """The table as Markdown: ✗ marks what is stale."""
    names = list(dict.fromkeys(name for entry in columns for name in entry.values))
    rows = [["", *[entry.name for entry in columns]]]
    for name in names:
        cells = [entry.values.get(name) for entry in columns]
        rows.append([name, *[f"{'✗' if cell[1] else '✓'} {cell[0]}" if cell else "" for cell in cells]])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"
