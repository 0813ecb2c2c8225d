"""Commands that tell where values come from: `:why`, `:stale`, `:override`, `:layers` and `:step`.

What they ask is the session as a program (`replaying`).
"""

from __future__ import annotations

import re
import shlex

from nixlite.cli.auto_call import parse_attr_path
from nixlite.errors import NixError
from nixlite.repl.commands.declaring import command
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.recording.program import Program
    from nixlite.explain.trials import Advice
    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy


@command(":why", argument="<expr>", help="Say where an attribute comes from and what it reads", own=True)
def show_why(conversation: Conversation, text: str) -> str:
    """Where the value was written, every layer since (`//`, overrides, overlays), and what it reads.

    The expression is mostly a path: `:why pkgs.hello.src.url`. For an infinite recursion the circle is shown.
    `:why hello.version == "9"` says what kept that value out, and what lets it in.
    """
    from nixlite.explain.why.answering import answer
    from nixlite.repl.commands.replaying import question, source

    tree: Any = conversation.evaluator.parse(source(conversation, text, 0))
    if type(tree) is n.Binary and tree.op == "==":
        sides = [text[side.start : side.end] for side in (tree.left, tree.right)]
        return show_why_not(conversation, *sides)
    program, path = question(conversation, text)
    told = answer(program, path)
    conversation.reply.data = told.data
    return told.text.rstrip("\n")


def show_why_not(conversation: Conversation, text: str, expected: str) -> str:
    """What kept a value out that was expected of an attribute."""
    from nixlite.explain.brief import folder_of
    from nixlite.explain.expected.answer import show, why_not
    from nixlite.explain.expected.asked import Wanted
    from nixlite.repl.commands.replaying import question, source

    scopes: dict[InstrumentedEvaluator, dict[str, Lazy]] = {}
    program, path = question(conversation, text, scopes)

    # It has a name of its own: what was recorded is kept, and knows sources by their names.
    number = -1 - len(conversation.transcript)

    def make(evaluator: InstrumentedEvaluator, root: Any) -> Lazy:
        return evaluator.evaluate_source(source(conversation, expected, number), scopes.get(evaluator, root))

    told = why_not(program, path, Wanted(expected, make))
    if program.asked:  # what is called `pkgs` elsewhere is the session: its variables are there
        told = told._replace(advice=[in_session(item, program.asked) for item in told.advice])
    return show(told, folder_of(conversation.evaluator.state)).rstrip("\n")


def in_session(advice: Advice, name: str) -> Advice:
    """Advice whose code is about a variable of the session."""
    from nixlite.explain.override.code import PKGS

    code = re.sub(rf"\b{PKGS}\.(?={re.escape(name)}\b)", "", advice.code)
    return advice._replace(code=code, say=advice.say.replace(f", `{PKGS}` being the set that it is in", ""))


@command(":stale", argument="<expr>", help="Say what an override left behind, and why", own=True)
def show_stale(conversation: Conversation, text: str) -> str:
    """How far every value of an override got, why no further, and what to write instead, tried."""
    from nixlite.explain.brief import folder_of
    from nixlite.explain.stale.several import show_each, stale_each
    from nixlite.repl.commands.replaying import question

    program, path = question(conversation, text)
    answer = stale_each(program, path)
    return show_each(answer, folder_of(conversation.evaluator.state)).rstrip("\n")


@command(
    ":override",
    argument="<expr>",
    own_argument="<package> NAME=VALUE…",
    help="Write an override for what is wished, tried",
    own=True,
)
def show_override(conversation: Conversation, text: str) -> str:
    """The code that gives a package what you wish: `:override pkgs.hello version=3 patches+=./x.patch`.

    A version comes with what was made of the old one; arguments, inputs, a compiler (`cc=gcc12`) go where
    they belong. What is shown was evaluated.
    """
    from nixlite.explain.override.answer import write
    from nixlite.explain.override.code import PKGS
    from nixlite.explain.override.text import show
    from nixlite.explain.override.wishes import read
    from nixlite.repl.commands.replaying import replay, source

    try:
        words = shlex.split(text)
    except ValueError as error:
        raise NixError(
            f"the words cannot be told apart: {str(error)[0].lower()}{str(error)[1:]}",
            hint="A text is given in quotes of both kinds: ':override pkgs.hello pname='\"x\"''.",
        ) from None
    wishes = [read(word) for word in words[1:]]
    path = parse_attr_path(words[0]) if words else []
    if not path or not wishes:
        raise NixError("which package, and what is wished? ':override pkgs.hello version=3'")
    root = path[0] if len(path) > 1 and path[0] in conversation.scope else ""

    def make(code: str) -> Program:
        def applied(evaluator: InstrumentedEvaluator, scope: dict[str, Lazy]) -> Lazy:
            function = evaluator.evaluate_source(source(conversation, code, 0))
            packages = scope[root] if root else scope
            return evaluator.base["call"](function, packages)  # type: ignore[no-any-return] # of no one type

        return replay(conversation, applied)

    written = write(make, path[1:] if root else path, wishes)
    code = re.sub(rf"\b{PKGS}\.", f"{root}." if root else "", written.code)
    return show(written._replace(code=code)).rstrip("\n")


@command(":layers", argument="<expr>", help="Show the overlays that a set is made of", own=True)
def show_layers(conversation: Conversation, text: str) -> str:
    """Who defines, who changes, who reads `final` and `prev`; of one attribute: `:layers pkgs.zlib`."""
    from nixlite.cli.explain.layers import asked_layers
    from nixlite.explain.brief import folder_of
    from nixlite.explain.layers import MOST, layers, show
    from nixlite.repl.commands.replaying import question

    program, path = question(conversation, text)
    found = program.checked()
    said, attrs, only = asked_layers(program, found, path)
    return said + show(layers(found, attrs, only, MOST), folder_of(found.evaluator.state)).rstrip("\n")


@command(
    ":step", ":steps", argument="<expr>", help="Evaluate step by step: what is forced, by whom", own=True
)
def show_steps(conversation: Conversation, text: str) -> str:
    """Each thunk of the expression and the bindings as it is made, forced and replaced by its value.

    In the debugger `:step` goes one step, as in `nix repl`; `:steps` is this one everywhere.
    """
    from nixlite.explain.steps import record, show
    from nixlite.repl.commands.replaying import replay, source, taking_part

    program = replay(
        conversation,
        lambda evaluator, scope: evaluator.evaluate_source(source(conversation, text, 0), scope),
        bound=taking_part(conversation, text),
    )
    trace = record(program, strict=True, limit=200)
    conversation.reply.data = trace
    return show(trace, conversation.evaluator.settings.cwd).rstrip("\n")
