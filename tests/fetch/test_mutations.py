"""Damaged archives, answers of servers and data files: a Nix error at most, never one of Python's.

The damage is the same in every run. `NIXLITE_MUTATIONS=5000` does more of it.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import tarfile
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.fetch.archive import unpack
from nixlite.fetch.binary_cache import BinaryCache, copy_closure, copy_rewritten
from nixlite.fetch.download import Download, Downloader
from nixlite.fetch.forges import revision_of
from nixlite.fetch.inputs import Input
from nixlite.host.capturing import CapturingHost
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.source import Source
from nixlite.store.hashing import hash_bytes
from nixlite.store.nar import dump, hash_tree, restore
from nixlite.store.store import Store
from nixlite.store.tree import Directory, File, Symlink
from tests.fetch.archives import TREE, member, tar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COUNT = int(os.environ.get("NIXLITE_MUTATIONS", "200"))


def mutations(data: bytes, seed: str) -> Iterator[bytes]:
    """*data*, damaged in one to three places: changed, lost, repeated, strange or missing bytes."""
    chance = random.Random(seed)
    for _ in range(COUNT):
        result = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(result) + 1)
            end = min(len(result), at + chance.choice((1, 1, 2, 8, 100)))
            kind = chance.randrange(6)
            if kind == 0:
                result[at:end] = chance.randbytes(end - at)
            elif kind == 1:
                del result[at:end]
            elif kind == 2:
                result[at:at] = result[at:end]
            elif kind == 3:
                result[at:at] = chance.choice(
                    (b"\0", b"\xff" * 8, b"-1", b"9" * 30, b'"', b"[" * 50, b"\xc3\x28")
                )
            elif kind == 4:
                result[at:end] = chance.choice((b"\0", b"\xff", b"7", b" ")) * (end - at)
            else:
                del result[at:]
        yield bytes(result)


def old_tar() -> bytes:
    """A tar archive in GNU's format, with long names and a sparse file's header."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:", format=tarfile.GNU_FORMAT) as archive:
        for info in (
            member("d/" + "n" * 150),
            member("d/l", tarfile.SYMTYPE, "t" * 150),
            member("d/s", b"S"),
        ):
            archive.addfile(info)
    return buffer.getvalue()


def deflated() -> bytes:
    """A zip archive with compressed members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pkg/a", "1" * 1000)
        archive.writestr("pkg/b/c", "text")
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("pkg/d", "text" * 100)
    return buffer.getvalue()


LONG = tar("pkg/" + "n" * 200, member("pkg/h", tarfile.LNKTYPE, "pkg/x"), "pkg/x")  # pax headers
ARCHIVES = {
    "tar": TREE,
    "tar.pax": LONG,
    "tar.gnu": old_tar(),
    "tar.gz": gzip.compress(LONG, mtime=0),
    "tar.bz2": bz2.compress(LONG),
    "tar.xz": lzma.compress(LONG),
    "tar.lzma": lzma.compress(LONG, format=lzma.FORMAT_ALONE),
    "zip": deflated(),
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archive(kind: str) -> None:
    for data in mutations(ARCHIVES[kind], kind):
        with suppress(NixError):
            hash_tree(unpack(data, RealHost()).node)


GITHUB = {"sha": "a" * 40, "commit": {"tree": {"sha": "b" * 40}}, "n": [1, None, True]}
ANSWERS = {
    "github": json.dumps(GITHUB).encode(),
    "gitlab": json.dumps([{"id": "a" * 40, "parents": []}]).encode(),
    "sourcehut": b"ref: refs/heads/main\n" + b"a" * 40 + b"\trefs/heads/main\n",
}


class Canned(Downloader):
    """Answers everything with the same bytes, or by the end of the URL."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        super().__init__(RealHost())
        self.answers = answers

    def get(self, url: str, started: object = None, *, streamed: bool = False) -> Download:
        return Download(next(data for end, data in self.answers.items() if url.endswith(end)), url)


@pytest.mark.parametrize("kind", ANSWERS)
def test_answer_of_a_forge(kind: str) -> None:
    for data in (
        b"[]",
        b"null",
        b"{}",
        b"1",
        b'{"sha": 1}',
        b'[{"id": null}]',
        *mutations(ANSWERS[kind], kind),
    ):
        source = Input({"type": kind, "owner": "a", "repo": "b"})
        with suppress(NixError):
            _ = source.copy(rev=revision_of(Canned({"": data}), source)).rev


PARTS: list[bytes] = []
dump(
    Directory({"a": File(b"1" * 1000, True), "l": Symlink("a"), "d": Directory({"b": File(b"")})}),
    PARTS.append,
)
NAR = b"".join(PARTS)
PATH = "/nix/store/00000000000000000000000000000000-x"
INFO = (
    f"StorePath: {PATH}\nURL: x.nar\nNarSize: {len(NAR)}\nNarHash: {hash_bytes('sha256', NAR).text('nix32')}\n"
    "References: 00000000000000000000000000000000-x\nSig: key-1:AAAA\n"
    "CA: fixed:r:sha256:0000000000000000000000000000000000000000000000000000\nCompression: "
)


@pytest.mark.parametrize("compression", ["none", "xz", "gzip", "bzip2"])
def test_binary_cache(compression: str) -> None:
    compress = {"none": bytes, "xz": lzma.compress, "gzip": gzip.compress, "bzip2": bz2.compress}[compression]
    info = f"{INFO}{compression}\n".encode()
    for bad_info, bad_data in zip(
        mutations(info, compression), mutations(compress(NAR), compression), strict=True
    ):
        for text, data in ((bad_info, compress(NAR)), (info, bad_data)):
            cache = BinaryCache(
                "http://x", Canned({"nix-cache-info": b"", ".narinfo": text, "": data}), "/nix/store"
            )
            with suppress(NixError):
                copy_closure(cache, Store(), PATH, ["key-1:AAAA"])
            with suppress(NixError):
                copy_rewritten(cache, Store(), PATH)


def test_nix_archive() -> None:
    for data in mutations(NAR, "nar"):
        with suppress(NixError):
            hash_tree(restore(data))


JSON = b'{"a": [1, -2.5e10, "\\u00e9\\ud83d\\ude00 x", null, true, {"b": {}}], "c": 123456789012345678901}'
TOML = (
    b'title = "x \\u00e9"\n[a]\nb = [1, 2.5, 0x1f, 1e3]\n"q.r" = \'lit\'\nd = 1979-05-27T07:32:00Z\n[[a.t]]\n'
    b'n = { x = 1, y = "z" }\nm = """\nlong\n"""\n'
)


@pytest.mark.parametrize(("reader", "data"), [("fromJSON", JSON), ("fromTOML", TOML)])
def test_fetched_data(tmp_path: Path, reader: str, data: bytes) -> None:
    evaluator = Evaluator(Settings(cwd=str(tmp_path)), CapturingHost({}))
    for number, bad in enumerate(mutations(data, reader)):
        (tmp_path / f"{number}").write_bytes(bad)
        text = f'with builtins; toJSON ({reader} (readFile (fetchurl "file://{tmp_path}/{number}")))'
        with suppress(NixError):
            evaluator.evaluate_source(Source("case", text, base=str(tmp_path)))
