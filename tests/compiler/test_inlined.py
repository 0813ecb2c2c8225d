"""Code that may run often has tests of types in place, code that runs once has calls: the answers are the same.

The recorded cases are programs that run once, most of them. Here some stand in a function.
"""

from __future__ import annotations

import pytest

from tests.compiler.programs import instantiate
from tests.oracle.cases import MODES, Case, load

CATEGORIES = ("operators", "strings", "lists", "functions", "scope", "laziness", "errors", "sets", "attrsets")
EVERY = 6


PLACES = ("Pos", "«string»", "/tmp/case", "syntax error")
"""What tells in a case that it says where something is."""


def suits(case: Case) -> bool:
    """Whether a case is an expression whose answer does not say where it is, and needs nothing around it."""
    plain = case.mode in ("eval", "strict") and bool(case.expr)
    around = case.files or case.file or case.args or case.env
    said = f"{case.expr}{case.stdout}{case.message}"
    return plain and not around and not any(place in said for place in PLACES)


CASES = [case for case in load(*CATEGORIES) if suits(case)][::EVERY]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_in_a_function(case: Case) -> None:
    flags = MODES[case.mode][2:]
    code, printed, shown = instantiate(f"(_: {case.expr}\n) 0", *flags)
    assert (code, printed) == (case.rc, case.stdout)
    if code:
        assert f"error: {str(case.message).splitlines()[0]}" in shown
