"""`:?`: what commands there are."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.repl.commands.declaring import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.conversation import Conversation

HELP_COLUMN, NARROW_COLUMN = 29, 19
WIDE = 80
"""Columns of a screen with room for the wider one."""
KEYS = (
    ("Enter", "Do what is complete, else begin a line"),
    ("Alt-Enter", "Begin a line in any case"),
    ("Tab, Escape", "Complete names, arguments and files; leave the menu"),
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
    entries = [("<expr>", "Evaluate and print expression"), ("<x> = <expr>", "Bind expression to variable")]
    entries += [(labels[row], row.help) for row in rows if not row.own and not row.debugging]
    parts = [("The following commands are available:", entries)]
    if conversation.debugging is not None:
        found = [(labels[row], row.help) for row in rows if row.debugging]
        parts.append(("        Debug mode commands", found))
    if compat:
        head, *others = [
            [title, *[line for entry in found for line in help_lines(*entry)]] for title, found in parts
        ]
        return "\n".join([head[0], "", *head[1:], *[line for part in others for line in ("", *part)]])
    own = [(labels[row], row.help) for row in rows if row.own and not row.debugging]
    parts += [("Not in nix repl (`:? <command>` says more):", own), ("Keys:", list(KEYS))]
    return "\n\n".join(
        f"{title.strip()}\n\n{table(found, conversation.style.layout.width)}" for title, found in parts
    )


def table(entries: list[tuple[str, str]], width: int) -> str:
    """Labels and explanations in two columns, the first of which is narrow on a narrow screen."""
    column = HELP_COLUMN if width >= WIDE else NARROW_COLUMN
    lines = []
    for label, explanation in entries:
        text = explanation.split("\n", 1)[0]
        for line in explanation.split("\n")[1:]:
            text += f"{'.' if line[:1].isupper() else ''} {line}"
        if len(label) >= column:
            lines.append(f"  {label}")
            label = ""
        lines += folded([f"  {label:{column}}{text}"], width, column + 2)
    return "\n".join(lines)


def folded(lines: list[str], width: int, column: int) -> list[str]:
    """The lines, those that are too long going on in the column of explanations."""
    from textwrap import wrap

    start = " " * column
    room = max(width, column + 12)
    parts = (wrap(line, room, subsequent_indent=start, break_on_hyphens=False) or [""] for line in lines)
    return [line for part in parts for line in part]


def help_lines(label: str, explanation: str) -> list[str]:
    """The lines of one row of the help."""
    first, *others = explanation.split("\n")
    if len(label) >= HELP_COLUMN:
        others = [first, *others]
        return [f"  {label}", *[f"{'':{HELP_COLUMN + 2}}{other}" for other in others]]
    return [f"  {label:{HELP_COLUMN}}{first}", *[f"{'':{HELP_COLUMN + 2}}{other}" for other in others]]
