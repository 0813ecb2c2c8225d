"""Commands while a program is stopped: `:env`, `:bt`, `:st`, `:c`, `:s`; and `:debug`, which gets there."""

from __future__ import annotations

from nixlite.repl.commands.declaring import command
from nixlite.repl.debugging.stops import CONTINUE, STEP
from nixlite.spelling import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.conversation import Conversation
    from nixlite.repl.debugging.stops import Debugging


@command(":env", help="Show env stack", debugging=True)
def environment(conversation: Conversation, text: str) -> str:
    """The names of each scope around the current row of the trace, innermost first."""
    return show_scopes(conversation)


@command(":bt", ":backtrace", help="Show trace stack", debugging=True)
def backtrace(conversation: Conversation, text: str) -> str:
    """All rows of the trace, innermost first."""
    debugging = stopped(conversation)
    return "".join(debugging.show_row(index) for index in range(len(debugging.rows))).removesuffix("\n")


@command(
    ":st",
    argument="[idx]",
    help="Show current trace, or change to another trace in\nthe stack",
    debugging=True,
)
def select_trace(conversation: Conversation, text: str) -> str:
    """Show a row of the trace with its scopes, and have its variables in scope from now on."""
    debugging = stopped(conversation)
    if text.isascii() and text.isdigit():
        row = natural(text)
        if row is None or row >= len(debugging.rows):
            return ""
        debugging.index = row
    conversation.scope = debugging.scope()
    return f"{debugging.show_row(debugging.index)}\n{show_scopes(conversation)}"


@command(":c", ":continue", help="Go until end of program, exception, or builtins.break", debugging=True)
def go_on(conversation: Conversation, text: str) -> str:
    """Go on with the program."""
    return leave(conversation, CONTINUE)


@command(":s", ":step", help="Go one step", debugging=True)
def step(conversation: Conversation, text: str) -> str:
    """Go on to the next call, `let` or function body."""
    return leave(conversation, STEP)


def leave(conversation: Conversation, action: str) -> str:
    """Leave the conversation."""
    stopped(conversation).action = action
    conversation.reply.quit = True
    return ""


def show_scopes(conversation: Conversation) -> str:
    """The names of each scope around the current row, and the globals."""
    names = [name for name in conversation.evaluator.state.globals if not name.startswith("__")]
    return stopped(conversation).show_environment(names)


def stopped(conversation: Conversation) -> Debugging:
    """What is known at the stop: these commands are only there at one."""
    assert conversation.debugging is not None
    return conversation.debugging


@command(":debug", help="Enter the debugger where the last error happened", own=True)
def debug(conversation: Conversation, text: str) -> str:
    """Evaluate the input that failed once more, under the debugger."""
    from nixlite.repl.debugging.debugger import debug_last

    return debug_last(conversation)
