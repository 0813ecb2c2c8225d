"""`filter (x: x != e)` over long lists: what nix-instantiate 2.34.8 says, and who counts calls sees them all."""

from __future__ import annotations

import random
from typing import Any

import pytest

from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.observe.counting import CallCounter
from nixlite.runtime import membership
from nixlite.runtime.thunk import force
from nixlite.source import Source
from tests.builtins.evaluation import evaluate

WORDS = """
    n = let l = genList (i: "s${toString (i - 5 * (i / 5))}") 80; in deepSeq l l;
    c = "s1" + substring 0 0 (derivation { name = "x"; builder = "/b"; system = "x"; }).outPath;
    s = { outPath = "/a"; };
"""

CASES = [
    ('length (filter (x: x != "s1") n)', "64"),
    ('length (filter (x: "s1" == x) n)', "16"),
    ('let e = "s" + "2"; in length (filter (x: e != x) n)', "64"),
    ("length (filter (x: x != 1) (n ++ [ 1 1.0 2 ]))", "81"),
    ("let e = 1; in length (filter (x: x == e) (n ++ [ 1 1.0 2 ]))", "2"),
    ('let e = "s1"; in length (filter (x: x != e) (n ++ [ true null { } (x: x) /a s ]))', "70"),
    ('let e = "s1"; in length (filter (x: x == e) (n ++ [ c ]))', "17"),
    ("let e = c; in length (filter (x: x == e) n)", "16"),
    ("let f = x: x; in length (filter (x: x == f) (n ++ [ f ]))", "0"),
    ('let e = "s1"; f = x: x != e; in [ (length (filter f n)) (map f [ "s1" ]) ]', "[ 64 [ false ] ]"),
    ('let e = "s9"; in filter (x: x != e) n == n', "true"),
    ('let go = e: filter (x: x != e) n; in map (e: length (go e)) [ "s0" 1 null n ]', "[ 64 80 80 80 ]"),
]


@pytest.mark.parametrize(("expression", "printed"), CASES)
def test_it_gives_what_nix_gives(expression: str, printed: str) -> None:
    assert evaluate(f"let {WORDS} in {expression}") == printed


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ('let e = "s1"; in filter (x: x != e) (n ++ [ (throw "no") ])', "no"),
        ('let e = throw "e"; in filter (x: x != e) n', "e"),
        ('let e = throw "e"; in filter (x: e != x) ([ (throw "first") ] ++ n)', "e"),
    ],
)
def test_it_fails_as_nix_does(expression: str, message: str) -> None:
    with pytest.raises(NixError) as caught:
        evaluate(f"let {WORDS} in {expression}")
    assert caught.value.message == message


def test_who_counts_calls_sees_them_all() -> None:
    evaluator = Evaluator(Settings(cwd="/work"), CapturingHost({}))
    text = f'with builtins; let {WORDS} e = "s1"; in length (filter (x: x != e) n)'
    with CallCounter() as counter:
        evaluator.guard(evaluator.evaluate_source, Source("«string»", text, base="/work"))
    at = text[: text.index("x: x != e")].splitlines()
    place = ("«string»", len(at), len(at[-1]) + 1)
    assert {row.place: row.calls for row in counter.calls().functions}[place] == 80


def element(chosen: random.Random) -> Any:
    """An element: mostly strings, as they may lie in lists."""
    text = chosen.choice("abcd")
    return chosen.choice(
        [text, text, [None, text], [None, text], [lambda payload: payload, text], 1, None, ("a",)]
    )


def test_what_is_compared_in_place_is_what_the_function_would_say() -> None:
    evaluator = Evaluator(Settings(cwd="/work"), CapturingHost({}))
    chosen = random.Random(1)

    def compare(function: Any) -> None:
        for _ in range(200):
            items = tuple(element(chosen) for _ in range(chosen.randrange(1, 9)))
            sought = element(chosen)
            (made,) = function(sought)
            found = membership.passing(force(made), items)
            assert found is not None
            (plain,) = function(sought)
            asked = force(plain)
            assert [id(item) for item in found] == [id(item) for item in items if asked(item)]

    for operator in ("==", "!="):
        source = Source("«string»", f"e: [ (x: x {operator} e) ]", base="/work")
        evaluator.guard(compare, evaluator.guard(evaluator.evaluate_source, source))
