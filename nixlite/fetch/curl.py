"""What curl says of URLs and failures: Nix downloads with it, and its words are part of Nix's messages.

A failure has a number of curl's and, once a server has answered, the HTTP status; which of them are worth
another try is Nix's own judgement (2.34.8 observed).
"""

from __future__ import annotations

import re

from nixlite.errors import EvalError

SHOWN_BODY = 1024
ABSENT_STATUS = frozenset({403, 404, 410})
RETRIED_STATUS = frozenset({408, 429})
FINAL_STATUS = frozenset({501, 505, 511})

UNSUPPORTED, MALFORMED, UNRESOLVED, UNCONNECTED, WEIRD, PARTIAL = 1, 3, 6, 7, 8, 18
TIMEOUT, NO_FILE, REDIRECTS, NOTHING, RECEIVING, CERTIFICATE, ENCODING, TOO_LARGE = (
    28,
    37,
    47,
    52,
    56,
    60,
    61,
    100,
)
TEXTS = {
    UNSUPPORTED: "Unsupported protocol",
    MALFORMED: "URL using bad/illegal format or missing URL",
    UNRESOLVED: "Could not resolve hostname",
    UNCONNECTED: "Could not connect to server",
    WEIRD: "Weird server reply",
    PARTIAL: "Transferred a partial file",
    TIMEOUT: "Timeout was reached",
    NO_FILE: "Could not read a file:// file",
    REDIRECTS: "Number of redirects hit maximum amount",
    NOTHING: "Server returned nothing (no headers, no data)",
    RECEIVING: "Failure when receiving data from the peer",
    CERTIFICATE: "SSL peer certificate or SSH remote key was not OK",
    ENCODING: "Unrecognized or bad HTTP Content or Transfer-Encoding",
    TOO_LARGE: "A value or data field grew larger than allowed",
}
FINAL = frozenset({UNSUPPORTED, MALFORMED, NO_FILE, REDIRECTS, ENCODING})

BAD_PORT = "URL rejected: Port number was not a decimal number between 0 and 65535"
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
HOST = re.compile(r"[^\x00- \"#%/<>?@\\^`{|}]+")
LOCAL = ("", "localhost", "127.0.0.1")


class DownloadError(EvalError):
    """A download that failed: *transient* when trying again may help, *absent* when nothing is there.

    *received*: bytes of the body that came nevertheless; *resumable*: the server could send the rest.
    """

    transient = False
    absent = False
    received = 0
    resumable = False


def failure(url: str, number: int, detail: str = "", *, status: int = 0) -> DownloadError:
    """The error for one of curl's failures; *status* is the server's answer, if there was one."""
    what = (
        f"HTTP error {status} (curl error: {TEXTS[number]})"
        if status
        else f"{TEXTS[number]} ({number}) {detail}"
    )
    error = DownloadError(f"unable to download '{url}': {what}")
    error.transient = number not in FINAL
    return error


def http_failure(url: str, status: int, body: bytes) -> DownloadError:
    """The error for an answer that is no success, with its body when that is short."""
    message = f"unable to download '{url}': HTTP error {status}"
    if body and (len(body) < SHOWN_BODY or b"<html>" in body):
        message += "\n\nresponse body:\n\n" + body.decode("utf-8", "surrogateescape").rstrip(" \n\r\t")
    error = DownloadError(message)
    error.absent = status in ABSENT_STATUS
    error.transient = status in RETRIED_STATUS or not (400 <= status < 500 or status in FINAL_STATUS)
    return error


def unsupported(url: str, scheme: str) -> DownloadError:
    """The error for a scheme that nothing is known of."""
    return failure(url, UNSUPPORTED, f'Protocol "{scheme}" not supported')


def scheme_of(url: str) -> str:
    """The scheme of a URL, in small letters. Raises DownloadError for what curl does not take for one."""
    scheme, _, rest = url.partition(":")
    if SCHEME.fullmatch(scheme) is None:
        raise failure(url, MALFORMED, "URL rejected: Malformed input to a URL function")
    if not rest.startswith("/"):  # then curl reads HOST:PORT
        raise failure(url, MALFORMED, BAD_PORT)
    return scheme.lower()


def file_name(url: str) -> str:
    """The file that a `file:` URL names, percent-encoded. Raises DownloadError for one of another machine."""
    rest = re.split("[?#]", url.partition(":")[2], maxsplit=1)[0]
    if rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        if authority.lower() not in LOCAL:
            raise failure(url, MALFORMED, "URL rejected: Bad file:// URL")
        rest = slash + path
    return rest


def http_url(url: str) -> str:
    """An `http:` or `https:` URL as it can be asked for: checked, ASCII, without fragment."""
    scheme, _, rest = url.partition(":")
    rest = rest.partition("#")[0].lstrip("/")
    end = re.search("[/?]", rest)
    authority, path = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    host, port = host_and_port(url, authority)
    try:
        shown = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise failure(url, UNRESOLVED, f"Could not resolve host: {host}") from None
    user, at, _ = authority.rpartition("@")
    raw = (user + at).encode("utf-8", "surrogateescape"), path.encode("utf-8", "surrogateescape")
    before, after = ["".join([escaped(byte) for byte in part]) for part in raw]
    return f"{scheme}://{before}{shown}{':' if port else ''}{port}{after}"


def escaped(byte: int) -> str:
    """A byte of a URL; what may not stand in a request is percent-encoded."""
    return chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}"


def host_and_port(url: str, authority: str) -> tuple[str, str]:
    """Host and port of an authority, as they are written. Raises DownloadError where curl rejects them."""
    place = authority.rpartition("@")[2]
    host, _, port = place.rpartition(":") if re.search(r":[^\]]*$", place) else (place, "", "")
    if not place or not host:
        raise failure(url, MALFORMED, "URL rejected: No host part in the URL")
    if HOST.fullmatch(host) is None:
        raise failure(url, MALFORMED, "URL rejected: Bad hostname")
    if port and not (port.isascii() and port.isdigit() and len(port) < 6 and int(port) < 65536):
        raise failure(url, MALFORMED, BAD_PORT)
    return host, port


def connection_failure(url: str, asked: str, reason: object) -> DownloadError:
    """The error for a server that did not answer; *asked* is `http_url` of *url*."""
    import socket
    import ssl
    from http.client import BadStatusLine, LineTooLong, RemoteDisconnected

    host, port = host_and_port(url, re.split("[/?]", asked.partition("://")[2], maxsplit=1)[0])
    if isinstance(reason, socket.gaierror):
        return failure(url, UNRESOLVED, f"Could not resolve host: {host}")
    if isinstance(reason, TimeoutError):
        return failure(url, TIMEOUT, "Connection timed out")
    if isinstance(reason, ssl.SSLError):
        return failure(url, CERTIFICATE, str(reason))
    if isinstance(reason, ConnectionRefusedError):
        port = port or ("443" if asked.lower().startswith("https:") else "80")
        place = f"{host.strip('[]')}:{port}"
        return failure(
            url, UNCONNECTED, f"Failed to connect to {place} after 0 ms: Could not connect to server"
        )
    if isinstance(reason, LineTooLong):
        return failure(url, TOO_LARGE, status=200)
    if isinstance(reason, RemoteDisconnected):
        return failure(url, NOTHING, "Empty reply from server")
    if isinstance(reason, BadStatusLine):
        return failure(url, UNSUPPORTED, "Received HTTP/0.9 when not allowed")
    if str(reason).startswith("unknown url type: "):  # after a redirection
        return unsupported(url, str(reason).removeprefix("unknown url type: "))
    if isinstance(reason, ConnectionResetError):
        return failure(url, RECEIVING, "Recv failure: Connection reset by peer")
    return failure(url, RECEIVING, str(reason))
