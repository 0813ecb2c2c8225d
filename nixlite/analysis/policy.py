"""How much of a source is compiled only when it is first needed; see `deferral`."""

from __future__ import annotations


class Policy:
    """From what size on something is deferred, in characters of the source text.

    *source*: the least length of a source that has pieces. *value*: of a piece in a group that has at least
    *members* of them. *large*: of a piece in any other group. *huge*: of a piece inside a function that may
    run often, for groups with pieces cost more to make than others; unless they have *crowd* members, for
    such a function runs seldom.
    """

    __slots__ = ("crowd", "huge", "large", "members", "source", "value")

    def __init__(
        self, source: int, value: int, members: int, large: int, huge: int, crowd: int = 500
    ) -> None:
        self.crowd = crowd
        self.source = source
        self.value = value
        self.members = members
        self.large = large
        self.huge = huge

    def __repr__(self) -> str:
        return f"{self.source},{self.value},{self.members},{self.large},{self.huge},{self.crowd}"


DEFERRAL = Policy(source=4_000, value=24, members=32, large=400, huge=4000)
"""What the evaluator uses."""
