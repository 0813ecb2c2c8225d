"""`stale` of what has several packages in it: a shell, an environment, a list, a set of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.__main__ import run
from nixlite.host.capturing import CapturingHost

if TYPE_CHECKING:
    from pathlib import Path

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
