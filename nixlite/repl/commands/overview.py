"""`:?`: what commands there are."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.repl.commands.declaring import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.conversation import Conversation

HELP_COLUMN = 29
KEYS = (
    ("Enter", "Do what is complete, else begin a line"),
    ("Alt-Enter", "Begin a line in any case"),
    ("Tab", "Complete names, arguments and files"),
    ("Up, Ctrl-R", "Earlier inputs; search in them"),
    ("Ctrl-O", "Edit the input in $EDITOR"),
    ("Ctrl-C, Ctrl-D", "Give up the line; leave"),
)


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
    if compat:
        return "\n".join(lines)
    lines += ["", "Not in nix repl (`:? <command>` says more):", ""]
    for row in rows:
        if row.own:
            lines += help_lines(labels[row], row.help)
    lines += ["", "Keys:", ""]
    for label, explanation in KEYS:
        lines += help_lines(label, explanation)
    return "\n".join(folded(lines, conversation.style.layout.width))


def folded(lines: list[str], width: int) -> list[str]:
    """The lines, those that are too long going on below the explanation."""
    from textwrap import wrap

    start = " " * (HELP_COLUMN + 2)
    parts = (wrap(line, max(width, len(start) + 12), subsequent_indent=start) or [""] for line in lines)
    return [line for part in parts for line in part]


def help_lines(label: str, explanation: str) -> list[str]:
    """The lines of one row of the help."""
    first, *others = explanation.split("\n")
    if len(label) >= HELP_COLUMN:
        others = [first, *others]
        return [f"  {label}", *[f"{'':{HELP_COLUMN + 2}}{other}" for other in others]]
    return [f"  {label:{HELP_COLUMN}}{first}", *[f"{'':{HELP_COLUMN + 2}}{other}" for other in others]]
