"""Ten thousand evaluations in one process leave nothing behind: objects are counted, nothing is timed."""

from __future__ import annotations

import gc
import re
import weakref
from collections import Counter

import pytest

import nixlite

PROGRAMS = (
    "1 + {n}",
    "let f = x: x * {n}; in map f [ 1 2 3 ]",
    "rec {{ a = {n}; b = a + 1; c.d = [ a b ]; }}",
    "with builtins; fromJSON (toJSON {{ a = [ {n} ]; }})",
    'throw "no {n}"',
    "{{ a = 1; }}.b{n}",
    'builtins.match "(.*)-(.*)" "x-{n}"',
    '(derivation {{ name = "same"; system = "s"; builder = "b"; }}).drvPath',
    "with builtins; sort lessThan [ 3 {n} 1 ]",
    "let x = x + {n}; in x",
    "undefined{n}",
    "{{ syntax = {n} }}",
)
FILES = {"/file.nix": b"{ n }: n + (import ./other.nix)", "/other.nix": b"41"}

EVALUATIONS, FIRST = 10_000, 2_000
"""How many, and after how many everything that is kept once is there."""

FEW = 200
"""Objects that may be more at the end than at the first count: Python's own caches (of `isinstance`), counters."""


def evaluate(evaluator: nixlite.Evaluator, n: int) -> None:
    """One evaluation; every other one imports files."""
    try:
        if n % 2:
            evaluator.evaluate(PROGRAMS[n // 2 % len(PROGRAMS)].format(n=n)).to_python()
        else:
            assert evaluator.evaluate_file("/file.nix", {"n": n}).to_python() == n + 41
    except nixlite.NixError as error:
        str(error)


def objects() -> Counter[str]:
    """How many objects of each type there are that the collector knows; Python's own cache of patterns is emptied."""
    re.purge()
    gc.collect()
    return Counter(type(found).__name__ for found in gc.get_objects())


@pytest.mark.parametrize("each", [EVALUATIONS, 100], ids=["one evaluator", "a fresh evaluator now and then"])
def test_nothing_is_left_behind(each: int) -> None:
    """Neither in an evaluator that goes on living nor of one that is given up (*each* says after how many)."""
    first: Counter[str] = Counter()
    for n in range(EVALUATIONS):
        if n % each == 0:
            evaluator = nixlite.Evaluator(nixlite.Settings(), nixlite.MemoryHost(FILES))
        evaluate(evaluator, n)
        if n == FIRST - 1:
            first = objects()
    last = objects()
    assert (last - first).total() <= FEW, (last - first).most_common(10)


@pytest.mark.parametrize("text", ["1 + 1", "{ a = map (x: x + 1) [ 1 2 ]; }", "import /other.nix", "x: x"])
def test_what_is_given_up_is_gone_at_once(text: str) -> None:
    """Not when the cyclic collector runs: the evaluator then keeps what it compiled, and a host's data are free."""
    evaluator = nixlite.Evaluator(nixlite.Settings(), nixlite.MemoryHost(FILES))
    gone = weakref.ref(evaluator)
    gc.disable()
    try:
        evaluator.evaluate(text).to_python()
        del evaluator
        assert gone() is None
    finally:
        gc.enable()
