"""The commands that `nix repl` does not have; in its style they are unknown."""

from __future__ import annotations

from time import perf_counter

from nixlite.errors import NixError
from nixlite.repl.rows import command
from nixlite.syntax import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.session import Session


@command(":json", argument="<expr>", help="Print as JSON", own=True)
def print_json(session: Session, text: str) -> str:
    """The value as `nix eval --json --pretty` prints it: evaluated all through.

    Functions have no JSON; a set with `__toString` or `outPath` is that string.
    """
    from nixlite.formats.json.writing import pretty_json

    value = session.evaluate(text)
    state = session.evaluator.state
    return session.evaluator.guard(lambda x: pretty_json(state, x), value)  # type: ignore[no-any-return]


@command(":pos", argument="<expr>", help="Say where an attribute or function is defined", own=True)
def show_position(session: Session, text: str) -> str:
    """The place of the definition that a variable or `a.b.c` names, and that of a function.

    Of a set that is not named, the place of its first attribute.
    """
    from nixlite.repl.commands import finding

    return finding.show_positions(session, text)


@command(":src", argument="<expr>", help="Show the source of an attribute or function", own=True)
def show_source(session: Session, text: str) -> str:
    """As `:pos`, with the text of the definition."""
    from nixlite.repl.commands import finding

    return finding.show_source(session, text)


@command(":diff", argument="<expr> <expr>", help="Show how two values differ", own=True)
def show_diff(session: Session, text: str) -> str:
    """Compare two values attribute by attribute, lazily: `:diff old new`, `:diff (f 1) (f 2)`.

    Derivations are compared by their variables and inputs, to any depth; first stands what has to be built
    again and why, last what should have changed too and did not. Functions are the same if they are written
    in the same place.
    """
    from nixlite.explain.diff.report import compare, render

    old, new = two_expressions(session, text)
    state = session.evaluator.state
    a, b = session.evaluate(old), session.evaluate(new)
    found = session.evaluator.guard(lambda pair: compare(pair[0], pair[1], state), (a, b))
    layout = session.style.layout
    return render(found, state, width=layout.width, colour=layout.colour) or "no difference"


def two_expressions(session: Session, text: str) -> tuple[str, str]:
    """The texts of two expressions side by side, which Nix reads as a call."""
    session.check_complete(text)
    tree = session.evaluator.parse(session.source(text))
    if not isinstance(tree, nodes.Call) or len(tree.arguments) != 1:
        raise NixError(
            f"'{session.command}' takes two expressions; put parentheses around one that has blanks in it"
        )
    return text[tree.function.start : tree.function.end], text[tree.arguments[0].start : tree.end]


@command(
    ":ls", own_argument="[prefix]", help="List the variables in scope and where they come from", own=True
)
def list_scope(session: Session, text: str) -> str:
    """The names by origin: the input, file or set that brought them, with the types of evaluated ones."""
    from nixlite.repl.commands import listing

    return listing.list_scope(session, text)


@command(":set", own_argument="[option [value]]", help="Show or set an option", own=True)
def set_option(session: Session, text: str) -> str:
    """`:set` lists the options with their values, `:set depth 2` sets one."""
    from nixlite.repl.commands import options

    return options.set_option(session, text)


@command(":time", argument="<expr>", help="Evaluate, print and say how long that took", own=True)
def time_it(session: Session, text: str) -> str:
    """The answer, then the time for evaluating it (to weak head normal form) and for printing the rest."""
    start = perf_counter()
    value = session.evaluate(text)
    evaluated = perf_counter()
    session.show(value)
    printed = perf_counter()
    return f"evaluated in {duration(evaluated - start)}, printed in {duration(printed - evaluated)}"


def duration(seconds: float) -> str:
    """A time with a unit that suits it."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.1f} ms"


@command(":profile", argument="<expr>", help="Say where evaluating spends its time", own=True)
def profile(session: Session, text: str) -> str:
    """Evaluate all through and list the Nix functions and lines in which the time went.

    The program is looked at some hundred times a second, so that what is quick is not seen; what it
    imports for the first time counts too.
    """
    from nixlite.repl.commands import profiling

    return profiling.profile(session, text)


@command(":!", own_argument="command", help="Run a shell command", own=True)
def run_shell(session: Session, text: str) -> str:
    """`:!ls -l`: the command has the terminal; a failure's exit code is shown."""
    import subprocess

    if not text:
        raise NixError("':!' needs a command")
    done = subprocess.run(text, shell=True, check=False, cwd=session.evaluator.settings.cwd)
    return f"(exit code {done.returncode})" if done.returncode else ""


@command(":save", own_argument="<path>", help="Write the session so far to a file, as a transcript", own=True)
def save(session: Session, text: str) -> str:
    """Prompts, inputs and answers as they were shown, without colours."""
    from nixlite.repl.commands.transcript import transcript_text

    if not text:
        raise NixError("':save' needs the name of a file")
    import os

    path = os.path.join(session.evaluator.settings.cwd, os.path.expanduser(text))
    shown = transcript_text(session.transcript)
    try:
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(shown)
    except OSError as error:
        raise NixError(f"cannot write {path}: {error.strerror}") from None
    return f"{len(session.transcript)} inputs written to {path}"


@command(":debug", help="Enter the debugger where the last error happened", own=True)
def debug(session: Session, text: str) -> str:
    """Evaluate the input that failed once more, under the debugger."""
    from nixlite.repl.debugging import debugger

    return debugger.debug_last(session)
