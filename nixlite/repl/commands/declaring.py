"""How a command is declared: a decorator on a function from a conversation and a text to a text.

What a command returns is shown as its answer; errors are raised.
"""

from __future__ import annotations

from nixlite.repl.rows import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.repl.conversation import Conversation

    Action = Callable[[Conversation, str], str]


class ReplCommand(Row):
    """A row and what is done."""

    __slots__ = ("action",)
    action: Action


def command(
    *names: str,
    argument: str = "",
    help: str,  # noqa: A002
    own: bool = False,
    own_argument: str = "",
    debugging: bool = False,
) -> Callable[[Action], ReplCommand]:
    """Make the decorated function the command with these *names*; its docstring is what `:? NAME` says."""

    def declare(action: Action) -> ReplCommand:
        found = ReplCommand(
            names,
            argument,
            help,
            action.__doc__ or help,
            own=own,
            own_argument=own_argument,
            debugging=debugging,
        )
        found.action = action
        return found

    return declare
