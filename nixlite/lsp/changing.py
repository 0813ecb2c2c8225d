"""Requests that change texts, and lenses, which lead to such: renaming, code actions."""

from __future__ import annotations

from lsprotocol import types as t

from nixlite.lsp import actions, overrides
from nixlite.lsp.proving import Edits, renaming
from nixlite.lsp.renaming import Refused, named_at
from nixlite.lsp.server import Server  # noqa: TC001 - pygls reads the annotations
from nixlite.lsp.values.workers import PATIENCE, Failure


def doing(server: Server) -> None:
    """Renaming, code actions, lenses and their command."""

    @server.feature(t.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepare(ls: Server, params: t.PrepareRenameParams) -> t.Range:
        document = await server.document(params.text_document.uri)
        try:
            return document.range_of(named_at(document, document.offset(params.position)).leaf)
        except Refused as refused:
            raise refusal(refused) from None

    @server.feature(t.TEXT_DOCUMENT_RENAME, t.RenameOptions(prepare_provider=True))
    async def rename(ls: Server, params: t.RenameParams) -> t.WorkspaceEdit:
        return await renamed(server, params)

    kinds = [t.CodeActionKind.QuickFix]

    @server.feature(
        t.TEXT_DOCUMENT_CODE_ACTION, t.CodeActionOptions(code_action_kinds=kinds, resolve_provider=True)
    )
    async def code_actions(ls: Server, params: t.CodeActionParams) -> list[t.CodeAction]:
        document = await server.document(params.text_document.uri)
        found = list(actions.actions(document, params.context.diagnostics))
        known = server.known_about(document, "stale")
        if known is not None:
            found += overrides.fixes(document, known, params.range)
        return found

    @server.feature(t.CODE_ACTION_RESOLVE)
    async def resolve(ls: Server, action: t.CodeAction) -> t.CodeAction:
        if isinstance(action.data, dict) and "lint" in action.data:
            await lint_edit(server, action, action.data["uri"], action.data["lint"])
        return action

    @server.feature(t.TEXT_DOCUMENT_CODE_LENS)
    async def lenses(ls: Server, params: t.CodeLensParams) -> list[t.CodeLens]:
        document = await server.document(params.text_document.uri)
        if not server.settings["codeLens.enable"] or not server.settings["evaluate"] or document.is_large:
            return []
        known = server.known_about(document, "stale")
        if known is None and not server.refreshes_lenses and overrides.has_overrides(document):
            known = await server.once_known(document, "stale")
        if known is None:
            return overrides.waiting(document) if not document.read.repairs else []
        return overrides.lenses(document, known)

    @server.command(overrides.SHOW)
    def show(ls: Server, uri: str, text: str) -> None:
        server.show(text)


async def renamed(server: Server, params: t.RenameParams) -> t.WorkspaceEdit:
    """The edits of a rename; an error of the request where it is refused."""
    document = await server.document(params.text_document.uri)
    state = server.documents.state
    try:
        edits = await renaming(server, document, document.offset(params.position), params.new_name)
    except Refused as refused:
        raise refusal(refused) from None
    if state != server.documents.state:
        raise refusal(Refused("a text was changed meanwhile"))
    return workspace_edit(server, edits)


def workspace_edit(server: Server, edits: Edits) -> t.WorkspaceEdit:
    """Edits of several documents as the editor has them: with the versions that they are of, where it knows
    such."""
    ordered = {
        document: sorted(found, key=lambda edit: (edit.range.start.line, edit.range.start.character))
        for document, found in edits.items()
    }
    workspace = server.client_capabilities.workspace
    edit = workspace.workspace_edit if workspace is not None else None
    if edit is None or not edit.document_changes:
        return t.WorkspaceEdit(changes={document.uri: found for document, found in ordered.items()})
    return t.WorkspaceEdit(
        document_changes=[
            t.TextDocumentEdit(
                t.OptionalVersionedTextDocumentIdentifier(uri=document.uri, version=document.version), found
            )
            for document, found in ordered.items()
        ]
    )


def refusal(refused: Refused) -> Exception:
    """A refusal as the error of a request, which editors show."""
    from pygls.exceptions import JsonRpcInvalidParams

    return JsonRpcInvalidParams(str(refused))


async def lint_edit(server: Server, action: t.CodeAction, uri: str, offset: int) -> None:
    """Find out whether lint's rewriting gives the same derivation; if so, it is the edit of *action*."""
    document = await server.document(uri)
    fixes = server.known_about(document, "lint fixes")
    try:
        if fixes is None:
            text = document.text.text
            fixes = await server.ask("overrides", "lint fixes", PATIENCE, path=document.path, text=text)
            server.found.setdefault(uri, {})["lint fixes"] = (text, fixes)
        edit, reason = actions.of_lint(document, fixes, offset)
    except Failure as failure:
        edit, reason = None, failure.message
    if edit is not None:
        action.edit = t.WorkspaceEdit(changes={uri: [edit]})
    else:
        text = f"nixlite: this stays as it is: {reason}"
        server.window_show_message(t.ShowMessageParams(t.MessageType.Info, text))
