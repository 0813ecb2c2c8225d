"""Binary caches; paths and the signature are those that Nix 2.34.8 made for the same objects."""

from __future__ import annotations

import bz2
import http.server
import lzma
import threading
from typing import TYPE_CHECKING

import pytest

from nixlite.errors import NixError
from nixlite.fetch.binary_cache import (
    BinaryCache,
    copy_closure,
    copy_rewritten,
    is_content_addressed,
)
from nixlite.fetch.download import Downloader
from nixlite.host.real import RealHost
from nixlite.store.ed25519 import is_valid
from nixlite.store.hashing import hash_bytes
from nixlite.store.nar import dump
from nixlite.store.store import Store
from nixlite.store.tree import Directory, File, Node, Symlink

if TYPE_CHECKING:
    from collections.abc import Iterator

X = "/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x"
Y = "/nix/store/9hmxji993dalx71hzlgv14bp70i8nmga-y"
IA = "/nix/store/11111111111111111111111111111111-ia"
REWRITTEN = "/nix/store/ncc0rj5v6k3lybdnk6n4vcnwhjwaflqp-ia"
KEY = "test-1:wxXlCIIgu+2W8SNaizYA4NfXXx6eqm2hucJqdBeLMyA="
SIGNATURE = "test-1:iIgNV4b7RgcjvbIkLTSGKs4EL+mQihIaq8DgCYS4NlqSE+nntZs95BHuHiz+Vj/sFCSc/NArOv4KjnuOvlpFCw=="

OBJECTS: dict[str, tuple[Node, tuple[str, ...], str, str]] = {
    # tree, references, content address, signature
    X: (File(b"y"), (), "text:sha256:1ymh908v3l1pkgvqqaj1j0inihh0srspi3jbzy68izsl70vf9z51", ""),
    Y: (
        File(b"ref " + X.encode()),
        (X,),
        "text:sha256:0x27ilw04xv7jzcflkj1zmxby4agz3l4b7m9srq4i4n5w6ngaq2y",
        "",
    ),
    IA: (
        Directory({"f": File(f"self {IA} dep {Y} self again {IA}\n".encode()), "l": Symlink(IA + "/f")}),
        (IA, Y),
        "",
        SIGNATURE,
    ),
}
PACKERS = {X: ("xz", lzma.compress), Y: ("bzip2", bz2.compress), IA: ("none", bytes)}


def files() -> dict[str, bytes]:
    """What such a cache serves."""
    result = {"/nix-cache-info": b"StoreDir: /nix/store\n"}
    for path, (node, references, ca, signature) in OBJECTS.items():
        pieces: list[bytes] = []
        dump(node, pieces.append)
        data = b"".join(pieces)
        name = path.rpartition("/")[2]
        compression, pack = PACKERS[path]
        result[f"/nar/{name}"] = pack(data)
        lines = [
            f"StorePath: {path}", f"URL: nar/{name}", f"Compression: {compression}",
            f"NarHash: {hash_bytes('sha256', data).text('nix32')}", f"NarSize: {len(data)}",
            "References: " + " ".join(below.rpartition("/")[2] for below in references),
        ]  # fmt: skip
        lines += [f"CA: {ca}"] if ca else []
        lines += [f"Sig: {signature}"] if signature else []
        result[f"/{name[:32]}.narinfo"] = "".join(line + "\n" for line in lines).encode()
    return result


@pytest.fixture
def served() -> Iterator[tuple[str, dict[str, bytes]]]:
    table = files()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = table.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}", table
        httpd.shutdown()
        thread.join()


def cache_at(url: str) -> BinaryCache:
    return BinaryCache(url, Downloader(RealHost()), "/nix/store")


def test_closure_is_copied(served: tuple[str, dict[str, bytes]]) -> None:
    store = Store()
    copy_closure(cache_at(served[0]), store, Y, [])
    assert set(store.objects) == {X, Y}
    assert store.read(Y) == b"ref " + X.encode()
    assert store.references(Y) == (X,)


def test_signature_is_needed(served: tuple[str, dict[str, bytes]]) -> None:
    with pytest.raises(NixError, match="because it lacks a signature by a trusted key"):
        copy_closure(cache_at(served[0]), Store(), IA, ["test-1:" + "A" * 43 + "="])
    store = Store()
    copy_closure(cache_at(served[0]), store, IA, [KEY])
    assert IA in store.objects
    copy_closure(cache_at(served[0]), Store(), IA, None)  # require-sigs = false


def test_content_addresses(served: tuple[str, dict[str, bytes]]) -> None:
    cache = cache_at(served[0])
    assert [is_content_addressed(cache.info(path), "/nix/store") for path in OBJECTS] == [True, True, False]


def test_rewriting(served: tuple[str, dict[str, bytes]]) -> None:
    store = Store()
    assert copy_rewritten(cache_at(served[0]), store, IA) == REWRITTEN
    y = "/nix/store/s72fmzq16qyv50xb1b09a7isxl77fjk0-y"
    assert store.read(REWRITTEN + "/f") == f"self {REWRITTEN} dep {y} self again {REWRITTEN}\n".encode()
    assert store.references(REWRITTEN) == (REWRITTEN, y)


def test_damaged_archive(served: tuple[str, dict[str, bytes]]) -> None:
    url, table = served
    table[f"/nar/{IA[11:]}"] += b"x"
    with pytest.raises(NixError, match="hash mismatch importing path"):
        copy_closure(cache_at(url), Store(), IA, [KEY])


def test_what_is_not_there(served: tuple[str, dict[str, bytes]]) -> None:
    url, table = served
    with pytest.raises(NixError, match=r"path '/nix/store/0{32}-x' is not valid"):
        cache_at(url).info(f"/nix/store/{'0' * 32}-x")
    del table["/nix-cache-info"]
    with pytest.raises(NixError, match=f"'{url}' does not appear to be a binary cache"):
        cache_at(url)


def test_ed25519() -> None:
    # RFC 8032, section 7.1, test 2
    key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert is_valid(key, b"\x72", signature)
    assert not is_valid(key, b"\x73", signature)
    assert not is_valid(key, b"\x72", signature[:-1] + b"\x10")
    assert not is_valid(key[:-1], b"\x72", signature)
