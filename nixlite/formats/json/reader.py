"""A slow reader of JSON that makes no mistakes: see `json_in`."""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.formats.json.tokens import Tokens
from nixlite.runtime.symbols import make_symbol
from nixlite.runtime.utf8 import from_byte_view
from nixlite.runtime.values import INT_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.values import Value

NAMES = {
    "string": "string literal", "number": "number literal", "end": "end of input",
    "true": "true literal", "false": "false literal", "null": "null literal",
}  # fmt: skip
ANY_VALUE = "'[', '{', or a literal"


class JsonError(EvalError):
    """The text is not JSON."""


class Reader(Tokens):
    """Reads a value without recursion, however deep it is; the errors are nlohmann's JSON library's."""

    def read(self) -> Value:
        """The value of the whole text."""
        if self.text.startswith("\xef"):
            self.skip_byte_order_mark()
        else:
            self.advance()
        value = self.read_value()
        if self.advance() != "end":
            raise self.syntax_error("value", NAMES["end"])
        return value

    def skip_byte_order_mark(self) -> None:
        """The three bytes that some editors write at the beginning."""
        for expected in "\xef\xbb\xbf":
            if self.next_character() != expected:
                self.fail("invalid BOM; must be 0xEF 0xBB 0xBF if given")
                return
        self.advance()

    def read_value(self) -> Value:
        """The value whose first token is the current one; without recursion, however deep it is."""
        containers: list[tuple[Any, str | None]] = []  # (list or dict, name to bind in it)
        current: Value
        name: str | None = None
        while True:
            token = self.token
            if token == "[":
                if self.advance() != "]":
                    containers.append(([], None))
                    continue
                current = ()
            elif token == "{":
                if self.advance() != "}":
                    containers.append(({}, self.read_name()))
                    self.advance()
                    continue
                current = {}
            elif token in ("string", "number", "true", "false", "null"):
                current = self.checked_value()
            else:
                raise self.no_value()
            # A value is complete; so may be the containers around it.
            while True:
                if not containers:
                    return current
                container, name = containers.pop()
                is_list = name is None
                if is_list:
                    container.append(current)
                else:
                    container[name] = current
                if self.advance() == ",":
                    self.advance()
                    containers.append((container, None if is_list else self.read_name()))
                    if not is_list:
                        self.advance()
                    break
                if self.token != ("]" if is_list else "}"):
                    if is_list:
                        raise self.syntax_error("array", "']'")
                    raise self.syntax_error("object", "'}'")
                current = tuple(container) if is_list else container

    def read_name(self) -> str:
        """The name of a member, and the colon."""
        if self.token != "string":
            raise self.syntax_error("object key", NAMES["string"])
        name = self._checked_string()
        if self.advance() != ":":
            raise self.syntax_error("object separator", "':'")
        return make_symbol(name)

    def checked_value(self) -> Value:
        """The value of a token, if Nix can represent it."""
        if self.token == "string":
            return self._checked_string()
        value: Value = self.value
        if self.token == "number" and type(value) is float and value - value != 0:
            read = self.last_read()
            raise JsonError(f"[json.exception.out_of_range.406] number overflow parsing '{read}'")
        if type(value) is int and value > INT_MAX:
            raise EvalError(f"unsigned json number {value} outside of Nix integer range")
        return value

    def _checked_string(self) -> str:
        text = from_byte_view(self.value)
        if "\0" in text:
            raise null_byte(text)
        return text

    def no_value(self) -> JsonError:
        """The error for a token that begins no value."""
        if self.token == "error":
            return self.syntax_error("value", "")
        if self.token == "end" and self.position == 1:
            return self.error(
                "attempting to parse an empty input; check that your input string or stream contains the"
                " expected JSON"
            )
        return self.syntax_error("value", ANY_VALUE)

    def syntax_error(self, what: str, expected: str) -> JsonError:
        """An error at the current token."""
        if self.token == "error":
            found = f"{self.fault}; last read: '{self.last_read()}'"
        else:
            found = f"unexpected {NAMES.get(self.token, repr(self.token))}"
        wanted = f"; expected {expected}" if expected else ""
        return self.error(f"syntax error while parsing {what} - {found}{wanted}")

    def error(self, message: str) -> JsonError:
        """*message* with the position of the last character read: line, and byte column."""
        read = self.text[: self.position]
        line = read.count("\n") + 1
        column = self.position - (read.rfind("\n") + 1)
        if self.token == "number" and self.text[self.position : self.position + 1] == "\n":
            column = 0  # that library reads the newline, steps back, and has forgotten the column
        return JsonError(
            f"[json.exception.parse_error.101] parse error at line {line}, column {column}: {message}"
        )


def null_byte(text: str) -> EvalError:
    """The error for a string that a Nix string cannot hold."""
    shown = text.replace("\0", "␀")
    return EvalError(
        f"input string '{shown}' cannot be represented as Nix string because it contains null bytes"
    )
