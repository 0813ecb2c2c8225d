"""`:search`: names and descriptions of what is in scope, with nothing built and little evaluated.

What a package says of itself is read from its file where it is not evaluated yet: a set of thousands is
searched in a second or two. Descriptions that are put together from parts are then not known.
"""

from __future__ import annotations

import os
import re
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.repl.commands.declaring import command
from nixlite.runtime.thunk import force, is_evaluated
from nixlite.runtime.values import ContextString, PrimOp, linked
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy

MOST = 40
"""Rows shown."""
LARGE = 20_000
"""Attributes of a set inside of another that are looked at."""
LEVELS = 2
"""Attributes of variables, and theirs as far as they are evaluated."""
SMALL = 200
"""Attributes of a set whose descriptions are evaluated, while there is time."""
PATIENCE = 1.0
"""Seconds for evaluating descriptions."""
_CALLED = re.compile(r"callPackages?\s+(\.{1,2}/[\w.+/-]+)")
_DESCRIPTION = re.compile(r'\bdescription\s*=\s*(?:"((?:[^"\\]|\\.)*)"|\'\'(.*?)\'\')', re.DOTALL)
_BRACKET = re.compile(r"[{}()\[\];]")
_NEAR = 1500
"""Characters of a definition that are read."""


class Match(NamedTuple):
    """Something found; the lower its *rank*, the better."""

    rank: int
    path: str
    description: str


@command(":search", own_argument="<word> …", help="Search names and descriptions in scope", own=True)
def search(conversation: Conversation, text: str) -> str:
    """`:search json`, `:search json python`: what has all the words in its name or description.

    Looked at are the builtins, the variables, and the attributes of variables that are sets, such as `pkgs`.
    Packages are not evaluated for that: their files say what they are.
    """
    words = text.lower().split()
    describer = Describer(conversation)
    found = []
    for path, name, cell, small in candidates(conversation):
        match = matching(words, path, name, describer.of(cell, evaluate=small))
        if match is not None:
            found.append(match)
    if not found:
        return f"nothing is called '{text}' or described so"
    found.sort(key=lambda match: (match.rank, match.path.lower()))
    return table(found, conversation.style.layout.width)


def matching(words: list[str], path: str, name: str, description: str) -> Match | None:
    """How well something is what the words look for, None for not at all."""
    lower, low = name.lower(), description.lower()
    if not all(word in lower or word in low for word in words):
        return None
    word = words[0]
    if word in lower:
        rank = 0 if lower == word else 1 if lower.startswith(word) else 2
    else:
        rank = 3 if re.search(rf"\b{re.escape(word)}\b", low) else 4
    return Match(rank, path, description)


def table(found: list[Match], width: int) -> str:
    """The first rows, and how many more there are."""
    rows = found[:MOST]
    column = min(max(len(match.path) for match in rows), max(12, width // 2 - 2))
    lines = []
    for match in rows:
        room = width - max(column, len(match.path)) - 3
        description = match.description
        if len(description) > room:
            description = f"{description[: max(room - 1, 0)]}…"
        lines.append(f"{match.path:{column}}  {description}".rstrip())
    if len(found) > MOST:
        lines.append(f"«{len(found) - MOST} more; another word narrows it»")
    return "\n".join(lines)


def candidates(conversation: Conversation) -> Iterator[tuple[str, str, Lazy, bool]]:
    """All that can be found: path, name, lazy, and whether it is one of few. What is found in several ways is
    there once, by the shortest."""
    builtins: Any = conversation.evaluator.guard(force, conversation.evaluator.state.globals["builtins"])
    for name in builtins:
        yield f"builtins.{name}", name, builtins[name], True
    around = [(variable, lazy) for variable, lazy in conversation.scope.items() if variable != "_"]
    for variable, lazy in around:
        yield attribute_name(variable), variable, lazy, True
    sets = [(attribute_name(variable), set_of(conversation, lazy)) for variable, lazy in around]
    seen: set[int] = set()
    for _ in range(LEVELS):
        inner: list[tuple[str, dict[str, Lazy]]] = []
        for start, attrs in sets:
            small = len(attrs) <= SMALL
            for name, cell in attrs.items():
                if name.startswith("_") or (type(cell) is list and id(cell) in seen):
                    continue
                seen.add(id(cell))
                path = f"{start}.{attribute_name(name)}"
                yield path, name, cell, small
                value: Any = evaluated(cell)
                if type(value) is dict and "drvPath" not in value and len(value) <= LARGE:
                    inner.append((path, value))
        sets = inner


def set_of(conversation: Conversation, lazy: Lazy) -> dict[str, Lazy]:
    """The attributes of a variable; none where it is no set, a package, or fails."""
    try:
        value: Any = conversation.evaluator.guard(force, lazy)
    except NixError:
        return {}
    return value if type(value) is dict and "drvPath" not in value else {}


def evaluated(lazy: Lazy) -> Any:
    """The value of what is evaluated already, else None."""
    if not is_evaluated(lazy):
        return None
    return force(lazy)


class Describer:
    """Tells what things are in a line; files are read once."""

    def __init__(self, conversation: Conversation, patience: float = PATIENCE) -> None:
        self.conversation = conversation
        self.until = monotonic() + patience
        self.files: dict[str, str] = {}
        self.packages: dict[str, str] = {}

    def of(self, lazy: Lazy, *, evaluate: bool = False) -> str:
        """The description of a lazy, "" where none is known. *evaluate*: look into it, if there is time."""
        value = evaluated(lazy)
        if type(value) is PrimOp:
            return first_paragraph(linked(value).doc or "")
        if type(value) is dict and "meta" in value:
            found = self.of_meta(value, evaluate=evaluate)
            if found:
                return found
        found = self.in_text(lazy)
        if found or not evaluate or value is not None or monotonic() > self.until:
            return found
        try:
            value = self.conversation.evaluator.guard(force, lazy)
        except NixError:
            return ""
        return self.of_meta(value, evaluate=True) if type(value) is dict and "meta" in value else ""

    def of_meta(self, package: Any, *, evaluate: bool) -> str:
        """What `meta.description` says."""
        if not evaluate and not is_evaluated(package["meta"]):
            return ""
        try:
            meta: Any = self.conversation.evaluator.guard(force, package["meta"])
            if type(meta) is not dict or "description" not in meta:
                return ""
            text: Any = self.conversation.evaluator.guard(force, meta["description"])
        except NixError:
            return ""
        return one_line(text.text if type(text) is ContextString else text if type(text) is str else "")

    def in_text(self, lazy: Lazy) -> str:
        """What the file of a package says, found by the place where the attribute is defined."""
        place: Any = lazy[2] if type(lazy) is list and len(lazy) > 2 else None
        if place is None or not place[0].startswith("/"):
            return ""
        file, line, column = place
        lines = self.lines_of(file)
        if line > len(lines):
            return ""
        near = "\n".join(lines[line - 1 : line + 30])[column - 1 : _NEAR]
        near = near[: ends(near)]
        called = _CALLED.search(near)
        if called is None:
            return described(near)
        path = os.path.normpath(os.path.join(os.path.dirname(file), called[1]))
        return self.of_file(path if path.endswith(".nix") else f"{path}/default.nix")

    def of_file(self, path: str) -> str:
        """The first description in a file."""
        if path not in self.packages:
            self.packages[path] = described(self.text_of(path))
        return self.packages[path]

    def lines_of(self, file: str) -> list[str]:
        """The lines of a file that others are found by."""
        known = self.conversation.evaluator.state.caches.setdefault("lines of files", {})
        if file not in known:
            known[file] = self.text_of(file).split("\n")
        found: list[str] = known[file]
        return found

    def text_of(self, path: str) -> str:
        """The text of a file, "" where it cannot be read."""
        try:
            return self.conversation.evaluator.host.read_bytes(path).decode("utf-8", "replace")
        except (NixError, OSError):
            return ""


def ends(text: str) -> int:
    """Where a definition ends, about: at the semicolon that no bracket is open at."""
    depth = 0
    for match in _BRACKET.finditer(text):
        sign = match[0]
        depth += (sign in "{([") - (sign in "})]")
        if depth < 0 or (sign == ";" and not depth):
            return match.start()
    return len(text)


def described(text: str) -> str:
    """The description written in a text."""
    found = _DESCRIPTION.search(text)
    if found is None:
        return ""
    plain = found[2]
    if found[1] is not None:
        plain = re.sub(r"\\(.)", lambda match: " " if match[1] in "nrt" else match[1], found[1])
    return "" if "${" in plain else one_line(plain)


def one_line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def first_paragraph(text: str) -> str:
    """What a docstring begins with, without marks."""
    return re.sub(r"[`*]", "", one_line(text.strip().split("\n\n")[0]))
