"""Numbers and their order: every row is a claim about Nix, printed by nix-instantiate 2.34.8 itself."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from tests.builtins.evaluation import evaluate

CASES = [
    # expression (with builtins; …), printed, why
    ("add 1 2", "3", "integers"),
    ("add 1 2.5", "3.5", "a float wins"),
    ("sub 1 2", "-1", "integers"),
    ("mul 3 (-4)", "-12", "integers"),
    ("div 7 2", "3", "cut off"),
    ("div (-7) 2", "-3", "towards zero"),
    ("div 7 (-2)", "-3", "towards zero"),
    ("div (-7) (-2)", "3", "both negative"),
    ("div 7 2.0", "3.5", "a float"),
    ("div 1.0 3", "0.333333", "a float"),
    ("9223372036854775807 - 1", "9223372036854775806", "the largest"),
    ("-9223372036854775807 - 1", "-9223372036854775808", "the smallest"),
    ("(-9223372036854775807 - 1) / 1", "-9223372036854775808", "the smallest divided"),
    ("-(-9223372036854775807)", "9223372036854775807", "negated"),
    ("1.0e308 * 10", "inf", "floats overflow to infinity"),
    ("toString (1.0e308 * 10 - 1.0e308 * 10)", '"-nan"', "the sign of not-a-number is shown"),
    ("lessThan 1 2", "true", "integers"),
    ("lessThan 1 1.5", "true", "mixed"),
    ("lessThan 9007199254740993 9007199254740992.0", "false", "as floats they are equal"),
    ("9007199254740993 == 9007199254740992.0", "true", "as floats they are equal"),
    ('lessThan "a" "b"', "true", "strings"),
    ('lessThan "Z" "a"', "true", "by bytes"),
    ('lessThan "a" "ab"', "true", "a prefix is less"),
    ("lessThan /a /b", "true", "paths"),
    ("lessThan [ ] [ 1 ]", "true", "a prefix is less"),
    ("lessThan [ 1 2 ] [ 1 3 ]", "true", "the first difference"),
    ("lessThan [ 1 { } ] [ 1 { } 2 ]", "true", "equal elements need no order"),
    ("lessThan [ null true ] [ null true ]", "false", "so all is well if all are equal"),
    ("bitAnd 12 10", "8", "and"),
    ("bitOr 12 10", "14", "or"),
    ("bitXor 12 10", "6", "exclusive or"),
    ("bitAnd (-1) 255", "255", "two's complement"),
    ("bitXor (-1) 0", "-1", "two's complement"),
    ("ceil 1.2", "2", "up"),
    ("ceil (-1.2)", "-1", "up is towards zero"),
    ("floor 1.8", "1", "down"),
    ("floor (-1.2)", "-2", "down"),
    ("ceil 3", "3", "integers stay"),
    ("floor 9007199254740992", "9007199254740992", "the last exact one"),
]

ERRORS = [
    # expression, message, why
    ("9223372036854775807 + 1", "integer overflow in adding 9223372036854775807 + 1", "overflow"),
    ("add 9223372036854775807 1", "integer overflow in adding 9223372036854775807 + 1", "overflow"),
    ("sub (-9223372036854775807) 2", "integer overflow in subtracting -9223372036854775807 - 2", "overflow"),
    ("9223372036854775807 * 2", "integer overflow in multiplying 9223372036854775807 * 2", "overflow"),
    (
        "(-9223372036854775807 - 1) / (-1)",
        "integer overflow in dividing -9223372036854775808 / -1",
        "overflow",
    ),
    ("-(-9223372036854775807 - 1)", "integer overflow in subtracting 0 - -9223372036854775808", "overflow"),
    ("1 / 0", "division by zero", "division by zero"),
    ("1.0 / 0", "division by zero", "floats too"),
    ("div 1 0.0", "division by zero", "floats too"),
    ('"a" / 0', "division by zero", "the divisor is looked at first"),
    ('1 / "a"', 'expected a float but found a string: "a"', "a type error"),
    ('"a" / 1', 'expected an integer but found a string: "a"', "a type error"),
    ('"a" / 1.5', 'expected a float but found a string: "a"', "a type error"),
    ('add "a" 1', 'expected an integer but found a string: "a"', "a type error"),
    ('add 1 "a"', 'expected an integer but found a string: "a"', "a type error"),
    ('add 1.5 "a"', 'expected a float but found a string: "a"', "a type error that wants a float"),
    ("1 - null", "expected an integer but found null: null", "a type error"),
    ('"a" * 1.5', 'expected a float but found a string: "a"', "a type error that wants a float"),
    ('(throw "a") - (throw "b")', "a", "left to right"),
    ('lessThan 1 "a"', 'cannot compare an integer with a string; values are 1 and "a"', "two types"),
    (
        "lessThan { } { a = 1; }",
        "cannot compare a set with a set; values of that type are incomparable (values are { } and { a = 1; })",
        "a type without order",
    ),
    (
        "lessThan true false",
        "cannot compare a Boolean with a Boolean; values of that type are incomparable (values are true and false)",
        "a type without order",
    ),
    (
        "lessThan null null",
        "cannot compare null with null; values of that type are incomparable (values are null and null)",
        "a type without order",
    ),
    (
        "lessThan (x: x) add",
        "cannot compare a function with the built-in function 'add'; values of that type are incomparable (values are «lambda @ «string»:1:26» and «primop add»)",
        "functions have no order",
    ),
    (
        'lessThan [ 1 ] [ "a" ]',
        'cannot compare an integer with a string; values are 1 and "a"',
        "inside lists",
    ),
    (
        "lessThan [ { } 1 ] [ { a = 1; } 1 ]",
        "cannot compare a set with a set; values of that type are incomparable (values are { } and { a = 1; })",
        "inside lists",
    ),
    ("bitAnd 1 2.0", "expected an integer but found a float: 2", "integers only"),
    ('bitOr "a" 1', 'expected an integer but found a string: "a"', "integers only"),
    ('ceil "a"', 'expected a float but found a string: "a"', "a type error"),
    (
        "ceil 9223372036854775807",
        "Due to a bug (see https://github.com/NixOS/nix/issues/12899) the NixInt argument 9223372036854775807 caused undefined behavior in previous Nix versions.\n\tFuture Nix versions might implement the correct behavior.",
        "an old bug that Nix keeps",
    ),
    (
        "floor 9007199254740993",
        "Due to a bug (see https://github.com/NixOS/nix/issues/12899) a loss of precision occurred in previous Nix versions because the NixInt argument 9007199254740993 was rounded to 9007199254740992.\n\tFuture Nix versions might implement the correct behavior.",
        "an old bug that Nix keeps",
    ),
    ("floor 1.0e20", "NixFloat argument 1e+20 is not in the range of NixInt", "out of range"),
    ("ceil (1.0e308 * 10)", "NixFloat argument inf is not in the range of NixInt", "infinity"),
]


@pytest.mark.parametrize(("source", "printed", "why"), CASES, ids=[case[2] for case in CASES])
def test_evaluates(source: str, printed: str, why: str) -> None:
    assert evaluate(source) == printed


@pytest.mark.parametrize(("source", "message", "why"), ERRORS, ids=[case[2] for case in ERRORS])
def test_fails(source: str, message: str, why: str) -> None:
    with pytest.raises(NixError) as caught:
        evaluate(source)
    assert caught.value.message == message
