"""Command lines as Nix reads them.

Nix has rules of its own, so `argparse` is not used for reading: a flag takes a fixed number of words whatever
they look like (`--argstr x -1`), nothing may be abbreviated or written with `=`, `-vI x` is `-v -I x`, and
every setting is a flag (`--max-call-depth 5`, `--pure-eval`, `--no-pure-eval`). Flags are tables of `Flag`;
reading them changes a `Command` object. `help.py` shows the tables.
"""

from __future__ import annotations

from nixlite.errors import NixError, UsageError
from nixlite.host.settings import UNITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.cli.command import Command


class Flag:
    """A flag: what its arguments are called, what it does with them, what to say of it, its short form.

    A flag without help is an older name or accepted for Nix's sake. `own` marks those that `nix-instantiate`
    reads itself: it has other words when their argument is missing, and they count after `--` too.
    """

    __slots__ = ("action", "help", "labels", "own", "short")

    def __init__(
        self,
        labels: str,
        action: Callable[[Any, list[str]], None],
        help: str = "",  # noqa: A002
        short: str = "",
        own: bool = False,
    ) -> None:
        self.labels = labels
        self.action = action
        self.help = help
        self.short = short
        self.own = own

    @property
    def arity(self) -> int:
        """How many words the flag takes."""
        return len(self.labels.split())


Flags = dict[str, Flag]

LOG_FORMATS = ("raw", "raw-with-logs", "internal-json", "bar", "bar-with-logs")


def ignore(command: Command, words: list[str]) -> None:
    """For flags about building and downloading, which nixlite does not do."""


def add_auto_argument(kind: str) -> Callable[[Any, list[str]], None]:
    """The action of `--arg` and its like."""

    def add(command: Command, words: list[str]) -> None:
        command.auto_arguments[words[0]] = (kind, words[1] if len(words) > 1 else "")

    return add


def add_lookup_path(command: Command, words: list[str]) -> None:
    """`-I`."""
    from nixlite.host.lookup_path import parse_entry

    command.settings.lookup_path.append(parse_entry(words[0]))


def override_flake(command: Command, words: list[str]) -> None:
    """`--override-flake`."""
    command.registry_flags.append(words)


def set_impure(command: Command, words: list[str]) -> None:
    """`--impure`."""
    command.settings.pure_eval = False


def set_option(command: Command, words: list[str]) -> None:
    """`--option`: an impossible value is only warned of, an unknown name too, but at the end."""
    try:
        command.settings.set_option(words[0], words[1])
    except UsageError as error:
        command.settings.warn(error.message)


def more_verbose(command: Command, words: list[str]) -> None:
    """`--verbose`."""
    command.settings.verbosity += 1


def less_verbose(command: Command, words: list[str]) -> None:
    """`--quiet`."""
    command.settings.verbosity = max(0, command.settings.verbosity - 1)


def all_talk(command: Command, words: list[str]) -> None:
    """`--debug`."""
    command.settings.verbosity = 6


def set_log_format(command: Command, words: list[str]) -> None:
    """`--log-format`: nothing is drawn here, so that only records for programs look different."""
    if words[0] not in LOG_FORMATS:
        raise NixError(f"option 'log-format' has an invalid value '{words[0]}'")
    command.settings.log_records = words[0] == "internal-json"


def turn_off(attribute: str) -> Callable[[Any, list[str]], None]:
    """An action that sets an attribute of the command to False."""

    def act(command: Any, words: list[str]) -> None:
        setattr(command, attribute, False)

    return act


def turn_on(attribute: str) -> Callable[[Any, list[str]], None]:
    """An action that sets an attribute of the command to True."""

    def act(command: Any, words: list[str]) -> None:
        setattr(command, attribute, True)

    return act


def store(attribute: str) -> Callable[[Any, list[str]], None]:
    """An action that keeps the flag's argument in an attribute of the command."""

    def act(command: Any, words: list[str]) -> None:
        setattr(command, attribute, words[0])

    return act


def set_number(name: str) -> Callable[[Any, list[str]], None]:
    """An action that sets a setting that is a number, with messages of its own."""

    def act(command: Command, words: list[str]) -> None:
        text = words[0]
        if text[-1:].isalpha() and text[-1].upper() not in UNITS:
            raise UsageError(f"invalid unit specifier '{text[-1].upper()}'")
        digits = text[:-1] if text[-1:].isalpha() else text
        if not (digits.isascii() and digits.isdigit()):
            raise UsageError(f"'{digits}' is not an integer")
        command.settings.set_option(name, text)

    return act


def set_setting(name: str) -> Callable[[Any, list[str]], None]:
    """An action for a flag that is a Boolean setting's short name."""

    def act(command: Command, words: list[str]) -> None:
        command.settings.set_option(name, "true")

    return act


COMMON: Flags = {
    "--help": Flag("", turn_on("help"), "show this"),
    "--version": Flag("", turn_on("version"), "show the version of Nix that nixlite does as"),
    "--option": Flag("name value", set_option, "set a setting of nix.conf"),
    "--no-cache": Flag(
        "", turn_off("cache"), "neither read nor write compiled sources in the cache directory"
    ),
    "--verbose": Flag("", more_verbose, "tell which files are evaluated; twice: also what is copied", "-v"),
    "--quiet": Flag("", less_verbose, "show no progress; three times: no warnings either"),
    "--debug": Flag("", all_talk),
    "--log-format": Flag("format", set_log_format, "write what is told as records, with internal-json"),
    "--max-jobs": Flag("jobs", lambda command, words: assign(command, "max-jobs", words[0]), short="-j"),
    "--repair": Flag("", ignore),
}

EVALUATION: Flags = {
    "--arg": Flag("name expr", add_auto_argument("arg"), "pass an expression to functions that want NAME"),
    "--argstr": Flag("name string", add_auto_argument("argstr"), "pass a string"),
    "--arg-from-file": Flag("name path", add_auto_argument("arg-from-file"), "pass the contents of a file"),
    "--arg-from-stdin": Flag("name", add_auto_argument("arg-from-stdin"), "pass the standard input"),
    "--include": Flag("path", add_lookup_path, "add PATH or PREFIX=PATH to the lookup path", "-I"),
    "--impure": Flag("", set_impure, "let programs see files, environment and clock"),
    "--override-flake": Flag("original-ref resolved-ref", override_flake, "take a flake for another one"),
    "--eval-store": Flag("store-url", ignore),
}

OBSERVATION: Flags = {
    "--profile": Flag("file", store("profile"), "write a flame graph: a picture for FILE.svg, else text"),
    "--profile-frequency": Flag(
        "n", set_number("eval-profiler-frequency"), "look N times a second of processor time (99)"
    ),
    "--stats": Flag("", turn_on("stats"), "print counters and times, as JSON, to the standard error"),
    "--profile-calls": Flag("", turn_on("count_calls"), "--stats with the calls of each function"),
}


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
            command.words.append(word)
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
        flag.action(command, [todo.pop() for _ in range(arity)])


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


def assign(command: Command, name: str, text: str) -> None:
    """Set a setting from a flag of its own, where a wrong value is an error."""
    command.settings.set_option(name, text)
