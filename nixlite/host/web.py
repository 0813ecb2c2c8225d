"""Asking servers, for `RealHost.open_url`: by `urllib`, through the proxies of the environment.

Everything that a server says, be it that there is nothing, is an `Answer`; where none came, the error that
the connection failed with is raised.
"""

from __future__ import annotations

from nixlite.host.outside import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

HOPS = 10
"""Redirections that are followed, as Nix tells curl."""


class WebAnswer(Answer):
    """An answer that comes in while it is read."""

    def __init__(self, answer: Any) -> None:
        super().__init__(answer.geturl(), status=answer.status, headers=answer.headers.items())
        self.answer = answer
        self.chunked = answer.chunked

    def read(self, size: int) -> bytes:
        """What has come, not a whole piece, where the status is one of success."""
        read = getattr(self.answer, "read1", self.answer.read)
        data: bytes = read(size)
        return data

    def close(self) -> None:
        """Close the connection."""
        self.answer.close()


def open_url(url: str, headers: Mapping[str, str], timeout: float) -> Answer:
    """See `Host.open_url`."""
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request

    try:
        return WebAnswer(opener().open(Request(url, headers=dict(headers)), timeout=timeout))
    except HTTPError as error:
        return WebAnswer(error)
    except URLError as error:
        reason = error.reason
        raise (reason if isinstance(reason, OSError | HTTPException) else OSError(str(reason))) from None


def opener() -> Any:
    """Asks servers; redirections lead only to `http(s):`, and not for ever."""
    from urllib import request

    class Redirects(request.HTTPRedirectHandler):
        max_redirections = max_repeats = HOPS

    director = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(), request.HTTPHandler(), request.HTTPSHandler(), request.HTTPErrorProcessor(),
        request.HTTPDefaultErrorHandler(), Redirects(), request.UnknownHandler(),
    ):  # fmt: skip
        director.add_handler(handler)
    return director
