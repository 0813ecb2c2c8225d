"""Errors, forcing, conversion to strings: every row is a claim about Nix, printed by nix-instantiate 2.34.8 itself."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from tests.builtins.evaluation import evaluate

CASES = [
    # expression (with builtins; …), printed, why
    ('tryEval (throw "a")', "{ success = false; value = false; }", "caught"),
    ("tryEval (assert false; 1)", "{ success = false; value = false; }", "caught"),
    ("tryEval <nowhere>", "{ success = false; value = false; }", "caught"),
    ('tryEval [ (throw "a") ] == tryEval 1', "false", "nothing inside is evaluated"),
    ('(tryEval [ (throw "a") ]).success', "true", "nothing inside is evaluated"),
    (
        'tryEval (tryEval (throw "a"))',
        "{ success = true; value = { success = false; value = false; }; }",
        "nested",
    ),
    (
        'tryEval (addErrorContext "b" (throw "a"))',
        "{ success = false; value = false; }",
        "the context does not get in the way",
    ),
    ("seq 1 2", "2", "the second"),
    ('seq [ (throw "a") ] 2', "2", "only to weak head normal form"),
    ("deepSeq [ 1 { a = 2; } ] 3", "3", "deeply"),
    ("let x = { y = x; }; in deepSeq x 1", "1", "a cycle is visited once"),
    ('tryEval (deepSeq { a.b = [ (throw "a") ]; } 1)', "{ success = false; value = false; }", "deeply"),
    ('addErrorContext (throw "a") 1', "1", "the context is not evaluated"),
    ("break 1", "1", "no debugger"),
    ('traceVerbose (throw "a") 1', "1", "off by default"),
    ("toString 1.0", '"1.000000"', "six decimals"),
    ("toString 123456789012345678", '"123456789012345678"', "integers"),
    ('toString [ 1 [ ] [ 2 [ ] ] "" null "x" ]', '"1 2    x"', "an empty list as an element leaves no blank"),
    ("toString [ [ ] ]", '""', "nothing at all"),
    ('toString { __toString = self: "a${self.b}"; b = "c"; }', '"ac"', "a method"),
    ("toString { __toString = self: 1; }", '"1"', "whose result is converted in turn"),
    ('toString { outPath = "/a"; }', '"/a"', "a derivation, say"),
    ("toString { outPath = { outPath = /a; }; }", '"/a"', "in several steps"),
    ('toString { __toString = self: "a"; outPath = "b"; }', '"a"', "the method comes first"),
    ("toString /a/b", '"/a/b"', "not copied to the store"),
    ("[ (toString true) (toString false) (toString null) ]", '[ "1" "" "" ]', "for the shell's convenience"),
    (
        "[ nixVersion langVersion storeDir currentSystem ]",
        '[ "2.34.8" 6 "/nix/store" "x86_64-linux" ]',
        "constants",
    ),
    ("isInt currentTime", "true", "constants"),
    ("typeOf builtins.builtins.builtins.true", '"bool"', "builtins contains itself"),
    ("[ builtins.true builtins.false builtins.null ]", "[ true false null ]", "these too"),
    ("nixPath", "[ ]", "empty here"),
]

ERRORS = [
    # expression, message, why
    ('abort "a"', "evaluation aborted with the following error message: 'a'", "aborted"),
    ('tryEval (abort "a")', "evaluation aborted with the following error message: 'a'", "cannot be caught"),
    ('throw "a b"', "a b", "verbatim"),
    ("throw 1", "cannot coerce an integer to a string: 1", "not a string"),
    ("throw { a = 1; }", "cannot coerce a set to a string: { a = 1; }", "not a string"),
    ("abort [ ]", "cannot coerce a list to a string: [ ]", "not a string"),
    ('tryEval (1 + "a")', "cannot add a string to an integer", "not caught"),
    ("tryEval { }.a", "attribute 'a' missing", "not caught"),
    ('seq (throw "a") 1', "a", "forced"),
    ('deepSeq { a = throw "a"; } 1', "a", "forced"),
    ("warn 1 2", "expected a string but found an integer: 1", "not a string"),
    ("toString (x: x)", "cannot coerce a function to a string: «lambda @ «string»:1:26»", "not convertible"),
    ("toString { }", "cannot coerce a set to a string: { }", "not convertible"),
    ("toString [ { } ]", "cannot coerce a set to a string: { }", "not convertible inside"),
    ('"${1}"', "cannot coerce an integer to a string: 1", "not convertible"),
    ('"${[ ]}"', "cannot coerce a list to a string: [ ]", "not convertible"),
    (
        '"${{ __toString = self: 1; }}"',
        "cannot coerce an integer to a string: 1",
        "the result of the method must be a string here",
    ),
    (
        "toString add",
        "cannot coerce the built-in function 'add' to a string: «primop add»",
        "not convertible",
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
