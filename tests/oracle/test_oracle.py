"""Every recorded case against what nixlite prints, in this process; what is not right is in the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.cases import Case, load, run_case
from tests.oracle.compare import wrong_parts
from tests.oracle.ledger import read_ledger

CASES = load()
LEDGER = read_ledger()

ABSENT = ("/nonexistent", "/doesnotexist", "/missing", "/nope")
"""What cases name because it was not there where Nix was asked. The first is Debian's home of those that have
none, and any program can make it."""


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_as_recorded(case: Case) -> None:
    """As `xfail(strict=True)`, but part by part: a case that gets better or worse must be looked at."""
    for path in ABSENT:
        if path in case.expr and Path(path).exists():
            pytest.skip(f"this machine has a {path}")
    answer = run_case(case)
    wrong = wrong_parts(case, answer)
    entry = LEDGER.get(case.id)
    if entry is not None and wrong == entry.wrong:
        pytest.xfail(f"{', '.join(wrong)}: {entry.why}")
    if entry is not None:
        pytest.fail(f"the ledger says {entry.wrong}, now it is {wrong}: python -m tests.oracle.update_ledger")
    if wrong:
        want = case.stdout or case.stderr
        got = answer.stdout if case.mode == "repl" or not answer.stderr else answer.stdout + answer.stderr
        pytest.fail(f"{', '.join(wrong)} of {case.expr or case.stdin!r}\n--- Nix\n{want}\n--- nixlite\n{got}")


def test_the_ledger_names_only_cases() -> None:
    assert LEDGER.keys() <= {case.id for case in CASES}


def test_every_entry_has_a_reason() -> None:
    assert [name for name, entry in LEDGER.items() if not entry.why.strip()] == []
