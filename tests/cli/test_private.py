"""Files of the cache that the user has not written: they are never run, and never waited for."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from nixlite.cache.private import read_private, write_private
from nixlite.host.real import RealHost
from tests.support import written_at_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BIG = "{ " + " ".join(f"a{n} = let x = {n}; in [ x (x + 1) ]; " for n in range(3000)) + "}"


def a_pipe(path: Path) -> None:
    """Nobody writes to it."""
    os.mkfifo(path)


def a_device(path: Path) -> None:
    """It never ends."""
    path.symlink_to("/dev/zero")


def a_link(path: Path) -> None:
    """To a file that is whole."""
    path.symlink_to(path.with_name(f"{path.name}.moved"))


def a_folder(path: Path) -> None:
    """Nothing to be read."""
    path.mkdir()


def writable_by_others(path: Path) -> None:
    """Whole, and not certainly the user's."""
    path.write_bytes(path.with_name(f"{path.name}.moved").read_bytes())
    path.chmod(0o666)


def of_someone_else(path: Path) -> None:
    """Whole, and another user's."""
    path.write_bytes(path.with_name(f"{path.name}.moved").read_bytes())
    os.chown(path, 12345, 12345)


KINDS = [a_pipe, a_device, a_link, a_folder, writable_by_others, of_someone_else]


def evaluate(folder: Path) -> str:
    """What a program gives, with a cache in the same folder."""
    done = subprocess.run(
        [sys.executable, "-m", "nixlite", "eval", "-f", "f.nix", "a7", "--no-result-cache"],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])
def test_what_the_user_has_not_written_is_not_taken(tmp_path: Path, kind: Callable[[Path], None]) -> None:
    if kind is of_someone_else and os.getuid() != 0:
        pytest.skip("only root can give files away")
    (tmp_path / "f.nix").write_text(BIG)
    assert evaluate(tmp_path) == "[ 7 8 ]\n"
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert any(path.suffix == ".pieces" for path in files)
    for path in files:
        path.rename(path.with_name(f"{path.name}.moved"))
        kind(path)
    assert evaluate(tmp_path) == "[ 7 8 ]\n"


@pytest.mark.parametrize("names", [{"XDG_CACHE_HOME": "cache"}, {"HOME": "home"}, {"HOME": "."}])
def test_a_relative_place_is_none(names: dict[str, str], tmp_path: Path) -> None:
    assert RealHost(env=names).cache_home() is None
    (tmp_path / "f.nix").write_text("{ a7 = 1; }")
    environment = {key: value for key, value in os.environ.items() if key != "XDG_CACHE_HOME"}
    subprocess.run(
        [sys.executable, "-m", "nixlite", "eval", "-f", "f.nix"],
        cwd=tmp_path,
        env={**environment, **names},
        capture_output=True,
        check=True,
    )
    assert [path.name for path in tmp_path.iterdir()] == ["f.nix"]


@pytest.mark.parametrize(
    "words", [["eval", "-f", "f.nix"], ["repl", "-c", "1"], ["learn", "--reset"], ["jobs", "f.nix"]]
)
def test_a_home_that_is_not_there_is_not_made(words: list[str], tmp_path: Path) -> None:
    """Debian's users that have none have /nonexistent, builds of Nix /homeless-shelter."""
    (tmp_path / "f.nix").write_text("{ a7 = 1; }")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    home = tmp_path / "homeless-shelter"
    subprocess.run(
        [sys.executable, "-m", "nixlite", *words],
        cwd=tmp_path, env={**environment, "HOME": str(home)}, capture_output=True, check=True,
    )  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["f.nix"]


@pytest.mark.parametrize(("home", "told"), [("", "/x"), ("rel", "rel/x"), ("/nonexistent", "/nonexistent/x")])
def test_a_home_is_taken_as_it_is(home: str, told: str) -> None:
    """As Nix 2.34.8 prints them."""
    words = ["instantiate", "--eval", "--expr", "~/x"]
    done = subprocess.run(
        [sys.executable, "-m", "nixlite", *words],
        env={**os.environ, "HOME": home}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == f"{told}\n"
    assert RealHost(env={"HOME": home}).home() == home


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nixlite.cache import private

    def full(number: int, data: bytes) -> int:
        """There is no room."""
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private.os, "write", full)
    with pytest.raises(OSError, match="No space"):
        private.write_private(str(tmp_path / "entry"), [b"x"])
    assert list(tmp_path.iterdir()) == []


def test_threads_write_the_same_entry_at_once(tmp_path: Path) -> None:
    """Each with an evaluator of its own, say: whoever reads it finds it whole, and nothing else is left."""
    path = f"{tmp_path}/entry"
    written_at_once(lambda data: write_private(path, [data]), lambda: read_private(path))
    assert os.listdir(tmp_path) == ["entry"]
