"""Thunks that select or look up without a function of their own: traces of real Nix 2.34.8, `--show-trace`."""

from __future__ import annotations

import re

import pytest

from tests.compiler.programs import instantiate

CASES = [
    # expression, message, what the trace says, and where
    (
        'let f = s: [ s.a.b ]; in builtins.elemAt (f { a = throw "x"; }) 0',
        "x",
        [
            "while calling the 'elemAt' builtin @ 1:26",
            "while evaluating the attribute 'a.b' @ 1:47",
            "while calling the 'throw' builtin @ 1:51",
        ],
    ),
    (
        'let f = s: [ s.a.b ]; in builtins.elemAt (f { a.b = throw "x"; }) 0',
        "x",
        [
            "while calling the 'elemAt' builtin @ 1:26",
            "while evaluating the attribute 'a.b' @ 1:47",
            "while calling the 'throw' builtin @ 1:53",
        ],
    ),
    (
        "let f = s: [ s.a.b ]; in builtins.elemAt (f { a = 1; }) 0",
        "expected a set but found an integer: 1",
        [
            "while calling the 'elemAt' builtin @ 1:26",
            "while evaluating the attribute 'a.b' @ 1:47",
            "while selecting an attribute @ 1:14",
        ],
    ),
    (
        "let f = s: [ s.a.b ]; in builtins.elemAt (f { a.c = 1; }) 0",
        "attribute 'b' missing",
        [
            "while calling the 'elemAt' builtin @ 1:26",
            "while evaluating the attribute 'a.b' @ 1:47",
            "error: attribute 'b' missing @ 1:14",
        ],
    ),
    (
        'let f = s: [ s.a.b ]; in builtins.elemAt (f (throw "x")) 0',
        "x",
        ["while calling the 'elemAt' builtin @ 1:26", "while calling the 'throw' builtin @ 1:46"],
    ),
    (
        'let f = s: with s; [ t.u ]; in builtins.elemAt (f { t.u = throw "x"; }) 0',
        "x",
        [
            "while calling the 'elemAt' builtin @ 1:32",
            "while evaluating the attribute 'u' @ 1:53",
            "while calling the 'throw' builtin @ 1:59",
        ],
    ),
    (
        'let f = s: with s; [ t.u ]; in builtins.elemAt (f { t = throw "x"; }) 0',
        "x",
        ["while calling the 'elemAt' builtin @ 1:32", "while calling the 'throw' builtin @ 1:57"],
    ),
    (
        "let f = s: with s; [ t.u ]; in builtins.elemAt (f { }) 0",
        "undefined variable 't'",
        ["while calling the 'elemAt' builtin @ 1:32", "error: undefined variable 't' @ 1:22"],
    ),
    (
        "let f = s: with s; [ t.u ]; in builtins.elemAt (f { t.v = 1; }) 0",
        "attribute 'u' missing",
        ["while calling the 'elemAt' builtin @ 1:32", "error: attribute 'u' missing @ 1:22"],
    ),
    (
        "let f = s: with s; [ t.u ]; in builtins.elemAt (f { t = 1; }) 0",
        "expected a set but found an integer: 1",
        ["while calling the 'elemAt' builtin @ 1:32", "while selecting an attribute @ 1:22"],
    ),
    (
        "let f = s: with s; [ t.u ]; in builtins.elemAt (f 1) 0",
        "expected a set but found an integer: 1",
        [
            "while calling the 'elemAt' builtin @ 1:32",
            "while evaluating the first subexpression of a with expression @ 1:12",
        ],
    ),
    (
        'let f = s: with s; [ t ]; in builtins.elemAt (f { t = throw "x"; }) 0',
        "x",
        ["while calling the 'elemAt' builtin @ 1:30", "while calling the 'throw' builtin @ 1:55"],
    ),
    (
        "let f = s: with s; [ t ]; in builtins.elemAt (f { u = 1; }) 0",
        "undefined variable 't'",
        ["while calling the 'elemAt' builtin @ 1:30", "error: undefined variable 't' @ 1:22"],
    ),
    (
        "let f = s: r: with s; with r; [ t ]; in builtins.elemAt (f { u = 1; } { }) 0",
        "undefined variable 't'",
        ["while calling the 'elemAt' builtin @ 1:41", "error: undefined variable 't' @ 1:33"],
    ),
    (
        'let f = s: r: with s; with r; [ t ]; in builtins.elemAt (f { t = throw "x"; } { }) 0',
        "x",
        ["while calling the 'elemAt' builtin @ 1:41", "while calling the 'throw' builtin @ 1:66"],
    ),
    (
        "let f = s: r: with s; with r; [ t ]; in builtins.elemAt (f 1 { }) 0",
        "expected a set but found an integer: 1",
        [
            "while calling the 'elemAt' builtin @ 1:41",
            "while evaluating the first subexpression of a with expression @ 1:15",
        ],
    ),
]

FRAME = re.compile(r"^ +(?:… )?(while .*|error: .*)\n +at «string»:(\d+:\d+):", re.MULTILINE)


@pytest.mark.parametrize(("text", "message", "frames"), CASES, ids=[case[0] for case in CASES])
def test_trace(text: str, message: str, frames: list[str]) -> None:
    code, _, shown = instantiate(text, "--strict", "--show-trace")
    assert code == 1
    assert f"error: {message}" in shown
    assert [f"{what} @ {where}" for what, where in FRAME.findall(shown)] == frames


def test_same_value() -> None:
    text = "let f = s: with s; { x = t.u; y = t; z = s.t.u; }; g = r: s: with s; with r; [ t q ]; in "
    text += "[ (f { t.u = 1; }) (g { t = 2; } { q = 3; t = 4; }) ]"
    assert instantiate(text, "--strict")[1] == "[ { x = 1; y = { u = 1; }; z = 1; } [ 2 3 ] ]\n"
