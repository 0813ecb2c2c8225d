"""`stale` of what has several packages in it: a shell, an environment, a list, a set of them."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from nixlite.__main__ import run
from nixlite.host.capturing import CapturingHost

SHELL = """\
{ pkgs ? import <nixpkgs> { } }:
let
  z = pkgs.zlib.overrideAttrs { patches = [ ./a.patch ]; };
  library = pkgs.curl.override { zlib = z; };
in
pkgs.mkShell {
  packages = [ (pkgs.hello.overrideAttrs { version = "9"; }) ];
  nativeBuildInputs = [ (pkgs.cmake.overrideAttrs { doCheck = true; dontStrip = true; }) ];
  buildInputs = [ library ];
  inputsFrom = [ (pkgs.glog.overrideAttrs { version = "0.7.1"; }) ];
}
"""


def ask(folder: Path, text: str, *words: str) -> tuple[int, str]:
    """What `stale` says of a program, on one line."""
    (folder / "a.patch").write_text("")
    (folder / "p.nix").write_text(text)
    host = CapturingHost({})
    code = run(["stale", str(folder / "p.nix"), *words], host)
    return code, " ".join("".join(host.stdout).replace(f"{folder}/", "").split())


def asked(folder: Path, text: str, *words: str) -> Any:
    """The same as data."""
    (folder / "a.patch").write_text("")
    (folder / "p.nix").write_text(text)
    host = CapturingHost({})
    run(["stale", "--json", str(folder / "p.nix"), *words], host)
    return json.loads("".join(host.stdout))


def test_each_input_of_a_shell(tmp_path: Path) -> None:
    code, text = ask(tmp_path, SHELL)
    assert code == 1
    assert "curl-8.20.0, `override` (p.nix:4): took effect zlib" in text
    assert "zlib-1.3.1, `overrideAttrs` (p.nix:3): took effect patches" in text
    assert "cmake-3.31.3, `overrideAttrs` (p.nix:8): took effect" in text
    assert "glog-0.7.1, `overrideAttrs` (p.nix:10): nothing of it is in the result version" in text
    assert "`src` of `hello-9` is another now" in text
    assert "building hello-9.tar.gz will fail with a hash mismatch" in text


def test_each_input_as_data(tmp_path: Path) -> None:
    rows = asked(tmp_path, SHELL)["overrides"]
    assert {row["package"]: row["survives"] for row in rows} == {
        "zlib-1.3.1": True, "curl-8.20.0": True, "hello-9": True, "cmake-3.31.3": True, "glog-0.7.1": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ('with import <nixpkgs> { }; [ zlib (hello.overrideAttrs { version = "9"; }) 1 ]', "1"),
        ('with import <nixpkgs> { }; { a = hello.overrideAttrs { version = "9"; }; inherit zlib; }', "a"),
    ],
    ids=["list", "set"],
)
def test_list_or_set(program: str, name: str, tmp_path: Path) -> None:
    code, text = ask(tmp_path, program)
    assert code == 1
    assert text.startswith(
        f"1 of 2 packages is overridden here. {name}: Only `name`, `src` and `version` changed."
    )
    alone = ask(tmp_path, program, name)
    assert text.endswith(alone[1])
    data = asked(tmp_path, program)
    assert data == {"packages": 2, "members": {name: asked(tmp_path, program, name)}}


def test_refused_in_a_list(tmp_path: Path) -> None:
    program = "with import <nixpkgs> { }; [ (zlib.override { nope = 1; }) (hello.overrideAttrs { dontStrip = true; }) ]"
    code, text = ask(tmp_path, program)
    assert code == 1
    assert "2 of 2 packages are overridden here. 0: Refused: zlib-1.3.1 takes no argument `nope`." in text
    assert "1: All of it took effect. `dontStrip` changed." in text


def test_nothing_overridden(tmp_path: Path) -> None:
    assert ask(tmp_path, "with import <nixpkgs> { }; [ zlib hello ]") == (0, "Nothing is overridden here.")


def test_list_of_something_else(tmp_path: Path) -> None:
    host = CapturingHost({})
    assert run(["stale", "--expr", "[ 1 2 ]"], host) == 1
    assert "only a set has attributes that can be stale; this is a list" in "".join(host.stderr)


def test_what_is_overridden_apart_is_judged_apart(tmp_path: Path) -> None:
    """A new zlib beside hello is not one that hello would be built with."""
    copytree(Path(__file__).parent / "ways", tmp_path, dirs_exist_ok=True)
    program = """\
      with import ./default.nix { };
      mkDerivation {
        name = "shell";
        inputs = [ (zlib.overrideAttrs (old: { name = "z"; })) (hello.overrideAttrs (old: { version = "2"; })) ];
      }
    """
    rows = {row["package"]: row for row in asked(tmp_path, program)["overrides"]}
    behind = rows["hello-1.0"]["given"][0]["behind"]
    assert {tuple(row["path"]) for row in behind} == {("name",), ("src",)}
    code, text = ask(tmp_path, program)
    assert code == 1
    assert "z, `overrideAttrs` (p.nix:4): took effect" in text


def test_what_belongs_together_is_judged_together(tmp_path: Path) -> None:
    program = """\
      with import <nixpkgs> { };
      let z = zlib.overrideAttrs { doCheck = false; };
      in mkShell { packages = [ (curl.override { zlib = z; }) (hello.overrideAttrs { dontStrip = true; }) ]; }
    """
    code, text = ask(tmp_path, program)
    assert code == 0
    for part in (
        "zlib-1.3.1, `overrideAttrs` (p.nix:2)",
        "curl-8.20.0, `override` (p.nix:3)",
        "hello-2.12.1, `override",
    ):
        assert part in text
    assert text.count(": took effect") == 3


def test_refused_in_an_environment(tmp_path: Path) -> None:
    program = """\
      with import <nixpkgs> { };
      mkShell { packages = [ (hello.overrideAttrs { dontStrip = true; }) (zlib.override { nope = 1; }) ]; }
    """
    code, text = ask(tmp_path, program)
    assert code == 1
    assert text.startswith("Refused: zlib-1.3.1 takes no argument `nope`.")
    assert "?," not in text
