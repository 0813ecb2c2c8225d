"""The colours of a terminal that messages, values and reports have, and what a theme makes of them.

The constants are written where Nix writes colours, and as Nix writes them. On the terminal of a REPL a
`Theme` puts others in their place, which can be read on its background; the prompt has the same.
"""

from __future__ import annotations

RED, GREEN, BLUE, MAGENTA, CYAN = (f"\x1b[{n};1m" for n in (31, 32, 34, 35, 36))
FAINT, BOLD, NORMAL = "\x1b[2m", "\x1b[1m", "\x1b[0m"

ROLES = {"red": RED, "green": GREEN, "blue": BLUE, "magenta": MAGENTA, "cyan": CYAN, "faint": FAINT}
DEFAULT = 39
"""The code of the colour that text has, whatever the background."""
MANY = {
    "dark": (210, 114, 111, 183, 80, 247),
    "light": (124, 22, 25, 90, 23, 241),
    "either": (160, 28, 63, 164, 30, 243),
}
"""For a background that is dark, light or not known: numbers of the 240 fixed colours, in `ROLES`' order.

Their contrast with black, white, or both is at least 4.5 (on either: 3.8); tests compute it.
"""
FEW = {
    "dark": (91, 92, 94, 95, 96, 37),
    "light": (31, 34, 34, 35, 34, 90),
    "either": (31, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT),
}
"""The same as codes of the sixteen colours that every terminal paints as it likes: those that all paint such
that they can be read. Green and cyan cannot on white, and on an unknown background hardly anything can."""


class Theme:
    """What the colours are on a background: "dark", "light", "either" when it is not known, or "none".

    *many*: the terminal has 256 colours. `codes` has what is written for each of the constants above.
    """

    __slots__ = ("codes", "many", "name")

    def __init__(self, name: str = "either", *, many: bool = True) -> None:
        self.name = name
        self.many = many
        self.codes: dict[str, str] = {}
        if name != "none":
            numbers = zip(ROLES.items(), (MANY if many else FEW)[name], strict=True)
            self.codes = {code: self.code(role, number) for (role, code), number in numbers}

    def code(self, role: str, number: int) -> str:
        """The sequence that switches to a colour; errors are bold besides."""
        bold = ";1" if role == "red" else ""
        return f"\x1b[38;5;{number}{bold}m" if self.many else f"\x1b[{number}{bold}m"

    def number(self, role: str) -> int | None:
        """The number of a role's colour, as in the tables; None for the colour that text has."""
        if self.name == "none":
            return None
        number = (MANY if self.many else FEW)[self.name][list(ROLES).index(role)]
        return None if number == DEFAULT else number

    def painted(self, text: str) -> str:
        """*text* in the theme's colours, and without what else could steer the terminal: other control
        characters are shown (`^[`). Colours that a program has put into its texts stay."""
        import re

        codes = self.codes

        def written(match: re.Match[str]) -> str:
            found = match[0]
            if len(found) > 1:
                return codes.get(found, found) if codes else ""
            return visible(found)

        return re.sub(r"\x1b\[[0-9;]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f]", written, text)


def visible(character: str) -> str:
    """What stands for a control character: `^[` for escape, `^?`, `\\x9b`."""
    number = ord(character)
    return f"^{chr(number ^ 64)}" if number < 128 else f"\\x{number:02x}"


def fixed_colour(number: int) -> str:
    """What a number from 16 to 255 is in every terminal with 256 colours, as `#rrggbb`."""
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    steps = (0, 95, 135, 175, 215, 255)
    red, green, blue = ((number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6)
    return "#" + "".join([f"{steps[step]:02x}" for step in (red, green, blue)])
