"""What begins with `%`: `%why x` is the session's command `:why x`; `%%test` makes a cell one of tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nixlite.errors import NixError, did_you_mean
from nixlite.kernel.outputs import failure, stream
from nixlite.testing.checking import Failure
from nixlite.testing.suites import Suite, cases_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.kernel.outputs import Output, Show
    from nixlite.kernel.sessions import CellSession

NAMES = {"%trace": ":steps"}
"""Magics that are called otherwise than the command of the session."""

_LINE = re.compile(r"%([A-Za-z?]\S*)")
_CELL = re.compile(r"\s*%%(\S*)[^\n]*(?:\n|$)")


def with_commands(session: CellSession, code: str) -> str:
    """A cell with the session's commands in the place of magics; `%` inside of an expression stays."""
    lines: list[str] = []
    given = session.new_input()
    for line in code.split("\n"):
        found = _LINE.match(line)
        if found is not None and not given.is_open:
            line = NAMES.get(found[0], f":{found[1]}") + line[found.end() :]
            given = session.new_input()
        elif given.ends_before(line):
            given = session.new_input()
        given.add(line)
        lines.append(line)
    return "\n".join(lines)


def as_commands(code: str) -> str:
    """As `with_commands` of one line, which may be half written."""
    found = re.match(r"%(?!%)(\S*)", code)
    if found is None:
        return code
    return NAMES.get(found[0], f":{found[1]}") + code[found.end() :]


def cell_magic(code: str) -> tuple[str, str] | None:
    """The name of the magic that a cell begins with, and what follows, on the lines that it is on; None for
    other cells."""
    found = _CELL.match(code)
    return None if found is None else (found[1], "\n" * found[0].count("\n") + code[found.end() :])


def run_cell_magic(session: CellSession, name: str, body: str, show: Show) -> Output | None:
    """Do what the magic *name* does with a cell; the error that it ends in. Raises NixError."""
    if name not in CELL_MAGICS:
        known = ", ".join(f"%%{known}" for known in CELL_MAGICS)
        hint = (
            did_you_mean(name, CELL_MAGICS)
            or f"There are {known}, and of one line the commands that ':?' shows."
        )
        raise NixError(f"there is no magic '%%{name}'", hint=hint)
    return CELL_MAGICS[name](session, body, show)


def run_tests(session: CellSession, body: str, show: Show) -> Output | None:
    """Run tests as `nixlite test` does: those in the set that the cell is, in the session's scope."""
    evaluator = session.evaluator
    value = session.evaluate(body)
    cases = evaluator.guard(lambda x: list(cases_of(evaluator, Suite(x, (), "the cell", False))), value)
    if not cases:
        raise NixError(
            "there are no tests in the cell", hint="A test: { testSum = { expr = 1 + 1; expected = 2; }; }"
        )
    failed = skipped = 0
    for case in cases:
        if case.skip:
            skipped += 1
            show(stream(f"SKIPPED {case.name}: {case.skip}\n"))
            continue
        try:
            case.check()
        except Failure as found:
            failed += 1
            show(stream(f"FAILED {case.name}: {found.text(width=80).rstrip()}\n"))
        else:
            show(stream(f"PASSED {case.name}\n"))
    passed = len(cases) - failed - skipped
    counts = [(failed, "failed"), (passed, "passed"), (skipped, "skipped")]
    summary = ", ".join(f"{number} {what}" for number, what in counts if number)
    show(stream(f"{summary}\n"))
    if not failed:
        return None
    return failure(NixError(summary), f"\x1b[31;1merror:\x1b[0m {summary}")


CELL_MAGICS: dict[str, Callable[[CellSession, str, Show], Output | None]] = {"test": run_tests}
