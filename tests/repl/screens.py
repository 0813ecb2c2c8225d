"""Pictures of the REPL, to be looked at: what a terminal shows in some situations, as SVG files.

    python -m tests.repl.screens DIRECTORY [WORD]     # only the scenes with WORD in their name

Each scene is played on a pseudo-terminal at 100 × 30 and at 60 × 15, on a dark and on a light background, which
the terminal tells when it is asked.
"""

from __future__ import annotations

import sys
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from tests.repl.test_terminal import ENTER, ESCAPE, TAB, Person

if TYPE_CHECKING:
    import pyte

SIZES = ((100, 30), (60, 15))
ANSWER = {"dark": "\x1b]11;rgb:0000/0000/0000\x1b\\", "light": "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"}
GROUND = {"dark": ("000000", "d0d0d0"), "light": ("ffffff", "202020")}
NAMES = {
    "black": "000000", "red": "cd0000", "green": "00cd00", "brown": "cdcd00", "blue": "0000ee", "magenta": "cd00cd",
    "cyan": "00cdcd", "white": "e5e5e5",
}  # fmt: skip
WIDTH, HEIGHT = 8.4, 18
"""Of a character's cell, in pixels."""

LIB = """\
let
  /**
    Build a *greeting* for somebody.

    - `name`: whom to greet
    - `loud`: whether to shout
  */
  greet = { name, loud ? false, ... }: "hello ${name}";
in
{
  inherit greet;
  twice = x: x * 2;
  pkgs = {
    hello = derivation { name = "hello-2.12"; system = "x86_64-linux"; builder = "/bin/sh"; version = "2.12"; }
      // { meta = { description = "A program that produces a familiar, friendly greeting"; license.spdxId = "GPL-3.0"; }; };
    helix = derivation { name = "helix-24"; system = "x86_64-linux"; builder = "/bin/sh"; } // { meta.description = "An editor"; };
  };
}
"""

SCENES: dict[str, list[str]] = {
    # what is typed, a pause after each
    "answers": [
        ":l lib.nix" + ENTER, "greet" + ENTER, "{ inherit twice; n = 1.5; t = true; p = ./lib.nix; }" + ENTER,
        '"one\\ntwo ${toString 2}\\n"' + ENTER, "pkgs" + ENTER, "builtins.genList (n: n * n) 40" + ENTER,
    ],
    "error": [":l lib.nix" + ENTER, "greet { name = 1; }" + ENTER, "greet { naem = 1; }" + ENTER],
    "typing": ["let" + ENTER + "x = { a = [ 1 2.5 ./f <nixpkgs> ]; }; # a comment" + ENTER + 't = "text ${x.a}";' + ENTER + "in nope"],
    "menu": ["builtins.is" + TAB, TAB, TAB],
    "menu-packages": [":l lib.nix" + ENTER, "pkgs.he" + TAB, TAB, TAB],
    "menu-commands": [":s" + TAB, TAB],
    "doc-sort": [":doc sort" + ENTER],
    "doc-package": [":l lib.nix" + ENTER, ":doc pkgs.hello" + ENTER],
    "doc-function": [":l lib.nix" + ENTER, ":doc greet" + ENTER],
    "help": [":set pager off" + ENTER, ":?" + ENTER],
    "options": [":set" + ENTER],
    "search": [":search json" + ENTER],
    "diff": [":diff { a = 1; b = { c = 2; d = 3; }; } { a = 2; b = { c = 2; e = 3; }; }" + ENTER],
    "why": [":l lib.nix" + ENTER, "new = pkgs.hello // { version = 3; }" + ENTER, ":why new.version" + ENTER],
    "debug": ["f = x: x.y + 1" + ENTER, "f { }" + ENTER, ":debug" + ENTER, ":env" + ENTER],
    "vi": [":set vi on" + ENTER, "1 + 2" + ESCAPE],
    "suggestion": ["greeting = 1" + ENTER, "gree"],
}  # fmt: skip


def play(directory: Path, size: tuple[int, int], background: str, keys: list[str]) -> pyte.Screen:
    """The screen when the keys have been typed."""
    (directory / "lib.nix").write_text(LIB)
    person = Person(directory, answers=True, size=size)
    person.until("nix-repl>")
    person.type(ANSWER[background])
    person.look(0.3)
    for text in keys:
        person.type(text)
        person.look(1.0)
    person.process.close(force=True)
    return person.screen


def colour(name: str, default: str) -> str:
    """`#rrggbb` of pyte's name of a colour."""
    return f"#{default if name == 'default' else NAMES.get(name, name)}"


def svg(screen: pyte.Screen, background: str) -> str:
    """The picture of a screen: a rectangle for each background that differs, a text for each run of a look."""
    ground, text = GROUND[background]
    width, height = screen.columns * WIDTH + 16, screen.lines * HEIGHT + 16
    font = 'font-family="DejaVu Sans Mono, monospace" font-size="14"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" {font} xml:space="preserve">',
        f'<rect width="100%" height="100%" fill="#{ground}"/>',
    ]
    for row in range(screen.lines):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            front, back = colour(cell.fg, text), colour(cell.bg, ground)
            if cell.reverse:
                front, back = back, front
            if (row, column) == (screen.cursor.y, screen.cursor.x):
                front, back = back, f"#{text}" if back == f"#{ground}" else front
            x, y = 8 + column * WIDTH, 8 + row * HEIGHT
            if back != f"#{ground}":
                parts.append(
                    f'<rect x="{x:.1f}" y="{y}" width="{WIDTH + 0.3:.1f}" height="{HEIGHT}" fill="{back}"/>'
                )
            if cell.data.strip():
                look = ' font-weight="bold"' * cell.bold + ' font-style="italic"' * cell.italics
                look += ' text-decoration="underline"' * cell.underscore
                parts.append(
                    f'<text x="{x:.1f}" y="{y + 14}" fill="{front}"{look}>{escape(cell.data)}</text>'
                )
    return "\n".join([*parts, "</svg>", ""])


def main(target: Path, word: str = "") -> None:
    """Write all pictures."""
    target.mkdir(parents=True, exist_ok=True)
    for name, keys in SCENES.items():
        if word not in name:
            continue
        for size in SIZES:
            for background in ANSWER:
                with tempfile.TemporaryDirectory() as directory:
                    screen = play(Path(directory), size, background, keys)
                path = target / f"{name}-{size[0]}x{size[1]}-{background}.svg"
                path.write_text(svg(screen, background), "utf-8")
                print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
