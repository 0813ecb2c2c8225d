"""The screen of a terminal as an SVG file that any viewer shows: no scripts, no fonts of its own, light and dark.

Each run of cells that look alike is a text with its length, so that columns stay columns in whatever font there
is; what is not in every font is a run of its own. Several screens follow one another by CSS; where nothing moves
(other viewers, `prefers-reduced-motion`), the last one is shown.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyte

WIDTH, HEIGHT, SIZE = 8.4, 19, 14
"""Of a cell, and of the font, in pixels."""
EDGE, TITLE = 16, 38
"""What is free around the screen, and the bar above it, in pixels."""

COLOURS = {
    # pyte's names; on dark and on light ground
    "ground": ("#1b1e24", "#fcfcfa"),
    "bar": ("#2a2e36", "#ebebe8"),
    "default": ("#d9dde3", "#2b2f36"),
    "brightblack": ("#979eaa", "#686e78"),
    "red": ("#ff8a80", "#b3261e"),
    "green": ("#8fd694", "#1c6b2a"),
    "brown": ("#e8c36a", "#7a5600"),
    "blue": ("#8ab8ff", "#1f56a8"),
    "magenta": ("#d7a6f0", "#7b3aa0"),
    "cyan": ("#7fd3dd", "#0f6570"),
}


class Look(NamedTuple):
    """How cells look."""

    colour: str
    bold: bool
    italics: bool
    underscore: bool
    reverse: bool = False


class Run(NamedTuple):
    """Cells of a line that look alike: the first one's column, and what is in them."""

    column: int
    text: str
    look: Look


Still = list[list[Run]]
"""A screen: the runs of each line, down to the last line with something in it."""


class Wait(NamedTuple):
    """How long a screen is shown, in seconds."""

    seconds: float


def still(screen: pyte.Screen, *, cursor: bool = False) -> Still:
    """What a screen shows now; if that is wanted with its *cursor*, where the program shows it, as a block."""
    lines = [list(runs(screen, row)) for row in range(screen.lines)]
    if cursor and not screen.cursor.hidden:
        block = Run(screen.cursor.x, "█", Look("brightblack", False, False, False))
        lines[screen.cursor.y].append(block)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def runs(screen: pyte.Screen, row: int) -> Iterator[Run]:
    """The runs of a line; without blanks around them, but where those can be seen."""
    cells = [screen.buffer[row][column] for column in range(screen.columns)]
    looks = [Look(cell.fg, cell.bold, cell.italics, cell.underscore, cell.reverse) for cell in cells]
    begin = 0
    for end in range(1, len(cells) + 1):
        if (
            end < len(cells)
            and looks[end] == looks[begin]
            and plain(cells[end].data)
            and plain(cells[end - 1].data)
        ):
            continue
        text = "".join([cell.data for cell in cells[begin:end]])
        if looks[begin].reverse:
            yield Run(begin, text, looks[begin])
        elif text.strip():
            lead = len(text) - len(text.lstrip())
            yield Run(begin + lead, text.strip(), looks[begin])
        begin = end


def plain(text: str) -> bool:
    """Whether a character is in every font of a terminal."""
    return text.isascii()


def drawing(title: str, what: str, frames: list[tuple[Still, Wait]]) -> str:
    """The SVG file of screens that follow one another; *what* they show, for those who cannot see them."""
    columns = max(run.column + len(run.text) for lines, _ in frames for line in lines for run in line)
    rows = max(len(lines) for lines, _ in frames)
    width, height = round(columns * WIDTH + 2 * EDGE), TITLE + rows * HEIGHT + 2 * EDGE
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(what)}">',
        f"<title>{escape(what)}</title>",
        style([wait.seconds for _, wait in frames]),
        f'<rect class="window" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="9"/>',
        f'<path class="bar" d="M1 {TITLE}V9.5A8.5 8.5 0 0 1 9.5 1H{width - 9.5}A8.5 8.5 0 0 1 {width - 1} 9.5V{TITLE}z"/>',
        *[f'<circle class="dot" cx="{x}" cy="{TITLE / 2:g}" r="5.5"/>' for x in (22, 41, 60)],
        f'<text class="title" x="{width / 2:g}" y="{TITLE / 2 + 5:g}" text-anchor="middle">{escape(title)}</text>',
    ]
    for number, (lines, _) in enumerate(frames):
        name = f' class="f{number}"' if len(frames) > 1 else ""
        parts += [f"<g{name}>", *(drawn(run, row) for row, line in enumerate(lines) for run in line), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def drawn(run: Run, row: int) -> str:
    """A run as texts, before a bar where it is in reverse. No text has two blanks in a row: not all viewers would
    show them."""
    x, y = EDGE + run.column * WIDTH, TITLE + EDGE + row * HEIGHT
    look, parts = run.look, []
    if look.reverse:
        size = f'width="{len(run.text) * WIDTH:.1f}" height="{HEIGHT}"'
        parts.append(f'<rect class="{look.colour}" x="{x:.1f}" y="{y}" {size}/>')
        look = look._replace(colour="ground")
    fill = f' fill="#{look.colour}"' if look.colour not in COLOURS else ""
    names = [look.colour] if look.colour in COLOURS and look.colour != "default" else []
    names += ["b"] * look.bold + ["i"] * look.italics + ["u"] * look.underscore
    kind = f' class="{" ".join(names)}"' if names else ""
    for found in re.finditer(r"\S+(?: \S+)*", run.text):
        at = f'x="{x + found.start() * WIDTH:.1f}" y="{y + SIZE}"'
        length = f'textLength="{len(found[0]) * WIDTH:.1f}" lengthAdjust="spacingAndGlyphs"'
        parts.append(f"<text {at} {length}{kind}{fill}>{escape(found[0], quote=False)}</text>")
    return "".join(parts)


def style(seconds: list[float]) -> str:
    """The style sheet."""
    fonts = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
    rules = [
        f"text{{font:{SIZE}px {fonts}}}",
        ".b{font-weight:700}.i{font-style:italic}.u{text-decoration:underline}",
        *coloured(0),
        f"@media(prefers-color-scheme:light){{{''.join(coloured(1))}}}",
        *(moving(seconds) if len(seconds) > 1 else ()),
    ]
    return "<style>\n" + "\n".join(rules) + "\n</style>"


def coloured(ground: int) -> Iterator[str]:
    """The colours on a ground: 0 for dark, 1 for light."""
    table = {name: pair[ground] for name, pair in COLOURS.items()}
    yield f"text,.default{{fill:{table['default']}}}"
    yield f".window{{fill:{table['ground']};stroke:{table['bar']}}}.bar{{fill:{table['bar']}}}"
    yield f".title{{fill:{table['brightblack']}}}.dot{{fill:{table['brightblack']};opacity:.5}}"
    for name in ["ground", *list(COLOURS)[3:]]:
        yield f".{name}{{fill:{table[name]}}}"


def moving(seconds: list[float]) -> Iterator[str]:
    """Screens one after the other, for ever; without motion the last one only."""
    whole, last, at = sum(seconds), len(seconds) - 1, 0.0
    yield "".join([f".f{number}{{visibility:hidden}}" for number in range(last)])
    frames, names = [], []
    for number, long in enumerate(seconds):
        begin, at = 100 * at / whole, at + long
        end = 100 * at / whole
        steps = f"0%{{visibility:{'visible' if not number else 'hidden'}}}"
        if number:
            steps += f"{begin:.2f}%{{visibility:visible}}"
        if number < last:
            steps += f"{end:.2f}%{{visibility:hidden}}"
        frames.append(
            f"@keyframes k{number}{{{steps}100%{{visibility:{'hidden' if number < last else 'visible'}}}}}"
        )
        names.append(f".f{number}{{animation:k{number} {whole:g}s step-end infinite}}")
    yield from frames
    yield f"@media(prefers-reduced-motion:no-preference){{{''.join(names)}}}"
