"""Reading JSON: `builtins.fromJSON`.

Python's own reader, written in C, does nearly all of the work. What it cannot do right (the errors of
nlohmann's JSON library, its rules for numbers, strings that Nix cannot represent) is done by
`json_reader.Reader`, which goes over the text again, byte by byte, whenever there is any doubt.
"""

from __future__ import annotations

import re

from nixlite.runtime.json_reader import Reader
from nixlite.runtime.symbols import ACTIVE, make_symbols
from nixlite.runtime.utf8 import byte_view
from nixlite.runtime.values import INT_MAX, INT_MIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.values import Value

DOUBTFUL = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""Escapes of NUL and of surrogates."""

STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)"([ \t\r\n]*+:)?')
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
            unread: list[str] = []
            value = finish(loads(text, parse_constant=refuse), unread)
            if unread:
                number_names(text)
            return value
        except (ValueError, RecursionError):
            pass  # `Reader` finds out what is wrong, and knows no limit of depth
    return Reader(byte_view(text)).read()


def refuse(constant: str) -> None:
    """NaN and Infinity are not JSON."""
    raise ValueError(constant)


def number_names(text: str) -> None:
    """Number the names of members in the order of the text, in which Nix makes symbols of them.

    What Python has read tells no more where a name stood that is there twice.
    """
    from json import loads

    names = [name for name, colon in STRING.findall(text) if colon]
    make_symbols([loads(f'"{name}"') if "\\" in name else name for name in names])


def finish(value: Any, unread: list[str]) -> Value:
    """Python's data as Nix values: tuples for lists; ValueError for numbers with rules of their own.

    Adds names that have no number yet to *unread*.
    """
    kind = type(value)
    if kind is dict:
        numbers = ACTIVE[0].numbers
        for name, item in value.items():
            if name not in numbers:
                unread.append(name)
            if type(item) is not str:
                value[name] = finish(item, unread)
    elif kind is list:
        return tuple([item if type(item) is str else finish(item, unread) for item in value])
    elif kind is int:
        if not INT_MIN <= value <= INT_MAX:
            raise ValueError(value)
    elif kind is float and value - value != 0:
        raise ValueError(value)
    return value  # type: ignore[no-any-return]
