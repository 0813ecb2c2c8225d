"""Texts that are not Nix: message, line and column as Nix 2.34.8 gives them."""

from __future__ import annotations

import pytest

from tests.syntax.support import parse_error

CASES = [
    # text, message, line:column, why
    ("", "syntax error, unexpected end of file", "1:1", "empty"),
    ("1 +", "syntax error, unexpected end of file", "1:4", "operand missing"),
    ("(1", "syntax error, unexpected end of file, expecting ')'", "1:3", "parenthesis open"),
    ("{", "syntax error, unexpected end of file, expecting 'inherit'", "1:2", "brace open"),
    ("[ 1", "syntax error, unexpected end of file", "1:4", "bracket open"),
    ("{ a = 1", "syntax error, unexpected end of file, expecting ';'", "1:8", "semicolon missing"),
    ("{ a = 1 }", "syntax error, unexpected '}', expecting ';'", "1:9", "semicolon missing (2)"),
    ("{ a }", "syntax error, unexpected end of file, expecting ':' or '@'", "1:6", "binding without value"),
    (
        "{ a, b = 1; }",
        "syntax error, unexpected '=', expecting '}' or ','",
        "1:8",
        "neither set nor function",
    ),
    ('"abc', "syntax error, unexpected end of file, expecting '\"'", "1:5", "string open"),
    ('"a${', "syntax error, unexpected end of file", "1:5", "interpolation open"),
    (
        "''a",
        "syntax error, unexpected end of file, expecting indented string or '${' or end of an indented string",
        "1:4",
        "indented string open",
    ),
    ("''a${1", "syntax error, unexpected end of file, expecting '}'", "1:7", "interpolation open (2)"),
    ('"\\', "syntax error, unexpected end of file, expecting '\"'", "1:3", "ends in a backslash"),
    (
        "let a = 1;",
        "syntax error, unexpected end of file, expecting 'in' or 'inherit'",
        "1:11",
        "let without in",
    ),
    ("if 1 then 2", "syntax error, unexpected end of file, expecting 'else'", "1:12", "if without else"),
    ("if 1 else 2", "syntax error, unexpected 'else', expecting 'then'", "1:6", "else without then"),
    ("1 == 2 == 3", "syntax error, unexpected '=='", "1:8", "== is not associative"),
    ("1 < 2 < 3", "syntax error, unexpected '<'", "1:7", "nor is <"),
    ("1 == 2 != 3", "syntax error, unexpected '!='", "1:8", "alike"),
    ("[ -1 ]", "syntax error, unexpected '-'", "1:3", "no operators in lists"),
    ("f: f -", "syntax error, unexpected end of file", "1:7", "operand missing (2)"),
    (
        "a.",
        "syntax error, unexpected end of file, expecting identifier or 'or' or '${' or '\"'",
        "1:3",
        "name missing",
    ),
    (
        "{ a.if = 1; }",
        "syntax error, unexpected 'if', expecting identifier or 'or' or '${' or '\"'",
        "1:5",
        "keyword as a name",
    ),
    (
        "let if = 1; in 2",
        "syntax error, unexpected 'if', expecting 'in' or 'inherit'",
        "1:5",
        "keyword as a name (2)",
    ),
    ("{ inherit 1; }", "syntax error, unexpected integer", "1:11", "no name"),
    ("1 2 }", "syntax error, unexpected '}', expecting end of file", "1:5", "closing brace"),
    ("1)", "syntax error, unexpected ')', expecting end of file", "1:2", "closing parenthesis"),
    ("@", "syntax error, unexpected '@'", "1:1", "no expression"),
    ("~", "syntax error, unexpected invalid token", "1:1", "invalid token"),
    ("1 ^ 2", "syntax error, unexpected invalid token, expecting end of file", "1:3", "invalid token (2)"),
    ("é", "syntax error, unexpected invalid token", "1:1", "invalid token (3)"),
    (
        "a: a & a",
        "syntax error, unexpected invalid token, expecting end of file",
        "1:6",
        "a single ampersand",
    ),
    ("{ a = 1; a = 2; }", "attribute 'a' already defined at «stdin»:1:3", "1:10", "twice"),
    (
        "{ a.b = 1; a.b.c = 2; }",
        "attribute 'a.b' already defined at «stdin»:1:3",
        "1:12",
        "a value is no set",
    ),
    (
        "{ a.b.c = 1; a.b = 2; }",
        "attribute 'a.b' already defined at «stdin»:1:3",
        "1:14",
        "a set is no value",
    ),
    (
        "{ a = { b = 1; }; a.b = 2; }",
        "attribute 'a.b' already defined at «stdin»:1:9",
        "1:19",
        "twice, in two ways",
    ),
    (
        "{ inherit ({ }) a; a = 1; }",
        "attribute 'a' already defined at «stdin»:1:17",
        "1:20",
        "inherited and defined",
    ),
    (
        "{ a = 1; inherit a; }",
        "attribute 'a' already defined at «stdin»:1:3",
        "1:18",
        "defined and inherited",
    ),
    (
        '{ "a b"."if" = 1; "a b"."if" = 2; }',
        'attribute \'"a b"."if"\' already defined at «stdin»:1:3',
        "1:19",
        "names in the message are quoted",
    ),
    (
        "{ a = { inherit ({ }) b; }; a.b = 1; }",
        "attribute 'a.b' already defined at «stdin»:1:23",
        "1:29",
        "inherited in a merged set",
    ),
    ("let a = 1; a = 2; in a", "attribute 'a' already defined at «stdin»:1:5", "1:12", "twice in let"),
    ("{ a, a }: 1", "duplicate formal function argument 'a'", "1:6", "formal twice"),
    ("{ a, b, b, a }: 1", "duplicate formal function argument 'a'", "1:12", "the first name is blamed"),
    (
        "let b = 1; in { a, b, b, a }: 1",
        "duplicate formal function argument 'b'",
        "1:23",
        "the first in the program",
    ),
    ("{ a }@a: 1", "duplicate formal function argument 'a'", "1:1", "formal and argument"),
    ("  a@{ a }: 1", "duplicate formal function argument 'a'", "1:3", "argument and formal"),
    (' let ${"a" + "b"} = 1; in 1', "dynamic attributes not allowed in let", "1:2", "dynamic in let"),
    ('{ inherit ${"a" + "b"}; }', "dynamic attributes not allowed in inherit", "1:11", "dynamic in inherit"),
    (
        '{ inherit ({ }) "${"a"}"; }',
        "dynamic attributes not allowed in inherit",
        "1:17",
        "an interpolated string counts as dynamic",
    ),
    ("9223372036854775808", "invalid integer '9223372036854775808'", "1:1", "too large"),
    (
        "[ 99999999999999999999999999 ]",
        "invalid integer '99999999999999999999999999'",
        "1:3",
        "far too large",
    ),
    ("1.0e400", "invalid float '1.0e400'", "1:1", "overflow"),
    ("1.0e-400", "invalid float '1.0e-400'", "1:1", "underflow"),
    ("1.0e-310", "invalid float '1.0e-310'", "1:1", "lossy underflow"),
    ("./a/", "path has a trailing slash", "1:1", "slash at the end"),
    ("./a/ ", "path has a trailing slash", "1:5", "slash before a blank"),
    ("(/a/)", "path has a trailing slash", "1:5", "slash before a parenthesis"),
    ("/a//b", "syntax error, unexpected end of path, expecting '${'", "1:1", "two slashes"),
    ("[ ./a//b ]", "syntax error, unexpected end of path, expecting '${'", "1:7", "two slashes within"),
    ('./a/${"b"}/', "path has a trailing slash", "1:11", "slash after an interpolation"),
    ("(./a", "syntax error, unexpected end of file, expecting ')'", "1:2", "file ends in a path"),
    (
        '(./a/${"b"}',
        "syntax error, unexpected end of file, expecting ')'",
        "1:11",
        "file ends in an interpolated path",
    ),
    ("( ./a ", "syntax error, unexpected end of file, expecting ')'", "1:7", "a blank after the path"),
    (
        "1 |> 2",
        "experimental Nix feature 'pipe-operators' is disabled; add '--extra-experimental-features pipe-operators' to enable it",
        "1:3",
        "pipes are an experimental feature",
    ),
    (
        "1 <| 2",
        "experimental Nix feature 'pipe-operators' is disabled; add '--extra-experimental-features pipe-operators' to enable it",
        "1:3",
        "both",
    ),
    ("1 /* a", "syntax error, unexpected '*'", "1:4", "comment open"),
    ("'a'", "syntax error, unexpected invalid token", "1:1", "single quotes"),
    ("<a", "syntax error, unexpected '<'", "1:1", "no lookup path"),
    (
        "{ a = 1; }.",
        "syntax error, unexpected end of file, expecting identifier or 'or' or '${' or '\"'",
        "1:12",
        "name missing (2)",
    ),
    (
        "{ ... }",
        "syntax error, unexpected end of file, expecting ':' or '@'",
        "1:8",
        "ellipsis without function",
    ),
    ("{ ..., a }: 1", "syntax error, unexpected ',', expecting '}'", "1:6", "ellipsis first"),
    ("{ a ? }: 1", "syntax error, unexpected '}'", "1:7", "default missing"),
    ("a@b: 1", "syntax error, unexpected identifier, expecting '{'", "1:3", "not a set pattern"),
    ("{ a }@1: 1", "syntax error, unexpected integer, expecting identifier", "1:7", "not a name"),
    ("rec 1", "syntax error, unexpected integer, expecting '{'", "1:5", "rec without a set"),
    ("with 1", "syntax error, unexpected end of file, expecting ';'", "1:7", "with without semicolon"),
    ("assert 1 2", "syntax error, unexpected end of file, expecting ';'", "1:11", "assert without semicolon"),
    ("or", "syntax error, unexpected 'or'", "1:1", "or is no expression"),
    ('"a" b = 1', "syntax error, unexpected '=', expecting end of file", "1:7", "equals sign"),
    ("{ a = ; }", "syntax error, unexpected ';'", "1:7", "value missing"),
    ("{\n  a = 1;\n  b = ;\n}\n", "syntax error, unexpected ';'", "3:7", "position in lines"),
    ('[\n\t"é" ?\n]', "syntax error, unexpected '?'", "2:7", "columns count bytes"),
    ("1\r\n2 +\r\n", "syntax error, unexpected end of file", "3:1", "CR LF"),
    ("1 2 +\r", "syntax error, unexpected end of file", "2:1", "lone CR"),
    (
        '"${1"',
        "syntax error, unexpected end of file, expecting '\"'",
        "1:6",
        "string inside the interpolation",
    ),
    (
        "{ a = ''\n",
        "syntax error, unexpected end of file, expecting indented string or '${' or end of an indented string",
        "2:1",
        "indented string open (2)",
    ),
]


@pytest.mark.parametrize(("text", "message", "place", "why"), CASES, ids=[case[3] for case in CASES])
def test_says_what_is_wrong_and_where(text: str, message: str, place: str, why: str) -> None:
    error = parse_error(text)
    assert error.message == message
    assert error.position is not None
    assert f"{error.position.line}:{error.position.column}" == place


@pytest.mark.parametrize(("text", "message", "place", "why"), CASES, ids=[case[3] for case in CASES])
def test_more_input_may_help_at_an_unexpected_end(text: str, message: str, place: str, why: str) -> None:
    assert parse_error(text).incomplete == ("unexpected end of file" in message)
