"""Whole small programs: the value that real Nix 2.34.8 gives (`nix-instantiate --eval --strict FILE`)."""

from __future__ import annotations

import pytest

from tests.compiler.programs import evaluate

CASES = [
    ("rec { a = b + 1; b = c + 1; c = 1; }", "{ a = 3; b = 2; c = 1; }", "forward references"),
    ("let a = { x = b; }; b = { y = 1; z = a; }; in a.x.z.x.y", "1", "a circle of two thunks"),
    (
        "let even = n: if n == 0 then true else odd (n - 1); odd = n: if n == 0 then false else even (n - 1); in [ (even 10) (even 7) ]",
        "[ true false ]",
        "functions that call each other",
    ),
    (
        "let f = x: g x + y; g = x: x * z; y = z + 1; z = f0; f0 = 3; in f 2",
        "10",
        "functions before the thunks that they use",
    ),
    ("let x = 1; in let y = x; x = 2; in y", "2", "an inner variable hides an outer one for its whole group"),
    ("let x = 1; in rec { inherit x; y = x; }", "{ x = 1; y = 1; }", "inherit looks outside, also in rec"),
    ("let a = 1; s = { inherit a; b = { inherit a; }; }; in s.b.a + s.a", "2", "inherit into nested sets"),
    (
        "let inherit (s) a b; s = { a = b; b = 5; }; in [ a b ]",
        "[ 5 5 ]",
        "inherit from a set of the same group: b is outside of s",
    ),
    ("rec { inherit (s) a; s = { a = c; }; c = 7; }.a", "7", "inherit from inside a rec"),
    ("let s.a.b = 1; s.a.c = 2; in s", "{ a = { b = 1; c = 2; }; }", "nested definitions merge in let"),
    (
        "rec { x = { y = z; }; x.w = 1; z = 3; }",
        "{ x = { w = 1; y = 3; }; z = 3; }",
        "nested definitions merge in rec",
    ),
    (
        "rec { __overrides = { b = 10; }; a = b; b = 1; c = a + b; }",
        "{ __overrides = { b = 10; }; a = 10; b = 10; c = 20; }",
        "__overrides is seen by the set's own references",
    ),
    (
        "rec { __overrides = { f = x: x + 1; n = 2; }; f = x: x; n = 1; r = f n; }.r",
        "3",
        "__overrides replaces functions and constants",
    ),
    ('rec { a = 1; ${"b"} = a; c = 2; }', "{ a = 1; b = 1; c = 2; }", "dynamic names beside static ones"),
    ('{ ${null} = 1; ${"a" + "b"} = 2; }', "{ ab = 2; }", "a null name defines nothing"),
    ("let a = b; b = c; c = 3; in [ a b c ]", "[ 3 3 3 ]", "aliases of later variables"),
    ("let f = g; g = x: x + 1; in f 1", "2", "an alias of a later function"),
    ("let f = x: x; in { inherit f; }.f 2", "2", "an inherited function"),
    ("let { body = a + b; a = 1; b = a; }", "2", "old-style let"),
    ("({ a, b ? a + 1, c ? b + 1 }: [ a b c ]) { a = 1; }", "[ 1 2 3 ]", "defaults use other formals"),
    ("({ a ? b, b ? 2 }: [ a b ]) { }", "[ 2 2 ]", "a default uses a later formal"),
    ("({ a ? b, b ? 2 }: [ a b ]) { b = 5; }", "[ 5 5 ]", "a default uses a later formal that is given"),
    (
        "({ a ? 1, b ? a }@args: [ a b (args ? a) ]) { b = 3; }",
        "[ 1 3 false ]",
        "the @ name has only what was given",
    ),
    ("(args@{ a, ... }: args.b + a) { a = 1; b = 2; }", "3", "@ before the formals"),
    ("({ f ? x: x + n, n ? 1 }: f 1) { }", "2", "a function as a default"),
    ('({ a ? throw "unused" }: 1) { }', "1", "a default that nobody asks for"),
    ("let f = a: b: c: d: [ a b c d ]; in f 1 2 3 4", "[ 1 2 3 4 ]", "four arguments at once"),
    ("let f = a: b: a - b; g = f 10; in [ (g 1) (g 2) ]", "[ 9 8 ]", "partial application"),
    ("let f = { a }: a; in map f [ { a = 1; } { a = 2; } ]", "[ 1 2 ]", "a function with formals passed on"),
    ("(x: y: x: x + y) 1 2 3", "5", "an inner argument hides an outer one"),
    ("let x = 5; in (x: x + 1) x", "6", "an argument named as the variable outside"),
    ("let s = { __functor = self: x: self.n + x; n = 2; }; in map s [ 1 2 ]", "[ 3 4 ]", "a functor mapped"),
    ("let s = { __functor = self: a: b: a + b; }; in s 1 2", "3", "a functor of two arguments"),
    (
        "builtins.foldl' (a: b: a * 10 + b) 0 [ 1 2 3 ]",
        "123",
        "a function of two arguments called by a builtin",
    ),
    ("map (builtins.add 1) [ 1 2 ]", "[ 2 3 ]", "a partially applied builtin"),
    ('builtins.map (builtins.getAttr "a") [ { a = 1; } ]', "[ 1 ]", "a builtin through builtins"),
    ("let map = x: y: [ x y ]; in map 1 2", "[ 1 2 ]", "a builtin's name rebound"),
    ("let builtins = { add = a: b: a * b; }; in builtins.add 3 4", "12", "builtins rebound"),
    ("let true = false; in if true then 1 else 2", "2", "true is only a variable"),
    ("let __sub = a: b: [ a b ]; in 1 - 2", "[ 1 2 ]", "a rebound operator"),
    (
        "let __lessThan = a: b: true; in [ (2 < 1) (2 >= 1) (1 > 2) (1 <= 0) ]",
        "[ true false true false ]",
        "a rebound comparison",
    ),
    (
        "let __mul = a: b: a + b; __div = a: b: a; in [ (3 * 4) (3 / 4) (-5) ]",
        "[ 7 3 -5 ]",
        "rebound multiplication and division",
    ),
    ("with { a = 1; }; with { b = 2; }; a + b", "3", "nested with"),
    ("let a = 1; in with { a = 2; b = 3; }; [ a b ]", "[ 1 3 ]", "let beats with"),
    ("with { x = 1; }; let y = x; in with { x = 2; }; [ x y ]", "[ 2 1 ]", "the inner with wins"),
    ("with rec { a = b; b = 4; }; a", "4", "with a recursive set"),
    ("map (x: with { y = x; }; y + 1) [ 1 2 ]", "[ 2 3 ]", "with inside a function"),
    ("with builtins; length [ 1 2 ]", "2", "with builtins"),
    ("(with { f = x: x + 1; }; f) 1", "2", "a function from with"),
    ("with { map = 1; }; builtins.isFunction map", "true", "globals beat with"),
    (
        "let f = n: acc: if n == 0 then acc else f (n - 1) (acc + n); in f 1000 0",
        "500500",
        "arguments computed at once",
    ),
    ("let f = x: y: x; in f 1 (1 / 0)", "1", "an unused failing argument"),
    ("let f = x: y: x; in f 1 (9223372036854775807 + 1)", "1", "an unused overflowing argument"),
    ("let n = 9223372036854775807; f = x: 1; in f (n + 1)", "1", "a speculative overflow is not an error"),
    ('let n = "a"; f = x: x; in f (n + "b")', '"ab"', "speculation on another type"),
    ("let x = 1.5; f = y: y; in f (x - 1)", "0.5", "speculation on a float"),
    ('let a = throw "no"; in (x: 1) (a + 1)', "1", "speculation on an unevaluated variable"),
    ('let a = builtins.trace "once" 1; in a + a', "2", "a thunk is evaluated once"),
    ("if (let x = true; in x) then 1 else 2", "1", "let in the middle of an expression"),
    (
        "1 + (let a = 1; in a) + (with { b = 2; }; b) + (assert true; 3)",
        "7",
        "statements in the middle of an expression",
    ),
    ("let x = { a = 1; }; in (if x ? a then x else { a = 2; }).a", "1", "a variable forced in a condition"),
    (
        "let f = x: if builtins.isInt x then x + 1 else x.a; in [ (f 1) (f { a = 5; }) ]",
        "[ 2 5 ]",
        "known on one branch only",
    ),
    (
        "let f = x: y: (x && y) || (x -> !y); in [ (f true false) (f false false) (f true true) ]",
        "[ true true true ]",
        "logic",
    ),
    (
        'let x = 5; in [ (x == 5) (x != 5) ("a" == "a") (x == "5") (null == x) ]',
        "[ true false true false false ]",
        "equality with literals",
    ),
    (
        '[ (1 < 2) (2 <= 2) (3 > 4) (4 >= 4) ("a" < "b") (1.5 < 2) ([ 1 2 ] < [ 1 3 ]) ]',
        "[ true true false true true true true ]",
        "comparison",
    ),
    (
        "[ (7 / 2) (-7 / 2) (7.0 / 2) (2 * 3.5) (1 - 0.5) (-3) (- (1 + 2)) ]",
        "[ 3 -3 3.5 7 0.5 -3 -3 ]",
        "arithmetic",
    ),
    ("let a = { x = 1; }; b = { y = 2; }; in a // b // { x = 3; }", "{ x = 3; y = 2; }", "update"),
    ("{ a.b = 1; } // { a.c = 2; }", "{ a = { c = 2; }; }", "update is shallow"),
    ("[ 1 ] ++ [ 2 ] ++ [ ] ++ [ 3 ]", "[ 1 2 3 ]", "concatenation"),
    (
        "let s = { a.b.c = 1; }; in [ (s.a.b.c) (s.a.x or 2) (s.x.y or 3) (s.a.b.c.d or 4) (s ? a.b) (s ? a.x.y) ]",
        "[ 1 2 3 4 true false ]",
        "selection",
    ),
    (
        'let n = "b"; s = { a.b = 1; }; in [ s.a.${n} s.a."${n}" (s.${n} or 2) (s ? ${n}) (s ? a.${n}) ]',
        "[ 1 1 2 false true ]",
        "dynamic selection",
    ),
    ('let a = "x"; n = 3; in "${a}-${toString n}-${"y" + a}"', '"x-3-yx"', "interpolation"),
    (
        'let p = "b"; in [ (toString ./a/${p}/c) (toString (/a + "/b")) (/a/b + "c") ]',
        '[ "/base/a/b/c" "/a/b" /a/bc ]',
        "path interpolation",
    ),
    (
        "builtins.tryEval (assert false; 1)",
        "{ success = false; value = false; }",
        "a failed assertion caught",
    ),
    ("let f = x: { inherit x; y = f; }; in ((f 1).y 2).x", "2", "a function in its own result"),
    (
        "let fix = f: let x = f x; in x; in (fix (self: { a = 1; b = self.a + 1; c = self.b + 1; })).c",
        "3",
        "a fixed point",
    ),
    ("let xs = [ 1 2 3 ] ; in [ (builtins.head xs) (builtins.length xs) ]", "[ 1 3 ]", "a list variable"),
    ("let pos = __curPos; in [ pos.line pos.column ]", "[ 1 11 ]", "__curPos"),
    (
        'let s = { a = 1;\n  b = 2; }; p = builtins.unsafeGetAttrPos "b" (s // { c = 3; }); in [ p.line p.column ]',
        "[ 2 3 ]",
        "attribute positions survive //",
    ),
    (
        'let a = 1; s = {\n inherit a; }; p = builtins.unsafeGetAttrPos "a" s; in [ p.line p.column ]',
        "[ 2 10 ]",
        "the position of an inherited attribute",
    ),
]


@pytest.mark.parametrize(("source", "printed", "why"), CASES, ids=[case[2] for case in CASES])
def test_evaluates(source: str, printed: str, why: str) -> None:
    """The row's claim about Nix."""
    assert evaluate(source) == printed
