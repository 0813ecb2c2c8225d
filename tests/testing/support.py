"""What these tests share: the tests of a file, run in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.testing.checking import Failure
from nixlite.testing.suites import Suites

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PASSED = "passed"


def results(
    directory: Path, text: str, *, name: str = "tests.nix", words: Sequence[str] = (), attr: str = ""
) -> dict[str, str]:
    """What became of each test of a file with this *text*: PASSED, why it was skipped, or the short failure."""
    return {test: said.split("\n")[0] for test, said in details(directory, text, name, words, attr).items()}


def details(
    directory: Path, text: str, name: str = "tests.nix", words: Sequence[str] = (), attr: str = ""
) -> dict[str, str]:
    """As `results`, with all that a failure shows; its first line is the short one."""
    (directory / name).write_text(text, "utf-8")
    suites = Suites(words, attr)
    found: dict[str, str] = {}
    for case in suites.cases(str(directory / name)):
        assert case.name not in found
        try:
            if case.skip:
                found[case.name] = f"skipped: {case.skip}"
            else:
                case.check()
                found[case.name] = PASSED
        except Failure as failure:
            found[case.name] = f"{failure.summary}\n{failure.text()}"
    suites.close()
    return found


def lines(directory: Path, text: str, name: str = "tests.nix") -> dict[str, int | None]:
    """The line of each test."""
    (directory / name).write_text(text, "utf-8")
    return {case.name: case.line for case in Suites().cases(str(directory / name))}
