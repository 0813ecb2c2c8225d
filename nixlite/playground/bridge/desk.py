"""The files that are being worked on, and evaluators over them.

All is in memory: the files of the page are below `FOLDER`, what comes along with nixlite is where it lies,
and there is nothing else. Each evaluation has `Limits`, and so has each question about one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nixlite.cli.auto_call import auto_call
from nixlite.errors import UsageError
from nixlite.evaluator import Evaluator
from nixlite.explain.recording.program import Codes, Program
from nixlite.host.memory import MemoryHost
from nixlite.host.settings import Settings
from nixlite.limits.budget import Budget, Limits
from nixlite.runtime.values import NixPath

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.recording.observing import Observer
    from nixlite.explain.recording.recorder import Recorder
    from nixlite.runtime.values import Lazy, Value

FOLDER = "/playground"
SYSTEM = "x86_64-linux"
"""What packages are for: store paths are the same in every browser."""

NAME = re.compile(r"(?:[\w+-][\w.+-]*/)*[\w+-][\w.+-]*")
"""What a file may be called."""

SECONDS, ASKING = 20.0, 60.0
"""How long evaluating may take, and answering a question about it, which evaluates several times."""

MEMORY = 1 << 30
"""Bytes by which one evaluation may make the interpreter grow."""

DEEPEST = 1000
"""Brackets within each other in a file: WebAssembly's stack is small, and a syntax tree is as deep."""

FILES, SIZE = 64, 1 << 20
"""How many files there may be, and how many characters each has at most."""


class Host(MemoryHost):
    """Files in memory, and what is written to the standard error since it was last asked for."""

    def said(self) -> str:
        """What was traced and warned of, which is forgotten then."""
        text = "".join(self.stderr)
        self.stderr.clear()
        return text


class Bounded(Program):
    """A program whose every evaluation has what is left of one budget; `first` is the evaluator of the first
    one, which knows the sources as they are."""

    def __init__(self, desk: Desk, path: str, expression: str | None = None) -> None:
        self.desk = desk
        self.budget = Budget(Limits(seconds=ASKING))
        self.path = path
        self.expression = expression
        super().__init__(desk.settings, desk.host, self.value, [path], desk.codes)
        self.quiet = True  # its warnings were shown when it was evaluated
        self.first: InstrumentedEvaluator | None = None

    def value(self, evaluator: InstrumentedEvaluator) -> Lazy:
        """The value of the file."""
        return auto_call(evaluator.import_file(NixPath(self.path)), {})

    def open(
        self,
        recorder: Recorder | None = None,
        edits: dict[str, str] | None = None,
        observer: Observer | None = None,
    ) -> InstrumentedEvaluator:
        """An evaluator for it."""
        evaluator = super().open(recorder, edits, observer)
        evaluator.limit(self.budget)
        self.first = self.first or evaluator
        return evaluator


class Desk:
    """`files` are the texts by name. `evaluator` and `root` are those of the last evaluation: what the page
    shows of a value is looked at there."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.files: dict[str, str] = {}
        self.host = Host({f"{FOLDER}/.keep": ""}, env={"HOME": FOLDER})
        self.settings = Settings(cwd=FOLDER)
        self.settings.system = SYSTEM
        self.codes = Codes(None)
        self.limits = limits
        self.evaluator = self.make_evaluator()
        self.root: Value = None
        self.main = ""

    def make_evaluator(self) -> Evaluator:
        """One that has evaluated nothing yet."""
        evaluator = Evaluator(self.settings, self.host, self.codes)
        evaluator.limit(Budget(self.limits or Limits(seconds=SECONDS, memory=MEMORY)))
        return evaluator

    def put(self, files: Mapping[str, str]) -> None:
        """Have these files and no others. Raises UsageError for a name that no file can have."""
        if len(files) > FILES:
            raise UsageError(f"there may be {FILES} files, not {len(files)}")
        for name, text in files.items():
            check_file(name, text)
        if files == self.files:
            return
        self.files = dict(files)
        self.host.files.clear()
        self.host.directories.clear()
        self.host.directories["/"] = {}
        self.host.make_directory(FOLDER)
        for name, text in files.items():
            self.host.add(f"{FOLDER}/{name}", text)

    def path(self, name: str) -> str:
        """The path of a file. Raises UsageError if there is none of that name."""
        if name not in self.files:
            raise UsageError(f"there is no file '{name}'", hint=f"There are {', '.join(sorted(self.files))}.")
        return f"{FOLDER}/{name}"

    def evaluate(self, main: str) -> Value:
        """The value of a file, in WHNF; a function whose arguments have defaults is called. Raises
        NixError."""
        self.main, self.root = main, None
        self.evaluator = self.make_evaluator()
        self.host.said()
        path = NixPath(self.path(main))
        self.root = self.evaluator.guard(lambda at: auto_call(self.evaluator.import_file(at), {}), path)
        return self.root

    def program(self, main: str) -> Bounded:
        """A file as a program that can be asked about."""
        return Bounded(self, self.path(main))

    def read(self, shown: str) -> str:
        """The text of a file by the name under which it is shown. Raises NixError."""
        if shown in self.files:
            return self.files[shown]
        if shown.startswith("<") and ">" in shown:
            from nixlite.host.lookup_path import find_file

            name, _, rest = shown[1:].partition(">")
            path = find_file(self.evaluator.state, [], name + rest, tell=False)
        else:
            path = shown if shown.startswith("/") else f"{FOLDER}/{shown}"
        return self.host.read_bytes(path).decode("utf-8", "replace")


def check_file(name: str, text: Any) -> None:
    """Raise UsageError for a file that there cannot be."""
    if not NAME.fullmatch(name) or ".." in name:
        raise UsageError(
            f"'{name}' is no name for a file",
            hint="Letters, digits, '-', '_', '+' and '.', with '/' between folders: overlays/one.nix.",
        )
    if not isinstance(text, str) or len(text) > SIZE:
        raise UsageError(f"'{name}' is larger than {SIZE // 1024} kB")
    depth, at = deepest(text)
    if depth > DEEPEST:
        line = text.count("\n", 0, at) + 1
        raise UsageError(
            f"{name}:{line}: brackets are nested more than {DEEPEST} deep",
            hint="A browser's stack is too small for that; `nixlite eval` on a machine takes it.",
        )


def deepest(text: str) -> tuple[int, int]:
    """How many brackets are open within each other at most, and where it is so first. Those in strings and
    comments count as well: nobody writes a thousand of them."""
    depth = most = at = 0
    for found in re.finditer(r"[\[({]+|[\])}]+", text):
        if found[0][0] in "[({":
            depth += len(found[0])
            if depth > most:
                most, at = depth, found.end() - 1
        else:
            depth = max(0, depth - len(found[0]))
    return most, at
