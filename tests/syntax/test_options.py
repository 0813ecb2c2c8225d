"""What depends on settings: lints, pipes, the home directory."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from nixlite.source import Position
from nixlite.syntax.options import ParseOptions
from tests.syntax.support import parse_error, parsed, tree

LINTS = [
    # text, setting, message (Nix 2.34.8), warned about
    (
        " http://a.b",
        "lint_url_literals",
        'URL literals are disallowed. Consider using a string literal "http://a.b" instead (lint-url-literals)',
    ),
    (
        " a/b",
        "lint_short_path_literals",
        "relative path literal 'a/b' should be prefixed with '.' for clarity: './a/b' (lint-short-path-literals)",
    ),
    (
        " /a/${b}",
        "lint_absolute_path_literals",
        "absolute path literals are not portable. Consider replacing path literal '/a/' by a string, relative path, or parameter (lint-absolute-path-literals)",
    ),
    (
        " ~/a",
        "lint_absolute_path_literals",
        "home path literals are not portable. Consider replacing path literal '~/a' by a string, relative path, or parameter (lint-absolute-path-literals)",
    ),
]


@pytest.mark.parametrize(("text", "setting", "message"), LINTS, ids=[case[0].strip() for case in LINTS])
def test_lints(text: str, setting: str, message: str) -> None:
    tree(text)
    fatal = ParseOptions(home="/", **{setting: "fatal"})  # type: ignore[arg-type]
    error = parse_error(text, fatal)
    assert (error.message, error.position) == (message, Position("«stdin»", 1, 2))
    warnings: list[tuple[str, Position | None]] = []
    warn = ParseOptions(home="/", warn=lambda *said: warnings.append(said), **{setting: "warn"})  # type: ignore[arg-type]
    tree(text, warn)
    assert warnings == [(message.replace("disallowed", "discouraged"), Position("«stdin»", 1, 2))]


@pytest.mark.parametrize("text", ["./a/b", "../a", '"http://a.b"', "<a>", ".a/b"])
def test_lints_leave_the_rest_alone(text: str) -> None:
    tree(
        text,
        ParseOptions(
            lint_url_literals="fatal", lint_short_path_literals="fatal", lint_absolute_path_literals="fatal"
        ),
    )


PIPES = [
    # text, what --parse prints with --extra-experimental-features pipe-operators
    ("a: f: g: a |> f |> g", "(a: (f: (g: (g (f a)))))"),
    ("a: f: g: g <| f <| a", "(a: (f: (g: (g (f a)))))"),
    ("a: f: a |> f 1", "(a: (f: (f 1 a)))"),
    ("a: f: a + 1 |> f", "(a: (f: (f (a + 1))))"),
    ("a: f: a -> a |> f", "(a: (f: (f (a -> a))))"),
    ("f: f <| x: x", None),
    ("a: f: a |> f <| a", None),
]


@pytest.mark.parametrize(("text", "shown"), PIPES)
def test_pipes(text: str, shown: str | None) -> None:
    options = ParseOptions(features=frozenset({"pipe-operators"}))
    if shown is None:
        assert parse_error(text, options).message.startswith("syntax error")
    else:
        assert parsed(text, options) == shown


def test_home() -> None:
    assert parsed("~/a", ParseOptions(home="/home/x")) == "/home/x/a"
    with pytest.raises(NixError, match=r"^the path '~/a' can not be resolved in pure mode$") as caught:
        tree("~/a", ParseOptions(pure_eval=True))
    assert caught.value.position is None


OR_WARNINGS = [
    # text, what the warning quotes (None: no warning), why
    ("f: [ f or ]", "f or", "in a list"),
    ("f: f f or", "f or", "as an argument"),
    ("f: f.a or f or", "f or", "as a default"),
    ("f: [ (f or) ]", None, "in parentheses"),
    ("f: f or f", None, "called"),
    ("f: f or", None, "alone"),
    ("f: f.or", None, "an attribute"),
]


@pytest.mark.parametrize(("text", "quoted", "why"), OR_WARNINGS, ids=[case[2] for case in OR_WARNINGS])
def test_warns_of_or_as_a_name(text: str, quoted: str | None, why: str) -> None:
    warnings: list[str] = []
    tree(text, ParseOptions(warn=lambda message, position: warnings.append(message)))
    assert len(warnings) == (quoted is not None)
    if quoted:
        assert f"\n    ({quoted})\n" in warnings[0]


def test_null_characters() -> None:
    with pytest.raises(NixError) as caught:
        tree('"a\0b"')
    message = "input string 'a␀b' cannot be represented as Nix string because it contains null bytes"
    assert (caught.value.message, caught.value.position) == (message, Position("«stdin»", 1, 2))
    assert parsed("1\0 +") == "1"  # for Nix's parser, the character is the end of the file
