"""Big but legal programs evaluate, and endless ones end with Nix's error; all answers are real Nix's (2.34.8).

Every program comes from standard input, so nothing of it is cached. A crash of the interpreter (C stack, memory)
would show as a negative exit code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 60.0  # what a slow machine may take; on an ordinary one each is a matter of a second or two


def nested(opening: str, middle: str, closing: str, times: int) -> str:
    return opening * times + middle + closing * times


def chain(operator: str, operand: str, times: int) -> str:
    """`operand` may hold `{}` for a running number."""
    return f" {operator} ".join(operand.replace("{}", str(i)) for i in range(times))


def each(template: str, times: int) -> str:
    return " ".join(template.replace("{}", str(i)) for i in range(times))


QUOTED = '"a"'

BIG = [
    # name                      program                                                        printed
    ("calls within calls",      "let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 5000",   "5000"),
    ("nested calls in text",    "let f = x: x + 1; in " + nested("f (", "0", ")", 5000),       "5000"),
    ("long list",               f"builtins.length [ {each('{}', 100_000)} ]",                  "100000"),
    ("large set",               f"({{ {each('a{} = {};', 20_000)} }}).a19999",                 "19999"),
    ("nested parentheses",      nested("(", "1", ")", 3000),                                   "1"),
    ("nested lists",            nested("[", "1", "]", 3000),             nested("[ ", "1", " ]", 3000)),
    ("nested sets",             nested("{ a = ", "1", "; }", 3000),      nested("{ a = ", "1", "; }", 3000)),
    ("chain of ++",             f"builtins.length ({chain('++', '[ {} ]', 10_000)})",          "10000"),
    ("chain of +",              chain("+", "1", 10_000),                                       "10000"),
    ("chain of //",             f"builtins.length (builtins.attrNames ({chain('//', '{ a{} = 1; }', 5000)}))", "5000"),
    ("chain of text",           f"builtins.stringLength ({chain('+', QUOTED, 5000)})",          "5000"),
    ("chain of &&",             chain("&&", "true", 5000),                                     "true"),
    ("chain of ->",             chain("->", "true", 3000),                                     "true"),
    ("many minuses",            "-" * 3000 + "1",                                              "1"),
    ("many nots",               "!" * 3000 + "true",                                           "true"),
    ("if within if",            each("if {} == 3000 then {} else", 3000) + " 7",               "7"),
    ("let within let",          each("let x{} = {}; in", 1000) + " x3",                        "3"),
    ("functions of functions",  "(" + each("x{}:", 500) + " x3)" + each(" {}", 500),           "3"),
    ("with within with",        each("with { x{} = {}; };", 500) + " x3",                      "3"),
    ("fold",                    "builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 100000)", "4999950000"),
    ("list grown one by one",
        "let go = n: l: if n == 0 then l else go (n - 1) (l ++ [ n ]); in builtins.length (go 3000 [ ])", "3000"),
    ("attributes that refer to each other",
        "rec { a0 = 0; " + " ".join(f"a{i + 1} = a{i} + 1;" for i in range(3000)) + " }.a3000", "3000"),
]  # fmt: skip

TOO_DEEP = "error: stack overflow; max-call-depth exceeded"
ENDLESS_VALUE = "error: infinite recursion encountered"

ANYWHERE = (
    "anywhere"  # which of several calls, nested in each other, meets the limit is not Nix's alone to say
)

ENDLESS = [
    # program                                                 message        line:column
    ("let f = x: f x; in f 1",                                TOO_DEEP,      "1:12"),
    ("let f = n: 1 + f (n + 1); in f 0",                      TOO_DEEP,      ANYWHERE),
    ("let x = x; in x",                                       ENDLESS_VALUE, "1:9"),
    ("(x: x x) (x: x x)",                                     TOO_DEEP,      "1:14"),
    ("{ __functor = self: self; } 0",                         TOO_DEEP,      "1:3"),
    ('let x = { outPath = x; }; in "${x}"',                   TOO_DEEP,      "1:31"),
    ('let f = x: "${f x}"; in f 1',                           TOO_DEEP,      "1:15"),
    ('rec { a = "${b}"; b = "${a}"; }.a',                     ENDLESS_VALUE, "1:26"),
    ("let f = x: builtins.head (map f [ x ]); in f 1",        TOO_DEEP,      ANYWHERE),
    ("let f = x: builtins.foldl' (a: b: f b) 0 [ x ]; in f 1", TOO_DEEP,     ANYWHERE),
    ("let f = x: builtins.sort (a: b: f a) [ 1 2 ]; in f 1",  TOO_DEEP,      ANYWHERE),
    ("let l = [ l ]; in builtins.toJSON l",                   TOO_DEEP,      None),
    ("let a = [ a ]; b = [ b ]; in a == b",                   TOO_DEEP,      ANYWHERE),
]  # fmt: skip


@pytest.mark.parametrize(("program", "printed"), [row[1:] for row in BIG], ids=[row[0] for row in BIG])
def test_big_programs_evaluate(tmp_path: Path, program: str, printed: str) -> None:
    done = nixlite(["instantiate", "--eval", "--strict", "-"], stdin=program, cwd=tmp_path, timeout=SECONDS)
    assert (done.returncode, done.stderr[-300:]) == (0, "")
    assert done.stdout.strip() == printed


@pytest.mark.parametrize(("program", "message", "place"), ENDLESS, ids=[row[0] for row in ENDLESS])
def test_endless_programs_end(tmp_path: Path, program: str, message: str, place: str | None) -> None:
    done = nixlite(["instantiate", "--eval", "-"], stdin=program, cwd=tmp_path, timeout=SECONDS)
    assert (done.returncode, done.stdout) == (1, "")
    lines = [line.strip() for line in done.stderr.splitlines()]
    last = max(i for i, line in enumerate(lines) if line.startswith("error:"))
    assert lines[last] == message
    after = lines[last + 1 : last + 2]
    assert place == ANYWHERE or after == ([] if place is None else [f"at «stdin»:{place}:"])
