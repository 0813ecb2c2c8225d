"""Whole command lines against what the real Nix printed: exit code and both outputs, to the byte."""

from __future__ import annotations

import pytest

from nixlite.__main__ import make_command
from nixlite.cli.running import run_command
from nixlite.host.memory import Link, MemoryHost
from nixlite.host.settings import Settings
from tests.cli.recorded import DIRECTORY, FILES, Recorded, load, read_line


def case_host(environment: dict[str, str], stdin: str) -> MemoryHost:
    files: dict[str, str | Link] = {
        f"{DIRECTORY}/{name}": Link(text.removeprefix("@symlink ")) if text.startswith("@symlink ") else text
        for name, text in FILES.items()
    }
    return MemoryHost(files, env=environment, stdin=stdin.encode())


@pytest.mark.parametrize("answer", load(), ids=lambda answer: answer.line)
def test_answers_as_nix(answer: Recorded) -> None:
    line = read_line(answer.line)
    host = case_host(line.environment, line.stdin)
    name, words = (
        ("instantiate", line.words[1:]) if line.words[0] == "nix-instantiate" else ("eval", line.words[2:])
    )
    rc = run_command(make_command(name, Settings(cwd=DIRECTORY), host), words)
    assert (rc, "".join(host.stdout), "".join(host.stderr)) == (answer.rc, answer.stdout, answer.stderr)
