"""What the explaining commands say when they are asked the wrong way, and small things about their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite.__main__ import run
from nixlite.host.capturing import CapturingHost

if TYPE_CHECKING:
    from pathlib import Path


def command(*words: str) -> tuple[int, str]:
    """The exit code and what is written."""
    host = CapturingHost({})
    code = run(list(words), host)
    return code, "".join(host.stdout + host.stderr)


ERRORS = [
    # command line, what is said
    (["why"], "there is nothing to ask about"),
    (["why"], "Try 'nixlite why --help'"),
    (["why", "hello.name"], "name the file that it leads into as well: nixlite why '<nixpkgs>' hello.name"),
    (["why", "./no.nix"], "no.nix' does not exist"),
    (["why", "<nixpkgs>", "helo.name"], "Did you mean hello?"),
    (["why", "<nixpkgs>", "hello.nane"], "attribute 'nane' in selection path 'hello.nane' not found"),
    (["why", "<nixpkgs>", "hello.name.x"], "cannot look for 'x' in a string (path 'hello.name.x')"),
    (["stale", "<nixpkgs>", "hello.name"], "only a set has attributes that can be stale; this is a string"),
    (["stale", "-E", "pkgs: pkgs.hello"], "the expression is a function: name a file as well"),
    (["stale", "<nixpkgs>", "-E", "pkgs.hello"], "'--expr' is a function of the file's value"),
    (["stale", "-E", "{ x }: x", "--argstr", "y", "1"], "cannot evaluate a function that has an argument without a value ('x')"),
    (["layers", "-E", "1"], "only a set has layers"),
    (["trace", "-E", "nope"], "at «string»:1:1"),
    (["trace", "-E", "1", "--limit", "x"], "'--limit' takes a number"),
    (["diff", "<nixpkgs>#hello"], "this takes two values, not 1"),
    (["diff", "<nixpkgs>#hello", "<nixpkgs>#helo"], "Did you mean hello?"),
    (["impact"], "this takes one of '--overlay FILE'"),
    (["impact", "--override", "pkgs: pkgs.hello"], "takes a function from the set to a set"),
    (["impact", "--expr", "{ }", "--expr", "1"], "there is no package in the set"),
    (["impact", "--of", "nope", "--override", "p: { }"], "there is no package at nope"),
    (["impact", "--of", "a.\"b.c\"", "--override", "p: 1"], "takes a function from the set to a set"),
    (["impact", "--overlay", "./no.nix"], "no.nix' does not exist"),
    (["impact", "--override", "p: throw \"no\""], "error: no"),
    (["impact", "--shared", "hello", "python3Packages"], "'python3Packages' is no derivation"),
    (["impact", "--shared", "hello", "nope"], "attribute 'nope' in selection path 'nope' not found"),
    (["args", "-E", "1"], "this is no function but an integer"),
    (["args", "-E", "{ a }: a", "-f", "<nixpkgs>#hello.name"], "not a set of packages"),
    (["lint"], "there is nothing to look at"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), ERRORS, ids=[" ".join(row[0]) for row in ERRORS])
def test_errors(words: list[str], said: str) -> None:
    code, text = command(*words)
    assert code == (2 if words[0] in ("diff", "impact") else 1)
    assert said in text
    assert "internal error" not in text


def test_arguments_from_a_set_in_the_set() -> None:
    code, text = command("args", "-E", "{ numpy, zlib }: 1", "-f", "<nixpkgs>#python3Packages")
    assert code == 0
    assert "missing" not in text
    assert command("args", "-E", "{ numpy }: 1")[0] == 1


def test_arguments_of_a_package() -> None:
    assert "automatic" in command("args", "<nixpkgs>#hello")[1]


def test_long_layers_are_cut(tmp_path: Path) -> None:
    (tmp_path / "f.nix").write_text(
        "builtins.listToAttrs (builtins.genList (n: { name = toString n; value = n; }) 30)"
    )
    assert "… and 10 more (--all)" in command("layers", str(tmp_path / "f.nix"))[1]
    assert "more" not in command("layers", "--all", str(tmp_path / "f.nix"))[1]


def test_why_all_shows_what_is_left_out() -> None:
    words = ("why", "<nixpkgs>", "python3Packages.pytorch-lightning.name")
    some, everything = command(*words)[1], command(*words, "--all")[1]
    assert "(--all)" not in everything
    assert len(everything) >= len(some)
