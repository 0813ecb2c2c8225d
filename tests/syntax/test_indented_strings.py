"""`''…''` strings: what Nix 2.34.8 leaves of their indentation, and their escapes."""

from __future__ import annotations

import pytest

from tests.syntax.support import parsed

CASES = [
    # text, what --parse prints, why
    ("''abc''", '"abc"', "one line"),
    ("''\n  a\n    b\n  c\n''", '"a\\n  b\\nc\\n"', "the indentation that all lines share goes"),
    ("''  a''", '"a"', "also of a single line"),
    ("''\n    a\n  ''", '"a\\n"', "the last line goes if it is blank"),
    ("''\n    a\n  b''", '"  a\\nb"', "but counts if it is not"),
    ("''\n  a\n\n  b\n''", '"a\\n\\nb\\n"', "empty lines do not count"),
    ("''\n  a\n \n  b\n''", '"a\\n\\nb\\n"', "nor do blank ones, which lose what they have"),
    ("''\n  a\n      \n  b\n''", '"a\\n    \\nb\\n"', "or keep the rest"),
    ("''\n\ta\n\tb\n''", '"\\ta\\n\\tb\\n"', "tabs are no indentation"),
    ("''\n \ta\n  b\n''", '"\\ta\\n b\\n"', "tab after one space"),
    ("''   \n  a\n''", '"a\\n"', "a blank first line goes"),
    ("''  a\n  b''", '"a\\nb"', "text on the first line"),
    ("''\r\n  a\r\n''", '"\\r\\n  a\\r\\n"', "CR at the end of the first line: nothing is stripped"),
    ("x: ''\n  ${x}\n    a\n''", '(x: (x + "\\n  a\\n"))', "an interpolation ends the indentation"),
    (
        "x: ''\n    a ${x}\n  b''",
        '(x: ("  a " + x + "\\nb"))',
        "and the text after it is not at the beginning of a line",
    ),
    ("x: ''${x}''", "(x: (x))", "alone it is a concatenation"),
    ("''${\"a\"}''", '"a"', "unless it is a string"),
    ("''$a $$ ''$''", '("$a $$ " + "$")', "dollars"),
    ("''\n  a''\\nb\n  c''", '("a" + "\\n" + "b\\nc")', "an escaped newline begins no line"),
    ("''\n  ''\\n  a\n''", '("\\n" + "a\\n")', "an escape ends the indentation"),
    ("''a''\\tb''\\xc''", '("a" + "\\t" + "b" + "x" + "c")', "other escapes"),
    ("''''", '""', "empty"),
    ("'' ''", '""', "blank"),
    ("''\n''", '""', "a blank first line"),
    ("''\n\n''", '"\\n"', "two of them"),
    ("''a'b''", '"a\'b"', "a single quote"),
    ("''a\\nb''", '"a\\\\nb"', "backslashes are themselves"),
    ("x: ''\n  a\n  ${x}''", '(x: ("a\\n" + x))', "the last line is not blank"),
    ("x: ''\n  a${x}\n  ''", '(x: ("a" + x + "\\n"))', "a blank last line after an interpolation"),
    ("''\n    ''${a}\n  b''", '("  " + "$" + "{a}\\nb")', "escape deeper than the rest"),
]


@pytest.mark.parametrize(("text", "shown", "why"), CASES, ids=[case[2] for case in CASES])
def test_indented_string(text: str, shown: str, why: str) -> None:
    assert parsed(text) == shown
