"""Equality: every row is a claim about Nix, printed by nix-instantiate 2.34.8 itself."""

from __future__ import annotations

import re

import pytest

from nixlite.errors import NixError
from tests.builtins.evaluation import evaluate
from tests.compiler.programs import instantiate

CASES = [
    # expression (with builtins; …), printed, why
    ("1 == 1.0", "true", "integers equal floats"),
    ('1 == "1"', "false", "two types"),
    ("null == false", "false", "two types"),
    ('"a" == "a"', "true", "strings"),
    ("/a == /b/../a", "true", "paths are normalised"),
    ('/a == "/a"', "false", "a path is no string"),
    ("[ 1 [ 2 ] ] == [ 1 [ 2 ] ]", "true", "deep"),
    ("[ 1 ] == [ 1 2 ]", "false", "lengths differ"),
    ('[ 1 (throw "a") ] == [ 2 (throw "a") ]', "false", "stops at the first difference"),
    ('[ (throw "a") ] == [ ]', "false", "lengths are looked at first"),
    ("{ a = 1; b.c = 2; } == { b = { c = 2.0; }; a = 1; }", "true", "deep, the order of names is nothing"),
    ('{ a = throw "a"; } == { a = throw "a"; b = 1; }', "false", "sizes are looked at first"),
    ("{ a = 1; } == { b = 1; }", "false", "names differ"),
    ("(x: x) == (x: x)", "false", "functions never compare equal"),
    ("let f = x: x; in f == f", "false", "not even to themselves"),
    ("let f = x: x; in [ f ] == [ f ]", "true", "but the same element is not looked at"),
    ("let f = x: x; in { a = f; } == { a = f; }", "true", "nor the same attribute"),
    (
        "let f = x: x; s = { inherit f; }; in [ s.f ] == [ s.f ]",
        "false",
        "each selection is an element of its own",
    ),
    ('let x = [ [ (throw "a") ] ]; in x == x', "true", "inside, what is shared is not looked into"),
    ("add == add", "false", "built-in functions too"),
    ("let x = 1.0e308 * 10 - 1.0e308 * 10; in x == x", "false", "not-a-number"),
    ("let x = 1.0e308 * 10 - 1.0e308 * 10; in [ x ] == [ x ]", "true", "shared"),
    (
        '{ type = "derivation"; outPath = "/a"; x = 1; } == { type = "derivation"; outPath = "/a"; x = 2; }',
        "true",
        "derivations compare by outPath",
    ),
    (
        '{ type = "derivation"; outPath = "/a"; } == { type = "derivation"; outPath = "/b"; }',
        "false",
        "derivations compare by outPath",
    ),
    (
        '{ type = "derivation"; outPath = "/a"; } == { type = "x"; outPath = "/a"; }',
        "false",
        "only one is a derivation",
    ),
    ('{ type = "derivation"; } == { type = "derivation"; }', "true", "without outPath they are sets"),
    ("{ type = 1; } == { type = 1; }", "true", "any type"),
    ("(1 == 1) != (1 != 1)", "true", "inequality"),
]

ERRORS = [
    # expression, message, why
    ('let x = [ (throw "a") ]; in x == x', "a", "the elements are looked at"),
    (
        '{ b = throw "b"; a = throw "a"; } == { a = 1; b = 2; }',
        "b",
        "names in the order in which they were first seen",
    ),
    ('{ type = throw "a"; } == { type = 1; }', "a", "the type is looked at first"),
    ("assert 1 == 2; 1", "an integer with value '1' is not equal to an integer with value '2'", "integers"),
    (
        "assert 1 == 1.5; 1",
        "an integer with value '1' is not equal to a float with value '1.5'",
        "integer and float",
    ),
    ("assert 1.5 == 2.5; 1", "a float with value '1.5' is not equal to a float with value '2.5'", "floats"),
    ('assert "a" == "b"; 1', "string '\"a\"' is not equal to string '\"b\"'", "strings"),
    ("assert true == false; 1", "boolean 'true' is not equal to boolean 'false'", "Booleans"),
    ("assert /a == /b; 1", "path '/a' is not equal to path '/b'", "paths"),
    ('assert 1 == "a"; 1', "an integer of value '1' is not equal to a string of value '\"a\"'", "two types"),
    ("assert null == 0; 1", "null of value 'null' is not equal to an integer of value '0'", "two types"),
    (
        "assert [ 1 ] == [ 1 2 ]; 1",
        "list of size '1' is not equal to list of size '2', left hand side is '[ 1 ]', right hand side is '[ 1 2 ]'",
        "lengths",
    ),
    (
        "assert [ 1 2 ] == [ 1 3 ]; 1",
        "an integer with value '2' is not equal to an integer with value '3'",
        "an element",
    ),
    (
        "assert { a = 1; } == { }; 1",
        "attribute names of attribute set '{ a = 1; }' differs from attribute set '{ }'",
        "sizes",
    ),
    (
        "assert { a = 1; } == { b = 1; }; 1",
        "attribute name 'a' is contained in '{ a = 1; }', but not in '{ b = 1; }'",
        "names",
    ),
    (
        "assert { a.b = 1; } == { a.b = 2; }; 1",
        "an integer with value '1' is not equal to an integer with value '2'",
        "an attribute",
    ),
    (
        "assert (x: x) == (x: x); 1",
        "distinct functions and immediate comparisons of identical functions compare as unequal",
        "functions",
    ),
    (
        "assert add == (x: x); 1",
        "distinct functions and immediate comparisons of identical functions compare as unequal",
        "functions of two kinds",
    ),
    (
        'assert { type = "derivation"; outPath = "/a"; } == { type = "derivation"; outPath = "/b"; }; 1',
        "string '\"/a\"' is not equal to string '\"/b\"'",
        "derivations",
    ),
    (
        'assert [ "${/nowhere/x}" ] == [ 1 ]; 1',
        "path '/nowhere/x' does not exist",
        "a path that does not exist",
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


PLACES = [
    # expression, the places in its trace
    ("let x = [ (x == [ 1 ]) ]; in x == [ 2 ]", [], "a comparison charges what it forces to no place"),
    ("let x = { a = x == { a = 1; }; }; in x == { a = 2; }", [], "in sets too"),
    ('let g = x: abort "x"; in map g [ 1 ] == [ 2 ]', ["1:9", "1:12"], "no call site"),
    ('let g = x: abort "x"; in [ (g 1) ] == [ 2 ]', ["1:29", "1:9", "1:12"], "but the one that is written"),
]


@pytest.mark.parametrize(("source", "places", "why"), PLACES, ids=[case[2] for case in PLACES])
def test_places(source: str, places: list[str], why: str) -> None:
    code, _, shown = instantiate(source, "--show-trace")
    assert code == 1
    assert re.findall(r"at «string»:(\d+:\d+):", shown) == places


FRAMES = [
    # expression; the lines of the trace and of the error, with their places: a comparison itself has none
    (
        '! (1 == throw "x")',
        [
            ("in the argument of the not operator", ""),
            ("while calling the 'throw' builtin", "1:9"),
            ("x", ""),
        ],
    ),
    (
        '! (! (1 != throw "x"))',
        [
            ("in the argument of the not operator", ""),
            ("in the argument of the not operator", ""),
            ("while calling the 'throw' builtin", "1:12"),
            ("x", ""),
        ],
    ),
    (
        '! (1 != 2 && throw "k")',
        [
            ("in the argument of the not operator", "1:11"),
            ("in the right operand of the AND (&&) operator", "1:11"),
            ("while calling the 'throw' builtin", "1:14"),
            ("k", ""),
        ],
    ),
    (
        'if ! (1 != throw "x") then 1 else 2',
        [
            ("while evaluating a branch condition", "1:1"),
            ("in the argument of the not operator", ""),
            ("while calling the 'throw' builtin", "1:12"),
            ("x", ""),
        ],
    ),
    (
        "{ }.${1 == 2}",
        [("while evaluating an attribute name", ""), ("expected a string but found a Boolean: false", "")],
    ),
    (
        "{ ${1 == 2} = 1; }",
        [
            ("while evaluating the name of a dynamic attribute", "1:3"),
            ("expected a string but found a Boolean: false", "1:3"),
        ],
    ),
    (
        '"${1 == 2}"',
        [("while evaluating a path segment", "1:2"), ("cannot coerce a Boolean to a string: false", "")],
    ),
    (
        "(1 == 2) // { }",
        [
            ("in the left operand of the update (//) operator", ""),
            ("expected a set but found a Boolean: false", ""),
        ],
    ),
    (
        "(1 == 2).a",
        [("while selecting an attribute", "1:1"), ("expected a set but found a Boolean: false", "")],
    ),
    (
        "{ inherit (1 == 2) a; }.a",
        [
            ("while evaluating the attribute 'a'", "1:20"),
            ("while selecting an attribute", "1:20"),
            ("expected a set but found a Boolean: false", ""),
        ],
    ),
    (
        "(1 == 2) < 3",
        [
            ("while calling the 'lessThan' builtin", "1:10"),
            ("cannot compare a Boolean with an integer; values are false and 3", ""),
        ],
    ),
    (
        '(1 == throw "l") -> true',
        [
            ("in the left operand of the IMPL (->) operator", "1:18"),
            ("while calling the 'throw' builtin", "1:7"),
            ("l", ""),
        ],
    ),
]


@pytest.mark.parametrize(("text", "frames"), FRAMES, ids=[case[0] for case in FRAMES])
def test_frames(text: str, frames: list[tuple[str, str]]) -> None:
    _, _, shown = instantiate(text, "--strict", "--show-trace")
    assert re.findall(r"(?:… |error: )(.+)(?:\n\s+at «string»:(\d+:\d+))?", shown) == frames
