"""`builtins.break` without a debugger: what it is given, also a `break` of its own."""

from __future__ import annotations

import pytest

from nixlite import evaluate

NESTED = [
    # expression, and what Nix 2.34.8 prints
    ("rec { t = 1 + 1; s = builtins.break t; }.s", 2),
    ("rec { t = 1 + 1; s = builtins.break (builtins.break t); }.s", 2),
    ("let f = x: y: rec { s = builtins.break (builtins.break (x + y)); }; in (f 1 2).s", 3),
    ("let f = x: rec { s = builtins.break (builtins.break (x + 1)); }; in (f 1).s", 2),
    ("let f = x: rec { s = builtins.break (builtins.break (builtins.break x)); }; in (f 1).s", 1),
]


@pytest.mark.parametrize(("expression", "expected"), NESTED)
def test_break_of_break(expression: str, expected: int) -> None:
    """A thunk for `break x` where *x* is a variable says so by a constant of its own (found by fuzzing)."""
    assert evaluate(expression).to_python() == expected
