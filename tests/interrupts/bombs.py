"""Programs that take long, grow or wait for ever, a row for each builtin or rule that makes it so."""

from __future__ import annotations

import os
import tarfile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Bomb(NamedTuple):
    """A program, in which `@` is the folder that `make_files` has filled."""

    name: str
    program: str


FOREVER = "builtins.foldl' (sum: n: builtins.seq ({}) sum) 0 (builtins.genList (n: n) 1000000)"
DOUBLED = "let go = n: x: if n == 0 then x else go (n - 1) ({}); in go"
SHARED = f"({DOUBLED.format('[ x x ]')} 60 [ 1 2 ])"
BIG_STRING = f'({DOUBLED.format("x + x")} 25 "ab")'
BIG_LIST = "(builtins.genList (n: n) 300000)"


def forever(work: str) -> str:
    """A program that does *work*, an expression of `n`, again and again."""
    return FOREVER.format(work)


BOMBS = [
    Bomb("genList", "builtins.length (builtins.genList (x: x) 1000000000)"),
    Bomb("genList, forced", "builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 100000000)"),
    Bomb("concatMap", forever("builtins.concatMap (x: [ x x x x ]) (builtins.genList (x: x) 1000000)")),
    Bomb("concatLists", f"let l = {BIG_LIST}; in " + forever("builtins.concatLists [ l l [ n ] ]")),
    Bomb("sort", f"let l = {BIG_LIST}; in " + forever("builtins.sort (a: b: a > b) l")),
    Bomb("sort with lessThan", f"let l = {BIG_LIST}; in " + forever("builtins.sort builtins.lessThan l")),
    Bomb("filter", f"let l = {BIG_LIST}; in " + forever("builtins.filter (x: x > 5) l")),
    Bomb("elem", f"let l = {BIG_LIST}; in " + forever("builtins.elem (-1) l")),
    Bomb("map and deepSeq", f"let l = {BIG_LIST}; in " + forever("builtins.deepSeq (map (x: [ x ]) l) 1")),
    Bomb("groupBy", f"let l = {BIG_LIST}; in " + forever("builtins.groupBy (x: toString x) l")),
    Bomb("listToAttrs", f"let l = map (n: {{ name = toString n; value = n; }}) {BIG_LIST}; in " + forever("builtins.listToAttrs l")),
    Bomb("genericClosure", "builtins.length (builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; })"),
    Bomb("//", f"let s = builtins.listToAttrs (map (n: {{ name = toString n; value = n; }}) {BIG_LIST}); in " + forever("s // { a = n; }")),
    Bomb("== of lists", f"let l = {BIG_LIST}; k = map (x: x) l; in " + forever("l == k")),
    Bomb("== of a shared graph", f"let a = {SHARED}; b = {SHARED}; in a == b"),
    Bomb("deepSeq of a shared graph of functions", f"builtins.deepSeq (map (f: f 1) [ (x: {SHARED}) ]) (let a = {SHARED}; in builtins.toXML a)"),
    Bomb("toJSON of a shared graph", f"builtins.toJSON {SHARED}"),
    Bomb("toXML of a shared graph", f"builtins.toXML {SHARED}"),
    Bomb("printing a shared graph", SHARED),
    Bomb("toString of a shared graph", f"toString {SHARED}"),
    Bomb("recursion", "let f = n: if n == 0 then 0 else f (n - 1); in " + forever("f 5000")),
    Bomb("recursion, exponential", "let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 60"),
    Bomb("a + a", f"{forever(BIG_STRING)}"),
    Bomb("a ++ a", forever(f"{DOUBLED.format('x ++ x')} 22 [ n ]")),
    Bomb("interpolation", forever(DOUBLED.format('"${x}${x}"') + " 24 \"ab\"")),
    Bomb("concatStringsSep", f"let l = map toString {BIG_LIST}; in " + forever('builtins.concatStringsSep ", " l')),
    Bomb("replaceStrings", f"let s = {BIG_STRING}; in builtins.stringLength (builtins.replaceStrings [ \"a\" ] [ \"aaaaaaaaaa\" ] s)"),
    Bomb("replaceStrings, one pattern of many", f"let s = {BIG_STRING}; in builtins.replaceStrings (builtins.genList toString 1000 ++ [ \"ba\" ]) (builtins.genList toString 1001) s"),
    Bomb("match", f"let s = {DOUBLED.format('x + x')} 20 \"a\"; in " + forever('builtins.match "(a|aa)*b" s')),
    Bomb("split", f"let s = {BIG_STRING}; in builtins.length (builtins.split \"(a)\" s)"),
    Bomb("substring", f"let s = {BIG_STRING}; in " + forever("builtins.substring n 30000000 s")),
    Bomb("hashString", f"let s = {BIG_STRING}; in " + forever('builtins.hashString "sha512" s')),
    Bomb("hashFile", forever('builtins.hashFile "md5" @/big')),
    Bomb("fromJSON", 'builtins.length (builtins.fromJSON (builtins.readFile @/big.json))'),
    Bomb("fromTOML", 'builtins.fromTOML (builtins.readFile @/big.toml)'),
    Bomb("readFile of what never ends", "builtins.stringLength (builtins.readFile /dev/zero)"),
    Bomb("readFile of a FIFO", "builtins.stringLength (builtins.readFile @/fifo)"),
    Bomb("parsing a large file", "import @/big.nix"),
    Bomb("deep nesting", "import @/deep.nix"),
    Bomb("the store path of a large tree", forever('"${builtins.path { path = @/tree; name = "x${toString n}"; }}"')),
    Bomb("unpacking an archive", forever('builtins.pathExists (builtins.fetchTarball { url = "file://@/bomb.tar.gz"; name = "x${toString n}"; })')),
]  # fmt: skip


def make_files(folder: Path) -> None:
    """What the programs read."""
    (folder / "big").write_bytes(bytes(200 << 20))
    entry = '{"name": "abc", "list": [1, 2, 3], "set": {"x": null, "y": 1.5}}'
    (folder / "big.json").write_text(f"[{','.join([entry] * 1_500_000)}]")
    (folder / "big.toml").write_text("".join([f"key{n} = [ {n}, {n} ]\n" for n in range(500_000)]))
    (folder / "big.nix").write_text("[\n" + "{ a = 1; b = x: x + 1; }\n" * 300_000 + "]\n")
    (folder / "deep.nix").write_text("[ " * 300_000 + "] " * 300_000)
    os.mkfifo(folder / "fifo")
    tree = folder / "tree"
    tree.mkdir()
    for number in range(3000):
        (tree / f"file{number}").write_bytes(bytes(40_000))
    inside = folder / "inside"
    inside.mkdir()
    (inside / "zeros").write_bytes(bytes(300 << 20))
    with tarfile.open(folder / "bomb.tar.gz", "w:gz", compresslevel=1) as archive:
        archive.add(inside, "inside")
