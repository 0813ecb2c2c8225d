"""From text to inputs: where one ends and the next begins, whether the last is whole, and transcripts.

An input ends with the line where it is whole, unless what follows can only belong to it: lines that are
indented, or begin with an operator or a closing bracket.
"""

from __future__ import annotations

import re

from nixlite.repl.prompts import CONTINUATION, PROMPT, STOPPED
from nixlite.syntax.lines import EXPRESSION, OPEN, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nixlite.repl.rows import Row

    Commands = Callable[[], Mapping[str, Row]]

_BEGINNING = re.compile(
    r"(?!(?:then|else|in|or)\b)[A-Za-z_\"(\[{0-9]|<\w|\.{0,2}/\w|~/|!(?!=)|-\S|''|:[a-z?!]|\#|/\*|\$\{"
)
"""What an input of its own begins with, where what is before it is whole."""


class Input:
    """An input that is read line by line. *commands* gives the commands of the session, by their names."""

    def __init__(self, commands: Commands, features: frozenset[str] = frozenset()) -> None:
        self.commands = commands
        self.features = features
        self.lines: list[str] = []
        self.place = Place()
        self.is_command = False
        """A command whose argument is no Nix, or is missing: it ends with its line."""

    @property
    def text(self) -> str:
        """What has been read."""
        return "".join([f"{line}\n" for line in self.lines])

    def add(self, line: str) -> None:
        """Take one more line, given without its end."""
        if not self.has_begun and line.lstrip().startswith(":"):
            self.lines = [line]  # without comments, which commands do not know
            line = self.begin_command(line)
        else:
            self.lines.append(line)
        if not self.is_command:
            self.place = self.place.then(line, self.features)

    @property
    def has_begun(self) -> bool:
        """Whether there is more than blanks and comments."""
        return self.is_command or not self.place.is_blank

    def begin_command(self, line: str) -> str:
        """The line without the command's name."""
        name, *rest = line.split(None, 1)
        row = self.commands().get(name)
        self.is_command = row is None or not row.takes_expression or not rest
        return rest[0] if rest else ""

    @property
    def verdict(self) -> str:
        """What the text is; see `syntax.lines`. A command with its argument counts as an expression."""
        return EXPRESSION if self.is_command else self.place.verdict()

    @property
    def is_open(self) -> bool:
        """Whether more lines are needed."""
        return (self.has_begun or self.begins_comment) and self.verdict == OPEN

    @property
    def begins_comment(self) -> bool:
        """Whether all there is so far is a comment without its end."""
        return not self.is_command and self.place.is_comment

    def ends_before(self, line: str) -> bool:
        """Whether the next line begins another input."""
        if self.is_open or not self.has_begun:
            return False
        return self.is_command or _BEGINNING.match(line) is not None


class NixInput(Input):
    """An input as `nix repl` takes it: where it ends depends on nothing that follows."""

    def begin_command(self, line: str) -> str:
        """A command that takes an expression waits for it."""
        name, *rest = line.split(None, 1)
        row = self.commands().get(name)
        self.is_command = row is None or not row.takes_expression
        return rest[0] if rest else ""

    @property
    def has_begun(self) -> bool:
        """Whether there is more than blanks."""
        return any(line.strip() for line in self.lines)

    @property
    def is_open(self) -> bool:
        """Whether `nix repl` asks for more lines."""
        return self.has_begun and not self.is_command and self.place.waits_as_nix()


def split(text: str, commands: Commands, features: frozenset[str] = frozenset()) -> list[Input]:
    """The inputs in a text, which may be a transcript. Only the last can be open."""
    found: list[Input] = []
    for line in without_prompts(text.split("\n")):
        if not found or found[-1].ends_before(line):
            found.append(Input(commands, features))
        found[-1].add(line)
    return [given for given in found if given.has_begun]


def is_prompted(text: str) -> bool:
    """Whether a text was copied from a session, with its prompts."""
    return any(text.startswith(prompt) or f"\n{prompt}" in text for prompt in (PROMPT, STOPPED))


def without_prompts(lines: Iterable[str]) -> Iterator[str]:
    """The lines of inputs; of a transcript those behind prompts, for the others are answers."""
    is_transcript = False
    for line in lines:
        prompt = next((x for x in (PROMPT, STOPPED) if line.startswith(x) or line == x.rstrip()), "")
        if prompt:
            is_transcript = True
            yield line[len(prompt) :]
        elif not is_transcript:
            yield line
        elif line.startswith(CONTINUATION) or line == CONTINUATION.rstrip():
            yield line[len(CONTINUATION) :]
