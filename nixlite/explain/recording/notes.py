"""What a recording consists of, as plain data: places, how sets were made, calls, and what is substituted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from nixlite.runtime.values import Lazy

Place = tuple[str, int, int]
"""File, 1-based line, 1-based UTF-8 byte column."""


class Made(NamedTuple):
    """How a set came about: *how* is `//` or a builtin's name, *sources* the sets that it was made of."""

    how: str
    place: Place | None
    result: dict[str, Lazy]
    sources: tuple[dict[str, Lazy], ...]


class CallRecord(NamedTuple):
    """A call: which function, the lazies that it was given, and that of its result."""

    function: str
    arguments: tuple[Any, ...]
    result: Any


class Substitute(NamedTuple):
    """What a definition is to be taken for: *old* is the value that it must have (MISSING: any)."""

    old: Any
    new: Any
