"""A host in memory sees what comes along: `<nixpkgs>`, and the REPL's `lib.nix`."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlite.errors import EvalError
from nixlite.evaluator import Evaluator
from nixlite.host.memory import MemoryHost
from nixlite.host.settings import Settings
from nixlite.repl.session import Session
from nixlite.resources import stdlib_directory
from nixlite.source import Source

HOST = MemoryHost({"/work/a.nix": "1"})


def evaluate(text: str, host: MemoryHost = HOST, **changed: object) -> object:
    settings = Settings(cwd="/work")
    settings.system = "x86_64-linux"
    for name, value in changed.items():
        setattr(settings, name, value)
    return Evaluator(settings, host).evaluate_source(Source("«string»", text, base="/work"))


def test_nixpkgs_is_the_bundled_set() -> None:
    """The path is the one of the README, which a real Nix confirms."""
    path = "/nix/store/0rdzrkcgg3w064rplpbqc3d1z86444hp-hello-2.12.1.drv"
    assert evaluate(f'(import <nixpkgs> {{ }}).hello.drvPath == "{path}"') is True


def test_directories_of_it_can_be_listed() -> None:
    assert evaluate('(builtins.readDir <nixpkgs>)."default.nix"') == "regular"
    place = Path(stdlib_directory())
    kinds = {path.name: "directory" if path.is_dir() else "regular" for path in place.iterdir()}
    assert HOST.list_dir(f"{place}") == kinds
    assert set(kinds.values()) == {"directory", "regular"}


def test_a_file_is_no_directory() -> None:
    with pytest.raises(EvalError):
        evaluate("builtins.readDir <nixpkgs/default.nix>")


def test_there_is_nothing_else_of_the_disk() -> None:
    assert HOST.file_type(stdlib_directory()) == "directory"
    assert HOST.file_type(f"{stdlib_directory()}/../pyproject.toml") is None
    assert HOST.file_type(stdlib_directory().rpartition("/")[0]) is None
    assert HOST.file_type(f"{stdlib_directory()}x") is None


def test_pure_evaluation_has_none() -> None:
    with pytest.raises(EvalError, match="pure"):
        evaluate("<nixpkgs>", pure_eval=True)


def test_files_of_ones_own_come_first() -> None:
    host = MemoryHost({f"{stdlib_directory()}/lib.nix": '"mine"'})
    assert evaluate(f"import {stdlib_directory()}/lib.nix", host) == "mine"


def test_the_repl_finds_its_library() -> None:
    session = Session(Evaluator(Settings(cwd="/work"), MemoryHost()))
    assert "Added 3 variables" in session.send(":l lib.nix").text
    session.send("f = { a, b }: { result = a + b; }")
    session.send("res = makeOverridable f { a = 3; b = 5; }")
    assert session.send("((res.override { a = 10; }).override (o: { b = o.b * 4; })).result").text == "30\n"
