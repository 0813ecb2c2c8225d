"""`:?`: what commands there are."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.repl.commands.declaring import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.conversation import Conversation

HELP_COLUMN = 29


@command(":?", ":help", help="Brings up this help menu", own_argument="[command]")
def show_help(conversation: Conversation, text: str) -> str:
    """The table, or what there is to say about one command."""
    known = conversation.known_commands()
    compat = conversation.style.compat
    if text and not compat:
        from inspect import cleandoc

        row = known.get(text) or known.get(f":{text}")
        if row is None:
            raise NixError(f"unknown command '{text}'")
        return f"{row.label(compat)}\n\n{cleandoc(row.explanation)}"
    rows = list(dict.fromkeys(known.values()))
    labels = {row: row.label(compat, [name for name in row.names if known[name] is row]) for row in rows}
    lines = ["The following commands are available:", ""]
    lines += help_lines("<expr>", "Evaluate and print expression")
    lines += help_lines("<x> = <expr>", "Bind expression to variable")
    for row in rows:
        if not row.own and not row.debugging:
            lines += help_lines(labels[row], row.help)
    if conversation.debugging is not None:
        lines += ["", "        Debug mode commands"]
        for row in rows:
            if row.debugging:
                lines += help_lines(labels[row], row.help)
    if not compat:
        lines += ["", "Not in nix repl (`:? <command>` says more):", ""]
        for row in rows:
            if row.own:
                lines += help_lines(labels[row], row.help)
    return "\n".join(lines)


def help_lines(label: str, explanation: str) -> list[str]:
    """The lines of one row of the help."""
    first, *others = explanation.split("\n")
    if len(label) >= HELP_COLUMN:
        others = [first, *others]
        return [f"  {label}", *[f"{'':{HELP_COLUMN + 2}}{other}" for other in others]]
    return [f"  {label:{HELP_COLUMN}}{first}", *[f"{'':{HELP_COLUMN + 2}}{other}" for other in others]]
