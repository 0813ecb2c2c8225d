"""Fetching: URLs, downloads from a server on loopback, archives, git. Messages are those of Nix 2.34.8."""

from __future__ import annotations

import gzip
import http.server
import io
import os
import random
import subprocess
import tarfile
import threading
import zipfile
from typing import TYPE_CHECKING

import pytest

from nixlite.errors import NixError
from nixlite.fetch.archive import unpack
from nixlite.fetch.curl import DownloadError
from nixlite.fetch.download import Downloader
from nixlite.fetch.git import Git
from nixlite.fetch.inputs import Input, date_text, input_from_attrs
from nixlite.fetch.references import input_from_url
from nixlite.fetch.url import git_url, parse_url
from nixlite.host.real import RealHost
from nixlite.store.nar import hash_tree
from nixlite.store.tree import Directory, File, Symlink, find
from tests.fetch.archives import tar as plain_tar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FEATURES = frozenset({"nix-command", "flakes", "fetch-tree"})

# --- URLs

URLS = [
    # text, written again
    ("https://example.org/a/b.tar.gz", "https://example.org/a/b.tar.gz"),
    ("https://u@example.org:8080/a%20b?x=1&b=%2B#f", "https://u@example.org:8080/a%20b?b=%2B&x=1#f"),
    ("file:///tmp/x", "file:///tmp/x"),
    ("path:/tmp/x?narHash=a=", "path:/tmp/x?narHash=a%3D"),
    ("path:./x", "path:./x"),
    ("git+ssh://git@example.org/r.git?ref=a/b", "git+ssh://git@example.org/r.git?ref=a/b"),
]


@pytest.mark.parametrize(("text", "written"), URLS)
def test_url(text: str, written: str) -> None:
    assert str(parse_url(text)) == written


BAD_URLS = [
    ("foo bar", "'foo bar' is not a valid URL: leftover"),
    ("/tmp/x", "'/tmp/x' doesn't have a scheme"),
    ("file://host/x", "file:// URL 'file://host/x' has unexpected authority 'host'"),
]


@pytest.mark.parametrize(("text", "message"), BAD_URLS)
def test_bad_url(text: str, message: str) -> None:
    with pytest.raises(NixError) as caught:
        parse_url(text)
    assert caught.value.message == message


GIT_URLS = [
    ("/tmp/a b", "file:///tmp/a%20b"),
    ("git@example.org:owner/repo.git", "ssh://git@example.org/owner/repo.git"),
    ("git+https://example.org/r", "https://example.org/r"),
    ("https://example.org/r", "https://example.org/r"),
]


@pytest.mark.parametrize(("text", "written"), GIT_URLS)
def test_git_url(text: str, written: str) -> None:
    assert str(git_url(text)) == written


INPUTS = [
    # URL, attributes, URL again
    ("path:/tmp/x", {"type": "path", "path": "/tmp/x"}, "path:/tmp/x"),
    ("https://h/x.tar.gz", {"type": "tarball", "url": "https://h/x.tar.gz"}, "https://h/x.tar.gz"),
    ("https://h/x.txt", {"type": "tarball", "url": "https://h/x.txt"}, "https://h/x.txt"),
    (
        "git+https://h/r?ref=main&submodules=1&x=y",
        {"type": "git", "url": "https://h/r?x=y", "ref": "main", "submodules": True},
        "git+https://h/r?ref=main&submodules=1&x=y",
    ),
    ("github:NixOS/nixpkgs", {"type": "github", "owner": "NixOS", "repo": "nixpkgs"}, "github:NixOS/nixpkgs"),
    (
        "github:NixOS/nixpkgs/nixos-24.05",
        {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-24.05"},
        "github:NixOS/nixpkgs/nixos-24.05",
    ),
    (
        f"gitlab:a/b/{'a' * 40}?host=h",
        {"type": "gitlab", "owner": "a", "repo": "b", "rev": "a" * 40, "host": "h"},
        f"gitlab:a/b/{'a' * 40}?host=h",
    ),
    ("flake:nixpkgs/x", {"type": "indirect", "id": "nixpkgs", "ref": "x"}, "flake:nixpkgs/x"),
]


@pytest.mark.parametrize(("text", "attrs", "written"), INPUTS, ids=[row[0] for row in INPUTS])
def test_input(text: str, attrs: dict[str, str | bool], written: str) -> None:
    source = input_from_url(text, FEATURES)
    assert source.attrs == attrs
    assert str(source) == written


BAD_INPUTS = [
    ({"type": "git", "foo": 1}, "input attribute 'foo' not supported by scheme 'git'"),
    ({"type": "git"}, "input attribute 'url' is missing"),
    ({"type": "git", "url": "/x", "ref": "a b"}, "invalid Git branch/tag name 'a b'"),
    ({"type": "git", "url": 1}, 'input attribute \'url\' is not a string {"type":"git","url":1}'),
]


@pytest.mark.parametrize(("attrs", "message"), BAD_INPUTS)
def test_bad_input(attrs: dict[str, str | int | bool], message: str) -> None:
    with pytest.raises(NixError) as caught:
        input_from_attrs(attrs, FEATURES)
    assert caught.value.message == message


def test_date_that_is_none() -> None:
    assert date_text(253402300800, "%Y%m%d") == "100000101"
    for seconds in (10**17, 2**63 - 1):
        with pytest.raises(NixError, match="which is no date"):
            date_text(seconds, "%Y")


# --- downloads


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path; counts requests, and fails the first ones to /flaky."""

    seen: list[str] = []  # noqa: RUF012 - one server at a time

    def do_GET(self) -> None:
        self.seen.append(self.path)
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/file")
            self.end_headers()
        elif self.path == "/flaky" and self.seen.count("/flaky") < 3:
            self.answer(503, b"later")
        elif self.path == "/etag" and self.headers["If-None-Match"] == '"1"':
            self.send_response(304)
            self.end_headers()
        elif self.path in ("/file", "/flaky", "/etag"):
            self.answer(200, b"content\n", ETag='"1"', Link='<https://h/x.tar.gz>; rel="immutable"')
        elif self.path == "/forbidden":
            self.answer(403, b"go away\n")
        else:
            self.answer(404, b"x" * 2000)

    def answer(self, code: int, body: bytes, **headers: str) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Handler.seen.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()
        thread.join()


def test_download(server: str) -> None:
    progress: list[tuple[int, int | None]] = []
    downloader = Downloader(
        RealHost(), progress=lambda url, received, total: progress.append((received, total))
    )
    found = downloader.get(server + "/redirect")
    assert (found.data, found.url) == (b"content\n", server + "/file")
    assert found.immutable_url == "https://h/x.tar.gz"
    assert progress == [(8, 8), (-1, None)]


def test_transient_errors_are_tried_again(server: str) -> None:
    warnings: list[str] = []
    waits: list[float] = []
    downloader = Downloader(RealHost(), warn=warnings.append, sleep=waits.append)
    assert downloader.get(server + "/flaky").data == b"content\n"
    assert waits == [0.25, 0.5]
    assert warnings[0] == (
        f"unable to download '{server}/flaky': HTTP error 503\n\nresponse body:\n\nlater; "
        "retrying in 250 ms (attempt 1/5)"
    )


HTTP_ERRORS = [
    ("/forbidden", "unable to download '{}/forbidden': HTTP error 403\n\nresponse body:\n\ngo away"),
    ("/none", "unable to download '{}/none': HTTP error 404"),
]


@pytest.mark.parametrize(("path", "message"), HTTP_ERRORS)
def test_http_error(server: str, path: str, message: str) -> None:
    with pytest.raises(DownloadError) as caught:
        Downloader(RealHost()).get(server + path)
    assert caught.value.message == message.format(server)
    assert Handler.seen == [path]


def test_answers_are_cached(server: str, tmp_path: Path) -> None:
    for _ in range(2):
        assert Downloader(RealHost(), cache_dir=str(tmp_path)).get(server + "/etag").data == b"content\n"
    assert Handler.seen == ["/etag"]
    assert Downloader(RealHost(), cache_dir=str(tmp_path), ttl=0).get(server + "/etag").data == b"content\n"
    assert Handler.seen == ["/etag", "/etag"]  # asked whether it changed: 304


def test_offline(server: str, tmp_path: Path) -> None:
    Downloader(RealHost(), cache_dir=str(tmp_path)).get(server + "/file")
    offline = Downloader(RealHost(), cache_dir=str(tmp_path), offline=True, ttl=0)
    assert offline.get(server + "/file").data == b"content\n"
    with pytest.raises(DownloadError, match="offline"):
        offline.get(server + "/flaky")


def test_server_that_is_gone(server: str, tmp_path: Path) -> None:
    warnings: list[str] = []
    Downloader(RealHost(), cache_dir=str(tmp_path)).get(server + "/file")
    gone = "http://127.0.0.1:1/"
    with pytest.raises(DownloadError) as caught:
        Downloader(RealHost(), attempts=1).get(gone)
    assert caught.value.message == (
        f"unable to download '{gone}': Could not connect to server (7) Failed to connect to "
        "127.0.0.1:1 after 0 ms: Could not connect to server"
    )
    assert warnings == []


def test_file_url(tmp_path: Path) -> None:
    (tmp_path / "a b").write_bytes(b"x")
    assert Downloader(RealHost()).get(f"file://{tmp_path}/a%20b").data == b"x"
    with pytest.raises(DownloadError) as caught:
        Downloader(RealHost()).get(f"file://{tmp_path}/no")
    assert caught.value.message == (
        f"unable to download 'file://{tmp_path}/no': Could not read a file:// file (37) "
        f"Could not open file {tmp_path}/no"
    )


# --- archives


def tar(mode: str, *, top: str = "pkg/") -> bytes:
    """An archive of an executable, a link and a file in a directory."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data, permissions in (("a", b"1", 0o755), ("sub/b", b"2", 0o644)):
            member = tarfile.TarInfo(top + name)
            member.size, member.mode, member.mtime = len(data), permissions, 1000
            archive.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo(top + "l")
        link.type, link.linkname, link.mtime = tarfile.SYMTYPE, "a", 2000
        archive.addfile(link)
    return buffer.getvalue()


TREE = Directory({"a": File(b"1", True), "sub": Directory({"b": File(b"2")}), "l": Symlink("a")})


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("top", ["pkg/", "./", ""])
def test_tar(mode: str, top: str) -> None:
    unpacked = unpack(tar(mode, top=top), RealHost())
    assert hash_tree(unpacked.node) == hash_tree(TREE)
    assert unpacked.last_modified == 2000


def test_zip() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        executable = zipfile.ZipInfo("pkg/a")
        executable.external_attr = 0o100755 << 16
        archive.writestr(executable, b"1")
        archive.writestr("pkg/sub/b", b"2")
        link = zipfile.ZipInfo("pkg/l")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "a")
    assert hash_tree(unpack(buffer.getvalue(), RealHost()).node) == hash_tree(TREE)


@pytest.mark.parametrize("data", [b"plain text\n", b"x", b"\x1f\x8b", b"PK"])
def test_no_archive(data: bytes) -> None:
    with pytest.raises(NixError) as caught:
        unpack(data, RealHost())
    assert caught.value.message == "Failed to open archive (Unrecognized archive format)"


def test_members_that_nix_crashes_at() -> None:
    """A file where a directory should be, and a file without a name: Nix 2.34.8 aborts."""
    for names in (("d/x", "d/x/y"), ("d/x", "")):
        with pytest.raises(NixError, match=r"archive member '.*' (lies below|has no name)"):
            unpack(plain_tar(*names), RealHost())


def test_large_archive_that_is_cut_off() -> None:
    """Of the first 192 KiB something is missing: no archive; later the file that is cut off is named."""
    noise = random.Random(1).randbytes(300_000)
    whole = gzip.compress(plain_tar("d/x", "d/y", content=noise))
    for part, message in (
        (whole[:180_000], "Failed to open archive (truncated gzip input)"),
        (whole[:-8], "cannot read file from tarball: Truncated tar archive detected while reading data"),
    ):
        with pytest.raises(NixError) as caught:
            unpack(part, RealHost())
        assert caught.value.message == message


# --- git


def git(directory: Path, *arguments: str, date: str = "2020-01-01T00:00:00Z") -> str:
    names = {"GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "n@example.org", "GIT_AUTHOR_DATE": date}
    names |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in names.items()}
    return subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *arguments],
        cwd=directory,
        env={**os.environ, **names, "GIT_CONFIG_GLOBAL": "/dev/null"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits, a tag on the second, a branch `other` at the first; a file that is not exported."""
    path = tmp_path / "repo"
    (path / "d").mkdir(parents=True)
    git(path, "init", "-q")
    (path / "x").write_text("1\n")
    (path / "x").chmod(0o755)
    (path / "d" / "y").write_text("2\n")
    (path / "ign").write_text("z\n")
    (path / ".gitattributes").write_text("ign export-ignore\n")
    (path / "l").symlink_to("x")
    git(path, "add", "-A")
    git(path, "commit", "-qm", "one")
    git(path, "branch", "other")
    (path / "x").write_text("3\n")
    git(path, "commit", "-qam", "two", date="2021-01-01T00:00:00Z")
    git(path, "tag", "v1")
    return path


def fetch(
    path: Path | str, cache: Path, **attrs: str | bool
) -> tuple[Directory, Input, int | None, list[str]]:
    warnings: list[str] = []
    source = input_from_attrs({"type": "git", "url": str(path), **attrs}, FEATURES)
    tree = Git(RealHost(), str(cache), warnings.append, warnings.append).fetch(source)
    assert isinstance(tree.node, Directory)
    count = tree.count_revisions() if tree.count_revisions else None
    return tree.node, Input(tree.attrs), count, warnings


def content(node: Directory, name: str) -> bytes:
    found = find(node, name)
    assert isinstance(found, File)
    return found.read()


def test_clean_working_tree(repository: Path, tmp_path: Path) -> None:
    node, source, count, warnings = fetch(repository, tmp_path)
    assert sorted(node.entries) == [".gitattributes", "d", "ign", "l", "x"]
    assert content(node, "x") == b"3\n"
    assert source.attrs["rev"] == git(repository, "rev-parse", "HEAD")
    assert (source.attrs["lastModified"], count, warnings) == (1609459200, 2, [])


def test_dirty_working_tree(repository: Path, tmp_path: Path) -> None:
    (repository / "x").write_text("changed\n")
    (repository / "d" / "y").unlink()
    (repository / "untracked").write_text("")
    node, source, count, warnings = fetch(repository, tmp_path)
    assert sorted(node.entries) == [".gitattributes", "ign", "l", "x"]
    assert content(node, "x") == b"changed\n"
    assert source.attrs["dirtyRev"] == git(repository, "rev-parse", "HEAD") + "-dirty"
    assert "rev" not in source.attrs
    assert (count, warnings) == (None, [f"Git tree '{repository}' is dirty"])


def test_link_in_the_place_of_a_directory(repository: Path, tmp_path: Path) -> None:
    """What git tracks is not what is behind the link (Nix 2.34.8: the path "is not tracked by Git")."""
    (repository / "d" / "y").unlink()
    (repository / "d").rmdir()
    (tmp_path / "no").mkdir()
    (tmp_path / "no" / "y").write_text("of somebody else")
    (repository / "d").symlink_to("../no")
    node, _, _, _ = fetch(repository, tmp_path)
    assert sorted(node.entries) == [".gitattributes", "ign", "l", "x"]


def test_what_a_repository_calls_its_monitor_is_not_started(repository: Path, tmp_path: Path) -> None:
    program = tmp_path / "monitor"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    program.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(program))
    fetch(repository, tmp_path)
    assert not (tmp_path / "started").exists()
    git(repository, "status")
    assert (tmp_path / "started").exists()  # git itself would


@pytest.mark.parametrize(("ref", "text"), [("other", b"1\n"), ("v1", b"3\n"), ("refs/heads/main", b"3\n")])
@pytest.mark.parametrize("bare", [False, True])
def test_commit(repository: Path, tmp_path: Path, ref: str, text: bytes, bare: bool) -> None:
    place: Path | str = repository
    if bare:
        if ref == "v1":
            ref = "refs/tags/v1"  # a clone asks for branches unless it is told otherwise
        git(tmp_path, "clone", "-q", "--bare", "repo", "bare.git")
        place = f"file://{tmp_path}/bare.git"
    node, source, count, _ = fetch(place, tmp_path / "cache", ref=ref, exportIgnore=True)
    assert sorted(node.entries) == [".gitattributes", "d", "l", "x"]
    assert content(node, "x") == text
    assert find(node, "x").executable  # type: ignore[union-attr]
    assert count == (1 if ref == "other" else 2)
    assert source.attrs["rev"] == git(repository, "rev-parse", ref)


def test_revision(repository: Path, tmp_path: Path) -> None:
    rev = git(repository, "rev-parse", "other")
    node, source, _, _ = fetch(repository, tmp_path, rev=rev, shallow=True)
    assert content(node, "x") == b"1\n"
    assert content(node, "ign") == b"z\n"
    assert source.is_locked


def test_submodules(repository: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repository), "sub")
    git(outer, "commit", "-qm", "outer")
    node, *_ = fetch(outer, tmp_path / "cache", ref="main")
    assert find(node, "sub/x") is None
    assert isinstance(find(node, "sub"), Directory)
    node, *_ = fetch(outer, tmp_path / "cache", ref="main", submodules=True)
    assert content(node, "sub/x") == b"3\n"
    node, *_ = fetch(outer, tmp_path / "cache", submodules=True)
    assert content(node, "sub/x") == b"3\n"


GIT_ERRORS = [
    ({"ref": "none"}, "resolving Git reference 'none': revspec 'none' not found (libgit2 error code = 4)"),
    (
        {"rev": "0" * 39 + "1"},
        (
            "getting Git object '0000000000000000000000000000000000000001': object not found - "
            "no match for id (0000000000000000000000000000000000000001) (libgit2 error code = 9)"
        ),
    ),
    (
        {"submodules": True, "exportIgnore": True},
        "exportIgnore and submodules are not supported together yet",
    ),
]


@pytest.mark.parametrize(("attrs", "message"), GIT_ERRORS)
def test_git_error(repository: Path, tmp_path: Path, attrs: dict[str, str | bool], message: str) -> None:
    with pytest.raises(NixError) as caught:
        fetch(repository, tmp_path, **attrs)
    assert caught.value.message == message


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(NixError) as caught:
        fetch(tmp_path / "nope", tmp_path)
    assert caught.value.message == f'Git repository "{tmp_path}/nope" does not exist.'
    (tmp_path / "plain").mkdir()
    with pytest.raises(NixError) as caught:
        fetch(tmp_path / "plain", tmp_path)
    assert caught.value.message == f"Failed to fetch git repository 'file://{tmp_path}/plain'"
