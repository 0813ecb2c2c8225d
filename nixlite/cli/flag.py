"""What a flag of a command line is; `flags` has those that several commands share, `running` reads them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Flag:
    """A flag: what its arguments are called, what it does with them, what to say of it, its short form.

    A flag without help is an older name or accepted for Nix's sake. `own` marks those that `nix-instantiate`
    reads itself: it has other words when their argument is missing, and they count after `--` too.
    """

    __slots__ = ("action", "help", "labels", "own", "short")

    def __init__(
        self,
        labels: str,
        action: Callable[[Any, list[str]], None],
        help: str = "",  # noqa: A002
        short: str = "",
        own: bool = False,
    ) -> None:
        self.labels = labels
        self.action = action
        self.help = help
        self.short = short
        self.own = own

    @property
    def arity(self) -> int:
        """How many words the flag takes."""
        return len(self.labels.split())


Flags = dict[str, Flag]
