"""What did not change is not evaluated again, and what did is: lines are those of a fresh run."""

from __future__ import annotations

import random
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from nixlite.jobs.forking import can_fork
from tests.support import nixlite

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not can_fork(), reason="nothing is kept where processes start anew")

PACKAGES = 30
"""Each is a file; each uses some of those before it, through a set that knows itself."""

OTHERS = 9
"""Packages that are no files of their own."""

SET = """
let
  make = name: more: builtins.trace "evaluating ${name}" (derivation ({
    inherit name; system = "x86_64-linux"; builder = "/bin/sh";
  } // more));
  call = path: import path { inherit make self; };
  self = {
    %s
    settings = import ./settings.nix;
    extra = { recurseForDerivations = true; first = self.p0; text = make "text" { t = builtins.readFile ./text; }; };
    copied = make "copied" { src = ./data; };
    listed = make "listed" { names = builtins.attrNames (builtins.readDir ./data); };
    there = make "there" { is = builtins.pathExists ./perhaps; };
    named = make "named" { v = builtins.getEnv "NAMED"; };
    tried = make "tried" { v = (builtins.tryEval (import ./failing.nix)).success; };
    both = make "both" { v = "${self.copied.src}"; };
    deep = { x = [ { y = import ./failing.nix; } ]; };
    forced = make "forced" { v = (builtins.tryEval (builtins.deepSeq self.deep 1)).success; };
    again = make "again" { v = (builtins.tryEval (builtins.deepSeq [ self.deep ] 1)).success; };
  };
in self
"""


def write(folder: Path, chance: random.Random) -> None:
    """The set and its files."""
    names = " ".join(f"p{n} = call ./p{n}.nix;" for n in range(PACKAGES))
    (folder / "set.nix").write_text(SET % names, "utf-8")
    for n in range(PACKAGES):
        (folder / f"p{n}.nix").write_text(package(n, "0", chance), "utf-8")
    (folder / "settings.nix").write_text("{ x = 1; }", "utf-8")
    (folder / "text").write_text("text", "utf-8")
    (folder / "failing.nix").write_text("throw ''no''", "utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "one").write_text("1", "utf-8")


def package(n: int, version: str, chance: random.Random) -> str:
    """The file of a package: what it uses it uses as a derivation, a text, or only if another says so."""
    used = [chance.randrange(n) for _ in range(min(n, 3))]
    parts = [
        f"d{m} = self.p{m};" if chance.random() < 0.6 else f"t{m} = self.p{m}.version;" for m in set(used)
    ]
    if chance.random() < 0.3:
        parts.append("s = self.settings.x;")
    if chance.random() < 0.2 and n:
        parts.append(f'i = if self.p{chance.randrange(n)}.version == "0" then 1 else self.p0;')
    return f'{{ make, self }}: make "p{n}" {{ version = "{version}"; {" ".join(parts)} }}'


def run(folder: Path, *words: str, variables: dict[str, str] | None = None) -> tuple[str, set[str]]:
    """What is printed, and what was evaluated for it."""
    done = nixlite(["jobs", "--sorted", *words, "set.nix"], cwd=folder, variables=variables)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    return done.stdout, {line.rpartition(" ")[2] for line in lines if line.startswith("trace: evaluating")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, random.Random(7))
    return tmp_path


def test_nothing_is_evaluated_where_nothing_changed(folder: Path) -> None:
    first, evaluated = run(folder)
    assert len(evaluated) == PACKAGES + OTHERS
    assert run(folder) == (first, set())
    assert run(folder, "--workers", "2") == (first, set())
    assert run(folder, "--no-result-cache")[1] == evaluated


CHANGES = {  # what is changed: what is evaluated again at least, and what is not (nor is used by that)
    "text": ({"text"}, {"copied", "p0", "there"}),
    "data/one": ({"copied", "both"}, {"text", "p0", "listed"}),
    "data/two": ({"copied", "listed"}, {"text", "p0"}),
    "perhaps": ({"there"}, {"text", "p0", "copied"}),
    "failing.nix": ({"tried", "forced", "again"}, {"text", "p0", "copied"}),
    f"p{PACKAGES - 1}.nix": ({f"p{PACKAGES - 1}"}, {"text", "copied", "there"}),
}


def test_a_change_reaches_what_depends_on_it(folder: Path) -> None:
    run(folder, "--workers", "2")
    for turn, (name, (again, spared)) in enumerate(CHANGES.items()):
        text = package(PACKAGES - 1, "9", random.Random(7)) if name.startswith("p2") else str(turn + 5)
        (folder / name).write_text(text, "utf-8")
        found, evaluated = run(folder, "--workers", str(1 + turn % 2))
        assert evaluated >= again, name
        assert not evaluated & spared, name
        assert found == run(folder, "--no-result-cache")[0], name


def test_the_environment_counts(folder: Path) -> None:
    run(folder)
    found, evaluated = run(folder, variables={"NAMED": "x"})
    assert evaluated == {"named"}
    assert found == run(folder, "--no-result-cache", variables={"NAMED": "x"})[0]


@pytest.mark.parametrize("seed", range(2))
def test_random_changes(tmp_path: Path, seed: int) -> None:
    """After each, lines are those of a fresh run."""
    chance = random.Random(seed)
    write(tmp_path, chance)
    run(tmp_path, "--workers", "2")
    for turn in range(4):
        for _ in range(chance.randint(1, 3)):
            n = chance.randrange(PACKAGES)
            (tmp_path / f"p{n}.nix").write_text(package(n, f"{seed}.{turn}", chance), "utf-8")
        if chance.random() < 0.3:
            (tmp_path / "settings.nix").write_text(f"{{ x = {turn}; }}", "utf-8")
        assert run(tmp_path, "--workers", str(turn % 2 + 1))[0] == run(tmp_path, "--no-result-cache")[0]


FLAKE = """
{
  outputs = { self }: let
    make = name: v: builtins.trace "evaluating ${name}" (derivation {
      inherit name v; system = "x86_64-linux"; builder = "/bin/sh";
    });
  in { hydraJobs = { a = make "a" (import ./a.nix); b = make "b" "b"; src = make "src" "${self}"; }; };
}
"""


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
@pytest.mark.parametrize("kind", ["path:./flake", "./flake"])
def test_flakes(tmp_path: Path, kind: str) -> None:
    """A change of a flake, in a repository or not, is a change of its hash."""
    flake = tmp_path / "flake"  # what is kept lies beside it
    flake.mkdir()
    (flake / "flake.nix").write_text(FLAKE, "utf-8")
    (flake / "a.nix").write_text('"1"', "utf-8")
    if kind == "./flake":
        for words in (["init", "-q"], ["add", "."]):
            subprocess.run(["git", *words], cwd=flake, check=True)
    first = nixlite(["jobs", "--sorted", kind], cwd=tmp_path)
    assert first.stdout.count("\n") == 3, first.stderr
    assert nixlite(["jobs", "--sorted", kind], cwd=tmp_path).stdout == first.stdout
    (flake / "a.nix").write_text('"2"', "utf-8")
    second = nixlite(["jobs", "--sorted", kind], cwd=tmp_path)
    assert second.stdout == nixlite(["jobs", "--sorted", "--no-result-cache", kind], cwd=tmp_path).stdout
    assert second.stdout != first.stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_a_repository_that_a_step_fetches(tmp_path: Path) -> None:
    """Nothing is kept of such a step, and of one that uses it; others are spared."""
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "x.nix").write_text('"1"', "utf-8")
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], cwd=repository, check=True)
    (tmp_path / "set.nix").write_text(
        """
        let
          make = name: v: builtins.trace "evaluating ${name}" (derivation {
            inherit name v; system = "x86_64-linux"; builder = "/bin/sh";
          });
          tree = builtins.fetchGit ./repository;
        in rec { a = make "a" (import "${tree}/x.nix"); b = make "b" a; c = make "c" "c"; d = make "d" "d"; }
        """,
        "utf-8",
    )
    run(tmp_path)
    (repository / "x.nix").write_text('"2"', "utf-8")
    found, evaluated = run(tmp_path)
    assert evaluated == {"a", "b"}
    assert found == run(tmp_path, "--no-result-cache")[0]


def test_links_on_the_way_count(tmp_path: Path) -> None:
    """A directory that becomes a link to another one, which the first step has looked at and the others not."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.nix").write_text(f'"a {name}"', "utf-8")
        (tmp_path / name / "b.nix").write_text(f'"b {name}"', "utf-8")
    (tmp_path / "set.nix").write_text(
        """
        let make = name: v: derivation { inherit name v; system = "x86_64-linux"; builder = "/bin/sh"; }; in {
          a = make "a" (import ./one/a.nix); b = make "b" (import ./one/b.nix); c = make "c" "c"; d = make "d" "d";
        }
        """,
        "utf-8",
    )
    run(tmp_path)
    (tmp_path / "one").rename(tmp_path / "three")
    (tmp_path / "one").symlink_to("two")
    assert run(tmp_path)[0] == run(tmp_path, "--no-result-cache")[0]


def test_an_entry_under_the_name_of_another_is_none(folder: Path) -> None:
    """Two command lines over the same files: what one of them answered is no answer of the other."""
    few = ["--select", "set: { inherit (set) text; }"]
    expected = run(folder)[0], run(folder, *few)[0]
    one, other = (folder / ".cache/nixlite/jobs").iterdir()
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    assert (run(folder)[0], run(folder, *few)[0]) == expected


def test_a_change_of_a_file_of_which_something_else_is_known_is_kept(tmp_path: Path) -> None:
    """That there is a file stays true; what is in it is asked anew, once."""
    (tmp_path / "late").write_text("1", "utf-8")
    (tmp_path / "set.nix").write_text(
        """
        let make = name: v: builtins.trace "evaluating ${name}" (derivation {
          inherit name v; system = "x86_64-linux"; builder = "/bin/sh";
        }); in {
          seen = make "seen" (toString (builtins.pathExists ./late));
          read = make "read" (builtins.readFile ./late);
          plain = make "plain" "plain";
        }
        """,
        "utf-8",
    )
    run(tmp_path)
    (tmp_path / "late").write_text("2", "utf-8")
    found, evaluated = run(tmp_path)
    assert evaluated == {"read"}
    assert run(tmp_path) == (found, set())
    (tmp_path / "late").unlink()
    assert run(tmp_path)[1] == {"seen", "read"}


def test_what_is_asked_of_a_file_in_two_parts_of_a_long_run_is_all_kept(tmp_path: Path) -> None:
    """A process says first that it is there, and hundreds of steps later what is in it."""
    (tmp_path / "file").write_text("1", "utf-8")
    (tmp_path / "set.nix").write_text(
        """
        let
          make = name: v: builtins.trace "evaluating ${name}" (derivation {
            inherit name v; system = "x86_64-linux"; builder = "/bin/sh";
          });
          plain = builtins.listToAttrs (builtins.genList (n: { name = "n${toString n}"; value = n; }) 1500);
        in plain // {
          a = make "a" (toString (builtins.pathExists ./file));
          z = make "z" (builtins.readFile ./file);
        }
        """,
        "utf-8",
    )
    run(tmp_path)
    (tmp_path / "file").write_text("2", "utf-8")
    assert run(tmp_path)[1] == {"z"}
