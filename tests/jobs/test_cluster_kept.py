"""What a cluster has answered is kept, and what is kept is not asked of a cluster."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nixlite.jobs.noting import ODD
from nixlite.results.questions import CONTENTS, KIND, ask
from nixlite.results.witness import Witness
from tests.jobs.sets import MANY
from tests.jobs.test_cluster import Cluster, end
from tests.jobs.test_incremental import CHANGES, OTHERS, PACKAGES, package, write
from tests.support import ROOT, nixlite

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for there")

NOBODY = ("--cluster", "tcp://127.0.0.1:1")
"""A cluster of which nothing can be asked."""


class User:
    """Somebody with a project; the home directory is that or beside it, which is never sent as a whole."""

    def __init__(self, folder: Path, *, at_home: bool = False) -> None:
        self.folder = folder / "project"
        self.home = self.folder if at_home else folder / "home"
        for path in {self.folder, self.home}:
            path.mkdir()

    def run(
        self, *words: str, what: str = "set.nix", stdin: str = "", **variables: str
    ) -> tuple[str, set[str], str]:
        """What is printed, what was evaluated for it, and the standard error."""
        variables = {"HOME": str(self.home), **variables}
        words = ("jobs", "--sorted", *words)
        done = nixlite([*words, what], cwd=self.folder, variables=variables, stdin=stdin)
        assert done.returncode == 0, done.stderr
        lines = done.stderr.splitlines()
        evaluated = {line.rpartition(" ")[2] for line in lines if line.startswith("trace: evaluating")}
        return done.stdout, evaluated, done.stderr

    def fresh(self, **variables: str) -> str:
        """What is printed where nothing is kept, by one process here."""
        return self.run("--no-result-cache", **variables)[0]


@pytest.mark.parametrize("at_home", [False, True], ids=["tree", "single files"])
def test_nobody_is_asked_where_nothing_changed(tmp_path: Path, cluster: Cluster, at_home: bool) -> None:
    user, there = User(tmp_path, at_home=at_home), ("--cluster", cluster.address)
    write(user.folder, random.Random(7))
    first, evaluated, _ = user.run(*there)
    assert first == user.fresh()
    assert len(evaluated) == PACKAGES + OTHERS
    assert user.run(*NOBODY)[:2] == (first, set())
    assert user.run()[:2] == (first, set())
    (user.folder / "text").write_text("another", "utf-8")
    changed, evaluated, _ = user.run(*there)
    assert evaluated == {"text"}
    assert changed == user.fresh() != first
    assert user.run(*NOBODY)[:2] == (changed, set())


def test_a_change_reaches_what_depends_on_it(tmp_path: Path, cluster: Cluster) -> None:
    user, there = User(tmp_path), ("--cluster", cluster.address)
    write(user.folder, random.Random(7))
    user.run(*there)
    for turn, (name, (again, spared)) in enumerate(CHANGES.items()):
        text = package(PACKAGES - 1, "9", random.Random(7)) if name.startswith("p2") else str(turn + 5)
        (user.folder / name).write_text(text, "utf-8")
        found, evaluated, _ = user.run(*there)
        assert evaluated >= again, name
        assert not evaluated & spared, name
        assert found == user.fresh(), name
    assert user.run(*there, NAMED="x")[1] == {"named"}
    assert user.run(*there, NAMED="x")[:2] == (user.fresh(NAMED="x"), set())


ODDITIES = """
let make = name: v: builtins.trace "evaluating ${name}" (derivation {
  inherit name v; system = "x86_64-linux"; builder = "/bin/sh";
}); in {
  clock = make "clock" (toString (builtins.currentTime > 0));
  outside = make "outside" (builtins.readFile ../outside);
  seen = make "seen" (toString (builtins.pathExists ./late));
  read = make "read" (builtins.readFile ./late);
  plain = make "plain" "plain";
}
"""


def test_what_cannot_be_kept_is_asked_again(tmp_path: Path, cluster: Cluster) -> None:
    user, there = User(tmp_path), ("--cluster", cluster.address)
    (user.folder / "set.nix").write_text(ODDITIES, "utf-8")
    (user.folder / "late").write_text("1", "utf-8")
    (tmp_path / "outside").write_text("1", "utf-8")
    first, evaluated, said = user.run("-v", *there)
    assert len(evaluated) == 5
    assert "5 of 6 steps are kept for the next time\n  not kept because of the clock: 1\n" in said
    assert user.run(*there)[:2] == (first, {"clock"})
    (user.folder / "late").write_text("2", "utf-8")
    assert user.run(*there)[1] == {"clock", "read"}
    (tmp_path / "outside").write_text("2", "utf-8")
    assert user.run(*there)[1] == {"clock", "outside"}
    assert user.run()[0] == user.fresh()


FLAKE = """
{
  outputs = { self }: let make = name: v: builtins.trace "evaluating ${name}" (derivation {
    inherit name v; system = "x86_64-linux"; builder = "/bin/sh";
  }); in { hydraJobs = { a = make "a" (import ./a.nix); src = make "src" "${self}"; }; };
}
"""


@pytest.mark.parametrize("there", ["tcp", "local:1"])
def test_flakes(tmp_path: Path, cluster: Cluster, there: str) -> None:
    """What is copied to the store is nowhere on a disk."""
    user = User(tmp_path)
    (user.folder / "flake.nix").write_text(FLAKE, "utf-8")
    (user.folder / "a.nix").write_text('"1"', "utf-8")
    flake = f"path:{user.folder}"
    address = cluster.address if there == "tcp" else there
    first = user.run("--cluster", address, what=flake)
    assert first[1] == {"a", "src"}
    assert user.run(*NOBODY, what=flake)[:2] == (first[0], set())
    assert user.run("--no-result-cache", what=flake)[0] == first[0]
    (user.folder / "a.nix").write_text('"2"', "utf-8")
    assert user.run("--cluster", address, what=flake)[1] == {"a", "src"}


def test_another_version_than_is_here_is_not_kept(tmp_path: Path) -> None:
    """A file that has changed since a tree was sent, or that a mount of a worker's has as it was."""
    from nixlite.jobs.cluster.judging import Judge
    from nixlite.jobs.cluster.remote import Outcome, made_by

    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1", "utf-8")
    two.write_text("2", "utf-8")
    raw, other = os.fsencode(one), os.fsencode(two)
    questions = [(1, (raw, CONTENTS)), (2, (other, CONTENTS)), (3, (other, KIND))]
    rows = [(raw, None, None, {CONTENTS: ask(raw, CONTENTS)}), (other, None, None, {CONTENTS: b"x"})]
    told = (b"who", [(("a",), 1)], questions, b"", [], rows, ({}, None))
    outcome = Outcome([], [], "next", None, [], [told], made_by())
    ((_, _, found, _, _, kept, _),) = Judge(Witness()).judged(outcome)
    assert [question[0] for _, question in found] == [raw, ODD, other]
    assert {path for path, *_ in kept} == {raw, other}
    assert not Judge(Witness()).judged(outcome._replace(made_by=("another Python", made_by()[1])))


INPUT = """
{ word ? "none" }: let make = name: v: derivation { inherit name v; system = "x86_64-linux"; builder = "/bin/sh"; };
in { a = make "a" word; }
"""


@pytest.mark.parametrize("where", ["here", "there"])
def test_the_standard_input_counts(tmp_path: Path, cluster: Cluster, where: str) -> None:
    user = User(tmp_path)
    (user.folder / "set.nix").write_text(INPUT, "utf-8")
    words = ["--arg-from-stdin", "word", *(["--cluster", cluster.address] if where == "there" else [])]
    for text in ("one", "two", "two"):
        expected = user.run("--argstr", "word", text, "--no-result-cache")[0]
        assert user.run(*words, stdin=text)[0] == expected


def test_a_lost_worker_loses_nothing_that_is_kept(tmp_path: Path, cluster: Cluster) -> None:
    """The last test with this cluster: some of it is gone afterwards."""
    user = User(tmp_path)
    (user.folder / "set.nix").write_text(MANY, "utf-8")
    words = ["jobs", "--sorted", "--cluster", cluster.address, "set.nix"]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "HOME": str(user.home)}
    with open(tmp_path / "printed", "wb") as printed:
        run = subprocess.Popen(
            [sys.executable, "-m", "nixlite", *words],
            cwd=user.folder,
            env=environment,
            stdout=printed,
            stderr=subprocess.DEVNULL,
        )
    time.sleep(1.5)
    for number in cluster.workers()[:2]:
        end(number)
    assert run.wait(timeout=60) == 0
    expected = user.fresh()
    assert (tmp_path / "printed").read_text() == expected
    assert user.run("--cluster", cluster.address)[0] == expected
    assert user.run(*NOBODY)[0] == expected
