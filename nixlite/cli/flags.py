"""The flags that several commands have, and what flags do: reading one changes a `Command` object."""

from __future__ import annotations

from nixlite.cli.flag import Flag, Flags
from nixlite.errors import NixError, UsageError
from nixlite.host.settings import UNITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.cli.command import Command


def set_limit(name: str) -> Callable[[Any, list[str]], None]:
    """The action of a flag that limits what a command may use."""

    def act(command: Command, words: list[str]) -> None:
        from nixlite.cli.limits import limit  # seldom

        command.limits[name] = limit(name, words[0])

    return act


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
    command.impure = True
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


def number(name: str, least: int) -> Callable[[Any, list[str]], None]:
    """The action of a flag that takes a number."""

    def act(command: Any, words: list[str]) -> None:
        from nixlite.spelling import natural  # seldom

        value = natural(words[0])
        if value is None or value < least:
            raise UsageError(f"'--{name.replace('_', '-')}' takes a number from {least} on, not '{words[0]}'")
        setattr(command, name, value)

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
    "--no-result-cache": Flag("", ignore, "evaluate, whatever was answered before, and keep no answer"),
    "--verbose": Flag("", more_verbose, "tell which files are evaluated; twice: also what is copied", "-v"),
    "--quiet": Flag("", less_verbose, "show no progress; three times: no warnings either"),
    "--debug": Flag("", all_talk, "tell all there is to tell"),
    "--log-format": Flag("format", set_log_format, "how messages are written; internal-json is for programs"),
    "--max-jobs": Flag("jobs", lambda command, words: assign(command, "max-jobs", words[0]), short="-j"),
    "--repair": Flag("", ignore),
}

EVALUATION: Flags = {
    "--arg": Flag("name expr", add_auto_argument("arg"), "pass an expression to functions that want NAME"),
    "--argstr": Flag("name string", add_auto_argument("argstr"), "pass a string to such functions"),
    "--arg-from-file": Flag(
        "name path", add_auto_argument("arg-from-file"), "pass a file's contents to such functions"
    ),
    "--arg-from-stdin": Flag(
        "name", add_auto_argument("arg-from-stdin"), "pass the standard input to such functions"
    ),
    "--include": Flag("path", add_lookup_path, "add PATH or PREFIX=PATH to the lookup path", "-I"),
    "--impure": Flag("", set_impure, "let programs see files, environment and clock"),
    "--override-flake": Flag("original-ref resolved-ref", override_flake, "take a flake for another one"),
    "--eval-store": Flag("store-url", ignore),
    "--max-seconds": Flag("n", set_limit("seconds"), "stop after N seconds"),
    "--max-memory": Flag("bytes", set_limit("memory"), "stop when BYTES of memory are taken: 500M, 2G"),
    "--max-steps": Flag("n", set_limit("steps"), "stop after N starts of functions and thunks"),
    "--max-output": Flag("bytes", set_limit("output"), "stop before more than BYTES of text are written"),
    "--max-depth": Flag("n", set_limit("depth"), "stop when N calls are within each other"),
    "--max-fetch-bytes": Flag("bytes", set_limit("fetch_bytes"), "stop after BYTES from the network"),
}

OBSERVATION: Flags = {
    "--profile": Flag("file", store("profile"), "write a flame graph: a picture for FILE.svg, else text"),
    "--profile-frequency": Flag(
        "n", set_number("eval-profiler-frequency"), "look N times a second of processor time (99)"
    ),
    "--stats": Flag("", turn_on("stats"), "print counters and times, as JSON, to the standard error"),
    "--profile-calls": Flag("", turn_on("count_calls"), "--stats with the calls of each function"),
}


def assign(command: Command, name: str, text: str) -> None:
    """Set a setting from a flag of its own, where a wrong value is an error."""
    command.settings.set_option(name, text)
