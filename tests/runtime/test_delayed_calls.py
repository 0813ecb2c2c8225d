"""Where a trace says that delayed calls are made, which `--strict` and what writes JSON and XML force (real Nix 2.34.8)."""

from __future__ import annotations

import re

import pytest

from tests.compiler.programs import instantiate

CASES = [
    # expression, the places of call sites
    ("builtins.deepSeq (builtins.mapAttrs (n: v: null.q) { a = 1; }) 1", []),
    ("builtins.deepSeq (builtins.zipAttrsWith (n: v: null.q) [ { a = 1; } ]) 1", ["1:42"]),
    ("(builtins.mapAttrs (n: v: null.q) { a = 1; }).a", ["1:1"]),
    ("(builtins.zipAttrsWith (n: v: null.q) [ { a = 1; } ]).a", ["1:1"]),
    ("builtins.toJSON (builtins.mapAttrs (n: v: null.q) { a = 1; })", []),
    ("builtins.toJSON (builtins.zipAttrsWith (n: v: null.q) [ { a = 1; } ])", []),
    ("builtins.deepSeq (builtins.attrValues (builtins.mapAttrs (n: v: null.q) { a = 1; })) 1", []),
    ('builtins.mapAttrs (n: throw "one") { a = 1; }', []),
    ("builtins.mapAttrs (n: n.q) { a = 1; }", []),
    ("builtins.zipAttrsWith (n: n.q) [ { a = 1; } ]", ["1:24"]),
    ("builtins.mapAttrs (n: { z }: null.q) { a = 1; }", []),
    ("builtins.zipAttrsWith (n: { z }: null.q) [ { a = 1; } ]", ["1:24"]),
    ("builtins.mapAttrs { __functor = self: n: v: null.q; } { a = 1; }", []),
    ('builtins.mapAttrs (n: builtins.add 1) { a = "x"; }', []),
    ("builtins.mapAttrs builtins.add { a = 1; }", []),
    ("let g = a: b: c: null.q; in builtins.mapAttrs (g 1) { a = 1; }", []),
    ("let g = a: b: c: null.q; in builtins.zipAttrsWith (g 1) [ { a = 1; } ]", ["1:12"]),
    ("let g = a: b: c: null.q; in map (g 1 2) [ 1 ]", ["1:15"]),
    ("let g = a: b: null.q; in map (g 1) [ 1 ]", ["1:12"]),
    ('builtins.mapAttrs (n: v: if n == "b" then null.q else v) { a = 1; b = 2; }', ["1:20"]),
    ('let f = n: v: if n == "b" then null.q else v; in builtins.mapAttrs f { a = 1; b = 2; }', ["1:9"]),
    (
        'let f = n: v: if n == "b" then null.q else v; in (f "a" 1) + builtins.stringLength (builtins.toJSON (builtins.mapAttrs f { b = 2; }))',
        [],
    ),
    ('let f = n: v: if n == "b" then null.q else v; in [ (builtins.mapAttrs f { b = 2; }) (f "a" 1) ]', []),
    ("let g = f: builtins.mapAttrs f { b = 2; }; in g (n: v: null.q)", []),
    ("let g = f: builtins.mapAttrs (n: f n) { b = 2; }; in g (n: v: null.q)", []),
    ("builtins.mapAttrs (n: v: builtins.mapAttrs (m: w: null.q) v) { a.b = 2; }", []),
    (
        'builtins.mapAttrs (n: v: builtins.mapAttrs (m: w: if n == "c" then null.q else w) v) { a.b = 2; c.d = 3; }',
        [],
    ),
    ("builtins.mapAttrs (n: { x, ... }@q: q.z) { a = { x = 1; }; }", []),
    ("builtins.mapAttrs (n: { x, ... }@q: q.z) { a = { x = 1; z = 1; }; b = { y = 1; }; }", ["1:20"]),
    ("builtins.toJSON { a = { b = map (x: null.q) [ 1 ]; }; }", ["1:25"]),
    ("builtins.toXML { a = { b = map (x: null.q) [ 1 ]; }; }", ["1:24"]),
    ("builtins.toJSON { a = builtins.mapAttrs (n: x: map (y: null.q) [ 1 ]) { c = 1; }; }", []),
    ("builtins.toXML { a = builtins.mapAttrs (n: x: map (y: null.q) [ 1 ]) { c = 1; }; }", []),
    ("builtins.toJSON { a = builtins.genList (i: null.q) 1; }", ["1:19"]),
    ("builtins.toXML { a = [ (map (x: [ (map (y: null.q) [ 1 ]) ]) [ 1 ]) ]; }", ["1:18"]),
    ("builtins.toJSON { a = map (x: { b = map (y: null.q) [ 1 ]; }) [ 1 ]; }", ["1:33"]),
    ("builtins.toJSON (map (x: null.q) [ 1 ])", []),
    ("builtins.toXML { a = map { __functor = s: x: null.q; } [ 1 ]; }", ["1:28"]),
    ("builtins.toJSON { a = map (x: { outPath = map (y: null.q) [ 1 ]; }) [ 1 ]; }", ["1:33"]),
]


@pytest.mark.parametrize(("text", "places"), CASES, ids=[case[0] for case in CASES])
def test_call_sites(text: str, places: list[str]) -> None:
    code, _, shown = instantiate(text, "--strict", "--show-trace")
    assert code == 1
    assert re.findall(r"from call site\n\s+at «string»:(\d+:\d+)", shown) == places
