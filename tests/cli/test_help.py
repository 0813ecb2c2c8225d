"""`--help` of each command: what it is for, examples that its flags fit, each flag told, 80 columns."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from nixlite.cli.examples import EXAMPLES
from nixlite.cli.flags import ignore
from nixlite.cli.help import help_text, summary
from nixlite.cli.running import read_command_line
from nixlite.cli.shell.tables import make
from nixlite.cli.table import COMMANDS, GROUPS
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 80


@pytest.fixture(autouse=True)
def of_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_a_terminal_and_begins_with_what_it_is_for(name: str) -> None:
    text = help_text(make(name))
    assert text.startswith((f"usage: nixlite {name} ", f"usage: nixlite {name}\n"))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert 10 < len(summary(make(name))) <= 90
    assert "\nexamples:\n  nixlite " in text


@pytest.mark.parametrize("name", COMMANDS)
def test_each_flag_is_told_once_with_what_it_does(name: str) -> None:
    command = make(name)
    lines = help_text(command).splitlines()
    for flag, row in command.flags.items():
        told = [
            n
            for n, line in enumerate(lines)
            if line[:2] == "  " and flag in line[:12].replace(",", " ").split() + line[:60].split()[:2]
        ]
        if row.help:
            (at,) = [n for n in told if lines[n].startswith((f"      {flag}", f"  {row.short}, {flag}"))]
            assert row.help.split()[0] in lines[at][30:] + lines[at + 1]
            assert all(label.upper() in lines[at] for label in row.labels.split())


OLDER = """
    - --check-cache-status --cores --dry-run --eval-only --eval-store --fallback --indirect --keep-failed
    --keep-going --max-jobs --max-silent-time --no-gc-warning --no-registries --parse-only --readonly-mode
    --recreate-lock-file --repair --timeout --update-input
""".split()
"""Older names, settings of builds, and what is only there to say that nixlite has it not."""
IN_VAIN = {"config show": ["--json"]}


@pytest.mark.parametrize("name", COMMANDS)
def test_only_what_is_older_or_does_nothing_is_not_told(name: str) -> None:
    flags = make(name).flags
    assert {flag for flag, row in flags.items() if not row.help and row.action is not ignore} <= {
        *OLDER,
        *IN_VAIN.get(name, ()),
    }


@pytest.mark.parametrize(("name", "line"), [(name, line) for name in EXAMPLES for line in EXAMPLES[name]])
def test_an_example_is_a_command_line(name: str, line: str) -> None:
    """One that the command reads: each flag is its own, with what it takes. A redirection is the shell's."""
    words = shlex.split(line)
    words = words[: words.index(">")] if ">" in words else words
    assert words[: 1 + len(name.split())] == ["nixlite", *name.split()]
    command = make(name)
    read_command_line(command, words[1 + len(name.split()) :], command.flags)


def test_each_command_has_examples() -> None:
    assert set(EXAMPLES) == set(COMMANDS)


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_help_of_a_group_tells_what_its_commands_are_for(group: str, tmp_path: Path) -> None:
    done = nixlite([group, "--help"], cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for name in COMMANDS:
        if name.startswith(f"{group} "):
            assert f"  {name.partition(' ')[2]} " in done.stdout
            assert summary(make(name)) in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= WIDTH


def test_the_list_of_commands_has_all(tmp_path: Path) -> None:
    told = nixlite(["--help"], cwd=tmp_path).stdout
    rows = {line.split()[0] for line in told.splitlines() if line.startswith("  ")}
    assert rows == {name.partition(" ")[0] for name in COMMANDS}
    assert max(map(len, told.splitlines())) <= WIDTH
