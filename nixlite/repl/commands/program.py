"""A session as a Nix file, for `:save x.nix`: what it has loaded and bound, for `:l x.nix` to bring back.

    # A session of nixlite repl; `:l x.nix` brings its names back.
    let
      set1 = import ./lib.nix;
      inherit (set1) double;
    in
    let
      x = 20;
      y = double x;
    in
    set1 // { inherit x y; }

In a session a binding sees what was before it, in `let` all see all. So `let` goes on for as long as that is
the same; where a name is bound anew by its old value, a set is put between, which sees what is outside.
"""

from __future__ import annotations

import os

from nixlite.errors import NixError
from nixlite.repl.commands.finding import walk
from nixlite.repl.commands.loading import evaluate_file, flake_value
from nixlite.runtime.values import FunctionType, NixPath
from nixlite.source import Source
from nixlite.spelling import attribute_name, quote
from nixlite.syntax import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.repl.conversation import Conversation

HEAD = "# A session of nixlite repl; `:l {name}` brings its names back.\n"
LOADING = (":l", ":load", ":lf", ":load-flake", ":a", ":add")


class Program:
    """The text, as it grows: lets that are closed, and the one that is open."""

    def __init__(self, conversation: Conversation, directory: str) -> None:
        self.conversation = conversation
        self.directory = directory
        self.parts: list[str] = []
        self.lines: list[str] = []  # of the open let
        self.names: set[str] = set()  # those that it binds
        self.read: set[str] = set()  # variables in it
        self.sets: list[str] = []  # names of the sets that were brought into scope
        self.taken = {name for bound in conversation.bound for name in bound.names} | set(conversation.scope)

    def fresh(self, start: str) -> str:
        """A name that the session does not have."""
        number = 1
        while f"{start}{number}" in self.taken:
            number += 1
        self.taken.add(f"{start}{number}")
        return f"{start}{number}"

    def close(self) -> None:
        """End the open let."""
        if self.lines:
            self.parts += ["let", *self.lines, "in"]
        self.lines, self.names, self.read = [], set(), set()

    def bind(self, text: str, names: frozenset[str]) -> None:
        """Add an input that has bound names."""
        read = variables(self.conversation, text)
        if read & names:
            self.close()
            step = self.fresh("step")
            self.lines = [f"  {step} = {{ {ended(text)} }};"]
            self.close()
            self.lines = [f"  inherit ({step}) {' '.join(map(attribute_name, sorted(names)))};"]
            self.close()
            return
        if names & (self.names | self.read):
            self.close()
        self.lines.append(f"  {ended(text)}")
        self.names |= names
        self.read |= read

    def load(self, expression: str, names: list[str]) -> None:
        """Add a set of which attributes with these *names* are read later."""
        self.close()
        name = self.fresh("set")
        self.lines = [f"  {name} = {expression};"]
        if names:
            self.lines.append(f"  inherit ({name}) {' '.join(map(attribute_name, names))};")
        self.close()
        self.sets.append(name)

    def text(self) -> str:
        """The whole."""
        self.close()
        origins = self.conversation.origins
        own = sorted(name for name in self.conversation.own if origins.get(name) == "bound by hand")
        inherited = f"{{ inherit {' '.join(map(attribute_name, own))}; }}" if own else ""
        result = " // ".join([*self.sets, *([inherited] if inherited else [])]) or "{ }"
        return "\n".join([*self.parts, result, ""])


def program_text(conversation: Conversation, path: str) -> str:
    """The file for a session, which is to lie at *path*."""
    program = Program(conversation, os.path.dirname(path))
    inputs = [text for text, _ in conversation.transcript]
    loaded = [text.split(None, 1) for text in inputs if text.split(None, 1)[:1] and text.startswith(":")]
    typed = {words[1].strip() for words in loaded if len(words) > 1 and words[0] in LOADING}
    for name in conversation.files:
        if name not in typed:
            add_file(program, name, -1)
    for bound in conversation.bound:
        if bound.at < 0:
            program.bind(bound.text, bound.names)
    at_input = {bound.at: bound for bound in conversation.bound if bound.at >= 0}
    for at, (text, answer) in enumerate(conversation.transcript):
        words = text.split(None, 1)
        if at in at_input:
            program.bind(at_input[at].text, at_input[at].names)
        elif len(words) > 1 and words[0] in LOADING and "Added " in answer:
            add_loaded(program, words[0], words[1].strip(), at)
    return HEAD.format(name=os.path.basename(path)) + program.text()


def add_loaded(program: Program, command: str, text: str, at: int) -> None:
    """What an input of `:l`, `:lf` or `:a` brought into scope."""
    conversation = program.conversation
    if command in (":l", ":load"):
        add_file(program, text, at)
    elif command in (":lf", ":load-flake"):
        reference = text if not text.startswith((".", "/")) else f"path:{absolute(conversation, text)}"
        value = tried(lambda: flake_value(conversation.evaluator, text))
        program.load(f"builtins.getFlake {quote(reference)}", wanted(conversation, value, at))
    else:
        value = tried(lambda: conversation.evaluate(text))
        program.load(f"({text}\n  )" if "#" in text else f"({text})", wanted(conversation, value, at))


def add_file(program: Program, name: str, at: int) -> None:
    """What a file brought into scope."""
    conversation = program.conversation
    value = tried(lambda: evaluate_file(conversation, name))
    if name.startswith("<"):
        path, place = name, name
    else:
        place = absolute(conversation, name)
        near = os.path.relpath(place, program.directory)
        path = place if near.startswith("../..") else near if near.startswith("..") else f"./{near}"
        if any(c not in "/._+-" and not c.isalnum() for c in path):
            path = f"(/. + {quote(place)})"
    function = tried(lambda: conversation.evaluator.import_file(NixPath(place))) if place[0] == "/" else None
    called = " { }" if name.startswith("<") or type(function) is FunctionType else ""
    program.load(f"import {path}{called}", wanted(conversation, value, at))


def absolute(conversation: Conversation, name: str) -> str:
    """A path of the session, from the root."""
    return os.path.normpath(os.path.join(conversation.evaluator.settings.cwd, os.path.expanduser(name)))


def wanted(conversation: Conversation, value: Any, at: int) -> list[str]:
    """The attributes of a set that inputs after number *at* read."""
    if type(value) is not dict:
        return []
    later = [bound.text for bound in conversation.bound if bound.at > at or at < 0]
    later += [text.split(None, 1)[1] for text, _ in conversation.transcript[at + 1 :] if text[:3] == ":a "]
    read: set[str] = set()
    for text in later:
        read |= variables(conversation, text)
    return sorted(name for name in value if name in read)


def tried(find: Any) -> Any:
    """What a function gives, None where it fails."""
    try:
        return find()
    except NixError:
        return None


def variables(conversation: Conversation, text: str) -> set[str]:
    """The names that an input reads, also those that are bound inside of it."""
    for parse in (conversation.evaluator.parse_bindings, conversation.evaluator.parse):
        try:
            tree: Any = parse(
                Source("«save»", ended(text) if parse != conversation.evaluator.parse else text)
            )
        except NixError:
            continue
        found = {node.name for node, _ in walk(tree) if isinstance(node, nodes.Var)}
        if text.lstrip().startswith("inherit"):
            found |= set(text.replace(";", " ").split()[1:])
        return found
    return set()


def ended(text: str) -> str:
    """Bindings with their last semicolon."""
    text = text.strip()
    if text.endswith(";"):
        return text
    return f"{text}\n  ;" if "#" in text.rpartition("\n")[2] else f"{text};"
