"""Reading extended regular expressions as the real Nix does, which is as libstdc++ (GCC 16) does.

POSIX ERE over bytes, without back-references; escaping a character that is not special is an error, and so
are an interval without its lower bound and a dash in the middle of a bracket expression. A tree is made of
tuples whose first item is one of the words below; sets of bytes are integers with one bit for each byte.

    ("set", bits)   ("cat", parts)   ("alt", left, right)   ("group", number, body)
    ("star", body)   ("plus", body)   ("opt", body)   ("times", body, least, most or None)
    ("begin",)   ("end",)
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Node = tuple[Any, ...]


SPECIAL = frozenset(".[\\()*+?{|^$")
ALL_BYTES = (1 << 256) - 1
ANY = ALL_BYTES & ~1  # `.` matches every byte but NUL, newlines included
STATE_LIMIT = 100_000
"""States that libstdc++ allows its automaton; they are counted here as it would make them."""


class InvalidRegex(Exception):
    """The text is no regular expression."""


class RegexTooBig(Exception):
    """The regular expression, or the work of matching it, needs more memory than is allowed."""


class Parser:
    """Recursive descent over a byte view (one character a byte) of the expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.groups = 0
        self.states = 3  # of the whole: beginning, end and acceptance

    def parse(self) -> Node:
        """The tree of the whole text. Raises InvalidRegex or RegexTooBig."""
        tree, _ = self._alternation()
        if self.position < len(self.text):
            raise InvalidRegex  # a closing parenthesis, or a repetition of nothing
        return tree

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def _take(self) -> str:
        if self.position >= len(self.text):
            raise InvalidRegex
        self.position += 1
        return self.text[self.position - 1]

    def _count(self, states: int) -> int:
        self.states += states
        if self.states > STATE_LIMIT:
            raise RegexTooBig
        return states

    def _alternation(self) -> tuple[Node, int]:
        tree, size = self._sequence()
        while self._peek() == "|":
            self.position += 1
            right, more = self._sequence()
            tree = ("alt", tree, right)
            size += more + self._count(2)
        return tree, size

    def _sequence(self) -> tuple[Node, int]:
        parts: list[Node] = []
        size = 0
        while (part := self._term()) is not None:
            parts.append(part[0])
            size += part[1]
        size += self._count(1)
        return (parts[0] if len(parts) == 1 else ("cat", tuple(parts))), size

    def _term(self) -> tuple[Node, int] | None:
        character = self._peek()
        if not character or character in "|)*+?{":
            return None
        self.position += 1
        if character == "^":
            return ("begin",), self._count(1)
        if character == "$":
            return ("end",), self._count(1)
        if character == "(":
            self.groups += 1
            number = self.groups
            body, inner = self._alternation()
            if self._take() != ")":
                raise InvalidRegex
            tree: Node = ("group", number, body)
            size = inner + self._count(2)
        else:
            tree, size = ("set", self._atom(character)), self._count(1)
        while self._peek() in ("*", "+", "?", "{"):
            tree, size = self._repeated(tree, size)
        return tree, size

    def _atom(self, character: str) -> int:
        if character == ".":
            return ANY
        if character == "[":
            return Bracket(self).parse()
        if character == "\\":
            character = self._take()
            if character not in SPECIAL:
                raise InvalidRegex
        return 1 << ord(character)

    def _repeated(self, body: Node, size: int) -> tuple[Node, int]:
        sign = self._take()
        if sign == "*":
            return ("star", body), size + self._count(1)
        if sign == "+":
            return ("plus", body), size + self._count(1)
        if sign == "?":
            return ("opt", body), size + self._count(2)
        least = self._number()
        most: int | None = least
        if self._peek() == ",":
            self.position += 1
            most = self._number() if "0" <= self._peek() <= "9" else None
        if self._take() != "}":
            raise InvalidRegex
        made = self._count(1 + least * size)
        if most is None:
            made += self._count(size + 1)
        elif most < least:
            raise InvalidRegex
        else:
            made += self._count(1 + (most - least) * (size + 1))
        return ("times", body, least, most), made

    def _number(self) -> int:
        start = self.position
        while "0" <= self._peek() <= "9":
            self.position += 1
        digits = self.text[start : self.position].lstrip("0")
        if start == self.position or len(digits) > 10 or int(digits or "0") >= 2**31:
            raise InvalidRegex
        return int(digits or "0")


class Bracket:
    """`[…]`: everything after the opening bracket."""

    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self.bits = 0
        self.last: int | str | None = None  # a byte that may begin a range, or "class"

    def parse(self) -> int:
        """The set of bytes."""
        parser = self.parser
        negated = parser._peek() == "^"
        if negated:
            parser.position += 1
        first = True
        while True:
            character = parser._take()
            if character == "]" and not first:
                break
            if character == "-" and not first:
                if self._dash():
                    break
            elif character == "[":
                self._inner()
            else:
                self._byte(ord(character))
            first = False
        return ALL_BYTES & ~self.bits if negated else self.bits

    def _byte(self, byte: int) -> None:
        self.bits |= 1 << byte
        self.last = byte

    def _dash(self) -> bool:
        """A dash that is not the first character; True when it was the last."""
        parser = self.parser
        character = parser._take()
        if character == "]":
            self._byte(ord("-"))
            return True
        if not isinstance(self.last, int):
            raise InvalidRegex
        if character == "[" and parser._peek() in (".", ":", "="):
            raise InvalidRegex
        first, last = _signed(self.last), _signed(ord(character))
        if first > last:
            raise InvalidRegex
        for byte in range(first, last + 1):
            self.bits |= 1 << (byte & 255)
        self.last = None
        return False

    def _inner(self) -> None:
        """After a bracket within the brackets: `[:class:]`, `[=x=]`, `[.x.]` or just the bracket."""
        parser = self.parser
        if parser.position >= len(parser.text):
            raise InvalidRegex
        kind = parser._peek()
        if kind not in (".", ":", "="):
            self._byte(ord("["))
            return
        end = parser.text.find(kind, parser.position + 1)
        if end < 0 or parser.text[end + 1 : end + 2] != "]":
            raise InvalidRegex
        name = parser.text[parser.position + 1 : end]
        parser.position = end + 2
        if kind == ":":
            self.bits |= _class_bits(name)
            self.last = "class"
        elif kind == "=":
            byte = _collating_element(name)
            lower = chr(byte).lower() if byte < 128 else chr(byte)
            self.bits |= 1 << ord(lower) | 1 << ord(lower.upper())
            self.last = "class"
        else:
            self._byte(_collating_element(name))


def _signed(byte: int) -> int:
    """Ranges go by C++'s signed char: the bytes from 128 on come before the others."""
    return byte - 256 if byte > 127 else byte


def _class_bits(name: str) -> int:
    """The bytes of a class such as `alpha`; its name may be in any case."""
    bits = 0
    for byte in range(128):
        if _is_in_class(byte, name.lower() if name.isascii() else ""):
            bits |= 1 << byte
    return bits


def _is_in_class(byte: int, name: str) -> bool:
    character = chr(byte)
    match name:
        case "alpha":
            return character.isalpha()
        case "digit" | "d":
            return character.isdigit()
        case "alnum":
            return character.isalnum()
        case "w":
            return character.isalnum() or character == "_"
        case "upper":
            return character.isupper()
        case "lower":
            return character.islower()
        case "space" | "s":
            return character in " \t\n\r\f\v"
        case "blank":
            return character in " \t"
        case "punct":
            return 32 < byte < 127 and not character.isalnum()
        case "print":
            return 32 <= byte < 127
        case "graph":
            return 32 < byte < 127
        case "cntrl":
            return byte < 32 or byte == 127
        case "xdigit":
            return character in "0123456789abcdefABCDEF"
    raise InvalidRegex


def _collating_element(name: str) -> int:
    """The byte that a name in `[. .]` stands for."""
    names = COLLATING_NAMES.split()
    if name in names:
        return names.index(name)
    raise InvalidRegex


COLLATING_NAMES = """
NUL SOH STX ETX EOT ENQ ACK alert backspace tab newline vertical-tab form-feed carriage-return SO SI DLE DC1
DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC IS4 IS3 IS2 IS1 space exclamation-mark quotation-mark number-sign
dollar-sign percent-sign ampersand apostrophe left-parenthesis right-parenthesis asterisk plus-sign comma
hyphen period slash zero one two three four five six seven eight nine colon semicolon less-than-sign
equals-sign greater-than-sign question-mark commercial-at A B C D E F G H I J K L M N O P Q R S T U V W X Y Z
left-square-bracket backslash right-square-bracket circumflex underscore grave-accent a b c d e f g h i j k l
m n o p q r s t u v w x y z left-curly-bracket vertical-line right-curly-bracket tilde DEL
"""
