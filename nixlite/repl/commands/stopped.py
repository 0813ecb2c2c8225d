"""Commands while a program is stopped: `:env`, `:bt`, `:st`, `:c`, `:s`; and `:debug`, which gets there."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.repl.commands.declaring import command
from nixlite.repl.debugging.stops import CONTINUE, STEP
from nixlite.spelling import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.conversation import Conversation
    from nixlite.repl.debugging.stops import Debugging


@command(":env", help="Show env stack", debugging=True)
def environment(conversation: Conversation, text: str) -> str:
    """The variables of each scope around the current row of the trace, innermost first, with the values that
    they have: nothing is evaluated, what has not been is shown as «thunk»."""
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


@command(":up", argument="[n]", help="Go to the caller, or so many", own=True, debugging=True)
def go_up(conversation: Conversation, text: str) -> str:
    """Look at the next row outward of the trace: who asked for this. Its variables are in scope then."""
    return go(conversation, text, 1)


@command(":down", argument="[n]", help="Go back towards where it happened", own=True, debugging=True)
def go_down(conversation: Conversation, text: str) -> str:
    """Look at the next row inward of the trace: what was asked for. Its variables are in scope then."""
    return go(conversation, text, -1)


def go(conversation: Conversation, text: str, direction: int) -> str:
    """Go through the rows of the trace and show where one is."""
    debugging = stopped(conversation)
    by = natural(text) if text else 1
    if by is None:
        raise NixError(f"'{text}' is no number of rows")
    wanted = min(max(debugging.index + direction * by, 0), len(debugging.rows) - 1)
    if wanted == debugging.index and by:
        raise NixError(f"this is the {'outermost' if direction > 0 else 'innermost'} row")
    debugging.index = wanted
    conversation.scope = debugging.scope()
    return f"{debugging.show_row(wanted)}\n{show_scopes(conversation)}"


def leave(conversation: Conversation, action: str) -> str:
    """Leave the conversation."""
    stopped(conversation).action = action
    conversation.reply.quit = True
    return ""


def show_scopes(conversation: Conversation) -> str:
    """The scopes around the current row: variables and values; in the style of `nix repl` names only."""
    if not conversation.style.compat:
        return stopped(conversation).show_variables(conversation.style.layout.width)
    names = [name for name in conversation.evaluator.state.globals if not name.startswith("__")]
    return stopped(conversation).show_environment(names)


def stopped(conversation: Conversation) -> Debugging:
    """What is known at the stop: these commands are only there at one."""
    assert conversation.debugging is not None
    return conversation.debugging


@command(":debug", own_argument="[n]", help="Look into the last error, or the nth last", own=True)
def debug(conversation: Conversation, text: str) -> str:
    """Look at the frames of an error that has happened, with their variables: `:bt`, `:env`, `:up`, `:down`.

    What is typed there is evaluated with the variables of the place. The program itself is over: nothing of
    it is evaluated again. Kept are the last three errors, until `:r`.
    """
    from nixlite.repl.debugging.debugger import look_into

    number = natural(text) if text else 1
    failures = conversation.failures
    if not failures:
        raise NixError("there was no error yet")
    if not number or number > len(failures):
        kept = "1 error is" if len(failures) == 1 else f"{len(failures)} errors are"
        raise NixError(f"there is no error '{text}' to look into: {kept} kept")
    return look_into(conversation, failures[number - 1])
