"""Trees of texts with errors, and what the names in them mean."""

from __future__ import annotations

import glob

import pytest

from nixlite.lsp.texts.document import Document
from nixlite.lsp.texts.lexing import Repair
from nixlite.lsp.texts.reading import read
from nixlite.lsp.texts.text import UTF8, UTF16, UTF32, Text, difference
from nixlite.lsp.texts.tree import Leaf, Node, Part, link, walk
from nixlite.source import Source
from nixlite.syntax.parser import ParseOptions, parse
from tests.support import ROOT

GLOBALS = frozenset({"map", "true", "false", "null", "builtins", "import"})


def shown(part: Part) -> str:
    if isinstance(part, Leaf):
        return part.text if part.start < part.end or part.text == "_missing" else f"+{part.kind}"
    return f"({part.rule} {' '.join(map(shown, part.parts))})"


def document(text: str) -> Document:
    return Document("file:///x.nix", Text(text), 1, GLOBALS)


@pytest.mark.parametrize("path", sorted(glob.glob(f"{ROOT}/stdlib/**/*.nix", recursive=True)))
def test_a_text_without_errors_needs_no_repair(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    found = read(text)
    assert found.repairs == []
    leaves = [part for part in walk(found.root) if isinstance(part, Leaf)]
    starts = [leaf.start for leaf in leaves]
    assert starts == sorted(starts)
    assert all(text[leaf.start : leaf.end] == leaf.text for leaf in leaves if leaf.kind == "ID")


# text, the words that are put in, what must still be a binding
BROKEN = [
    ("let x = ; y = 2; in y", ["_missing"], ["x", "y"]),
    ("{ a = foo.; b = 1; }", ["_missing"], ["a", "b"]),
    ("{ a = 1\n  b.c = 2; d = 3; }", [";"], ["a", "b", "d"]),
    ("{ a =\n  b = 2; }", ["_missing", ";"], ["a", "b"]),
    ("{ a = [ 1 2; b = 3; }", ["]"], ["a", "b"]),
    ("{ a = (1 ; b = 3; }", [")"], ["a", "b"]),
    ("{ a = if x then 1; b = 2; }", ["else", "_missing"], ["a", "b"]),
    ('{ a = "foo;\n  b = "bar"; c = 1; }', ['"'], ["a", "b", "c"]),
    ("{ pkgs }: pkgs.mkShell { buildInputs = with pkgs; [ hello", ["]", ";", "}"], ["buildInputs"]),
    ("let a = 1 in a", [";"], ["a"]),
    ("{ foo bar = 1; }", ["=", "_missing", ";"], ["foo", "bar"]),
    ("{ x = ./foo/; y = 2; }", [], ["x", "y"]),
    ("{ m = with lib; { d = \"é😀\"; l = licenses.; }; b = 1; }", ["_missing"], ["m", "d", "l", "b"]),
    ("{ a = ", ["_missing", ";", "}"], ["a"]),
    ("a: { b. }", ["_missing", "=", "_missing", ";"], ["b"]),
    ("{ a = x ? ; }", ["_missing"], ["a"]),
    ("{ a = 1; } }", [], ["a"]),
    ("''${", ["_missing", "}", "''"], []),
    ("", ["_missing"], []),
    ("}", ["_missing"], []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "bindings"), BROKEN)
def test_a_text_with_errors_keeps_its_bindings(text: str, words: list[str], bindings: list[str]) -> None:
    doc = document(text)
    put_in = [word.strip() for repair in doc.read.repairs for word in repair.inserted]
    assert put_in == words
    names = [part.parts[0] for part in walk(doc.root) if isinstance(part, Node) and part.rule == "binding"]
    assert [shown(name).removeprefix("(path ").split()[0].rstrip(")") for name in names] == bindings


@pytest.mark.parametrize("text", [row[0] for row in BROKEN])
def test_what_was_mended_is_nix(text: str) -> None:
    mended = document(text).mended
    parse(Source("x", mended.text), ParseOptions())
    assert mended.text.count("\n") == text.count("\n")


def test_no_prefix_of_a_program_is_too_much() -> None:
    """What is typed from the beginning to the end: every state has a tree, and a mended text that parses."""
    with open(f"{ROOT}/stdlib/lib.nix", encoding="utf-8") as file:
        text = file.read()[:3000]
    for end in range(0, len(text), 7):
        parse(Source("x", document(text[:end]).mended.text), ParseOptions())


def test_rubbish_is_given_up_soon() -> None:
    found = read("}) ]; in then = = , : } " * 400)
    assert len(found.repairs) < 200
    assert all(isinstance(repair, Repair) for repair in found.repairs)


# text, {name: what it means}: the line:column of the definition, "with", "undefined"
MEANINGS = [
    ("let a = 1; in a", "0:4"),
    ("args@{ a, ... }: args", "0:0"),
    ("rec { a = 1; b = a; }", "0:6"),
    ("let a = 1; in { inherit a; b = a; }", "0:4"),
    ("{ a = 1; b = a; }", "undefined"),
    ("x: with x; a", "with"),
    ("a: with x; a", "0:0"),
    ("let inherit (x) a; in a", "0:16"),
    ("let a = 1; in rec { inherit a; b = a; }", "0:28"),
    ('let "a" = 1; in a', "0:4"),
    ("let a.b = 1; a.c = 2; in a", "0:4"),
]


@pytest.mark.parametrize(("text", "expected"), MEANINGS)
def test_names_mean_their_definitions(text: str, expected: str) -> None:
    doc = document(text)
    leaf = next(
        leaf
        for leaf in reversed([*walk(doc.root)])
        if isinstance(leaf, Leaf)
        and leaf.text in ("a", "b", "args")
        and getattr(leaf.up, "rule", "") == "variable"
    )
    names = doc.names
    definition = names.meaning.get(leaf)
    if definition is None:
        assert expected == ("with" if leaf in names.by_with else "undefined")
        assert (leaf in names.undefined) == (expected == "undefined")
    else:
        line, column = doc.text.position(definition.site.start)
        if expected != "0:2" or leaf.text == "a":
            assert f"{line}:{column}" == expected


def test_parts_know_what_they_are_in() -> None:
    found = read("{ a = [ 1 ]; }")
    link(found.root)
    leaf = next(part for part in walk(found.root) if isinstance(part, Leaf) and part.kind == "INT_LIT")
    rules = []
    at = leaf.up
    while at is not None:
        rules.append(at.rule)
        at = at.up
    assert rules == ["integer", "items", "list_", "binding", "bindings", "set_"]


# -- texts and positions

EMOJI = "a😀b = é;\r\nx\ry\x0cz\u2028w\n"


@pytest.mark.parametrize(("encoding", "expected"), [(UTF8, (0, 9)), (UTF16, (0, 7)), (UTF32, (0, 6))])
def test_columns_are_counted_in_the_encoding(encoding: str, expected: tuple[int, int]) -> None:
    text = Text(EMOJI, encoding)
    offset = EMOJI.index("é")
    assert text.position(offset) == expected
    assert text.offset(*expected) == offset
    for at in range(len(EMOJI)):
        if EMOJI[at - 1 : at + 1] != "\r\n":
            assert text.offset(*text.position(at)) == at


def test_lines_end_where_the_protocol_says() -> None:
    text = Text(EMOJI)
    assert [text.line_text(line) for line in range(4)] == ["a😀b = é;", "x", "y\x0cz\u2028w", ""]
    assert text.offset(0, 999) == EMOJI.index("\r\n")
    assert text.offset(99, 0) == len(EMOJI)
    assert text.offset(0, 2) == 1  # in the middle of the emoji


def test_a_difference_is_small() -> None:
    assert difference("abcdef", "abXYef") == (2, 4, "XY")
    assert difference("aa", "aaa") == (2, 2, "a")
    assert difference("same", "same") == (4, 4, "")
