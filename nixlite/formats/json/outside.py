"""JSON that others have written: lock files, registries, answers of servers, attributes of derivations.

`parse` gives Python's data (lists are tuples), and the other functions take it apart. They check what they
find, with the rules and in the words of the JSON library that Nix uses (nlohmann's, 3.11): nothing that a
file holds is worse than an error. What is asked of the wrong kind of value is a `JsonTypeError`; `at` turns
it into an ordinary error that tells where, for the readers where Nix has words of its own.
"""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.formats.json.reader import JsonError, Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self, TypeVar

    T = TypeVar("T")

MISSING: Any = object()
"""What `find` gives where there is nothing; JSON's null is None."""
MOST = 2**64 - 1
"""The greatest whole number of that library; greater ones are floats."""


class JsonTypeError(EvalError):
    """A value of another kind than asked for. C++ Nix does not count this among its own errors: it is shown
    without a trace."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(f"[json.exception.type_error.{number}] {message}")
        self.trace = []

    def again(self) -> Self:
        """See `NixError.again`."""
        copy = super().again()
        copy.trace = []
        return copy


class WholeReader(Reader):
    """Reads what `builtins.fromJSON` cannot represent as well: great numbers, and strings with NUL."""

    def checked_value(self) -> Any:
        """See `Reader`."""
        if self.token == "string":
            return self._checked_string()
        if type(self.value) is int and self.value <= MOST:
            return self.value
        return super().checked_value()

    def _checked_string(self) -> str:
        from nixlite.runtime.utf8 import from_byte_view

        return from_byte_view(self.value)


def parse(data: bytes | str) -> Any:
    """The data in a text. Raises JsonError in that library's words, with line and column."""
    from nixlite.runtime.utf8 import byte_view

    view = byte_view(data) if isinstance(data, str) else data.decode("latin-1")
    return WholeReader(view).read()


def kind_of(value: Any) -> str:
    """The kind of a value as that library names it."""
    if value is None:
        return "null"
    kinds = {bool: "boolean", str: "string", int: "number", float: "number", dict: "object"}
    return kinds.get(type(value), "array")


def expected(kind: str, value: Any) -> JsonTypeError:
    """The error for a value that should have been of another kind."""
    return JsonTypeError(302, f"type must be {kind}, but is {kind_of(value)}")


def find(value: Any, name: str) -> Any:
    """A member, MISSING where there is none, or where *value* is no object at all."""
    return value.get(name, MISSING) if type(value) is dict else MISSING


def member(value: Any, name: str) -> Any:
    """A member that should be there: null where it is not. Raises JsonTypeError for other things than objects
    and null."""
    if value is None:
        return None
    if type(value) is not dict:
        raise JsonTypeError(305, f"cannot use operator[] with a string argument with {kind_of(value)}")
    return value.get(name)


def number_or(value: Any, name: str, default: int) -> int:
    """The whole number at *name*, *default* where there is none. Raises JsonTypeError."""
    if type(value) is not dict:
        raise JsonTypeError(306, f"cannot use value() with {kind_of(value)}")
    found = value.get(name, MISSING)
    return default if found is MISSING else integer(found)


def items(value: Any) -> list[tuple[str, Any]]:
    """The parts of a value by name, objects in the order of names: of a list by number; null has none, and
    anything else is its own only part, without a name."""
    if type(value) is dict:
        return sorted(value.items())
    if type(value) is tuple:
        return [(str(at), item) for at, item in enumerate(value)]
    return [] if value is None else [("", value)]


def text(value: Any) -> str:
    """A string. Raises JsonTypeError."""
    if type(value) is not str:
        raise expected("string", value)
    return value


def boolean(value: Any) -> bool:
    """A Boolean. Raises JsonTypeError."""
    if type(value) is not bool:
        raise expected("boolean", value)
    return value


def integer(value: Any) -> int:
    """A number in 32 bits, as C converts it; Booleans count. Raises JsonTypeError."""
    if type(value) not in (int, float, bool):
        raise expected("number", value)
    if type(value) is float and not abs(value) < 2**31:
        return -(2**31)  # what the processor makes of it
    return (int(value) + 2**31) % 2**32 - 2**31


def unsigned(value: int | float) -> int:
    """A number in 64 bits without a sign, as C converts it."""
    if type(value) is float and not abs(value) < 2.0**64:
        return 2**63 if value < 0 else 0  # what the processor makes of it
    return int(value) % 2**64


def array(value: Any) -> tuple[Any, ...]:
    """A list. Raises JsonTypeError."""
    if type(value) is not tuple:
        raise expected("array", value)
    return value


def texts(value: Any) -> tuple[str, ...]:
    """A list of strings. Raises JsonTypeError."""
    return tuple([text(item) for item in array(value)])


def structured(encoded: str) -> dict[str, Any]:
    """The object in a derivation's `__json`, lists being Python's. Raises EvalError in Nix's words."""
    try:
        value = parse(encoded)
    except JsonError as error:
        raise EvalError(f"cannot process __json attribute: {error.message}") from None
    if type(value) is not dict:
        import json

        raise EvalError(
            f"Expected JSON value to be of type 'object' but it is of type '{kind_of(value)}':"
            f" {json.dumps(value, separators=(',', ':'), ensure_ascii=False)}"
        )
    return {name: with_lists(item) for name, item in value.items()}


def with_lists(value: Any) -> Any:
    """The same data with Python's lists for tuples."""
    if type(value) is tuple:
        return [with_lists(item) for item in value]
    return {name: with_lists(item) for name, item in value.items()} if type(value) is dict else value


def at(place: str, read: Callable[[], T]) -> T:
    """What *read* returns; where it fails the error tells that *place* is not as it should be."""
    try:
        return read()
    except (JsonError, JsonTypeError) as error:
        raise EvalError(f"{place} is not what was expected: {error.message}") from None
