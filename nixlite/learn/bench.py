"""Evaluating for a lesson: the bundled package set as `<nixpkgs>`, one system, and of files only the
lesson's.

What comes out is text (`Outcome`): it goes through pipes, is compared, and is kept with the learner's
progress.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nixlite.errors import NixError, StackOverflow
from nixlite.evaluator import Evaluator
from nixlite.formats.nix.evaluated import show_value
from nixlite.resources import stdlib_directory
from nixlite.runtime.thunk import force
from nixlite.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.cache.files import Cache
    from nixlite.host.host import Host
    from nixlite.runtime.values import Lazy, Value

SYSTEM = "x86_64-linux"
"""What packages are for in a course, so that store paths are the same everywhere."""

FUNCTION = re.compile(r"«(?:lambda|primop|partially applied primop)[^»]*»")
FAILS = "error"
"""What is said, and written down, for an expression that cannot be evaluated."""


@dataclass(frozen=True)
class Outcome:
    """What an expression gives: `shown` is its value, evaluated all through, or the error's message;
    functions are all alike. `report` is the error as Nix shows it."""

    shown: str
    failed: bool = False
    report: str = ""

    def __str__(self) -> str:
        return f"error: {self.shown}" if self.failed else self.shown

    def same(self, other: Outcome) -> bool:
        """Whether both are the same value, or both fail."""
        return self.failed == other.failed and (self.failed or self.shown == other.shown)


class Bench:
    """An evaluator for one lesson. *folders* are what programs may read beside the package set."""

    def __init__(self, host: Host, folders: list[str], cache: Cache | None = None) -> None:
        from nixlite.host.settings import Settings

        self.folders = folders
        settings = Settings(cwd=folders[0])
        settings.restrict_eval = True
        settings.verbosity = -1  # warnings and traces have no place on a page
        settings.system = SYSTEM
        settings.lookup_path = [
            ("nixpkgs", f"{stdlib_directory()}/nixpkgs"),
            *[(f"course{n}", at) for n, at in enumerate(folders)],
        ]
        settings.lookup_path.append(("nixlite", stdlib_directory()))
        self.evaluator = Evaluator(settings, host, cache)
        self.texts = 0

    def value(self, text: str, folder: str, name: str = "") -> Value:
        """The value of an expression, in WHNF; paths in it are relative to *folder*. Raises NixError."""
        self.texts += 1
        return self.evaluator.evaluate_source(Source(name or f"«lesson»\x1f{self.texts}", text, base=folder))

    def outcome(self, make: Callable[[], Lazy]) -> Outcome:
        """What `make()` gives, evaluated all through."""
        try:
            return Outcome(self.evaluator.guard(lambda _: self.shown(make()), None))
        except (NixError, RecursionError) as error:
            return self.failure(error)

    def shown(self, lazy: Lazy) -> str:
        """A value's text."""
        return FUNCTION.sub("«function»", show_value(self.evaluator.state, force(lazy)))

    def failure(self, error: NixError | RecursionError) -> Outcome:
        """What is told of an error."""
        from nixlite.traces.rendering import render_error

        told = error if isinstance(error, NixError) else StackOverflow().with_traceback(error.__traceback__)
        self.evaluator.explain(told)
        message = FUNCTION.sub("«function»", told.message.partition("\n")[0])
        report = render_error(told, show_trace=False, colour=False)
        for folder in self.folders:  # the same mistake has the same message, wherever the file lies
            message, report = (text.replace(f"{folder}/", "") for text in (message, report))
        return Outcome(message, failed=True, report=report)

    def of_text(self, text: str, folder: str) -> Outcome:
        """What an expression gives."""
        return self.outcome(lambda: self.value(text, folder))
