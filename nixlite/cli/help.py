"""What `--help` and `--version` print."""

from __future__ import annotations

from nixlite.builtins.constants import NIX_VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.cli.command import Command

NOTE = (
    "Any setting of nix.conf is a flag as well: --NAME VALUE, or --NAME and --no-NAME for a Boolean one. "
    "Flags of the same command of Nix that concern building and downloading are accepted and do nothing."
)


def version_text(command: Command) -> str:
    """As `nix-instantiate --version`, for programs that look at it."""
    return f"{command.program.split()[0]} (Nix) {NIX_VERSION}\n"


def help_text(command: Command) -> str:
    """The flags that do something, laid out by argparse (which cannot read Nix's command lines)."""
    import argparse  # slow to load

    parser = argparse.ArgumentParser(
        prog="nixlite", usage=command.usage, description=command.description, epilog=NOTE, add_help=False
    )
    for name, flag in command.flags.items():
        if flag.help:
            words = flag.labels.upper().split()
            shape: dict[str, Any] = {"action": "store_true"}
            if words:
                shape = {"nargs": len(words), "metavar": tuple(words)}
            names = [flag.short, name] if flag.short else [name]
            parser.add_argument(*names, help=flag.help, **shape)
    return parser.format_help()
