"""The commands of the REPL: a table of functions from session and text to text.

What a command returns is shown as its answer; errors are raised. `:?` is written from the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError, did_you_mean, levenshtein
from nixlite.repl import loading
from nixlite.runtime.values import ContextString, show_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.repl.session import Session

    Action = Callable[["Session", str], str]

HELP_COLUMN = 29


class Command(NamedTuple):
    """A row of the table. `own` marks what `nix repl` does not have: absent in its style."""

    names: tuple[str, ...]
    argument: str
    help: str
    action: Action
    own: bool

    @property
    def label(self) -> str:
        """The left column of `:?`."""
        return f"{', '.join(self.names)} {self.argument}".rstrip()


COMMANDS: dict[str, Command] = {}


def command(*names: str, argument: str = "", help: str, own: bool = False) -> Callable[[Action], Action]:  # noqa: A002
    """Declare the decorated function as the command with these *names*."""

    def declare(action: Action) -> Action:
        row = Command(names, argument, help, action, own)
        COMMANDS.update(dict.fromkeys(names, row))
        return action

    return declare


def run_command(session: Session, line: str) -> None:
    """Do what a line that begins with a colon says; raises NixError for an unknown command."""
    name, *rest = line.split(None, 1)
    row = COMMANDS.get(name)
    if row is None or (row.own and session.style.compat):
        # Two letters are near to everything.
        long_names = [known for known in COMMANDS if len(known) > 3 and levenshtein(name, known) <= 1]
        hint = None if session.style.compat else did_you_mean(name, long_names)
        raise NixError(f"unknown command '{name}'", hint=hint)
    session.command = name
    text = row.action(session, rest[0] if rest else "")
    session.reply.write(text and f"{text}\n")


def takes_expression(name: str) -> bool:
    """Whether the argument of a command may go on over several lines."""
    return name in COMMANDS and COMMANDS[name].argument == "<expr>"


@command(":a", ":add", argument="<expr>", help="Add attributes from resulting set to scope")
def add(session: Session, text: str) -> str:
    """Every attribute becomes a variable."""
    session.add_attributes(session.evaluate(text))
    return ""


@command(":b", argument="<expr>", help="Build a derivation")
def build(session: Session, text: str) -> str:
    """Hand the derivation to an installed Nix and name the outputs."""
    from nixlite.repl import building

    return building.build(session, session.evaluate(text))


@command(
    ":bl",
    argument="<expr>",
    help="Build a derivation, creating GC roots in the\nworking directory",
)
def build_and_link(session: Session, text: str) -> str:
    """As `:b`, with links `repl-result-…` that keep the outputs from being collected."""
    from nixlite.repl import building

    return building.build(session, session.evaluate(text), link=True)


@command(":e", ":edit", argument="<expr>", help="Open package or function in $EDITOR")
def edit(session: Session, text: str) -> str:
    """Open the file that a path names, a function lies in or a package says it comes from."""
    from nixlite.repl import editing

    return editing.edit(session, text)


@command(":i", argument="<expr>", help="Build derivation, then install result into\ncurrent profile")
def install(session: Session, text: str) -> str:
    """`nix-env -i` of the derivation."""
    from nixlite.repl import building

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
)
def print_whole(session: Session, text: str) -> str:
    """Everything in the value; in our own style a number in front says how deep (`:p 2 x`)."""
    depth = None
    first, _, rest = text.partition(" ")
    if not session.style.compat and first.isascii() and first.isdigit() and rest.strip():
        depth, text = int(first), rest
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
    from nixlite.repl import building

    return building.hand_over(session, session.evaluate(text), ["nix-shell"])


@command(":t", argument="<expr>", help="Describe result of evaluation")
def describe_type(session: Session, text: str) -> str:
    """The type in words; forces to WHNF, nothing deeper."""
    return show_type(session.evaluate(text))


@command(":u", argument="<expr>", help="Build derivation, then start nix-shell")
def use(session: Session, text: str) -> str:
    """`nix-shell` of a derivation that has the given one as its input."""
    from nixlite.repl import building

    return building.use(session, session.evaluate(text))


@command(":doc", argument="<expr>", help="Show documentation of a builtin function")
def document(session: Session, text: str) -> str:
    """What is written about a builtin, a function with a doc comment or a documented attribute."""
    from nixlite.repl import documentation

    return documentation.document(session, text)


@command(":log", argument="<expr>", help="Show logs for a derivation")
def show_log(session: Session, text: str) -> str:
    """`nix-store --read-log` of the derivation."""
    from nixlite.repl import building

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


@command(":?", ":help", help="Brings up this help menu")
def show_help(session: Session, text: str) -> str:
    """The table."""
    rows = [("<expr>", "Evaluate and print expression"), ("<x> = <expr>", "Bind expression to variable")]
    for name, row in COMMANDS.items():
        if name == row.names[0] and not (row.own and session.style.compat):
            rows.append((row.label, row.help))
    lines = ["The following commands are available:", ""]
    for label, explanation in rows:
        first, *others = explanation.split("\n")
        lines.append(f"  {label:{HELP_COLUMN}}{first}")
        lines += [f"{'':{HELP_COLUMN + 2}}{other}" for other in others]
    return "\n".join(lines)
