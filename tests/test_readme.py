"""The pages say the truth: their examples print what they show, and their tables are up to date."""

from __future__ import annotations

import doctest
import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.oracle.compare import PROMPT, transcript
from tests.readme import PAGES, PARTS, README, part_of
from tests.support import ROOT, nixlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXTS = [page.read_text("utf-8") for page in PAGES]
BLOCK = re.compile(
    r"^(?:<!-- <nixpkgs/lib>: (?P<library>\S+) -->\n)?(?P<fence>`{3,})(?P<language>[{}\w]*)\n(?P<body>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
"""A fence. Where a block needs the module system, which the bundled set has not, it says whose it is."""
BLOCKS = [found for text in TEXTS for found in BLOCK.finditer(text)]
CAT = re.compile(r"^\$ cat (\S+)\n(.*?)(?=^\$ |\Z)", re.MULTILINE | re.DOTALL)
PYTHON = [found["body"] for found in BLOCKS if found["language"] == "pycon"]


class Console(NamedTuple):
    """A block of commands and what they print; *before* are the files that the page has shown by then."""

    body: str
    library: str | None
    before: dict[str, str]


def consoles(text: str) -> Iterator[Console]:
    """The blocks of a page."""
    shown: dict[str, str] = {}
    for found in BLOCK.finditer(text):
        if found["language"] == "console":
            yield Console(found["body"], found["library"], dict(shown))
            shown.update(CAT.findall(found["body"]))


CONSOLE = [block for text in TEXTS for block in consoles(text)]

RUN = {"console", "pycon"}
RUN_ELSEWHERE = {
    "nix": "notebooks.md",  # cells, by `tests/kernel/test_cells.py`
    "python": "tests.md",  # a test for pytest, by `tests/testing/test_command.py`
}
SHOWN = {"html", "json", "lisp", "lua", "sh", "text", "toml", "yaml"}
"""Languages of what is not nixlite's to run: settings of editors and services, what is typed into a shell."""


def first_line(block: str) -> str:
    return block.split("\n")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_example_is_run(page: Path) -> None:
    languages = {found["language"] for found in BLOCK.finditer(page.read_text("utf-8"))}
    languages = {name for name in languages if not name.startswith("{")}  # a directive of Sphinx's
    languages -= {name for name, other in RUN_ELSEWHERE.items() if other == page.name}
    assert languages - RUN - SHOWN == set()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where all examples keep what was compiled: the package set is compiled once."""
    return str(tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize("block", CONSOLE, ids=lambda block: first_line(block.body))
def test_console(tmp_path: Path, cache: str, block: Console) -> None:
    """`$ nixlite …` is run; `$ cat NAME` makes the file that it shows; `nix-repl> …` is typed.

    `…` in what is shown may be anything. Files that the page has shown before are there if they are named. With a
    *library*, `<nixpkgs/lib>` is that folder of the checkout."""
    variables = {"XDG_CACHE_HOME": cache}
    for name, content in block.before.items():
        if name in block.body:
            (tmp_path / name).write_text(content, "utf-8")
    if block.library:
        (tmp_path / "nixpkgs").mkdir()
        (tmp_path / "nixpkgs" / "lib").symlink_to(ROOT / block.library)
        variables["NIX_PATH"] = f"nixpkgs={tmp_path}/nixpkgs"
    for command, words, shown in commands_in(block.body):
        if words[0] == "cat":
            (tmp_path / words[1]).write_text(shown, "utf-8")
            continue
        assert words[0] == "nixlite", f"only nixlite's own commands can be shown, not {command}"
        if PROMPT in shown:
            check_session(words[1:], shown, tmp_path, variables)
            continue
        done = nixlite(words[1:], cwd=tmp_path, variables=variables)
        printed = short(done.stdout + done.stderr, tmp_path).rstrip()
        assert printed == shown.rstrip() or with_gaps(shown.rstrip()).fullmatch(printed), printed


def commands_in(body: str) -> Iterator[tuple[str, list[str], str]]:
    """The commands that a `console` block shows: as they stand there, in words, and what they print."""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shlex.split(command), shown


def with_gaps(shown: str) -> re.Pattern[str]:
    """What is shown, where `…` stands for what differs from run to run."""
    return re.compile(".*?".join(map(re.escape, shown.split("…"))), re.DOTALL)


def short(text: str, directory: Path) -> str:
    """*text* with paths as they look from the directory of the example, or of the checkout."""
    return text.replace(f"{directory}/", "").replace(f"{ROOT}/", "")


def check_session(arguments: list[str], shown: str, directory: Path, variables: dict[str, str]) -> None:
    typed = [line.removeprefix(PROMPT) for line in shown.split("\n") if line.startswith(PROMPT)]
    done = nixlite(
        arguments, cwd=directory, variables=variables, stdin="".join(f"{line}\n" for line in typed)
    )
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
