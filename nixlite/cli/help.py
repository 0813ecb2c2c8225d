"""What `--help` and `--version` print."""

from __future__ import annotations

from nixlite.builtins.constants import NIX_VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.command import Command
    from nixlite.cli.flag import Flag, Flags

NOTE = (
    "Any setting of nix.conf is a flag as well: --NAME VALUE, or --NAME and --no-NAME for a Boolean one. "
    "Flags of the same command of Nix that concern building and downloading are accepted and do nothing."
)
MOST, LEAST = 100, 40
"""The widest and the narrowest that help is; between them as wide as the terminal."""
COLUMN = 30
"""Where the texts of flags begin."""


def version_text(command: Command) -> str:
    """As `nix-instantiate --version`, for programs that look at it."""
    return f"{command.program.split()[0]} (Nix) {NIX_VERSION}\n"


def help_text(command: Command) -> str:
    """What a command is for, examples, and the flags that do something: its own first."""
    from shutil import get_terminal_size

    from nixlite.cli.examples import EXAMPLES

    width = min(max(get_terminal_size().columns, LEAST), MOST)
    parts = [usage_text(command.usage, width)]
    parts += [wrapped(text, width) for text in command.description.split("\n\n")]
    examples = EXAMPLES.get(name_of(command), ())
    if examples:
        parts.append("examples:\n" + "".join([f"  {line}\n" for line in examples]))
    for title, flags in grouped(command.flags).items():
        rows = [flag_text(name, flag, width) for name, flag in flags.items()]
        parts.append(f"{title}:\n" + "".join(rows))
    return "\n".join([*parts, wrapped(NOTE, width)])


def group_text(group: str, members: dict[str, Command]) -> str:
    """The commands of a group, with what each is for."""
    rows = [wrapped(summary(member), 80, f"  {name:12} ", " " * 15) for name, member in members.items()]
    return (
        f"usage: nixlite {group} COMMAND [flags] …\n\ncommands:\n{''.join(rows)}\n"
        f"`nixlite {group} COMMAND --help` lists the flags of a command.\n"
    )


def summary(command: Command) -> str:
    """The first sentence of a command's description."""
    text = " ".join(command.description.split())
    ends = [at for at in (text.find(". "), text.find("? ")) if at >= 0]
    return (text[: min(ends) + 1] if ends else text).removesuffix(".")


def name_of(command: Command) -> str:
    """What the command is called in the table of commands; empty for one that is not there."""
    from nixlite.cli.table import COMMANDS

    kind = type(command)
    place = f"{kind.__module__}.{kind.__qualname__}"
    return next((name for name, known in COMMANDS.items() if known == place), "")


def grouped(flags: Flags) -> dict[str, Flags]:
    """The flags that have help, by what they are for. Those that several have are the same objects."""
    from nixlite.cli.flags import COMMON, EVALUATION, OBSERVATION
    from nixlite.cli.flake.locking import LOCKING

    shared: dict[str, Flags] = {
        "flags for evaluation": {n: f for n, f in EVALUATION.items() if not n.startswith("--max-")},
        "flags for flakes": LOCKING,
        "limits": {n: f for n, f in EVALUATION.items() if n.startswith("--max-")},
        "flags that tell of the evaluation": OBSERVATION,
        "flags of all commands": COMMON,
    }
    found: dict[str, Flags] = {"flags": {}, **{title: {} for title in shared}}
    for name, flag in flags.items():
        if flag.help:
            title = next((title for title, known in shared.items() if known.get(name) is flag), "flags")
            found[title][name] = flag
    return {title: members for title, members in found.items() if members}


def usage_text(usage: str, width: int) -> str:
    """The usage, a line for each way; long ones are broken between words."""
    ways = usage.replace("   or   ", "\n").replace(" | nixlite", "\nnixlite").split("\n")
    lines = [way.strip() for way in ways]
    first, *more = lines
    return "".join(
        [
            wrapped(first, width, "usage: ", " " * 11),
            *[wrapped(line, width, "       ", " " * 11) for line in more],
        ]
    )


def flag_text(name: str, flag: Flag, width: int) -> str:
    """The lines of a flag: a name that is too long for its column has one of its own."""
    shape = " ".join([f"{flag.short}, {name}" if flag.short else f"    {name}", *flag.labels.upper().split()])
    head = f"  {shape}"
    if len(head) + 2 > COLUMN:
        return f"{head}\n" + wrapped(flag.help, width, " " * COLUMN, " " * COLUMN)
    return wrapped(flag.help, width, head.ljust(COLUMN), " " * COLUMN)


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> str:
    """Words in lines of at most *width* columns, broken at blanks only, and the end of the last line."""
    from textwrap import fill  # slow to load

    return (
        fill(
            " ".join(text.split()),
            width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
            break_long_words=False,
        )
        + "\n"
    )
