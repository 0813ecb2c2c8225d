"""Where something is written and what is written about it: `:pos`, `:src`, `:doc` and `:e`.

What they do is loaded when they are used: it reads whole files.
"""

from __future__ import annotations

from nixlite.repl.commands.declaring import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.conversation import Conversation


@command(":pos", argument="<expr>", help="Say where an attribute or function is defined", own=True)
def show_position(conversation: Conversation, text: str) -> str:
    """The place of the definition that a variable or `a.b.c` names, and that of a function.

    Of a set that is not named, the place of its first attribute.
    """
    from nixlite.repl.commands import finding

    return finding.show_positions(conversation, text)


@command(":src", argument="<expr>", help="Show the source of an attribute or function", own=True)
def show_source(conversation: Conversation, text: str) -> str:
    """As `:pos`, with the text of the definition."""
    from nixlite.repl.commands import finding

    return finding.show_source(conversation, text)


@command(":doc", argument="<expr>", help="Show documentation of a builtin function")
def document(conversation: Conversation, text: str) -> str:
    """What is written about a builtin, a function with a doc comment or a documented attribute."""
    from nixlite.repl.commands import documentation

    return documentation.document(conversation, text)


@command(
    ":e",
    ":edit",
    argument="<expr>",
    help="Open package or function in $EDITOR",
    own_argument="[<expr>]",
)
def edit(conversation: Conversation, text: str) -> str:
    """Open the file that a path names, a function lies in or a package says it comes from.

    Without an argument, the last input: what the editor leaves is the next.
    """
    from nixlite.repl.commands import editing

    return editing.edit(conversation, text)
