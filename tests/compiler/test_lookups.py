"""Lookups in `with` sets that calls share: what real Nix 2.34.8 gives, `nix-instantiate --eval [--strict]`."""

from __future__ import annotations

import re

import pytest

from nixlite.analysis.facts import WithLookup
from nixlite.analysis.scope import analyse
from nixlite.source import Source
from nixlite.syntax.options import ParseOptions
from nixlite.syntax.parser import parse
from tests.compiler.programs import evaluate, instantiate

VALUES = [
    # expression, printed, printed --strict
    (
        "let lib = { a = 1; }; f = x: with lib; g a; g = y: [ y ]; in builtins.seq (builtins.head (f 1)) (f 2)",
        "[ <CODE> ]",
        "[ 1 ]",
        "that an earlier call evaluated its argument is not seen",
    ),
    (
        "let lib = { a = 1; }; f = x: with lib; [ a x ]; in builtins.seq (builtins.head (f 1)) (f 2)",
        "[ <CODE> 2 ]",
        "[ 1 2 ]",
        "nor an element",
    ),
    (
        "let lib = { a = 1; }; f = x: with lib; { inherit a; b = a; }; in builtins.seq (f 1).b (f 2)",
        "{ a = <CODE>; b = <CODE>; }",
        "{ a = 1; b = 1; }",
        "nor an attribute",
    ),
    (
        "({ lib, h ? (x: with lib; k x) }: with lib; map (x: h (k x)) [ 1 2 ]) { lib.k = x: x + 1; }",
        "[ <CODE> <CODE> ]",
        "[ 3 4 ]",
        "in a default, which is made before the lookups of its function",
    ),
    (
        "({ lib ? { k = x: x + 1; }, h ? (x: with lib; k x) }: with lib; map (x: h (k x)) [ 1 2 ]) { }",
        "[ <CODE> <CODE> ]",
        "[ 3 4 ]",
        "the set is a default",
    ),
    (
        "let f = lib: x: with lib; k x; in map (f { k = x: x * 2; }) [ 1 2 3 ]",
        "[ <CODE> <CODE> <CODE> ]",
        "[ 2 4 6 ]",
        "the set is another argument",
    ),
    (
        "let f = lib: x: y: with lib; k x (z: k y z); in f { k = a: b: if builtins.isFunction b then b a else a * b; } 5 6",
        "30",
        "30",
        "one of three arguments, and a function inside",
    ),
    (
        "rec { a = 1; f = x: with s; b + x; s = { b = a + 1; }; r = map f [ 1 2 ]; }.r",
        "[ <CODE> <CODE> ]",
        "[ 3 4 ]",
        "an attribute of a rec",
    ),
    (
        "rec { __overrides = { s = { b = 10; }; }; f = x: with s; b + x; s = { b = 1; }; r = map f [ 1 2 ]; }.r",
        "[ <CODE> <CODE> ]",
        "[ 11 12 ]",
        "that __overrides replaces",
    ),
    (
        "let f = x: with builtins; with lib; length (g x); lib = { g = x: [ x x ]; }; in map f [ 1 2 ]",
        "[ <CODE> <CODE> ]",
        "[ 2 2 ]",
        "builtins outside",
    ),
    (
        "let f = x: with lib; with builtins; length (g x); lib = { g = x: [ x x ]; length = x: 7; }; in map f [ 1 2 ]",
        "[ <CODE> <CODE> ]",
        "[ 2 2 ]",
        "builtins inside",
    ),
    (
        "let lib = { sub = { c = 3; }; }; in with lib; with sub; map (x: c + x) [ 1 2 ]",
        "[ <CODE> <CODE> ]",
        "[ 4 5 ]",
        "a set found in a set",
    ),
    (
        "with { a = 1; }; with { b = a; }; map (x: a + b + x) [ 1 2 ]",
        "[ <CODE> <CODE> ]",
        "[ 3 4 ]",
        "sets without a name",
    ),
    (
        "let l = { a = 1; }; in let m = l; in with m; map (x: a + x) [ 1 2 ]",
        "[ <CODE> <CODE> ]",
        "[ 2 3 ]",
        "by another name",
    ),
    (
        "let l = rec { fib = n: with self; if n < 2 then n else fib (n - 1) + fib (n - 2); self = { inherit fib; }; }; in l.fib 10",
        "55",
        "55",
        "a function that finds itself",
    ),
    (
        'let lib = { a = "a"; }; f = x: with lib; { ${a} = x; }; in [ (f 1) (f 2) ]',
        "[ <CODE> <CODE> ]",
        "[ { a = 1; } { a = 2; } ]",
        "as an attribute's name",
    ),
    ('let lib = throw "lazy"; f = x: with lib; x; in f 1', "1", "1", "nothing is looked up"),
    ("let x = with x; y: z; z = 5; in x 1", "5", "5", "a with in what it looks into"),
    (
        "let lib.a = f: x: f (f x); in with lib; map (i: a (a (j: j + i)) i) [ 1 2 3 ]",
        "[ <CODE> <CODE> <CODE> ]",
        "[ 5 10 15 ]",
        "the same name twice",
    ),
    (
        "let a = { x = 1; }; b = { y = 2; }; c = { z = 3; x = 4; }; in with a; with b; with c; rec { r = x + y + z; f = k: [ x y k ]; g = f 5; }",
        "{ f = <CODE>; g = <CODE>; r = <CODE>; }",
        "{ f = <LAMBDA>; g = [ 4 2 5 ]; r = 9; }",
        "three sets in a row",
    ),
    (
        "let a = { x = 1; }; b = { y = 2; }; f = c: with a; with b; with c; k: [ x y k ]; in map (c: f c 7) [ { } { x = 9; } ]",
        "[ <CODE> <CODE> ]",
        "[ [ 1 2 7 ] [ 9 2 7 ] ]",
        "a row in a function is another one in each call",
    ),
    (
        "let a = { x = 1; y = [ x ]; }; x = 0; in with a; with { z = y; }; with { w = z; }; builtins.seq (builtins.head w) { inherit w; f = with { y = 5; }; [ y z ]; g = with { }; with { }; with { q = 8; }; [ q y ]; }",
        "{ f = <CODE>; g = <CODE>; w = <CODE>; }",
        "{ f = [ 5 [ 0 ] ]; g = [ 8 [ 0 ] ]; w = [ 0 ]; }",
        "a set inside of the row, and another row",
    ),
    (
        'let a = { x = throw "x"; }; in with a; with { }; with { }; [ (builtins.tryEval x).success (builtins.tryEval x).success ]',
        "[ <CODE> <CODE> ]",
        "[ false false ]",
        "an error is one each time",
    ),
    (
        'with throw "no"; with { b = 2; }; with { a = 1; }; [ a b ]',
        "[ <CODE> <CODE> ]",
        "[ 1 2 ]",
        "outer sets that nothing needs",
    ),
    (
        "let lib = { a = 1; id = x: x; }; in with lib; with { }; with { }; [ (id a) ] == [ a ] && builtins.length [ id ] == 1",
        "true",
        "true",
        "functions",
    ),
    (
        "with { map = 1; }; with { }; with { foldl' = 3; }; [ (map (x: x) [ 1 ]) foldl' ]",
        "[ <CODE> <CODE> ]",
        "[ [ 1 ] 3 ]",
        "globals come first",
    ),
]


@pytest.mark.parametrize(("text", "shallow", "deep", "why"), VALUES, ids=[case[-1] for case in VALUES])
def test_values(text: str, shallow: str, deep: str, why: str) -> None:
    assert evaluate(text, strict=False) == shallow
    assert evaluate(text) == deep


ERRORS = [
    # expression, message, line:column
    ("let lib = { a = f 1; }; f = x: with lib; a; in f 1", "infinite recursion encountered", "1:42"),
    (
        "let lib = { a = f 1; }; f = x: with lib; g a; g = y: y + 1; in f 1",
        "infinite recursion encountered",
        "1:44",
    ),
    (
        "let lib = { a = f 1; }; f = x: with lib; builtins.head (map (y: a) [ x ]); in f 1",
        "infinite recursion encountered",
        "1:65",
    ),
    ("rec { e = b.e; inherit (e) b; }.e", "infinite recursion encountered", "1:25"),
    ("rec { a = b.c; b = { inherit (a) c; }; }.a", "infinite recursion encountered", "1:31"),
    ("let f = { inherit (f) g; }.g; in f", "infinite recursion encountered", "1:20"),
    ("let lib = { b = 1; }; f = x: with lib; x + a; in f 1 + f 2", "undefined variable 'a'", "1:44"),
    (
        "let lib = { a = 1; }; in { f = x: with lib; b; g = x: with lib; b; }.g 1",
        "undefined variable 'b'",
        "1:65",
    ),
    ("let lib = 1; f = x: with lib; a; in f 1", "expected a set but found an integer: 1", "1:21"),
    (
        'let lib = throw "no"; f = x: with lib; a; in (builtins.tryEval (f 1)).success || f 2',
        "no",
        "1:11",
    ),
    (
        'let lib = { a = throw "bad"; }; f = x: with lib; a + x; in builtins.deepSeq [ (builtins.tryEval (f 1)).success ] (f 2)',
        "bad",
        "1:17",
    ),
]


def test_a_row_is_searched_once() -> None:
    """What the code of its body captures is the dictionary, not each of the sets."""
    text = "a: b: c: with a; with b; with c; x: [ (f x) (g x) ]"
    source = Source("«string»", text)
    analysis = analyse(parse(source, ParseOptions()), source, {"builtins"})
    found = [lookup for lookup in analysis.variables.values() if type(lookup) is WithLookup]
    assert [lookup.name for lookup in found] == ["f", "g"]
    assert found[0].chain is found[1].chain is not None
    assert [lookup.nearest for lookup in found] == [0, 0]


@pytest.mark.parametrize(("text", "message", "place"), ERRORS, ids=[case[0] for case in ERRORS])
def test_errors(text: str, message: str, place: str) -> None:
    code, _, shown = instantiate(text)
    assert code == 1
    assert f"error: {message}\n" in shown
    assert re.findall(r"at «string»:(\d+:\d+):", shown)[-1] == place


SHARED = [
    ("lib: with lib; map (x: f x)", ["f"], "a function in a function"),
    ("let lib = { }; in x: with lib; f x", ["f"], "a with in the function"),
    ("let lib = { }; in x: with lib; let g = y: f y; in f g", ["f", "f"], "each place for itself"),
    ("with { }; a: b: f a b", ["f"], "all arguments together"),
    ("lib: x: with lib; f x", [], "the function is called with the set itself"),
    ("lib: with lib; f 1", [], "no function inside"),
    ("with { }; { a = f; b = [ f ]; }", [], "what is evaluated once"),
    ("lib: x: y: with lib y; f x", [], "the set is made in each call"),
    ("lib: x: with lib; with x; f", [], "one of the sets comes with the call"),
    ("with builtins; x: f x", [], "the global set"),
]


@pytest.mark.parametrize(("text", "names", "why"), SHARED, ids=[case[-1] for case in SHARED])
def test_what_is_shared(text: str, names: list[str], why: str) -> None:
    source = Source("«string»", text)
    analysis = analyse(parse(source, ParseOptions()), source, {"builtins", "map"})
    found = [lookup.name for lookups in analysis.lookups.values() for lookup, _ in lookups]
    assert found == names
