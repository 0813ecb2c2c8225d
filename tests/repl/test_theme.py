"""Colours: what can be read on which background, and what reaches the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite.colours import DEFAULT, FEW, MANY, RED, ROLES, Theme, fixed_colour
from nixlite.repl.style import Style
from nixlite.repl.terminal.background import kind_of, of_variable
from tests.repl.test_session import replies, session_in
from tests.repl.test_terminal import ENTER, Person

if TYPE_CHECKING:
    from pathlib import Path

# The sixteen colours of terminals as they come, from black to white.
PALETTES = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    "GNOME": "171421 c01c28 26a269 a2734c 12488b a347ba 2aa1b3 d0cfcc 5e5c64 f66151 33da7a e9ad0c 2a7bde c061cb 33c7de ffffff",
    "macOS": "000000 c23621 25bc24 adad27 492ee1 d338d3 33bbc8 cbcccd 818383 fc391f 31e722 eaec23 5833ff f935f8 14f0f0 e9ebeb",
    "Tango": "2e3436 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf 555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec",
    "Windows": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
    "VGA": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
}
BACKGROUNDS = {
    "dark": ("000000", "1e1e1e", "002b36", "282c34"),  # black, editors' greys, Solarized
    "light": ("ffffff", "fdf6e3"),
    "either": ("000000", "ffffff"),
}


def luminance(colour: str) -> float:
    """WCAG 2.1's relative luminance of `rrggbb`."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.1's contrast ratio, from 1 to 21; 4.5 is what it asks of text, 3 of bold text."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", MANY)
def test_fixed_colours_can_be_read(name: str) -> None:
    least = 3.8 if name == "either" else 4.5
    found = {
        (number, background): contrast(fixed_colour(number)[1:], background)
        for number in MANY[name]
        for background in BACKGROUNDS[name]
    }
    assert {pair: ratio for pair, ratio in found.items() if ratio < least} == {}


@pytest.mark.parametrize("name", FEW)
def test_colours_of_common_terminals_can_be_read(name: str) -> None:
    found = {}
    for terminal, palette in PALETTES.items():
        if terminal == "VGA" and name != "dark":
            continue  # of PCs without a graphical desktop, whose background is black
        colours = palette.split()
        for number in FEW[name]:
            if number != DEFAULT:
                at = number - 30 if number < 90 else number - 82
                for background in BACKGROUNDS[name] if name == "either" else BACKGROUNDS[name][:1]:
                    found[terminal, number, background] = contrast(colours[at], background)
    assert {key: ratio for key, ratio in found.items() if ratio < 3} == {}


def test_a_theme_has_all_roles() -> None:
    for table in (MANY, FEW):
        assert {len(row) for row in table.values()} == {len(ROLES)}


def test_what_is_painted() -> None:
    text = f"{RED}error:\x1b[0m a\x1b]0;title\a\x9b2J\r\n\tb\x1b[1;33mc"
    assert Theme("dark").painted(text) == (
        "\x1b[38;5;210;1merror:\x1b[0m a^[]0;title^G\\x9b2J^M\n\tb\x1b[1;33mc"
    )
    assert Theme("none").painted(text) == "error: a^[]0;title^G\\x9b2J^M\n\tbc"
    assert Theme("light", many=False).painted(RED) == "\x1b[31;1m"


def test_which_theme() -> None:
    style = Style(colour=True)
    assert style.current_theme().name == "either"
    style.background = "light"
    assert style.current_theme().name == "light"
    style.set_theme("dark")
    assert style.current_theme().name == "dark"
    style.set_theme("none")
    assert (style.current_theme().name, style.colour, style.layout.colour) == ("none", False, False)
    assert Style(colour=False).current_theme().name == "none"


def test_auto_minds_no_color(tmp_path: Path) -> None:
    session = session_in(tmp_path)  # whose host is no terminal
    assert replies(session, ":set theme dark", ":set theme", ":set theme auto", ":set theme") == [
        "", "theme = dark", "", "theme = none",
    ]  # fmt: skip


ANSWERS = [
    # answer of a terminal                            background
    ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "light"),
    ("\x1b]11;rgb:0000/2b2b/3636\a", "dark"),
    ("\x1b]11;rgb:fd/f6/e3\a", "light"),
    ("\x1b]11;rgba:1e1e/1e1e/1e1e/ffff\x1b\\", "dark"),
    ("\x1b]11;rgb:zz/zz/zz\a", ""),
]


@pytest.mark.parametrize(("answer", "background"), ANSWERS)
def test_answers(answer: str, background: str) -> None:
    assert kind_of(answer) == background


def test_the_environment_may_tell() -> None:
    assert [of_variable(text) for text in ("15;0", "0;15", "0;default;15", "default;default", "")] == [
        "dark", "light", "light", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(("answer", "background"), ANSWERS[:4])
def test_the_terminal_is_asked(tmp_path: Path, answer: str, background: str) -> None:
    person = Person(tmp_path, answers=True)
    person.until("nix-repl>")
    person.type(answer + "[ 1 ]" + ENTER)
    lines = person.until("nix-repl> [ 1 ]", "[ 1 ]", "nix-repl>")
    for row in (len(lines) - 3, len(lines) - 2):  # the input and the answer
        column = 12 if row == len(lines) - 3 else 2
        assert person.screen.buffer[row][column].fg == fixed_colour(MANY[background][4])[1:]
    person.type(":set theme dark" + ENTER + "2" + ENTER)
    lines = person.until("2", "nix-repl>")
    assert person.screen.buffer[len(lines) - 2][0].fg == fixed_colour(MANY["dark"][4])[1:]
    person.process.close(force=True)


def test_nothing_but_colours_reaches_the_terminal(tmp_path: Path) -> None:
    person = Person(tmp_path, answers=True)
    person.until("nix-repl>")
    person.type("x = builtins.fromJSON ''\"\\u001b[2J\\u001b]0;t\\u0007\"''" + ENTER)
    person.type("x" + ENTER)
    person.until('"\\u001b[2J\\u001b]0;t\\u0007"', "nix-repl>")
    person.type("{ ${x} = 1; }" + ENTER)
    person.until('{ "\\u001b[2J\\u001b]0;t\\u0007" = 1; }', "nix-repl>")
    person.type(":p x" + ENTER)
    person.until("^[[2J^[]0;t^G", "nix-repl>")
    person.type("throw x" + ENTER)
    assert "nix-repl> throw x" in person.until("nix-repl>")  # the screen was not cleared
    person.process.close(force=True)
