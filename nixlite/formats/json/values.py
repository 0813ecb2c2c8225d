"""Reading JSON: `builtins.fromJSON`.

Python's own reader, written in C, does nearly all of the work. What it cannot do right (the errors of
nlohmann's JSON library, its rules for numbers, strings that Nix cannot represent) is done by
`json_reader.Reader`, which goes over the text again, byte by byte, whenever there is any doubt.
"""

from __future__ import annotations

import re

from nixlite.formats.json.reader import Reader
from nixlite.runtime.symbols import ACTIVE, make_symbols
from nixlite.runtime.utf8 import byte_view
from nixlite.runtime.values import INT_MAX, INT_MIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.values import Value

DOUBTFUL = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""Escapes of NUL and of surrogates."""

LARGE = 1 << 22
"""Characters that Python's reader may read at once."""

NAME = r'"((?>(?:[^"\\]++|\\.)*))"([ \t\r\n]*+:)?'
"""A string, and whether it is the name of a member."""


def from_json(text: str) -> Value:
    """The value that a JSON text means; lists are tuples, everything is evaluated.

    Of several members of an object with one name the last counts. Raises JsonError for what is no JSON, and
    EvalError for integers from 2**63 to 2**64 - 1 and strings with NUL; larger ones become floats.
    """
    if not DOUBTFUL.search(text):
        from json import loads  # a program that reads no JSON need not import it

        try:
            if not text.isascii():
                text.encode("utf-8")  # bytes that are no UTF-8 are an error of the JSON library's
            numbers = ACTIVE.symbols.table()
            before = len(numbers)
            sizes: list[int] = []
            value: Value = finish(loads(text, parse_constant=refuse, **hooks(text)), numbers, sizes)
            if len(numbers) > before and text.count('":') != sum(sizes):
                number_again(text, numbers, before)
            return value
        except (ValueError, RecursionError):
            pass  # `Reader` finds out what is wrong, and knows no limit of depth
    return Reader(byte_view(text)).read()


def hooks(text: str) -> dict[str, Any]:
    """Functions that Python's reader calls for each object and number of a large text.

    It is written in C, and an interrupt comes through in these only.
    """
    if len(text) < LARGE:
        return {}
    return {"object_pairs_hook": members, "parse_int": integer}


def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A set, called by the reader that is written in C."""
    return dict(pairs)


def integer(digits: str) -> int:
    """An integer, called by the reader that is written in C."""
    return int(digits)


def refuse(constant: str) -> None:
    """NaN and Infinity are not JSON."""
    raise ValueError(constant)


def number_again(text: str, numbers: dict[str, int], before: int) -> None:
    """Number the names of members anew, as far as they had no number before; there were *before* so many.

    Nix makes symbols of them in the order of the text. Python's data have that too, unless a name is there
    twice, whose first value is lost.
    """
    from itertools import islice
    from json import loads

    for name in list(islice(numbers, before, None)):
        del numbers[name]
    found = [name for name, colon in re.findall(NAME, text) if colon]
    make_symbols([loads(f'"{name}"') if "\\" in name else name for name in found])


def finish(value: Any, numbers: dict[str, int], sizes: list[int]) -> Any:
    """Python's data as Nix values: tuples for lists; ValueError for numbers with rules of their own.

    Names get their numbers; *sizes* gets those of the objects.
    """
    kind = type(value)
    if kind is dict:
        sizes.append(len(value))
        for name, item in value.items():
            if name not in numbers:
                numbers[name] = len(numbers)
            if type(item) is not str:
                value[name] = finish(item, numbers, sizes)
    elif kind is list:
        return finish_items(value, numbers, sizes)
    elif kind is int:
        if not INT_MIN <= value <= INT_MAX:
            raise ValueError(value)
    elif kind is float and value - value != 0:
        raise ValueError(value)
    return value


def finish_items(items: list[Any], numbers: dict[str, int], sizes: list[int]) -> tuple[Any, ...]:
    """The same for a list: apart, for variables that a comprehension uses would be cells in every call."""
    return tuple([item if type(item) is str else finish(item, numbers, sizes) for item in items])
