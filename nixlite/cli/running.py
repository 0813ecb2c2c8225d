"""Running a command: its words are read as Nix reads them, and what goes wrong is reported.

Nix has rules of its own, so `argparse` is not used for reading: a flag takes a fixed number of words whatever
they look like (`--argstr x -1`), nothing may be abbreviated or written with `=`, `-vI x` is `-v -I x`, and
every setting is a flag (`--max-call-depth 5`, `--pure-eval`, `--no-pure-eval`). Flags are tables of `Flag`;
reading them changes a `Command` object. `help` shows the tables.
"""

from __future__ import annotations

from nixlite.cli.command import FAILURE
from nixlite.cli.flag import Flag
from nixlite.cli.flags import assign
from nixlite.drives import DRIVES, is_typed_path, typed_path
from nixlite.errors import Exhausted, NixError, UsageError
from nixlite.limits.recursion import OUTSIDE, RECURSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.command import Command
    from nixlite.cli.flag import Flags

INTERRUPTED = 130
PATHS = frozenset(("dir", "file", "flake-lock-path", "flake-url", "folder", "input-path"))
"""Flags with such arguments take paths. (`-I` and what is like it are told by `host.lookup_path`.)"""
NEVER_IN_PATHS = frozenset("\"'(){}[];:= \t\n$")


def run_command(command: Command, words: list[str]) -> int:
    """Read the command line and run the command; errors are reported. Returns the exit code."""
    limit = RECURSION.own()
    try:
        RECURSION.need(OUTSIDE)
        return read_and_run(command, words)
    except KeyboardInterrupt as interrupt:
        command.ended_by = interrupt
        command.host.unkept("the user's interrupt")
        command.host.write_stderr("error: interrupted by the user\n")
        return INTERRUPTED
    except (Exhausted, MemoryError, SystemError) as error:
        command.ended_by = error
        return report_exhaustion(command, error)
    except BrokenPipeError:  # whoever was reading has seen enough
        return FAILURE
    except Exception as error:
        from nixlite.cli.reporting import report  # seldom

        if not isinstance(error, NixError):
            command.host.unkept("a mistake in nixlite")
        return report(command, error)
    finally:
        RECURSION.need(limit)
        command.unwatch()


def report_exhaustion(command: Command, error: Exception) -> int:
    """Tell that a limit is reached, or that there is no more memory (CPython may say so strangely)."""
    from nixlite.cli.reporting import report
    from nixlite.limits.budget import is_exhaustion, no_memory

    if isinstance(error, Exhausted) or is_exhaustion(error):
        command.host.unkept("the limits' end")
        return report(command, error if isinstance(error, Exhausted) else no_memory())
    command.host.unkept("a mistake in nixlite")
    return report(command, error)


def read_and_run(command: Command, words: list[str]) -> int:
    """The part of `run_command` where things may go wrong."""
    from nixlite.host.configuration import load_configuration

    settings = command.settings
    settings.warn = lambda text: warn(command, text)
    load_configuration(settings, command.host)
    settings.pure_eval = settings.pure_eval or command.pure
    read_command_line(command, words, command.flags)
    settings.warn_unknown()
    if not settings.get("result-cache", True):
        command.host.unkept("the setting 'result-cache'")
    if command.version or command.help:
        from nixlite.cli.help import help_text, version_text

        command.host.write_stdout(version_text(command) if command.version else help_text(command))
        return 0
    try:
        if command.limits:
            from nixlite.limits.budget import Budget, Limits

            command.budget = Budget(Limits(**command.limits))
            code: int = command.budget.spend(lambda _, __: command.run(), None, None)
            return code
        return command.run()
    finally:
        if command.evaluator is not None:
            command.evaluator.close()


def warn(command: Command, text: str) -> None:
    """Tell of a warning about settings or the command line."""
    from nixlite.cli.reporting import write_warning  # seldom

    write_warning(command, text)


# -- reading words


def read_command_line(command: Command, words: list[str], flags: Flags) -> None:
    """Read a whole command line into *command*. Raises UsageError with Nix's message.

    What is no flag goes to `command.words`, and so does what comes after `--`, save its own flags.
    """
    by_name = flags | {flag.short: flag for flag in flags.values() if flag.short}
    todo = words[::-1]
    while todo:
        word = todo.pop()
        if word == "--":
            read_rest(command, todo[::-1], by_name)
            break
        if not word.startswith("-") or (word == "-" and "-" not in flags):
            command.words.append(word_as_path(word) if DRIVES else word)
            continue
        if len(word) > 2 and word[1] != "-" and word[1].isascii() and word[1].isalpha():
            word, *more = split_compound(word)
            todo += reversed(more)
        flag = by_name.get(word) or setting_flag(word)
        if flag is None:
            raise UsageError(f"unrecognised flag '{word}'")
        arity = flag.arity
        if len(todo) < arity and flag.own:
            raise UsageError(f"'{word}' requires an argument")
        if len(todo) < arity:
            raise UsageError(f"flag '{word}' requires {arity} argument(s), but only {len(todo)} were given")
        given = [todo.pop() for _ in range(arity)]
        if DRIVES and not PATHS.isdisjoint(flag.labels.split()):
            given = [word_as_path(word) for word in given]
        flag.action(command, given)


def word_as_path(word: str) -> str:
    """A word of the command line in which backslashes may separate names, as on Windows: `C:\\a.nix`,
    `lib\\a.nix`, `C:\\flake#hello`. One that can be something else, such as an expression, is as it was."""
    path, hash_, rest = word.partition("#")
    if is_typed_path(path) or ("\\" in path and NEVER_IN_PATHS.isdisjoint(path)):
        return f"{typed_path(path)}{hash_}{rest}"
    return word


def read_rest(command: Command, words: list[str], flags: Flags) -> None:
    """Read what follows `--`: a flag of the command's own is one, but sees no words after it (as in Nix)."""
    for word in words:
        flag = flags.get(word)
        if flag is None or not flag.own:
            command.words.append(word)
        elif flag.arity:
            raise UsageError(f"'{word}' requires an argument")
        else:
            flag.action(command, [])


def split_compound(word: str) -> list[str]:
    """`-vE` as `-v` and `-E`; what does not look like a letter begins an argument (`-j3`, `-I./x`)."""
    pieces: list[str] = []
    for at, letter in enumerate(word[1:], 1):
        if not (letter.isascii() and letter.isalpha()):
            return [*pieces, word[at:]]
        pieces.append(f"-{letter}")
    return pieces


def setting_flag(word: str) -> Flag | None:
    """The flag that a setting is: `--pure-eval`, `--no-pure-eval`, `--max-call-depth N`, …"""
    if not word.startswith("--"):
        return None
    from nixlite.host.setting_names import ALIASES, KIND_OF

    name = word[2:]
    proper = ALIASES.get(name, name)
    kind = KIND_OF.get(proper)
    if kind == "boolean" or proper == "sandbox":
        return Flag("", lambda command, words: assign(command, proper, "true"))
    if kind is not None:
        return Flag("value", lambda command, words: assign(command, proper, words[0]))
    if name.startswith("no-") and (KIND_OF.get(name[3:]) == "boolean" or name == "no-sandbox"):
        return Flag("", lambda command, words: assign(command, name[3:], "false"))
    if name.startswith("extra-") and KIND_OF.get(ALIASES.get(name[6:], name[6:])) in ("list", "features"):
        return Flag("value", lambda command, words: assign(command, name, words[0]))
    return None
