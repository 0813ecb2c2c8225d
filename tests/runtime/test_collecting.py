"""Python's cyclic collector: it runs seldom while something is evaluated, often enough, and as before afterwards."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from nixlite import Evaluator, Limits, NixError, evaluate
from nixlite.runtime.collecting import LEAST

GARBAGE = """
let round = n: let s = rec { a = b; b = { inherit a c; }; c = x: s.a or x; d = [ a b c s ]; };
  in builtins.seq s.b (builtins.length s.d);
in builtins.foldl' (sum: n: sum + round n) 0 (builtins.genList (n: n) 1500000)
"""
"""Sets that refer to themselves, of which nothing is kept: more than 3 GB of them."""

TREE = """
let garbage = n: let s = rec { a = b; b = { inherit a c; }; c = x: s.a or x; d = [ a b c s ]; };
      in builtins.seq s.b (builtins.length s.d);
    package = n: derivation { name = "p${toString n}"; system = "any"; builder = "/bin/sh";
      size = builtins.foldl' (sum: n: sum + garbage n) 0 (builtins.genList (n: n) 300); };
in builtins.foldl' (sum: n: builtins.seq (package n).drvPath (sum + 1200)) 0 (builtins.genList (n: n) 3000)
"""
"""The same, as what the derivations of a tree leave behind."""

MEASURED = """
import sys
from nixlite import evaluate
from nixlite.runtime import collecting
if sys.argv[3:]:
    from resource import RLIMIT_AS, setrlimit
    setrlimit(RLIMIT_AS, (int(sys.argv[3]), int(sys.argv[3])))
assert evaluate(sys.argv[1]).to_python() == int(sys.argv[2])
(line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(int(line.split()[1]) // 1024)  # ru_maxrss would begin with what the parent takes
"""


def megabytes(program: str, value: int, *most: str) -> int:
    """The memory that evaluating a program takes at most; *most*: bytes that the process may have."""
    command = [sys.executable, "-c", MEASURED, program, str(value), *most]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def threshold_during() -> int:
    """The collector's first threshold while something is evaluated."""
    during: list[int] = []

    def look(x: int) -> int:
        during.append(gc.get_threshold()[0])
        return x

    assert Evaluator().evaluate("look 1", scope={"look": look}).to_python() == 1
    return during[0]


def test_the_setting_is_as_it_was_when_nobody_evaluates() -> None:
    before = gc.get_threshold(), list(gc.callbacks)
    assert threshold_during() >= LEAST
    assert (gc.get_threshold(), list(gc.callbacks)) == before


def test_the_setting_is_as_it_was_after_an_error() -> None:
    before = gc.get_threshold(), list(gc.callbacks)
    with pytest.raises(NixError):
        evaluate('throw "x"').to_python()
    assert (gc.get_threshold(), list(gc.callbacks)) == before


def test_cyclic_garbage_takes_a_bounded_amount_of_memory() -> None:
    assert megabytes(GARBAGE, 6_000_000) < 1200


def test_garbage_of_a_tree_does_not_use_up_what_a_process_may_have() -> None:
    assert megabytes(TREE, 3_600_000, str(1_200_000_000)) < 1000


def test_garbage_does_not_use_up_what_an_evaluation_may_take() -> None:
    assert evaluate(TREE, limits=Limits(memory=1_000_000_000)).to_python() == 3_600_000


def test_a_process_without_the_collector_goes_without_it() -> None:
    before = gc.get_threshold()
    gc.set_threshold(0)
    try:
        assert threshold_during() == 0
    finally:
        gc.set_threshold(*before)


KEPT = "builtins.listToAttrs (builtins.genList (n: { name = toString n; value = [ n { } ]; }) 200000)"
"""A set of many objects."""


def test_what_was_made_is_not_looked_at_when_an_evaluation_ends() -> None:
    gc.unfreeze()  # a session that another test has had may have put something aside
    gc.collect()
    looked_at: list[int] = []

    def look(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            looked_at.append(sum(len(gc.get_objects(old)) for old in range(info["generation"] + 1)))

    gc.callbacks.append(look)
    try:
        value = Evaluator().evaluate(f"builtins.deepSeq ({KEPT}) ({KEPT})")
        held = [[] for _ in range(5000)]  # Python has reason to run its collector
    finally:
        gc.callbacks.remove(look)
    assert looked_at
    assert max(looked_at) < 20_000
    assert gc.get_freeze_count() < 1000
    assert len(value) == 200_000
    assert len(held) == 5000


def test_garbage_that_was_not_looked_at_is_not_in_the_way_of_who_has_a_limit() -> None:
    gc.unfreeze()
    gc.collect()
    program = GARBAGE.replace("1500000", "50000")
    for _ in range(4):
        assert Evaluator().evaluate(program) == 200_000
    before = sys.getallocatedblocks()
    assert Evaluator(limits=Limits(memory=1_000_000_000)).evaluate("1 + 1") == 2
    assert sys.getallocatedblocks() < before - 500_000


def test_what_a_process_has_frozen_stays_frozen() -> None:
    gc.collect()
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        assert len(Evaluator().evaluate(f"builtins.deepSeq ({KEPT}) ({KEPT})")) == 200_000
        assert 0 < gc.get_freeze_count() <= frozen
    finally:
        gc.unfreeze()


REPEATED = """
import sys
from nixlite import Evaluator
for _ in range(int(sys.argv[2])):
    assert Evaluator().evaluate(sys.argv[1]).to_python() == 300_000
(line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(int(line.split()[1]) // 1024)
"""


def test_evaluations_that_leave_garbage_one_after_another_take_a_bounded_amount_of_memory() -> None:
    program = GARBAGE.replace("1500000", "75000")
    taken = []
    for times in ("30", "60"):
        command = [sys.executable, "-c", REPEATED, program, times]
        taken.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    assert taken[1] < 1.3 * taken[0], taken
    assert taken[1] < 1500
