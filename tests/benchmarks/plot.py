"""A plot of the ratios as SVG: a bar for each program and state, on a logarithmic axis around 1."""

from __future__ import annotations

import math
from html import escape
from typing import Any

LEFT, TOP, WIDTH, BAR, GAP = 110, 46, 640, 9, 8
"""Pixels: room for names, for the title, the axis' length, a bar's height, the room between programs."""
COLOURS = {"warm": "#3b6ea8", "cold": "#a9c4e4"}
OTHER_COLOUR = "#c98a3d"
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def svg(results: dict[str, Any], figure: str = "cpu") -> str:
    """The plot of a figure (`wall`, `cpu`, `peak`) of all programs and their mean."""
    rows = {name: row.get("ratios", {}) for name, row in results["programs"].items()}
    rows["mean"] = results["geometric means"]["ratios"]
    values = [ratio[figure] for row in rows.values() for ratio in row.values()]
    low = min([0.5, *(value / 1.1 for value in values)])
    high = max([2.0, *(value * 1.1 for value in values)])

    def x(value: float) -> float:
        return LEFT + WIDTH * math.log(max(value, low) / low) / math.log(high / low)

    labels = sorted(
        {label for row in rows.values() for label in row}, key=lambda label: (label not in COLOURS, label)
    )
    parts, y = [], float(TOP)
    for name, row in rows.items():
        middle = y + BAR * max(len(row), 1) / 2 + 4
        weight = ' font-weight="bold"' if name == "mean" else ""
        parts.append(f'<text x="{LEFT - 8}" y="{middle:.1f}" text-anchor="end"{weight}>{escape(name)}</text>')
        for label in labels:
            if label in row:
                parts.append(bar(x(1), x(row[label][figure]), y, label, row[label][figure]))
                y += BAR
        y += GAP
    frame = axis(x, low, high, y) + legend(labels, figure, results)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 60}" height="{y + 26:.0f}" '
        'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n'
        + "\n".join(frame + parts)
        + "\n</svg>\n"
    )


def bar(one: float, end: float, y: float, label: str, value: float) -> str:
    """A bar from the line of 1 to the value, and the value."""
    colour = COLOURS.get(label, OTHER_COLOUR)
    left, width = min(one, end), max(abs(end - one), 1)
    place = f'x="{end + 4:.1f}"' if end >= one else f'x="{end - 4:.1f}" text-anchor="end"'
    return (
        f'<rect x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR - 1}" fill="{colour}"/>'
        f'<text {place} y="{y + BAR - 1:.1f}" font-size="9" fill="#555">{value:.2f}</text>'
    )


def axis(x: Any, low: float, high: float, bottom: float) -> list[str]:
    """Grid lines with their factors; the one of 1 is heavier."""
    parts = []
    for tick in TICKS:
        if low <= tick <= high:
            stroke = 'stroke="#222" stroke-width="1.5"' if tick == 1 else 'stroke="#ddd"'
            parts.append(f'<path d="M{x(tick):.1f} {TOP - 4}V{bottom:.1f}" {stroke}/>')
            parts.append(
                f'<text x="{x(tick):.1f}" y="{bottom + 14:.1f}" text-anchor="middle">{tick:g}×</text>'
            )
    return parts


def legend(labels: list[str], figure: str, results: dict[str, Any]) -> list[str]:
    """The title, and which colour means what."""
    what = {"wall": "Wall time", "cpu": "CPU time", "peak": "Peak memory"}[figure]
    title = f"{what} to {results['reference'] or 'the reference'} (left of 1: less)"
    parts = [f'<text x="{LEFT}" y="16" font-size="14">{escape(title)}</text>']
    for number, label in enumerate(labels):
        left = LEFT + 110 * number
        parts.append(
            f'<rect x="{left}" y="24" width="10" height="10" fill="{COLOURS.get(label, OTHER_COLOUR)}"/>'
        )
        parts.append(f'<text x="{left + 14}" y="33">{escape(label)}</text>')
    return parts
