"""The benchmark programs give what real Nix gives, at their smallest size; nothing is timed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.programs import PROGRAMS, Program, fib_calls, sieve_tests
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("program", PROGRAMS, ids=[program.name for program in PROGRAMS])
def test_answer(tmp_path: Path, program: Program) -> None:
    file = tmp_path / "program.nix"
    file.write_text(program.text(tmp_path, program.small), "utf-8")
    done = nixlite(["instantiate", "--eval", "--strict", *program.arguments, str(file)], cwd=tmp_path)
    assert (done.stdout.strip(), done.stderr) == (program.answer, "")


@pytest.mark.parametrize("program", PROGRAMS, ids=[program.name for program in PROGRAMS])
def test_sizes_double_the_work(program: Program) -> None:
    """Five sizes, about sixteen times the work from the first to the last."""
    work = [program.work(size) for size in program.scaled()]
    assert work == sorted(work)
    if work:
        assert len(work) == 5
        assert 10 < work[-1] / work[0] < 60


def test_work_is_counted() -> None:
    """Against counting it: 2, 3, 5, 7 and 9 are left by the sieve after 1, 2, 3, 4 and 2 tests, and so on."""
    assert sieve_tests(8) == sum([1, 2, 1, 3, 1, 4, 1, 2])
    assert fib_calls(23) / fib_calls(22) == pytest.approx(28657 / 17711, rel=1e-6)


def test_generated_programs_are_always_the_same(tmp_path: Path) -> None:
    for program in PROGRAMS:
        if program.make is not None:
            (tmp_path / "a").mkdir(exist_ok=True)
            (tmp_path / "b").mkdir(exist_ok=True)
            first = program.text(tmp_path / "a", program.small)
            assert first == program.text(tmp_path / "b", program.small)
    written = [sorted(path.name for path in (tmp_path / side).iterdir()) for side in "ab"]
    assert written[0] == written[1]
    assert all(
        (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in written[0]
    )
