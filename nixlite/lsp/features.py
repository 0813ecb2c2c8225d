"""All requests of an editor that the server answers."""

from __future__ import annotations

from nixlite.lsp import changing, looking, sessions, writing
from nixlite.lsp.server import Server


def make_server() -> Server:
    """A server with all its features."""
    server = Server()
    for register in (
        sessions.lifecycle, sessions.documents, looking.navigation, looking.shapes, writing.typing,
        changing.doing,
    ):  # fmt: skip
        register(server)
    return server
