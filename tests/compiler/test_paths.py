"""`a ? b.${c}` and `a.b.c or d`: what is computed when (real Nix 2.34.8, `nix-instantiate --eval`)."""

from __future__ import annotations

import re

import pytest

from nixlite.errors import NixError
from tests.compiler.programs import evaluate, instantiate

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


DEFAULTS = [
    # expression, answer, the attributes in the trace with the places of their definitions
    ('let x = { a = { c = 1; }; }; in x.a.b or (throw "no")', "error: no", [("a.b", "1:11")]),
    ('let x = { a = { c = 1; }; }; in x.b.c or (throw "no")', "error: no", []),
    ('let x = { a = { c = 1; }; }; in x.a.c or (throw "no")', "1", []),
    ('let x = { a = 1; }; in x.a.b or (throw "no")', "error: no", [("a.b", "1:11")]),
    ('let x = { a = { b = { }; }; }; in x.a.b.c or (throw "no")', "error: no", [("a.b.c", "1:17")]),
    ('let x = { a = { b = { }; }; }; in x.a.b.c.d or (throw "no")', "error: no", [("a.b.c.d", "1:17")]),
    ('let x = { a = { b = { }; }; }; y = throw "q"; in x.a.c or y', "error: q", [("a.c", "1:11")]),
    (
        "let x = { a = { b = { }; }; }; y = x.a.c or y; in y",
        "error: infinite recursion encountered",
        [("a.c", "1:11")],
    ),
    (
        "let x = { a = { b = { }; }; }; y = { z = x.a.c or y.z; }; in y.z",
        "error: infinite recursion encountered",
        [("z", "1:38"), ("a.c", "1:11")],
    ),
    ('let x = { a = { b = { }; }; }; f = y: x.a.c or y; in f (throw "r")', "error: r", [("a.c", "1:11")]),
    ('let x = builtins.mapAttrs (n: v: v) { a = { b = { }; }; }; in x.a.c or (throw "no")', "error: no", []),
    (
        'let x = builtins.listToAttrs [ { name = "a"; value = { }; } ]; in x.a.c or (throw "no")',
        "error: no",
        [("a.c", "1:46")],
    ),
    ('{ a = { }; }.a.b or (1 + "x")', "error: cannot add a string to an integer", [("a.b", "1:3")]),
    ("{ a = { }; }.a.b or { }.c", "error: attribute 'c' missing", [("a.b", "1:3")]),
    (
        '{ a = { }; }.a.b or ({ b = { }; }.b.c or (throw "deep"))',
        "error: deep",
        [("a.b", "1:3"), ("b.c", "1:24")],
    ),
    ('({ a = { }; }.a.b or (x: throw "fun")) 1', "error: fun", []),
    ('{ a = { }; }.a.b or [ (throw "x") ]', "[ <CODE> ]", []),
    ('{ a = { }; }.a."b c".d or (throw "x")', "error: x", [('a."b c".d', "1:3")]),
    ('{ a = { }; }.a.${"b"} or (throw "x")', "error: x", [("a.b", "1:3")]),
    ('{ a = { }; }.b or (throw "x")', "error: x", []),
    ('{ a = throw "in"; }.a.b or 1', "error: in", [("a.b", "1:3")]),
    ('{ }.a.${throw "n"} or 1', "1", []),
    ('{ a = { }; }.a.${"b"}.${throw "n"} or 2', "2", []),
    ('{ a = { b = 3; }; }.a.${"b"} or 2', "3", []),
    ('{ a = { b = 3; }; }.${"a"}.b or 2', "3", []),
    ('{ a = { b = 3; }; }.${throw "p"}.b or 2', "error: p", []),
    ('1.${throw "p"} or 2', "error: syntax error, unexpected '${', expecting end of file", []),
]


@pytest.mark.parametrize(("text", "answer", "attributes"), DEFAULTS, ids=[case[0] for case in DEFAULTS])
def test_defaults(text: str, answer: str, attributes: list[tuple[str, str]]) -> None:
    _, printed, shown = instantiate(text)
    assert (printed.strip() or "error: " + re.findall("error: (.+)", shown)[-1]) == answer
    assert re.findall(r"evaluating the attribute '([^']+)'\n\s+at «string»:(\d+:\d+)", shown) == attributes
