"""The plugin of pytest's: tests in Nix files are collected, Python tests have fixtures `nix` and `nixpkgs`.

It is loaded whenever pytest is, so it imports nothing of nixlite before there is something to do.
"""

from __future__ import annotations

import shlex
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nixlite.api import Evaluator
    from nixlite.interop.value import Value
    from nixlite.testing.cases import Case
    from nixlite.testing.suites import Suites

PATTERNS = ["tests.nix", "*_test.nix", "flake.nix"]
SUITES = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """What can be set about tests in Nix."""
    # pytest compiles all modules of a plugin's distribution anew, for more telling asserts: it has no setting
    # for that, nothing in nixlite needs it, and it would be slow.
    hook = getattr(pluginmanager, "rewrite_hook", None)
    getattr(hook, "_must_rewrite", set()).discard("nixlite")
    group = parser.getgroup("nix", "tests in Nix")
    group.addoption(
        "--nix-flags",
        default="",
        metavar="FLAGS",
        help="flags of nixlite for tests in Nix, in one word: '--arg lib \"import <nixpkgs/lib>\"'",
    )
    group.addoption(
        "--nix-attr",
        default="",
        metavar="ATTRPATH",
        help="where the tests are in a Nix file, or in what a flake provides (tests)",
    )
    parser.addini("nix_files", "names of files with tests in Nix", type="args", default=PATTERNS)
    parser.addini("nix_flags", "as --nix-flags", default="")


def suites_of(config: pytest.Config) -> Suites:
    """The suites of this run, made when the first one is looked for."""
    if SUITES not in config.stash:
        from nixlite.testing.suites import Suites

        words = shlex.split(f"{config.getini('nix_flags')} {config.getoption('--nix-flags')}")
        config.stash[SUITES] = Suites(words, config.getoption("--nix-attr"))
    found: Suites = config.stash[SUITES]
    return found


def pytest_unconfigure(config: pytest.Config) -> None:
    """What was compiled is kept."""
    if SUITES in config.stash:
        config.stash[SUITES].close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> NixFile | None:
    """Nix files whose names say so, or that are named on the command line; such Markdown files."""
    name = file_path.name
    named = parent.session.isinitpath(file_path)
    if name.endswith(".md"):
        wanted = named
    elif name.endswith(".nix"):
        wanted = named or any(fnmatch(name, pattern) for pattern in parent.config.getini("nix_files"))
        if wanted and name == "flake.nix" and not named:
            wanted = seems_to_have_tests(parent.config, file_path)
    else:
        wanted = False
    if not wanted:
        return None
    found: NixFile = NixFile.from_parent(parent, path=file_path)
    return found


def seems_to_have_tests(config: pytest.Config, path: Path) -> bool:
    """Whether a flake is worth evaluating; one that cannot be read is not, if nobody asks for it."""
    from nixlite.errors import NixError

    try:
        return suites_of(config).has_tests(str(path))
    except NixError:
        return False


class NixFile(pytest.File):
    """A file with tests in Nix."""

    def collect(self) -> Iterator[NixItem]:
        """The tests, without evaluating what they test. Raises NixError."""
        names: dict[str, int] = {}
        for case in suites_of(self.config).cases(str(self.path), named=self.session.isinitpath(self.path)):
            names[case.name] = names.get(case.name, 0) + 1
            name = case.name if names[case.name] == 1 else f"{case.name} {names[case.name]}"
            item: NixItem = NixItem.from_parent(self, name=name, case=case)
            if case.skip:
                item.add_marker(pytest.mark.skip(reason=f"{name}: {case.skip}"))
            yield item

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A file that cannot be read or evaluated, as Nix says it."""
        from nixlite.errors import NixError

        error = excinfo.value
        if not isinstance(error, NixError):
            return super().repr_failure(excinfo)
        text = error.render(color=self.config.get_terminal_writer().hasmarkup)
        line = error.position.line if error.position is not None else 1
        return Shown(text, Crash(self.nodeid, line, error.message.split("\n", 1)[0]))


class Shown:
    """What a failed test shows, as pytest's own representations do: with the line of the short summary."""

    def __init__(self, text: str, crash: Crash) -> None:
        self.text = text
        self.reprcrash = crash

    def toterminal(self, writer: Any) -> None:
        """Write it."""
        writer.line(self.text)

    def __str__(self) -> str:
        return self.text


class Crash:
    """Where a test failed, and why in short."""

    def __init__(self, path: str, lineno: int, message: str) -> None:
        self.path = path
        self.lineno = lineno
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message}"


class NixItem(pytest.Item):
    """A test in Nix."""

    def __init__(self, *, case: Case, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        self.funcargs: dict[str, Any] = {}  # some plugins take it that every test has them

    def runtest(self) -> None:
        """Run it. Raises Failure."""
        self.case.check()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What went wrong, without a traceback of Python's."""
        from nixlite.testing.checking import Failure

        error = excinfo.value
        if not isinstance(error, Failure):
            return super().repr_failure(excinfo)
        writer = self.config.get_terminal_writer()
        everything = self.config.get_verbosity() > 0
        text = error.text(colour=writer.hasmarkup, width=writer.fullwidth, everything=everything)
        path, line = self.location[0], self.case.line
        place = path if line is None else f"{path}:{line}"
        return Shown(f"{place}: {text}", Crash(path, line or 1, error.summary))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is written; pytest wants some line for tests that are skipped."""
        return self.path, (self.case.line or 1) - 1, f"{self.path.name}: {self.name}"


# -- fixtures


@pytest.fixture
def nix() -> Iterator[Evaluator]:
    """A `nixlite.Evaluator` of the test's own: `nix.evaluate("1 + 1")`."""
    from nixlite.api import Evaluator

    with Evaluator() as evaluator:
        yield evaluator


@pytest.fixture(scope="session")
def nixpkgs() -> Value:
    """The package set that comes with nixlite, whatever the lookup path says; the same for all tests."""
    import os

    from nixlite.api import evaluate_file
    from nixlite.resources import stdlib_directory

    return evaluate_file(os.path.join(stdlib_directory(), "nixpkgs"), {})
