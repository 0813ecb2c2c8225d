"""Builtins on lists: every row is a claim about Nix, printed by nix-instantiate 2.34.8 itself."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from tests.builtins.evaluation import evaluate

CASES = [
    # expression (with builtins; …), printed, why
    ('length [ (throw "a") 2 ]', "2", "elements are not forced"),
    ('head [ 1 (throw "a") ]', "1", "only the first element is forced"),
    ("head [ [ (1 + 1) ] ]", "[ 2 ]", "and only to weak head normal form"),
    ('tail [ (throw "a") 2 3 ]', "[ 2 3 ]", "the first element is not forced"),
    ("tail [ 1 ]", "[ ]", "may be empty"),
    ('elemAt [ (throw "a") "b" ] 1', '"b"', "counts from 0"),
    ('elem 2 [ 1 2 (throw "a") ]', "true", "stops at the first hit"),
    ('elem (throw "a") [ ]', "false", "the sought value is not forced for nothing"),
    ("elem 1.0 [ 1 ]", "true", "as ==: integers equal floats"),
    (
        "let f = x: x; in elem f [ f ]",
        "true",
        "the same variable: the same thunk, so even a function equals itself",
    ),
    ("elem (x: x) [ (x: x) ]", "false", "functions are not equal otherwise"),
    ("elem [ 1 ] [ [ 2 ] [ 1 2 ] [ 1.0 ] ]", "true", "lists are compared as == does"),
    ('elem [ 1 2 ] [ [ 1 ] [ 1 3 ] [ 2 (throw "x") ] ]', "false", "up to the first elements that differ"),
    ('elem [ (throw "a") ] [ [ 1 2 ] ]', "false", "of lists of another length no element is forced"),
    ("let f = x: x; in elem [ 1 f ] [ [ 2 f ] [ 1 f ] ]", "true", "the same function within them"),
    (
        'elem { a = 1; b = throw "x"; } [ { a = 2; b = 1; } { b = 1; } ]',
        "false",
        "sets up to the first difference",
    ),
    (
        'let d = n: { type = "derivation"; outPath = 1; inherit n; }; in elem (d 1) [ (d 2) ]',
        "true",
        "derivations by their path",
    ),
    (
        "let s = { a = y; }; l = [ { a = x; } ]; x = 1; y = head [ 2 ]; in seq (elem s l) [ s l ]",
        "[ { a = 2; } [ { a = 1; } ] ]",
        "what was compared was asked for",
    ),
    ("map (x: x + 1) [ 1 2 3 ]", "[ 2 3 4 ]", "calls the function"),
    ('map (throw "a") [ ]', "[ ]", "the function is not forced for an empty list"),
    ('length (map (x: throw "a") [ 1 2 ])', "2", "elements are delayed"),
    ("map (x: y: x + y) [ 1 ]", "[ <LAMBDA> ]", "a function as result"),
    ("map { __functor = self: x: x * self.by; by = 3; } [ 1 2 ]", "[ 3 6 ]", "a functor"),
    ("map toString [ 1 2.5 true null [ 1 2 ] ]", '[ "1" "2.500000" "1" "" "1 2" ]', "a built-in function"),
    ("map (add 1) [ 1 2 ]", "[ 2 3 ]", "a partially applied one"),
    ("filter (x: x > 1) [ 1 2 3 ]", "[ 2 3 ]", "keeps the order"),
    ('filter (throw "a") [ ]', "[ ]", "the function is not forced for an empty list"),
    (
        "let xs = [ 1 2 ]; in [ xs (filter (x: true) xs) ]",
        "[ [ 1 2 ] [ 1 2 ] ]",
        "nothing left out: the very same list",
    ),
    (
        "let xs = [ 1 2 ]; in [ xs (filter (x: x > 1) xs) ]",
        "[ [ 1 2 ] [ 2 ] ]",
        "something left out: a new list",
    ),
    ('length (filter (x: true) [ (throw "a") ])', "1", "does not force elements by itself"),
    ("genList (x: x * x) 5", "[ 0 1 4 9 16 ]", "counts from 0"),
    ('length (genList (x: throw "a") 3)', "3", "elements are delayed"),
    (
        "partition (x: x > 10) [ 1 23 9 3 42 ]",
        "{ right = [ 23 42 ]; wrong = [ 1 9 3 ]; }",
        "both lists keep the order",
    ),
    ("partition (x: true) [ ]", "{ right = [ ]; wrong = [ ]; }", "empty lists"),
    ('any (x: x == 2) [ 1 2 (throw "a") ]', "true", "stops at the first hit"),
    ("any (x: true) [ ]", "false", "false for an empty list"),
    ('all (x: x == 2) [ 1 (throw "a") ]', "false", "stops at the first miss"),
    ("all (x: false) [ ]", "true", "true for an empty list"),
    ("foldl' (a: b: a - b) 10 [ 1 2 3 ]", "4", "from the left"),
    ('foldl\' (a: b: b) (throw "a") [ 1 ]', "1", "the start value is not forced by itself"),
    ('foldl\' (a: b: a) 5 [ (throw "a") ]', "5", "nor are the elements"),
    ("foldl' add 0 [ 1 2 3 ]", "6", "a built-in function"),
    ("foldl' (a: add a) 0 [ 1 2 3 ]", "6", "a function that returns a partially applied one"),
    ("foldl' { __functor = self: a: b: a * b; } 1 [ 2 3 ]", "6", "a functor"),
    ("concatLists [ [ 1 ] [ ] [ 2 3 ] ]", "[ 1 2 3 ]", "joins"),
    ("concatLists [ ]", "[ ]", "nothing to join"),
    (
        "let xs = [ 1 2 ]; in [ xs (concatLists [ [ ] xs [ ] ]) ]",
        "[ [ 1 2 ] [ 1 2 ] ]",
        "only one that is not empty: the very same list",
    ),
    ('length (concatLists [ [ (throw "a") ] ])', "1", "elements stay unforced"),
    ("concatMap (x: [ x x ]) [ 1 2 ]", "[ 1 1 2 2 ]", "map and join"),
    ("concatMap (x: [ ]) [ 1 2 ]", "[ ]", "may be empty"),
    ("concatMap (elemAt [ [ 1 ] [ 2 3 ] ]) [ 1 0 ]", "[ 2 3 1 ]", "a built-in function"),
    (
        'groupBy (x: if x > 2 then "big" else "small") [ 1 2 3 4 ]',
        "{ big = [ 3 4 ]; small = [ 1 2 ]; }",
        "names from the function",
    ),
    (
        'groupBy (substring 0 1) [ "foo" "bar" "baz" ]',
        '{ b = [ "bar" "baz" ]; f = [ "foo" ]; }',
        "a built-in function",
    ),
    ('mapAttrs (n: length) (groupBy (x: "a") [ (throw "a") ])', "{ a = 1; }", "elements stay unforced"),
    ('groupBy (x: throw "a") [ ]', "{ }", "nothing to group"),
    ("sort lessThan [ 483 249 526 147 42 77 ]", "[ 42 77 147 249 483 526 ]", "numbers"),
    ('sort lessThan [ "b" "a" "B" "é" "z" "" ]', '[ "" "B" "a" "b" "z" "é" ]', "strings by bytes"),
    ("sort lessThan [ 2.5 1 (-3) 1.5 ]", "[ -3 1 1.5 2.5 ]", "integers among floats"),
    ("sort lessThan [ [ 2 ] [ 1 5 ] [ 1 ] [ ] ]", "[ [ ] [ 1 ] [ 1 5 ] [ 2 ] ]", "lists"),
    ("sort lessThan [ /b /a /a/b ]", "[ /a /a/b /b ]", "paths"),
    ("sort (a: b: a > b) [ 1 3 2 ]", "[ 3 2 1 ]", "a comparator of one's own"),
    ('sort (throw "a") [ ]', "[ ]", "the comparator is not forced for an empty list"),
    (
        'sort (a: b: a.k < b.k) [ { k = 2; v = "a"; } { k = 1; v = "b"; } { k = 2; v = "c"; } { k = 1; v = "d"; } ]',
        '[ { k = 1; v = "b"; } { k = 1; v = "d"; } { k = 2; v = "a"; } { k = 2; v = "c"; } ]',
        "stable",
    ),
    ("sort (a: b: false) [ 3 1 2 ]", "[ 3 1 2 ]", "nothing is less: stays as it is"),
    (
        "sort (a: b: true) (genList (x: x) 40)",
        "[ 39 38 37 36 35 34 33 32 31 30 29 28 27 26 25 24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0 ]",
        "no order at all: some order, the same as in Nix",
    ),
    (
        "sort (a: b: a / 7 > b / 7) (genList (x: x * 37 - x * x * 5 / 3) 60)",
        "[ 204 206 204 198 200 190 192 178 180 162 166 148 144 126 122 102 96 74 68 42 36 8 0 -30 -72 -116 -164 -216 -270 -328 -390 -454 -522 -594 -668 -746 -828 -912 -1000 -1092 -1186 -1284 -1386 -1490 -1598 -1710 -1824 -1942 -2064 -2188 -2316 -2448 -2582 -2720 -2862 -3006 -3154 -3306 -3460 -3618 ]",
        "long, with runs and equal keys",
    ),
    (
        "sort (a: b: bitAnd a 3 < bitAnd b 5) (genList (x: x * 7919 - (x * 7919 / 101) * 101) 100)",
        "[ 0 56 24 8 58 80 26 48 16 76 67 89 10 32 51 73 35 57 98 19 79 38 95 54 13 92 70 29 7 4 45 86 20 99 1 42 64 83 23 61 39 52 11 33 74 96 36 17 77 55 14 93 71 68 41 82 9 50 72 97 18 40 65 27 49 90 30 87 46 5 84 100 59 81 2 43 62 21 78 37 12 91 34 75 15 94 53 31 69 44 3 25 66 88 28 47 6 85 63 22 ]",
        "a comparator that contradicts itself",
    ),
    (
        "genericClosure { startSet = [ { key = 5; } ]; operator = item: [ { key = if (item.key / 2) * 2 == item.key then item.key / 2 else 3 * item.key + 1; } ]; }",
        "[ { key = 5; } { key = 16; } { key = 8; } { key = 4; } { key = 2; } { key = 1; } ]",
        "the manual's example",
    ),
    (
        'genericClosure { startSet = [ ]; operator = throw "a"; }',
        "[ ]",
        "nothing to start from: the operator is not forced",
    ),
    (
        'genericClosure { startSet = [ { key = "a"; n = 1; } { key = "a"; n = 2; } ]; operator = x: [ ]; }',
        '[ { key = "a"; n = 1; } ]',
        "the first of equal keys counts",
    ),
    (
        "map (x: x.key) (genericClosure { startSet = [ { key = 1; } { key = 1.0; } { key = 0.5; } ]; operator = x: if x.key < 1 then [ { key = 3; } ] else [ ]; })",
        "[ 1 0.5 3 ]",
        "integers equal floats",
    ),
    (
        'map (x: x.key) (genericClosure { startSet = [ { key = [ 1 "a" ]; } { key = [ 1 "a" ]; } { key = [ 1 "b" ]; } ]; operator = x: [ ]; })',
        '[ [ 1 "a" ] [ 1 "b" ] ]',
        "lists as keys",
    ),
    (
        "map (x: x.key) (genericClosure { startSet = [ { key = /a; } { key = /b/../a; } ]; operator = x: [ ]; })",
        "[ /a ]",
        "paths as keys",
    ),
    (
        "map (x: x.key) (genericClosure { startSet = [ { key = 0; } ]; operator = x: if x.key > 20 then [ ] else [ { key = x.key * 2 + 1; } { key = x.key * 2 + 2; } ]; })",
        "[ 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 ]",
        "breadth first",
    ),
    (
        "length (genericClosure { startSet = [ { key = true; } ]; operator = x: [ ]; })",
        "1",
        "a single key is never compared",
    ),
]

ERRORS = [
    # expression, message, why
    ("length 5", "expected a list but found an integer: 5", "a type error"),
    ("head [ ]", "'builtins.head' called on an empty list", "empty"),
    ("tail [ ]", "'builtins.tail' called on an empty list", "empty"),
    ("elemAt [ 1 ] 1", "'builtins.elemAt' called with index 1 on a list of size 1", "out of bounds"),
    (
        "elemAt [ 1 ] (-1)",
        "'builtins.elemAt' called with index -1 on a list of size 1",
        "Python's negative indices are not Nix's",
    ),
    ('elemAt 1 "a"', 'expected an integer but found a string: "a"', "the index is looked at first"),
    ("map 1 [ 1 ]", "expected a function but found an integer: 1", "not a function"),
    ("map 1 1", "expected a list but found an integer: 1", "the list is looked at first"),
    ("filter 1 [ 1 ]", "expected a function but found an integer: 1", "not a function"),
    ("filter (x: 1) [ 1 ]", "expected a Boolean but found an integer: 1", "not a Boolean"),
    ("genList (x: x) (-3)", "cannot create list of size -3", "negative size"),
    ('genList (throw "a") 0', "a", "the function is forced even for none"),
    ('genList 1 "a"', 'expected an integer but found a string: "a"', "the size is looked at first"),
    ("partition (x: null) [ 1 ]", "expected a Boolean but found null: null", "not a Boolean"),
    ('partition (x: true) [ (throw "a") ]', "a", "elements are forced"),
    ("partition 1 2", "expected a function but found an integer: 1", "the function is looked at first"),
    ("any (x: 0) [ 1 ]", "expected a Boolean but found an integer: 0", "not a Boolean"),
    ("all 1 2", "expected a function but found an integer: 1", "the function is looked at first"),
    ('all (x: "") [ 1 ]', 'expected a Boolean but found a string: ""', "not a Boolean"),
    ("foldl' 1 2 3", "expected a function but found an integer: 1", "the function is looked at first"),
    ('foldl\' (a: b: throw b) 0 [ "a" "b" ]', "a", "every step is forced"),
    ('foldl\' (a: b: b) 0 [ 1 (throw "a") ]', "a", "so is the result"),
    (
        "foldl' (x: x) 0 [ 1 ]",
        "attempt to call something which is not a function but an integer: 0",
        "not a function of two arguments",
    ),
    ("concatLists [ [ 1 ] 2 ]", "expected a list but found an integer: 2", "not a list inside"),
    ("concatMap (x: 1) [ 1 ]", "expected a list but found an integer: 1", "not a list"),
    ("groupBy (x: 1) [ 1 ]", "expected a string but found an integer: 1", "not a string"),
    ('sort (throw "a") [ 1 ]', "a", "the comparator is forced for a single element"),
    ("sort 1 [ 1 ]", "expected a function but found an integer: 1", "not a function"),
    ("sort (a: b: 1) [ 1 2 ]", "expected a Boolean but found an integer: 1", "not a Boolean"),
    (
        'sort lessThan [ 1 "a" ]',
        'cannot compare a string with an integer; values are "a" and 1',
        "not comparable",
    ),
    (
        "sort lessThan [ { } { } ]",
        "cannot compare a set with a set; values of that type are incomparable (values are { } and { })",
        "not comparable",
    ),
    (
        'sort lessThan [ [ 1 ] [ "a" ] ]',
        'cannot compare a string with an integer; values are "a" and 1',
        "not comparable inside",
    ),
    ('sort lessThan [ 1 (throw "a") ]', "a", "elements are forced first"),
    ("genericClosure { }", "attribute 'startSet' missing", "no startSet"),
    ("genericClosure { startSet = [ 1 ]; }", "attribute 'operator' missing", "no operator"),
    (
        "genericClosure { startSet = [ 1 ]; operator = x: [ ]; }",
        "expected a set but found an integer: 1",
        "not a set",
    ),
    ("genericClosure { startSet = [ { } ]; operator = x: [ ]; }", "attribute 'key' missing", "no key"),
    (
        "genericClosure { startSet = [ { key = 1; } ]; operator = 1; }",
        "expected a function but found an integer: 1",
        "not a function",
    ),
    (
        "genericClosure { startSet = [ { key = 1; } ]; operator = x: 1; }",
        "expected a list but found an integer: 1",
        "not a list",
    ),
    (
        'genericClosure { startSet = [ { key = 1; } { key = 2; } { key = 3; } { key = "a"; } ]; operator = x: [ ]; }',
        'cannot compare a string with an integer; values are "a" and 2',
        "blames the root of a balanced tree",
    ),
    (
        'genericClosure { startSet = map (key: { inherit key; }) [ 9 8 7 6 5 4 3 2 1 "a" ]; operator = x: [ ]; }',
        'cannot compare a string with an integer; values are "a" and 6',
        "the tree is rebalanced on its left",
    ),
    (
        "genericClosure { startSet = map (key: { inherit key; }) [ 5 1 9 3 2 8 4 7 6 10 null ]; operator = x: [ ]; }",
        "cannot compare null with an integer; values are null and 5",
        "and inside",
    ),
    (
        "genericClosure { startSet = [ { key = { }; } { key = { }; } ]; operator = x: [ ]; }",
        "cannot compare a set with a set; values of that type are incomparable (values are { } and { })",
        "keys that never compare",
    ),
]


@pytest.mark.parametrize(("source", "printed", "why"), CASES, ids=[case[2] for case in CASES])
def test_evaluates(source: str, printed: str, why: str) -> None:
    assert evaluate(source) == printed


@pytest.mark.parametrize(("source", "message", "why"), ERRORS, ids=[case[2] for case in ERRORS])
def test_fails(source: str, message: str, why: str) -> None:
    with pytest.raises(NixError) as caught:
        evaluate(source)
    assert caught.value.message == message
