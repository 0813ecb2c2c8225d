"""Where the text of a command's program comes from: an argument, the standard input, a file that is named."""

from __future__ import annotations

from nixlite.drives import given_path
from nixlite.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.command import Command
    from nixlite.evaluator import Evaluator


def string_source(command: Command, text: str, mark: str = "") -> Source:
    """An expression from the command line; *mark* tells it from others, which are all `«string»`."""
    name = f"«string»\x1f{mark}" if mark else "«string»"
    return Source(name, text, base=command.settings.cwd)


def stdin_source(command: Command) -> Source:
    """The program on the standard input."""
    text = command.host.read_stdin().decode("utf-8", "surrogateescape")
    return Source("«stdin»", text, base=command.settings.cwd)


def file_path(evaluator: Evaluator, word: str) -> str:
    """The path that a file argument means: relative to the working directory, `<name>`, or what is fetched
    from a URL, `channel:NAME` or `flake:REFERENCE`.
    """
    from nixlite.host.lookup_path import find_file, is_pseudo_url, lookup_path

    state = evaluator.state
    if is_pseudo_url(word) or word.startswith("flake:"):
        return str(state.operation("fetch_entry")(state, word, trusted=True))
    if len(word) > 2 and word.startswith("<") and word.endswith(">"):
        return find_file(state, lookup_path(state.settings, state.host), word[1:-1])
    return given_path(word, state.settings.cwd)
