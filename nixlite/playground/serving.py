"""Shows a built playground on this machine: on loopback only, with the headers that interrupting needs."""

from __future__ import annotations

import os
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from nixlite.errors import UsageError
from nixlite.playground.site import HEADERS, MARK

if TYPE_CHECKING:
    from typing import Any

LOOPBACK = "127.0.0.1"
LARGEST_PORT = 65_535
TYPES = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
"""What browsers insist on, whatever this machine's tables of types say."""


class Handler(SimpleHTTPRequestHandler):
    """Files of one folder; no listing of it. `isolated`: whether the headers are sent."""

    extensions_map = TYPES
    isolated = True
    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        """Add our headers."""
        if self.isolated:
            for name, value in HEADERS.items():
                self.send_header(name, value)
        first = self.path.partition("?")[0].lstrip("/").partition("/")[0]
        lasting = first.startswith(("page-", "pyodide-"))
        self.send_header("Cache-Control", "public, max-age=31536000, immutable" if lasting else "no-cache")
        super().end_headers()

    def list_directory(self, path: Any) -> None:
        """There is no list: the folder is a site."""
        self.send_error(404, "Not found")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the base class calls it
        """Say nothing of each file."""


class Plain(Handler):
    """As a static host that can set no headers."""

    isolated = False


class Server(ThreadingHTTPServer):
    """Answers each connection in a thread of its own; one that is given up, as browsers do, is no error."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say in a line what went wrong with a connection, unless it is only gone."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            sys.stderr.write(f"nixlite playground: answering {client_address[0]}: {error!r}\n")


def server(folder: str, port: int, handler: type[Handler] = Handler) -> ThreadingHTTPServer:
    """A server for a folder; port 0: any that is free. Raises UsageError where it cannot listen."""
    if not os.path.exists(os.path.join(folder, MARK)):
        raise UsageError(f"there is no playground in '{folder}'", hint=f"nixlite playground build {folder}")
    try:
        return Server((LOOPBACK, port), partial(handler, directory=folder))
    except OSError as error:
        hint = "'--port 0' takes one that is free."
        raise UsageError(f"cannot listen on {LOOPBACK}:{port}: {error.strerror}", hint=hint) from None
    except OverflowError:
        raise UsageError(f"there is no port {port}: they go to {LARGEST_PORT}") from None
