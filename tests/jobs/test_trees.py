"""Trees that travel: equal trees have equal names, what is private stays, and what comes damaged is refused."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from nixlite.jobs.cluster import trees
from nixlite.jobs.spawning import TOKEN, greeting

if TYPE_CHECKING:
    from pathlib import Path


def fill(folder: Path) -> Path:
    """A small tree."""
    (folder / "a" / ".git").mkdir(parents=True)
    (folder / "a" / ".git" / "config").write_text("secret")
    (folder / "a" / "x.nix").write_text("1")
    (folder / "a" / "run").write_text("#!/bin/sh")
    (folder / "a" / "run").chmod(0o755)
    (folder / "link").symlink_to("../outside")
    (folder / "broken").symlink_to("nowhere")
    os.link(folder / "a" / "x.nix", folder / "same.nix")
    return folder


def test_a_tree_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "home_of_trees", lambda: str(tmp_path / "trees"))
    packed = trees.pack(str(fill(tmp_path / "here")))
    assert packed is not None
    assert trees.unpacked(packed.name) is None
    place = trees.unpack(packed.name, packed.data)
    assert trees.unpacked(packed.name) == place
    assert trees.unpack(packed.name, packed.data) == place  # two at once
    assert sorted(os.listdir(place)) == ["a", "broken", "link", "same.nix"]
    assert sorted(os.listdir(f"{place}/a")) == ["run", "x.nix"]
    assert os.readlink(f"{place}/link") == "../outside"
    assert os.access(f"{place}/a/run", os.X_OK)
    with open(f"{place}/same.nix", encoding="utf-8") as file:
        assert file.read() == "1"


def test_names_are_of_contents(tmp_path: Path) -> None:
    one, two = (trees.pack(str(fill(tmp_path / name))) for name in ("one", "two"))
    assert one is not None
    assert two is not None
    for path in ("one", "two"):  # times are part of a tree
        for folder, _, names in os.walk(tmp_path / path):
            for name in (".", *names):
                os.utime(os.path.join(folder, name), (1, 1), follow_symlinks=False)
    one, two = (trees.pack(str(tmp_path / name)) for name in ("one", "two"))
    assert one is not None
    assert two is not None
    assert one.name == two.name
    (tmp_path / "two" / "a" / "x.nix").write_text("2")
    three = trees.pack(str(tmp_path / "two"))
    assert three is not None
    assert three.name != two.name


def test_what_comes_damaged_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "home_of_trees", lambda: str(tmp_path / "trees"))
    packed = trees.pack(str(fill(tmp_path / "here")))
    assert packed is not None
    with pytest.raises(ValueError, match="damaged"):
        trees.unpack(packed.name, packed.data + b"x")
    assert trees.unpacked(packed.name) is None


def test_a_large_tree_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MOST_FILES", 3)
    assert trees.pack(str(fill(tmp_path / "here"))) is None


def test_old_trees_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "home_of_trees", lambda: str(tmp_path / "trees"))
    monkeypatch.setattr(trees, "MOST_TREES", 2)
    names = []
    for n in range(4):
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / "x").write_text(str(n))
        packed = trees.pack(str(folder))
        assert packed is not None
        place = trees.unpack(packed.name, packed.data)
        os.utime(place, (n + 1, n + 1))
        names.append(packed.name)
    assert sorted(os.listdir(tmp_path / "trees")) == sorted(names[-2:])


def test_a_tree_is_as_old_as_it_was_and_stays_while_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs may ask when a directory was changed: of a flake that is `lastModified`."""
    monkeypatch.setattr(trees, "home_of_trees", lambda: str(tmp_path / "trees"))
    monkeypatch.setattr(trees, "MOST_TREES", 1)
    for n in (2, 1):
        folder = fill(tmp_path / str(n))
        os.utime(folder, (n, n))
        packed = trees.pack(str(folder))
        assert packed is not None
        place = trees.unpack(packed.name, packed.data)
        assert trees.unpacked(packed.name) == place
        assert int(os.stat(place).st_mtime) == n


PLACES = [
    ("/home/me", True),
    ("/home", True),
    ("/", True),
    ("/tmp", True),
    ("/home/me/nixpkgs", False),
    ("/home/you", False),
    ("/srv/nixpkgs", False),
]


@pytest.mark.parametrize(("place", "private"), PLACES)
def test_homes_are_private(place: str, private: bool) -> None:
    assert trees.is_private(place, "/home/me") is private


def test_only_who_knows_the_token_is_listened_to() -> None:
    here, there = socket.socketpair()
    here.settimeout(5)
    said = threading.Thread(target=lambda: (there.sendall(b"x" * 5), there.sendall(b"y" * (TOKEN - 5))))
    said.start()
    assert greeting(here) == b"x" * 5 + b"y" * (TOKEN - 5)
    said.join()
    there.sendall(b"short")
    there.close()
    assert greeting(here) == b"short"
    here.close()
