"""Folds: what real Nix 2.34.8 gives (`nix-instantiate --eval --strict`).

Where only the fold can see a growing set it is not copied, and elements that are only calculated with may be computed
early (`builtins.folds`); the rows are ways in which somebody else can see them, or seems to.
"""

from __future__ import annotations

import pytest

from tests.compiler.programs import evaluate

CASES = [
    (
        'let f = acc: x: acc // { ${x} = 1; }; in f { a = 0; } "b"',
        "{ a = 0; b = 1; }",
        "called outside a fold: a set of its own",
    ),
    (
        'let s = { a = 0; }; in [ (builtins.foldl\' (acc: x: acc // { ${x} = 1; }) s [ "b" "c" ]) s ]',
        "[ { a = 0; b = 1; c = 1; } { a = 0; } ]",
        "the first set is the caller's",
    ),
    (
        'let step = acc: x: acc // { ${x} = acc; }; in builtins.foldl\' step { } [ "a" "b" "c" ]',
        "{ a = { }; b = { a = { }; }; c = { a = { }; b = «repeated»; }; }",
        "earlier sets are kept in later ones",
    ),
    (
        'builtins.foldl\' (acc: x: acc // { ${x} = (acc.${x} or 0) + 1; }) { } [ "a" "b" "a" "a" ]',
        "{ a = 3; b = 1; }",
        "a count reads the earlier set late",
    ),
    (
        "builtins.foldl' (acc: x: acc // { n = acc.n + x; }) { n = 0; } [ 1 2 3 ]",
        "{ n = 6; }",
        "an attribute read late",
    ),
    (
        'builtins.foldl\' (acc: x: if acc ? ${x} then acc else acc // { ${x} = builtins.length (builtins.attrNames acc); }) { } [ "b" "a" "b" ]',
        "{ a = 1; b = 0; }",
        "the number of names so far",
    ),
    (
        'builtins.foldl\' (acc: x: if acc ? ${x} then acc else acc // { ${x} = 1; }) { } [ "b" "a" "b" ]',
        "{ a = 1; b = 1; }",
        "only what is new",
    ),
    (
        'builtins.foldl\' (acc: x: let n = x + 1; in acc // { "k${toString x}" = n; }) { } [ 1 2 3 ]',
        "{ k1 = 2; k2 = 3; k3 = 4; }",
        "a let before the update",
    ),
    (
        'builtins.foldl\' (acc: x: let old = acc; in acc // { "k${toString x}" = builtins.attrNames old; }) { } [ 1 2 3 ]',
        '{ k1 = [ ]; k2 = [ "k1" ]; k3 = [ "k1" "k2" ]; }',
        "another name for the earlier set",
    ),
    (
        "builtins.foldl' (acc: x: acc // x) { } [ { a = 1; } { b = 2; } { a = 3; } ]",
        "{ a = 3; b = 2; }",
        "merging sets",
    ),
    (
        "let x = { a = 1; }; r = builtins.foldl' (acc: x: acc // x) { } [ x { b = 2; } ]; in [ r x ]",
        "[ { a = 1; b = 2; } { a = 1; } ]",
        "the first one merged stays as it is",
    ),
    (
        "let x = { a = 1; }; r = builtins.foldl' (acc: x: acc // x) { } [ x { } { c = 1; } ]; in [ r x ]",
        "[ { a = 1; c = 1; } { a = 1; } ]",
        "also after an empty one",
    ),
    (
        'builtins.foldl\' (acc: x: { last = acc; } // { ${x} = 1; }) { } [ "a" "b" ]',
        "{ b = 1; last = { a = 1; last = { }; }; }",
        "the accumulator inside another set",
    ),
    (
        'builtins.foldl\' (acc: x: { a = 1; b = 2; } // acc // { ${x} = 1; }) { } [ "a" "b" ]',
        "{ a = 1; b = 1; }",
        "not the leftmost operand",
    ),
    (
        'builtins.foldl\' (acc: x: (acc // { ${x} = 1; }) // { seen = acc; }) { } [ "a" "b" ]',
        "{ a = 1; b = 1; seen = { a = 1; seen = { }; }; }",
        "updated twice, and kept",
    ),
    (
        'let sets = builtins.foldl\' (acc: x: acc ++ [ (builtins.foldl\' (s: y: s // { ${y} = x; }) { } [ "a" "b" ]) ]) [ ] [ 1 2 ]; in sets',
        "[ { a = 1; b = 1; } { a = 2; b = 2; } ]",
        "a fold in a fold",
    ),
    (
        'let go = acc: n: if n == 0 then acc else builtins.foldl\' (a: b: a // { ${b} = n; }) (go acc (n - 1)) [ "k${toString n}" ]; in go { } 4',
        "{ k1 = 1; k2 = 2; k3 = 3; k4 = 4; }",
        "folds that call each other",
    ),
    (
        'builtins.foldl\' (acc: x: acc // { ${x} = 1; f = y: acc; }) { } [ "a" "b" ] ? f',
        "true",
        "a function that keeps the earlier set",
    ),
    (
        '(builtins.foldl\' (acc: x: acc // { ${x} = 1; f = y: acc; }) { } [ "a" "b" ]).f 0 ? b',
        "false",
        "which has not the later attributes",
    ),
    (
        'builtins.foldl\' (acc: x: assert !(acc ? ${x}); acc // { ${x} = 1; }) { } [ "a" "b" ]',
        "{ a = 1; b = 1; }",
        "an assertion before",
    ),
    (
        'builtins.tryEval (builtins.foldl\' (acc: x: acc // { ${x} = throw "no"; }) { } [ "a" ]).b or 1',
        "{ success = true; value = 1; }",
        "an attribute that is never read",
    ),
    (
        'builtins.foldl\' (acc: x: builtins.seq acc (acc // { ${x} = 1; })) { } [ "a" "b" ]',
        "{ a = 1; b = 1; }",
        "handed to a builtin",
    ),
    (
        'let y = builtins.foldl\' (acc: x: acc // { ${x} = 1; }) { } [ "a" ]; z = builtins.foldl\' (acc: x: acc // { ${x} = 2; }) y [ "b" ]; in [ y z ]',
        "[ { a = 1; } { a = 1; b = 2; } ]",
        "the result of one is the start of another",
    ),
    (
        "let m = 9223372036854775806; in (builtins.tryEval (builtins.foldl' (a: i: if i > 1 then a else a + i) 0 (builtins.genList (i: m + i) 2))).success",
        "true",
        "a number that is computed early",
    ),
    (
        "builtins.foldl' (a: i: 0) 1 (builtins.genList (i: 9223372036854775807 + i) 3)",
        "0",
        "elements that would overflow, never looked at",
    ),
    (
        "builtins.foldl' (a: i: a ++ [ i ]) [ ] (builtins.genList (i: i) 3)",
        "[ 0 1 2 ]",
        "elements that are kept",
    ),
    ("builtins.foldl' (a: i: a + i * 2) 0 (builtins.genList (i: i) 100)", "9900", "elements that are not"),
    (
        "let k = 3; in builtins.foldl' (a: i: a + i) 0 (builtins.genList (i: k * i - 1) 4)",
        "14",
        "arithmetic with an outer variable",
    ),
    (
        "let k = 3.5; in builtins.foldl' (a: i: a + i) 0 (builtins.genList (i: k * i) 4)",
        "21",
        "which is no integer",
    ),
    ("builtins.foldl' (a: i: a + i) 0 (builtins.genList (i: i) 0)", "0", "no elements"),
    ("builtins.foldl' (a: i: i) 0 (builtins.genList (i: i) 3)", "2", "the last element"),
    ("(builtins.foldl' (a: i: { n = i; }) { } (builtins.genList (i: i) 3)).n", "2", "an element in a set"),
    ("builtins.foldl' (a: i: j: i) 0 (builtins.genList (i: i) 3) 7", "2", "an operator of three arguments"),
    ("builtins.foldl' builtins.add 0 (builtins.genList (i: i) 4)", "6", "a builtin operator"),
    (
        "let op = a: i: a - i; gen = i: i; n = 4; in builtins.foldl' op 0 (builtins.genList gen n)",
        "-6",
        "all of them variables",
    ),
]


@pytest.mark.parametrize(("text", "printed", "why"), CASES, ids=[case[2] for case in CASES])
def test_gives_what_nix_gives(text: str, printed: str, why: str) -> None:
    assert evaluate(text) == printed
