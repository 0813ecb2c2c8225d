"""What programs and servers answer to a host: see `Host.run_program` and `Host.open_url`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Finished:
    """A program that has run: its exit code and what it wrote, which is empty where nobody asked for it."""

    __slots__ = ("code", "stderr", "stdout")

    def __init__(self, code: int, stdout: bytes = b"", stderr: bytes = b"") -> None:
        self.code = code
        self.stdout = stdout
        self.stderr = stderr


class Answer:
    """What a server answers: the HTTP *status*, the *url* that it is the answer of after redirections, the
    *headers* and the *body*, which is read piece by piece.

    *chunked*: the body comes in chunks, so that `Content-Length` says nothing of it.
    """

    chunked = False

    def __init__(
        self, url: str, body: bytes = b"", *, status: int = 200, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.url = url
        self.status = status
        self.rows = [(name.lower(), value) for name, value in headers]
        self.body = body

    def header(self, name: str) -> str | None:
        """The first header of a name."""
        return next(iter(self.headers(name)), None)

    def headers(self, name: str) -> list[str]:
        """All headers of a name."""
        return [value for own, value in self.rows if own == name.lower()]

    def read(self, size: int) -> bytes:
        """The next piece of the body, at most *size* bytes, empty at its end.

        Raises OSError, HTTPException.
        """
        piece, self.body = self.body[:size], self.body[size:]
        return piece

    def close(self) -> None:
        """Nothing more is wanted."""
