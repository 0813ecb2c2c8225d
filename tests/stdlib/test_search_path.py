"""Where `<nixpkgs>` comes from, and what it takes from its surroundings."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.stdlib.recorded import ROOT, recorded_drv_paths

if TYPE_CHECKING:
    from pathlib import Path

SET = f"{ROOT}/stdlib/nixpkgs"
HELLO = '(import <nixpkgs> { system = "x86_64-linux"; }).hello'


def run(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """nixlite in an environment without NIX_PATH, unless it is among *variables*."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NIX", "XDG_"))}
    environment |= {"PYTHONPATH": str(ROOT), "HOME": str(home), "NO_COLOR": "1", **variables}
    environment["XDG_CACHE_HOME"] = str(home.parent / "cache")  # compiled once for all tests
    return subprocess.run(
        [sys.executable, "-m", "nixlite", *arguments],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


FOUND = [
    # arguments                                                     NIX_PATH      printed          why
    (["instantiate", "--eval", "-E", "<nixpkgs>"],                  None,         SET,             "the user has none"),
    (["instantiate", "--eval", "-E", "<nixpkgs/lib>"],              None,         SET + "/lib",    "a part of it"),
    (["instantiate", "--eval", "-E", "<nixpkgs>"],                  "other=/",    SET,             "only others"),
    (["instantiate", "--eval", "-E", "<nixpkgs>"],                  "nixpkgs=/",  "/",             "the user's own comes first"),
    (["instantiate", "--eval", "-I", "nixpkgs=/", "-E", "<nixpkgs>"], None,       "/",             "so does one by -I"),
    (["eval", "--impure", "--expr", "<nixpkgs>"],                   None,         SET,             "of the newer command too"),
    (["instantiate", "--eval", "-E", f"{HELLO}.name"],              None,         '"hello-2.12.1"', "readable"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "nix_path", "printed", "why"), FOUND, ids=[row[3] for row in FOUND])
def test_found(tmp_path: Path, arguments: list[str], nix_path: str | None, printed: str, why: str) -> None:
    done = run(tmp_path, *arguments, **({} if nix_path is None else {"NIX_PATH": nix_path}))
    assert (done.stdout, done.stderr) == (printed + "\n", "")


NOT_FOUND = [
    # arguments                                          NIX_PATH         message
    (["instantiate", "--eval", "-E", "<nixpkgs>"],       "",              "file 'nixpkgs' was not found in the Nix search path"),
    (["eval", "--expr", "<nixpkgs>"],                    None,            "cannot look up '<nixpkgs>' in pure evaluation mode"),
    (["eval", "--expr", "<nixpkgs/lib>"],                "other=/",       "cannot look up '<nixpkgs/lib>' in pure evaluation mode"),
    (["instantiate", "--eval", "--restrict-eval", "-E", "<nixpkgs>"], None, "file 'nixpkgs' was not found in the Nix search path"),
    (["instantiate", "--eval", "--pure-eval", "-E", "<nixpkgs/lib>"], None, "cannot look up '<nixpkgs/lib>' in pure evaluation mode"),
    (["eval", "path:.#x"],                               None,            "cannot look up '<nixpkgs>' in pure evaluation mode"),
    (["eval", "--impure", "--expr", "<nixpkgs>"],        "",              "file 'nixpkgs' was not found in the Nix search path"),
    (["eval", "--expr", "<nixpkgs>"],                    "",              "cannot look up '<nixpkgs>' in pure evaluation mode"),
    (["eval", "--expr", "<nixpkgs>"],                    "nixpkgs=/x",    "cannot look up '<nixpkgs>' in pure evaluation mode"),
    (["instantiate", "--eval", "-E", "<nixpkgs/no>"],    "other=/",       "file 'nixpkgs/no' was not found in the Nix search path"),
    (["instantiate", "--eval", "-E", "<nixpkgs/lib>"],   "nixpkgs=/tmp",  "file 'nixpkgs/lib' was not found in the Nix search path"),
    (["instantiate", "--eval", "-E", "<other>"],         "x=/",           "file 'other' was not found in the Nix search path"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "nix_path", "message"), NOT_FOUND)
def test_not_found(tmp_path: Path, arguments: list[str], nix_path: str | None, message: str) -> None:
    """Nix's own errors, whatever nixlite brings along."""
    (tmp_path / "flake.nix").write_text("{ outputs = { self }: { x = <nixpkgs>; }; }")
    done = run(tmp_path, *arguments, **({} if nix_path is None else {"NIX_PATH": nix_path}))
    assert done.returncode == 1
    assert message in done.stderr


def test_the_repl_says_once_what_it_is(tmp_path: Path) -> None:
    note = f"note: there is no nixpkgs, so <nixpkgs> is nixlite's small one: {SET}\n"
    inputs = ["repl", "-c", "builtins.typeOf <nixpkgs>", "-c", "builtins.pathExists <nixpkgs/lib>"]
    done = run(tmp_path, *inputs)
    assert (done.stdout, done.stderr) == ('"path"\ntrue\n', note)
    assert run(tmp_path, *inputs, NIX_PATH=f"nixpkgs={SET}").stderr == ""
    assert run(tmp_path, *inputs, "--compat").stderr == ""
    loaded = run(tmp_path, "repl", "<nixpkgs>", "-c", "hello.pname")
    assert (loaded.stdout.splitlines()[-1], loaded.stderr) == ('"hello"', note)


def test_out_of_the_box(tmp_path: Path) -> None:
    """The first thing that one types; the path is the one that real Nix computes."""
    done = run(tmp_path, "eval", "--raw", "--impure", "--expr", "(import <nixpkgs> { }).hello.drvPath")
    assert done.stdout == recorded_drv_paths()["x86_64-linux"]["hello"]


def test_the_library_of_pill_14_has_packages(tmp_path: Path) -> None:
    text = f"""
      let lib = import {ROOT}/stdlib/lib.nix;
      in (lib.callPackage ({{ hello, loud ? false }}: {{ inherit loud; of = hello.name; }}) {{ }}).override {{ loud = true; }}
    """
    done = run(tmp_path, "instantiate", "--eval", "--strict", "-E", text)
    assert done.stdout == '{ loud = true; of = "hello-2.12.1"; override = <LAMBDA>; }\n'


def test_options_and_overlays_of_the_user(tmp_path: Path) -> None:
    directory = tmp_path / ".config" / "nixpkgs"
    (directory / "overlays").mkdir(parents=True)
    (directory / "config.nix").write_text("{ packageOverrides = pkgs: { mine = pkgs.hello; }; }")
    (directory / "overlays" / "10-first.nix").write_text("final: prev: { order = [ 1 ]; }")
    (directory / "overlays" / "20-then.nix").write_text("final: prev: { order = prev.order ++ [ 2 ]; }")
    (directory / "overlays" / "README").write_text("no overlay")
    text = "let pkgs = import <nixpkgs> { }; in [ pkgs.mine.name pkgs.order ]"
    done = run(tmp_path, "instantiate", "--eval", "--strict", "-E", text)
    assert done.stdout == '[ "hello-2.12.1" [ 1 2 ] ]\n'
    told = run(tmp_path, "instantiate", "--eval", "-E", "(import <nixpkgs> { config = { }; }) ? mine")
    assert told.stdout == "false\n"


def test_options_of_a_file_that_a_variable_names(tmp_path: Path) -> None:
    (tmp_path / "my.nix").write_text("{ allowUnfree = true; }")
    text = '(import <nixpkgs> { system = "x86_64-linux"; }).cudatoolkit.name'
    done = run(tmp_path, "instantiate", "--eval", "-E", text, NIXPKGS_CONFIG=str(tmp_path / "my.nix"))
    assert done.stdout == '"cudatoolkit-11.8.0"\n'
