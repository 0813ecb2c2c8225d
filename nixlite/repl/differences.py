"""Commands about what packages are called with: `:args` and `:callPackage`."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.repl.table import command
from nixlite.runtime.call import call
from nixlite.runtime.thunk import force
from nixlite.syntax import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.explain.arguments.plan import CallPlan
    from nixlite.repl.session import Session
    from nixlite.runtime.values import Lazy


@command(
    ":args",
    argument="<expr>",
    own_argument="<expr> [<given>]",
    help="Say where callPackage would take arguments from",
    own=True,
)
def show_arguments(session: Session, text: str) -> str:
    """Each argument as given, automatic (and from where), default or missing; what is given and not wanted.

    The function may be a file (`:args ./hello.nix`) or a package, whose `override` counts; `:args f { x = 1;
    }` gives arguments by hand. Others come from `pkgs`, or from all variables where there is none.
    """
    from nixlite.explain.arguments.text import render_plan

    return render_plan(plan(session, text)[0], scope_of(session)[0] or "the session")


@command(
    ":callPackage",
    argument="<expr>",
    own_argument="<expr> [<given>]",
    help="Call a function with what it asks for",
    own=True,
)
def call_package(session: Session, text: str) -> str:
    """Show the call that callPackage would make, written out, and what it gives.

    Arguments come from `pkgs`, or from all variables where there is none; see `:args`.
    """
    from nixlite.explain.arguments.calling import passed, scope_of_set
    from nixlite.explain.arguments.plan import AUTOMATIC, MISSING
    from nixlite.explain.arguments.text import render_plan, written_call

    found, function, given = plan(session, text)
    name, scope = scope_of(session)
    if any(argument.how == MISSING for argument in found.arguments):
        return render_plan(found, name or "the session")
    names = [argument.name for argument in found.arguments if argument.how == AUTOMATIC]
    arguments: dict[str, Lazy] = passed(session.evaluator, scope_of_set(scope), names)
    if all(argument in scope for argument in names):
        written = written_call(found, parenthesised(function), given, name)
    else:  # callPackage looks where one cannot write `inherit (pkgs)`
        written = f"{name + '.' if name else ''}callPackage {parenthesised(function)} {given or '{ }'}"
    session.reply.write(f"{written}\n")
    extra = session.evaluate(given) if given else {}
    assert isinstance(extra, dict)
    value = imported(session, session.evaluate(function))
    result = session.evaluator.guard(lambda f: force(call(f, arguments | extra)), value)
    session.show(result)
    return ""


def plan(session: Session, text: str) -> tuple[CallPlan, str, str]:
    """What would be done with `f` or `f given`, and the two texts."""
    from nixlite.explain.arguments.calling import scope_of_set
    from nixlite.explain.arguments.plan import plan_call

    function, given = function_and_given(session, text)
    arguments = session.evaluate(given) if given else {}
    assert isinstance(arguments, dict)
    value = session.evaluate(function)
    scope = scope_of_set(scope_of(session)[1])
    found: CallPlan = session.evaluator.guard(
        lambda f: plan_call(session.evaluator, f, scope, arguments), value
    )
    return found, function, given


def function_and_given(session: Session, text: str) -> tuple[str, str]:
    """`f { … }` as two texts; "" where nothing is given by hand."""
    if not text:
        raise NixError(f"'{session.command}' needs a function")
    session.check_complete(text)
    tree = session.evaluator.parse(session.source(text))
    if isinstance(tree, nodes.Call) and isinstance(tree.arguments[-1], nodes.AttrSet | nodes.Var):
        last = tree.arguments[-1]
        given = text[last.start : last.end]
        if isinstance(session.evaluate(given), dict):
            return text[: last.start].strip(), given
    return text, ""


def scope_of(session: Session) -> tuple[str, dict[str, Lazy]]:
    """Where arguments come from, and what that is called ("" for the session's variables)."""
    if "pkgs" in session.scope and "callPackage" not in session.scope:
        value = session.evaluator.guard(force, session.scope["pkgs"])
        if type(value) is dict:
            return "pkgs", value
    return "", session.scope


def imported(session: Session, value: Lazy) -> Lazy:
    """The value of a file for its path, and other values as they are."""
    from nixlite.runtime.values import NixPath

    return session.evaluator.import_file(value) if isinstance(value, NixPath) else value


def parenthesised(text: str) -> str:
    """An expression that can be called."""
    simple = text.replace("_", "a").replace(".", "a").replace("/", "a").isalnum() or text.startswith("(")
    return text if simple else f"({text})"
