"""The blocks of the pages, found by what they show: wherever the page is now."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from tests.readme import PAGES
from tests.test_readme import BLOCK, with_gaps

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tools.conftest import Installed

TEXT = "\n".join(page.read_text("utf-8") for page in PAGES)
BLOCKS = [(language, body) for _, language, body in BLOCK.findall(TEXT)]


def blocks(language: str, has: str) -> list[str]:
    """The blocks of a language that have some text."""
    return [body for kind, body in BLOCKS if kind == language and has in body]


def block(language: str, has: str) -> str:
    """The one block of a language that has some text."""
    (found,) = blocks(language, has)
    return found


def follow(installed: Installed, home: Path, body: str) -> None:
    """Do what a `console` block shows, with the installed command; it has to print what is shown."""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        words = shlex.split(command)
        if words[0] == "cat":
            (home / words[1]).write_text(shown, "utf-8")
            continue
        done = installed.run(words, home, NO_COLOR="1")
        printed = (done.stdout + done.stderr).replace(f"{home}/", "").rstrip()
        assert with_gaps(shown.rstrip()).fullmatch(printed), printed
