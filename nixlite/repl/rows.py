"""The table of commands: rows are declared with `@command`, by `commands.py` and `extras.py`.

What a command returns is shown as its answer; errors are raised. `:?` is written from the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.repl.session import Session

    Action = Callable[["Session", str], str]


class Command(NamedTuple):
    """A row of the table.

    `own` marks what `nix repl` does not have: absent in its style. `debugging`: only there in the debugger.
    """

    names: tuple[str, ...]
    argument: str
    help: str
    action: Action
    own: bool
    own_argument: str
    debugging: bool

    def label(self, compat: bool) -> str:
        """The left column of `:?`; in nixlite's own style a command may take more than in `nix repl`."""
        argument = self.argument if compat else self.own_argument or self.argument
        return f"{', '.join(self.names)} {argument}".rstrip()


COMMANDS: dict[str, Command] = {}

IN_DEBUGGER: dict[str, Command] = {}
"""The rows that are only there in the debugger, before those of the same name: `:step` is a step there."""

EXPRESSIONS = ("<expr>", "[depth] <expr>", "<expr> <expr>")
"""Arguments that are Nix, which may go on over several lines."""


def command(
    *names: str,
    argument: str = "",
    help: str,  # noqa: A002
    own: bool = False,
    own_argument: str = "",
    debugging: bool = False,
) -> Callable[[Action], Action]:
    """Declare the decorated function as the command with these *names*."""

    def declare(action: Action) -> Action:
        row = Command(names, argument, help, action, own, own_argument, debugging)
        (IN_DEBUGGER if debugging else COMMANDS).update(dict.fromkeys(names, row))
        return action

    return declare


def takes_expression(row: Command) -> bool:
    """Whether the argument of a command may go on over several lines."""
    return row.argument in EXPRESSIONS


def visible_commands(session: Session) -> dict[str, Command]:
    """The rows that the session's style has, by each of their names."""
    rows = COMMANDS if session.debugging is None else {**COMMANDS, **IN_DEBUGGER}
    return {name: row for name, row in rows.items() if not (row.own and session.style.compat)}


def visible_rows(session: Session) -> list[Command]:
    """The rows, each once, with those of their names that mean them."""
    known = visible_commands(session)
    rows = {id(row): row for row in known.values()}.values()
    return [row._replace(names=tuple(name for name in row.names if known[name] is row)) for row in rows]
