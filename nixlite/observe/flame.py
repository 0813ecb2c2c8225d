"""A flame graph as an SVG page: each box a frame, as wide as the share of the samples that it was met in.

The outermost frames are at the bottom. Pointing at a box shows its whole name and its count; a click on it
makes it as wide as the picture, a click on the bottom undoes that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from nixlite.observe.sampling import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.observe.stacks import Stacks

WIDTH, ROW, LETTER, MARGIN = 1200, 17, 6.6, 8  # pixels
NARROWEST = 0.3
"""Narrower boxes are left out, pixels."""
DEEPEST = 400
"""Rows at most: what a deeper recursion does is in the text form."""

COLOURS = {"primop": "#8fb7d9", "attribute": "#c9d98f", "variable": "#c9d98f", "thunk": "#c9d98f"}
COLOURS |= {"compiling": "#c8b8dc", "functor": "#e9b98a"}
FUNCTION = "#eda75f"

FRAME = re.compile(r"(.*?):(\d+):\d+(?::(.*))?")
QUOTE = '"'

STYLE = (
    "text{font:11px monospace;pointer-events:none}rect{stroke:#fff;stroke-width:.5}rect:hover{stroke:#000}"
)
SCRIPT = """
const boxes = [...document.querySelectorAll('g')], W = %d, L = %s;
function zoom(to) {
  const x = +to.dataset.x, w = +to.dataset.w, d = +to.dataset.d;
  for (const g of boxes) {
    const gx = +g.dataset.x, gw = +g.dataset.w, below = +g.dataset.d < d;
    const inside = gx >= x - 1e-6 && gx + gw <= x + w + 1e-6;
    const holds = below && gx <= x + 1e-6 && gx + gw >= x + w - 1e-6;
    g.style.display = inside && !below || holds ? '' : 'none';
    const left = holds ? 0 : (gx - x) / w * W, wide = holds ? W : gw / w * W;
    const r = g.querySelector('rect'), t = g.querySelector('text'), n = Math.floor((wide - 4) / L);
    r.setAttribute('x', left); r.setAttribute('width', wide); t.setAttribute('x', left + 3);
    t.textContent = n < 3 ? '' : g.dataset.n.length > n ? g.dataset.n.slice(0, n - 1) + '…' : g.dataset.n;
  }
}
for (const g of boxes) g.addEventListener('click', () => zoom(g));
"""


class Box(NamedTuple):
    """A frame: left edge and width as shares of the whole, row from the bottom, name, samples."""

    left: float
    width: float
    depth: int
    name: str
    samples: int


def svg(stacks: Stacks) -> str:
    """The picture of stacks, as a document of its own."""
    boxes = list(boxes_of(stacks))
    rows = 1 + max((box.depth for box in boxes), default=0)
    height = rows * ROW + 2 * MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + 2 * MARGIN}" height="{height}" '
        f'viewBox="{-MARGIN} {-MARGIN} {WIDTH + 2 * MARGIN} {height}">\n<style>{STYLE}</style>\n'
    )
    script = f"<script><![CDATA[{SCRIPT % (WIDTH, LETTER)}]]></script>\n"
    total = boxes[0].samples if boxes else 0
    return head + "".join(drawn(box, rows, total) for box in boxes) + script + "</svg>\n"


def totals(stacks: Stacks) -> list[int]:
    """The samples of each stack with all upon it; children have larger numbers than their parents."""
    found = stacks.counts.copy()
    for stack in range(len(found) - 1, ROOT, -1):
        found[stacks.parents[stack]] += found[stack]
    return found


def boxes_of(stacks: Stacks) -> Iterator[Box]:
    """The boxes that are wide enough to be seen, the one for everything first; siblings by name."""
    total = totals(stacks)
    if not total[ROOT]:
        return
    children: dict[int, list[int]] = {}
    for stack in range(1, len(total)):
        children.setdefault(stacks.parents[stack], []).append(stack)
    todo = [(ROOT, 0.0, 0)]
    while todo:
        stack, left, depth = todo.pop()
        width = total[stack] / total[ROOT]
        yield Box(left, width, depth, stacks.names[stack] or "all", total[stack])
        if depth + 1 >= DEEPEST:
            continue
        for child in sorted(children.get(stack, ()), key=stacks.names.__getitem__):
            share = total[child] / total[ROOT]
            if share * WIDTH >= NARROWEST:
                todo.append((child, left, depth + 1))
            left += share


def drawn(box: Box, rows: int, total: int) -> str:
    """The group of a box: its title, rectangle and text."""
    top = (rows - 1 - box.depth) * ROW
    left, width = box.left * WIDTH, box.width * WIDTH
    name = "".join(letter if letter.isprintable() else "\ufffd" for letter in box.name)
    label = short(name)
    text = escape(fitted(label, int((width - 4) / LETTER)))
    title = f"{escape(name)}\n{box.samples} of {total} samples, {100 * box.samples / total:.1f} %"
    return (
        f'<g data-x="{box.left:.6f}" data-w="{box.width:.6f}" data-d="{box.depth}" '
        f'data-n="{escape(label, {QUOTE: "&quot;"})}">'
        f"<title>{title}</title>"
        f'<rect x="{left:.2f}" y="{top}" width="{width:.2f}" height="{ROW}" fill="{colour(box)}"/>'
        f'<text x="{left + 3:.2f}" y="{top + 12}">{text}</text></g>\n'
    )


def short(name: str) -> str:
    """What a box says where there is no room for all: the name of the frame, its file's name and line."""
    found = FRAME.fullmatch(name)
    if found is None:
        return name
    file, line, what = found.groups()
    return f"{what or 'λ'}  {file.rpartition('/')[2]}:{line}"


def fitted(label: str, room: int) -> str:
    """*label* in so many letters; the script does the same."""
    return "" if room < 3 else label if len(label) <= room else label[: room - 1] + "…"


def colour(box: Box) -> str:
    """Functions, builtins, delayed bindings and compiling look different."""
    if not box.depth:
        return "#dddddd"
    word = box.name.rpartition(":")[2].split(" ")[0]
    kind = "primop" if ":primop " in box.name else word
    return COLOURS.get(kind, FUNCTION)
