"""What is given to the flags that bound what a command may use (see `limits.budget`)."""

from __future__ import annotations

from nixlite.errors import UsageError
from nixlite.host.settings import UNITS
from nixlite.spelling import natural


def limit(name: str, text: str) -> float:
    """The value of the limit *name*: a whole number, maybe with a unit; of seconds, one with decimals."""
    return seconds(text) if name == "seconds" else whole(text)


def seconds(text: str) -> float:
    """A number of seconds above zero. Raises UsageError."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise UsageError(f"'{text}' is not a number of seconds")
    return value


def whole(text: str) -> int:
    """A number above zero, maybe with one of Nix's units: `500M` are 500 times 1024 times 1024."""
    unit = UNITS.get(text[-1:].upper(), 1)
    number = natural(text[:-1] if unit > 1 else text)
    if not number:
        raise UsageError(f"'{text}' is not a number above zero, with K, M, G or T behind it if need be")
    return number * unit
