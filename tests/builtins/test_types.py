"""What a value is: every row is a claim about Nix, printed by nix-instantiate 2.34.8 itself."""

from __future__ import annotations

import pytest

from tests.builtins.evaluation import evaluate

CASES = [
    # expression (with builtins; …), printed, why
    (
        'map typeOf [ 1 1.5 "a" /a true null { } [ ] (x: x) add (add 1) ]',
        '[ "int" "float" "string" "path" "bool" "null" "set" "list" "lambda" "lambda" "lambda" ]',
        "all types",
    ),
    ("map isInt [ 1 1.5 true ]", "[ true false false ]", "a Boolean is no integer"),
    ("map isFloat [ 1 1.5 ]", "[ false true ]", "floats"),
    ('map isString [ "a" /a ]', "[ true false ]", "a path is no string"),
    ("map isBool [ true 1 null ]", "[ true false false ]", "Booleans"),
    ('map isPath [ /a "/a" ]', "[ true false ]", "paths"),
    ("map isAttrs [ { } [ ] ]", "[ true false ]", "sets"),
    ("map isList [ [ ] { } ]", "[ true false ]", "lists"),
    ("map isNull [ null false ]", "[ true false ]", "null"),
    (
        "map isFunction [ (x: x) add (add 1) { __functor = self: x: x; } ]",
        "[ true true true false ]",
        "a functor is a set",
    ),
    ('isList [ (throw "a") ]', "true", "nothing inside is forced"),
]


@pytest.mark.parametrize(("source", "printed", "why"), CASES, ids=[case[2] for case in CASES])
def test_evaluates(source: str, printed: str, why: str) -> None:
    assert evaluate(source) == printed
