"""What the tests of `explain` share: recorded evaluations of files in a directory of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.recording.program import Program
from nixlite.runtime.host import RealHost
from nixlite.runtime.settings import Settings
from nixlite.runtime.values import NixPath
from nixlite.source import Source

if TYPE_CHECKING:
    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.runtime.values import Lazy


def program_of(text: str, base: str = "/") -> Program:
    """The program of an expression."""

    def evaluate(evaluator: InstrumentedEvaluator) -> Lazy:
        return evaluator.evaluate_source(Source("«string»", text, base=base))

    return Program(Settings(), RealHost(), evaluate, ["«string»"])


def program_of_file(path: str) -> Program:
    """The program of a file."""
    return Program(Settings(), RealHost(), lambda evaluator: evaluator.import_file(NixPath(path)), [path])
