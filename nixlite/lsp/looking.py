"""Requests of who reads: where things are, and the shape of a file."""

from __future__ import annotations

import asyncio
from typing import Any

from lsprotocol import types as t

from nixlite.lsp import colouring, finding, outline, spreading
from nixlite.lsp.server import Server  # noqa: TC001 - pygls reads the annotations
from nixlite.lsp.texts.document import Document, uri_of
from nixlite.lsp.texts.following import At


def navigation(server: Server) -> None:
    """Hover, definitions, references, highlights, names of symbols."""

    @server.feature(t.TEXT_DOCUMENT_HOVER)
    async def hover(ls: Server, params: t.HoverParams) -> t.Hover | None:
        document = await server.document(params.text_document.uri)
        return await server.hover(document, document.offset(params.position))

    @server.feature(t.TEXT_DOCUMENT_DEFINITION)
    async def definition(ls: Server, params: t.DefinitionParams) -> list[t.Location]:
        document = await server.document(params.text_document.uri)
        return await definitions(server, document, document.offset(params.position))

    @server.feature(t.TEXT_DOCUMENT_DECLARATION)
    async def declaration(ls: Server, params: t.DeclarationParams) -> list[t.Location]:
        document = await server.document(params.text_document.uri)
        offset = document.offset(params.position)
        found = await server.fallback(document, offset)
        if found and found["place"]:
            place = server.nix_location(found["place"])
            if place is not None:
                return [place]
        return await definitions(server, document, offset)

    @server.feature(t.TEXT_DOCUMENT_REFERENCES)
    async def references(ls: Server, params: t.ReferenceParams) -> list[t.Location]:
        document = await server.document(params.text_document.uri)
        found = await spreading.references(server, document, document.offset(params.position))
        wanted = [one for one in found if params.context.include_declaration or not one.writes]
        return [server.location(At(one.document, one.part)) for one in wanted]

    @server.feature(t.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    async def highlight(ls: Server, params: t.DocumentHighlightParams) -> list[t.DocumentHighlight]:
        document = await server.document(params.text_document.uri)
        found = finding.references(document, document.offset(params.position), server.follower)
        read, write = t.DocumentHighlightKind.Read, t.DocumentHighlightKind.Write
        return [
            t.DocumentHighlight(document.range_of(ref.part), write if ref.writes else read) for ref in found
        ]


async def definitions(server: Server, document: Document, offset: int) -> list[t.Location]:
    """Where what is at an offset is defined: as the text tells, else as its value does."""
    path = finding.file_at(document, offset)
    if path is not None:
        return [t.Location(uri=uri_of(path), range=t.Range(t.Position(0, 0), t.Position(0, 0)))]
    found = finding.definitions(document, offset, server.follower)
    what = finding.chosen(document, offset)
    itself = len(found) == 1 and what is not None and found[0].part in (what.leaf, what.leaf.up)
    if found and not (itself and what is not None and what.kind == finding.FORMAL_NAME):
        return [server.location(at) for at in found]
    value = await server.fallback(document, offset)
    if value:
        places = [place_in_package(server, value)] if value.get("position") else []
        places += [server.nix_location(value["function"])] if value.get("function") else []
        places += [server.nix_location(value["place"])] if value["place"] and not any(places) else []
        known = [place for place in places if place is not None]
        if known:
            return server.further(known[0]) or known
    if not found and what is not None and what.kind == finding.SELECTED:
        found = await spreading.through_arguments(server, document, what)
    return [server.location(at) for at in found]


def place_in_package(server: Server, value: dict[str, Any]) -> t.Location | None:
    """The place that `meta.position` names: `file:line`."""
    path, _, line = value["position"].rpartition(":")
    return server.nix_location([path, int(line), 1]) if line.isdigit() else None


def shapes(server: Server) -> None:
    """Symbols, folding, selecting, links, colours."""

    @server.feature(t.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(ls: Server, params: t.DocumentSymbolParams) -> list[t.DocumentSymbol]:
        document = await server.document(params.text_document.uri)
        if document.is_large:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(server.thread_pool, outline.symbols, document)
        return outline.symbols(document)

    @server.feature(t.WORKSPACE_SYMBOL)
    async def workspace_symbols(ls: Server, params: t.WorkspaceSymbolParams) -> list[t.WorkspaceSymbol]:
        return [
            symbol
            for document in list(server.documents.open.values())
            if not document.is_large
            for symbol in outline.workspace_symbols(document, params.query)
        ][:500]

    @server.feature(t.TEXT_DOCUMENT_FOLDING_RANGE)
    async def folding(ls: Server, params: t.FoldingRangeParams) -> list[t.FoldingRange]:
        return outline.folding(await server.document(params.text_document.uri))

    @server.feature(t.TEXT_DOCUMENT_SELECTION_RANGE)
    async def selection(ls: Server, params: t.SelectionRangeParams) -> list[t.SelectionRange]:
        document = await server.document(params.text_document.uri)
        return [outline.selection(document, document.offset(position)) for position in params.positions]

    @server.feature(t.TEXT_DOCUMENT_DOCUMENT_LINK, t.DocumentLinkOptions())
    async def links(ls: Server, params: t.DocumentLinkParams) -> list[t.DocumentLink]:
        return outline.links(await server.document(params.text_document.uri), server.lookup)

    @server.feature(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, colouring.LEGEND)
    async def tokens(ls: Server, params: t.SemanticTokensParams) -> t.SemanticTokens:
        document = await server.document(params.text_document.uri)
        if document.is_large:
            loop = asyncio.get_running_loop()
            data = await loop.run_in_executor(server.thread_pool, colouring.tokens, document)
        else:
            data = colouring.tokens(document)
        return t.SemanticTokens(data=data)

    @server.feature(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, colouring.LEGEND)
    async def tokens_in(ls: Server, params: t.SemanticTokensRangeParams) -> t.SemanticTokens:
        document = await server.document(params.text_document.uri)
        start, end = document.offset(params.range.start), document.offset(params.range.end)
        return t.SemanticTokens(data=colouring.tokens(document, start, end))
