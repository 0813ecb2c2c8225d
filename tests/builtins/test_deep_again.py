"""`deepSeq` of what was evaluated deeply before: as Nix has it, and in time that grows with what is new."""

from __future__ import annotations

from typing import Any

import pytest

from nixlite.formats.nix import deep
from tests.builtins.evaluation import evaluate
from tests.compiler.programs import instantiate

CASES = [  # nix-instantiate 2.34.8: the standard output, and the standard error
    (
        (
            'let v = { a = [ (trace "a" 1) { b = trace "b" 2; } ]; };'
            ' in deepSeq v (deepSeq v (deepSeq { inherit v; c = trace "c" 3; } 0))'
        ),
        "0",
        ["a", "b", "c"],
    ),
    (
        (
            'let grow = acc: n: deepSeq acc (acc // { "k${toString n}" = { v = trace "t${toString n}" n; }; });'
            " in deepSeq (foldl' grow { } [ 1 2 3 4 ]) 0"
        ),
        "0",
        ["t1", "t2", "t3", "t4"],
    ),
    (
        'let v = { self = v; l = [ v ]; n = trace "n" 1; }; in deepSeq v (deepSeq v.l (deepSeq { inherit v; } 1))',
        "1",
        ["n"],
    ),
    (
        (
            'let v = { a = 1; b = throw "b"; }; try = x: (tryEval (deepSeq x 1)).success;'
            " in deepSeq [ (try v) ] [ (try v) (try { inherit v; }) (try [ v.a ]) ]"
        ),
        "[ <CODE> <CODE> <CODE> ]",
        [],
    ),
    ("let v = [ 1 [ 2 (x: x) ] ]; in deepSeq v (deepSeq v v)", "[ 1 [ 2 <LAMBDA> ] ]", []),
]


@pytest.mark.parametrize(("program", "printed", "traced"), CASES)
def test_it_is_as_nix_has_it(program: str, printed: str, traced: list[str]) -> None:
    code, out, err = instantiate(f"with builtins; {program}")
    assert (code, out) == (0, printed + "\n")
    assert err == "".join(f"trace: {line}\n" for line in traced)


def test_what_failed_fails_again() -> None:
    program = """
      let v = { a = 1; b = throw "b"; }; try = x: (tryEval (deepSeq x 1)).success; w = { inherit (v) a; };
      in [ (try v) (try v) (try { inherit v; }) (try w) (try { inherit w v; }) ]
    """
    assert evaluate(program) == "[ false false false true false ]"


def test_a_loop_looks_at_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    original: Any = deep._force_attributes

    def look(attrs: dict[str, Any], walk: Any, depth: int) -> None:
        looked.append(len(attrs))
        original(attrs, walk, depth)

    monkeypatch.setattr(deep, "_force_attributes", look)
    program = """
      let grow = acc: n: deepSeq acc (acc // { "k${toString n}" = { v = { inherit n; }; }; });
      in length (attrNames (foldl' grow { } (genList (n: n) 200)))
    """
    assert evaluate(program) == "200"
    assert len(looked) < 3 * 200


def test_what_is_known_takes_a_bounded_amount_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deep, "MOST", 50)
    kept: list[int] = []
    original: Any = deep.force_deep_again

    def look(state: Any, x: Any) -> None:
        original(state, x)
        kept.append(len(state.caches["deep"]))

    monkeypatch.setattr(deep, "force_deep_again", look)
    assert evaluate("foldl' (n: m: deepSeq { a = { inherit m; }; } (n + 1)) 0 (genList (m: m) 300)") == "300"
    assert 0 < max(kept) <= 50
