"""What is made large: it is said before it is made, and the budget of whoever evaluates looks at it.

Without limits that costs nothing but a comparison where something is large. What a budget is, is in `budget`,
which is loaded where there is one.
"""

from __future__ import annotations

from _thread import _local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Spent(Protocol):
        """A budget, as far as it is of use here: see `budget.Budget`."""

        def grow(self, size: int) -> None:
            """Something of *size* bytes is going to be made."""

        def fetch(self, size: int) -> None:
            """*size* bytes have come over the network."""

        def pieces(self) -> list[str]:
            """A list for the pieces of a text."""


LARGE = 1 << 26
"""Bytes of one object from which on the system is asked whether it has so much."""

NOTABLE = 1 << 16
"""Bytes of one object that are worth a call of `grow`."""

MANY = 1 << 12
"""Elements of a list that are."""

THUNK_BYTES = 120
"""What an element takes that is a delayed call: its place in the list, the thunk and its payload."""


class Current(_local):
    """The budget that a thread is using, None where nothing is limited."""

    budget: Spent | None = None


CURRENT = Current()


def grow(size: int) -> None:
    """Something of *size* bytes is going to be made. Raises Stop, or MemoryError, if that is too much."""
    budget = CURRENT.budget
    if budget is not None:
        budget.grow(size)
    elif size > LARGE:
        from nixlite.limits.memory import check_available  # seldom

        check_available(size)


def is_limited() -> bool:
    """Whether what this thread evaluates has a budget with limits."""
    return CURRENT.budget is not None


def grow_by_joining(between: str, parts: list[str]) -> None:
    """As `grow`, for strings that are going to be joined. Without limits they are not gone through."""
    if CURRENT.budget is not None:
        CURRENT.budget.grow(sum(map(len, parts)) + len(between) * len(parts))


def fetched(size: int) -> None:
    """*size* bytes have come over the network. Raises Stop if these are too many."""
    budget = CURRENT.budget
    if budget is not None:
        budget.fetch(size)


def pieces() -> list[str]:
    """The list in which a writer collects the pieces of its text; it counts them where that is limited."""
    budget = CURRENT.budget
    return [] if budget is None else budget.pieces()
