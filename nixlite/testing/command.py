"""`nixlite test`: tests that are written in Nix, run by pytest."""

from __future__ import annotations

import os
import sys

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, store, turn_on
from nixlite.cli.flake.locking import LOCKING, Locking
from nixlite.errors import NixError, UsageError
from nixlite.host.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.host.host import Host

PLUGIN = "nixlite.testing.plugin"
NONE_COLLECTED = 5
"""pytest's exit code where there are no tests."""


def to_pytest(name: str) -> Callable[[Any, list[str]], None]:
    """The action of a flag that is pytest's."""

    def act(command: Any, words: list[str]) -> None:
        command.pytest += [name, *words]

    return act


def to_evaluation(name: str, action: Callable[[Any, list[str]], None]) -> Callable[[Any, list[str]], None]:
    """The action of a flag that is for what evaluates the tests; here it only complains of what is wrong."""

    def act(command: Any, words: list[str]) -> None:
        if name != "--option":  # see `Remembering`
            command.evaluation += [name, *words]
        action(command, words)

    return act


def passed_on(flags: Flags) -> Flags:
    """Flags that those read as well who run the tests."""
    return {
        name: Flag(flag.labels, to_evaluation(name, flag.action), flag.help, flag.short)
        for name, flag in flags.items()
    }


OWN = ("--help", "--version", "--verbose", "--quiet", "--log-format")
READING = ("--override-input", "--no-update-lock-file", "--reference-lock-file", "--inputs-from")
"""Of the flags about lock files those that write none."""

FLAGS: Flags = {
    "--keyword": Flag(
        "expr", to_pytest("-k"), "only tests whose names have EXPR in them: 'a and not b'", "-k"
    ),
    "--exitfirst": Flag("", to_pytest("-x"), "stop at the first failure", "-x"),
    "--maxfail": Flag("n", to_pytest("--maxfail"), "stop after N failures"),
    "--lf": Flag("", to_pytest("--lf"), "only those that failed the last time"),
    "--ff": Flag("", to_pytest("--ff"), "those that failed the last time first"),
    "--numprocesses": Flag("n", to_pytest("-n"), "in N processes, or 'auto' (with pytest-xdist)", "-n"),
    "--attr": Flag(
        "attrpath", store("attr"), "where in the file or flake the tests are (flakes: tests)", "-A"
    ),
    "--list": Flag("", to_pytest("--collect-only"), "print the tests, run none"),
    "--junitxml": Flag("file", to_pytest("--junitxml"), "write a report for other programs"),
    "--durations": Flag("n", to_pytest("--durations"), "the N slowest tests"),
    "--update": Flag("", turn_on("update"), "sessions in Markdown: write what is printed now into the files"),
    "--verbose": Flag("", to_pytest("-v"), "a line for each test", "-v"),
    "--quiet": Flag("", to_pytest("-q"), "less", "-q"),
    "--help": COMMON["--help"],
    "--version": COMMON["--version"],
    **passed_on(
        {
            **EVALUATION,
            **{k: v for k, v in COMMON.items() if k not in OWN},
            **{k: LOCKING[k] for k in READING},
        }
    ),
}


class Remembering(Settings):
    """Settings that remember how they were set, for the processes that evaluate."""

    __slots__ = ("words",)

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def set_option(self, name: str, text: str) -> bool:
        """See `Settings`."""
        self.words += ["--option", name, text]
        return super().set_option(name, text)


class Test(Command):
    """The command line of `nixlite test`."""

    program = "nixlite test"
    usage = (
        "nixlite test [flags] [FILE[#ATTRPATH] | FOLDER | FLAKE#ATTRPATH | FILE.md]… [-- --FLAG=OF-PYTEST…]"
    )
    description = (
        "Run tests that are written in Nix, each on its own. They are in tests.nix, *_test.nix, what a\n"
        "flake provides as 'tests', or files that are named: attributes whose names begin with 'test', each\n"
        "a set { expr; expected; } or\n"
        "{ expr; expectedError = { type; msg; }; }; what lib.runTests is given; examples in Markdown. Each\n"
        "may fail alone. The exit code is 0 where all pass, 1 where one fails or a file cannot be\n"
        "evaluated. Of a Markdown file with sessions ('console': '$ nixlite …', 'nix-repl> …') all examples\n"
        "are run in an empty folder, and must print what is shown; '…' stands for anything.\n\n"
        "pytest runs them: install 'nixlite[test]'. It finds the same tests where 'pytest' is called itself."
    )
    flags = FLAGS
    attr = ""
    update = False

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(Remembering(), host)
        self.locking = Locking()
        self.pytest: list[str] = []
        self.evaluation: list[str] = []

    def run(self) -> int:
        """Run sessions in documents, and let pytest run the tests."""
        from nixlite.documents.command import TestDocuments, has_sessions

        documents = TestDocuments(Settings(cwd=self.settings.cwd), self.host)
        documents.update = self.update
        documents.words = [word for word in self.words if has_sessions(self.host, self.settings.cwd, word)]
        self.words = [word for word in self.words if word not in documents.words]
        if not documents.words:
            return self.run_pytest()
        return max(documents.run(), self.run_pytest() if self.words else 0)

    def run_pytest(self) -> int:
        """Let pytest run the tests."""
        try:
            import pytest
        except ModuleNotFoundError:
            hint = "pip install 'nixlite[test]'   or   uv tool install 'nixlite[test]'"
            raise NixError("'nixlite test' needs pytest, which is not installed", hint=hint) from None
        words = self.command_line()
        try:
            code = int(pytest.main(words))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
        if code == NONE_COLLECTED and "-k" not in self.pytest:
            raise NixError(
                f"there are no tests in {' '.join(self.words) or 'this folder'}",
                hint="Tests are attributes whose names begin with 'test', in tests.nix or *_test.nix.",
            )
        return code

    def command_line(self) -> list[str]:
        """pytest's command line. It reads no configuration: that is for the Python tests of a project."""
        paths, more = self.targets(), []
        if not has_plugin():
            more += ["-p", PLUGIN]
        if "--collect-only" in self.pytest:
            more += ["-q"]
        settings = self.settings
        assert isinstance(settings, Remembering)
        flags = [*settings.words, *self.evaluation]
        return [
            "-c", os.devnull, f"--rootdir={os.getcwd()}", "--noconftest", "--no-header", "-rfEs",
            "--continue-on-collection-errors", "-W", "ignore::pytest.PytestAssertRewriteWarning",
            "-o", "python_files=", "-o", "cache_dir=.nixlite_test_cache",
            f"--nix-flags={joined(flags)}", f"--nix-attr={self.attr}", *more, *self.pytest, *paths,
        ]  # fmt: skip

    def targets(self) -> list[str]:
        """What pytest is to look at."""
        paths: list[str] = []
        for word in self.words:
            path, mark, attr = word.partition("#")
            path = path or "."
            if mark:
                if self.attr not in ("", attr):
                    raise UsageError("tests can be looked for at one attribute path at a time")
                self.attr = attr
                if os.path.isdir(path):
                    flake = os.path.isfile(os.path.join(path, "flake.nix"))
                    path = os.path.join(path, "flake.nix" if flake else "default.nix")
            if not path.startswith("-") and not os.path.exists(path.partition("::")[0]):
                raise UsageError(f"there is no file or folder '{path}'")
            paths.append(path)
        return paths


def joined(words: list[str]) -> str:
    """Words as one word, which `shlex` takes apart."""
    import shlex

    return shlex.join(words)


def has_plugin() -> bool:
    """Whether pytest finds the plugin by itself."""
    from importlib.metadata import entry_points

    return any(point.value == PLUGIN for point in entry_points(group="pytest11"))
