"""Nix archives: hashes as nix-hash 2.34.8 prints them, reading back, and git's hashes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from nixlite.errors import NixError
from nixlite.host.real import RealHost
from nixlite.store.nar import dump, hash_tree, restore
from nixlite.store.tree import Directory, File, Node, Symlink, find, host_tree

if TYPE_CHECKING:
    from pathlib import Path

TREES: list[tuple[Node, str, str]] = [
    # tree, nix-hash --type sha256 --base32, why
    (File(b""), "0ip26j2h11n1kgkz36rl4akv694yz65hr72q4kv4b3lxcbi65b3p", "an empty file"),
    (File(b"hello\n"), "04zwf782yjwnh3q6hz5izfd6jyip8kgw6g6yj43fiqhbyhdd0dqw", "padding"),
    (File(b"hello\n", True), "1yhh619m3cy1mird7f0l7zsmiv9rayqn075zinda2g7rscwn0hv5", "an executable"),
    (Symlink("a/b"), "0ryvvgjr5yyr21vn2jjxnv7k5zj7bj4bpm4x1kbhvk843c8nsiv2", "a link"),
    (Directory({}), "0sjjj9z1dhilhpc8pq4154czrb79z9cm044jvn75kxcjv6v5l2m5", "an empty directory"),
    (
        Directory(
            {"b": File(b"2"), "a": Directory({"x": Symlink("../b")}), "B": File(b"3", True), "ü": File(b"")}
        ),
        "0d747rghli1k67bd5sp0g0g9rab013lw2ddn0p93msd6012g8svi",
        "names in byte order",
    ),
]


@pytest.mark.parametrize(("node", "text", "why"), TREES, ids=[why for _, _, why in TREES])
def test_hash(node: Node, text: str, why: str) -> None:
    assert hash_tree(node).text("nix32", prefix=False) == text


@pytest.mark.parametrize(("node", "text", "why"), TREES, ids=[why for _, _, why in TREES])
def test_archive_can_be_read_back(node: Node, text: str, why: str) -> None:
    pieces: list[bytes] = []
    dump(node, pieces.append)
    assert hash_tree(restore(b"".join(pieces))).text("nix32", prefix=False) == text


@pytest.mark.parametrize("data", [b"", b"nix-archive-1", b"\x0d\0\0\0\0\0\0\0nix-archive-1\0\0\0"])
def test_what_is_no_archive(data: bytes) -> None:
    with pytest.raises(NixError, match="bad archive"):
        restore(data)


def test_tree_on_disk(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").write_bytes(b"x")
    (tmp_path / "a" / "f").chmod(0o711)
    (tmp_path / "l").symlink_to("nowhere")
    node = host_tree(RealHost(), str(tmp_path))
    file, link = find(node, "a/f"), find(node, "/l")
    assert isinstance(file, File)
    assert (file.read(), file.executable) == (b"x", True)
    assert isinstance(link, Symlink)
    assert link.target == "nowhere"
    assert find(node, "a/f/g") is None


def test_the_first_of_several_wrong_files_is_named(tmp_path: Path) -> None:
    for name in ("m", "z", "a"):
        os.mkfifo(tmp_path / name)
    with pytest.raises(NixError, match=f"file '{tmp_path}/a' has an unsupported type"):
        host_tree(RealHost(), str(tmp_path))


def test_missing_path() -> None:
    with pytest.raises(NixError, match="path '/nowhere/at/all' does not exist"):
        host_tree(RealHost(), "/nowhere/at/all")


def test_depth_is_limited() -> None:
    node: Node = File(b"")
    for _ in range(64):
        node = Directory({"d": node})
    with pytest.raises(NixError, match="maximum NAR directory depth of 64"):
        hash_tree(node)


def test_git_hash_is_that_of_git() -> None:
    # `git write-tree` of two files, a directory and a link; a directory sorts as if it ended in a slash
    tree = Directory(
        {"a.txt": File(b"hello\n"), "a": Directory({"x": File(b"", True)}), "l": Symlink("a.txt")}
    )
    assert hash_tree(File(b"hello\n"), "git", "sha1").raw.hex() == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert hash_tree(tree, "git", "sha1").raw.hex() == "0878f3b22282a1b88d28156e32888543c559fa4e"
