"""`nixlite impact` with several processes says what it says with one, byte for byte."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from nixlite.explain.impact import survey
from nixlite.jobs import surveying
from nixlite.jobs.forking import can_fork
from tests.explain.test_impact_forms import FORMS, PRELUDE, answer, versions
from tests.jobs.test_processes import descendants
from tests.support import ROOT

pytestmark = pytest.mark.skipif(not can_fork(), reason="there are no such processes")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several processes from the first attribute on, however small the set is."""
    monkeypatch.setattr(surveying, "WARM", 0.0)


def both(tmp_path: Path, *words: str, workers: int = 3) -> tuple[int, str]:
    """The answer of several processes, which is that of one."""
    several = answer(tmp_path, *words, "--workers", str(workers))
    assert several == answer(tmp_path, *words, "--workers", "1")
    return several


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("overlays", [str(row[0]) for row in FORMS], ids=[row[3] for row in FORMS])
def test_forms(tmp_path: Path, overlays: str) -> None:
    both(tmp_path, *versions(tmp_path, overlays), "--json")


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("form", ["summary", "list", "all", "tree", "dot"])
def test_all_that_is_printed(tmp_path: Path, form: str) -> None:
    both(tmp_path, *versions(tmp_path, str(FORMS[0][0])), "--format", form)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("how", ["--overlay", "--override"])
def test_a_change_of_a_set(tmp_path: Path, how: str) -> None:
    """How it was applied is known here, whoever evaluates."""
    (tmp_path / "way.nix").write_text(
        f"{PRELUDE} fix (self: base self // {{ extend = o: fix (extend base o); }})"
    )
    change = 'final: prev: { zlib = derivation (prev.zlib.drvAttrs // { V = "2"; }); }'
    (tmp_path / "overlay.nix").write_text(change)
    given = str(tmp_path / "overlay.nix") if how == "--overlay" else change
    code, text = both(tmp_path, "-f", str(tmp_path / "way.nix"), how, given, "--json")
    assert code == 1
    assert '"applied": "extend"' in text


@pytest.mark.usefixtures("at_once")
def test_which_missing_argument_is_named(tmp_path: Path) -> None:
    """The first one, whether or not the same process has come upon the other names of the set before."""
    lines = []
    for n in range(12):
        body = f'derivation {{ name = one{n}; system = "s"; builder = two{n}; }}'
        (tmp_path / f"a{n}.nix").write_text(f"{{ one{n}, two{n} }}: {body}", "utf-8")
        (tmp_path / f"b{n}.nix").write_text(f"{{ two{n}, one{n} }}: {body}", "utf-8")
        lines.append(f"a{n} = import {tmp_path}/a{n}.nix {{ }}; b{n} = import {tmp_path}/b{n}.nix {{ }};")
    given = f"{{ {' '.join(lines)} }}"
    _, text = both(tmp_path, "--expr", given, "--expr", f"{given} // {{ a0 = 1; }}", "--json")
    for n in range(1, 12):
        assert f"without required argument 'two{n}'" in text


def aliased(chance: random.Random) -> str:
    """A set of sets that are there under several names, in themselves and in each other."""
    names = [f"s{n}" for n in range(8)]
    lines = []
    for name in names:
        inside = [f'd{n} = drv "d{chance.randrange(3)}" {{ }};' for n in range(chance.randrange(3))]
        inside += [
            f"{chance.choice('abcxyz')}{n} = sets.{chance.choice(names)};" for n in range(chance.randrange(4))
        ]
        inside += ['bad = throw "bad";'] * (chance.random() < 0.2)
        inside += ["recurseForDerivations = true;"] * (chance.random() < 0.8)
        lines.append(f"{name} = {{ {' '.join(inside)} }};")
    top = " ".join(f"{chance.choice('abcxyz')}{n} = sets.{chance.choice(names)};" for n in range(8))
    return f"let sets = {{ {' '.join(lines)} }}; in {{ {top} self = sets; }}"


@pytest.mark.parametrize("seed", range(16))
def test_sets_of_several_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Each is gone through under the name that comes first, whoever was there first: one of several processes,
    or the one that began, which is ended after some steps."""
    steps = count()
    monkeypatch.setattr(survey, "process_time", lambda: next(steps))
    monkeypatch.setattr(surveying, "WARM", 4 * (seed % 4))
    chance = random.Random(seed)
    drv = 'let drv = name: attrs: derivation ({ inherit name; system = "s"; builder = "/b"; } // attrs); in '
    changed = (
        'let drv = name: attrs: derivation ({ inherit name; system = "t"; builder = "/b"; } // attrs); in '
    )
    old = aliased(chance)
    new = aliased(chance) if seed % 2 else old
    both(tmp_path, "--expr", drv + old, "--expr", changed + new, "--json", workers=2 + seed % 2)


@pytest.mark.usefixtures("at_once")
def test_a_process_that_dies_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveying.Surveyor, "step", lambda self, path: os._exit(9))
    both(tmp_path, *versions(tmp_path, str(FORMS[0][0])), "--json")


@pytest.mark.usefixtures("at_once")
def test_a_process_that_grows_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each package in a process of its own."""
    monkeypatch.setattr(surveying, "resident", lambda: 0)
    monkeypatch.setattr(surveying, "MOST_BYTES", 1)
    monkeypatch.setattr(surveying, "TOO_MUCH", 1 << 40)
    both(tmp_path, *versions(tmp_path, str(FORMS[0][0])), "--json")


@pytest.mark.usefixtures("at_once")
def test_what_an_evaluation_says_is_said_once(tmp_path: Path) -> None:
    loud = (
        'let d = name: builtins.trace "made ${name}" (builtins.warn "old ${name}" (derivation'
        ' { inherit name; system = "s"; builder = "/b"; }));'
        " in { overlays ? [ ] }: builtins.mapAttrs (name: v: d name) { a = 1; b = 1; c = 1; d = 1; e = 1; }"
    )
    (tmp_path / "loud.nix").write_text(loud)
    words = ["-f", str(tmp_path / "loud.nix"), "--override", "pkgs: { }", "--workers"]
    one, several = answer(tmp_path, *words, "1"), answer(tmp_path, *words, "3")
    assert (several[0], sorted(several[1].splitlines())) == (one[0], sorted(one[1].splitlines()))
    assert [several[1].count(f"trace: made {name}\n") for name in "abcde"] == [1] * 5


def test_a_small_set_takes_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveying, "gathered", None)
    assert answer(tmp_path, *versions(tmp_path, str(FORMS[0][0])), "--workers", "4")[0] == 1


def test_what_is_asked_for_or_limited_takes_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveying, "survey_at_once", None)
    words = versions(tmp_path, str(FORMS[0][0]))
    assert answer(tmp_path, *words, "--of", "scope")[0] == 1
    assert answer(tmp_path, *words, "--max-steps", "1000000")[0] == 1
    monkeypatch.setattr("nixlite.explain.impact.children.can_fork", lambda: False)
    assert answer(tmp_path, *words)[0] == 1


SLOW = """
let
  spin = n: builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x * n) 300000);
  make = n: { name = "d${toString n}"; value = derivation { name = toString (spin n); system = "s"; builder = "/b"; }; };
in builtins.listToAttrs (builtins.genList make 400)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for there")
def test_ctrl_c_ends_all(tmp_path: Path) -> None:
    (tmp_path / "slow.nix").write_text(SLOW, "utf-8")
    run = subprocess.Popen(
        [sys.executable, "-m", "nixlite", "impact", "--workers", "2", "slow.nix", "slow.nix"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(descendants(run.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    children = descendants(run.pid)
    assert len(children) == 2
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=10)
    assert run.returncode == 130
    assert said.decode() == "error: interrupted by the user\n"
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{child}").exists() for child in children)
