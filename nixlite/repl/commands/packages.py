"""Commands about what packages are called with: `:args` and `:callPackage`."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.repl.commands.declaring import command
from nixlite.runtime.call import call
from nixlite.runtime.thunk import force
from nixlite.syntax import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.explain.arguments.plan import CallPlan
    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy


@command(
    ":args",
    argument="<expr>",
    own_argument="<expr> [<given>]",
    help="Say where callPackage would take arguments from",
    own=True,
)
def show_arguments(conversation: Conversation, text: str) -> str:
    """Each argument as given, automatic (and from where), default or missing; what is given and not wanted.

    The function may be a file (`:args ./hello.nix`) or a package, whose `override` counts; `:args f { x = 1;
    }` gives arguments by hand. Others come from `pkgs`, or from all variables where there is none.
    """
    from nixlite.explain.arguments.text import render_plan

    return render_plan(plan(conversation, text)[0], scope_of(conversation)[0] or "the session")


@command(
    ":callPackage",
    argument="<expr>",
    own_argument="<expr> [<given>]",
    help="Call a function with what it asks for",
    own=True,
)
def call_package(conversation: Conversation, text: str) -> str:
    """Show the call that callPackage would make, written out, and what it gives.

    Arguments come from `pkgs`, or from all variables where there is none; see `:args`.
    """
    from nixlite.explain.arguments.calling import passed, scope_of_set
    from nixlite.explain.arguments.plan import AUTOMATIC, MISSING
    from nixlite.explain.arguments.text import render_plan, written_call

    found, function, given = plan(conversation, text)
    name, scope = scope_of(conversation)
    if any(argument.how == MISSING for argument in found.arguments):
        return render_plan(found, name or "the session")
    names = [argument.name for argument in found.arguments if argument.how == AUTOMATIC]
    arguments: dict[str, Lazy] = passed(conversation.evaluator, scope_of_set(scope), names)
    if all(argument in scope for argument in names):
        written = written_call(found, parenthesised(function), given, name)
    else:  # callPackage looks where one cannot write `inherit (pkgs)`
        written = f"{name + '.' if name else ''}callPackage {parenthesised(function)} {given or '{ }'}"
    conversation.reply.write(f"{written}\n")
    extra = conversation.evaluate(given) if given else {}
    assert isinstance(extra, dict)
    value = imported(conversation, conversation.evaluate(function))
    result = conversation.evaluator.guard(lambda f: force(call(f, arguments | extra)), value)
    conversation.show(result)
    return ""


def plan(conversation: Conversation, text: str) -> tuple[CallPlan, str, str]:
    """What would be done with `f` or `f given`, and the two texts."""
    from nixlite.explain.arguments.calling import scope_of_set
    from nixlite.explain.arguments.plan import plan_call

    function, given = function_and_given(conversation, text)
    arguments = conversation.evaluate(given) if given else {}
    assert isinstance(arguments, dict)
    value = conversation.evaluate(function)
    scope = scope_of_set(scope_of(conversation)[1])
    found: CallPlan = conversation.evaluator.guard(
        lambda f: plan_call(conversation.evaluator, f, scope, arguments), value
    )
    return found, function, given


def function_and_given(conversation: Conversation, text: str) -> tuple[str, str]:
    """`f { … }` as two texts; "" where nothing is given by hand."""
    if not text:
        raise NixError(f"'{conversation.command}' needs a function")
    conversation.check_complete(text)
    tree = conversation.evaluator.parse(conversation.source(text))
    if isinstance(tree, nodes.Call) and isinstance(tree.arguments[-1], nodes.AttrSet | nodes.Var):
        last = tree.arguments[-1]
        given = text[last.start : last.end]
        if isinstance(conversation.evaluate(given), dict):
            return text[: last.start].strip(), given
    return text, ""


def scope_of(conversation: Conversation) -> tuple[str, dict[str, Lazy]]:
    """Where arguments come from, and what that is called ("" for the session's variables)."""
    if "pkgs" in conversation.scope and "callPackage" not in conversation.scope:
        value = conversation.evaluator.guard(force, conversation.scope["pkgs"])
        if type(value) is dict:
            return "pkgs", value
    return "", conversation.scope


def imported(conversation: Conversation, value: Lazy) -> Lazy:
    """The value of a file for its path, and other values as they are."""
    from nixlite.runtime.values import NixPath

    return conversation.evaluator.import_file(value) if isinstance(value, NixPath) else value


def parenthesised(text: str) -> str:
    """An expression that can be called."""
    simple = text.replace("_", "a").replace(".", "a").replace("/", "a").isalnum() or text.startswith("(")
    return text if simple else f"({text})"
