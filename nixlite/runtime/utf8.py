"""Nix strings are bytes; ours are Unicode. The few places that must see bytes come here.

A byte that is no UTF-8 is kept as one lone surrogate (`surrogateescape`). Cutting a character in two makes
such bytes, and putting the halves together again must give the character back: `normalise`.
"""

from __future__ import annotations


def to_bytes(text: str) -> bytes:
    """The bytes that *text* stands for."""
    return text.encode("utf-8", "surrogateescape")


def from_bytes(data: bytes) -> str:
    """The string of some bytes, which need not be UTF-8."""
    return data.decode("utf-8", "surrogateescape")


def byte_length(text: str) -> int:
    """The number of bytes of *text*."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def normalise(text: str) -> str:
    """*text*, after joining pieces, in the one form that equal byte strings share."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return from_bytes(to_bytes(text))
    return text


def byte_view(text: str) -> str:
    """*text* with one character (U+0000 to U+00FF) for each byte, so that `re` and slices work on bytes."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def from_byte_view(view: str) -> str:
    """The string of which *view* is the `byte_view`, or a slice of it."""
    return view if view.isascii() else view.encode("latin-1").decode("utf-8", "surrogateescape")
