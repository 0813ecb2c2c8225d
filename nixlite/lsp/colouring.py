"""Semantic tokens: what each name is, which no regular expression of an editor's can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as t

from nixlite.lsp.texts.names import ARGUMENT, FORMAL
from nixlite.lsp.texts.tree import FUNCTIONS, Leaf, Node, name_of, stripped

if TYPE_CHECKING:
    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.names import Definition
    from nixlite.lsp.texts.tree import Part

TYPES = ("variable", "parameter", "property", "function", "namespace", "keyword")
MODIFIERS = ("definition", "defaultLibrary", "unresolved", "withName")
NUMBERS = {name: number for number, name in enumerate(TYPES)}
DEFINITION, LIBRARY, UNRESOLVED, BY_WITH = 1, 2, 4, 8
KEYWORDS = frozenset(("if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or"))

LEGEND = t.SemanticTokensLegend(token_types=list(TYPES), token_modifiers=list(MODIFIERS))


def tokens(document: Document, start: int = 0, end: int | None = None) -> list[int]:
    """The tokens between two offsets, encoded as LSP wants it: each relative to the one before."""
    end = len(document.text.text) if end is None else end
    found = classified(document, start, end)
    data: list[int] = []
    line = column = 0
    text = document.text
    for offset in sorted(found):
        stop, kind, modifiers = found[offset]
        at, start_column = text.position(offset)
        length = text.units(text.text[offset:stop]) if not text.plain else stop - offset
        if length <= 0 or text.line_of(stop) != at:
            continue
        data += [at - line, start_column - (column if at == line else 0), length, kind, modifiers]
        line, column = at, start_column
    return data


def classified(document: Document, start: int, end: int) -> dict[int, tuple[int, int, int]]:
    """By its offset, where a token ends, its type and modifiers."""
    found: dict[int, tuple[int, int, int]] = {}

    def add(part: Part, kind: str, modifiers: int = 0) -> None:
        if part.end > part.start and part.end >= start and part.start <= end:
            found[part.start] = (part.end, NUMBERS[kind], modifiers)

    todo: list[Part] = [document.root]
    names = document.names
    while todo:
        part = todo.pop()
        if part.end < start or part.start > end:
            continue
        if type(part) is Leaf:
            if part.kind in KEYWORDS and part.up is not None and part.up.rule not in ("path", "names"):
                add(part, "keyword")
            continue
        assert isinstance(part, Node)
        todo += reversed(part.parts)
        if part.rule == "variable":
            leaf = part.parts[0]
            assert isinstance(leaf, Leaf)
            add(leaf, *use(document, leaf))
        elif part.rule == "path":
            is_binding = part.up is not None and part.up.rule == "binding"
            for one in part.parts:
                if name_of(one) is not None:
                    add(one, "property", DEFINITION if is_binding else 0)
        elif part.rule == "names":
            for one in part.parts:
                definition = names.meaning.get(one) if isinstance(one, Leaf) else None
                add(one, kind_of(definition) if definition else "property", DEFINITION)
        elif part.rule in ("plain_formal", "formal_with_default"):
            add(part.parts[0], "parameter", DEFINITION)
        elif part.rule in FUNCTIONS:
            for one in part.parts[:-1]:
                if isinstance(one, Leaf) and one.kind == "ID":
                    add(one, "parameter", DEFINITION)
    return found


def use(document: Document, leaf: Leaf) -> tuple[str, int]:
    """The type of a variable."""
    names = document.names
    definition = names.meaning.get(leaf)
    if definition is not None:
        return kind_of(definition), 0
    if leaf in names.by_with:
        return "variable", BY_WITH
    if leaf.text in ("true", "false", "null"):
        return "keyword", LIBRARY
    if leaf.text == "builtins":
        return "namespace", LIBRARY
    if leaf.text in names.globals:
        return "function", LIBRARY
    return "variable", UNRESOLVED


def kind_of(definition: Definition) -> str:
    """The type of a variable by its definition."""
    if definition.kind in (ARGUMENT, FORMAL):
        return "parameter"
    value = stripped(definition.value) if definition.value is not None else None
    return "function" if isinstance(value, Node) and value.rule in FUNCTIONS else "variable"
