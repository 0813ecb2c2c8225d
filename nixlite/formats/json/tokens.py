"""The tokens of JSON, as nlohmann's JSON library finds them, with its remarks on those that are wrong."""

from __future__ import annotations

import re

from nixlite.runtime.utf8 import byte_view, from_byte_view
from nixlite.runtime.values import INT_MIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
PLAIN = re.compile(r'[^"\\\x00-\x1f\x80-\xff]+')
HEX = re.compile(r"[0-9a-fA-F]{4}")
WHITE = re.compile(r"[ \t\n\r]*")
UTF8_TAILS = (
    # first bytes, then the range of each byte that must follow
    (0xC2, 0xDF, ((0x80, 0xBF),)),
    (0xE0, 0xE0, ((0xA0, 0xBF), (0x80, 0xBF))),
    (0xE1, 0xEC, ((0x80, 0xBF), (0x80, 0xBF))),
    (0xED, 0xED, ((0x80, 0x9F), (0x80, 0xBF))),
    (0xEE, 0xEF, ((0x80, 0xBF), (0x80, 0xBF))),
    (0xF0, 0xF0, ((0x90, 0xBF), (0x80, 0xBF), (0x80, 0xBF))),
    (0xF1, 0xF3, ((0x80, 0xBF), (0x80, 0xBF), (0x80, 0xBF))),
    (0xF4, 0xF4, ((0x80, 0x8F), (0x80, 0xBF), (0x80, 0xBF))),
)
SHORT_ESCAPES = {
    '"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
}  # fmt: skip
CONTROL_NAMES = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC "
    "FS GS RS US"
).split()
CONTROL_ESCAPES = {8: "b", 9: "t", 10: "n", 12: "f", 13: "r"}
WORDS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}


class Tokens:
    """A byte view and the token read last: its kind `token`, "error" if it is wrong, and its `value`.

    `position` is the number of characters read, the end of the text counting as one. `token_start` is where
    that library begins to quote what it read last: it forgets older text only at strings and numbers.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.token_start = 0
        self.token = ""
        self.value: Any = None
        self.fault = ""

    def last_read(self) -> str:
        """The text read last, control characters made visible."""
        read = self.text[self.token_start : self.position]
        return from_byte_view("".join([f"<U+{ord(c):04X}>" if c < " " else c for c in read]))

    def fail(self, message: str) -> str:
        """The current token is wrong."""
        self.fault = message
        self.token = "error"
        return self.token

    def next_character(self) -> str:
        """The next character, "" at the end."""
        self.position += 1
        return self.text[self.position - 1 : self.position]

    def advance(self) -> str:
        """Read the next token and return its kind, which is the character itself for punctuation."""
        white = WHITE.match(self.text, self.position)
        if white is not None:
            self.position = white.end()
        character = self.next_character()
        if character in ("", "\0"):  # that library takes a zero byte for the end
            self.token = "end"
        elif character in "[]{}:,":
            self.token = character
        elif character == '"':
            self.token_start = self.position - 1
            self.token = "string"
            self.value = self._read_string()
        elif character == "-" or "0" <= character <= "9":
            self.token_start = self.position - 1
            self._read_number()
        elif character in WORDS:
            self._read_literal(character)
        else:
            self.fail("invalid literal")
        return self.token

    def _read_literal(self, first: str) -> None:
        word, self.value = WORDS[first]
        for expected in word[1:]:
            if self.next_character() != expected:
                self.fail("invalid literal")
                return
        self.token = word

    def _read_number(self) -> None:
        start = self.position - 1
        number = NUMBER.match(self.text, start)
        if number is None:
            self.position += 1  # what follows the minus sign was read
            self.fail("invalid number; expected digit after '-'")
            return
        text = number.group()
        end = number.end()
        after = self.text[end : end + 1]
        if after == "." and not set(text) & set(".eE"):
            self.position = end + 2
            self.fail("invalid number; expected digit after '.'")
        elif after in ("e", "E") and not set(text) & set("eE"):
            self._broken_exponent(end)
        else:
            self.position = end
            self.token = "number"
            self.value = number_value(text)

    def _broken_exponent(self, end: int) -> None:
        sign = self.text[end + 1 : end + 2]
        if sign in ("+", "-"):
            self.position = end + 3
            self.fail("invalid number; expected digit after exponent sign")
        else:
            self.position = end + 2
            self.fail("invalid number; expected '+', '-', or digit after exponent")

    def _read_string(self) -> str:
        pieces: list[str] = []
        while True:
            plain = PLAIN.match(self.text, self.position)
            if plain is not None:
                pieces.append(plain.group())
                self.position = plain.end()
            character = self.next_character()
            if character == '"':
                return "".join(pieces)
            if not character:
                self.fail("invalid string: missing closing quote")
                return ""
            if character == "\\":
                piece = self._read_escape()
            elif character < " ":
                piece = self._control_character(ord(character))
            else:
                piece = self._read_utf8(ord(character))
            if self.token == "error":
                return ""
            pieces.append(piece)

    def _control_character(self, code: int) -> str:
        short = f" or \\{CONTROL_ESCAPES[code]}" if code in CONTROL_ESCAPES else ""
        return self.fail(
            f"invalid string: control character U+{code:04X} ({CONTROL_NAMES[code]}) must be escaped to"
            f" \\u{code:04X}{short}"
        )

    def _read_utf8(self, first: int) -> str:
        start = self.position - 1
        for low, high, tails in UTF8_TAILS:
            if low <= first <= high:
                for least, most in tails:
                    character = self.next_character()
                    if not character or not least <= ord(character) <= most:
                        return self.fail("invalid string: ill-formed UTF-8 byte")
                return self.text[start : self.position]
        return self.fail("invalid string: ill-formed UTF-8 byte")

    def _read_escape(self) -> str:
        character = self.next_character()
        if character != "u":
            short = SHORT_ESCAPES.get(character)
            return short or self.fail("invalid string: forbidden character after backslash")
        code = self._read_hex()
        if code < 0:
            return "error"
        if 0xD800 <= code <= 0xDBFF:
            if self.next_character() != "\\" or self.next_character() != "u":
                return self._unpaired()
            low = self._read_hex()
            if low < 0:
                return "error"
            if not 0xDC00 <= low <= 0xDFFF:
                return self._unpaired()
            code = 0x10000 + (code - 0xD800 << 10) + (low - 0xDC00)
        elif 0xDC00 <= code <= 0xDFFF:
            return self.fail("invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF")
        return byte_view(chr(code))

    def _unpaired(self) -> str:
        return self.fail("invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF")

    def _read_hex(self) -> int:
        digits = HEX.match(self.text, self.position)
        if digits is not None:
            self.position = digits.end()
            return int(digits.group(), 16)
        while True:
            character = self.next_character()
            if not character or character not in "0123456789abcdefABCDEF":
                self.fail("invalid string: '\\u' must be followed by 4 hex digits")
                return -1


def number_value(text: str) -> int | float:
    """A JSON number; an integer beyond 64 bits is a float (beyond 63 bits, an error of the caller's)."""
    if set(text) & set(".eE") or len(text) > 20:
        return float(text)
    value = int(text)
    return value if INT_MIN <= value < 2**64 else float(text)
