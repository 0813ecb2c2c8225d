"""`:?`: what commands there are."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.repl.rows import command, each_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.conversation import Conversation
    from nixlite.repl.rows import ReplCommand


HELP_COLUMN = 29


@command(":?", ":help", help="Brings up this help menu", own_argument="[command]")
def show_help(conversation: Conversation, text: str) -> str:
    """The table, or what there is to say about one command."""
    known = conversation.known_commands()
    compat = conversation.style.compat
    if text and not compat:
        row = known.get(text) or known.get(f":{text}")
        if row is None:
            raise NixError(f"unknown command '{text}'")
        return f"{row.label(compat)}\n\n{explanation(row)}"
    rows = each_once(known)
    lines = ["The following commands are available:", ""]
    lines += help_lines("<expr>", "Evaluate and print expression")
    lines += help_lines("<x> = <expr>", "Bind expression to variable")
    for row in rows:
        if not row.own and not row.debugging:
            lines += help_lines(row.label(compat), row.help)
    if conversation.debugging is not None:
        lines += ["", "        Debug mode commands"]
        for row in rows:
            if row.debugging:
                lines += help_lines(row.label(compat), row.help)
    if not compat:
        lines += ["", "Not in nix repl (`:? <command>` says more):", ""]
        for row in rows:
            if row.own:
                lines += help_lines(row.label(compat), row.help)
    return "\n".join(lines)


def help_lines(label: str, explanation: str) -> list[str]:
    """The lines of one row of the help."""
    first, *others = explanation.split("\n")
    if len(label) >= HELP_COLUMN:
        others = [first, *others]
        return [f"  {label}", *[f"{'':{HELP_COLUMN + 2}}{other}" for other in others]]
    return [f"  {label:{HELP_COLUMN}}{first}", *[f"{'':{HELP_COLUMN + 2}}{other}" for other in others]]


def explanation(row: ReplCommand[Conversation]) -> str:
    """The docstring of a command."""
    from inspect import cleandoc

    return cleandoc(row.action.__doc__ or row.help)
