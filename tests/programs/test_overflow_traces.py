"""What the trace of too deep a recursion tells: how many frames, and of which place the error is.

As Nix 2.34.8 has it with `--show-trace`, where the innermost call, the one too many, is no frame.
"""

from __future__ import annotations

import pytest

import nixlite

DEEP = [
    # program, and for max-call-depth 9 and 10 the frames of the trace, and the error's column in its line
    ("let f = x: (f (x + 1)) / 2; in f 0", 15, 13, 17, 24),
    ("let f = x: (f (x + 1)) + 2; in f 0", 20, 13, 22, 13),
    ("let f = x: 2 - (f (x + 1)); in f 0", 15, 17, 17, 14),
    ("let f = x: -(f (x + 1)); in f 0", 15, 14, 17, 12),
    ("let f = x: (f (x + 1)) < 2; in f 0", 15, 13, 17, 24),
    ("let f = x: builtins.head (f (x + 1)); in f 0", 15, 27, 17, 12),
    ("let f = x: builtins.head [ (builtins.head (f (x + 1))) ]; in f 0", 14, 12, 15, 29),
    ("let f = x: builtins.seq (f (x + 1)) 2; in f 0", 15, 26, 17, 12),
    ("let f = x: builtins.deepSeq [ (f (x + 1)) ] 1; in f 0", 11, None, 12, None),
    ("let f = x: builtins.deepSeq { a = f (x + 1); } 1; in f 0", 11, None, 12, None),
    ("let f = x: map f [ x ]; in builtins.deepSeq (f 1) 1", 10, 12, 11, 12),
    ("let f = x: builtins.foldl' (a: b: f b) 0 [ x ]; in f 1", 14, 12, 15, None),
    ("let f = x: builtins.toJSON { a = f (x + 1); }; in f 0", 11, None, 12, 30),
    ('let f = x: "${f (x + 1)}"; in f 0', 20, 15, 22, 15),
    ("let f = x: toString [ (f (x + 1)) ]; in f 0", 11, None, 12, None),
    ("let f = x: builtins.add (f (x + 1)) 2; in f 0", 15, 26, 17, 12),
    ("let f = x: builtins.filter (y: f y) [ x ]; in f 0", 14, 12, 15, None),
    ("let f = x: (f (x + 1)) * 3 - 1; in f 0", 14, 28, 15, 24),
    ("let f = x: builtins.length (builtins.concatLists [ (f x) ]); in f 0", 14, 12, 15, 29),
    ("let f = x: [ (f (x + 1)) ] == [ 1 ]; in f 0", 8, None, 8, None),
    ("let s = { __functor = self: x: self (x + 1); }; in s 1", 15, 32, 16, 11),
    ("let f = { a ? f { } }: a; in f { }", 20, 15, 22, 15),
    ("let f = x: builtins.sort (a: b: f a) [ 1 2 ]; in f 1", 14, 12, 15, None),
    ("let f = x: builtins.genList f 1; g = l: builtins.elemAt l 0; in let h = n: g (builtins.genList (i: h i) 1); in h 1", 16, 41, 17, 79),
    ("let f = x: builtins.tryEval (f x); in f 1", 15, 30, 17, 12),
    ("let f = x: throw (f x); in f 1", 11, 12, 12, None),
    ('let f = x: abort "${toString (f x)}"; in f 1', 8, 31, 10, 12),
    ("let f = x: builtins.any (y: f y) [ x ]; in f 0", 14, 12, 15, None),
    ("let f = x: builtins.mapAttrs (n: v: f v) { a = x; }; in builtins.deepSeq (f 1) 1", 10, 12, 11, 12),
    ("let f = x: builtins.concatMap (y: f y) [ x ]; in f 0", 14, 12, 15, None),
    ("let f = x: builtins.isInt (f x); in f 0", 15, 28, 17, 12),
    ("let f = x: builtins.attrNames (f x); in f 0", 15, 32, 17, 12),
    ('let f = x: builtins.replaceStrings [ (f x) ] [ "" ] ""; in f 0', 20, 39, 22, 12),
    ("let f = x: builtins.genericClosure { startSet = [ { key = f x; } ]; operator = y: [ ]; }; in f 0", 15, 59, 17, 12),
    ("let f = x: builtins.trace (f x) 1; in f 0", 15, 28, 17, 12),
    ('let f = x: builtins.getAttr "a" (f x); in f 0', 15, 34, 17, 12),
    ("let f = x: builtins.elem 1 (f x); in f 0", 15, 29, 17, 12),
    ('let f = x: builtins.match (f x) ""; in f 0', 20, 28, 22, 12),
    ("let f = x: builtins.intersectAttrs (f x) { }; in f 0", 15, 37, 17, 12),
    ('let f = x: builtins.hasAttr "a" (f x); in f 0', 15, 34, 17, 12),
    ("let f = x: builtins.listToAttrs [ { name = f x; value = 1; } ]; in f 0", 20, 44, 22, 12),
    ("let f = x: builtins.groupBy (y: f y) [ 1 ]; in f 0", 14, 12, 15, None),
    ("let f = x: builtins.partition (y: f y) [ 1 ]; in f 0", 14, 12, 15, None),
    ("let f = x: builtins.all (y: f y) [ 1 ]; in f 0", 14, 12, 15, None),
    ("let f = x: builtins.zipAttrsWith (n: v: f v) [ { a = 1; } ]; in builtins.deepSeq (f 1) 1", 11, 12, 12, 12),
    ("let f = x: builtins.lessThan (f x) 1; in f 0", 15, 31, 17, 12),
    ("let f = x: (derivationStrict { name = f x; }).drvPath; in f 0", 25, 39, 27, 13),
    ("let f = x: builtins.toString (f x); in f 0", 11, 12, 12, None),
    ("let f = x: x // { a = f x; }; in builtins.toXML (f { })", 1, 23, 1, 23),
    ("let f = x: if builtins.isNull (f x) then 1 else 2; in f 0", 20, 32, 23, 15),
    ("let f = x: f x + f x * (f x); in f 1", 20, 12, 22, 12),
    ("let f = a: b: f b a; in f 1 2", 20, 15, 22, 15),
    ("let f = a: b: c: (f c) b a; in f 1 2 3", 20, 19, 22, 19),
    ("let f = x: (y: f y) x; in f 1", 20, 16, 22, 12),
    ("let g = builtins.add 1; f = x: g (f x); in f 1", 15, 35, 17, 32),
    ("let f = x: { a = f x; }; in builtins.toXML (f 1)", 1, 18, 1, 18),
    ("let f = x: [ (f x) ]; in builtins.toJSON (f 1)", 9, 15, 10, 15),
    ("let f = x: [ { a = f x; } ]; in builtins.deepSeq (f 1) 1", 9, 20, 11, None),
    ("let f = x: builtins.toXML [ (f x) ]; in f 1", 9, None, 9, None),
    ("let f = x: builtins.toJSON { outPath = f x; }; in f 1", 9, None, 9, 30),
    ('let f = x: builtins.toJSON [ 1 "a" (f x) ]; in f 1', 11, None, 12, None),
]  # fmt: skip


@pytest.mark.parametrize(("program", "frames9", "column9", "frames10", "column10"), DEEP)
def test_frames_and_place(
    program: str, frames9: int, column9: int | None, frames10: int, column10: int | None
) -> None:
    found: list[int | None] = []
    for depth in (9, 10):
        settings = nixlite.Settings()
        settings.max_call_depth = depth
        with pytest.raises(nixlite.NixError, match="stack overflow; max-call-depth exceeded") as caught:
            nixlite.evaluate(program, settings=settings, host=nixlite.MemoryHost())
        error = caught.value
        found += [len(error.trace or ()), error.position and error.position.column]
    assert found == [frames9, column9, frames10, column10]
