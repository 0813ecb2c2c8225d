"""The life of a session and of the documents in it."""

from __future__ import annotations

import contextlib
from typing import Any

from lsprotocol import types as t

from nixlite.lsp.server import Server  # noqa: TC001 - pygls reads the annotations
from nixlite.lsp.settings import DEFAULTS
from nixlite.lsp.values.workers import PATIENCE, Failure


def lifecycle(server: Server) -> None:
    """Beginning and ending, settings."""

    @server.feature(t.INITIALIZE)
    def initialize(ls: Server, params: t.InitializeParams) -> None:
        server.configure(own_settings(params.initialization_options))

    @server.feature(t.INITIALIZED)
    async def initialized(ls: Server, params: t.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        if workspace is not None and workspace.configuration:
            await read_configuration(server)

    @server.feature(t.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configuration(ls: Server, params: t.DidChangeConfigurationParams) -> None:
        workspace = server.client_capabilities.workspace
        if workspace is not None and workspace.configuration:
            await read_configuration(server)
        elif isinstance(params.settings, dict):
            server.configure(own_settings(params.settings))
        for uri in server.documents.open:
            server.changed(uri)

    @server.feature(t.SHUTDOWN)
    def shutdown(ls: Server, params: None) -> None:
        server.ended = True
        server.stop()


def documents(server: Server) -> None:
    """Documents that are opened, changed, saved and closed."""

    @server.feature(t.TEXT_DOCUMENT_DID_OPEN)
    async def opened(ls: Server, params: t.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        server.documents.put(document.uri, document.text, document.version)
        server.changed(document.uri)
        if server.settings["evaluate"]:
            server.spawn("warm", "", warm(server))

    @server.feature(t.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(ls: Server, params: t.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        server.documents.change(document.uri, params.content_changes, document.version)
        server.changed(document.uri)

    @server.feature(t.TEXT_DOCUMENT_DID_SAVE)
    async def saved(ls: Server, params: t.DidSaveTextDocumentParams) -> None:
        for uri in server.documents.open:  # other files may import it
            server.changed(uri)

    @server.feature(t.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(ls: Server, params: t.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.documents.close(uri)
        server.found.pop(uri, None)
        for kind in ("check", "examine"):
            task = server.tasks.pop((kind, uri), None)
            if task is not None:
                task.cancel()
        server.text_document_publish_diagnostics(t.PublishDiagnosticsParams(uri=uri, diagnostics=[]))


def own_settings(given: Any) -> Any:
    """Of what an editor sends, what is for this server: editors know of several."""
    if not isinstance(given, dict) or not given:
        return given
    if "nixlite" in given:
        return given["nixlite"]
    return given if DEFAULTS.keys() & given.keys() else None


async def read_configuration(server: Server) -> None:
    """Ask the editor for the settings."""
    item = t.ConfigurationItem(section="nixlite")
    with contextlib.suppress(Exception):  # an editor that announces it and then does not answer
        found = await server.workspace_configuration_async(t.ConfigurationParams(items=[item]))
        if found and found[0]:
            server.configure(found[0])


async def warm(server: Server) -> None:
    """Let the child load the package set before the first question."""
    with contextlib.suppress(Failure):
        await server.ask("values", "warm", PATIENCE)
