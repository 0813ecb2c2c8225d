"""The names that fetched trees have in messages, and the words for what is missing in them (Nix 2.34.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite import MemoryHost
from nixlite.errors import EvalError, Frame, NixError, NoSuchFile
from nixlite.host.memory import Link
from nixlite.host.mounts import Mounts, origin
from nixlite.source import Position

if TYPE_CHECKING:
    from nixlite.host.host import Host

STORE = "/nix/store"
TREES = {
    f"{STORE}/a-source": "/home/repo",
    f"{STORE}/b-source": "«git+https://h/r?rev=1»",
    f"{STORE}/c-source": "«path:/d»",
}
FILES: dict[str, str | bytes | Link] = {
    "/home/repo/.git/HEAD": "",
    "/home/repo/new": "",
    "/home/repo/dir/new": "",
    "/home/repo/broken": Link("nowhere"),
}


def mounts(host: Host | None = None) -> Mounts:
    made = Mounts(STORE, host or MemoryHost(FILES))
    for path, name in TREES.items():
        made.add(path, name)
    return made


SHOWN = [
    # path, what is shown, the tree that it lies in
    (STORE, f"{STORE}/", ""),
    (f"{STORE}/a-source", "/home/repo/", ""),
    (f"{STORE}/a-source/x/y", "/home/repo/x/y", "/home/repo"),
    (f"{STORE}/b-source", "«git+https://h/r?rev=1»/", ""),
    (f"{STORE}/b-source/x", "«git+https://h/r?rev=1»/x", "«git+https://h/r?rev=1»"),
    (f"{STORE}/other/x", f"{STORE}/other/x", ""),
    (f"{STORE}/other", f"{STORE}/other", ""),
    (f"{STORE}x/a-source/x", f"{STORE}x/a-source/x", ""),
    ("/a-source/x", "/a-source/x", ""),
    ("/", "/", ""),
]


@pytest.mark.parametrize(("path", "shown", "tree"), SHOWN)
def test_what_is_shown(path: str, shown: str, tree: str) -> None:
    assert (mounts().shown(path), mounts().name_of(path)) == (shown, tree)


def test_the_first_name_counts() -> None:
    named = mounts()
    named.add(f"{STORE}/a-source", "/else")
    assert named.shown(f"{STORE}/a-source/x") == "/home/repo/x"


def untracked(name: str) -> str:
    return (
        f"Path '{name}' in the repository \"/home/repo\" is not tracked by Git.\n\n"
        f'To make it visible to Nix, run:\n\ngit -C "/home/repo" add "{name}"'
    )


MISSING = [
    # path, whether it is to be read at once, message
    ("a-source/none", False, "Path 'none' does not exist in Git repository \"/home/repo\"."),
    ("a-source/none", True, "Path 'none' does not exist in Git repository \"/home/repo\"."),
    ("a-source/new", False, untracked("new")),
    ("a-source/dir/new", True, untracked("dir/new")),
    ("a-source/broken", False, untracked("broken")),
    ("a-source/broken/x", False, "Path 'broken/x' does not exist in Git repository \"/home/repo\"."),
    ("b-source/none", False, "path '«git+https://h/r?rev=1»/none' does not exist"),
    ("b-source/none", True, "'«git+https://h/r?rev=1»/none' does not exist"),
    ("c-source/none", True, "path '«path:/d»/none' does not exist"),
    ("other/none", True, f"path '{STORE}/other/none' does not exist"),
]


@pytest.mark.parametrize(("path", "reading", "message"), MISSING)
def test_what_is_missing(path: str, reading: bool, message: str) -> None:
    error = mounts().missing(f"{STORE}/{path}", reading=reading)
    assert error.message == message
    assert isinstance(error, NoSuchFile) is ("not tracked" not in message)


def test_a_directory_that_is_no_repository_is_like_any_other() -> None:
    error = mounts(MemoryHost({"/home/repo/new": ""})).missing(f"{STORE}/a-source/new", reading=False)
    assert error.message == "path '/home/repo/new' does not exist"


def test_directories_that_are_read_as_files() -> None:
    named = mounts()
    error = named.is_directory(f"{STORE}/b-source/x")
    assert isinstance(error, EvalError)
    assert error.message == "'«git+https://h/r?rev=1»/x' is not a regular file"
    assert [named.is_directory(f"{STORE}/{path}") for path in ("a-source/x", "c-source/x", "other")] == [
        None
    ] * 3


def test_errors_name_what_is_shown() -> None:
    def error() -> NixError:
        made = NixError("x")
        made.position = Position(f"{STORE}/a-source/f", 1, 2, None)
        made.trace = [
            Frame(f"while evaluating the file '{STORE}/b-source/f':", Position("/else", 3, 4, None)),
            Frame(f"while adding path '{STORE}/a-source/it's'", Position(f"{STORE}/b-source/f", 5, 6, None)),
            Frame(f"while calling '{STORE}/a-source/f'"),
        ]
        return made

    renamed = error()
    mounts().rename(renamed)
    assert renamed.position == Position("/home/repo/f", 1, 2, None)
    assert [(frame.position, frame.text) for frame in renamed.trace or ()] == [
        (Position("/else", 3, 4, None), "while evaluating the file '«git+https://h/r?rev=1»/f':"),
        (Position("«git+https://h/r?rev=1»/f", 5, 6, None), "while adding path '/home/repo/it's'"),
        (None, f"while calling '{STORE}/a-source/f'"),
    ]
    same = error()
    Mounts(STORE, MemoryHost()).rename(same)
    assert same.position == error().position
    bare = NixError("x")
    mounts().rename(bare)
    assert (bare.position, list(bare.trace or ())) == (None, [])


ORIGINS = {"/s/a": "/home/a", "/s/b": "/s/a/sub", "/s/c": "«git+https://h/r»", "/s/e": "/s/e/inside"}


@pytest.mark.parametrize(
    ("file", "written"),
    [
        ("/s/a/f", "/home/a/f"),
        ("/s/a", "/home/a"),
        ("/s/b/f", "/home/a/sub/f"),
        ("/s/c/f", "«git+https://h/r»/f"),
        ("/s/ab/f", "/s/ab/f"),
        ("/else", "/else"),
        ("/s/e/inside/f", "/s/e/inside/f"),
    ],
)
def test_where_a_file_was_written(file: str, written: str) -> None:
    """Trees may have been copied from trees; one that was copied into itself does not lead on for ever."""
    assert origin(file, ORIGINS) == written


def test_where_nothing_was_copied() -> None:
    assert origin("/s/a/f", {}) == "/s/a/f"
