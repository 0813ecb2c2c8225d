"""Builtins on attribute sets: every row is a claim about Nix, printed by nix-instantiate 2.34.8 itself."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from tests.builtins.evaluation import evaluate

CASES = [
    # expression (with builtins; …), printed, why
    ('attrNames { b = throw "a"; a = 1; }', '[ "a" "b" ]', "sorted, nothing forced"),
    ('attrNames { "é" = 1; z = 1; "" = 1; "1" = 1; Z = 1; }', '[ "" "1" "Z" "z" "é" ]', "by bytes"),
    ("attrValues { b = 2; a = 1; }", "[ 1 2 ]", "in the order of the names"),
    ('length (attrValues { a = throw "a"; })', "1", "nothing forced"),
    ('getAttr "a" { a = 1; }', "1", "a value"),
    ('hasAttr "a" { a = throw "a"; }', "true", "not forced"),
    ('hasAttr "b" { a = 1; }', "false", "not there"),
    (
        'removeAttrs { a = 1; b = 2; c = throw "a"; } [ "c" "x" "c" ]',
        "{ a = 1; b = 2; }",
        "need not exist, may be repeated",
    ),
    ("removeAttrs { a = 1; } [ ]", "{ a = 1; }", "nothing to remove"),
    (
        'listToAttrs [ { name = "a"; value = 1; } { name = "a"; value = throw "a"; } ]',
        "{ a = 1; }",
        "the first counts",
    ),
    ("listToAttrs [ ]", "{ }", "no pairs"),
    (
        'attrNames (listToAttrs [ { name = "a"; value = throw "a"; x = 1; } ])',
        '[ "a" ]',
        "values stay unforced, more attributes are fine",
    ),
    (
        'listToAttrs [ { name = "a"; value = 1; } { name = "a"; } ]',
        "{ a = 1; }",
        "a later pair of the same name needs no value",
    ),
    ("intersectAttrs { a = 1; b = 2; } { b = 3; c = 4; }", "{ b = 3; }", "values of the second"),
    (
        'intersectAttrs { a = throw "a"; b = 1; c = 1; } { a = 3; }',
        "{ a = 3; }",
        "the smaller set is on the right",
    ),
    ('attrNames (intersectAttrs { a = 1; } { a = throw "a"; b = 1; })', '[ "a" ]', "nothing forced"),
    ('catAttrs "a" [ { a = 1; } { b = 0; } { a = 2; } ]', "[ 1 2 ]", "those that have it"),
    ('length (catAttrs "a" [ { a = throw "a"; } ])', "1", "nothing forced"),
    (
        'mapAttrs (name: value: "${name}${toString value}") { a = 1; b = 2; }',
        '{ a = "a1"; b = "b2"; }',
        "name and value",
    ),
    ('attrNames (mapAttrs (throw "a") { a = 1; })', '[ "a" ]', "the function is not forced"),
    ("mapAttrs (n: add 1) { a = 1; }", "{ a = 2; }", "a function that returns a built-in one"),
    ('mapAttrs (throw "a") { }', "{ }", "nothing to map"),
    (
        'zipAttrsWith (name: values: { inherit name values; }) [ { a = "x"; } { a = "y"; b = "z"; } ]',
        '{ a = { name = "a"; values = [ "x" "y" ]; }; b = { name = "b"; values = [ "z" ]; }; }',
        "the manual's example",
    ),
    ('attrNames (zipAttrsWith (n: v: throw "a") [ { a = throw "b"; } ])', '[ "a" ]', "calls are delayed"),
    ("zipAttrsWith (n: v: v) [ ]", "{ }", "no sets"),
    ('functionArgs ({ x, y ? throw "a" }: 1)', "{ x = false; y = true; }", "true where there is a default"),
    ("functionArgs ({ x, ... }@args: 1)", "{ x = false; }", "with an ellipsis"),
    ("functionArgs (x: 1)", "{ }", "no formals"),
    ("functionArgs ({ }: 1)", "{ }", "none either"),
    ("functionArgs add", "{ }", "a built-in function"),
    ("functionArgs (add 1)", "{ }", "a partially applied one"),
    ('unsafeGetAttrPos "a" { a = 1; }', "null", "not from a file: no position"),
    ('unsafeGetAttrPos "b" { a = 1; }', "null", "no such attribute"),
]

ERRORS = [
    # expression, message, why
    ("attrNames 1", "expected a set but found an integer: 1", "a type error"),
    ("attrValues [ ]", "expected a set but found a list: [ ]", "a type error"),
    ('getAttr "b" { a = 1; }', "attribute 'b' missing", "missing, without a suggestion"),
    ("getAttr 1 2", "expected a string but found an integer: 1", "the name is looked at first"),
    ('hasAttr "a" 1', "expected a set but found an integer: 1", "a type error"),
    ("removeAttrs 1 2", "expected a set but found an integer: 1", "the set is looked at first"),
    ("removeAttrs { } [ 1 ]", "expected a string but found an integer: 1", "a name that is no string"),
    ("listToAttrs 1", "expected a list but found an integer: 1", "a type error"),
    ("listToAttrs [ 1 ]", "expected a set but found an integer: 1", "a type error inside"),
    ("listToAttrs [ { value = 1; } ]", "attribute 'name' missing", "no name"),
    ('listToAttrs [ { name = "a"; } ]', "attribute 'value' missing", "no value"),
    (
        "listToAttrs [ { name = 1; value = 1; } ]",
        "expected a string but found an integer: 1",
        "a name that is no string",
    ),
    ("intersectAttrs 1 2", "expected a set but found an integer: 1", "the first is looked at first"),
    ("intersectAttrs { } 2", "expected a set but found an integer: 2", "the second too"),
    ("catAttrs 1 2", "expected a string but found an integer: 1", "the name is looked at first"),
    ('catAttrs "a" [ 1 ]', "expected a set but found an integer: 1", "a type error inside"),
    ("mapAttrs 1 2", "expected a set but found an integer: 2", "the set is looked at, not the function"),
    (
        "mapAttrs (x: x) { a = 1; }",
        'attempt to call something which is not a function but a string: "a"',
        "not a function of two arguments",
    ),
    ("zipAttrsWith 1 2", "expected a function but found an integer: 1", "the function is looked at first"),
    ("zipAttrsWith (n: v: v) [ 1 ]", "expected a set but found an integer: 1", "a type error inside"),
    ("functionArgs 1", "'functionArgs' requires a function", "not a function"),
    (
        "functionArgs { __functor = self: { a }: a; }",
        "'functionArgs' requires a function",
        "a functor is no function here",
    ),
    ("unsafeGetAttrPos 1 2", "expected a string but found an integer: 1", "the name is looked at first"),
]


@pytest.mark.parametrize(("source", "printed", "why"), CASES, ids=[case[2] for case in CASES])
def test_evaluates(source: str, printed: str, why: str) -> None:
    assert evaluate(source) == printed


@pytest.mark.parametrize(("source", "message", "why"), ERRORS, ids=[case[2] for case in ERRORS])
def test_fails(source: str, message: str, why: str) -> None:
    with pytest.raises(NixError) as caught:
        evaluate(source)
    assert caught.value.message == message
