"""A `MemoryHost` as the machine of a program: what it is given, what is written to it, and its errors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from nixlite import MemoryHost
from nixlite.errors import EvalError
from nixlite.host import plain
from nixlite.host.memory import Link
from nixlite.store.tree import File

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nixlite.store.tree import Node


def test_it_shows_what_it_was_given() -> None:
    files: dict[str, str | bytes | Link] = {
        "/a/text": "é\udcff",
        "/a/bytes": b"\0\xff",
        "/a/link": Link("text"),
        "/top": "",
    }
    host = MemoryHost(files, env={"SET": "1", "EMPTY": ""}, executables=frozenset({"/a/bytes"}), stdin=b"in")
    assert (host.read_bytes("/a/text"), host.read_bytes("/a/bytes")) == ("é".encode() + b"\xff", b"\0\xff")
    assert host.list_dir("/") == {"a": "directory", "top": "regular"}
    assert host.list_dir("/a") == {"text": "regular", "bytes": "regular", "link": "symlink"}
    assert [host.has_env(name) for name in ("SET", "EMPTY", "NONE")] == [True, True, False]
    assert [host.get_env(name) for name in ("SET", "EMPTY", "NONE")] == ["1", "", ""]
    assert [host.is_executable(path) for path in ("/a/bytes", "/a/text")] == [True, False]
    assert (host.read_stdin(), list(host.stdin_lines()), host.now()) == (b"in", [b"in"], 0)
    assert MemoryHost(time=5).now() == MemoryHost(time=5).moment()() == 5
    assert MemoryHost().list_dir("/") == {}


class Store:
    """A store in memory with one file in it."""

    store_dir = "/nix/store"

    def lookup(self, path: str) -> Node | None:
        return File(b"kept") if path == "/nix/store/x" else None


def test_it_has_what_is_in_the_store() -> None:
    host = MemoryHost({"/nix/store/own": ""})
    host.store = Store()
    assert (host.file_type("/nix/store/x"), host.read_bytes("/nix/store/x")) == ("regular", b"kept")
    assert host.file_type("/nix/store/y") is None
    with pytest.raises(EvalError, match="path '/nix/store/' is not in the Nix store"):
        host.list_dir("/nix/store")


def test_it_takes_what_is_written() -> None:
    host = MemoryHost()
    host.write_file("/new/f", "text")
    host.make_directory("/new/empty")
    host.make_directory("/top")
    host.make_link("/new/link", "f")
    assert host.list_dir("/") == {"new": "directory", "top": "directory"}
    assert host.list_dir("/new") == {"f": "regular", "empty": "directory", "link": "symlink"}
    assert (host.list_dir("/new/empty"), host.file_type("/top")) == ({}, "directory")
    assert (host.read_bytes("/new/f"), host.read_link("/new/link")) == (b"text", "f")
    host.make_directory("/new")  # what is in it stays
    assert host.exists("/new/f")
    host.write_stdout("a")
    host.write_stderr("b")
    assert (host.stdout, host.stderr) == (["a"], ["b"])


WRONG: list[tuple[Callable[[MemoryHost], object], str]] = [
    (lambda host: host.read_bytes("/d"), "read of 4096 bytes: Is a directory"),
    (lambda host: host.read_bytes("/d/link"), "opening file '/d/link': Too many levels of symbolic links"),
    (lambda host: host.read_bytes("/none"), "path '/none' does not exist"),
    (lambda host: host.read_link("/d/f"), "path '/d/f' does not exist"),
    (lambda host: host.list_dir("/d/f"), 'cannot read directory "/d/f": Not a directory'),
    (lambda host: host.list_dir("/none"), "path '/none' does not exist"),
]


@pytest.mark.parametrize(("ask", "message"), WRONG)
def test_what_is_not_there_is_said(ask: Callable[[MemoryHost], object], message: str) -> None:
    with pytest.raises(EvalError) as caught:
        ask(MemoryHost({"/d/f": "", "/d/link": Link("f")}))
    assert caught.value.message == message


@pytest.mark.parametrize("by_parts", [True, False])
def test_plain_reading_leaves_no_file_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_parts: bool
) -> None:
    """Also as systems read that cannot open by parts."""
    if by_parts and not plain.BY_PARTS:
        pytest.skip("this system cannot")
    monkeypatch.setattr(plain, "BY_PARTS", by_parts)
    (tmp_path / "f").write_bytes(b"text")
    (tmp_path / "link").symlink_to("f")
    there = os.fsencode(tmp_path)
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    assert plain.read_plain(there + b"/f") == b"text"
    assert plain.read_plain_link(there + b"/link") == b"f"
    names = plain.list_plain(there, lambda place: dict.fromkeys(map(os.fsdecode, os.listdir(place)), "x"))
    assert names == {"f": "x", "link": "x"}
    assert plain.list_plain(b"/", lambda place: {"n": str(len(os.listdir(place)) > 2)}) == {"n": "True"}
    for wrong in (b"/link", b"/link/x", b"/f/x"):
        with pytest.raises(OSError, match=r"\[Errno"):
            plain.open_plain(there + wrong)
    with pytest.raises(NotADirectoryError):
        plain.list_plain(there + b"/f", lambda place: dict.fromkeys(map(os.fsdecode, os.listdir(place)), "x"))
    if before:
        assert len(os.listdir("/proc/self/fd")) == len(before)
