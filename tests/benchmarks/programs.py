"""The benchmark programs, as a table: what each is about, its sizes, and its answer at the smallest.

A program in `programs/` is a function of its size, so `nix-instantiate --eval -E 'import ./fib.nix 27'` runs one by
hand; those of `generated.py` are written by Python. Both end up as one file that evaluates to a short value.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks import generated
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent / "programs"
PACKAGE_SET = ("-I", f"nixpkgs={ROOT}/stdlib/nixpkgs")


def linear(size: int) -> float:
    """Work that grows as the size."""
    return size


def linearithmic(size: int) -> float:
    """Work of sorting."""
    return size * math.log2(size)


def quadratic(size: int) -> float:
    """Work of comparing each with each."""
    return size * size


UNIQUE = (4000, 5656, 8000, 11312, 16000)
"""Sizes of which each is twice the work of the one before."""


def fib_calls(size: int) -> float:
    """How often `fib` is called, up to a constant factor."""
    return ((1 + math.sqrt(5)) / 2) ** size


def sieve_tests(size: int) -> float:
    """How many divisibility tests the sieve makes of the numbers from 2 on."""
    smallest_factor = list(range(size + 2))
    for factor in range(2, math.isqrt(size + 2) + 1):
        for multiple in range(factor * factor, size + 2, factor):
            smallest_factor[multiple] = min(smallest_factor[multiple], factor)
    rank: dict[int, int] = {}
    tests = 0
    for number in range(2, size + 2):
        rank.setdefault(smallest_factor[number], len(rank) + 1)
        tests += rank[smallest_factor[number]]
    return tests


class Program(NamedTuple):
    """A benchmark.

    It is measured at *size*; tests run it at *small*, where real Nix prints *answer*; scaling is looked at from
    *scale_from* on (None: not at all) in five sizes, each twice as large or, for *sizes*, as given. *work* is what the
    time must be proportional to. *make* writes a generated program; others are in `programs/`. *arguments* are more
    words for the command line.
    """

    name: str
    size: int
    small: int
    answer: str
    scale_from: int | None
    about: str
    work: Callable[[int], float] = linear
    make: Callable[[Path, int], str] | None = None
    sizes: tuple[int, ...] = ()
    arguments: tuple[str, ...] = ()

    def text(self, directory: Path, size: int) -> str:
        """The program at *size*; files that it imports are written into *directory*."""
        if self.make is not None:
            return self.make(directory, size)
        return f"(\n{(HERE / self.name).with_suffix('.nix').read_text('utf-8')}) {size}\n"

    def scaled(self) -> tuple[int, ...]:
        """The sizes at which growth is measured."""
        if self.sizes:
            return self.sizes
        return () if self.scale_from is None else tuple(self.scale_from << k for k in range(5))


def start(directory: Path, size: int) -> str:
    """The shortest program: what is measured is start-up."""
    return "1 + 1\n"


# name, size, small, answer at small, scale from, what it is about
PROGRAMS = (
    Program("start", 1, 1, "2", None, "`1 + 1`", make=start),
    Program("fib", 27, 10, "55", None, "calls and integers", work=fib_calls, sizes=(23, 25, 27, 29, 31)),
    Program("tak", 40, 1, "1", 8, "three arguments, the last one lazy"),
    Program(
        "sieve", 3000, 100, "26", None, "filter", work=sieve_tests, sizes=(3000, 4400, 6400, 9400, 13800)
    ),
    Program("fold", 1000000, 100, "9900", 250000, "foldl' over integers"),
    Program("updates", 60000, 100, "107", 24000, "a set growing by `//`"),
    Program("overlays", 400, 20, "15089", 300, "40 overlays over packages"),
    Program("strings", 20000, 20, '"454 e5affb0b"', 10000, "strings built of parts"),
    Program("words", 20000, 20, "10255", 10000, "split and match"),
    Program("sort", 20000, 50, "367", 2500, "sort, own comparison", work=linearithmic),
    Program("unique", 8000, 50, "50", None, "`lib.unique` of strings", work=quadratic, sizes=UNIQUE),
    Program("closure", 60000, 50, "50", 16000, "genericClosure"),
    Program("partial", 4000, 20, "250", 3000, "composed partial applications"),
    Program("json", 10000, 10, '"1076 1ee6c57f"', 1500, "toJSON and fromJSON"),
    Program("deep", 60, 1, "5500", 30, "recursion thousands deep"),
    Program("with", 100000, 20, "16130", 20000, "names from `with`"),
    Program("sets", 20000, 100, "14", 12000, "groupBy, dynamic names"),
    Program("modules", 400, 10, '"8 4018 02b966dc"', 240, "a module system"),
    Program("packages", 1, 1, '"77 1f84aea8"', 4, "the bundled package set", arguments=PACKAGE_SET),
    Program("syntax", 1000, 8, "135", 300, "a file of 1 MB", make=generated.syntax),
    Program("imports", 300, 10, "270", 200, "300 files", make=generated.imports),
    Program(
        "data", 15000, 300, '"29 d74e6e6f"', 5000, "200 of 15 000 attributes", make=generated.package_data
    ),
    Program(
        "functions",
        15000,
        300,
        '"34 e0e625e4"',
        3000,
        "200 of 15 000 functions",
        make=generated.package_functions,
    ),
)
