"""Numbers of any length and with any exponent are read, or refused, at once; all answers are real Nix's (2.34.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite.syntax.literals import float_value
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

FLOATS = [
    # text                                printed, None for `invalid float`
    ("1.e-400000000",                     None),
    ("1.0e-99999999999999999999",         None),
    ("1.0e99999999999999999999",          None),
    ("0.0e-400000000",                    "0"),
    ("0.0e99999999999999999999",          "0"),
    ("0." + "0" * 4310,                   "0"),
    ("0." + "0" * 4310 + "1",             None),
    ("1" + "0" * 400 + ".0e-400",         "1"),
    ("1." + "1" * 100_000,                "1.11111"),
    ("1" * 5000 + ".5",                   None),
    ("2.2250738585072014e-308",           "2.22507e-308"),
    ("2.2250738585072011e-308",           None),
    ("4.9406564584124654e-324",           None),
]  # fmt: skip

IDS = [text[:24] for text, _ in FLOATS]


@pytest.mark.parametrize(("text", "printed"), FLOATS, ids=IDS)
def test_floats_of_any_size(tmp_path: Path, text: str, printed: str | None) -> None:
    done = nixlite(["instantiate", "--eval", "-"], stdin=text, cwd=tmp_path, timeout=20)
    if printed is None:
        assert done.stderr.splitlines()[0] == f"error: invalid float '{text}'"
    else:
        assert (done.stdout.strip(), done.stderr) == (printed, "")


def exact_text(multiple: int) -> str:
    """All digits of *multiple* times 2**-1074."""
    digits = str(multiple * 5**1074).rjust(1075, "0")
    return f"{digits[:-1074]}.{digits[-1074:]}"


@pytest.mark.parametrize("multiple", [1, 3, 2**40, 2**52 - 1])
def test_a_number_below_the_normal_ones_is_read_if_it_is_exact(multiple: int) -> None:
    text = exact_text(multiple)
    expected = multiple * 2.0**-1074
    assert float_value(text) == expected
    assert float_value(text + "0" * 5000) == expected
    assert float_value("0.000" + text[2:] + "e3") == expected
    assert float_value(text + "1") is None
    assert float_value(text + "e-1") is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--max-call-depth", "1" * 5000],
            f"error: setting 'max-call-depth' has invalid value '{'1' * 5000}'",
        ),
        (
            ["--max-call-depth", "4294967296"],
            "error: setting 'max-call-depth' has invalid value '4294967296'",
        ),
        (
            ["-A", "1" * 5000],
            f"error: the expression selected by the selection path '{'1' * 5000}' should be a set but is a list",
        ),
    ],
    ids=["setting", "32 bits", "index"],
)
def test_numbers_on_the_command_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = nixlite(["instantiate", "--eval", "-E", "[ 1 ]", *arguments], cwd=tmp_path)
    assert done.stderr.splitlines()[0] == message
