"""Arguments that are calculated early are printed as real Nix 2.34.8 prints them (`nix-instantiate --eval`)."""

from __future__ import annotations

import pytest

from tests.compiler.programs import evaluate

CASES = [
    ("let f = x: [x]; g = n: f (n - 1); in g 3", "[ <CODE> ]", "an element"),
    (
        "let f = x: {a = x; b = y: x;}; h = n: f (n + 1); in h 3",
        "{ a = <CODE>; b = <CODE>; }",
        "an attribute",
    ),
    (
        "let f = x: y: if x == 0 then [ y ] else f (x - 1) (y + 1); in f 3 4",
        "[ <CODE> ]",
        "two arguments, one of them kept at the end",
    ),
    (
        "let f = x: y: if x == 0 then { inherit y; } else g (x - 1) (y * 2); g = x: y: f x y; in f 3 4",
        "{ y = <CODE>; }",
        "kept by a function that calls another",
    ),
    (
        "let f = x: y: if x == 0 then y else g (x - 1) (y * 2); g = x: y: f x y; in [ (f 3 4) (f 1 2) ]",
        "[ <CODE> <CODE> ]",
        "given on and calculated with",
    ),
    (
        "let f = x: builtins.elemAt [ 1 2 3 ] x; g = n: f (n - 1); in g 3",
        "3",
        "handed to a builtin that asks for it",
    ),
    (
        "let f = x: builtins.foldl' (a: b: [ a b ]) x [ 1 ]; g = n: f (n - 1); in g 3",
        "[ <CODE> 1 ]",
        "the start of a fold",
    ),
    (
        "let f = x: builtins.foldl' (a: b: [ a b ]) x [ ]; g = n: f (n - 1); in g 3",
        "2",
        "of a fold over nothing",
    ),
    ("let f = x: k: k x; g = n: f (n - 1) (y: [ y ]); in g 3", "[ <CODE> ]", "handed to an unknown function"),
    (
        "let f = x: k: k (x + 1); g = n: f (n - 1) (y: [ y ]); in g 3",
        "[ <CODE> ]",
        "calculated with once more before",
    ),
    ("let f = x: let y = x; in [ y ]; g = n: f (n - 1); in g 3", "[ <CODE> ]", "by another name"),
    (
        "let f = x: let y = x; in y + 1; g = n: [ (f (n - 1)) ]; in g 3",
        "[ <CODE> ]",
        "by another name, and calculated with",
    ),
    ("let f = x: rec { y = x; z = y; }; g = n: f (n - 1); in g 3", "{ y = <CODE>; z = <CODE>; }", "in a rec"),
    (
        "let f = { a ? x, ... }: a; x = 1; g = y: ({ b ? y }: [ b ]) { }; h = n: g (n + 1); in h 1",
        "[ <CODE> ]",
        "in a default",
    ),
    ("let f = x: [ (x + 1) ]; g = n: f (n - 1); in g 3", "[ <CODE> ]", "a new calculation in a list"),
    ("let f = x: a: [ x ]; g = n: (f (n - 1)); in (g 3) 1", "[ <CODE> ]", "the first of two arguments"),
    (
        "let __sub = a: b: [ a b ]; f = x: x - 1; g = n: f (n + 1); in g 3",
        "[ <CODE> 1 ]",
        "minus is another function",
    ),
    (
        "let f = self: x: if x == 0 then [ ] else [ x ] ++ self self (x - 1); in (n: f f (n + 1)) 3",
        "[ 4 3 2 1 ]",
        "a function handed to itself",
    ),
    (
        "let f = x: { ${toString x} = x; }; in (n: f (n + 1)) 3",
        '{ "4" = 4; }',
        "an attribute whose name it is too",
    ),
    ("let f = x: builtins.seq x [ x ]; in (n: f (n + 1)) 3", "[ 4 ]", "asked for before"),
    (
        "let f = x: with { a = 1; }; [ a x ]; in (n: f (n + 1)) 3",
        "[ <CODE> <CODE> ]",
        "in the scope of a with",
    ),
    (
        'let f = x: "${toString x}"; in (n: [ (f (n + 1)) ] ++ [ (n + 1) ]) 3',
        "[ <CODE> <CODE> ]",
        "in a string, and beside it",
    ),
    ("builtins.map (n: (x: [ x ]) (n + 1)) [ 1 2 ]", "[ <CODE> <CODE> ]", "a function called in place"),
    ("(n: (f: f (n + 1)) (x: [ x ])) 1", "[ <CODE> ]", "an unknown function"),
    (
        "(n: builtins.foldl' (a: b: [ a b ]) (n + 1) [ 1 ]) 1",
        "[ <CODE> 1 ]",
        "the start of a fold, as it stands",
    ),
    ("builtins.foldl' (a: b: [ a b ]) [ (1 + 1) ] [ 1 ]", "[ <CODE> 1 ]", "a fold's start: a list"),
    ("builtins.foldl' (a: b: [ a b ]) { x = 1; } [ 1 ]", "[ <CODE> 1 ]", "a set"),
    ("builtins.foldl' (a: b: [ a b ]) (x: x) [ 1 ]", "[ <CODE> 1 ]", "a function"),
]


@pytest.mark.parametrize(("text", "printed", "why"), CASES, ids=[case[-1] for case in CASES])
def test_printed(text: str, printed: str, why: str) -> None:
    assert evaluate(text, strict=False) == printed
