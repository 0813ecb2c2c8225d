"""Literals: numbers, strings, paths and URLs.

Manual: Nix Language, "Syntax and semantics" and "String literal"; the corners are those of C++ Nix 2.34.
"""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.resources import user_home
from nixlite.syntax.nodes import Expr, Float, Int, Interpolation, PathLiteral, SearchPath, Str
from nixlite.syntax.rules import Rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.syntax.rules import Args

INT_MAX = 2**63 - 1
SMALLEST_NORMAL = 2.0**-1022
SMALLEST_PLACES = 1074
"""Places after the point of the smallest float, 2**-1074."""

ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}

Text = tuple[int, str, bool]
"""A piece of an indented string: offset, text, and whether it is raw (an escape such as `''$` is not)."""

Part = tuple[int, Expr]
"""Offset and expression: an interpolation, or literal text as a `Str`."""


class LiteralRules(Rules):
    """The rules for literals."""

    def integer(self, args: Args, start: int, end: int) -> Expr:
        """`42`."""
        return Int(args[0], start, end)

    def float_(self, args: Args, start: int, end: int) -> Expr:
        """`4.2`."""
        return Float(args[0], start, end)

    # ── strings ──

    def string(self, args: Args, start: int, end: int) -> Expr:
        """`"a${b}"`."""
        parts: Interpolation | tuple[int, str] = args[1]
        if isinstance(parts, tuple):
            return Str(parts[1], start, end)
        parts.start, parts.end = start, end
        return parts

    def interpolated_string(self, args: Args, start: int, end: int) -> Expr:
        """What is between the quotes when there is an interpolation."""
        return Interpolation(tuple(args[0]), True, start, start, end)

    def empty_string(self, args: Args, start: int, end: int) -> tuple[int, str]:
        """What is between the quotes of `""`."""
        return end, ""

    def first_interpolation(self, args: Args, start: int, end: int) -> list[Part]:
        """`${b}` at the beginning."""
        return [(start, args[1])]

    def first_text_and_interpolation(self, args: Args, start: int, end: int) -> list[Part]:
        """`a${b}` at the beginning."""
        return [(start, Str(args[0][1], start, args[1])), (args[1], args[2])]

    def more_text(self, args: Args, start: int, end: int) -> list[Part]:
        """Text after an interpolation."""
        parts: list[Part] = args[0]
        text_start, text = args[1]
        parts.append((text_start, Str(text, text_start, end)))
        return parts

    def more_interpolation(self, args: Args, start: int, end: int) -> Args:
        """`${b}` after something else, in a string or an indented string."""
        parts: Args = args[0]
        parts.append((args[1], args[2]))
        return parts

    def more_indented_text(self, args: Args, start: int, end: int) -> Args:
        """Text of an indented string."""
        pieces: Args = args[0]
        pieces.append(args[1])
        return pieces

    def indented_string(self, args: Args, start: int, end: int) -> Expr:
        """`''a${b}''`."""
        parts = strip_indentation(args[1])
        if not parts:
            return Str("", start, end)
        if len(parts) == 1 and isinstance(parts[0][1], Str):
            return Str(parts[0][1].value, start, end)
        return Interpolation(tuple(parts), True, start, start, end)

    # ── paths and URLs ──

    def plain_path(self, args: Args, start: int, end: int) -> Expr:
        """`./a`, `a/b`, `/a`, up to an interpolation; the `/` before one stays at the end."""
        text: str = args[0]
        if text.startswith("/"):
            message = f"absolute path literals are not portable. {_consider(text)}"
            self.lint("lint-absolute-path-literals", self.options.lint_absolute_path_literals, message, start)
        elif not text.startswith("."):
            message = f"relative path literal '{text}' should be prefixed with '.' for clarity: './{text}'"
            self.lint("lint-short-path-literals", self.options.lint_short_path_literals, message, start)
        path = canonical(text if text.startswith("/") else f"{self.source.base}/{text}")
        return PathLiteral(path + "/" if text.endswith("/") and len(text) > 1 else path, start, end)

    def home_path(self, args: Args, start: int, end: int) -> Expr:
        """`~/a`: unlike other paths, not put into canonical form."""
        text: str = args[0]
        if self.options.pure_eval:
            raise NixError(f"the path '{text}' can not be resolved in pure mode")
        message = f"home path literals are not portable. {_consider(text)}"
        self.lint("lint-absolute-path-literals", self.options.lint_absolute_path_literals, message, start)
        home = user_home() if self.options.home is None else self.options.home
        return PathLiteral(home + text[1:], start, end)

    def path(self, args: Args, start: int, end: int) -> Expr:
        """A path without interpolation."""
        literal: Expr = args[0]
        return literal

    def interpolated_path(self, args: Args, start: int, end: int) -> Expr:
        """`./a/${b}`."""
        first: Expr = args[0]
        return Interpolation(((first.start, first), *args[1]), False, start, start, end)

    def search_path(self, args: Args, start: int, end: int) -> Expr:
        """`<nixpkgs/lib>`."""
        return SearchPath(args[0], start, start, end)

    def url(self, args: Args, start: int, end: int) -> Expr:
        """`https://example.org`: a string."""
        text, level = args[0], self.options.lint_url_literals
        opinion = "disallowed" if level == "fatal" else "discouraged"
        message = f'URL literals are {opinion}. Consider using a string literal "{text}" instead'
        self.lint("lint-url-literals", level, message, start)
        return Str(text, start, end)

    def lint(self, setting: str, level: str, message: str, start: int) -> None:
        """Object to a literal as *level* (`ignore`, `warn` or `fatal`) says; `fatal` raises ParseError."""
        if level == "fatal":
            raise self.error(f"{message} ({setting})", start)
        if level == "warn" and self.options.warn:
            self.options.warn(f"{message} ({setting})", self.source.position(start))


def int_value(text: str) -> int | None:
    """The value of decimal digits; None when it exceeds 64 bits (Nix: `invalid integer`)."""
    if len(text) > 18:
        text = text.lstrip("0") or "0"
        if len(text) > 19 or int(text) > INT_MAX:
            return None
    return int(text)


def float_value(text: str) -> float | None:
    """The value of a floating-point literal; None where C's `strtod` reports overflow or lossy underflow."""
    value = float(text)
    if value == float("inf"):
        return None
    if value < SMALLEST_NORMAL and text.strip("0.")[:1] not in ("", "e", "E"):
        return value if is_exactly(text, value) else None
    return value


def is_exactly(text: str, value: float) -> bool:
    """Whether a literal is just the number *value*, which is smaller than normal ones.

    The work is bounded whatever the length of the text or the size of its exponent: a multiple of 2**-1074
    has at most 1074 places after the point, and some 770 digits.
    """
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    zeros = len(digits) - len(digits.rstrip("0"))
    sign = -1 if exponent.startswith("-") else 1
    power = exponent.lstrip("+-").lstrip("0") or "0"
    if len(power) > 18:
        return False
    places = len(fraction) - zeros - sign * int(power)
    if places > SMALLEST_PLACES or len(digits) - zeros > SMALLEST_PLACES:
        return False
    numerator, denominator = value.as_integer_ratio()
    scale: int = 10**places
    return int(digits[: len(digits) - zeros]) * denominator == numerator * scale


def escaped(character: str) -> str:
    """What a backslash (or `''` and a backslash) and this character mean."""
    return ESCAPES.get(character, character)


def unescape(text: str) -> str:
    """The text of a `"…"` piece: escapes resolved; CR and CR LF, unless escaped, become LF."""
    if "\\" not in text and "\r" not in text:
        return text
    pieces: list[str] = []
    start = 0
    while 0 <= (backslash := text.find("\\", start)) < len(text) - 1:
        pieces += with_line_feeds(text[start:backslash]), escaped(text[backslash + 1])
        start = backslash + 2
    return "".join([*pieces, with_line_feeds(text[start:])])


def with_line_feeds(text: str) -> str:
    """*text* with lines that end in LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def strip_indentation(pieces: list[Text | Part]) -> list[Part]:
    """The parts of an indented string without the indentation that its lines share; empty texts left out.

    Only spaces count as indentation (a tab does not); a last line of nothing but spaces is dropped.
    Manual: "String literal", indented strings.
    """
    shared = _shared_indentation(pieces)
    parts: list[Part] = []
    at_line_start, dropped = True, 0
    for piece in pieces:
        if len(piece) == 2:
            at_line_start, dropped = False, 0
            parts.append(piece)
            continue
        start, text, _ = piece
        lines = text.split("\n")
        for number, line in enumerate(lines):
            if number:
                at_line_start, dropped = True, 0
            if at_line_start:
                spaces = len(line) - len(line.lstrip(" "))
                lines[number] = line[min(spaces, max(shared - dropped, 0)) :]
                dropped += spaces
                at_line_start = len(line) == spaces
        if piece is pieces[-1] and len(lines) > 1 and not lines[-1].strip(" "):
            lines[-1] = ""
        if stripped := "\n".join(lines):
            parts.append((start, Str(stripped, start, start + len(text))))
    return parts


def _shared_indentation(pieces: list[Text | Part]) -> int:
    """The least number of spaces before anything else on a line; lines of spaces only do not count."""
    least = 1_000_000  # as in Nix: lines indented even deeper lose so many spaces only
    at_line_start, indentation = True, 0
    for piece in pieces:
        if len(piece) == 2 or not piece[2]:  # interpolations and escapes end the indentation
            if at_line_start:
                at_line_start = False
                least = min(least, indentation)
            continue
        for number, line in enumerate(piece[1].split("\n")):
            if number:
                at_line_start, indentation = True, 0
            if at_line_start:
                spaces = len(line) - len(line.lstrip(" "))
                indentation += spaces
                if len(line) > spaces:
                    at_line_start = False
                    least = min(least, indentation)
    return least


def canonical(path: str) -> str:
    """An absolute path without `.`, `..` and double slashes; symbolic links are not looked at."""
    names: list[str] = []
    for name in path.split("/"):
        if name == "..":
            del names[-1:]
        elif name not in ("", "."):
            names.append(name)
    return "/" + "/".join(names)


def _consider(literal: str) -> str:
    return f"Consider replacing path literal '{literal}' by a string, relative path, or parameter"
