"""The console script `nixlite`, and `python -m nixlite`: which command is meant.

Each command imports what it needs when it is chosen: start-up counts.
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.command import Command
    from nixlite.runtime.host import Host
    from nixlite.runtime.settings import Settings

USAGE = """\
usage: nixlite COMMAND [flags] …

The Nix language, compiled to Python.

commands:
  eval         evaluate an expression or a file and print its value, as `nix eval` does
  instantiate  a stand-in for `nix-instantiate`: --eval, --parse, --find-file, or .drv paths
  derivation   derivation show: derivations as JSON, as `nix derivation show` prints them
  repl         an interactive session, as `nix repl`
  cache        the compiled sources on disk: warm, info, clear

  why          where an attribute comes from: definition, layers, what it reads
  diff         how two values or derivations differ, and what should have changed
  impact       which packages a change reaches; what two packages share
  args         what callPackage would do with a function
  lint         what is probably not meant, found in the source; --fix
  stale        what an override left behind, why, and a fix
  layers       the overlays that a set is made of: who defines, changes and reads what
  trace        an evaluation step by step, also as a page for the browser

`nixlite COMMAND --help` lists the flags of a command; `nixlite --version` prints versions.
"""
COLLECT_AFTER = (200_000, 20, 50)
"""Thresholds of Python's cyclic collector: evaluation makes many objects and frees few, and each collection
looks at all of them (nixpkgs' lib tests: 6.0 s of CPU time with CPython's defaults, 4.4 s with these)."""

COMMANDS = {
    "cache": "nixlite.cli.cache.CacheCommand",
    "derivation": "nixlite.cli.derivation.Derivation",
    "eval": "nixlite.cli.evaluate.Evaluate",
    "instantiate": "nixlite.cli.instantiate.Instantiate",
    "repl": "nixlite.repl.command.Repl",
    "why": "nixlite.cli.why.Why",
    "diff": "nixlite.cli.difference.Diff",
    "impact": "nixlite.cli.impact.ImpactCommand",
    "args": "nixlite.cli.arguments.Arguments",
    "lint": "nixlite.cli.lint.Lint",
    "stale": "nixlite.cli.stale.StaleCommand",
    "layers": "nixlite.cli.layers.Layers",
    "trace": "nixlite.cli.trace.Trace",
}
"""The class of each command; its module is imported when the command is chosen."""


def main() -> None:
    """Run the command line; the process ends here, without waiting for Python to take its heap apart."""
    gc.set_threshold(*COLLECT_AFTER)
    from nixlite.loading import hasten, keep

    finder = hasten()
    from nixlite.runtime.frames import with_room
    from nixlite.runtime.host import RealHost

    set_signals()
    host = RealHost()
    try:
        code = with_room(lambda words: run(words, host), sys.argv[1:])
        host.flush()
        if finder is not None:
            keep(finder)
    except KeyboardInterrupt:  # before or after the command itself, which has its own words for it
        code = 130
    except BrokenPipeError:
        code = 1
    except OSError as error:
        sys.stderr.write(f"error: writing to the standard output: {error.strerror}\n")
        code = 1
    os._exit(code)


def set_signals() -> None:
    """A closed pipe ends the process, as it does other tools."""
    try:  # the module `signal` takes a millisecond to make an enumeration of this one
        from _signal import SIG_DFL, SIGPIPE, signal  # type: ignore[import-not-found]
    except ImportError:  # there is no such signal, or this is not CPython
        return
    signal(SIGPIPE, SIG_DFL)


def run(words: list[str], host: Host) -> int:
    """Run the command that *words* (without the program's name) name; returns the exit code.

    Flags before the command's name count as flags of the command.
    """
    if words[:1] == ["--version"]:
        host.write_stdout(version())
        return 0
    if not words or words[0] in ("--help", "-h", "help"):
        (host.write_stdout if words else host.write_stderr)(USAGE)
        return 0 if words else 1
    at = next((n for n, word in enumerate(words) if word in COMMANDS), None)
    if at is None or (at > 0 and not words[0].startswith("-")):
        return unknown(words[0], host)
    from nixlite.cli.command import run_command
    from nixlite.runtime.settings import Settings

    return run_command(make_command(words[at], Settings(), host), [*words[:at], *words[at + 1 :]])


def make_command(name: str, settings: Settings, host: Host) -> Command:
    """The command *name*, its command line not yet read."""
    module, _, kind = COMMANDS[name].rpartition(".")
    __import__(module)  # importlib's function would have to be loaded
    command: Command = getattr(sys.modules[module], kind)(settings, host)
    return command


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
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    from nixlite.builtins.constants import NIX_VERSION

    try:
        own = version_of("nixlite")
    except PackageNotFoundError:
        own = "(not installed)"
    return f"nixlite {own} (Nix {NIX_VERSION})\n"


if __name__ == "__main__":
    main()
