"""Rewrite `ledger.toml` from what nixlite answers now: `python -m tests.oracle.update_ledger [CATEGORY…]`.

Reasons of cases that stay are kept; new ones say "not looked into yet". Prints what came and what went.
Without categories all are run; with them, the entries of the others stay as they are.
"""

from __future__ import annotations

import sys

from tests.oracle.cases import TooSlow, load, run_case
from tests.oracle.compare import wrong_parts
from tests.oracle.ledger import UNEXPLAINED, Entry, read_ledger, write_ledger


def main() -> int:
    before = read_ledger()
    after = dict(before)
    categories = {case.id: case.category for case in load()}
    for case in load(*sys.argv[1:]):
        try:
            wrong = wrong_parts(case, run_case(case))
        except TooSlow:
            wrong = ("answer", "message", "position") if case.rc else ("answer",)
        after.pop(case.id, None)
        if wrong:
            why = before[case.id].why if case.id in before else UNEXPLAINED
            after[case.id] = Entry(wrong, why)
    write_ledger(after, categories)
    for name in categories:
        old, new = before.get(name), after.get(name)
        if old != new:
            print(f"{name}: {describe(old)} → {describe(new)}")
    print(f"{len(after)} of {len(categories)} cases are in the ledger")
    return 0


def describe(entry: Entry | None) -> str:
    return "right" if entry is None else " ".join(entry.wrong)


if __name__ == "__main__":
    sys.exit(main())
