"""`+` looks at its left operand before it evaluates the right one (real Nix 2.34.8, `nix-instantiate --eval`)."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from tests.compiler.programs import evaluate, instantiate

VALUES = [
    ('{ outPath = "a"; } + "b"', '"ab"'),
    ('{ outPath = "a"; } + { outPath = "b"; }', '"ab"'),
    ('{ outPath = "/a"; } + /b', '"/a/b"'),
    ('{ __toString = s: "q"; } + (let x = "c"; in x)', '"qc"'),
    ('(a: b: a + b.c) "q" { c = "r"; }', '"qr"'),
    ("(a: b: a + b * 2) 1 3", "7"),
    ("(a: f: a + f 1) 1 (x: 2)", "3"),
    ("(a: f: f a + f 1) 1 (x: x)", "2"),
    (
        "map (x: x / 7) [ 0 6 7 (-1) (-7) (-8) 9223372036854775807 1.75 ]",
        "[ 0 0 1 0 -1 -1 1317624576693539401 0.25 ]",
    ),
    ("map (x: -x / 3) [ 7 (-7) ]", "[ -2 2 ]"),
    ('let __div = a: b: "own"; in map (x: x / 2) [ 1 ]', '[ "own" ]'),
]


@pytest.mark.parametrize(("text", "printed"), VALUES, ids=[case[0] for case in VALUES])
def test_sums(text: str, printed: str) -> None:
    assert evaluate(text) == printed


ERRORS = [
    ('[ ] + throw "x"', "cannot coerce a list to a string: [ ]"),
    ('null + throw "x"', "cannot coerce null to a string: null"),
    ('{ } + throw "x"', "cannot coerce a set to a string: { }"),
    ('{ outPath = throw "y"; } + throw "x"', "y"),
    ('{ outPath = "a"; } + throw "x"', "x"),
    ('{ __toString = s: throw "y"; } + throw "x"', "y"),
    ('1 + throw "x"', "x"),
    ('1.5 + throw "x"', "x"),
    ('"a" + throw "x"', "x"),
    ('/a + throw "x"', "x"),
    ('(a: b: a + b) [ ] (throw "x")', "cannot coerce a list to a string: [ ]"),
    ('(a: b: a + b) 1 (throw "x")', "x"),
    ('(a: b: a + b) "s" (throw "x")', "x"),
    ('(a: b: a + b.c) [ ] { c = throw "x"; }', "cannot coerce a list to a string: [ ]"),
    ('(a: b: a + b * 2) [ ] (throw "x")', "cannot coerce a list to a string: [ ]"),
    ('(a: b: a + b * 2) "s" 3', "cannot coerce an integer to a string: 6"),
    ('(a: f: a + f 1) [ ] (x: throw "x")', "cannot coerce a list to a string: [ ]"),
    ('(a: f: f [ ] + f 1) 1 (x: throw "x")', "x"),
    ("(a: f: f [ ] + f 1) 1 (x: x)", "cannot coerce a list to a string: [ ]"),
    ('"a" + [ ] + throw "x"', "cannot coerce a list to a string: [ ]"),
    ('[ ] + "a" + throw "x"', "cannot coerce a list to a string: [ ]"),
    ('true + throw "x"', "cannot coerce a Boolean to a string: true"),
    ('builtins.foldl\' (a: x: a + x.y) [ ] [ { y = throw "x"; } ]', "cannot coerce a list to a string: [ ]"),
    ('builtins.foldl\' (a: x: a + x) { outPath = "a"; } [ "b" (throw "x") ]', "x"),
    ('let a = a + throw "x"; in a', "infinite recursion encountered"),
    ("(with { a = [ ]; }; a + b) ", "cannot coerce a list to a string: [ ]"),
    ('with { a = [ ]; b = throw "b"; }; a + b', "cannot coerce a list to a string: [ ]"),
    (
        'let f = n: if n == 0 then [ ] else f (n - 1) + throw "q"; in f 3',
        "cannot coerce a list to a string: [ ]",
    ),
]


@pytest.mark.parametrize(("text", "message"), ERRORS, ids=[case[0] for case in ERRORS])
def test_what_is_refused_first(text: str, message: str) -> None:
    with pytest.raises(NixError) as raised:
        evaluate(text)
    assert raised.value.message == message


@pytest.mark.parametrize(
    "left", ['{ outPath = builtins.trace "left" "a"; }', '{ __toString = s: builtins.trace "left" "a"; }']
)
def test_the_left_operand_is_coerced_once_and_first(left: str) -> None:
    text = f'let x = {left}; y = builtins.trace "right" "b"; in x + y'
    assert instantiate(text) == (0, '"ab"\n', "trace: left\ntrace: right\n")
