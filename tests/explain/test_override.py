"""`nixlite override`: the code that it writes for wishes; what it claims is evaluated again, by itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nixlite import evaluate
from nixlite.__main__ import run
from nixlite.errors import UsageError
from nixlite.explain.override.wishes import Wish, read
from nixlite.host.capturing import CapturingHost

if TYPE_CHECKING:
    from pathlib import Path

PKGS = 'import <nixpkgs> { system = "x86_64-linux"; }'


def ask(*words: str) -> tuple[int, str, str]:
    """Exit code and both outputs."""
    host = CapturingHost({})
    code = run(["override", *words], host)
    return code, "".join(host.stdout), "".join(host.stderr)


def answer(*words: str) -> dict[str, Any]:
    """The answer as data."""
    return json.loads(ask(*words, "--json")[1])  # type: ignore[no-any-return]


def drv_path(code: str) -> str:
    """The .drv file of a package, by an evaluation of its own."""
    return evaluate(f"let pkgs = {PKGS}; in ({code}).drvPath").to_python()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("word", "wish"),
    [
        ("version=0.9.0", Wish("version", "0.9.0", adds=False)),
        ("patches+=./x.patch", Wish("patches", "./x.patch", adds=True)),
        ("a=b=c", Wish("a", "b=c", adds=False)),
        ("env.FOO=x", Wish("env.FOO", "x", adds=False)),
    ],
)
def test_wishes_are_read(word: str, wish: Wish) -> None:
    assert read(word) == wish


@pytest.mark.parametrize("word", ["version", "=1", "version=", "1=2"])
def test_what_is_no_wish_is_refused(word: str) -> None:
    with pytest.raises(UsageError):
        read(word)


FORMS = [
    # wishes                                          the code has                              mechanism
    (("python3Packages.pytorch-lightning", "version=0.9.0"), 'version = "0.9.0"',         ["overrideAttrs", "override"]),
    (("python3Packages.pytorch-lightning", 'src.rev="x"'), 'rev = "x";\n    hash = "sha256-AAAA', ["overrideAttrs", "override"]),
    (("hello", "src.url=https://x/y.tar.gz"),         'url = "https://x/y.tar.gz"',           ["overrideAttrs", "override"]),
    (("hello", "meta.license=null"),                  "old.meta // { license = null; }",      ["overrideAttrs"]),
    (("hello", "meta.license.x=null"),                None,                                   None),
    (("graphviz", "gd=libpng"),                       "override { gd = pkgs.libpng; }",       ["override"]),
    (("hello", "cc=gcc12"),                           "stdenv = pkgs.gcc12Stdenv",            ["override"]),
    (("hello", "stdenv=gcc12Stdenv"),                 "stdenv = pkgs.gcc12Stdenv",            ["override"]),
    (("curl", "zlibSupport=false"),                   "zlibSupport = false",                  ["override"]),
    (("graphviz", "buildInputs+=zlib"),               "++ [ pkgs.zlib ]",                     ["overrideAttrs"]),
    (("hello", "postInstall+=echo hi"),               '(old.postInstall or "") + "echo hi"',  ["overrideAttrs"]),
    (("hello", "version=3"),                          'version = "3"',                        ["overrideAttrs", "override"]),
    (("python3Packages.numpy", "doCheck=false"),      "doInstallCheck = false",               ["overrideAttrs"]),
    (("python3Packages.torchvision", "pytorch=numpy"), "pytorch = pkgs.python3Packages.numpy", ["override"]),
    (("graphviz", "gd=libpng", "buildInputs+=zlib"),  "gd = pkgs.libpng;", ["override", "overrideAttrs"]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "part", "mechanism"), FORMS, ids=[" ".join(row[0]) for row in FORMS])
def test_the_code_does_what_it_says(
    words: tuple[str, ...], part: str | None, mechanism: list[str] | None
) -> None:
    if part is None:
        code, _, complaint = ask(*words)
        assert code == 1
        assert "of 'meta' there is no such part to be given" in complaint
        return
    told = answer(*words)
    assert told["ok"]
    assert part in told["code"]
    assert told["mechanism"] == mechanism
    assert drv_path(told["code"]) == told["drvPath"]
    assert (told["drvPath"] == told["before"]) is words[1].startswith("meta.")
    assert drv_path(f"pkgs.{words[0]}") == told["before"]


@pytest.mark.parametrize("package", ["git", "xorg.libX11", "python3Packages.pytorch-lightning"])
def test_an_overlay_gives_the_same_package(package: str) -> None:
    told = json.loads(ask(package, "version=9.0", "--overlay", "--json")[1])
    set_with_it = f'import <nixpkgs> {{ system = "x86_64-linux"; overlays = [ ({told["overlay"]}) ]; }}'
    assert evaluate(f"({set_with_it}).{package}.drvPath").to_python() == told["drvPath"]


@pytest.mark.parametrize("form", ["flake", "shell"])
def test_the_other_forms_are_nix_and_hold_the_code(form: str, tmp_path: Path) -> None:
    told = json.loads(ask("hello", "version=3", f"--{form}", "--json")[1])
    (tmp_path / "x.nix").write_text(told[form])
    assert "pkgs.hello.overrideAttrs" in evaluate(f"builtins.readFile {tmp_path}/x.nix").to_python()
    evaluate(f"builtins.seq (import {tmp_path}/x.nix) 1").to_python()


def test_what_nothing_reads_is_not_called_done() -> None:
    code, printed, _ = ask("graphviz", "gdd=gd")
    assert code == 1
    assert "✗" in printed
    assert "none of its" in printed


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("nosuch", "version=1"), "attribute 'nosuch' in selection path 'nosuch' not found"),
        (("lib", "version=1"), "'lib' is no package"),
        (("graphviz", "gd=libpgn"), "Did you mean libpng?"),
        (("hello", "cc=gcc99"), "there is no compiler 'gcc99'"),
        (("graphviz",), "what is wished?"),
        (("version=1",), "which package?"),
        (("hello", "version=1", "--shell", "--flake"), "only one of"),
    ],
)
def test_mistakes_are_said(words: tuple[str, ...], complaint: str) -> None:
    code, printed, said = ask(*words)
    assert (code, printed) == (1, "")
    assert complaint in said
