"""Real trees as programs: how they are recognised, what is left out, the table. The trees here are toys."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.contestants import Contestant, wrapping
from tests.benchmarks.trees import SETS, recognised, tree_programs
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

OURS = f"env PYTHONPATH={ROOT} {sys.executable} -m nixlite"

PACKAGES = """{ system, config, crossSystem ? null }:
let
  drv = name: derivation { inherit name system; builder = "/bin/sh"; };
  number = n: builtins.substring 1 4 (toString (1000 + n));
  python = n: { name = "p${number n}"; value = if n == 50 then abort "broken" else drv "p${toString n}"; };
in
{
  hello = drv "hello${if crossSystem == null then "" else "-cross"}";
  git = drv "git";
  python3Packages = builtins.listToAttrs (builtins.genList python 440);
}
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A nixpkgs of no age, without NixOS and without a browser."""
    tree = tmp_path / "toy"
    (tree / "pkgs/top-level").mkdir(parents=True)
    (tree / "pkgs/top-level/all-packages.nix").write_text("{ }", "utf-8")
    (tree / ".version").write_text("99.05\n", "utf-8")
    (tree / "default.nix").write_text(PACKAGES, "utf-8")
    return tree


def test_a_nixpkgs(toy: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    said: list[str] = []
    nix = Contestant("reference", (*OURS.split(), "instantiate"))
    programs = list(tree_programs([toy, tmp_path], nix, scratch, said.append, 60))
    assert [program.name.removeprefix("nixpkgs 99.05: ") for program in programs] == [
        "hello", "browser", "cross hello", "packages",
    ]  # fmt: skip
    assert ".git.drvPath" in programs[1].text(scratch, 1)
    assert programs[3].sizes == SETS
    text = programs[3].text(scratch, SETS[1])
    assert '"p039"' in text
    assert '"p060"' in text
    assert '"p051"' not in text  # none of the twenty of which one is broken
    assert len(said) == 3
    assert said[0].startswith("nixpkgs 99.05: NixOS container left out: error: ")
    assert said[2] == f"{tmp_path}: no tree that is known here"


def test_other_trees(tmp_path: Path) -> None:
    for name, files in {
        "lib": ["modules.nix", "trivial.nix", "systems/default.nix"],
        "only": ["lib/modules.nix", "lib/tests/misc.nix"],
        "core": ["pkgs-many/x", "pins.nix"],
        "home": ["modules/home-environment.nix"],
        "disks": ["disk-deactivate/x", "example/simple-efi.nix"],
    }.items():
        for file in files:
            (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / file).touch()
    others = [tmp_path / "lib", tmp_path / "only"]
    scratch = tmp_path / "scratch"

    def parts(name: str) -> list[str]:
        tree = recognised(tmp_path / name, others, scratch)
        return [] if tree is None else [part.name for part in tree.parts]

    assert parts("lib") == ["modules"]
    assert parts("only") == ["lib tests", "modules"]
    assert parts("core") == ["stdenv", "hello"]
    assert (scratch / "copy-of-core/pins.nix").read_text("utf-8") == f"{{ lib = {tmp_path}/lib; }}\n"
    assert parts("home") == ["generation"]
    assert parts("disks") == ["examples"]
    assert parts("scratch") == []


def test_whole_run(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With this very nixlite as a stand-in for everyone."""
    (toy / "default.nix").write_text('{ ... }: { hello.drvPath = "hi"; }', "utf-8")
    words = ["--trees", str(toy), "--rounds", "1", "--nixlite", OURS, "--nix", f"{OURS} instantiate"]
    assert main([*words, "--only-warm"]) == 0
    out, err = capsys.readouterr()
    assert "\n| nixpkgs 99.05: hello | " in out
    assert "\n- nixpkgs 99.05: packages left out: error: attribute 'python3Packages' missing" in out
    assert "browser left out" in err


def test_mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="is no directory"):
        main(["--trees", str(tmp_path / "none"), "--nix", "nix"])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="say how Nix is started"):
        main(["--trees", str(tmp_path)])


def test_wrapping_is_measured() -> None:
    assert wrapping(("nix-instantiate",)) == (0.0, 0.0)
    assert wrapping(("false", "nix-instantiate")) == (0.0, 0.0)
    wall, cpu = wrapping(("env", "nix-instantiate"))
    assert wall > 0
    assert cpu >= 0
