"""`a ? b.${c}`: what is computed when (real Nix 2.34.8, `nix-instantiate --eval --strict`)."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from tests.compiler.programs import evaluate

CASES = [
    ('1 ? ${throw "n"}', "error: n"),
    ("1 ? ${1}", "error: expected a string but found an integer: 1"),
    ('{ } ? ${throw "n"}', "error: n"),
    ('{ } ? a.${throw "n"}', "false"),
    ('{ a = 1; } ? a.${throw "n"}', "error: n"),
    ('{ a = { }; } ? a.${throw "n"}', "error: n"),
    ('{ a = { b = throw "q"; }; } ? a.${"b"}', "true"),
    ('{ a = { b = throw "q"; }; } ? ${"a"}.b', "true"),
    ('{ a = { b = throw "q"; }; } ? ${"a"}.b.c', "error: q"),
    ('{ a = throw "q"; } ? ${"a"}.${throw "n"}', "error: q"),
    ('{ a = throw "q"; } ? a.${throw "n"}', "error: q"),
    ('(throw "s") ? ${throw "n"}', "error: s"),
    ('{ a.b.c = 1; } ? a.${"b"}.c', "true"),
    ('{ a.b.c = 1; } ? a.${"b"}.d', "false"),
    ('{ a.b.c = 1; } ? a.b.${"c"}', "true"),
    ('{ a.b.c = 1; } ? a.x.${throw "c"}', "false"),
    ('{ a.b.c = 1; } ? ${"a"}', "true"),
    ("{ a.b.c = 1; } ? ${null}", "error: expected a string but found null: null"),
    ('{ a.b.c = 1; } ? "a b"', "false"),
    ('(x: x ? ${x}) "a"', "false"),
]


@pytest.mark.parametrize(("text", "answer"), CASES, ids=[case[0] for case in CASES])
def test_has_attribute(text: str, answer: str) -> None:
    try:
        found = evaluate(text)
    except NixError as error:
        found = f"error: {error.message}"
    assert found == answer
