"""A command as a row of a table: what it is called, what it takes and does.

What a command returns is shown as its answer; errors are raised. `:?` is written from the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

On = TypeVar("On")
"""What commands are done on: a `Conversation`, which has rows and so lies above them."""


class ReplCommand(NamedTuple, Generic[On]):
    """A row of the table.

    `own` marks what `nix repl` does not have: absent in its style. `debugging`: only there in the debugger.
    """

    names: tuple[str, ...]
    argument: str
    help: str
    action: Callable[[On, str], str]
    own: bool
    own_argument: str
    debugging: bool

    def label(self, compat: bool) -> str:
        """The left column of `:?`; in nixlite's own style a command may take more than in `nix repl`."""
        argument = self.argument if compat else self.own_argument or self.argument
        return f"{', '.join(self.names)} {argument}".rstrip()


EXPRESSIONS = ("<expr>", "[depth] <expr>", "<expr> <expr>")
"""Arguments that are Nix, which may go on over several lines."""


def command(
    *names: str,
    argument: str = "",
    help: str,  # noqa: A002
    own: bool = False,
    own_argument: str = "",
    debugging: bool = False,
) -> Callable[[Callable[[On, str], str]], ReplCommand[On]]:
    """Make the decorated function the command with these *names*; its docstring is what `:? NAME` says."""

    def declare(action: Callable[[On, str], str]) -> ReplCommand[On]:
        return ReplCommand(names, argument, help, action, own, own_argument, debugging)

    return declare


def takes_expression(row: ReplCommand[On]) -> bool:
    """Whether the argument of a command may go on over several lines."""
    return row.argument in EXPRESSIONS


def rows_by_name(
    rows: Iterable[ReplCommand[On]], *, compat: bool, stopped: bool
) -> dict[str, ReplCommand[On]]:
    """The rows that a style has, by each of their names; while a program is *stopped* also the debugger's.

    These come before those of the same name: `:step` is a step there.
    """
    found: dict[str, ReplCommand[On]] = {}
    for debugging in (False, True) if stopped else (False,):
        for row in rows:
            if row.debugging == debugging:
                found.update(dict.fromkeys(row.names, row))
    return {name: row for name, row in found.items() if not (row.own and compat)}


def each_once(known: dict[str, ReplCommand[On]]) -> list[ReplCommand[On]]:
    """The rows, each once, with those of their names that mean them."""
    rows = {id(row): row for row in known.values()}.values()
    return [row._replace(names=tuple(name for name in row.names if known[name] is row)) for row in rows]
