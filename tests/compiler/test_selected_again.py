"""Selections that a function makes again are not made again, and nobody can tell but by the time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.compiler import selection
from tests.compiler.programs import evaluate, instantiate

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = [  # printed by nix-instantiate 2.34.8
    (
        (
            'let f = x: if x.a or 1 == 2 then "two" else if x.a or 1 == 3 then "three" else x.a or "none";'
            ' in map f [ { a = 2; } { a = 3; } { } 5 { a = "x"; } ]'
        ),
        '[ "two" "three" "none" "none" "x" ]',
    ),
    (
        (
            "let f = x: y: x.a < y.a || (x.a == y.a && x.b < y.b); r = a: b: { inherit a b; };"
            " in [ (f (r 1 2) (r 1 3)) (f (r 2 1) (r 1 9)) (f (r 1 3) (r 1 3)) ]"
        ),
        "[ true false false ]",
    ),
    (
        (
            "let f = x: (if x.c then x.a else x.b) + x.a;"
            " in [ (f { a = 1; b = 2; c = true; }) (f { a = 1; b = 2; c = false; }) ]"
        ),
        "[ 2 3 ]",
    ),
    (
        "let f = x: (x.c && x.a == 1) || x.a == 2; in map f [ { c = false; a = 2; } { c = true; a = 1; } ]",
        "[ true true ]",
    ),
    ("let f = x: let g = y: x.a + y.a + x.a; in x.a + g x; in f { a = 1; }", "4"),
    ("let f = x: let y = x.a; in [ (x.a + y) y ]; in f { a = 4; }", "[ 8 4 ]"),
]


@pytest.mark.parametrize(("program", "printed"), CASES)
def test_it_prints_what_nix_prints(program: str, printed: str) -> None:
    assert evaluate(program) == printed


def expression(chosen: random.Random, depth: int) -> str:
    """An expression of integers, in which *x* and *y* are sets that may lack names or hold what fails."""
    selected = f"{chosen.choice('xy')}.{chosen.choice('abc')}"
    if depth == 0:
        return chosen.choice([selected, selected, f"({selected} or {chosen.randrange(9)})"])
    one, two, three = (expression(chosen, depth - 1) for _ in range(3))
    return chosen.choice([
        f"({one} + {two})",
        f"({one} - {two})",
        f"(if {one} < {two} then {two} else {three})",
        f"(if {one} == {two} || {three} == {one} && {two} == {three} then {one} else {three})",
        f"(let z = {one}; in z + {two})",
        f"(assert {one} <= {one}; {two})",
        f"({selected} or {one})",
        f"((y: {one} + {two}) x)",
        f"(builtins.head [ {one} {two} ])",
    ])  # fmt: skip


def given(chosen: random.Random) -> str:
    """A set to select from."""
    values = ["1", "2", '(builtins.trace "t" 3)', '(throw "no")', "(1 + 1)"]
    bindings = [f"{name} = {chosen.choice(values)};" for name in "abc" if chosen.random() < 0.85]
    return f"{{ {' '.join(bindings)} }}"


def test_it_is_as_if_each_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = random.Random(7)
    programs = []
    for _ in range(250):
        sets = " ".join(given(chosen) for _ in range(2))
        programs.append(f"let f = x: y: {expression(chosen, 3)}; in f {sets}")
    found = [instantiate(program, "--show-trace") for program in programs]
    assert sum(code == 0 for code, _, _ in found) > 50
    monkeypatch.setattr(selection, "choice_of", lambda f, node: None)
    assert [instantiate(program, "--show-trace") for program in programs] == found


def test_it_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    original: Callable[..., Any] = selection.emit.call

    def call(site: Any, function: Any, *arguments: Any) -> Any:
        if function in ("select", "find_one"):
            made.append(function)
        return original(site, function, *arguments)

    monkeypatch.setattr(selection.emit, "call", call)
    assert evaluate("let f = x: x.a + x.a + x.b + (x.a or 1) + (x.a or 2); in f { a = 1; b = 2; }") == "6"
    assert sorted(made) == ["find_one", "select", "select"]
