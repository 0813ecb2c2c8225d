"""The blocks of the pages, found by what they show: wherever the page is now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.test_readme import BLOCKS, CONSOLE, Console, commands_in, with_gaps

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tools.conftest import Installed

TOOLS = re.compile(r"^\$ nixlite (?:test|lsp|kernel|completion|lint)\b", re.MULTILINE)
SHOWN = [block for block in CONSOLE if TOOLS.search(block.body) and not block.library]
"""Examples of tools, which are tried with the installed command as well."""


def blocks(language: str, has: str) -> list[str]:
    """The blocks of a language that have some text."""
    return [found["body"] for found in BLOCKS if found["language"] == language and has in found["body"]]


def block(language: str, has: str) -> str:
    """The one block of a language that has some text."""
    (found,) = blocks(language, has)
    return found


def follow(installed: Installed, home: Path, block: Console) -> None:
    """Do what a `console` block shows, with the installed command; it has to print what is shown."""
    for name, content in block.before.items():
        if name in block.body:
            (home / name).write_text(content, "utf-8")
    for _, words, shown in commands_in(block.body):
        if words[0] == "cat":
            (home / words[1]).write_text(shown, "utf-8")
            continue
        done = installed.run(words, home, NO_COLOR="1")
        printed = (done.stdout + done.stderr).replace(f"{home}/", "").rstrip()
        assert with_gaps(shown.rstrip()).fullmatch(printed), printed
