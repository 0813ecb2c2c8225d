"""The commands of `nix repl`: functions from session and text to text, as `table.py` wants them."""

from __future__ import annotations

from nixlite.errors import NixError, did_you_mean, levenshtein
from nixlite.repl.commands import packages as differences

# isort: split
from nixlite.repl.commands import explaining, loading
from nixlite.repl.commands import values as extras
from nixlite.repl.rows import command, visible_commands, visible_rows
from nixlite.runtime.values import ContextString, show_type
from nixlite.spelling import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.repl.rows import Command
    from nixlite.repl.session import Session

HELP_COLUMN = 29
EXTRAS = extras, differences, explaining
"""Importing it declares nixlite's own commands."""


def run_command(session: Session, line: str) -> None:
    """Do what a line that begins with a colon says; raises NixError for an unknown command."""
    name, *rest = line.split(None, 1)
    known = visible_commands(session)
    if line.startswith(":!") and ":!" in known:
        name, rest = ":!", [line[2:].strip()]
    row = known.get(name)
    if row is None:
        # Two letters are near to everything.
        long_names = [other for other in known if len(other) > 3 and levenshtein(name, other) <= 1]
        hint = None if session.style.compat else did_you_mean(name, long_names)
        raise NixError(f"unknown command '{name}'", hint=hint)
    session.command = name
    text = row.action(session, rest[0] if rest else "")
    session.reply.write(text and f"{text}\n")


@command(":a", ":add", argument="<expr>", help="Add attributes from resulting set to scope")
def add(session: Session, text: str) -> str:
    """Every attribute becomes a variable."""
    session.add_attributes(session.evaluate(text))
    return ""


@command(":b", argument="<expr>", help="Build a derivation")
def build(session: Session, text: str) -> str:
    """Hand the derivation to an installed Nix and name the outputs."""
    from nixlite.repl.commands import building

    return building.build(session, session.evaluate(text))


@command(
    ":bl",
    argument="<expr>",
    help="Build a derivation, creating GC roots in the\nworking directory",
)
def build_and_link(session: Session, text: str) -> str:
    """As `:b`, with links `repl-result-…` that keep the outputs from being collected."""
    from nixlite.repl.commands import building

    return building.build(session, session.evaluate(text), link=True)


@command(
    ":e",
    ":edit",
    argument="<expr>",
    help="Open package or function in $EDITOR",
    own_argument="[<expr>]",
)
def edit(session: Session, text: str) -> str:
    """Open the file that a path names, a function lies in or a package says it comes from.

    Without an argument, the last input: what the editor leaves is the next.
    """
    from nixlite.repl.commands import editing

    return editing.edit(session, text)


@command(":i", argument="<expr>", help="Build derivation, then install result into\ncurrent profile")
def install(session: Session, text: str) -> str:
    """`nix-env -i` of the derivation."""
    from nixlite.repl.commands import building

    return building.hand_over(session, session.evaluate(text), ["nix-env", "-i"])


@command(":l", ":load", argument="<path>", help="Load Nix expression and add it to scope")
def load(session: Session, text: str) -> str:
    """Bring the attributes of a file's value into scope; `:r` does it again."""
    loading.forget_files(session)
    loading.load_file(session, text)
    return ""


@command(":lf", ":load-flake", argument="<ref>", help="Load Nix flake and add it to scope")
def load_flake(session: Session, text: str) -> str:
    """Bring the outputs of a flake into scope."""
    loading.load_flake(session, text)
    return ""


@command(":ll", ":last-loaded", help="Show most recently loaded variables added to scope")
def show_last_loaded(session: Session, text: str) -> str:
    """The names of the last set that was loaded or added, one a line."""
    if session.last_loaded is None:
        raise NixError("nothing has been loaded yet")
    return "\n".join(session.last_loaded)


@command(
    ":p",
    ":print",
    argument="<expr>",
    help="Evaluate and print expression recursively\nStrings are printed directly, without escaping.",
    own_argument="[depth] <expr>",
)
def print_whole(session: Session, text: str) -> str:
    """Everything in the value; in our own style a number in front says how deep (`:p 2 x`)."""
    depth = None
    first, _, rest = text.partition(" ")
    if not session.style.compat and natural(first) is not None and rest.strip():
        depth, text = natural(first), rest
    value = session.evaluate(text)
    if isinstance(value, (str, ContextString)):
        session.reply.write(f"{value if isinstance(value, str) else value.text}\n")
    else:
        session.show(value, depth=depth, whole=True)
    return ""


@command(":q", ":quit", help="Exit nix-repl")
def leave(session: Session, text: str) -> str:
    """Leave."""
    session.reply.quit = True
    return ""


@command(":r", ":reload", help="Reload all files")
def reload(session: Session, text: str) -> str:
    """Evaluate everything loaded anew."""
    loading.reload_all(session)
    return ""


@command(":sh", argument="<expr>", help="Build dependencies of derivation, then start\nnix-shell")
def shell(session: Session, text: str) -> str:
    """`nix-shell` of the derivation."""
    from nixlite.repl.commands import building

    return building.hand_over(session, session.evaluate(text), ["nix-shell"])


@command(":t", argument="<expr>", help="Describe result of evaluation")
def describe_type(session: Session, text: str) -> str:
    """The type in words; forces to WHNF, nothing deeper."""
    return show_type(session.evaluate(text))


@command(":u", argument="<expr>", help="Build derivation, then start nix-shell")
def use(session: Session, text: str) -> str:
    """`nix-shell` of a derivation that has the given one as its input."""
    from nixlite.repl.commands import building

    return building.use(session, session.evaluate(text))


@command(":doc", argument="<expr>", help="Show documentation of a builtin function")
def document(session: Session, text: str) -> str:
    """What is written about a builtin, a function with a doc comment or a documented attribute."""
    from nixlite.repl.commands import documentation

    return documentation.document(session, text)


@command(":log", argument="<expr>", help="Show logs for a derivation")
def show_log(session: Session, text: str) -> str:
    """`nix-store --read-log` of the derivation."""
    from nixlite.repl.commands import building

    return building.hand_over(session, session.evaluate(text), ["nix-store", "--read-log"])


@command(
    ":te", ":trace-enable", argument="[bool]", help="Enable, disable or toggle showing traces for\nerrors"
)
def show_traces(session: Session, text: str) -> str:
    """Switch `--show-trace` on and off."""
    if text not in ("", "true", "false"):
        raise NixError(f"unexpected argument '{text}' to {session.command}")
    session.show_trace = not session.show_trace if not text else text == "true"
    return f"{'' if session.show_trace else 'not '}showing error traces"


@command(":?", ":help", help="Brings up this help menu", own_argument="[command]")
def show_help(session: Session, text: str) -> str:
    """The table, or what there is to say about one command."""
    known = visible_commands(session)
    compat = session.style.compat
    if text and not compat:
        row = known.get(text) or known.get(f":{text}")
        if row is None:
            raise NixError(f"unknown command '{text}'")
        return f"{row.label(compat)}\n\n{explanation(row)}"
    rows = visible_rows(session)
    lines = ["The following commands are available:", ""]
    lines += help_lines("<expr>", "Evaluate and print expression")
    lines += help_lines("<x> = <expr>", "Bind expression to variable")
    for row in rows:
        if not row.own and not row.debugging:
            lines += help_lines(row.label(compat), row.help)
    if session.debugging is not None:
        lines += ["", "        Debug mode commands"]
        for row in rows:
            if row.debugging:
                lines += help_lines(row.label(compat), row.help)
    if not compat:
        lines += ["", "Not in nix repl (`:? <command>` says more):", ""]
        for row in rows:
            if row.own:
                lines += help_lines(row.label(compat), row.help)
    return "\n".join(lines)


def help_lines(label: str, explanation: str) -> list[str]:
    """The lines of one row of the help."""
    first, *others = explanation.split("\n")
    if len(label) >= HELP_COLUMN:
        others = [first, *others]
        return [f"  {label}", *[f"{'':{HELP_COLUMN + 2}}{other}" for other in others]]
    return [f"  {label:{HELP_COLUMN}}{first}", *[f"{'':{HELP_COLUMN + 2}}{other}" for other in others]]


def explanation(row: Command) -> str:
    """The docstring of a command."""
    from inspect import cleandoc

    return cleandoc(row.action.__doc__ or row.help)
