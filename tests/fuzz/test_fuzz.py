"""A small part of what `python -m tests.fuzz` does, the inputs that were faults once, and that faults are found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.fuzz import running, workers
from tests.fuzz.__main__ import fuzz
from tests.fuzz.against_nix import asked, compared, essence, smallest
from tests.fuzz.corpus import kept
from tests.fuzz.grammar import GRAMMAR
from tests.fuzz.kinds import DATA, KINDS, Input, made
from tests.fuzz.minimising import smaller
from tests.fuzz.workers import Pool, try_alone
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 15.0
INPUTS = 3000
SEED = 16


def test_some_inputs() -> None:
    done, found = fuzz(SEED, "", inputs=INPUTS, seconds=SECONDS, workers=2, tell=False)
    assert {what: (fault.given, fault.told) for what, fault in found.items()} == {}
    assert done > 100


def test_what_was_a_fault_once() -> None:
    inputs = [given for _, given in kept()]
    pool = Pool(inputs.__getitem__, 2)
    found = list(pool.run(iter([range(at, at + 1) for at in range(len(inputs))])))
    assert [(fault.what, fault.given, fault.told) for fault in found] == []


def test_the_same_seed_gives_the_same_inputs() -> None:
    assert [made(n, 1) for n in range(50)] == [made(n, 1) for n in range(50)]
    assert [made(n, 1) for n in range(50)] != [made(n, 2) for n in range(50)]
    assert {made(n, 1).kind for n in range(1000)} == KINDS.keys() == running.DOING.keys()


def test_every_rule_is_used() -> None:
    used = {
        part[0]
        for rule in GRAMMAR.rules.values()
        for each in rule.alternatives
        for part in each.parts
        if isinstance(part, tuple)
    }
    roots = {
        "program",
        "drvtext",
        "flaketext",
        "locktext",
        "line",
        "session",
        "text",
        "retext",
        *DATA.values(),
    }
    assert GRAMMAR.rules.keys() - used - roots == set()


def planted(what: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is done with programs that have an `X` go wrong."""

    def do(random: object, text: str) -> None:
        if "X" in text:
            what(text)

    monkeypatch.setitem(running.DOING, "parse", do)


def endless(text: str) -> None:
    while True:
        time.sleep(0)


def shell(text: str) -> None:
    os.system(text)


FAULTS: dict[str, tuple[Callable[[str], Any], str]] = {
    "an exception": (lambda text: {}[text], "KeyError in "),
    "a crash": (lambda text: os._exit(3), "exit 3 in "),
    "a hang": (endless, "hang in "),
    "a reach outside": (shell, "tests.fuzz.running.Outside in "),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    what, said = FAULTS[name]
    planted(what, monkeypatch)
    monkeypatch.setattr(running, "LATE", 0.2)
    monkeypatch.setattr(workers, "LATE", 0.2)
    monkeypatch.setattr(workers, "SECONDS", 0.2)
    inputs = [Input("parse", (f"a{'X' if n == 7 else ''}",)) for n in range(20)]
    pool = Pool(inputs.__getitem__, 1)
    found = list(pool.run(iter([range(20)])))
    assert [(fault.given, fault.what) for fault in found] == [(inputs[7], said)]
    assert pool.finished == 20  # the others were done as well


def test_a_segmentation_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(text: str) -> None:
        signal.raise_signal(signal.SIGSEGV)

    planted(crash, monkeypatch)
    fault = try_alone(Input("parse", ("let X = 1; in 5",)))
    assert fault is not None
    assert fault.what.startswith("SIGSEGV in ")
    assert "Segmentation fault" in fault.told
    assert smaller(fault).given == Input("parse", ("X",))


def test_a_damaged_cache_gives_right_answers() -> None:
    """And one that processes write to at once, of which some are killed and some have no room."""
    words = ["--number", "60", "--processes", "8", "--rounds", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.cache", *words],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.startswith("0 wrong answers in ")


def test_answers_that_differ_from_those_of_nix_are_found(tmp_path: Path) -> None:
    """What stands for Nix here answers 1 to everything."""
    command = tmp_path / "nix-instantiate"
    command.write_text("#!/bin/sh\necho 1\n")
    command.chmod(0o755)
    nix = ["env", f"PATH={tmp_path}:{os.environ['PATH']}"]
    found = compared(["1", "2 - 1", "let x = 2; in x", "1 +"], nix, 1)
    assert [each.text for each in found] == ["let x = 2; in x", "1 +"]
    assert [essence(each.found) for each in found] == [
        (True, "2\n"),
        (False, "error: syntax error, unexpected end of file"),
    ]
    assert len(smallest("let x = 2; in [ x 3 ]", nix, 20)) <= 1
    assert len({text for n in range(300) if (text := asked(n, 1))}) > 50
