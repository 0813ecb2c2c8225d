"""The console script `nixlite`, and `python -m nixlite`: which command is meant.

Each command imports what it needs when it is chosen: start-up counts.
"""

from __future__ import annotations

if __name__ == "__main__":  # as in packaging/script.py: Ctrl-C while things are loaded prints nothing
    try:
        from _signal import (  # type: ignore[import-not-found]  # not in the stubs
            SIG_DFL,
            SIGINT,
            default_int_handler,
            getsignal,
            signal,
        )

        if getsignal(SIGINT) is default_int_handler:
            signal(SIGINT, SIG_DFL)
    except ImportError:
        pass

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nixlite.cli.command import Command
    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.results.kept import Kept

SOON = 0.002
"""Seconds of processor time after which an interrupt that was lost is raised again."""

USAGE = """\
usage: nixlite COMMAND [flags] …

Evaluates the Nix language without Nix, and says why an override had no effect.

commands:
  eval         evaluate and print a value, as `nix eval` does
  instantiate  as `nix-instantiate`: --eval, --parse, .drv paths
  derivation   derivation show: derivations as JSON
  repl         an interactive session, as `nix repl`
  flake        flake show, metadata, lock, update, check, archive --dry-run
  registry     what names of flakes mean: list, add, remove, pin, resolve
  build        build --dry-run: what `nix build` would build
  path-info    path-info --derivation: the paths of derivations
  store        store add: the store path of a file or directory
  hash         hash file, path, convert
  config       config show: the settings
  cache        the compiled sources on disk: warm, info, clear
  jobs         all derivations of a set as JSON, as nix-eval-jobs

  why          where an attribute comes from: definition, layers, reads
  diff         how two values or derivations differ
  impact       which packages a change reaches; what two packages share
  args         what callPackage would do with a function
  lint         what is probably not meant, found in the source; --fix
  stale        what an override left behind, why, and a fix
  override     write an override for what is wished
  layers       the overlays of a set: who defines, changes, reads what
  trace        an evaluation step by step, also as a page for the browser
  test         tests written in Nix, and the examples of Markdown files

  learn        a course in overriding: predict, run, write, and see why
  completion   a script with which bash, zsh or fish completes command lines
  lsp          a language server: what editors show of Nix files
  kernel       Nix in Jupyter notebooks: install, start
  playground   the same in a browser tab: build, serve

`nixlite COMMAND --help` shows examples and the flags of a command;
`nixlite --version` prints versions.
"""


def main() -> None:
    """Run the command line; the process ends here, without waiting for Python to take its heap apart."""
    from nixlite.errors import NixError

    if not os.path.isfile(__file__):
        return from_archive()
    from nixlite.results.kept import asked

    code = 130
    try:
        set_signals()
        kept = asked(sys.argv[1:])
        code = evaluated(sys.argv[1:]) if kept is None else answered(kept, sys.argv[1:])
    except KeyboardInterrupt:  # before or after the command itself, which has its own words for it
        code = 130
    except BrokenPipeError:
        code = 1
    except OSError as error:
        code = failed(f"writing to the standard output: {error.strerror}")
    except Exception as error:  # what was still to be written cannot be
        from nixlite.errors import NixError

        if not isinstance(error, NixError):
            raise
        code = failed(error.message)
    os._exit(code)


def from_archive() -> None:
    """The same for a nixlite in an archive (a zipapp): what runs is the copy in the user's cache."""
    try:
        from nixlite.resources import PACKAGE
    except OSError as error:
        os._exit(failed(f"unpacking nixlite: {error}; XDG_CACHE_HOME names another folder for that"))
    archive = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path[:] = [os.path.dirname(PACKAGE), *[each for each in sys.path if os.path.abspath(each) != archive]]
    for name in [name for name in sys.modules if name.partition(".")[0] == "nixlite"]:
        del sys.modules[name]
    __import__("nixlite.__main__")
    sys.modules["nixlite.__main__"].main()


def failed(message: str) -> int:
    """Say that what was to be written could not be; the exit code."""
    if sys.stderr is not None:
        sys.stderr.write(f"error: {message}\n")
    return 1


def answered(kept: Kept, words: list[str]) -> int:
    """The exit code of a command whose answer may be known; it is printed as it was."""
    from nixlite.results.kept import STATS
    from nixlite.source import write_all

    entry = kept.answer()
    stats = STATS in words
    if entry is None:
        return evaluated(words, kept, kept.data, kept.why)
    for stream, text in entry.output:
        if stream == "stderr":
            sys.stdout.flush()
        write_all(getattr(sys, stream).buffer, text.encode("utf-8", "surrogateescape"))
        if stream == "stderr":
            sys.stderr.buffer.flush()
    sys.stdout.buffer.flush()
    if stats:
        write_stats(f"the answer of before: {len(entry.files)} files are as they were")
    return entry.code


def write_stats(text: str) -> None:
    """Say what `--stats` has to say where nothing was evaluated."""
    import json
    import time

    counters = {"cpuTime": time.process_time(), "nixlite": {"resultCache": text}}
    sys.stderr.write(json.dumps(counters, indent=2) + "\n")
    sys.stderr.flush()


def evaluated(
    words: list[str], kept: Kept | None = None, data: bytes | None = None, unanswered: str = ""
) -> int:
    """The exit code of a command, which is run; its answer is kept in *kept*. *data* is the standard input
    where that was read, *unanswered* why there is no answer of before."""
    from nixlite.loading import hasten, keep

    finder = hasten()
    from nixlite.host.real import RealHost
    from nixlite.runtime.collecting import POLICY
    from nixlite.runtime.frames import with_room

    POLICY.begin(main)  # until the process ends
    if kept is None:
        host = RealHost(stdin=data)
        host.unanswered = unanswered
        code: int = with_room(lambda words: run(words, host), words)
        host.flush()
    else:
        code = witnessed(words, kept, data, unanswered)
    if finder is not None:
        keep(finder)
    return code


def witnessed(words: list[str], kept: Kept, data: bytes | None, unanswered: str) -> int:
    """The exit code of a command, which is run while it is written down what it asks; the answer is kept."""
    import time

    from nixlite.results.kept import SLOW
    from nixlite.results.witness import Witness
    from nixlite.runtime.frames import with_room

    host = Witness(stdin=data)
    host.unanswered = unanswered
    started, before = time.time_ns(), time.process_time()
    code: int = with_room(lambda words: run(words, host), words)
    host.flush()
    record = host.finish(words)
    if not record.odd and time.process_time() - before >= SLOW:
        kept.keep(record, code, started)
    return code


def set_signals() -> None:
    """Ctrl-C is a KeyboardInterrupt from now on.

    One that comes while Python happens to run a destructor would be reported, and lost. SIGPIPE stays
    ignored, as in Nix: who is gone may be the reader of the standard output, but also an editor, a browser,
    a pager or a process of ours, which must not end this one.
    """
    try:  # the module `signal` takes a millisecond to make an enumeration of this one
        from _signal import SIG_DFL, SIGINT, default_int_handler, getsignal, signal
    except ImportError:  # this is not CPython
        return
    if getsignal(SIGINT) == SIG_DFL:
        signal(SIGINT, default_int_handler)
    try:
        from _signal import ITIMER_VIRTUAL, SIGVTALRM, setitimer
    except ImportError:  # Windows has none of these
        return
    usual = sys.unraisablehook

    def hook(lost: sys.UnraisableHookArgs) -> None:
        if lost.exc_type is KeyboardInterrupt:
            signal(SIGVTALRM, default_int_handler)
            setitimer(ITIMER_VIRTUAL, SOON)
        else:
            usual(lost)

    sys.unraisablehook = hook


def run(words: list[str], host: Host) -> int:
    """Run the command that *words* (without the program's name) name; returns the exit code.

    Flags before the command's name count as flags of the command.
    """
    from nixlite.cli.table import COMMANDS, GROUPS, OLD_NAMES, UNFIT

    if words[:1] == ["--version"]:
        host.write_stdout(version())
        return 0
    if not words or words[0] in ("--help", "-h", "help"):
        from nixlite.resources import DOCUMENTATION

        text = f"{USAGE}Documentation: {DOCUMENTATION}/\n"
        (host.write_stdout if words else host.write_stderr)(text)
        return 0 if words else 1
    at = next((n for n, word in enumerate(words) if is_command(words, n)), None)
    if at is None or (at > 0 and not words[0].startswith("-")):
        return unknown(words[0], COMMANDS, host)
    from nixlite.host.settings import Settings

    settings = Settings()
    name, rest = words[at], words[at + 1 :]
    if name in OLD_NAMES:
        host.write_stderr(f"warning: '{name}' is a deprecated alias for '{OLD_NAMES[name]}'\n")
        name, *more = OLD_NAMES[name].split()
        rest = [*more, *rest]
    if rest and f"{name} {rest[0]}" in UNFIT:
        name, rest = f"{name} {rest[0]}", rest[1:]
    elif name in GROUPS:
        if not rest or rest[0].startswith("-"):
            return incomplete(name, rest, host)
        name, rest = f"{name} {rest[0]}", rest[1:]
    if name in COMMANDS:
        from nixlite.cli.running import run_command

        return run_command(make_command(name, settings, host), [*words[:at], *rest])
    if name in UNFIT:
        host.write_stderr(f"error: there is no 'nixlite {name}': {UNFIT[name]}\n")
        return 1
    group, _, word = name.partition(" ")
    return unknown(word, sub_commands(group), host)


def is_command(words: list[str], at: int) -> bool:
    """Whether a word names a command; a group's name may also be the value of a flag before the command."""
    from nixlite.cli.table import COMMANDS, GROUPS, OLD_NAMES, UNFIT

    word = words[at]
    if word in COMMANDS or (at == 0 and (word in UNFIT or word in OLD_NAMES)):
        return True
    return word in GROUPS and (at == 0 or (at + 1 < len(words) and f"{word} {words[at + 1]}" in COMMANDS))


def make_command(name: str, settings: Settings, host: Host) -> Command:
    """The command *name*, its command line not yet read."""
    from nixlite.cli.table import COMMANDS

    module, _, kind = COMMANDS[name].rpartition(".")
    __import__(module)  # importlib's function would have to be loaded
    command: Command = getattr(sys.modules[module], kind)(settings, host)
    command.debugged = run_debugged
    return command


def run_debugged(evaluator: Evaluator, run: Callable[[], int]) -> int:
    """Run under the debugger, for `nixlite eval`: it is the REPL's, which lies above the commands."""
    from nixlite.repl.command import run_debugged

    return run_debugged(evaluator, run)


def sub_commands(group: str) -> list[str]:
    """What can stand after a group's name."""
    from nixlite.cli.table import COMMANDS

    prefix = f"{group} "
    return sorted([name.removeprefix(prefix) for name in COMMANDS if name.startswith(prefix)])


def incomplete(group: str, rest: list[str], host: Host) -> int:
    """Tell what can stand after a group's name."""
    if rest[:1] in (["--help"], ["-h"]):
        from nixlite.cli.help import group_text
        from nixlite.host.settings import Settings

        members = {name: make_command(f"{group} {name}", Settings(), host) for name in sub_commands(group)}
        host.write_stdout(group_text(group, members))
        return 0
    names = "".join([f"         · {name}\n" for name in sub_commands(group)])
    host.write_stderr(
        f"error: nix {group} requires a sub-command. Available sub-commands:\n\n{names}"
        "Try 'nix --help' for more information.\n"
    )
    return 1


def unknown(word: str, names: Iterable[str], host: Host) -> int:
    """Complain of what is no command."""
    from nixlite.errors import did_you_mean

    kind = "unrecognised flag '{}'" if word.startswith("-") else "'{}' is not a recognised command"
    hint = did_you_mean(word, [name for name in names if " " not in name])
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
