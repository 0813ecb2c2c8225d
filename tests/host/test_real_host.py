"""A `RealHost`: the machine as it is, and what is said of what it refuses."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from typing import TYPE_CHECKING

import pytest

from nixlite.errors import EvalError
from nixlite.host import real
from nixlite.host.real import RealHost
from nixlite.host.source_files import resolve_import_path
from nixlite.store.tree import Directory, File, Symlink
from tests.support import written_at_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nixlite.store.tree import Node


# --- the environment


def test_the_environment_is_the_process_own_or_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN", "1")
    assert (RealHost().get_env("OWN"), RealHost().has_env("OWN")) == ("1", True)
    assert (RealHost({}).get_env("OWN"), RealHost({}).has_env("OWN")) == ("", False)


def test_home(monkeypatch: pytest.MonkeyPatch) -> None:
    pwd = pytest.importorskip("pwd")
    assert RealHost({"HOME": "/home/a\\b"}).home() == "/home/a\\b"
    assert RealHost({}).home() == "/"
    monkeypatch.delenv("HOME")
    assert RealHost().home() == pwd.getpwuid(os.getuid()).pw_dir


def test_the_cache_is_in_the_users_directories(tmp_path: Path) -> None:
    """In a home only where that is there: see `resources.home_is_there`."""
    home = str(tmp_path)
    assert RealHost({"HOME": home, "LOCALAPPDATA": "/l"}).cache_home() == f"{home}/.cache/nixlite"
    assert RealHost({"HOME": "/none/there", "XDG_CACHE_HOME": "/x"}).cache_home() == "/x/nixlite"
    assert RealHost({"HOME": home}).cache_directory() == f"{home}/.cache/nixlite/units"
    assert RealHost({"HOME": "/none/there"}).cache_directory() is None


def test_time(tmp_path: Path) -> None:
    host = RealHost({})
    (tmp_path / "f").write_text("")
    os.utime(tmp_path / "f", (0, 7.5))
    assert host.modified(f"{tmp_path}/f") == 7
    assert host.modified(f"{tmp_path}/none") == 0, "as what is only in the store"
    now = host.now()
    assert now - 100 < (tmp_path / "f").stat().st_ctime < now + 100


# --- files

LONG = "n" * 300

REFUSED: list[tuple[Callable[[RealHost, str], object], str]] = [
    (lambda host, p: host.file_type(f"{p}/{LONG}"), f'getting status of "P/{LONG}": File name too long'),
    (lambda host, p: host.is_executable(f"{p}/{LONG}"), f'getting status of "P/{LONG}": File name too long'),
    (lambda host, p: host.read_bytes(f"{p}/{LONG}"), f"opening file 'P/{LONG}': File name too long"),
    (lambda host, p: host.read_plain(f"{p}/{LONG}"), f"opening file 'P/{LONG}': File name too long"),
    (lambda host, p: host.read_link(f"{p}/f"), "reading symbolic link 'P/f': Invalid argument"),
    (lambda host, p: host.read_plain_link(f"{p}/f"), "reading symbolic link 'P/f': Invalid argument"),
    (lambda host, p: host.list_dir(f"{p}/{LONG}"), f'cannot read directory "P/{LONG}": File name too long'),
    (lambda host, p: host.list_plain(f"{p}/{LONG}"), f'cannot read directory "P/{LONG}": File name too long'),
    (lambda host, p: host.write_file(f"{p}/f", ""), 'opening file "P/f": File exists'),
    (lambda host, p: host.write_file(f"{p}/f", "", "out"), 'opening file "out": File exists'),
    (lambda host, p: host.replace_file(f"{p}/d", ""), 'opening file "P/d": Is a directory'),
    (lambda host, p: host.make_directory(f"{p}/d"), "filesystem error: cannot create directory: File exists [P/d]"),
    (lambda host, p: host.make_directory(f"{p}/d", "out"), "filesystem error: cannot create directory: File exists [out]"),
    (lambda host, p: host.make_link(f"{p}/f", "t"), "creating symlink 'P/f' -> 't': File exists"),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "message"), REFUSED)
def test_what_the_system_refuses_is_said(
    tmp_path: Path, ask: Callable[[RealHost, str], object], message: str
) -> None:
    (tmp_path / "f").write_text("kept")
    (tmp_path / "d").mkdir()
    with pytest.raises(EvalError) as caught:
        ask(RealHost({}), str(tmp_path))
    assert caught.value.message == message.replace("P/", f"{tmp_path}/")
    assert (tmp_path / "f").read_text() == "kept"


def test_no_name_has_a_nul() -> None:
    """The words for it are Python's, and not the same everywhere."""
    host = RealHost({})
    for ask, action in [
        (host.file_type, 'getting status of "/a\0b"'),
        (host.is_executable, 'getting status of "/a\0b"'),
        (host.read_bytes, "opening file '/a\0b'"),
        (host.read_plain, "opening file '/a\0b'"),
        (host.read_link, "reading symbolic link '/a\0b'"),
        (host.list_dir, 'cannot read directory "/a\0b"'),
    ]:
        with pytest.raises(EvalError) as caught:
            ask("/a\0b")
        assert re.fullmatch(rf"{action}: ([a-z]+: )?embedded null [a-z ]+", caught.value.message)


def test_kinds_of_files(tmp_path: Path) -> None:
    """Names are bytes; whatever is neither file, directory nor link is unknown."""
    host, place = RealHost({}), str(tmp_path)
    (tmp_path / "dir").mkdir()
    (tmp_path / "to-dir").symlink_to("dir")
    (tmp_path / "to-file").symlink_to("file\\x")
    (tmp_path / "file").write_text("")
    os.close(os.open(os.fsencode(place) + b"/\xff", os.O_CREAT | os.O_WRONLY))
    (tmp_path / "a:b*?").write_text("no name on Windows")
    os.mkfifo(tmp_path / "fifo")
    kinds = {
        "dir": "directory", "to-dir": "symlink", "to-file": "symlink", "file": "regular", "\udcff": "regular",
        "a:b*?": "regular", "fifo": "unknown",
    }  # fmt: skip
    assert host.list_dir(place) == host.list_plain(place) == kinds
    assert {name: host.file_type(f"{place}/{name}") for name in kinds} == kinds
    for read in (host.read_link, host.read_plain_link):
        assert [read(f"{place}/{name}") for name in ("to-dir", "to-file")] == ["dir", "file\\x"]


def test_only_the_owners_bit_makes_a_program(tmp_path: Path) -> None:
    host = RealHost({})
    for mode, answer in ((0o700, True), (0o611, False), (0o100, True)):
        path = tmp_path / f"{mode}"
        path.touch(mode)
        path.chmod(mode)
        assert host.is_executable(f"{path}") is answer
    assert not host.is_executable(f"{tmp_path}/none")
    assert not host.is_executable(f"{tmp_path}"), "directories are gone through and no programs"


class Store:
    """A store in memory."""

    def __init__(self, store_dir: str) -> None:
        self.store_dir = store_dir
        program, tree = File(b"p", executable=True), Directory({"f": File(b"kept"), "l": Symlink("f")})
        self.nodes: dict[str, Node] = {
            "p": program,
            "d": tree,
            "d/f": tree.entries["f"],
            "d/l": tree.entries["l"],
        }

    def lookup(self, path: str) -> Node | None:
        return self.nodes.get(path.removeprefix(f"{self.store_dir}/"))


def test_the_store_in_memory_stands_behind_the_disk(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("own")
    (tmp_path / "p").write_text("of the disk")
    host, p = RealHost({}), str(tmp_path)
    host.store = Store(p)
    assert [host.file_type(f"{p}/{name}") for name in ("own", "d", "d/f", "d/l", "d/g", "own/x")] == [
        "regular", "directory", "regular", "symlink", None, None
    ]  # fmt: skip
    assert (host.read_bytes(f"{p}/p"), host.read_bytes(f"{p}/d/f"), host.read_plain(f"{p}/d/f")) == (
        b"of the disk", b"kept", b"kept"
    )  # fmt: skip
    assert host.list_dir(f"{p}/d") == host.list_plain(f"{p}/d") == {"f": "regular", "l": "symlink"}
    assert (host.read_link(f"{p}/d/l"), host.read_plain_link(f"{p}/d/l")) == ("f", "f")
    assert (host.is_executable(f"{p}/p"), host.is_executable(f"{p}/d/f")) == (False, False)
    (tmp_path / "p").unlink()
    assert [host.is_executable(f"{p}/{name}") for name in ("p", "d", "d/l")] == [True, False, False]
    for listing in (host.list_dir, host.list_plain):
        with pytest.raises(EvalError, match=r"^path '.*/' is not in the Nix store$"):
            listing(p)


def test_bundled_files_are_no_files_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the working directory has some of the same names."""
    (tmp_path / "<nix").mkdir()
    (tmp_path / "<nix/fetchurl.nix>").write_text("mine")
    monkeypatch.chdir(tmp_path)
    host, name = RealHost({}), "<nix/fetchurl.nix>"
    for _ in range(2):  # the second time more is known
        assert [host.file_type(path) for path in ("<nix/>", name, "<nix/none>")] == [
            "directory",
            "regular",
            None,
        ]
        assert host.list_dir("<nix/>") == host.list_plain("<nix/>") == {"fetchurl.nix": "regular"}
        assert (host.require_type(name), host.first_link("<nix"), host.real_path(name)) == (
            "regular",
            None,
            name,
        )
        for read in (host.read_bytes, host.read_plain, host.read_real):
            assert b"builtin:fetchurl" in read(name)


class Counting(RealHost):
    """Which tells what it has looked at."""

    def __init__(self) -> None:
        super().__init__({})
        self.asked: list[str] = []

    def file_type(self, path: str) -> str | None:
        self.asked.append(os.path.basename(path))
        return super().file_type(path)


def test_what_lies_beside_is_found_at_once(tmp_path: Path) -> None:
    """One call of the system where all that leads there is known: a tree of files is read so."""
    (tmp_path / "d/e").mkdir(parents=True)
    (tmp_path / "to-d").symlink_to("d")
    for name in ("d/a", "d/b", "d/c", "d/e/a"):
        (tmp_path / name).write_text(name)
    host, p = Counting(), str(tmp_path)
    assert (host.plain_type(f"{p}/d/b"), host.asked) == (None, [])
    assert host.real_path(f"{p}/d/a") == f"{p}/d/a"
    host.asked.clear()
    assert (host.real_path(f"{p}/d/b"), host.asked) == (f"{p}/d/b", ["b"])
    assert (host.real_path(f"{p}/d/b", last=False), host.asked) == (f"{p}/d/b", ["b"])
    assert (host.plain_type(f"{p}/d/b"), host.asked) == ("regular", ["b", "b"])
    assert (host.read_real(f"{p}/d/c"), host.first_link(f"{p}/d"), host.asked) == (b"d/c", None, ["b", "b"])
    assert (resolve_import_path(host, f"{p}/d/c"), host.asked) == (f"{p}/d/c", ["b", "b", "c"])
    for _ in range(2):
        assert host.real_path(f"{p}/to-d/b") == f"{p}/d/b"
        assert (host.plain_type(f"{p}/to-d/b"), host.first_link(f"{p}/to-d/b")) == (None, f"{p}/to-d")
        assert host.real_path(f"{p}/to-d/e/a") == f"{p}/d/e/a"
        places = ["", "/to-d", "/to-d/e", "/d/e", "/d/a", "/d/.", "/d/", "/none", ""]
        assert [place for place in places if host.is_plain(p + place) is not False] == ["", "/d/e", ""]
    assert host.is_plain("") is True


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no such links here")
def test_a_link_means_what_it_says(tmp_path: Path) -> None:
    """Not what the kernel knows about it, as in Nix 2.34.8: a link of `/proc` to a file that is gone leads nowhere."""
    host = RealHost({})
    with open(tmp_path / "gone", "w+") as file:
        file.write("secret")
        file.flush()
        os.unlink(file.name)
        place = f"/proc/{os.getpid()}/fd/{file.fileno()}"
        assert host.is_plain(os.path.dirname(place))
        with pytest.raises(EvalError) as caught:
            host.read_real(place)
        assert caught.value.message == f"path '{file.name} (deleted)' does not exist"


def test_parts_that_are_no_names_are_left_out_wherever_much_is_known(tmp_path: Path) -> None:
    (tmp_path / "d/e").mkdir(parents=True)
    (tmp_path / "l").symlink_to("d/e")
    for name in ("f", "d/f", "d/e/f", "d/e/.f"):
        (tmp_path / name).write_text(name)
    host, p = RealHost({}), str(tmp_path)
    for _ in range(2):
        for path, meant in [
            ("d/./f", "d/f"), ("d/../f", "f"), ("d//f", "d/f"), ("d/e/..", "d"), ("d/e/.", "d/e"), ("d/", "d"),
            ("l/../f", "d/f"), ("d/e/.f", "d/e/.f"), ("d/e/../../l/f", "d/e/f"), ("d/./e/f", "d/e/f"),
        ]:  # fmt: skip
            assert host.real_path(f"{p}/{path}") == f"{p}/{meant}"
    assert [host.real_path(path) for path in ("/", "//", "/.", "/..")] == ["/"] * 4


# --- writing


def test_what_is_written(tmp_path: Path) -> None:
    host, p = RealHost({}), str(tmp_path)
    host.write_file(f"{p}/f", "é\udcff\n")
    host.make_directory(f"{p}/d")
    host.replace_file(f"{p}/d/new", "é\udcff\n")
    host.replace_file(f"{p}/d/new", "\udcff")
    assert ((tmp_path / "f").read_bytes(), (tmp_path / "d/new").read_bytes()) == (b"\xc3\xa9\xff\n", b"\xff")
    host.make_link(f"{p}/link", "f")
    host.make_link(f"{p}/link", "d")
    assert os.readlink(tmp_path / "link") == "d"


def test_what_is_kept_is_never_seen_half(tmp_path: Path) -> None:
    """Readers get something whole, while threads write it at once, each with a host of its own."""
    path = f"{tmp_path}/cache/deep/entry"
    host = RealHost({})
    written_at_once(lambda data: RealHost({}).keep(path, data), lambda: host.read_kept(path))
    assert host.has_kept(path)
    assert os.listdir(f"{tmp_path}/cache/deep") == ["entry"]
    host.make_room(f"{tmp_path}/cache/deep")


def test_what_cannot_be_kept_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "cache/entry").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        RealHost({}).keep(f"{tmp_path}/cache/entry", b"data")
    assert os.listdir(tmp_path / "cache") == ["entry"]


@pytest.mark.parametrize("drives", [False, True])
def test_a_temporary_directory_ends_with_its_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drives: bool
) -> None:
    """Also as it is made where there are drives."""
    monkeypatch.setattr(real, "DRIVES", drives)
    monkeypatch.setattr(tempfile, "tempdir", f"{tmp_path / 'a'}" if drives else f"{tmp_path}/a\\b")
    os.mkdir(tempfile.gettempdir())
    with RealHost({}).scratch() as place:
        assert os.listdir(place) == []
        RealHost({}).write_file(f"{place}/f", "x")
    assert os.listdir(tempfile.gettempdir()) == []


# --- programs


def test_programs_get_the_environment_of_the_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "show"
    program.write_text(
        '#!/bin/sh\ncat; echo "$1 $OWN-$GIVEN-$EXTRA-${GONE-unset}"; echo problem >&2; exit 3\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("OWN", "own")
    monkeypatch.setenv("GONE", "x")
    path = f"{tmp_path}:{os.environ['PATH']}"
    host = RealHost({"PATH": path, "GIVEN": "given"})
    assert host.find_program("show") == f"{program}"
    assert RealHost({"PATH": "/none"}).find_program("show") is None
    monkeypatch.setenv("PATH", path)
    assert RealHost({}).find_program("show") == f"{program}"
    done = host.run_program("show", ["arg"], data=b"in ", environment={"EXTRA": "extra", "GONE": None})
    assert (done.code, done.stdout, done.stderr) == (3, b"in arg own-given-extra-unset\n", b"problem\n")
    done = host.run_program(f"{program}", [], data=b"", environment={"PATH": "/bin:/usr/bin", "OWN": ""})
    assert done.stdout == b" -given--x\n"
    with pytest.raises(FileNotFoundError) as caught:
        host.run_program("show", [], environment={"PATH": "/none"})
    assert (caught.value.filename, caught.value.strerror) == ("show", "No such file or directory")
    assert caught.value.errno == errno.ENOENT
    program.chmod(0o644)
    with pytest.raises(PermissionError):
        host.run_program(f"{program}", [])


def test_programs_of_windows_get_its_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """`tests/windows` has more, in a process of its own."""
    words = ["/C:/a", "--x", "/b"]
    assert RealHost().run_program("echo", words).stdout == b"/C:/a --x /b\n"
    monkeypatch.setattr(real, "DRIVES", True)
    assert RealHost().run_program("echo", words).stdout == b"C:/a --x /b\n"
    assert RealHost({"HOME": "/h", "LOCALAPPDATA": "/l"}).cache_home() == "/l/nixlite"


KEPT = [
    ("both", b"out\n", b"err\n"),
    ("stdout", b"out\n", b""),
    ("stderr", b"", b"err\n"),
    ("none", b"", b""),
]


@pytest.mark.parametrize(("capture", "out", "err"), KEPT)
def test_what_is_not_kept_of_a_program_is_shown(
    capfdbinary: pytest.CaptureFixture[bytes], capture: str, out: bytes, err: bytes
) -> None:
    done = RealHost().run_program("sh", ["-c", "echo out; echo err >&2"], data=b"", capture=capture)
    assert (done.code, done.stdout, done.stderr) == (0, out, err)
    shown = capfdbinary.readouterr()
    assert (shown.out, shown.err) == (b"" if out else b"out\n", b"" if err else b"err\n")
