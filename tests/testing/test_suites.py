"""Which tests are found, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite.errors import NixError
from nixlite.testing.ecmascript import compiled
from nixlite.testing.suites import Suites
from tests.testing.support import PASSED, details, lines, results

if TYPE_CHECKING:
    from pathlib import Path

SHAPES: dict[str, tuple[str, dict[str, str]]] = {
    "a test each": (
        "{ testA = { expr = 1; expected = 1; }; testB = { expr = 1; expected = 2; }; }",
        {"testA": PASSED, "testB": "expected 2, found 1"},
    ),
    "one that fails does not stop the others": (
        '{ testA = { expr = throw "x"; expected = 1; }; testB = throw "y"; testC = { expr = 1; expected = throw "z"; }; c = throw "w"; testD = { expr = [ 1 ]; expected = [ 1 ]; }; }',
        {
            "c": "the test cannot be evaluated: w",
            "testA": "'expr' cannot be evaluated: x",
            "testB": "the test cannot be evaluated: y",
            "testC": "'expected' cannot be evaluated: z",
            "testD": PASSED,
        },
    ),
    "deep down": (
        '{ testA = { expr = { a = [ (throw "x") ]; }; expected = { a = [ 1 ]; }; }; }',
        {"testA": "'expr' and 'expected' cannot be compared: x"},
    ),
    "sets of tests": (
        '{ a.b.testA = { expr = 1; expected = 1; }; a."c d".testB = { expr = 1; expected = 1; }; a.c = 3; a.f = x: x; }',
        {'a."c d".testB': PASSED, "a.b.testA": PASSED},
    ),
    "a set of tests whose name begins with test": (
        "{ tests.testA = { expr = 1; expected = 1; }; testMore.testB = { expr = 1; expected = 1; }; }",
        {"testMore.testB": PASSED, "tests.testA": PASSED},
    ),
    "a name that is no test's": (
        "{ a = { expr = 1; expected = 2; }; b = { expr = 1; expectedError.msg = \"x\"; }; c = { expr = 1; }; }",
        {
            "a": "skipped: its name does not begin with 'test'",
            "b": "skipped: its name does not begin with 'test'",
        },
    ),
    "what is no test": (
        "{ testA = 1; testB = { }; testC = { expr = 1; }; testD = { expected = 1; }; testE = { expr = 1; expectd = 1; }; }",
        {
            "testA": "a test is a set with 'expr', and 'expected' or 'expectedError'; this is an integer",
            "testB": "'expr' is missing",
            "testC": "'expected' and 'expectedError' are missing",
            "testD": "'expr' is missing",
            "testE": "'expected' and 'expectedError' are missing",
        },
    ),
    "it contains itself": (
        "let s = { inherit s; testA = { expr = s; expected = s; }; }; in s",
        {"testA": PASSED},
    ),
    "packages are not gone into": (
        'derivation { name = "x"; system = "x"; builder = "x"; testA = "x"; }',
        {},
    ),
    "a function": (
        "{ n ? 1 }: { testA = { expr = n; expected = 1; }; }",
        {"testA": PASSED},
    ),
    "expected counts where both are there": (
        "{ testA = { expr = 1; expected = 1; expectedError.type = \"Abort\"; }; }",
        {"testA": PASSED},
    ),
    "functions": (
        "{ testA = { expr = x: x; expected = x: x; }; testB = { expr.f = x: x; expected.f = x: x; }; testC = let f = x: x; in { expr = [ f ]; expected = [ f ]; }; }",
        {
            "testA": "expected «lambda testA.expected @ …», found …",
            "testB": "expected → found: ~ f: …",
            "testC": PASSED,
        },
    ),
    "packages are compared by their outputs": (
        'let d = n: derivation { name = n; system = "x"; builder = "x"; }; in { testA = { expr = d "a"; expected = d "a"; }; testB = { expr = [ (d "a") ]; expected = [ (d "b") ]; }; }',
        {"testA": PASSED, "testB": "expected → found: …"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_shapes(tmp_path: Path, name: str) -> None:
    text, expected = SHAPES[name]
    found = results(tmp_path, text)
    assert found.keys() == expected.keys()
    for test, said in expected.items():
        if "…" in said:
            assert found[test].startswith(said.partition("…")[0].partition("«")[0])
        else:
            assert found[test] == said


# The classes are those that Nix 2.34.8 throws (src/libexpr), by the names that nix-unit has for them.
KINDS = {
    "throw": ('throw "x"', "ThrownError"),
    "lookup path": ("<nope>", "ThrownError"),
    "assert": ("assert false; 1", "AssertionError"),
    "abort": ('abort "x"', "Abort"),
    "types": ('1 + "a"', "TypeError"),
    "coercion": ('"${{ }}"', "TypeError"),
    "argument": ("({ a }: a) { }", "TypeError"),
    "call": ("1 2", "TypeError"),
    "attribute": ("{ }.a", "EvalError"),
    "division": ("1 / 0", "EvalError"),
    "recursion": ("let x = x; in x", "EvalError"),
    "variable": ("with { }; x", "UndefinedVarError"),
    "syntax": ('import (builtins.toFile "x.nix" "{")', "ParseError"),
    "file": ("builtins.readFile /nope", "Error"),
    "import": ("import /nope", "Error"),
    "JSON": ('builtins.fromJSON "{"', "Error"),
    "hash": ('builtins.convertHash { hash = "x"; toHashFormat = "sri"; }', "Error"),
    "depth": ("let f = x: f x + 1; in f 1", "Error"),
}


@pytest.mark.parametrize("name", KINDS)
def test_types_of_errors(tmp_path: Path, name: str) -> None:
    text, kind = KINDS[name]
    test = '{{ testA = {{ expr = {{ deep = [ ({}) ]; }}; expectedError.type = "{}"; }}; }}'
    assert results(tmp_path, test.format(text, kind)) == {"testA": PASSED}
    other = "TypeError" if kind != "TypeError" else "ThrownError"
    said = results(tmp_path, test.format(text, other))["testA"]
    assert said.startswith(f"expected an error of type '{other}', and it is of type '{kind}': ")


ERRORS = {
    "none": ("expr = 1; expectedError.type = \"Abort\";", "expected an error of type 'Abort', and there is none"),
    "message": (
        'expr = throw "in 3 places"; expectedError = { type = "ThrownError"; msg = "\\\\d places$"; };',
        PASSED,
    ),
    "other message": (
        'expr = throw "in 3 places"; expectedError.msg = "^3";',
        "expected an error whose message matches '^3', and it does not: in 3 places",
    ),
    "neither": ("expr = throw 1; expectedError = { typ = 1; };", "'expectedError' has neither 'type' nor 'msg'"),
    "no set": ("expr = 1; expectedError = 1;", "'expectedError' is a set with 'type' or 'msg'; this is an integer"),
    "unknown": ("expr = throw 1; expectedError.type = \"TypeErr\";", "there is no type of error 'TypeErr'"),
    "no pattern": (
        'expr = throw "x"; expectedError.msg = "(";',
        "'expectedError.msg' is no regular expression: missing ), unterminated subpattern at position 0",
    ),
    "broken": ('expr = throw "x"; expectedError.type = throw "y";', "'expectedError' cannot be evaluated: y"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_expected_errors(tmp_path: Path, name: str) -> None:
    text, said = ERRORS[name]
    assert results(tmp_path, f"{{ testA = {{ {text} }}; }}") == {"testA": said}


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\d+ errors", "about 100 errors to go", True),
        (r"^a$", "a", True),
        (r"^a$", "a\n", False),
        (r"a.b", "a\nb", False),
        (r"a[^]b", "a\nb", True),
        (r"[[:digit:]]{2}[[:alpha:]]", "12x", True),
        (r"[^[:space:]]x", " x", False),
        (r"\d", "٣", False),
        (r"a\/b", "a/b", True),
        (r"'\[x\]'", "attribute '[x]' missing", True),
        (r"[[]x", "[x", True),
        (r"[a[^]x", "^x", True),
        (r"(a|b)\1", "bb", True),
        (r"a(?=b)", "ab", True),
        (r"[]", "", False),
        (r"a]", "a]", True),
    ],
)
def test_patterns(pattern: str, text: str, found: bool) -> None:
    assert (compiled(pattern).search(text) is not None) is found


@pytest.mark.parametrize("pattern", ["(", "(?P<a>x)", "[[:nope:]]", "a{99999999999}", "*"])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        compiled(pattern)


LIBRARY = """{
  runTests = tests: builtins.concatLists (builtins.attrValues (builtins.mapAttrs (name: test:
    if (builtins.substring 0 4 name == "test" || builtins.elem name (tests.tests or [ ])) && test.expr != test.expected
    then [ { inherit name; inherit (test) expected; result = test.expr; } ] else [ ]) (removeAttrs tests [ "tests" ])));
}
"""


@pytest.mark.parametrize(
    "text",
    [
        "with import ./lib.nix; runTests {\n",
        "let lib = import ./lib.nix; in lib.runTests {\n",
        "{ lib ? import ./lib.nix }: assert true; lib.debug.runTests {\n",
        "let lib = import ./lib.nix; in if true then lib.runTests {\n",
    ],
)
def test_what_run_tests_is_given(tmp_path: Path, text: str) -> None:
    (tmp_path / "lib.nix").write_text(LIBRARY, "utf-8")
    text += '  testA = { expr = 1; expected = 1; };\n  testB = throw "x";\n  inner.testC = { expr = 1; expected = 1; };\n}\n'
    text += "else null" if " if " in text else ""
    found = results(tmp_path, text)
    assert found == {"testA": PASSED, "testB": "the test cannot be evaluated: x"}
    assert lines(tmp_path, text) == {"testA": 2, "testB": 3}


def test_the_list_of_tests_to_run(tmp_path: Path) -> None:
    """`lib.runTests`: "tests" names them, whatever they are called, and no others are run then."""
    (tmp_path / "lib.nix").write_text(LIBRARY, "utf-8")
    text = '(import ./lib.nix).runTests { a = { expr = 1; expected = 2; }; testB = { expr = 1; expected = 2; }; tests = [ "a" ]; }'
    assert results(tmp_path, text) == {
        "a": "expected 2, found 1",
        "testB": "skipped: the list 'tests' does not name it",
    }


def test_what_run_tests_gives(tmp_path: Path) -> None:
    """Where it is not to be seen what it was given."""
    (tmp_path / "lib.nix").write_text(LIBRARY, "utf-8")
    text = "let run = (import ./lib.nix).runTests; in run {{ testA = {{ expr = 1; expected = {}; }}; }}"
    assert results(tmp_path, text.format(1)) == {"runTests": PASSED}
    found = details(tmp_path, text.format(2))
    assert list(found) == ["testA"]
    assert "2 → 1" in found["testA"]


def test_differences_are_those_of_diff(tmp_path: Path) -> None:
    text = """{
      testA = {
        expr = { a.b = 1; list = [ 1 2 3 ]; text = "one\\ntwo\\n"; same = 1; };
        expected = { a.b = 2; list = [ 1 3 ]; text = "one\\n2\\n"; same = 1; more = true; };
      };
    }"""
    assert details(tmp_path, text)["testA"].split("\n") == [
        "expected → found: ~ a.b: 2 → 1 (and 3 more)",
        "expected → found:",
        "",
        "  ~ a.b: 2 → 1",
        "  + list[1] = 2",
        "  - more = true",
        "  ~ text:",
        "    @@ -1,3 +1,3 @@",
        "     one",
        "    -2",
        "    +two",
        "",
    ]


def test_long_differences_are_cut(tmp_path: Path) -> None:
    text = "{ testA = { expr = builtins.genList (n: n) 100; expected = builtins.genList (n: n + 1) 100; }; }"
    shown = details(tmp_path, text)["testA"].split("\n")
    assert len(shown) == 64
    assert shown[-1] == "  … 40 more lines, which -v shows"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{ stdenv, lib }: { }", "it is a function that wants 'stdenv' (--arg stdenv EXPR)"),
        ("{ n, lib, ... }: { }", "it is a function that wants 'lib' (--arg lib EXPR)"),
        ("pkgs: { }", "it is a function"),
    ],
)
def test_files_that_nobody_named_and_want_something(tmp_path: Path, text: str, why: str) -> None:
    """Beside packages there are files `tests.nix` of another kind."""
    (tmp_path / "tests.nix").write_text(text, "utf-8")
    suites = Suites(["--arg", "n", "1"])
    (case,) = suites.cases(str(tmp_path / "tests.nix"), named=False)
    assert (case.name, case.skip) == ("tests", why)
    with pytest.raises(NixError, match=r"argument|gives a function"):
        suites.cases(str(tmp_path / "tests.nix"))


def test_arguments_and_attribute_paths(tmp_path: Path) -> None:
    text = "{ n }: { a.testA = { expr = n; expected = 1; }; b.testB = { expr = n; expected = 2; }; }"
    words = ["--arg", "n", "1"]
    assert results(tmp_path, text, words=words) == {"a.testA": PASSED, "b.testB": "expected 2, found 1"}
    assert results(tmp_path, text, words=words, attr="a") == {"a.testA": PASSED}
    assert results(tmp_path, text, words=words, attr="a.testA") == {"a.testA": PASSED}
    with pytest.raises(NixError, match="argument without a value"):
        results(tmp_path, text)
    with pytest.raises(NixError, match="attribute 'c' in selection path 'c' not found"):
        results(tmp_path, text, words=words, attr="c")


FLAKE = """{
  outputs = { self }: {
    tests.testA = { expr = self.number; expected = 3; };
    tests.testPure = { expr = builtins.getEnv "HOME"; expected = ""; };
    more.testB = { expr = self.number; expected = 4; };
    number = 3;
  };
}
"""


def test_flakes(tmp_path: Path) -> None:
    assert results(tmp_path, FLAKE, name="flake.nix") == {"testA": PASSED, "testPure": PASSED}
    assert results(tmp_path, FLAKE, name="flake.nix", attr="more") == {"more.testB": "expected 4, found 3"}
    assert lines(tmp_path, FLAKE, "flake.nix") == {"testA": 3, "testPure": 4}
    assert not (tmp_path / "flake.lock").exists()
