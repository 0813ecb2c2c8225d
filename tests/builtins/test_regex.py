"""Regular expressions: every row is a claim about Nix, printed by nix-instantiate 2.34.8 itself."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from tests.builtins.evaluation import evaluate

CASES = [
    # expression (with builtins; …), printed, why
    ('match "(ab|a)(bc)?" "abc"', '[ "a" "bc" ]', "the first way that fits the whole"),
    ('match "((a)|(b))*" "ab"', '[ "b" "a" "b" ]', "a group keeps what it matched in an earlier round"),
    ('match "(x)*" ""', "[ null ]", "an unused group is null"),
    ('match "(a*)*" "aa"', '[ "" ]', "an idle round at the end changes the group"),
    ('match "(a*)+" ""', '[ "" ]', "idle rounds"),
    ('match "(a|b*)*" "ab"', '[ "" ]', "idle rounds"),
    ('match "a.c" "a\\nc"', "[ ]", "a point matches a newline"),
    ('match ".." "é"', "[ ]", "a point matches one byte"),
    ('match "[é]+" "é"', "[ ]", "bytes in brackets"),
    ('match "[^[:alpha:]]+" "é"', "[ ]", "no letter beyond ASCII"),
    ('match "[]a]+" "]a"', "[ ]", "a bracket first in brackets"),
    ('match "[^]a]+" "bc"', "[ ]", "the same, negated"),
    ('match "[a-]" "-"', "[ ]", "a dash last"),
    ('match "[--0]" "."', "[ ]", "a dash first begins a range"),
    ('match "[[.hyphen.][.space.]]+" "- "', "[ ]", "collating elements by name"),
    ('match "[[=a=]]" "A"', "[ ]", "equivalence ignores case"),
    ('match "[[:ALPHA:]]" "a"', "[ ]", "class names in any case"),
    ('match "[[:w:]]+" "a_9"', "[ ]", "a class of libstdc++"),
    ('match "[\\\\d]+" "\\\\d"', "[ ]", "a backslash in brackets is itself"),
    ('match "a{1}{2}" "aa"', "[ ]", "an interval of an interval"),
    ('match "a**" "aa"', "[ ]", "a star of a star"),
    ('match "a+?" "aa"', "[ ]", "a question mark after a plus means: maybe"),
    ('match "}]" "}]"', "[ ]", "closing brackets are ordinary"),
    ('match "a||b" ""', "[ ]", "an empty branch"),
    ('match "()" ""', '[ "" ]', "an empty group"),
    ('match "^a$" "a"', "[ ]", "anchors"),
    ('match "a^b" "ab"', "null", "an anchor in the middle"),
    ('match "a{0}" ""', "[ ]", "none"),
    ('match "A" "a"', "null", "case matters"),
    ('split "(a|ab)(c|bcd)?" "abcd"', '[ "" [ "a" "bcd" ] "" ]', "the longest of all ways through |"),
    ('split "a|ab" "ab"', '[ "" [ ] "" ]', "the longer branch"),
    ('split "(|a)" "aa"', '[ "" [ "a" ] "" [ "a" ] "" [ "" ] "" ]', "even if the first is empty"),
    ('split "(a|)" "ba"', '[ "" [ "" ] "b" [ "a" ] "" [ "" ] "" ]', "empty matches"),
    (
        'split "(a?)(ab)?" "ab"',
        '[ "" [ "a" null ] "" [ "" null ] "b" [ "" null ] "" ]',
        "without | the first way counts",
    ),
    ('split "a*" "baac"', '[ "" [ ] "b" [ ] "" [ ] "c" [ ] "" ]', "empty matches between"),
    ('split "" "ab"', '[ "" [ ] "a" [ ] "b" [ ] "" ]', "only empty matches"),
    ('split "^" "ab"', '[ "" [ ] "ab" ]', "once, at the beginning"),
    ('split "^a|b" "ab"', '[ "" [ ] "" [ ] "" ]', "the beginning is that of the string"),
    ('split "$" "ab"', '[ "ab" [ ] "" ]', "at the end"),
    ('split "x" "abc"', '[ "abc" ]', "no match"),
    ('split "é" "aéb"', '[ "a" [ ] "b" ]', "bytes"),
    ('split "(é)|(.)" "éa"', '[ "" [ "é" null ] "" [ null "a" ] "" ]', "longest again"),
    ('length (split "," (concatStringsSep "," (genList toString 2000)))', "3999", "many matches"),
]

ERRORS = [
    # expression, message, why
    ('match "(" "a"', "invalid regular expression '('", "open"),
    ('match "a)" "a"', "invalid regular expression 'a)'", "closed"),
    ('match "*" "a"', "invalid regular expression '*'", "nothing to repeat"),
    ('match "a|*b" "a"', "invalid regular expression 'a|*b'", "nothing to repeat in a branch"),
    ('match "^*" "a"', "invalid regular expression '^*'", "an anchor cannot be repeated"),
    ('match "\\\\d" "1"', "invalid regular expression '\\d'", "no such escape"),
    ('match "\\\\]" "]"', "invalid regular expression '\\]'", "nothing to escape"),
    ('match "a\\\\" "a"', "invalid regular expression 'a\\'", "a lone backslash"),
    ('match "(a)\\\\1" "aa"', "invalid regular expression '(a)\\1'", "no back-references"),
    ('match "[[:foo:]]" "a"', "invalid regular expression '[[:foo:]]'", "no such class"),
    ('match "[z-a]" "a"', "invalid regular expression '[z-a]'", "a range backwards"),
    ('match "[a-c-e]" "a"', "invalid regular expression '[a-c-e]'", "a dash after a range"),
    ('match "[a--]" "a"', "invalid regular expression '[a--]'", "a range to a dash that is less"),
    ('match "[[:alpha:]-z]" "a"', "invalid regular expression '[[:alpha:]-z]'", "a range from a class"),
    ('match "[a-é]" "b"', "invalid regular expression '[a-é]'", "bytes from 128 on come first"),
    ('match "[]" "a"', "invalid regular expression '[]'", "unclosed"),
    ('match "a{,2}" "a"', "invalid regular expression 'a{,2}'", "no lower bound"),
    ('match "a{2,1}" "a"', "invalid regular expression 'a{2,1}'", "bounds in wrong order"),
    ('match "a{" "a"', "invalid regular expression 'a{'", "unclosed interval"),
    ('match "a{2147483648}" "a"', "invalid regular expression 'a{2147483648}'", "a bound beyond 31 bits"),
    (
        'match "a{99994}" "a"',
        "memory limit exceeded by regular expression 'a{99994}'",
        "more states than libstdc++ allows",
    ),
    ('match "(" 1', "invalid regular expression '('", "compiled before the string is forced"),
    ('match "a" 1', "expected a string but found an integer: 1", "no string"),
    ('split 1 "a"', "expected a string but found an integer: 1", "no expression"),
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
