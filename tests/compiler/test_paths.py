"""`a ? b.${c}`, `a.b.c or d` and `a.b.${c}`: what is computed when (real Nix 2.34.8, `nix-instantiate --eval`)."""

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


COMPUTED = [
    # the same, of paths with names that are computed
    (
        'let a.b = throw "first"; in a.b.${throw "second"}',
        "error: second",
        [('b."${(throw "second")}"', "1:5")],
    ),
    ('let a.b = 1; in a.b.${throw "second"}', "error: second", [('b."${(throw "second")}"', "1:5")]),
    ("let a.b = 1; in a.b.${1}", "error: expected a string but found an integer: 1", [('b."${1}"', "1:5")]),
    ('let a.b = { c = 1; }; in a.b.${"x" + "y"}', "error: attribute 'xy' missing", [("b.xy", "1:5")]),
    ('let a.b = 5; in a.b.${"x"}', "error: expected a set but found an integer: 5", [("b.x", "1:5")]),
    ('let a.b = 5; in a.${"b"}.c', "error: expected a set but found an integer: 5", [("b.c", "1:5")]),
    ('let a = throw "s"; in a.${throw "n"}', "error: s", []),
    ('let a = 5; in a.${throw "n"}', "error: n", []),
    (
        'let a.b = throw "first"; in a.b.${throw "second"} or 1',
        "error: second",
        [('b."${(throw "second")}"', "1:5")],
    ),
    ('let a.b = 7; in a.b.${throw "second"} or 1', "error: second", [('b."${(throw "second")}"', "1:5")]),
    ('let a.b = { }; in a.b.${throw "second"} or 1', "error: second", [('b."${(throw "second")}"', "1:5")]),
    ('let a.b = { }; in a.b.${"k"}.${throw "t"} or 1', "1", []),
    (
        'let a.b = { k = throw "kk"; }; in a.b.${"k"}.${throw "t"} or 1',
        "error: t",
        [('b.k."${(throw "t")}"', "1:13")],
    ),
    ('let a.b = throw "bb"; in a.c.${throw "second"} or 1', "1", []),
    ('let n = "xy"; a.xy = throw "v"; in a.${n}', "error: v", [("xy", "1:15")]),
    ('let n = "xy"; a.b.xy = throw "v"; in a.b.${n}', "error: v", [("b.xy", "1:15")]),
    ('let n = "xy"; a.b.xy = throw "v"; in a.b.${"x" + "y"}', "error: v", [("b.xy", "1:15")]),
    ('let n = "x y"; a.b."x y".c = throw "v"; in a.b.${n}.c', "error: v", [('b."x y".c', "1:16")]),
    ('let n = "xy"; a.b.xy.c = throw "v"; in a.b.${n}.c', "error: v", [("b.xy.c", "1:15")]),
    (
        'let f = n: a: a.${n}.c; a.b.xy.c = throw "v"; in f "b" { b.c = throw "w"; }',
        "error: w",
        [("b.c", "1:58")],
    ),
    ('let f = n: a: a.${n}.c or 5; in f "b" { b = throw "w"; }', "error: w", [("b.c", "1:41")]),
    (
        'let f = n: a: a.${n}.${throw "u"}; in f "b" { b = { c = 1; }; }',
        "error: u",
        [('b."${(throw "u")}"', "1:47")],
    ),
    (
        'let f = n: a: a.${n}.${"${n}c"}; in f "b" { b = { c = 1; }; }',
        "error: attribute 'bc' missing",
        [("b.bc", "1:45")],
    ),
    ('let f = n: a: (a.${n}); in f "b" { b = throw "k"; }', "error: k", [("b", "1:36")]),
    ('let n = "xy"; in { a = 1; }.${n}', "error: attribute 'xy' missing", []),
    (
        'let n = "xy"; a.b = { }; in a.b.${n}.${throw "never"}',
        "error: attribute 'xy' missing",
        [('b.xy."${(throw "never")}"', "1:15")],
    ),
    (
        'let n = "xy"; a.b.xy = throw "k"; in a.b.${n}.${throw "name"}',
        "error: name",
        [('b.xy."${(throw "name")}"', "1:15")],
    ),
    (
        'let n = "xy"; a.b.xy = { }; in a.b.${n}.${throw "name"}',
        "error: name",
        [('b.xy."${(throw "name")}"', "1:15")],
    ),
    (
        "let n = 5; a.b.xy = { }; in a.b.${n}",
        "error: expected a string but found an integer: 5",
        [('b."${n}"', "1:12")],
    ),
    ("let n = 5; a.b.xy = { }; in a.${n}.b", "error: expected a string but found an integer: 5", []),
    ('let a.b.xy = { }; in a.b.${"x${"y"}"}.q', "error: attribute 'q' missing", [("b.xy.q", "1:5")]),
    ('let a.b = { }; in a.b.${"x${"y"}"} or (throw "def")', "error: def", [("b.xy", "1:5")]),
    ('let a.b = { }; n = "k"; in a.b.${n} or (throw "def")', "error: def", [("b.k", "1:5")]),
    ('let a = { }; n = "k"; in a.${n} or (throw "def")', "error: def", []),
    ('let a.k = 5; n = "k"; in a.${n}.c or (throw "def")', "error: def", [("k.c", "1:5")]),
    (
        'let a.k = 5; n = "k"; in a.${n}.${throw "q"} or (throw "def")',
        "error: q",
        [('k."${(throw "q")}"', "1:5")],
    ),
    ('let f = n: s: s.a.${n}; in f "b" { a.b = 1; }', "1", []),
    ('let f = n: s: s.a.${n} or 7; in f "c" { a.b = 1; }', "7", []),
    ('let f = n: s: s.a.${n}.z or n; in f "b" { a.b.z = 1; }', "1", []),
    (
        'let f = n: s: map (x: s.a.${x}.${n}) [ "u" "v" ]; in builtins.deepSeq (f "b" { a.u.b = 1; a.v.b = throw "deep"; }) 1',
        "error: deep",
        [("a.v.b", "1:91")],
    ),
    ('let a.b = 5; n = "c"; in a.b.${n}', "error: expected a set but found an integer: 5", [("b.c", "1:5")]),
    ('let a.b = 5; n = "c"; in a.b.${n}.d or 8', "8", []),
    ('(x: x.a.${x}) "a"', 'error: expected a set but found a string: "a"', []),
    (
        'let pkgs.py = { numpy = throw "broken"; }; get = n: pkgs.py.${n}; in get "numpy"',
        "error: broken",
        [("py.numpy", "1:17")],
    ),
    ('let n = "a.b"; s.q."a.b" = throw "dots"; in s.q.${n}', "error: dots", [('q."a.b"', "1:16")]),
    ('let n = "if"; s.q."if" = throw "kw"; in s.q.${n}', "error: kw", [('q."if"', "1:15")]),
    ('let s.q."" = throw "empty"; in s.q.${""}', "error: empty", [('q.""', "1:5")]),
    ('let s."${"q"}".r = throw "d"; in s.q.${"r"}', "error: d", [("q.r", "1:5")]),
]


@pytest.mark.parametrize(
    ("text", "answer", "attributes"),
    [*DEFAULTS, *COMPUTED],
    ids=[case[0] for case in [*DEFAULTS, *COMPUTED]],
)
def test_attributes_in_traces(text: str, answer: str, attributes: list[tuple[str, str]]) -> None:
    _, printed, shown = instantiate(text)
    assert (printed.strip() or "error: " + re.findall("error: (.+)", shown)[-1]) == answer
    assert re.findall(r"evaluating the attribute '(.+)'\n\s+at «string»:(\d+:\d+)", shown) == attributes
