"""The command `nixlite`: which of its commands is meant. Each imports what it needs, start-up counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nixlite.runtime.host import Host
    from nixlite.runtime.settings import Settings

USAGE = """\
usage: nixlite COMMAND [flags] …

The Nix language, compiled to Python.

commands:
  eval         evaluate an expression or a file and print its value, as `nix eval` does
  instantiate  a stand-in for `nix-instantiate`: --eval, --parse, --find-file, or .drv paths
  repl         an interactive session, as `nix repl`

`nixlite COMMAND --help` lists the flags of a command; `nixlite --version` prints versions.
"""
COMMANDS = ("eval", "instantiate", "repl")


def main(words: list[str], host: Host, settings: Settings | None = None) -> int:
    """Run the command that *words* (without the program's name) name; returns the exit code.

    Flags before the command's name count as flags of the command.
    """
    from nixlite.runtime.settings import Settings as NewSettings

    settings = settings or NewSettings()
    at = next((n for n, word in enumerate(words) if word in COMMANDS), None)
    if words[:1] == ["--version"]:
        host.write_stdout(version())
        return 0
    if not words or words[0] in ("--help", "-h", "help"):
        (host.write_stdout if words else host.write_stderr)(USAGE)
        return 0 if words else 1
    if at is None or (not words[0].startswith("-") and at > 0):
        return unknown(words[0], host)
    return run(words[at], [*words[:at], *words[at + 1 :]], settings, host)


def run(name: str, words: list[str], settings: Settings, host: Host) -> int:
    """Run the command *name*."""
    from nixlite.cli.command import Command, run_command

    command: Command
    if name == "instantiate":
        from nixlite.cli.instantiate import Instantiate

        command = Instantiate(settings, host)
    elif name == "eval":
        from nixlite.cli.evaluate import Evaluate

        command = Evaluate(settings, host)
    else:
        from nixlite.cli.repl import Repl

        command = Repl(settings, host)
    return run_command(command, words)


def unknown(word: str, host: Host) -> int:
    """Complain of what is no command."""
    from nixlite.errors import did_you_mean

    kind = "unrecognised flag '{}'" if word.startswith("-") else "'{}' is not a recognised command"
    hint = did_you_mean(word, COMMANDS)
    text = f"error: {kind.format(word)}\n" + (f"       {hint}\n" if hint else "")
    host.write_stderr(f"{text}Try 'nixlite --help' for more information.\n")
    return 1


def version() -> str:
    """nixlite's own version, and that of the Nix it does as."""
    from nixlite.builtins.constants import NIX_VERSION

    return f"nixlite {package_version()} (Nix {NIX_VERSION})\n"


def package_version() -> str:
    """The version of the installed package."""
    from importlib.metadata import PackageNotFoundError, version  # slow to load

    try:
        return version("nixlite")
    except PackageNotFoundError:
        return "(not installed)"
