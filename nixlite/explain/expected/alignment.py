"""What a part of a value would have to be for the whole to be another one.

`"https://x/v1.2.tar.gz"` was made of `"1.2"`: for `"https://x/v1.3.tar.gz"` that would have to be `"1.3"`. A
text or list is taken apart around the part; whether it was made of it is found out by evaluating.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIGNS = "_-"
"""What versions have in place of dots."""


def texts_for(whole: str, part: str, expected: str) -> list[str]:
    """What *part* would have to be, in every place or in one of them, for *whole* to be *expected*; the more
    places first."""
    found: dict[str, None] = {}
    if part and part in whole and part != expected:
        pieces = whole.split(part)
        everywhere = solved(pieces, expected)
        if everywhere is not None:
            found[everywhere] = None
        at = whole.find(part)
        while at >= 0:
            once = solved([whole[:at], whole[at + len(part) :]], expected)
            if once is not None:
                found[once] = None
            at = whole.find(part, at + 1)
    if not part:
        start = common(whole, expected)
        if expected[start + len(expected) - len(whole) :] == whole[start:] and len(expected) > len(whole):
            found[expected[start : start + len(expected) - len(whole)]] = None
    for sign in SIGNS:
        if "." in part and part not in whole:
            spelt = texts_for(whole, part.replace(".", sign), expected)
            found |= dict.fromkeys(text.replace(sign, ".") for text in spelt)
    found.pop(part, None)
    return list(found)


def common(a: str, b: str) -> int:
    """How many characters two texts begin with alike."""
    return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def solved(pieces: Sequence[str], expected: str) -> str | None:
    """The text between the pieces, the same each time, that makes them *expected*."""
    gaps = len(pieces) - 1
    left = len(expected) - sum(map(len, pieces))
    if left < 0 or left % gaps:
        return None
    start = len(pieces[0])
    text = expected[start : start + left // gaps]
    return text if text.join(pieces) == expected else None


def items_for(
    whole: Sequence[Any], part: Sequence[Any], expected: Sequence[Any], equal: Callable[[Any, Any], bool]
) -> tuple[int, int] | None:
    """(first, last) of the items of *expected* that *part* of the list would have to be; None if it is no
    part of it, or the rest differs."""
    size = len(part)
    for at in range(len(whole) - size + 1):
        if any(x is not y and not equal(x, y) for x, y in zip(whole[at : at + size], part, strict=True)):
            continue
        rest = len(whole) - size - at
        end = len(expected) - rest
        if end < at:
            continue
        pairs = [
            *zip(whole[:at], expected[:at], strict=True),
            *zip(whole[at + size :], expected[end:], strict=True),
        ]
        if all(x is y or equal(x, y) for x, y in pairs):
            return at, end
    return None
