"""Texts with live parts: a line `$ nixlite …` in a fence of its own shows what that prints now.

    ```console
    $ nixlite stale demo.nix package
    ```

The command runs in the lesson's folder with the course's package set. `| head N` behind it keeps the first
lines.
"""

from __future__ import annotations

import re
import shlex
import sys

from nixlite.cli.running import run_command
from nixlite.cli.table import COMMANDS
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.learn.bench import SYSTEM
from nixlite.resources import stdlib_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DIRECTIVE = re.compile(r"^\$ nixlite (.*?)(?: \| head (\d+))?$", re.MULTILINE)
ALLOWED = ("why", "stale", "trace", "layers", "diff", "impact", "args", "override", "eval", "lint")
FORBIDDEN = ("--option", "--allowed-uris", "-I", "--include")
"""Flags by which a command of a course could see more than it may."""
LENGTH = 20
"""How many lines of a command's output are shown where nothing else is said."""


def with_live(text: str, folder: str, env: dict[str, str]) -> str:
    """The text, with its directives' output after them. *folder* is where the commands run."""

    def shown(found: re.Match[str]) -> str:
        output = run(shlex.split(found[1]), folder, env)
        return f"{found[0].partition(' | head')[0]}\n{shortened(output, int(found[2] or LENGTH))}"

    return DIRECTIVE.sub(shown, text)


def directives(text: str) -> list[list[str]]:
    """The words of the commands in a text."""
    return [shlex.split(found[1]) for found in DIRECTIVE.finditer(text)]


def shortened(output: str, lines: int) -> str:
    """The first lines, and how many are left out."""
    kept = output.rstrip().splitlines()
    if len(kept) <= lines + 1:
        return "\n".join(kept)
    return "\n".join([*kept[:lines], f"… ({len(kept) - lines} more lines)"])


def run(words: Sequence[str], folder: str, env: dict[str, str]) -> str:
    """What a command prints; only those that explain and evaluate are run."""
    name, *rest = words
    if name not in ALLOWED:
        return f"(a course cannot run 'nixlite {name}')"
    host = CapturingHost(env)
    module, _, kind = COMMANDS[name].rpartition(".")
    __import__(module)
    settings = Settings(cwd=folder)
    settings.system = SYSTEM
    settings.restrict_eval = True
    settings.lookup_path = [("nixpkgs", f"{stdlib_directory()}/nixpkgs"), ("course", folder)]
    if any(word in FORBIDDEN or "restrict-eval" in word for word in rest):
        return "(a course's commands see its own files only)"
    run_command(getattr(sys.modules[module], kind)(settings, host), list(rest))
    text = "".join(host.stdout or host.stderr)  # warnings beside an answer are not what is shown
    for place, shown in ((f"{folder}/", ""), (f"{stdlib_directory()}/nixpkgs", "<nixpkgs>")):
        text = text.replace(place, shown)
    return text
