"""How two values differ."""

from __future__ import annotations

import pytest

from nixlite.evaluator import Evaluator
from nixlite.explain.diff.values import ADDED, CHANGED, REMOVED, Difference, diff, render_diff
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.source import Source


def differences(pair: str) -> tuple[Evaluator, list[Difference]]:
    """Those of a list of two values."""
    evaluator = Evaluator(Settings(), CapturingHost({}))
    value = evaluator.evaluate_source(Source("«string»", pair))
    assert type(value) is tuple
    return evaluator, diff(value[0], value[1], evaluator.state)


CASES = [
    # pair                                                    places                              why
    ("[ 1 1 ]",                                               [],                                 "equal numbers"),
    ("[ 1 1.0 ]",                                             [((), CHANGED)],                    "another type"),
    ("[ { a = 1; b = 2; } { a = 1; c = 2; } ]",               [(("b",), REMOVED), (("c",), ADDED)], "sets"),
    ("[ { a.b.c = 1; } { a.b.c = 2; } ]",                     [(("a", "b", "c"), CHANGED)],       "deep inside"),
    ("[ [ 1 2 3 ] [ 1 3 ] ]",                                 [((1,), REMOVED)],                  "one element less"),
    ("[ [ 1 3 ] [ 1 2 3 ] ]",                                 [((1,), ADDED)],                    "one element more"),
    ("[ [ 1 2 ] [ 2 1 ] ]",                                   [((0,), CHANGED), ((1,), CHANGED)], "order counts"),
    ('let t = throw "no"; in [ { a = t; } { a = t; } ]',      [],                                 "what is shared is not looked at"),
    ('[ { a = throw "no"; } { a = 1; } ]',                    [(("a",), CHANGED)],                "an error"),
    ('[ { a = throw "no"; } { a = throw "no"; } ]',           [],                                 "the same error"),
    ('let x = { a = x; }; y = { a = y; }; in [ x y ]',        [],                                 "values that contain themselves"),
    ("let x = { a = x; n = 1; }; y = { a = y; n = 2; }; in [ x y ]", [(("n",), CHANGED)],         "each pair once"),
    ('[ { added = 1; } { added = 1; new = throw "no"; } ]',   [(("new",), ADDED)],                "what is new is not evaluated"),
    ("let f = n: { g = x: n; }; in [ (f 1) (f 2) ]",          [],                                 "functions from the same place"),
    ("[ (x: x) (x: x) ]",                                     [((), CHANGED)],                    "functions from two places"),
    ("[ map builtins.map ]",                                  [],                                 "builtins"),
    ("[ /a /b ]",                                             [((), CHANGED)],                    "paths"),
    ('let d = v: derivation { name = "x-${v}"; system = "s"; builder = "b"; V = v; }; in [ (d "1") (d "2") ]',
     [(("V",), CHANGED), (("drvPath",), CHANGED), (("name",), CHANGED), (("outPath",), CHANGED)], "derivations as sets"),
]  # fmt: skip


@pytest.mark.parametrize(("pair", "places", "why"), CASES, ids=[case[2] for case in CASES])
def test_differences(pair: str, places: list[tuple[tuple[str | int, ...], str]], why: str) -> None:
    _, found = differences(pair)
    assert [(difference.path, difference.kind) for difference in found] == places


def test_rendered() -> None:
    evaluator, found = differences(
        '[ { a = 1; "b c" = [ 1 2 3 ]; s = "x\\ny"; o = 1; } { a = 2; "b c" = [ 1 3 ]; s = "x\\nz"; n.m = 1; } ]'
    )
    assert render_diff(found, evaluator.state).split("\n") == [
        "~ a: 1 → 2",
        '- "b c"[1] = 2',
        "+ n = { m = 1; }",
        "- o = 1",
        "~ s:",
        "  @@ -1,2 +1,2 @@",
        "   x",
        "  -y",
        "  +z",
    ]
