"""Requests of who writes: completion, signature help, hints."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from lsprotocol import types as t

from nixlite.lsp import calling, completing
from nixlite.lsp.asking import is_telling, question
from nixlite.lsp.hovering import markdown
from nixlite.lsp.server import Server  # noqa: TC001 - pygls reads the annotations
from nixlite.lsp.texts.tree import Node, walk
from nixlite.lsp.values.workers import Failure

if TYPE_CHECKING:
    from nixlite.lsp.texts.document import Document

MOST_HINTS, AT_ONCE = 80, 8
"""Hints that are given for a request, and values that are asked for at once."""


def typing(server: Server) -> None:
    """Completion, signature help, hints."""

    @server.feature(
        t.TEXT_DOCUMENT_COMPLETION,
        t.CompletionOptions(trigger_characters=[".", "/", "<"], resolve_provider=True),
    )
    async def completion(ls: Server, params: t.CompletionParams) -> t.CompletionList | None:
        document = await server.document(params.text_document.uri)
        return await complete(server, document, document.offset(params.position))

    @server.feature(t.COMPLETION_ITEM_RESOLVE)
    def resolve(ls: Server, item: t.CompletionItem) -> t.CompletionItem:
        name = item.data.get("builtin") if isinstance(item.data, dict) else None
        builtin = server.library.builtin(name) if name else None
        if builtin is not None and builtin.doc:
            item.documentation = t.MarkupContent(kind=t.MarkupKind.Markdown, value=markdown(builtin.doc))
        return item

    @server.feature(
        t.TEXT_DOCUMENT_SIGNATURE_HELP, t.SignatureHelpOptions(trigger_characters=[" ", "{", ";"])
    )
    async def signature(ls: Server, params: t.SignatureHelpParams) -> t.SignatureHelp | None:
        document = await server.document(params.text_document.uri)
        call = calling.called(document, document.offset(params.position))
        if call is None:
            return None
        found = calling.written(call, server.follower, server.library)
        if found is None:
            try:
                found = await server.ask(
                    "values", "parameters", **question(call.document, calling.asked(call))
                )
            except Failure:
                return None
        return calling.help_of(call, found) if found else None

    @server.feature(t.TEXT_DOCUMENT_INLAY_HINT)
    async def hints(ls: Server, params: t.InlayHintParams) -> list[t.InlayHint]:
        document = await server.document(params.text_document.uri)
        if not server.settings["inlayHints.enable"]:
            return []
        span = (document.offset(params.range.start), document.offset(params.range.end))
        return await inlay_hints(server, document, span)


async def complete(server: Server, document: Document, offset: int) -> t.CompletionList | None:
    """What may stand at an offset."""
    found = completing.place(document, offset, server.follower, server.library)
    if found is None:
        return None
    items = {item.text: item for item in found.items}
    more = False
    prefix = document.text.text[found.start : offset]

    async def names(ask: str, kind: t.CompletionItemKind, how: str, **about: Any) -> None:
        nonlocal more
        try:
            answer = await server.ask("values", ask, prefix=prefix, **about)
        except Failure:
            return
        more = more or answer["more"]
        for name, note in answer["names"]:
            items.setdefault(name, completing.Item(name, kind, note or how, 3))

    if server.settings["evaluate"]:
        field, property_ = t.CompletionItemKind.Field, t.CompletionItemKind.Property
        for asked, how in found.ask:
            kind = property_ if how == "argument" else field
            await names("names", kind, how, **question(found.document, asked))
        if found.packages:
            await names("argument", t.CompletionItemKind.Variable, "package")
        if found.formals is not None:
            with contextlib.suppress(Failure):
                answer = await server.ask("values", "parameters", **question(found.document, found.formals))
                for name in (answer or {}).get("names", ()):
                    note = "argument" if name in answer["required"] else "optional argument"
                    items.setdefault(name, completing.Item(name, property_, note, 0))
    return completing.completed(document, found, offset, list(items.values()), more)


async def inlay_hints(server: Server, document: Document, span: tuple[int, int]) -> list[t.InlayHint]:
    """The values of bindings whose text does not tell them."""
    groups: dict[tuple[int, ...], list[Node]] = {}
    count = 0
    for part in walk(document.root):
        if (
            type(part) is not Node
            or part.rule != "binding"
            or not (span[0] <= part.end and part.start <= span[1])
        ):
            continue
        value = part.parts[2]
        if count < MOST_HINTS and is_telling(value) and isinstance(value, Node):
            count += 1
            key = tuple(id(scope) for scope in document.names.scopes_around(value))
            groups.setdefault(key, []).append(value)
    if not groups:
        return []
    found: list[t.InlayHint] = []
    for values in [part for group in groups.values() for part in pieces(group, AT_ONCE)]:
        spans = [document.mended.span(value.start, value.end) for value in values]
        with contextlib.suppress(Failure):
            texts = await server.ask(
                "values", "several", path=document.path, text=document.mended.text, spans=spans
            )
            found += shown_hints(document, values, texts, server.settings["inlayHints.maxLength"])
    return found


def pieces(values: list[Node], size: int) -> list[list[Node]]:
    """A list in pieces: between two of them other questions have their turn."""
    return [values[at : at + size] for at in range(0, len(values), size)]


def shown_hints(
    document: Document, values: list[Node], texts: list[str | None], longest: int
) -> list[t.InlayHint]:
    """The hints for values, but those that say what is written there."""
    found = []
    for value, text in zip(values, texts, strict=True):
        if text is not None and text != document.text.text[value.start : value.end]:
            label = text if len(text) <= longest else text[: longest - 1] + "…"
            found.append(
                t.InlayHint(document.position(value.end), f"= {label}", padding_left=True, tooltip=text)
            )
    return found
