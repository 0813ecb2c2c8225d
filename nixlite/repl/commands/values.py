"""What a value is: `:t`, `:p`, `:json`, `:diff`, and how long it takes: `:time`, `:profile`."""

from __future__ import annotations

from time import perf_counter

from nixlite.errors import NixError
from nixlite.repl.commands.declaring import command
from nixlite.runtime.values import ContextString, show_type
from nixlite.spelling import natural
from nixlite.syntax import nodes
from nixlite.syntax.lines import WRONG, LineReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.repl.conversation import Conversation


@command(":t", argument="<expr>", help="Describe result of evaluation")
def describe_type(conversation: Conversation, text: str) -> str:
    """The type in words; forces to WHNF, nothing deeper."""
    return show_type(conversation.evaluate(text))


@command(
    ":p",
    ":print",
    argument="<expr>",
    help="Evaluate and print expression recursively\nStrings are printed directly, without escaping.",
    own_argument="[depth] <expr>",
)
def print_whole(conversation: Conversation, text: str) -> str:
    """Everything in the value; in our own style a number in front says how deep (`:p 2 x`)."""
    depth, text = (None, text) if conversation.style.compat else depth_and_rest(conversation, text)
    value = conversation.evaluate(text)
    if isinstance(value, (str, ContextString)):
        conversation.reply.write(f"{value if isinstance(value, str) else value.text}\n")
    else:
        conversation.show(value, depth=depth, whole=True)
    return ""


def depth_and_rest(conversation: Conversation, text: str) -> tuple[int | None, str]:
    """The depth in front of an expression, None if there is none, and the expression.

    A number in front is one unless it is an operand: nobody calls a number.
    """
    from nixlite.repl.commands.finding import walk

    first, _, rest = text.partition(" ")
    depth = natural(first)
    if depth is None or not rest.strip():
        return None, text
    if LineReader(conversation.features).read(text).verdict() == WRONG:  # `2 x: x`
        return depth, rest
    node: Any = conversation.evaluator.parse(conversation.source(text))
    called = any(type(n) is nodes.Call and n.function.end == len(first) for n, _ in walk(node))
    return (depth, rest) if called else (None, text)


@command(":json", argument="<expr>", help="Print as JSON", own=True)
def print_json(conversation: Conversation, text: str) -> str:
    """The value as `nix eval --json --pretty` prints it: evaluated all through.

    Functions have no JSON; a set with `__toString` or `outPath` is that string.
    """
    from nixlite.formats.json.writing import pretty_json

    value = conversation.evaluate(text)
    state = conversation.evaluator.state
    shown: str = conversation.evaluator.guard(lambda x: pretty_json(state, x), value)
    return shown


@command(":diff", argument="<expr> <expr>", help="Show how two values differ", own=True)
def show_diff(conversation: Conversation, text: str) -> str:
    """Compare two values attribute by attribute, lazily: `:diff old new`, `:diff (f 1) (f 2)`.

    Derivations are compared by their variables and inputs, to any depth; first stands what has to be built
    again and why, last what should have changed too and did not. Functions are the same if they are written
    in the same place.
    """
    from nixlite.explain.diff.report import compare, render

    old, new = two_expressions(conversation, text)
    state = conversation.evaluator.state
    a, b = conversation.evaluate(old), conversation.evaluate(new)
    found = conversation.evaluator.guard(lambda pair: compare(pair[0], pair[1], state), (a, b))
    layout = conversation.style.layout
    return render(found, state, width=layout.width, colour=layout.colour) or "no difference"


def two_expressions(conversation: Conversation, text: str) -> tuple[str, str]:
    """The texts of two expressions side by side, which Nix reads as a call."""
    conversation.check_complete(text)
    tree = conversation.evaluator.parse(conversation.source(text))
    if not isinstance(tree, nodes.Call) or len(tree.arguments) != 1:
        raise NixError(
            f"'{conversation.command}' takes two expressions;"
            " put parentheses around one that has blanks in it"
        )
    return text[tree.function.start : tree.function.end], text[tree.arguments[0].start : tree.end]


@command(":time", argument="<expr>", help="Evaluate, print and say how long that took", own=True)
def time_it(conversation: Conversation, text: str) -> str:
    """The answer, then the time for evaluating it (to weak head normal form) and for printing the rest."""
    start = perf_counter()
    value = conversation.evaluate(text)
    evaluated = perf_counter()
    conversation.show(value)
    printed = perf_counter()
    return f"evaluated in {duration(evaluated - start)}, printed in {duration(printed - evaluated)}"


def duration(seconds: float) -> str:
    """A time with a unit that suits it."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.1f} ms"


@command(":profile", argument="<expr>", help="Say where evaluating spends its time", own=True)
def profile(conversation: Conversation, text: str) -> str:
    """Evaluate all through and list the Nix functions and lines in which the time went.

    The program is looked at some hundred times a second, so that what is quick is not seen; what it
    imports for the first time counts too.
    """
    from nixlite.repl.commands import profiling

    return profiling.profile(conversation, text)
