"""What may stand at the cursor: variables, attributes, arguments, keywords, files.

The place is found by reading the text with a name put in where none is. What the text tells comes at once;
for the attributes of what has to be evaluated there is a question for the child process.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types as t

from nixlite.lsp.asking import Asked
from nixlite.lsp.finding import BOUND, FORMAL_NAME, INHERITED, SELECTED, VARIABLE, chosen
from nixlite.lsp.texts.document import Document
from nixlite.lsp.texts.following import At, last_name
from nixlite.lsp.texts.names import ARGUMENT, FORMAL, inherited_names
from nixlite.lsp.texts.text import Text
from nixlite.lsp.texts.tree import (
    FUNCTIONS,
    MISSING,
    SETS,
    Node,
    argument_of,
    bindings_of,
    formal_nodes,
    formals_of,
    name_of,
    path_parts,
    stripped,
)
from nixlite.spelling import attribute_name
from nixlite.syntax.driver import machine
from nixlite.syntax.lines import LineReader, shift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.lsp.library import Library
    from nixlite.lsp.texts.following import Follower
    from nixlite.lsp.texts.names import Definition
    from nixlite.lsp.texts.tree import Part

FILE = re.compile(r"(?:^|[\s(\[{=;])((?:~|\.{1,2})?/[\w.+/-]*)$")
LOOKUP = re.compile(r"<([\w.+/-]*)$")
WORD = re.compile(r"[A-Za-z_][\w'-]*$")
CURSOR = "nixlite-cursor"
"""The name that is put in where the cursor is at none."""
OVERRIDES = ("overrideAttrs", "overridePythonAttrs", "overrideDerivation")
BUILDERS = frozenset(
    {"mkDerivation", "buildPythonPackage", "buildPythonApplication", "buildGoModule", "buildRustPackage",
     "buildNpmPackage"}
)  # fmt: skip
USUAL = (
    "buildInputs buildPhase checkPhase cmakeFlags configureFlags configurePhase doCheck installPhase"
    " makeFlags mesonFlags meta name nativeBuildInputs outputs passthru patches pname postFixup"
    " postInstall postPatch preConfigure propagatedBuildInputs sourceRoot src strictDeps version"
).split()
"""Attributes that builders take though they name few of them."""
SMALL = 200_000
"""Characters of a text up to which the keywords that fit are found out."""


class Item(NamedTuple):
    """A completion: *text*, what kind of thing it is, a short *note*; *rank* sorts, smaller first."""

    text: str
    kind: t.CompletionItemKind
    note: str = ""
    rank: int = 5


class Place(NamedTuple):
    """Where something is completed. *start*: the offset where the word begins; *items*: what the text
    tells; *ask*: the set whose attributes may stand there too, with the kind that they are; *formals*: the
    function whose named arguments may; *packages*: whether the package set's may. *hidden*: names that are
    there already."""

    start: int
    items: list[Item]
    ask: list[tuple[Asked, str]]
    document: Document
    formals: Asked | None = None
    packages: bool = False
    hidden: frozenset[str] = frozenset()


def place(document: Document, offset: int, follower: Follower, library: Library) -> Place | None:
    """What may stand at an offset; None where nothing may."""
    before = document.text.text[:offset]
    line = before[max(before.rfind("\n"), before.rfind("\r")) + 1 :]
    if in_comment(document, offset):
        return None
    lookup, file = LOOKUP.search(line), FILE.search(line)
    if lookup or file:
        return None if in_string(document, offset) else path_place(document, offset, lookup, file)
    word = WORD.search(line)
    start = offset - len(word[0]) if word else offset
    at = with_cursor(document, start, offset)
    what = chosen(at, start)
    if what is None or what.node is None or what.leaf.start != start:
        return None
    finder = Finder(at, start, follower, library)
    return finder.find(what.kind, what.node, what.length)


def path_place(
    document: Document, offset: int, lookup: re.Match[str] | None, file: re.Match[str] | None
) -> Place | None:
    """What may stand in a path."""
    if lookup is not None:
        return Place(offset - len(lookup[1]), lookup_items(lookup[1]), [], document)
    if file is None:
        return None
    return Place(offset - len(file[1].rpartition("/")[2]), file_items(document, file[1]), [], document)


def with_cursor(document: Document, start: int, end: int) -> Document:
    """The document with a name at the cursor, so that its tree says what that is.

    Alone in braces a name may be an argument or an attribute: what follows the brace tells.
    """
    text = document.text.text
    word = text[start:end] or CURSOR
    rest = text[end:]
    after = rest.lstrip()
    alone = text[:start].rstrip().endswith("{") and after.startswith("}")
    is_set = alone and not after[1:].lstrip().startswith((":", "@"))
    if end > start and not is_set:
        return document
    made = f"{text[:start]}{word}{f' = {MISSING};' if is_set else ''}{rest}"
    return Document(document.uri, Text(made, document.text.encoding), None, document.globals)


def in_string(document: Document, offset: int) -> bool:
    """Whether an offset is in the text of a string."""
    return any(
        token.kind in ("STR", "IND_STR") and token.start < offset <= token.end
        for token in document.read.tokens
    )


def in_comment(document: Document, offset: int) -> bool:
    """Whether an offset is in a comment."""
    end = max((token.end for token in document.read.tokens if token.end <= offset), default=0)
    inside = any(token.start < offset < token.end for token in document.read.tokens)
    between = document.text.text[end:offset]
    if inside:
        return False
    line = between[between.rfind("\n") + 1 :]
    return "#" in line or between.rfind("/*") > between.rfind("*/")


class Finder:
    """Collects what may stand at one place."""

    def __init__(self, document: Document, start: int, follower: Follower, library: Library) -> None:
        self.document = document
        self.start = start
        self.follower = follower
        self.library = library
        self.items: dict[str, Item] = {}
        self.ask: list[tuple[Asked, str]] = []

    def find(self, kind: str, node: Node, count: int) -> Place | None:
        """What may stand there."""
        hidden: frozenset[str] = frozenset()
        formals, packages = None, False
        if kind == VARIABLE:
            self.variables(node)
            self.keywords()
        elif kind == SELECTED:
            self.attributes(node, count)
        elif kind == INHERITED:
            hidden = frozenset([n for n in map(name_of, inherited_names(node)) if n and n != CURSOR][:-1])
            self.inherited(node)
        elif kind == BOUND and count == 1:
            hidden = self.given(node)
            formals = self.arguments(node)
            self.keywords()
        elif kind == FORMAL_NAME:
            packages = True
            hidden = frozenset(
                [str(name_of(one.parts[0])) for one in formal_nodes(node.up.up)]
                if node.up is not None and node.up.up is not None
                else []
            )
        else:
            return None
        items = [item for name, item in self.items.items() if name not in (CURSOR, MISSING)]
        return Place(self.start, items, self.ask, self.document, formals, packages, hidden)

    def add(self, name: str, kind: t.CompletionItemKind, note: str = "", rank: int = 5) -> None:
        """A candidate, unless there is a nearer one of its name."""
        self.items.setdefault(name, Item(name, kind, note, rank))

    def variables(self, node: Part) -> None:
        """Variables in scope, builtins, and what a `with` gives."""
        for definition, distance in self.document.names.visible(node):
            self.add(definition.name, kind_of(definition), note_of(definition), min(distance, 4))
        for scope in self.document.names.withs_around(node):
            self.attributes_of(scope.parts[1], (), "with")
        for name in self.library.globals:
            if not name.startswith("__"):
                builtin = self.library.builtin(name)
                kind = (
                    t.CompletionItemKind.Function
                    if builtin and builtin.is_function
                    else t.CompletionItemKind.Constant
                )
                self.add(name, kind, "builtin", 7)

    def attributes(self, node: Node, count: int) -> None:
        """The attributes of what is selected from."""
        path = [name_of(part) for part in path_parts(node.parts[2])[: count - 1]]
        if None not in path:
            self.attributes_of(node.parts[0], tuple([str(name) for name in path]), "attribute")

    def attributes_of(self, part: Part, path: tuple[str, ...], how: str) -> None:
        """The attributes of an expression, or of an attribute of it."""
        subject = stripped(part)
        if (
            isinstance(subject, Node)
            and subject.rule == "variable"
            and name_of(subject.parts[0]) == "builtins"
            and self.document.names.definition(subject.parts[0]) is None
            and not path
        ):
            for name in self.library.names:
                builtin = self.library.builtin(name)
                note = f"builtin {' '.join(builtin.arguments)}" if builtin is not None else "builtin"
                self.add(name, t.CompletionItemKind.Function, note.strip())
            return
        at: At | None = At(self.document, part)
        for name in path:
            found = self.follower.attribute(at, name) if at is not None else None
            at = found.value if found is not None else None
        target = self.follower.target(at) if at is not None else None
        if target is not None and isinstance(target.part, Node):
            self.written(target.document, target.part, how)
        self.ask.append((Asked(part, path), how))

    def written(self, document: Document, attrs: Node, how: str) -> None:
        """The attributes that a set is seen to have."""
        if attrs.rule == "binary":
            for side in (attrs.parts[0], attrs.parts[2]):
                target = self.follower.target(At(document, side))
                if target is not None and isinstance(target.part, Node):
                    self.written(target.document, target.part, how)
        for binding in bindings_of(attrs) if attrs.rule in SETS else ():
            names = (
                [path_parts(binding.parts[0])[0]] if binding.rule == "binding" else inherited_names(binding)
            )
            for part in names:
                name = name_of(part)
                if name:
                    self.add(name, t.CompletionItemKind.Field, how, 1 if how == "attribute" else 4)

    def inherited(self, node: Node) -> None:
        """What may be inherited."""
        if node.rule == "inherit_from":
            self.attributes_of(node.parts[2], (), "attribute")
        else:
            outer = node.up.up if node.up is not None else None
            if outer is not None:
                self.variables(outer)

    def given(self, node: Node) -> frozenset[str]:
        """The names that a set has already."""
        bindings = [one for one in node.up.parts if isinstance(one, Node)] if node.up is not None else []
        names: set[str] = set()
        for binding in bindings:
            if binding is node:
                continue
            parts = (
                [path_parts(binding.parts[0])[0]] if binding.rule == "binding" else inherited_names(binding)
            )
            names.update([name for name in map(name_of, parts) if name])
        return frozenset(names)

    def arguments(self, node: Node) -> Asked | None:
        """The names that a set may be given: the arguments of the function that it is an argument of."""
        attrs = node.up.up if node.up is not None else None
        if attrs is None or attrs.rule not in SETS or attrs.up is None:
            return None
        outer: Node = attrs.up
        while outer.rule in ("parenthesised", *FUNCTIONS) and outer.up is not None:
            outer = outer.up
        if outer.rule != "call":
            return None
        function = outer.parts[0]
        name = last_name(function)
        if name in OVERRIDES and isinstance(stripped(function), Node):
            select = stripped(function)
            assert isinstance(select, Node)
            if select.rule == "select":
                path = [name_of(part) for part in path_parts(select.parts[2])[:-1]]
                self.ask.append((Asked(select.parts[0], (*[str(n) for n in path], "drvAttrs")), "argument"))
            return None
        if name in BUILDERS:
            for usual in USUAL:
                self.add(usual, t.CompletionItemKind.Property, "attribute", 1)
        if name == "callPackage" and len(outer.parts) > 2:
            inner = self.follower.load(self.follower.file_of(self.document, stripped(outer.parts[1])) or "")
            if inner is not None:
                self.formals_of(inner, inner.root)
            return None
        target = self.follower.target(At(self.document, function))
        if target is not None and isinstance(target.part, Node) and target.part.rule in FUNCTIONS:
            self.formals_of(target.document, target.part)
            return None
        return Asked(function)

    def formals_of(self, document: Document, part: Part) -> None:
        """The named arguments of a function that is written somewhere."""
        part = stripped(part)
        formals = formals_of(part) if isinstance(part, Node) and part.rule in FUNCTIONS else None
        for one in formal_nodes(formals) if formals is not None else ():
            name = name_of(one.parts[0])
            if name:
                note = "optional argument" if one.rule == "formal_with_default" else "argument"
                self.add(name, t.CompletionItemKind.Property, note, 0)

    def keywords(self) -> None:
        """The keywords that the grammar has a use for."""
        if self.start > SMALL:
            return
        tables, _ = machine()
        found = LineReader(frozenset()).read(self.document.text.text[: self.start])
        if found.expression is None or found.mode != "program":
            words = ["let", "if", "with", "rec", "assert", "inherit"]
        else:
            stack = found.expression
            words = [
                word
                for word, kind in tables.literals.items()
                if word.isalpha() and word != "or" and shift(tables, stack, kind) is not None
            ]
        for word in words:
            self.add(word, t.CompletionItemKind.Keyword, "", 6)


def kind_of(definition: Definition) -> t.CompletionItemKind:
    """What a variable is, from its text."""
    value = stripped(definition.value) if definition.value is not None else None
    if definition.kind in (ARGUMENT, FORMAL):
        return t.CompletionItemKind.Variable
    if isinstance(value, Node) and value.rule in FUNCTIONS:
        return t.CompletionItemKind.Function
    return t.CompletionItemKind.Variable


def note_of(definition: Definition) -> str:
    """What a variable is, in a word; the arguments of a function."""
    value = stripped(definition.value) if definition.value is not None else None
    if isinstance(value, Node) and value.rule in FUNCTIONS:
        return f"{definition.kind} {signature(value)}"
    return {"let": "variable", "rec": "attribute", "argument": "argument", "formal": "argument"}.get(
        definition.kind, definition.kind
    )


def signature(function: Node) -> str:
    """`x: { a, b ? … }:`"""
    parts = []
    at: Part = function
    while isinstance(at, Node) and at.rule in FUNCTIONS:
        formals, argument = formals_of(at), argument_of(at)
        if formals is None:
            parts.append(f"{argument.text if argument is not None else ''}:")
        else:
            names = [
                f"{name_of(one.parts[0])}{' ? …' if one.rule == 'formal_with_default' else ''}"
                for one in formal_nodes(formals)
            ]
            more = ["..."] if formals.rule in ("open_formals", "only_ellipsis") else []
            parts.append(f"{{ {', '.join([*names, *more])} }}:")
        at = stripped(at.parts[-1])
    return " ".join(parts)


# -- files


def file_items(document: Document, typed: str) -> list[Item]:
    """Files and folders that begin with what is typed."""
    directory = typed.rpartition("/")[0] + "/"
    where = os.path.join(os.path.dirname(document.path), os.path.expanduser(directory))
    found = []
    for name, is_folder in entries(where):
        kind = t.CompletionItemKind.Folder if is_folder else t.CompletionItemKind.File
        found.append(Item(name + "/" * is_folder, kind, "", 2 if name.endswith(".nix") or is_folder else 3))
    return found


def entries(directory: str) -> Iterator[tuple[str, bool]]:
    """The names in a folder, and whether each is a folder."""
    try:
        with os.scandir(directory) as listed:
            for entry in sorted(listed, key=lambda one: one.name):
                if not entry.name.startswith(".") and re.fullmatch(r"[\w.+-]+", entry.name):
                    yield entry.name, entry.is_dir()
    except OSError:
        return


def lookup_items(typed: str) -> list[Item]:
    """The names of the lookup path."""
    names = {"nixpkgs"}
    for entry in os.environ.get("NIX_PATH", "").split(":"):
        if "=" in entry:
            names.add(entry.partition("=")[0])
    return [Item(f"{name}>", t.CompletionItemKind.Module, "lookup path") for name in sorted(names)]


def completed(
    document: Document, found: Place, offset: int, items: list[Item], more: bool
) -> t.CompletionList:
    """Completions as the editor has them."""
    range_ = document.range(found.start, offset)
    made = [
        t.CompletionItem(
            label=item.text,
            kind=item.kind,
            detail=item.note or None,
            sort_text=f"{item.rank}{item.text}",
            text_edit=t.TextEdit(range_, written_name(item)),
            filter_text=item.text,
            data={"builtin": item.text} if item.note.startswith("builtin") else None,
        )
        for item in sorted(items, key=lambda one: (one.rank, one.text))
        if item.text not in found.hidden and fits(item.text, document.text.text[found.start : offset])
    ]
    return t.CompletionList(is_incomplete=more, items=made)


def fits(name: str, typed: str) -> bool:
    """Whether a name has the letters of what is typed in their order."""
    letters = iter(name.lower())
    return all(letter in letters for letter in typed.lower())


def written_name(item: Item) -> str:
    """How a name is written: in quotes where it needs them."""
    if item.kind in (t.CompletionItemKind.Keyword, t.CompletionItemKind.File, t.CompletionItemKind.Folder,
                     t.CompletionItemKind.Module):  # fmt: skip
        return item.text
    return attribute_name(item.text)
