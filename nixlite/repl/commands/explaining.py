"""Commands that tell where values come from: `:why`, `:stale`, `:layers` and `:step`.

They evaluate the session's files and bindings anew, recorded (see `explain`); the session's own values are
not touched. What came into scope by other ways is taken as it is, without a history.
"""

from __future__ import annotations

import re
import shlex

from nixlite.cli.auto_call import auto_call, parse_attr_path
from nixlite.cli.sources import file_path
from nixlite.errors import NixError, ParseError
from nixlite.repl.commands.declaring import command
from nixlite.repl.commands.loading import flake_value
from nixlite.runtime.thunk import force
from nixlite.runtime.values import NixPath
from nixlite.source import Source
from nixlite.syntax import nodes as n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.recording.program import Program
    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy


_NAME = re.compile(r"[A-Za-z_][\w'-]*")


@command(":why", argument="<expr>", help="Say where an attribute comes from and what it reads", own=True)
def show_why(conversation: Conversation, text: str) -> str:
    """Where the value was written, every layer since (`//`, overrides, overlays), and what it reads.

    The expression is mostly a path: `:why pkgs.hello.src.url`. For an infinite recursion the circle is shown.
    `:why hello.version == "9"` says what kept that value out, and what lets it in.
    """
    from nixlite.explain.why.answering import answer

    tree: Any = conversation.evaluator.parse(source(conversation, text, 0))
    if type(tree) is n.Binary and tree.op == "==":
        sides = [text[side.start : side.end] for side in (tree.left, tree.right)]
        return show_why_not(conversation, *sides)
    program, path = question(conversation, text)
    return answer(program, path).text.rstrip("\n")


def show_why_not(conversation: Conversation, text: str, expected: str) -> str:
    """What kept a value out that was expected of an attribute."""
    from nixlite.explain.brief import folder_of
    from nixlite.explain.expected.answer import show, why_not
    from nixlite.explain.expected.asked import Wanted

    scopes: dict[InstrumentedEvaluator, dict[str, Lazy]] = {}
    program, path = question(conversation, text, scopes)

    def make(evaluator: InstrumentedEvaluator, root: Any) -> Lazy:
        return evaluator.evaluate_source(source(conversation, expected, -1), scopes[evaluator])

    told = why_not(program, path, Wanted(expected, make))
    return show(told, folder_of(conversation.evaluator.state)).rstrip("\n")


@command(":stale", argument="<expr>", help="Say what an override left behind, and why", own=True)
def show_stale(conversation: Conversation, text: str) -> str:
    """How far every value of an override got, why no further, and what to write instead, tried."""
    from nixlite.explain.brief import folder_of
    from nixlite.explain.stale.several import show_each, stale_each

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

        program = replay(conversation, applied)
        program.quiet = True  # what is only tried says nothing
        return program

    written = write(make, path[1:] if root else path, wishes)
    code = re.sub(rf"\b{PKGS}\.", f"{root}." if root else "", written.code)
    return show(written._replace(code=code)).rstrip("\n")


@command(":layers", argument="<expr>", help="Show the overlays that a set is made of", own=True)
def show_layers(conversation: Conversation, text: str) -> str:
    """Who defines, who changes, who reads `final` and `prev`; of one attribute: `:layers pkgs.zlib`."""
    from nixlite.cli.explain.layers import asked_layers
    from nixlite.explain.brief import folder_of
    from nixlite.explain.layers import layers, show

    program, path = question(conversation, text)
    found = program.checked()
    said, attrs, only = asked_layers(program, found, path)
    return said + show(layers(found, attrs, only), folder_of(found.evaluator.state)).rstrip("\n")


@command(
    ":step", ":steps", argument="<expr>", help="Evaluate step by step: what is forced, by whom", own=True
)
def show_steps(conversation: Conversation, text: str) -> str:
    """Each thunk of the expression and the bindings as it is made, forced and replaced by its value.

    In the debugger `:step` goes one step, as in `nix repl`; `:steps` is this one everywhere.
    """
    from nixlite.explain.steps import record, show

    program = replay(
        conversation,
        lambda evaluator, scope: evaluator.evaluate_source(source(conversation, text, 0), scope),
        bound=taking_part(conversation, text),
    )
    return show(record(program, strict=True, limit=200), conversation.evaluator.settings.cwd).rstrip("\n")


def question(
    conversation: Conversation, text: str, scopes: dict[InstrumentedEvaluator, dict[str, Lazy]] | None = None
) -> tuple[Program, list[str]]:
    """The program that an expression asks about, and the path in its value; *scopes* takes what is in scope
    in each of its evaluations."""
    tree: Any = conversation.evaluator.parse(source(conversation, text, 0))
    path: list[str] = []
    if type(tree) is n.Select and tree.default is None and all(isinstance(name, str) for name in tree.path):
        path = [name for name in tree.path if isinstance(name, str)]
        tree = tree.subject
    if type(tree) is n.Var and tree.name in conversation.scope:
        return replay(conversation, lambda evaluator, scope: scope, scopes), [tree.name, *path]
    subject = text[tree.start : tree.end]
    return replay(
        conversation,
        lambda evaluator, scope: evaluator.evaluate_source(source(conversation, subject, 0), scope),
        scopes,
    ), path


def replay(
    conversation: Conversation,
    answer: Callable[[InstrumentedEvaluator, dict[str, Lazy]], Lazy],
    scopes: dict[InstrumentedEvaluator, dict[str, Lazy]] | None = None,
    *,
    bound: dict[int, str] | None = None,
) -> Program:
    """The session as a program: files, then bindings, then what *answer* makes of evaluator and scope, which
    *scopes* keeps. *bound*: only these bindings, by their numbers."""
    from nixlite.explain.brief import text_of
    from nixlite.explain.recording.program import Program

    if bound is None:
        bound = {number: line for number, (line, _) in enumerate(conversation.bound, 1)}

    def evaluate(evaluator: InstrumentedEvaluator) -> Lazy:
        scope = dict(conversation.scope)
        for name in conversation.files:
            add_file(conversation, evaluator, scope, name)
        for reference in conversation.flakes:
            add_flake(conversation, evaluator, scope, reference)
        for number, line in bound.items():
            bind(conversation, evaluator, scope, line, number)
        if scopes is not None:
            scopes[evaluator] = scope
        return answer(evaluator, scope)

    entries = [source(conversation, "", number).name for number in range(len(conversation.bound) + 1)]
    for name in conversation.files:
        try:
            entries.append(conversation.evaluator.resolve(file_path(conversation.evaluator, name)))
        except NixError:
            continue  # it is gone; its attributes are still there
    evaluator = conversation.evaluator
    for reference in conversation.flakes:
        try:
            entries.append(f"{text_of(force(flake_value(evaluator, reference)['outPath']))}/flake.nix")
        except NixError:
            continue
    return Program(evaluator.settings, evaluator.host, evaluate, entries, evaluator.cache)


def taking_part(conversation: Conversation, text: str) -> dict[int, str]:
    """The bindings that an expression can read, itself or by way of others, by their numbers."""
    wanted = set(_NAME.findall(text))
    found = {}
    for number, bound in reversed(list(enumerate(conversation.bound, 1))):
        if bound.names & wanted:
            found[number] = bound.text
            wanted.update(_NAME.findall(bound.text))
    return dict(reversed(found.items()))


def add_file(
    conversation: Conversation, evaluator: InstrumentedEvaluator, scope: dict[str, Lazy], name: str
) -> None:
    """Bring the attributes of a file into scope, as `:l` did; a file that is gone leaves what it gave."""
    try:
        path = NixPath(file_path(evaluator, name))
        value = auto_call(evaluator.import_file(path), conversation.auto_arguments)
    except NixError:
        return
    add_set(conversation, evaluator, scope, value)


def add_flake(
    conversation: Conversation, evaluator: InstrumentedEvaluator, scope: dict[str, Lazy], reference: str
) -> None:
    """Bring the outputs of a flake into scope, as `:lf` did; one that is gone leaves what it gave."""
    try:
        value = flake_value(evaluator, reference)
    except NixError:
        return
    add_set(conversation, evaluator, scope, value)


def add_set(
    conversation: Conversation, evaluator: InstrumentedEvaluator, scope: dict[str, Lazy], value: Any
) -> None:
    """Bring attributes into scope, except where a name was bound by hand."""
    from nixlite.explain.recording.notes import Made

    if type(value) is dict:
        scope.update({key: cell for key, cell in value.items() if key not in conversation.own})
        made = evaluator.recorder.made
        made[id(scope)] = Made("scope", None, scope, (value,))  # so that the layers of the set are seen


def bind(
    conversation: Conversation,
    evaluator: InstrumentedEvaluator,
    scope: dict[str, Lazy],
    line: str,
    number: int,
) -> None:
    """Evaluate bindings again."""
    for text in (line, f"{line}\n;"):
        origin = source(conversation, text, number)
        try:
            tree = evaluator.parse_bindings(origin)
        except ParseError:
            continue
        scope.update(evaluator.bind(tree, origin, scope))
        return


def source(conversation: Conversation, text: str, number: int) -> Source:
    """A text of the session; the numbers tell them apart, 0 is the question."""
    return Source(f"«string»\x1fexplained {number}", text, base=conversation.evaluator.settings.cwd)
