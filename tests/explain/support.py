"""What the tests of `explain` share: recorded evaluations of files in a directory of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.recording.program import Codes, Program
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
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


CODES = Codes(None)
"""The compiled package set, for all programs."""


def quiet_host() -> RealHost:
    """A host that prints no warnings."""
    host = RealHost()
    host.write_stderr = lambda text: None  # type: ignore[method-assign]
    return host


def set_program(function: str, base: str = "/") -> Program:
    """The program of a function of the bundled package set; the set is evaluated once for all its trials."""

    def evaluate(evaluator: InstrumentedEvaluator) -> Lazy:
        if "set" not in evaluator.kept:
            text = 'import <nixpkgs> { system = "x86_64-linux"; }'
            evaluator.kept["set"] = evaluator.evaluate_source(Source("«set»", text, base="/"))
        call = evaluator.base["call"]
        return call(evaluator.evaluate_source(Source("«string»", function, base=base)), evaluator.kept["set"])

    settings = Settings()
    settings.cwd = base
    return Program(settings, quiet_host(), evaluate, ["«string»"], CODES)
