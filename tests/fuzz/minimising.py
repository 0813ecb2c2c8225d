"""A smaller input with the same fault: parts are left out for as long as it stays."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.fuzz.mutating import TOKEN
from tests.fuzz.workers import try_alone

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fuzz.kinds import Input
    from tests.fuzz.workers import Fault


def smaller(fault: Fault, seconds: float = 30.0) -> Fault:
    """The same fault with as little text as can be found in that time."""
    ends = time.monotonic() + seconds

    def is_late() -> bool:
        return time.monotonic() > ends

    def is_same(given: Input) -> bool:
        found = try_alone(given)
        return found is not None and found.what == fault.what

    given = fault.given
    if not is_same(given):  # it is not always so
        return fault
    for split in (TOKEN.findall, list):
        for at in range(len(given.texts)):
            given = shorter(given, at, split, is_same, is_late)
    return fault._replace(given=given)


def shorter(
    given: Input,
    at: int,
    split: Callable[[str], list[str]],
    is_same: Callable[[Input], bool],
    is_late: Callable[[], bool],
) -> Input:
    """An input with fewer of the parts that *split* makes of its text number *at*, or those that are left when it *is_late*."""

    def with_parts(parts: list[str]) -> Input:
        return given._replace(texts=(*given.texts[:at], "".join(parts), *given.texts[at + 1 :]))

    parts = split(given.texts[at])
    size = len(parts) // 2
    while size and not is_late():
        start = 0
        while start < len(parts) and not is_late():
            fewer = parts[:start] + parts[start + size :]
            if is_same(with_parts(fewer)):
                parts = fewer
            else:
                start += size
        size //= 2
    return with_parts(parts)
