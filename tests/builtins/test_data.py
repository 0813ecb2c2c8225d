"""JSON, XML and TOML: every row is a claim about Nix, printed by nix-instantiate 2.34.8 itself."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from tests.builtins.evaluation import evaluate

CASES = [
    # expression (with builtins; …), printed, why
    (
        "toJSON [ 1.0 0.1 (-0.5) 100000000000000000.0 123456789012345.0 1234567890123456.0 0.0001 0.00001 (1.0 / 3) ]",
        '"[1.0,0.1,-0.5,1e+17,123456789012345.0,1.234567890123456e+15,0.0001,1e-05,0.3333333333333333]"',
        "floats",
    ),
    ('toJSON (fromJSON "9.5367431640625e-07")', '"9.5367431640625e-07"', "digits"),
    ('toJSON (fromJSON "-0.0")', '"-0.0"', "minus zero"),
    ("toJSON (1.0e308 * 10)", '"null"', "not finite"),
    ('toJSON (fromJSON "5e-324")', '"5e-324"', "the smallest float"),
    ('toJSON (fromJSON "0.3" + 0.1)', '"0.4"', "many digits"),
    (
        'toJSON (map fromJSON [ "2.0041683600089728e-18" "9007199254740993.0" "1.7976931348623157e308" "4.35" "2.2250738585072014e-308" ])',
        '"[2.0041683600089726e-18,9.007199254740992e+15,1.7976931348623157e+308,4.35,2.2250738585072014e-308]"',
        "Grisu2's digits",
    ),
    ('toJSON "a\\"b\\\\c\\n\\t\\r/é"', '"\\"a\\\\\\"b\\\\\\\\c\\\\n\\\\t\\\\r/é\\""', "escapes"),
    (
        'toJSON (fromJSON "\\"\\\\u0001\\\\u0008\\\\u000c\\\\u001f\\\\u007f\\"")',
        '"\\"\\\\u0001\\\\b\\\\f\\\\u001f\x7f\\""',
        "control characters",
    ),
    (
        'toJSON { b = 1; a = [ null true { } [ ] ]; "" = 2; }',
        '"{\\"\\":2,\\"a\\":[null,true,{},[]],\\"b\\":1}"',
        "sorted",
    ),
    ('toJSON { outPath = "x"; b = throw "no"; }', '"\\"x\\""', "outPath"),
    ("toJSON { outPath.outPath.a = 1; }", '"{\\"a\\":1}"', "outPath again"),
    ('toJSON { __toString = s: "str"; outPath = throw "no"; }', '"\\"str\\""', "__toString before outPath"),
    ("toJSON { __toString = _: /x/y; }", '"\\"/x/y\\""', "a path from __toString is not copied"),
    ('toJSON { __toString = _: { outPath = "z"; }; }', '"\\"z\\""', "coerced result"),
    (
        'fromJSON "[1, -2, 3.5, 1e3, true, null, \\"a\\", {\\"b\\": []}]"',
        '[ 1 -2 3.5 1000 true null "a" { b = [ ]; } ]',
        "all kinds",
    ),
    ('fromJSON "-0"', "0", "an integer"),
    ('fromJSON "-9223372036854775809"', "-9.22337e+18", "too small: a float"),
    ('fromJSON "18446744073709551616"', "1.84467e+19", "beyond 64 bits: a float"),
    ('fromJSON "9223372036854775807"', "9223372036854775807", "the largest"),
    ('fromJSON "{\\"a\\":1,\\"a\\":2}"', "{ a = 2; }", "the last one counts"),
    ('fromJSON "\\"\\\\ud83d\\\\ude00\\\\/\\""', '"😀/"', "surrogates"),
    ('fromJSON "\\t[ ]\\r\\n "', "[ ]", "white space"),
    ('typeOf (fromJSON "1.0")', '"float"', "floats stay floats"),
    ('typeOf (fromJSON "1E2")', '"float"', "with an exponent, too"),
    (
        'length (fromJSON (concatStringsSep "" (genList (i: "[") 9000 ++ genList (i: "]") 9000)))',
        "1",
        "nesting",
    ),
    (
        'toXML { type = "derivation"; drvPath = "/d"; a = 1; }',
        '"<?xml version=\'1.0\' encoding=\'utf-8\'?>\\n<expr>\\n  <derivation drvPath=\\"/d\\">\\n    <attr name=\\"a\\">\\n      <int value=\\"1\\" />\\n    </attr>\\n    <attr name=\\"drvPath\\">\\n      <string value=\\"/d\\" />\\n    </attr>\\n    <attr name=\\"type\\">\\n      <string value=\\"derivation\\" />\\n    </attr>\\n  </derivation>\\n</expr>\\n"',
        "a derivation",
    ),
    (
        'toXML (let d = { type = "derivation"; drvPath = "/d"; }; in [ d d ])',
        '"<?xml version=\'1.0\' encoding=\'utf-8\'?>\\n<expr>\\n  <list>\\n    <derivation drvPath=\\"/d\\">\\n      <attr name=\\"drvPath\\">\\n        <string value=\\"/d\\" />\\n      </attr>\\n      <attr name=\\"type\\">\\n        <string value=\\"derivation\\" />\\n      </attr>\\n    </derivation>\\n    <derivation drvPath=\\"/d\\">\\n      <repeated />\\n    </derivation>\\n  </list>\\n</expr>\\n"',
        "seen before",
    ),
    (
        'toXML [ 1 1.5 true null "<a&b>\\"\'\\n\\t" /p { } [ ] ]',
        '"<?xml version=\'1.0\' encoding=\'utf-8\'?>\\n<expr>\\n  <list>\\n    <int value=\\"1\\" />\\n    <float value=\\"1.5\\" />\\n    <bool value=\\"true\\" />\\n    <null />\\n    <string value=\\"&lt;a&amp;b&gt;&quot;\'&#xA;\\t\\" />\\n    <path value=\\"/p\\" />\\n    <attrs>\\n    </attrs>\\n    <list>\\n    </list>\\n  </list>\\n</expr>\\n"',
        "all kinds",
    ),
    (
        "toXML [ (x: x) ({ b, a ? 1 }: a) (q@{ a, ... }: a) map (map toString) ]",
        '"<?xml version=\'1.0\' encoding=\'utf-8\'?>\\n<expr>\\n  <list>\\n    <function>\\n      <varpat name=\\"x\\" />\\n    </function>\\n    <function>\\n      <attrspat>\\n        <attr name=\\"a\\" />\\n        <attr name=\\"b\\" />\\n      </attrspat>\\n    </function>\\n    <function>\\n      <attrspat ellipsis=\\"1\\" name=\\"q\\">\\n        <attr name=\\"a\\" />\\n      </attrspat>\\n    </function>\\n    <unevaluated />\\n    <unevaluated />\\n  </list>\\n</expr>\\n"',
        "functions",
    ),
    (
        "fromTOML \"a = 1\\n[b.c]\\nd = [ 1, 2.5, 'x' ]\\n[[e]]\\n[[e]]\\nf = { g.h = true }\"",
        '{ a = 1; b = { c = { d = [ 1 2.5 "x" ]; }; }; e = [ { } { f = { g = { h = true; }; }; } ]; }',
        "tables",
    ),
    (
        'fromTOML "a = [ 0xff, 0o17, 0b101, 1_000, +5, -7 ]\\nb = [ 1e3, 6.26e-2, inf, -inf, nan, -nan, 1_0.5 ]"',
        "{ a = [ 255 15 5 1000 5 -7 ]; b = [ 1000 0.0626 inf -inf nan -nan 10.5 ]; }",
        "numbers",
    ),
    (
        'fromTOML "a = \\"\\"\\"\\nx \\\\\\n   y \\"quoted\\" \\"\\"\\"\\nb = \'\'\'\\nraw\\\\n\'\'\'\\nc = \\"\\\\u00e9\\\\t\\""',
        '{ a = "x y \\"quoted\\" "; b = "raw\\\\n"; c = "é\\t"; }',
        "strings",
    ),
    ('fromTOML ""', "{ }", "empty"),
    ('fromTOML "# only"', "{ }", "a comment"),
    ('fromTOML "\'a b\'.c = 1\\n\\"\\" = 2"', '{ "" = 2; "a b" = { c = 1; }; }', "quoted keys"),
    ('fromTOML "[a.b]\\n[a]\\nc = 1"', "{ a = { b = { }; c = 1; }; }", "a table defined after its part"),
]

ERRORS = [
    # expression, message, why
    ("toJSON (x: x)", "cannot convert a function to JSON", "functions"),
    ("toJSON [ map ]", "cannot convert the built-in function 'map' to JSON", "built-in functions"),
    (
        "toJSON (map toString)",
        "cannot convert the partially applied built-in function 'map' to JSON",
        "they say which",
    ),
    (
        "toJSON { __toString = 1; }",
        "attempt to call something which is not a function but an integer: 1",
        "no function",
    ),
    ("toJSON { __toString = _: { }; }", "cannot coerce a set to a string: { }", "not coercible"),
    ("toJSON { __toString = _: 1; }", "cannot coerce an integer to a string: 1", "integers are not coerced"),
    (
        'toJSON (substring 0 1 "é")',
        "JSON serialization error: [json.exception.type_error.316] incomplete UTF-8 string; last byte: 0xC3",
        "half a character at the end",
    ),
    ('toJSON [ (substring 0 1 "é" + "x") (throw "first") ]', "first", "everything is evaluated first"),
    (
        'toJSON { a = substring 0 1 "é" + "x"; }',
        "JSON serialization error: [json.exception.type_error.316] invalid UTF-8 byte at index 1: 0x78",
        "half a character",
    ),
    (
        'toJSON (substring 1 1 "é")',
        "JSON serialization error: [json.exception.type_error.316] invalid UTF-8 byte at index 0: 0xA9",
        "the other half",
    ),
    (
        'fromJSON ""',
        "[json.exception.parse_error.101] parse error at line 1, column 1: attempting to parse an empty input; check that your input string or stream contains the expected JSON",
        "empty",
    ),
    (
        'fromJSON "{"',
        "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing object key - unexpected end of input; expected string literal",
        "unfinished",
    ),
    (
        'fromJSON "[1,]"',
        "[json.exception.parse_error.101] parse error at line 1, column 4: syntax error while parsing value - unexpected ']'; expected '[', '{', or a literal",
        "a comma too many",
    ),
    (
        'fromJSON "{\\"a\\" 1}"',
        "[json.exception.parse_error.101] parse error at line 1, column 6: syntax error while parsing object separator - unexpected number literal; expected ':'",
        "no colon",
    ),
    (
        'fromJSON "01"',
        "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value - unexpected number literal; expected end of input",
        "a leading zero",
    ),
    (
        'fromJSON "-"',
        "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value - invalid number; expected digit after '-'; last read: '-'",
        "no digits",
    ),
    (
        'fromJSON "1."',
        "[json.exception.parse_error.101] parse error at line 1, column 3: syntax error while parsing value - invalid number; expected digit after '.'; last read: '1.'",
        "no fraction",
    ),
    (
        'fromJSON "1e+"',
        "[json.exception.parse_error.101] parse error at line 1, column 4: syntax error while parsing value - invalid number; expected digit after exponent sign; last read: '1e+'",
        "no exponent",
    ),
    (
        'fromJSON "1 2"',
        "[json.exception.parse_error.101] parse error at line 1, column 3: syntax error while parsing value - unexpected number literal; expected end of input",
        "more than one",
    ),
    (
        'fromJSON "[1, nul"',
        "[json.exception.parse_error.101] parse error at line 1, column 8: syntax error while parsing value - invalid literal; last read: '1, nul'",
        "the text since the last number is quoted",
    ),
    (
        'fromJSON "\\"a\\tb\\""',
        "[json.exception.parse_error.101] parse error at line 1, column 3: syntax error while parsing value - invalid string: control character U+0009 (HT) must be escaped to \\u0009 or \\t; last read: '\"a<U+0009>'",
        "a raw tab",
    ),
    (
        'fromJSON "\\"\\\\x\\""',
        "[json.exception.parse_error.101] parse error at line 1, column 3: syntax error while parsing value - invalid string: forbidden character after backslash; last read: '\"\\x'",
        "no such escape",
    ),
    (
        'fromJSON "\\"\\\\u12g4\\""',
        "[json.exception.parse_error.101] parse error at line 1, column 6: syntax error while parsing value - invalid string: '\\u' must be followed by 4 hex digits; last read: '\"\\u12g'",
        "no digit",
    ),
    (
        'fromJSON "\\"\\\\ud800\\""',
        "[json.exception.parse_error.101] parse error at line 1, column 8: syntax error while parsing value - invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF; last read: '\"\\ud800\"'",
        "a lone surrogate",
    ),
    (
        'fromJSON "\\"\\\\udc00\\""',
        "[json.exception.parse_error.101] parse error at line 1, column 7: syntax error while parsing value - invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF; last read: '\"\\udc00'",
        "the other one",
    ),
    (
        'fromJSON "\\"${substring 0 1 "é"}\\""',
        "[json.exception.parse_error.101] parse error at line 1, column 3: syntax error while parsing value - invalid string: ill-formed UTF-8 byte; last read: '\"\udcc3\"'",
        "half a character",
    ),
    (
        'fromJSON "NaN"',
        "[json.exception.parse_error.101] parse error at line 1, column 1: syntax error while parsing value - invalid literal; last read: 'N'",
        "no number",
    ),
    (
        'fromJSON "-Infinity"',
        "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value - invalid number; expected digit after '-'; last read: '-I'",
        "no number",
    ),
    ('fromJSON "1e400"', "[json.exception.out_of_range.406] number overflow parsing '1e400'", "overflow"),
    (
        'fromJSON "9223372036854775808"',
        "unsigned json number 9223372036854775808 outside of Nix integer range",
        "between 63 and 64 bits",
    ),
    (
        'fromJSON "\\"\\\\u0000\\""',
        "input string '␀' cannot be represented as Nix string because it contains null bytes",
        "NUL",
    ),
    (
        'fromJSON "{\\"a\\\\u0000\\":1}"',
        "input string 'a␀' cannot be represented as Nix string because it contains null bytes",
        "NUL in a name",
    ),
    (
        'fromJSON "[\\n1,\\n  x]"',
        "[json.exception.parse_error.101] parse error at line 3, column 3: syntax error while parsing value - invalid literal; last read: '1,<U+000A>  x'",
        "line and column",
    ),
    ("fromJSON 1", "expected a string but found an integer: 1", "no string"),
    (
        'fromTOML "a = 1979-05-27"',
        "while parsing TOML: Dates and times are not supported",
        "dates need a feature",
    ),
    (
        'fromTOML "a = \\"\\\\u0000\\""',
        "while parsing TOML: error: input string '␀' cannot be represented as Nix string because it contains null bytes",
        "NUL",
    ),
    ("fromTOML 1", "expected a string but found an integer: 1", "no string"),
]


@pytest.mark.parametrize(("expression", "printed"), [row[:2] for row in CASES], ids=[row[0] for row in CASES])
def test_value(expression: str, printed: str) -> None:
    """The value is printed as by Nix."""
    assert evaluate(expression) == printed


@pytest.mark.parametrize(
    ("expression", "message"), [row[:2] for row in ERRORS], ids=[row[0] for row in ERRORS]
)
def test_error(expression: str, message: str) -> None:
    """The error is worded as by Nix."""
    with pytest.raises(NixError) as caught:
        evaluate(expression)
    assert caught.value.message.strip("\n") == message
