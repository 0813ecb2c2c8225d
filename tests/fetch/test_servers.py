"""Servers that answer badly, on loopback: how often they are asked, and the words of Nix 2.34.8."""

from __future__ import annotations

import gzip
import socket
import socketserver
import struct
import threading
from typing import TYPE_CHECKING

import pytest

from nixlite.fetch.curl import DownloadError
from nixlite.fetch.download import Downloader
from nixlite.host.real import RealHost

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def answer(status: int, body: bytes, *headers: str) -> bytes:
    """An answer as it goes over the wire."""
    return "".join([f"{line}\r\n" for line in (f"HTTP/1.1 {status} X", *headers, "")]).encode() + body


ZIPPED = gzip.compress(b"hello", mtime=0)
ANSWERS = {
    "short": answer(200, b"0123456789", "Content-Length: 1000"),
    "resumable": answer(200, b"0123456789", "Content-Length: 1000", "Accept-Ranges: bytes"),
    "long": answer(200, b"0123456789", "Content-Length: 5"),
    "no-length": answer(200, b"0123456789"),
    "beyond": answer(200, b"0123456789", f"Content-Length: {2**64}"),
    "enormous": answer(200, b"0123456789", f"Content-Length: {'9' * 5000}"),
    "bad-length": answer(200, b"0123456789", "Content-Length: abc"),
    "negative": answer(200, b"0123456789", "Content-Length: -5"),
    "chunks": answer(200, b"a\r\n0123456789\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    "chunks-and-length": answer(
        200, b"a\r\n0123456789\r\n0\r\n\r\n", "Transfer-Encoding: chunked", "Content-Length: 1000"
    ),
    "chunks-cut": answer(200, b"a\r\n0123456789\r\nff\r\nabc", "Transfer-Encoding: chunked"),
    "chunks-cut-between": answer(200, b"a\r\n0123456789\r\n", "Transfer-Encoding: chunked"),
    "chunks-bad": answer(200, b"zz\r\n0123456789\r\n", "Transfer-Encoding: chunked"),
    "gzip": answer(200, ZIPPED, "Content-Encoding: gzip", f"Content-Length: {len(ZIPPED)}"),
    "gzip-bad": answer(200, b"hello", "Content-Encoding: gzip", "Content-Length: 5"),
    "empty": b"",
    "garbage": b"garbage\r\n\r\n",
    "huge": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200000 + b"\r\n\r\nx",
    "moved-nowhere": answer(302, b"", "Content-Length: 0"),
    "moved-to-file": answer(302, b"", "Location: file:///etc/passwd", "Content-Length: 0"),
    "moved-to-itself": answer(302, b"", "Location: /moved-to-itself", "Content-Length: 0"),
    "moved-to-short": answer(302, b"", "Location: /short", "Content-Length: 0"),
    "not-found": answer(404, b"nope\n", "Content-Length: 5"),
    "not-found-silent": answer(404, b"", "Content-Length: 0"),
    "broken": answer(500, b"oops", "Content-Length: 4"),
    "not-implemented": answer(501, b"oops", "Content-Length: 4"),
    "too-many": answer(429, b"slow", "Content-Length: 4"),
    "reset": b"",  # see Handler
}
PARTIAL = "HTTP error 200 (curl error: Transferred a partial file)"
RECEIVING = "HTTP error 200 (curl error: Failure when receiving data from the peer)"
WEIRD = "HTTP error 200 (curl error: Weird server reply)"
FAILURES = [
    # path, what the message says, how often it is asked: for a file, for an archive that is unpacked meanwhile
    ("short", PARTIAL, 2, 1),
    ("resumable", PARTIAL, 2, 2),
    ("chunks-cut", PARTIAL, 2, 1),
    ("chunks-cut-between", PARTIAL, 2, 1),
    ("chunks-bad", RECEIVING, 2, 2),
    ("bad-length", WEIRD, 2, 2),
    ("negative", WEIRD, 2, 2),
    (
        "gzip-bad",
        "HTTP error 200 (curl error: Unrecognized or bad HTTP Content or Transfer-Encoding)",
        1,
        1,
    ),
    ("empty", "Server returned nothing (no headers, no data) (52) Empty reply from server", 2, 2),
    ("garbage", "Unsupported protocol (1) Received HTTP/0.9 when not allowed", 1, 1),
    ("huge", "HTTP error 200 (curl error: A value or data field grew larger than allowed)", 2, 2),
    ("moved-nowhere", "HTTP error 302", 2, 2),
    ("moved-to-file", "HTTP error 302 (curl error: Unsupported protocol)", 1, 1),
    ("moved-to-itself", "HTTP error 302 (curl error: Number of redirects hit maximum amount)", 11, 11),
    ("moved-to-short", PARTIAL, 4, 2),
    ("not-found", "HTTP error 404\n\nresponse body:\n\nnope", 1, 1),
    ("not-found-silent", "HTTP error 404", 1, 1),
    ("broken", "HTTP error 500\n\nresponse body:\n\noops", 2, 2),
    ("not-implemented", "HTTP error 501\n\nresponse body:\n\noops", 1, 1),
    ("too-many", "HTTP error 429\n\nresponse body:\n\nslow", 2, 2),
    ("reset", RECEIVING, 2, 1),
]
WHOLE = [
    ("long", b"01234"),
    ("no-length", b"0123456789"),
    ("beyond", b"0123456789"),
    ("enormous", b"0123456789"),
    ("chunks", b"0123456789"),
    ("chunks-and-length", b"0123456789"),
    ("gzip", b"hello"),
]


class Handler(socketserver.BaseRequestHandler):
    """Sends one of `ANSWERS` and closes the connection; `asked` counts."""

    asked = 0

    def handle(self) -> None:
        type(self).asked += 1
        request = b""
        while b"\r\n\r\n" not in request:
            request += self.request.recv(4096)
        name = request.split(b" ")[1].decode().lstrip("/")
        if name == "reset":
            self.request.sendall(answer(200, b"012", "Content-Length: 1000"))
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.request.close()
        else:
            self.request.sendall(ANSWERS[name])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("name", "text", "asked", "asked_streamed"), FAILURES, ids=[row[0] for row in FAILURES]
)
def test_failure(server: str, tmp_path: Path, name: str, text: str, asked: int, asked_streamed: int) -> None:
    for streamed, expected in ((False, asked), (True, asked_streamed)):
        Handler.asked = 0
        downloader = Downloader(RealHost(), cache_dir=str(tmp_path), attempts=2, sleep=lambda seconds: None)
        with pytest.raises(DownloadError) as caught:
            downloader.get(f"{server}/{name}", streamed=streamed)
        assert caught.value.message == f"unable to download '{server}/{name}': {text}"
        assert Handler.asked == expected
    assert list(tmp_path.iterdir()) == []  # nothing is kept of what failed


@pytest.mark.parametrize(("name", "data"), WHOLE)
def test_whole(server: str, name: str, data: bytes) -> None:
    assert Downloader(RealHost(), attempts=1).get(f"{server}/{name}").data == data


def test_truncated_is_asked_for_again(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ANSWERS, "once", ANSWERS["short"])

    def mend(seconds: float) -> None:
        ANSWERS["once"] = answer(200, b"whole", "Content-Length: 5")

    warnings: list[str] = []
    downloader = Downloader(RealHost(), cache_dir=str(tmp_path), sleep=mend, warn=warnings.append)
    assert downloader.get(f"{server}/once").data == b"whole"
    assert warnings == [f"unable to download '{server}/once': {PARTIAL}; retrying in 250 ms (attempt 1/5)"]


@pytest.mark.parametrize(
    "row", ["", "[]", '{"url": 1}', '{"effective": 1, "immutable": 2, "etag": 3, "time": 4}', "\0"]
)
def test_damaged_cache_is_no_cache(server: str, tmp_path: Path, row: str) -> None:
    downloader = Downloader(RealHost(), cache_dir=str(tmp_path))
    url = f"{server}/chunks"
    downloader.get(url)
    (entry,) = (tmp_path / "http").glob("*.json")
    entry.write_text(row)
    Handler.asked = 0
    assert downloader.get(url).data == b"0123456789"
    assert Handler.asked == 1


REJECTED = [
    # URL, what the message says after it
    (
        "file:tmp/x",
        "URL using bad/illegal format or missing URL (3) URL rejected: Port number was not a decimal number between 0 and 65535",
    ),
    ("file://elsewhere/x", "URL using bad/illegal format or missing URL (3) URL rejected: Bad file:// URL"),
    (
        "http://127.0.0.1:99999/",
        "URL using bad/illegal format or missing URL (3) URL rejected: Port number was not a decimal number between 0 and 65535",
    ),
    (
        "http://127.0.0.1:x/",
        "URL using bad/illegal format or missing URL (3) URL rejected: Port number was not a decimal number between 0 and 65535",
    ),
    ("http://a b/", "URL using bad/illegal format or missing URL (3) URL rejected: Bad hostname"),
    ("zork://x/", 'Unsupported protocol (1) Protocol "zork" not supported'),
    (
        "http://127.0.0.1:1/é",
        "Could not connect to server (7) Failed to connect to 127.0.0.1:1 after 0 ms: Could not connect to server",
    ),
    (
        "http://[::1]:1/",
        "Could not connect to server (7) Failed to connect to ::1:1 after 0 ms: Could not connect to server",
    ),
]


@pytest.mark.parametrize(("url", "text"), REJECTED, ids=[row[0] for row in REJECTED])
def test_rejected(url: str, text: str) -> None:
    with pytest.raises(DownloadError) as caught:
        Downloader(RealHost(), attempts=1).get(url)
    assert caught.value.message == f"unable to download '{url}': {text}"


def test_directory_is_listed(tmp_path: Path) -> None:
    """As curl does: names that begin with no dot, a line each."""
    for name in ("b", "a", ".hidden"):
        (tmp_path / name).write_text("")
    for url in (f"file://{tmp_path}", f"file://localhost{tmp_path}/"):
        assert sorted(Downloader(RealHost()).get(url).data.splitlines()) == [b"a", b"b"]
