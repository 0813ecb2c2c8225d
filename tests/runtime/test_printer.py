"""Printing values: every row was printed by Nix 2.34.8 (nix-instantiate --eval, --strict, nix eval, messages)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.formats.nix.deep import force_deep
from nixlite.formats.nix.evaluated import PrintOptions, show, show_value
from nixlite.formats.nix.instantiated import show_shallow
from nixlite.formats.nix.layout import LayoutOptions, show_layout
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.runtime.messages import show_short
from nixlite.source import Source
from tests.compiler.programs import instantiate

if TYPE_CHECKING:
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Value


def evaluated(expression: str) -> tuple[State, Value]:
    evaluator = Evaluator(Settings(cwd="/d"), CapturingHost({}))
    return evaluator.state, evaluator.evaluate_source(Source("«string»", expression, base="/d"))


SHALLOW = [
    # expression                                                printed                                   why
    ("{ a = 1 + 1; b = { }; l = [ (1+1) [ ] { } ]; }",
     "{ a = <CODE>; b = <CODE>; l = <CODE>; }",                 "attributes are lazy"),
    ("[ 1 \"a\" 1.5 ./x null true [ ] ]",
     "[ 1 \"a\" 1.5 /d/x null true [ ] ]",                      "what never was a thunk"),
    ("[ (x: x) map (builtins.add 1) { } [ 1 ] (1 + 1) (-1) \"s${\"t\"}\" ]",
     "[ <CODE> <PRIMOP> <CODE> <CODE> <CODE> <CODE> <CODE> <CODE> ]", "what Nix delays"),
    ("let a = 1; b = a; f = x: x; in [ a b f ]",                "[ 1 1 <CODE> ]",                         "variables"),
    ("let x = [ 1 ]; in builtins.seq x [ x ]",                  "[ [ 1 ] ]",                              "already forced"),
    ("let x = { y = x; }; in x",                                "{ y = «repeated»; }",                    "a cycle"),
    ("x: x",                                                    "<LAMBDA>",                               "functions"),
    ("builtins.add",                                            "<PRIMOP>",                               "functions"),
    ("builtins.add 1",                                          "<PRIMOP-APP>",                           "functions"),
    ("{ a = throw \"no\"; }",                                   "{ a = <CODE>; }",                        "nothing is forced"),
    ("let x = builtins.trace x 1; in { inherit x; }",           "{ x = <CODE>; }",                        "nor blackholed"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "printed", "why"), SHALLOW)
def test_shallow(expression: str, printed: str, why: str) -> None:
    assert show_shallow(evaluated(expression)[1]) == printed


STRICT = [
    # expression                                                printed                                   why
    ("{ a = 1 + 1; b = { }; l = [ (1+1) [ ] { } ]; }",
     "{ a = 2; b = { }; l = [ 2 [ ] { } ]; }",                  "all the way"),
    ("[ (x: x) map (builtins.add 1) ]",                         "[ <LAMBDA> <PRIMOP> <PRIMOP-APP> ]",     "functions"),
    ("[ 1.0 (1.0 / 3) 1.e10 123456789.0 1.0e-5 (1.0e308 * 10) (-1.0e308 * 10) 0.1 100000.0 1000000.0 (-0.0) ]",
     "[ 1 0.333333 1e+10 1.23457e+08 1e-05 inf -inf 0.1 100000 1e+06 0 ]", "floats have six digits"),
    (r'"a\"\\\n\r\t\${x}$y"',                                   r'"a\"\\\n\r\t\${x}$y"',                  "escapes"),
    ('{ "" = 7; "\\${x}" = 9; "-x" = 8; "1x" = 2; "a b" = 1; a\' = 6; a-b = 5; "if" = 3; or = 4; }',
     '{ "" = 7; "\\${x}" = 9; "-x" = 8; "1x" = 2; "a b" = 1; a\' = 6; a-b = 5; "if" = 3; or = 4; }', "names"),
    ("let x = { a = 1; }; in [ x x ]",                          "[ { a = 1; } «repeated» ]",              "shared sets"),
    ("[ { } { } [ ] [ ] ]",                                     "[ { } { } [ ] [ ] ]",                    "empty ones"),
    ("let x = [ x ]; in x",                                     "[ [ «repeated» ] ]",                     "a list is copied once"),
    ("let x = [ 1 ]; f = y: y; in [ x (f x) x ]",               "[ [ 1 ] [ 1 ] «repeated» ]",             "a copy is another list"),
    ("let x = [ 1 ]; y = x; in { inherit x; a = y; }",          "{ a = [ 1 ]; x = «repeated»; }",         "an alias is not"),
    ("let s.a = [ 1 ]; in [ s.a s.a ]",                         "[ [ 1 ] [ 1 ] ]",                        "selections are copies"),
    ("let x = { a = [ 1 ]; }; in [ x.a x x.a ]",                "[ [ 1 ] { a = [ 1 ]; } [ 1 ] ]",         "selections are copies"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "printed", "why"), STRICT)
def test_strict(expression: str, printed: str, why: str) -> None:
    state, value = evaluated(expression)
    force_deep(state, value)
    assert show_shallow(value) == printed


NIX_EVAL = [
    # expression                                                printed                                   why
    ("{ a = 1 + 1; b = { }; l = [ (1+1) [ ] { } ]; }",
     "{ a = 2; b = { }; l = [ 2 [ ] «repeated» ]; }",           "there is one empty set"),
    ("[ { } { } [ ] [ ] ]",                                     "[ { } «repeated» [ ] [ ] ]",             "there is one empty set"),
    ("let f = x: x; in { inherit f; }",                         "{ f = «lambda f @ «string»:1:9»; }",     "named lambda"),
    ("{ a }: a",                                                "«lambda @ «string»:1:1»",                "unnamed lambda"),
    ("builtins.add",                                            "«primop add»",                           "builtin"),
    ("builtins.add 1",                                          "«partially applied primop add»",         "builtin"),
    ("{ a = throw \"no\"; b = { }.c; }",
     "{ a = «error: no»; b = «error: attribute 'c' missing»; }", "errors inside are shown"),
    ("{ type = \"derivation\"; }",                              "«derivation»",                           "without a path"),
    ("{ d = { type = \"derivation\"; drvPath = \"x\"; }; }",
     "{ d = «error: path 'x' is not in the Nix store»; }",      "no store path"),
    ("{ d = { type = \"derivation\"; drvPath = \"/nix/store/4vai4zv4q5a5k3bl3gqvpvrz2xqiw4ir-x\"; }; }",
     "{ d = «derivation /nix/store/4vai4zv4q5a5k3bl3gqvpvrz2xqiw4ir-x»; }", "a store path"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "printed", "why"), NIX_EVAL)
def test_nix_eval(expression: str, printed: str, why: str) -> None:
    assert show_value(*evaluated(expression)) == printed


def test_the_error_of_the_whole_is_raised() -> None:
    state, items = evaluated('[ (throw "no") ]')
    with pytest.raises(NixError, match="no"):
        show_value(state, items[0])


def test_what_fails_about_a_set_is_shown() -> None:
    assert show_value(*evaluated('{ type = throw "no"; }')) == "«error: no»"


IN_MESSAGES = [
    # expression                                                printed                                   why
    ("{ a=1; b=2; c=3; d=4; e=5; f=6; g=7; h=8; i=9; j=10; k=11; type=12; }",
     "{ type = 12; a = 1; b = 2; c = 3; d = 4; e = 5; f = 6; g = 7; h = 8; i = 9; «2 attributes elided» }",
     "ten attributes, the important first"),
    ("[ 1 2 3 4 5 6 7 8 9 10 11 ]",      "[ 1 2 3 4 5 6 7 8 9 10 «1 item elided» ]", "ten elements"),
    ("[ [ 1 2 3 4 5 6 7 ] [ 1 2 3 4 ] [ 1 ] ]", "[ «thunk» «thunk» «thunk» ]", "thunks stay"),
    ("let x = [ [ 1 2 3 4 5 6 7 ] [ 1 2 3 4 ] [ 1 ] ]; in builtins.deepSeq x x",
     "[ [ 1 2 3 4 5 6 7 ] [ 1 2 «2 items elided» ] «1 item elided» ]", "the elements count together"),
    ("let x = [[[[[[[[[[[[ 1 ]]]]]]]]]]]]; in builtins.deepSeq x x",
     "[ [ [ [ [ [ [ [ [ [ [ ... ] ] ] ] ] ] ] ] ] ] ]", "ten levels"),
    ("let x = {a={a={a={a={a={a={a={a={a={a={a=1;};};};};};};};};};};}; in builtins.deepSeq x x",
     "{ a = { a = { a = { a = { a = { a = { a = { a = { a = { a = { ... }; }; }; }; }; }; }; }; }; }; }", "ten levels"),
    ("let x = { y = x; z = {}; w = {}; }; in builtins.deepSeq x x",
     "{ w = { }; y = «repeated»; z = «repeated»; }", "repeated"),
    ('builtins.concatStringsSep "" (builtins.genList (n: "0123456789") 110)',
     '"' + ("0123456789" * 110)[:1024] + '" «76 bytes elided»', "1024 bytes of a string"),
    ('builtins.concatStringsSep "" (builtins.genList (n: "é") 600)',
     '"' + "é" * 512 + '" «176 bytes elided»', "bytes, not characters"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "printed", "why"), IN_MESSAGES)
def test_in_messages(expression: str, printed: str, why: str) -> None:
    assert show_short(evaluated(expression)[1]) == printed


def test_what_is_being_evaluated() -> None:
    with pytest.raises(NixError, match=r"a set: . y = «potential infinite recursion»; .$"):
        evaluated("let x = { y = builtins.head x; }; in x.y")


def test_trace_shows_everything_unforced() -> None:
    value = evaluated("[ 1 2 3 4 5 6 7 8 9 10 11 (1 + 1) ]")[1]
    assert show(value) == "[ 1 2 3 4 5 6 7 8 9 10 11 «thunk» ]"


def test_colours_are_those_of_nix() -> None:
    # printf '[ 1 "a" ./x (x: x) null ]' | nix repl
    state, value = evaluated('[ 1 "a" ./x (x: x) null ]')
    assert show_value(state, value, PrintOptions(force=True, colour=True)) == (
        '[ \x1b[36;1m1\x1b[0m \x1b[35;1m"a"\x1b[0m \x1b[32;1m/d/x\x1b[0m'
        " \x1b[34;1m«lambda @ «string»:1:14»\x1b[0m \x1b[36;1mnull\x1b[0m ]"
    )


DEEP_ERRORS = [
    # expression                                                frames
    ('{ a.b = [ 1 (throw "no") ]; }',
     ["while evaluating the attribute 'a'", "while evaluating the attribute 'b'",
      "while evaluating list element at index 1", "while calling the 'throw' builtin"]),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "frames"), DEEP_ERRORS)
def test_frames_of_forcing_deeply(expression: str, frames: list[str]) -> None:
    evaluator = Evaluator(Settings(cwd="/d"), CapturingHost({}))
    value = evaluator.evaluate_source(Source("«string»", expression))
    with pytest.raises(NixError) as caught:
        force_deep(evaluator.state, value)
    evaluator.explain(caught.value)
    assert [frame.text for frame in caught.value.trace or []] == frames


# The REPL's own style: nothing to compare it with but what we want.


FIRST_ERRORS = [
    # expression, message, the attributes in its trace
    (
        'let x = { a = 1; b = 1; }; in { b = throw "b"; a = throw "a"; }',
        "a",
        ["a"],
        "the names that were met first",
    ),
    ('{ b = throw "b"; a = throw "a"; }', "b", ["b"], "as they are written"),
    (
        'let x = { a = 1; b = 1; c = 1; }; in { c = 1; b = throw "b"; a = [ { c = throw "c"; b = throw "d"; } ]; }',
        "d",
        ["a", "b"],
        "within a list",
    ),
    (
        'let x = { a = 1; b = 1; c = 1; }; in builtins.deepSeq { c = throw "c"; b = 2; a = { b = 1; }; } 1',
        "c",
        ["c"],
        "deepSeq",
    ),
    (
        'let x = { a = 1; b = 1; c = 1; }; in builtins.deepSeq { c = throw "c"; b = throw "b"; a = { b = 1; }; } 1',
        "b",
        ["b"],
        "after what is fine",
    ),
    (
        '({ a, b, c }: { c = throw "c"; b = throw "b"; inherit a; }) { a = 1; b = 2; c = 3; }',
        "b",
        ["b"],
        "formal arguments",
    ),
    ('let x = y: y.a.b; in { b = throw "b"; a = throw "a"; }', "a", ["a"], "attribute paths"),
    ('let x = "a b"; in { b = throw "b"; a = throw "a"; }', "b", ["b"], "not in strings"),
    (
        'let x = "${a}"; a = "q"; in { b = throw "b"; a = throw "a"; }',
        "a",
        ["a"],
        "but in what they interpolate",
    ),
    (
        'let a = 1; in { name = throw "name"; a = throw "a"; }',
        "name",
        ["name"],
        "known to Nix from the start",
    ),
]


@pytest.mark.parametrize(
    ("expression", "message", "attributes", "why"), FIRST_ERRORS, ids=[case[-1] for case in FIRST_ERRORS]
)
def test_which_of_two_errors_is_reported(
    expression: str, message: str, attributes: list[str], why: str
) -> None:
    code, _, shown = instantiate(expression, "--strict")
    assert code == 1
    assert f"error: {message}\n" in shown
    assert re.findall(r"attribute '(\w+)'", shown) == attributes


LAYOUT = [
    # expression                                                printed
    ("{ override = x: x; result = 8; }",                        "{ override = «lambda»; result = 8; }"),
    ("let x = { a = [ ]; y = x; }; in [ x x ]",
     "[ { a = [ ]; y = «repeated: [0]»; } { a = [ ]; y = «repeated: [1]»; } ]"),
    ("{ a.b.c.d.e = 1; }",                                      "{ a = { b = { c = { d = { … }; }; }; }; }"),
    ('{ a = throw "one\\ntwo"; b = abort "x"; }',
     "{\n  a = «error: one»;\n  b = «error: evaluation aborted with the following error message: 'x'»;\n}"),
    ("{ long = { name = \"" + "x" * 60 + "\"; b = [ null 1 ]; }; }",
     '{\n  long = {\n    b = [ null 1 ];\n    name = "' + "x" * 60 + '";\n  };\n}'),
    ("builtins.genList (n: n + 1000) 30",
     "[\n  " + " ".join(map(str, range(1000, 1015))) + "\n  " + " ".join(map(str, range(1015, 1030))) + "\n]"),
    ('{ type = "derivation"; }',                                "«derivation»"),
    ("builtins.genList (n: 0) 62",                              "[\n" + ("  " + "0 " * 39)[:-1] + "\n"
     "  0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 «2 more items; :p shows all»\n]"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "printed"), LAYOUT)
def test_layout(expression: str, printed: str) -> None:
    assert show_layout(*evaluated(expression), LayoutOptions()) == printed


def test_layout_evaluates_only_what_it_shows() -> None:
    value = evaluated('{ a.b.c = throw "not this"; }')
    assert show_layout(*value, LayoutOptions(max_depth=2)) == "{ a = { b = { … }; }; }"
