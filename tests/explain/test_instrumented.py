"""Recorded evaluation gives what normal evaluation gives, and does not take much longer."""

from __future__ import annotations

import time
from typing import Any

import pytest

from nixlite.evaluator import Evaluator
from nixlite.explain.recording.instrumented import InstrumentedEvaluator
from nixlite.explain.recording.leaves import comparable
from nixlite.explain.recording.program import Program
from nixlite.explain.recording.recorder import Reads
from nixlite.formats.nix.deep import force_deep
from nixlite.formats.nix.instantiated import show_shallow
from nixlite.host.capturing import CapturingHost
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.runtime.call import call
from nixlite.runtime.thunk import force
from nixlite.runtime.values import linked
from nixlite.source import Source
from tests.compiler.test_programs import CASES
from tests.explain.support import program_of

DRV = "(import <nixpkgs> { }).python3Packages.pytorch-lightning.drvPath"


@pytest.mark.parametrize(("text", "printed"), [(text, printed) for text, printed, _ in CASES])
def test_the_same_value(text: str, printed: str) -> None:
    def evaluate(evaluator: InstrumentedEvaluator) -> Any:
        return evaluator.evaluate_source(Source("/base/x.nix", text, base="/base", path="/base/x.nix"))

    found = Program(Settings(cwd="/base"), CapturingHost({}), evaluate).checked()
    found.evaluator.guard(lambda root: comparable(found, root, 20), found.root)
    for cell in found.recorder.cells:
        if type(cell[0]) is Reads:
            cell[0] = None  # as after a normal evaluation
    force_deep(found.evaluator.state, found.root)
    assert show_shallow(found.root) == printed


def test_the_bundled_packages_are_the_same_and_it_does_not_take_ten_times_as_long() -> None:
    start = time.process_time()
    evaluator = Evaluator(Settings(), RealHost())
    normal = evaluator.evaluate_source(Source("«string»", DRV, base="/"))
    middle = time.process_time()
    recorded = program_of(DRV).checked().root
    end = time.process_time()
    assert (normal.text, normal.context) == (recorded.text, recorded.context)  # type: ignore[union-attr]
    assert end - middle <= 10 * (middle - start)


def test_nothing_of_it_is_in_a_normal_evaluator() -> None:
    evaluator = Evaluator(Settings(), RealHost())
    InstrumentedEvaluator(Settings(), RealHost())
    assert evaluator.base["force"] is force
    assert evaluator.base["call"] is call
    assert "created" not in evaluator.base
    assert linked(evaluator.state.builtins["map"]).function.__globals__["force"] is force
