"""What is said about each builtin beyond the first paragraph of its docstring: `builtins.md`.

entry("sort").text          # paragraphs
entry("sort").examples      # pairs (expression, what Nix answers; None for what is not tried, as it fetches)
"""

from __future__ import annotations

from nixlite.resources import PACKAGE

PROMPT = "nix-repl> "
_entries: dict[str, Entry] = {}


class Entry:
    """The text about one builtin, as Markdown, and its examples."""

    __slots__ = ("examples", "name", "text")

    def __init__(self, name: str, text: str, examples: list[tuple[str, str | None]]) -> None:
        self.name = name
        self.text = text
        self.examples = examples

    def markdown(self) -> str:
        """All of it, examples as a session shows them."""
        parts = [self.text] if self.text else []
        if self.examples:
            parts.append("**Example:**" if len(self.examples) == 1 else "**Examples:**")
        for expression, answer in self.examples:
            session = expression if answer is None else f"{PROMPT}{expression}\n{answer}"
            parts.append("\n".join([f"    {line}" for line in session.split("\n")]))
        return "\n\n".join(parts)


def entry(name: str) -> Entry | None:
    """What is said of `builtins.<name>`."""
    if not _entries:
        _entries.update(read(manual_text()))
    return _entries.get(name)


def manual_path() -> str:
    """The file, beside this module."""
    return f"{PACKAGE}/builtins/manual/builtins.md"


def manual_text() -> str:
    """All that is said; nothing where nixlite was packed without the file."""
    try:
        with open(manual_path(), encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def read(text: str) -> dict[str, Entry]:
    """The entries of a text in the form of `builtins.md`."""
    found = {}
    for part in text.split("\n## ")[1:]:
        name, _, rest = part.partition("\n")
        prose: list[str] = []
        examples: list[tuple[str, str | None]] = []
        for block in rest.strip("\n").split("\n\n"):
            if block.startswith("    "):
                examples.append(read_example([line[4:] for line in block.split("\n")]))
            elif block:
                prose.append(block)
        found[name] = Entry(name, "\n\n".join(prose), examples)
    return found


def read_example(lines: list[str]) -> tuple[str, str | None]:
    """Expression and answer; lines of an expression that goes on are indented as deep as the prompt."""
    if not lines[0].startswith(PROMPT):
        return "\n".join(lines), None
    margin = " " * len(PROMPT)
    end = 1
    while end < len(lines) and lines[end].startswith(margin):
        end += 1
    expression = "\n".join([lines[0][len(PROMPT) :], *[line[len(margin) :] for line in lines[1:end]]])
    return expression, "\n".join(lines[end:])
