"""Evaluating one expression in this process, as `nix-instantiate --eval --strict -E` would."""

from __future__ import annotations

from nixlite.evaluator import Evaluator
from nixlite.formats.nix.deep import force_deep
from nixlite.formats.nix.instantiated import show_shallow
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.source import Source

SETTINGS = Settings(cwd="/work")


def evaluate(expression: str) -> str:
    """What is printed for *expression*, in which all builtins are variables. Errors are raised."""
    evaluator = Evaluator(SETTINGS.copy(), CapturingHost({}))
    return evaluator.guard(_printed, (evaluator, expression))


def _printed(job: tuple[Evaluator, str]) -> str:
    evaluator, expression = job
    source = Source("«string»", f"with builtins; {expression}", base="/work")
    value = evaluator.evaluate_source(source)
    force_deep(evaluator.state, value)
    return show_shallow(value)
