"""Downloads: `file:` and `http(s):`, with retries, a cache on disk and progress. `curl.py` words failures."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError, NotGranted, RestrictedError
from nixlite.fetch import curl
from nixlite.fetch.curl import DownloadError, connection_failure, failure, http_failure
from nixlite.fetch.url import percent_decode
from nixlite.limits.growth import fetched
from nixlite.spelling import natural
from nixlite.store.hashing import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.host.host import Host
    from nixlite.host.outside import Answer

CHUNK = 1 << 16
LARGEST = 2**63 - 1
"""Bytes that a file can have."""
SUCCESS = (200, 201, 204, 206)
MOVED = (301, 302, 303, 307, 308)
LINK_HEADER_FLAKEREF = 'rel="immutable"'


class Download(NamedTuple):
    """What was downloaded: the bytes, the last URL after redirections, and a `Link` to the same for ever."""

    data: bytes
    url: str
    immutable_url: str | None = None


class Cached(NamedTuple):
    """What the cache holds of a URL, since the second *time*."""

    download: Download
    etag: str
    time: int


class Downloader:
    """Downloads for one evaluation, by way of a *host*.

    *cache_dir* (None: no cache) keeps answers; within *ttl* seconds a server is not asked again, later only
    whether anything changed. *warn* gets warnings, *progress* the URL, the bytes received and the total (None
    when the server does not say; -1 received when it is done).
    """

    def __init__(
        self,
        host: Host,
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
        self.host = host
        self.cache_dir = cache_dir
        self.ttl = ttl
        self.attempts = attempts
        self.timeout = timeout
        self.offline = offline
        self.warn = warn or ignore
        self.progress = progress or ignore
        self.sleep = sleep or wait

    def get(
        self,
        url: str,
        started: Callable[[], object] | None = None,
        *,
        streamed: bool = False,
        fixed: bool = False,
    ) -> Download:
        """The content of *url*; *started* is called unless the cache has it. Raises DownloadError.

        *streamed*: what broke off is not tried again unless the server could send only the rest; Nix unpacks
        an archive while it comes in. *fixed*: what is there never changes, so what the cache has will do.
        """
        if ":" not in url:
            raise DownloadError(f"URL '{url}' doesn't have a scheme")
        started = started or ignore
        if not url.lower().startswith(("http:/", "https:/")):
            started()
            return Download(read_file(self.host, url), url)
        cached = self.cached(url)
        if cached is not None and (fixed or self.offline or self.host.is_before(cached.time + self.ttl)):
            return cached.download
        if self.offline:
            raise DownloadError(f"unable to download '{url}': nothing is cached, and '--offline' is given")
        started()
        try:
            return self.retried(url, cached, streamed)
        except DownloadError as error:
            if cached is None:
                raise
            self.warn(f"{error.message}; using cached version")
            return cached.download

    def retried(self, url: str, cached: Cached | None, streamed: bool) -> Download:
        """Try several times."""
        attempt = 1
        while True:
            try:
                return self.request(url, cached)
            except DownloadError as error:
                final = not error.transient or (streamed and error.received and not error.resumable)
                if final or attempt >= self.attempts:
                    raise
                delay = 250 * 2 ** (attempt - 1)
                self.warn(f"{error.message}; retrying in {delay} ms (attempt {attempt}/{self.attempts})")
                self.sleep(delay / 1000)
                attempt += 1

    def request(self, url: str, cached: Cached | None) -> Download:
        """One request."""
        from http.client import HTTPException  # slow to import; absent in a browser

        asked = curl.http_url(url)
        headers = {"User-Agent": "nixlite", "Accept-Encoding": "identity"}
        if cached is not None and cached.etag:
            headers["If-None-Match"] = cached.etag
        try:
            answer = self.host.open_url(asked, headers, self.timeout)
        except (OSError, HTTPException, ValueError) as error:  # ValueError: a redirection to no URL
            self.progress(url, -1, None)
            raise connection_failure(url, asked, error) from None
        try:
            if answer.status == 304 and cached is not None:
                self.remember(url, cached.download, cached.etag)
                return cached.download
            if answer.status not in SUCCESS:
                raise refused(url, answer)
            result = Download(self.receive(url, answer), answer.url, immutable_link(answer.headers("Link")))
            self.remember(url, result, answer.header("ETag") or "")
            return result
        finally:
            answer.close()
            self.progress(url, -1, None)

    def receive(self, url: str, answer: Answer) -> bytes:
        """Read the body, telling of the progress. Raises DownloadError when it is not whole."""
        from http.client import HTTPException

        status: int = answer.status
        length = answer.header("Content-Length")
        if length is not None and not (length.isascii() and length.strip().isdigit()):
            raise failure(url, curl.WEIRD, status=status)
        # More than a file can have is as good as none said (Nix 2.34.8, curl).
        total = natural(length.strip(), LARGEST) if length and not answer.chunked else None
        parts: list[bytes] = []
        received = 0
        number = 0  # curl's, of what is wrong
        try:
            while chunk := answer.read(CHUNK):  # what has come, not a whole piece
                parts.append(chunk)
                received += len(chunk)
                fetched(len(chunk))
                self.progress(url, received, total)
            number = curl.PARTIAL if total is not None and received < total else 0
        except (OSError, HTTPException) as error:
            number, rest = broken_off(error)
            received += rest
        if not number:
            try:
                return decoded(b"".join(parts), answer.header("Content-Encoding") or "")
            except ValueError:
                number = curl.ENCODING
        failed = failure(url, number, status=status)
        failed.received = received
        failed.resumable = answer.header("Accept-Ranges") == "bytes"
        raise failed

    # --- the cache: one file with what the server said and one with the body

    def entry(self, url: str) -> str | None:
        """The cache file of a URL, without its ending."""
        if self.cache_dir is None:
            return None
        return posixpath.join(
            self.cache_dir, "http", digest("sha256", url.encode("utf-8", "surrogateescape")).hex()
        )

    def cached(self, url: str) -> Cached | None:
        """What the cache holds; an entry that makes no sense is as good as none."""
        base = self.entry(url)
        if base is None:
            return None
        import json

        try:
            row = json.loads(self.host.read_kept(base + ".json"))
            data = self.host.read_kept(base + ".body")
            effective, immutable, etag = row["effective"], row["immutable"], row["etag"]
            time = int(row["time"])
        except (NixError, ValueError, TypeError, LookupError, OverflowError, RecursionError):
            return None
        if not (type(effective) is str and type(etag) is str and type(immutable) in (str, type(None))):
            return None
        return Cached(Download(data, effective, immutable), etag, time)

    def remember(self, url: str, download: Download, etag: str) -> None:
        """Keep a download; a cache that cannot be written is no error."""
        base = self.entry(url)
        if base is None:
            return
        import json

        row = {
            "url": url, "effective": download.url, "immutable": download.immutable_url,
            "etag": etag, "time": self.host.now(),
        }  # fmt: skip
        try:
            self.host.keep(base + ".body", download.data)
            self.host.keep(base + ".json", json.dumps(row).encode())
        except (OSError, NotGranted):
            return


def ignore(*arguments: object) -> None:
    """Nobody listens."""


def wait(seconds: float) -> None:
    """Sleep."""
    import time

    time.sleep(seconds)


def refused(url: str, answer: Answer) -> DownloadError:
    """The error for an answer that is no success."""
    from http.client import HTTPException
    from urllib.parse import urlsplit

    target = answer.header("Location")
    if answer.status in MOVED and target:
        outside = urlsplit(target).scheme not in ("", "http", "https")
        return failure(url, curl.UNSUPPORTED if outside else curl.REDIRECTS, status=answer.status)
    parts: list[bytes] = []
    try:
        while part := answer.read(CHUNK):
            parts.append(part)
    except (OSError, HTTPException):
        parts.clear()
    return http_failure(url, answer.status, b"".join(parts))


def broken_off(error: Exception) -> tuple[int, int]:
    """Curl's number for what ended a body too early, and how much of the last piece was there."""
    from http.client import IncompleteRead

    if isinstance(error, TimeoutError):
        return curl.TIMEOUT, 0
    if not isinstance(error, IncompleteRead):
        return curl.RECEIVING, 0
    cause = error.__context__
    while cause is not None and not isinstance(cause, ValueError):
        cause = cause.__context__
    garbage = cause is not None and not str(cause).endswith("b''")  # the size of a chunk is no number
    return (curl.RECEIVING if garbage else curl.PARTIAL), len(error.partial)


def decoded(data: bytes, encoding: str) -> bytes:
    """A body without its `Content-Encoding`, which some servers apply unasked. Raises ValueError."""
    names = [name.strip().lower() for name in encoding.split(",") if name.strip()]
    for name in reversed(names):
        if name in ("gzip", "x-gzip", "deflate"):
            import zlib

            try:
                data = zlib.decompress(data, 47)  # by its header, gzip's or zlib's
            except zlib.error as error:
                raise ValueError(str(error)) from None
        elif name != "identity":
            raise ValueError(name)
    return data


def read_file(host: Host, url: str) -> bytes:
    """The file of a `file:` URL; of a directory, the names in it that begin with no dot, a line each.

    Raises DownloadError, also for any other scheme.
    """
    scheme = curl.scheme_of(url)
    if scheme != "file":
        raise curl.unsupported(url, scheme)
    path = percent_decode(curl.file_name(url))
    try:
        real = host.real_path(path) if path else path
        if host.file_type(real) == "directory":
            names = "".join([f"{name}\n" for name in host.list_dir(real) if not name.startswith(".")])
            return names.encode("utf-8", "surrogateescape")
        return host.read_bytes(real)
    except (RestrictedError, NotGranted):
        raise
    except (NixError, ValueError):
        raise failure(url, curl.NO_FILE, f"Could not open file {path}") from None


def immutable_link(headers: list[str] | None) -> str | None:
    """The URL in a `Link: <…>; rel="immutable"` header."""
    for header in headers or ():
        for link in header.split(","):
            target, _, rest = link.strip().partition(">")
            if target.startswith("<") and LINK_HEADER_FLAKEREF in rest:
                return target[1:]
    return None
