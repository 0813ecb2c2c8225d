"""The shape of a file: its symbols, what can be folded, what grows around a selection, links to files."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from lsprotocol import types as t

from nixlite.lsp.texts.document import uri_of
from nixlite.lsp.texts.following import resolved
from nixlite.lsp.texts.names import inherited_names
from nixlite.lsp.texts.tree import (
    FUNCTIONS,
    SETS,
    Leaf,
    Node,
    bindings_of,
    name_of,
    node_at,
    path_parts,
    stripped,
    value_of,
    walk,
)
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.tree import Part

KINDS = {
    "integer": t.SymbolKind.Number, "float_": t.SymbolKind.Number, "string": t.SymbolKind.String,
    "indented_string": t.SymbolKind.String, "list_": t.SymbolKind.Array, "path_literal": t.SymbolKind.File,
    "url": t.SymbolKind.String,
}  # fmt: skip
DEEPEST_LARGE = 1
"""How deep symbols go in a very large file."""


# -- symbols


def symbols(document: Document) -> list[t.DocumentSymbol]:
    """The bindings of a file, those within them below them."""
    shaped = document.shaped
    depth = DEEPEST_LARGE if document.is_large else 100
    return inside(shaped, shaped.root, depth)


def inside(document: Document, part: Part, depth: int) -> list[t.DocumentSymbol]:
    """The symbols of the bindings next below an expression."""
    found: list[t.DocumentSymbol] = []
    todo = [part]
    while todo:
        node = todo.pop()
        if type(node) is not Node:
            continue
        if node.rule in SETS or node.rule == "let_expression":
            for binding in bindings_of(node):
                found += of_binding(document, binding, depth)
            if node.rule == "let_expression":
                todo.append(node.parts[-1])
        else:
            todo += reversed([inner for inner in node.parts if type(inner) is Node and inner.rule != "path"])
    return found


def of_binding(document: Document, binding: Node, depth: int) -> Iterator[t.DocumentSymbol]:
    """The symbol of a binding; of an `inherit` one for each name."""
    if binding.rule != "binding":
        for part in inherited_names(binding):
            name = name_of(part)
            if name:
                yield t.DocumentSymbol(
                    name=name, kind=t.SymbolKind.Variable, range=document.range_of(part),
                    selection_range=document.range_of(part), detail="inherit",
                )  # fmt: skip
        return
    path = path_parts(binding.parts[0])
    name = shown_path(document, path)
    if not name or binding.start == binding.end:
        return
    value = value_of(binding)
    yield t.DocumentSymbol(
        name=name,
        kind=kind_of(value),
        range=document.range_of(binding),
        selection_range=document.range(path[0].start, path[-1].end),
        children=inside(document, value, depth - 1) if depth > 0 else [],
        detail=detail(document, value),
    )


def shown_path(document: Document, path: list[Part]) -> str:
    """An attribute path as it is written."""
    names = []
    for part in path:
        name = name_of(part)
        names.append(document.text.text[part.start : part.end] if name is None else attribute_name(name))
    return ".".join(names)


def kind_of(value: Part) -> t.SymbolKind:
    """What a symbol is, from the text of its value."""
    value = stripped(value)
    if type(value) is not Node:
        return t.SymbolKind.Variable
    if value.rule in FUNCTIONS:
        return t.SymbolKind.Function
    if value.rule in SETS:
        return t.SymbolKind.Namespace
    if value.rule == "variable" and name_of(value.parts[0]) in ("true", "false"):
        return t.SymbolKind.Boolean
    if value.rule == "call":
        return t.SymbolKind.Package
    return KINDS.get(value.rule, t.SymbolKind.Field)


def detail(document: Document, value: Part) -> str | None:
    """A short value, or what is called."""
    value = stripped(value)
    text = document.text.text[value.start : value.end]
    if type(value) is Node and value.rule in KINDS and "\n" not in text:
        return text[:60]
    if type(value) is Node and value.rule == "call":
        return document.text.text[value.parts[0].start : value.parts[0].end].split("\n")[0][:60]
    return None


# -- folding and selecting


def folding(document: Document) -> list[t.FoldingRange]:
    """Sets, lists, `let`, functions' arguments, strings and comments of several lines."""
    found: dict[tuple[int, int], t.FoldingRange] = {}
    text = document.text
    document = document.shaped
    for part in walk(document.root):
        if type(part) is not Node or part.start == part.end:
            continue
        span = folded(part)
        if span is None:
            continue
        start, end = text.line_of(span[0]), text.line_of(max(span[1] - 1, 0))
        if part.rule not in ("indented_string",) and end > start:
            end -= 1
        if end > start:
            found.setdefault((start, end), t.FoldingRange(start_line=start, end_line=end))
    for start, end in comments(document):
        first, last = text.line_of(start), text.line_of(end - 1)
        if last > first:
            found[first, last] = t.FoldingRange(first, last, kind=t.FoldingRangeKind.Comment)
    return [*found.values()]


def folded(part: Node) -> tuple[int, int] | None:
    """What of a node is folded: from the line of the first offset to that of the last."""
    if part.rule in SETS or part.rule in ("list_", "indented_string", "parenthesised"):
        return part.start, part.end
    if part.rule in ("open_formals", "closed_formals"):
        return part.start, part.end
    if part.rule == "let_expression":
        return part.start, part.parts[2].end
    return None


def comments(document: Document) -> Iterator[tuple[int, int]]:
    """Comments, those that follow each other line by line as one."""
    text = document.text.text
    before = 0
    for token in [*document.read.tokens, None]:
        start = token.start if token is not None else len(text)
        between = text[before:start]
        if "#" in between or "/*" in between:
            yield from comments_in(between, before)
        before = max(before, token.end if token is not None else before)


def comments_in(text: str, base: int) -> Iterator[tuple[int, int]]:
    """The comments in what is between two tokens."""
    at, run = 0, None
    while at < len(text):
        if text.startswith("/*", at):
            end = text.find("*/", at + 2)
            end = len(text) if end < 0 else end + 2
            yield base + at, base + end
            at = end
        elif text[at] == "#":
            end = at
            while end < len(text) and text[end] not in "\r\n":
                end += 1
            if run is not None and not text[run[1] : at].strip() and text[run[1] : at].count("\n") == 1:
                run = (run[0], end)
            else:
                if run is not None:
                    yield base + run[0], base + run[1]
                run = (at, end)
            at = end
        else:
            at += 1
    if run is not None:
        yield base + run[0], base + run[1]


def selection(document: Document, offset: int) -> t.SelectionRange:
    """What is around an offset, from the smallest on."""
    spans: list[tuple[int, int]] = []
    at: Part | None = node_at(document.root, offset)
    while at is not None:
        span = (at.start, at.end)
        if (not spans or span != spans[-1]) and span[0] <= offset <= span[1]:
            spans.append(span)
        at = at.up
    whole = (0, len(document.text.text))
    if not spans or spans[-1] != whole:
        spans.append(whole)
    found: t.SelectionRange | None = None
    for start, end in reversed(spans):
        found = t.SelectionRange(range=document.range(start, end), parent=found)
    assert found is not None
    return found


# -- links


def links(document: Document, find: Callable[[str], str | None]) -> list[t.DocumentLink]:
    """Paths in the text that lead to files; *find* tells what a lookup path `<…>` means."""
    found = []
    for token, following in pairwise([*document.read.tokens, None]):
        if token is None:
            continue
        if token.kind in ("PATH", "HPATH") and following is not None and following.kind == "PATH_END":
            path = resolved(document, token.text)
        elif token.kind == "SPATH":
            path = find(token.text[1:-1])
        else:
            continue
        if path is not None:
            found.append(
                t.DocumentLink(
                    range=document.range(token.start, token.end), target=uri_of(path), tooltip=path
                )
            )
    return found


def workspace_symbols(document: Document, query: str) -> Iterator[t.WorkspaceSymbol]:
    """The symbols of a document whose names have the letters of a query in their order."""
    todo = [(symbol, "") for symbol in symbols(document)]
    while todo:
        symbol, container = todo.pop(0)
        if matches(symbol.name, query):
            yield t.WorkspaceSymbol(
                name=symbol.name, kind=symbol.kind, container_name=container or None,
                location=t.Location(uri=document.uri, range=symbol.selection_range),
            )  # fmt: skip
        todo += [(child, symbol.name) for child in symbol.children or ()]


def matches(name: str, query: str) -> bool:
    """Whether a name has the letters of a query in their order."""
    letters = iter(name.lower())
    return all(letter in letters for letter in query.lower())


def leaf_text(part: Part) -> str:
    """The text of a token."""
    return part.text if type(part) is Leaf else ""
