"""What the compiler may know of a builtin: its facts stand beside it, as arguments of `@builtin(…)`.

The generated `builtins.index` carries them here, so that compiling loads no builtins.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Forced = tuple[int, str, str]
    """An argument that is forced: its number, its type, and the context that a failure to force it has in a
    trace (Nix 2.34.8). The type counts for those that others follow."""

INTEGER, STRING, FUNCTION, ANYTHING = "integer", "string", "function", "anything"

FIRST: tuple[Forced, ...] = ((0, ANYTHING, ""),)
"""The first argument is forced before all else."""

SECOND: tuple[Forced, ...] = ((1, ANYTHING, ""),)
"""The second one is."""

AFTER_FUNCTION: tuple[Forced, ...] = ((0, FUNCTION, ""), *SECOND)
"""A function is, and then the second one."""


class Signatures:
    """The facts by the builtin's name.

    *arities*: how many arguments it takes. *forces*: which of them it forces before it does anything else, in
    its order. *keeps*: the number of the argument that it hands on as it is.
    """

    __slots__ = ("arities", "forces", "keeps")

    def __init__(
        self,
        arities: Mapping[str, int],
        forces: Mapping[str, tuple[Forced, ...]],
        keeps: Mapping[str, int],
    ) -> None:
        self.arities = arities
        self.forces = forces
        self.keeps = keeps
