"""`max-call-depth` is kept: where Nix 2.34.8 stops a program, and at which place, nixlite does.

An explicit limit is exact. With the default one the last call or two may be told apart differently (see
`runtime.depth`), but not for the recursion that people write.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 100

COUNTED = [
    # program, `N` for a number                                                   largest N  place of the error
    ("let f = n: if n == 0 then 0 else 1 + f (n - 1); in f N",                         99,    "1:43"),
    ("let f = n: if n < 1 then 0 else 1 + f (n - 1); in f N",                          98,    "1:42"),
    ("let f = n: if n == 0 then 0 else f (n - 1); in f N",                             99,    "1:39"),
    ("let f = a: n: if n == 0 then 0 else 1 + f a (n - 1); in f 1 N",                  99,    "1:48"),
    ("let f = f: n: if n == 0 then 0 else 1 + f f (n - 1); in f f N",                  99,    "1:48"),
    ("let f = { n }: if n == 0 then 0 else 1 + f { n = n - 1; }; in f { n = N; }",     99,    "1:52"),
    ("let s = { f = n: if n == 0 then 0 else 1 + s.f (n - 1); }; in s.f N",            99,    "1:51"),
    ("let f = n: with { g = f; }; if n == 0 then 0 else g (n - 1); in f N",            99,    "1:56"),
    ("let f = n: n == 0 || f (n - 1); in f N",                                         99,    "1:27"),
    ('let f = n: if n == 0 then "" else "${f (n - 1)}"; in f N',                       99,    "1:43"),
    ("let f = n: if n == 0 then 0 else builtins.seq n (f (n - 1)); in f N",            49,    "1:55"),
    ("let f = n: if n == 0 then 0 else builtins.foldl' (a: b: f (n - 1)) 0 [ 1 ]; in f N", 33, None),
    ("let f = n: if n == 0 then 0 else builtins.head (map f [ (n - 1) ]); in f N",     49,    "1:60"),
    ('let f = n: if n == 0 then "" else toString (f (n - 1)); in f N',                 33,    None),
    ('let f = n: if n == 0 then "a" else { outPath = f (n - 1); }; in "${f N}"',       98,    "1:53"),
    ("let f = n: if n == 0 then [ ] else [ (f (n - 1)) ]; in f N == f N",              98,    "1:44"),
    ("let f = x: builtins.foldl' (a: b: [ a ]) [ x ] (builtins.genList (x: x) N); in f 1 == f 2", 99, None),
    ("let f = x: builtins.foldl' (a: b: [ a ]) [ x ] (builtins.genList (x: x) N); in f 1 < f 2", 99, None),
    ("let f = x: builtins.foldl' (a: b: { v = a; }) x (builtins.genList (x: x) N); in f 1 == f 2", 100, None),
    ("let s = { __functor = s: n: if n == 0 then 0 else s (n - 1); }; in s N",         49,    "1:11"),
]  # fmt: skip

TOO_DEEP = "error: stack overflow; max-call-depth exceeded"
SUM = COUNTED[0][0]


def run(program: str, cwd: Path, *flags: str) -> tuple[int, str, str | None]:
    """Exit code, answer or message, place."""
    done = nixlite(["instantiate", "--eval", *flags, "-E", program], cwd=cwd)
    if done.returncode == 0:
        return 0, done.stdout.strip(), None
    lines = [line.strip() for line in done.stderr.splitlines()]
    last = max(i for i, line in enumerate(lines) if line.startswith("error:"))
    place = re.fullmatch(r"at «string»:([0-9:]+):", lines[last + 1]) if lines[last + 1 :] else None
    return done.returncode, lines[last], place and place[1]


@pytest.mark.parametrize(("program", "most", "place"), COUNTED, ids=[row[0] for row in COUNTED])
def test_an_explicit_limit_is_exact(tmp_path: Path, program: str, most: int, place: str | None) -> None:
    flags = ("--max-call-depth", str(LIMIT))
    assert run(re.sub(r"\bN\b", str(most), program), tmp_path, *flags)[0] == 0
    assert run(re.sub(r"\bN\b", str(most + 1), program), tmp_path, *flags) == (1, TOO_DEEP, place)


def test_the_default_limit(tmp_path: Path) -> None:
    assert run(SUM.replace("N", "9999"), tmp_path) == (0, "9999", None)
    assert run(SUM.replace("N", "10000"), tmp_path) == (1, TOO_DEEP, "1:43")
    assert run(SUM.replace("N", "40000"), tmp_path)[:2] == (1, TOO_DEEP)


def test_after_deep_lazy_values_calls_are_still_counted(tmp_path: Path) -> None:
    chain = "(builtins.foldl' (a: b: { v = a.v + 1; }) { v = 0; } (builtins.genList (x: x) 40000)).v"
    assert run(chain, tmp_path) == (0, "40000", None)
    both = f"let a = {chain}; f = n: if n == 0 then a else f (n - 1); in builtins.seq a (f N)"
    assert run(both.replace("N", "9900"), tmp_path) == (0, "40000", None)
    assert run(both.replace("N", "10100"), tmp_path)[:2] == (1, TOO_DEEP)


def test_what_was_printed_is_not_printed_again_when_the_stack_grows(tmp_path: Path) -> None:
    program = "let f = n: builtins.trace n (if n == 0 then 0 else 1 + f (n - 1)); in f 4000"
    done = nixlite(["instantiate", "--eval", "-E", program], cwd=tmp_path)
    assert done.stdout == "4000\n"
    assert done.stderr == "".join([f"trace: {n}\n" for n in range(4000, -1, -1)])


TOLD = [
    # program, and how many messages Nix 2.34.8 writes
    ('let f = n: builtins.trace "x" (f n); in f 0', 5000),
    ("let f = n: builtins.trace n (f (n + 1)); in f 0", 5000),
    ('let f = { __functor = s: n: builtins.trace "x" (s n); }; in f 0', 3333),
    ('(builtins.trace "a" (x: let f = n: 1 + f n; in f x)) 1', 1),
    ('if builtins.trace "a" true then (let f = n: 1 + f n; in f 1) else 2', 1),
    ('if builtins.warn "a" true then (let f = n: 1 + f n; in f 1) else 2', 1),
    ('let f = n: { a = builtins.trace "x" (f n).a; }; in (f 0).a', 10001),
    ('let f = n: if builtins.trace "x" (n == 0) then 0 else 1 + f (n - 1); in f 9000 + f 9000', 18002),
    (
        'let f = n: if n == 0 then 0 else 1 + f (n - 1); in builtins.trace "a" (f 9000) + builtins.trace "a" (f 9000)',
        2,
    ),
]


@pytest.mark.parametrize(("program", "count"), TOLD)
def test_each_message_is_written_once(tmp_path: Path, program: str, count: int) -> None:
    done = nixlite(["instantiate", "--eval", "-E", program], cwd=tmp_path)
    assert len(re.findall("^(?:trace|evaluation warning): ", done.stderr, re.MULTILINE)) == count
