"""The pages say the truth: their examples print what they show, and their tables are up to date."""

from __future__ import annotations

import doctest
import re
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.oracle.compare import PROMPT, transcript
from tests.readme import PAGES, PARTS, README, part_of
from tests.support import ROOT, nixlite

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [page.read_text("utf-8") for page in PAGES]
BLOCK = re.compile(r"^(`{3,})(\w+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
CONSOLE = [body for text in TEXTS for _, language, body in BLOCK.findall(text) if language == "console"]
PYTHON = [body for text in TEXTS for _, language, body in BLOCK.findall(text) if language == "pycon"]


def first_line(block: str) -> str:
    return block.split("\n")[0]


@pytest.mark.parametrize("block", CONSOLE, ids=first_line)
def test_console(tmp_path: Path, block: str) -> None:
    """`$ nixlite …` is run; `$ cat NAME` makes the file that it shows; `nix-repl> …` is typed.

    `…` in what is shown may be anything."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        words = shlex.split(command)
        if words[0] == "cat":
            (tmp_path / words[1]).write_text(shown, "utf-8")
            continue
        assert words[0] == "nixlite", f"only nixlite's own commands can be shown, not {command}"
        if PROMPT in shown:
            check_session(words[1:], shown, tmp_path)
            continue
        done = nixlite(words[1:], cwd=tmp_path)
        printed = short(done.stdout + done.stderr, tmp_path).rstrip()
        assert printed == shown.rstrip() or with_gaps(shown.rstrip()).fullmatch(printed), printed


def with_gaps(shown: str) -> re.Pattern[str]:
    """What is shown, where `…` stands for what differs from run to run."""
    return re.compile(".*?".join(map(re.escape, shown.split("…"))), re.DOTALL)


def short(text: str, directory: Path) -> str:
    """*text* with paths as they look from the directory of the example, or of the checkout."""
    return text.replace(f"{directory}/", "").replace(f"{ROOT}/", "")


def check_session(arguments: list[str], shown: str, directory: Path) -> None:
    typed = [line.removeprefix(PROMPT) for line in shown.split("\n") if line.startswith(PROMPT)]
    done = nixlite(arguments, cwd=directory, stdin="".join(f"{line}\n" for line in typed))
    printed = transcript(short(done.stdout, directory))
    assert printed[: len(typed)] == transcript(shown)


@pytest.mark.parametrize("block", PYTHON, ids=first_line)
def test_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NIX_PATH", raising=False)
    example = doctest.DocTestParser().get_doctest(block, {}, "README.md", "README.md", 0)
    complaints: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(example, out=complaints.append)
    assert result.failed == 0, "".join(complaints)


@pytest.mark.parametrize("name", PARTS)
def test_generated_parts_are_up_to_date(name: str) -> None:
    """When this fails: python -m tests.readme --write."""
    page, make = PARTS[name]
    assert part_of(page.read_text("utf-8"), name)[2] == make()


def test_the_test_command_is_ci_s() -> None:
    assert "\nbash tests/run\n" in README.read_text("utf-8")
    assert "bash tests/run" in (README.parent / ".ci" / "run").read_text("utf-8")
