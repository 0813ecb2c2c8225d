"""`why PATH --expected VALUE`: the true step that kept the value out, and a change that lets it in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.evaluator import Evaluator
from nixlite.explain.expected.alignment import items_for, texts_for
from nixlite.host.settings import Settings
from nixlite.source import Source
from tests.explain.expected import CASES, ask, mended
from tests.explain.support import quiet_host

if TYPE_CHECKING:
    from collections.abc import Sequence


def evaluated(text: str, folder: Path) -> Any:
    """An expression, evaluated as any other, to a plain value."""
    settings = Settings()
    settings.cwd = str(folder)
    evaluator = Evaluator(settings, quiet_host())
    return evaluator.evaluate_source(Source("«string»", text, base=str(folder)))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_step_and_what_lets_the_value_in(tmp_path: Path, case: dict[str, Any]) -> None:
    answer = ask(tmp_path, case)
    assert not answer.holds
    assert answer.place is not None
    assert (answer.step, f"{Path(answer.place[0]).name}:{answer.place[1]}") == (case["step"], case["at"])
    assert answer.advice[0].proved == f"{answer.path} is then {answer.expected}"
    assert evaluated(f"({mended(tmp_path, answer, case)}) == ({case['expected']})", tmp_path) is True


def test_each_kind_of_step_has_a_case() -> None:
    from nixlite.explain.expected import options, steps

    kinds = {*steps.KINDS, *options.KINDS}
    assert {case["step"] for case in CASES} == kinds


@pytest.mark.parametrize(
    ("whole", "part", "expected", "found"),
    [
        ("x-1.tar", "1", "x-2.tar", ["2"]),
        ("1/x-1", "1", "2/x-2", ["2"]),
        ("1/x-1", "1", "1/x-2", ["2"]),
        ("v1_2", "1.2", "v1_3", ["1.3"]),
        ("tool", "", "tool-beta", ["-beta"]),
        ("x-1", "1", "y-2", []),
        ("x-1", "z", "x-2", []),
    ],
)
def test_what_a_part_of_a_text_would_have_to_be(
    whole: str, part: str, expected: str, found: list[str]
) -> None:
    assert texts_for(whole, part, expected) == found


@pytest.mark.parametrize(
    ("whole", "part", "expected", "found"),
    [
        ([1, 2], [2], [1, 3], (1, 2)),
        ([1, 2], [2], [1], (1, 1)),
        ([1], [], [1, 2], (1, 2)),
        ([1, 2], [3], [1, 2], None),
        ([1, 2], [1, 2], [5], (0, 1)),
    ],
)
def test_what_a_part_of_a_list_would_have_to_be(
    whole: Sequence[int], part: Sequence[int], expected: Sequence[int], found: tuple[int, int] | None
) -> None:
    assert items_for(whole, part, expected, lambda a, b: a == b) == found


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`nixlite why` in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "nixlite", "why", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "f.nix").write_text('rec {\n  v = "1";\n  url = "x-${v}"; }\n', "utf-8")
    done = command(tmp_path, "f.nix", "url", "--expected", '"x-2"')
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == 'url is "x-1", not "x-2".'
    assert "✓ evaluated" in done.stdout
    data = json.loads(command(tmp_path, "f.nix", "url", "--expected", '"x-2"', "--json").stdout)
    assert (data["step"], data["place"]) == ("written", f"{tmp_path}/f.nix:2:3")
    assert data["advice"][0]["code"] == 'v = "2";'
    assert data["advice"][0]["changes"] == [
        {"source": f"{tmp_path}/f.nix", "start": 12, "end": 15, "text": '"2"'}
    ]
    bare = command(tmp_path, "f.nix", "url", "--expected", "x-1")
    assert (bare.returncode, bare.stdout) == (0, 'url is "x-1", as expected.\n')


def test_an_expected_value_that_cannot_be_evaluated_is_said(tmp_path: Path) -> None:
    (tmp_path / "f.nix").write_text("{ a = 1; }", "utf-8")
    done = command(tmp_path, "f.nix", "a", "--expected", "nope")
    assert done.returncode == 1
    assert "the expected value `nope` cannot be evaluated: undefined variable 'nope'" in done.stderr
    assert "A text is written in quotes: '\"nope\"'." in done.stderr


def test_a_slip_in_the_path_and_a_function_are_said(tmp_path: Path) -> None:
    (tmp_path / "f.nix").write_text("{ version = 1; f = x: x; }", "utf-8")
    done = command(tmp_path, "f.nix", "versoin", "--expected", "2")
    assert done.stdout.splitlines()[0] == "versoin is not there, not 2. Did you mean version?"
    assert "functions cannot be compared" in command(tmp_path, "f.nix", "f", "--expected", "x: x").stderr
