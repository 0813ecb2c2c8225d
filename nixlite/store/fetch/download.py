"""Downloads: `file://` and `http(s)://`, with retries, a cache on disk and progress.

Messages are those of Nix, which uses curl; Python's errors are put into curl's words.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import EvalError
from nixlite.store.fetch.url import parse_url
from nixlite.store.hashing import digest

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 1 << 16
SHOWN_BODY = 1024
FINAL_CODES = frozenset({501, 505, 511})
RETRIED_CODES = frozenset({408, 429})
ABSENT_CODES = frozenset({403, 404, 410})
LINK_HEADER_FLAKEREF = 'rel="immutable"'


class Download(NamedTuple):
    """What was downloaded: the bytes, the last URL after redirections, and a `Link` to the same for ever."""

    data: bytes
    url: str
    immutable_url: str | None = None


class DownloadError(EvalError):
    """A download that failed: *transient* when trying again may help, *absent* when nothing is there."""

    transient = False
    absent = False


class Downloader:
    """Downloads for one evaluation.

    *cache_dir* (None: no cache) keeps answers; within *ttl* seconds a server is not asked again, later only
    whether anything changed. *warn* gets warnings, *progress* the URL, the bytes received and the total (None
    when the server does not say; -1 received when it is done).
    """

    def __init__(
        self,
        *,
        cache_dir: str | None = None,
        ttl: int = 3600,
        attempts: int = 5,
        timeout: float = 15.0,
        offline: bool = False,
        warn: Callable[[str], None] | None = None,
        progress: Callable[[str, int, int | None], None] | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self.cache_dir = cache_dir
        self.ttl = ttl
        self.attempts = attempts
        self.timeout = timeout
        self.offline = offline
        self.warn = warn or ignore
        self.progress = progress or ignore
        self.sleep = sleep or wait

    def get(self, url: str, started: Callable[[], object] | None = None) -> Download:
        """The content of *url*; *started* is called unless the cache has it. Raises DownloadError."""
        if ":" not in url:
            raise DownloadError(f"URL '{url}' doesn't have a scheme")
        parsed = parse_url(url)
        started = started or ignore
        if parsed.scheme == "file":
            started()
            return Download(read_file(url, parsed.file_path), url)
        if parsed.scheme not in ("http", "https"):
            raise DownloadError(
                f"unable to download '{url}': Unsupported protocol (1) "
                f'Protocol "{parsed.scheme}" not supported'
            )
        cached = self.cached(url)
        if cached is not None and (self.offline or cached["age"] < self.ttl):
            return cached["download"]  # type: ignore[no-any-return]
        if self.offline:
            raise DownloadError(f"unable to download '{url}': nothing is cached, and '--offline' is given")
        started()
        try:
            return self.retried(url, cached)
        except DownloadError as error:
            if cached is None:
                raise
            self.warn(f"{error.message}; using cached version")
            return cached["download"]  # type: ignore[no-any-return]

    def retried(self, url: str, cached: dict[str, Any] | None) -> Download:
        """Try several times."""
        attempt = 1
        while True:
            try:
                return self.request(url, cached)
            except DownloadError as error:
                if not error.transient or attempt >= self.attempts:
                    raise
                delay = 250 * 2 ** (attempt - 1)
                self.warn(f"{error.message}; retrying in {delay} ms (attempt {attempt}/{self.attempts})")
                self.sleep(delay / 1000)
                attempt += 1

    def request(self, url: str, cached: dict[str, Any] | None) -> Download:
        """One request."""
        from http.client import HTTPException
        from urllib.error import HTTPError, URLError
        from urllib.request import Request, urlopen  # slow to import; absent in a browser

        headers = {"User-Agent": "nixlite", "Accept-Encoding": "identity"}
        if cached is not None and cached["etag"]:
            headers["If-None-Match"] = cached["etag"]
        try:
            with urlopen(Request(url, headers=headers), timeout=self.timeout) as answer:
                data = self.receive(url, answer)
                result = Download(data, answer.geturl(), immutable_link(answer.headers.get_all("Link")))
                self.remember(url, result, answer.headers.get("ETag") or "")
                return result
        except HTTPError as error:
            if error.code == 304 and cached is not None:
                known: Download = cached["download"]
                self.remember(url, known, cached["etag"])
                return known
            raise http_failure(url, error.code, error.read()) from None
        except URLError as error:
            raise connection_failure(url, error.reason) from None
        except (OSError, HTTPException) as error:
            raise connection_failure(url, error) from None
        finally:
            self.progress(url, -1, None)

    def receive(self, url: str, answer: Any) -> bytes:
        """Read the body, telling of the progress."""
        length = answer.headers.get("Content-Length")
        total = int(length) if length and length.isdecimal() else None
        parts = []
        received = 0
        while chunk := answer.read(CHUNK):
            parts.append(chunk)
            received += len(chunk)
            self.progress(url, received, total)
        return b"".join(parts)

    # --- the cache: one file with what the server said and one with the body

    def entry(self, url: str) -> str | None:
        """The cache file of a URL, without its ending."""
        if self.cache_dir is None:
            return None
        return os.path.join(
            self.cache_dir, "http", digest("sha256", url.encode("utf-8", "surrogateescape")).hex()
        )

    def cached(self, url: str) -> dict[str, Any] | None:
        """What the cache holds: `download`, `etag`, and `age` in seconds."""
        base = self.entry(url)
        if base is None:
            return None
        import json
        import time

        try:
            with open(base + ".json", encoding="utf-8") as file:
                row = json.load(file)
            with open(base + ".body", "rb") as file:
                data = file.read()
        except (OSError, ValueError):
            return None
        download = Download(data, row["effective"], row["immutable"])
        return {"download": download, "etag": row["etag"], "age": time.time() - row["time"]}

    def remember(self, url: str, download: Download, etag: str) -> None:
        """Keep a download; a cache that cannot be written is no error."""
        base = self.entry(url)
        if base is None:
            return
        import json
        import time

        row = {
            "url": url, "effective": download.url, "immutable": download.immutable_url,
            "etag": etag, "time": time.time(),
        }  # fmt: skip
        try:
            os.makedirs(os.path.dirname(base), exist_ok=True)
            write_file(base + ".body", download.data)
            write_file(base + ".json", json.dumps(row).encode())
        except OSError:
            return


def ignore(*arguments: object) -> None:
    """Nobody listens."""


def wait(seconds: float) -> None:
    """Sleep."""
    import time

    time.sleep(seconds)


def write_file(path: str, data: bytes) -> None:
    """Write a file so that nobody sees half of it."""
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "wb") as file:
        file.write(data)
    os.replace(temporary, path)


def read_file(url: str, path: str) -> bytes:
    """The file of a `file://` URL."""
    try:
        with open(path.encode("utf-8", "surrogateescape"), "rb") as file:
            return file.read()
    except OSError:
        raise DownloadError(
            f"unable to download '{url}': Could not read a file:// file (37) Could not open file {path}"
        ) from None


def immutable_link(headers: list[str] | None) -> str | None:
    """The URL in a `Link: <…>; rel="immutable"` header."""
    for header in headers or ():
        for link in header.split(","):
            target, _, rest = link.strip().partition(">")
            if target.startswith("<") and LINK_HEADER_FLAKEREF in rest:
                return target[1:]
    return None


def http_failure(url: str, code: int, body: bytes) -> DownloadError:
    """The error for an answer that is no success, with its body when that is short."""
    message = f"unable to download '{url}': HTTP error {code}"
    if len(body) < SHOWN_BODY or b"<html>" in body:
        message += "\n\nresponse body:\n\n" + body.decode("utf-8", "surrogateescape").rstrip(" \n\r\t")
    error = DownloadError(message)
    error.absent = code in ABSENT_CODES
    error.transient = code in RETRIED_CODES or (code >= 500 and code not in FINAL_CODES)
    return error


def connection_failure(url: str, reason: object) -> DownloadError:
    """The error for a server that cannot be reached, in curl's words."""
    import socket
    import ssl

    server = parse_url(url)
    host, _, port = (server.authority or "").rpartition("@")[2].partition(":")
    port = port or {"http": "80", "https": "443"}[server.scheme]
    if isinstance(reason, socket.gaierror):
        text = f"Could not resolve hostname (6) Could not resolve host: {host}"
    elif isinstance(reason, TimeoutError):
        text = "Timeout was reached (28) Connection timed out"
    elif isinstance(reason, ssl.SSLError):
        text = f"SSL peer certificate or SSH remote key was not OK (60) {reason}"
    elif isinstance(reason, ConnectionRefusedError):
        text = (
            f"Could not connect to server (7) Failed to connect to {host} port {port} after 0 ms: "
            "Could not connect to server"
        )
    else:
        text = f"Failure when receiving data from the peer (56) {reason}"
    error = DownloadError(f"unable to download '{url}': {text}")
    error.transient = True
    return error
