"""Each builtin, operator and form with values of all kinds, compared with a real Nix: all that is said, traces too.

    python -m tests.traces.matrix --nix 'COMMAND' [--programs 20000] [--seed 7]

COMMAND is as for `tests.fuzz.against_nix`. What asks the machine, the network or the clock is left out.
"""

from __future__ import annotations

import argparse
import re
import sys
from difflib import unified_diff
from itertools import product
from random import Random
from typing import TYPE_CHECKING

from nixlite.builtins.install import declarations
from tests.fuzz.against_nix import BATCH, compared, essence

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTSIDE = frozenset(
    """
    addDrvOutputDependencies break builtins convertHash currentSystem currentTime exec fetchClosure fetchFinalTree
    fetchGit fetchMercurial fetchTarball fetchTree fetchurl filterSource getEnv getFlake hashFile import importNative
    nixPath nixVersion outputOf parallel path readDir readFile readFileType scopedImport storePath toFile wasm
    """.split()
)
"""Builtins that ask something of the world, or that need a feature."""

VALUES = (
    "1", '"a"', "[ ]", '[ 1 "a" ]', "{ }", "{ a = 1; }", "null", "true", "1.5", "/x", "(x: x)", '(throw "t")',
    "builtins.map", '(map (x: throw "d") [ 1 ])', "{ __functor = s: x: x; }", '{ outPath = "o"; }',
    '{ __toString = s: "s"; }', '(x: y: throw "f")', "[ { name = 1; } ]", '{ a = throw "z"; }',
)  # fmt: skip

OPERATORS = ("+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "->", "++", "//")

FORMS = (
    "if A then B else 1", "assert A; B", "with A; B", "A.a or B", "A.${B}", "A ? ${B}", '"x${A}y${B}"', "/x + A",
    "A B", "(A) (B) 1", "let inherit (A) a; in [ a B ]", "{ ${A} = B; }", "({ a, b ? B }: a) A",
    "({ a ? B, ... }@c: c.a) A", "[ A ] == [ B ]", "{ a = A; } == { a = B; }", "[ A ] < [ B ]", "A.a.b", "-A", "!A",
    "A.a.a or B", "rec { a = A; b = a.c; }.b", "(x: x.a B) A", "builtins.foldl' (x: y: x + y) A [ B ]",
    "map A [ B ]", "builtins.sort (x: y: x < y) [ A B ]", "toString [ A B ]",
    '(derivation { name = A; builder = "b"; system = "s"; args = B; }).drvPath',
    '(derivation { name = "n"; builder = "b"; system = "s"; a = A; b = B; }).drvPath',
    '(derivation { name = "n"; builder = "b"; system = "s"; outputs = A; __structuredAttrs = B; }).drvPath',
    "builtins.toJSON { a = A; b = B; }", "builtins.toXML { a = A; b = B; }", "builtins.deepSeq { a = A; } B",
    "let x = A; y = B; in x y", "A // B // A", "(A ++ B) ++ A", "(B.a or A).b",
    "let f = { x, y }: x + y; in f (A // { y = B; })",
)  # fmt: skip
"""`A` and `B` stand for values."""
PLACE = re.compile(r"\b[AB]\b")


def calls(random: Random, most: int) -> Iterator[str]:
    """Each builtin with values of all kinds, *most* ways of them."""
    for name, row in sorted(declarations().items()):
        if name not in OUTSIDE and not row.is_constant:
            ways = list(product(VALUES, repeat=len(row.arguments)))
            for way in random.sample(ways, min(most, len(ways))):
                yield f"builtins.{name} {' '.join(way)}"


def forms() -> Iterator[str]:
    """Each operator and form with values of all kinds."""
    for a, b in product(VALUES, repeat=2):
        yield from (f"{a} {operator} {b}" for operator in OPERATORS)
        values = {"A": a, "B": b}
        yield from (PLACE.sub(lambda found: values[found[0]], form) for form in FORMS)  # noqa: B023 - used at once


def main() -> int:
    """The command line; 1 where something differs."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--nix", required=True, help="what runs nix-instantiate")
    reader.add_argument("--programs", type=int, default=20_000)
    reader.add_argument("--seed", type=int, default=0)
    options = reader.parse_args()
    random = Random(options.seed)
    made = sorted({*calls(random, 400), *forms()})
    made = random.sample(made, min(options.programs, len(made)))
    differ = 0
    for at in range(0, len(made), BATCH):
        for each in compared(made[at : at + BATCH], options.nix.split(), 2, traces=True):
            differ += 1
            nix, found = (essence(answer, traces=True)[1].splitlines() for answer in (each.nix, each.found))
            print(
                f"--- {each.text}",
                *list(unified_diff(nix, found, "Nix", "nixlite", n=0, lineterm=""))[:20],
                sep="\n",
            )
    print(f"{differ} of {len(made)} programs have another answer, seed {options.seed}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
