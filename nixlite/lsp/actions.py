"""What can be done about something: missing arguments, slips of names, bindings that nobody uses, lint's
fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types as t

from nixlite.errors import did_you_mean
from nixlite.lsp.diagnostics import UNDEFINED, UNUSED, formals_around
from nixlite.lsp.texts.text import difference
from nixlite.lsp.texts.tree import Node, ancestors, formal_nodes, leaf_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nixlite.lsp.texts.document import Document

FIXABLE = frozenset({"rec-arguments", "let-arguments"})
"""The rules of lint that `--fix` mends."""


def actions(document: Document, context: Sequence[t.Diagnostic]) -> Iterator[t.CodeAction]:
    """What can be done about diagnostics, as far as the text tells."""
    for diagnostic in context:
        if diagnostic.source != "nixlite":
            continue
        if diagnostic.code == UNDEFINED:
            yield from for_undefined(document, diagnostic)
        elif diagnostic.code == UNUSED:
            yield from for_unused(document, diagnostic)
        elif diagnostic.code in FIXABLE:
            yield t.CodeAction(
                title="Rewrite with 'finalAttrs', if that gives the same derivation",
                kind=t.CodeActionKind.QuickFix,
                diagnostics=[diagnostic],
                data={"uri": document.uri, "lint": document.offset(diagnostic.range.start)},
            )


def for_undefined(document: Document, diagnostic: t.Diagnostic) -> Iterator[t.CodeAction]:
    """Add an argument; write the name that is meant."""
    leaf = leaf_at(document.root, document.offset(diagnostic.range.start))
    if leaf is None:
        return
    formals = formals_around(leaf)
    if formals is not None:
        yield action(
            document,
            f"Add the argument '{leaf.text}'",
            [added_formal(document, formals, leaf.text)],
            diagnostic,
        )
    names = document.names
    globals_ = {name for name in names.globals if "_" not in name}
    known = sorted({definition.name for definition, _ in names.visible(leaf)} | globals_)
    for word in near(leaf.text, known):
        edit = t.TextEdit(document.range_of(leaf), word)
        yield action(document, f"Write '{word}'", [edit], diagnostic)


def near(name: str, known: Sequence[str]) -> list[str]:
    """The names that may be meant, as Nix would tell, at most three."""
    hint = did_you_mean(name, known)
    words = hint.removesuffix("?").replace(",", "").split() if hint else []
    return [word for word in words if word in known][:3]


def added_formal(document: Document, formals: Node, name: str) -> t.TextEdit:
    """The edit that adds a formal, written as the others are."""
    text = document.text.text
    listed = formal_nodes(formals)
    if not listed:
        inside = f"{name}, ..." if formals.rule == "only_ellipsis" else name
        return t.TextEdit(document.range_of(formals), f"{{ {inside} }}")
    last = listed[-1]
    between = ", "
    if len(listed) > 1:
        between = text[listed[-2].end : last.start]
    elif "\n" in text[formals.start : last.start]:
        lead = text[formals.start + 1 : last.start]
        between = "," + lead if not lead.strip() else ", "
    if "#" in between or "/*" in between:
        line = document.text.line_text(document.text.line_of(last.start))
        indent = line[: len(line) - len(line.lstrip())]
        between = f"\n{indent}, " if line.lstrip().startswith(",") else f",\n{indent}"
    return t.TextEdit(document.range(last.end, last.end), between + name)


def for_unused(document: Document, diagnostic: t.Diagnostic) -> Iterator[t.CodeAction]:
    """Take a binding away."""
    leaf = leaf_at(document.root, document.offset(diagnostic.range.start))
    if leaf is None:
        return
    node = next((n for n in ancestors(leaf) if n.rule in ("binding", "inherit", "inherit_from")), None)
    definition = document.names.site_of.get(leaf)
    if node is None or definition is None or len(definition.sites) != 1:
        return
    if node.rule == "binding" or (leaf.up is not None and len(leaf.up.parts) == 1):
        start, end = whole_lines(document, node)
    else:
        start, end = leaf.start, leaf.end
        while document.text.text[start - 1].isspace():
            start -= 1
    yield action(document, f"Remove '{leaf.text}'", [t.TextEdit(document.range(start, end), "")], diagnostic)


def whole_lines(document: Document, node: Node) -> tuple[int, int]:
    """The span of a binding, with its lines where nothing else is on them."""
    text = document.text.text
    start, end = node.start, node.end
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    after = end
    while after < len(text) and text[after] in " \t":
        after += 1
    if (start == 0 or text[start - 1] in "\r\n") and (after == len(text) or text[after] in "\r\n"):
        if text.startswith("\r\n", after):
            after += 1
        return start, min(after + 1, len(text))
    return node.start, node.end


def action(document: Document, title: str, edits: list[t.TextEdit], diagnostic: t.Diagnostic) -> t.CodeAction:
    """A quick fix."""
    return t.CodeAction(
        title=title,
        kind=t.CodeActionKind.QuickFix,
        diagnostics=[diagnostic],
        edit=t.WorkspaceEdit(changes={document.uri: edits}),
    )


NEAR = 20
"""Characters between a finding and the set that it is about, at most."""


def of_lint(
    document: Document, fixes: Sequence[dict[str, Any]], offset: int
) -> tuple[t.TextEdit | None, str]:
    """The edit of the set at an offset that lint rewrites, or why there is none.

    Each of *fixes* has the text after it, those before it made where they were not refused.
    """
    before, shift = document.text.text, 0
    reason = "there is nothing to be rewritten"
    for fix in fixes:
        here = abs(fix["offset"] - shift - offset) < NEAR
        if fix["refusal"]:
            reason = fix["refusal"] if here else reason
            continue
        if here:
            start, end, new = difference(before, fix["text"])
            return t.TextEdit(document.range(start - shift, end - shift), new), ""
        shift += len(fix["text"]) - len(before)
        before = fix["text"]
    return None, reason
