"""What the tree holds beyond its printed form: names and docs of functions, spans, merged bindings."""

from __future__ import annotations

import pytest

from nixlite.source import Source
from nixlite.syntax.nodes import (
    INHERITED_FROM,
    NO_POS,
    AttrSet,
    Binary,
    Call,
    CurPos,
    Interpolation,
    Lambda,
    Let,
    Var,
)
from nixlite.syntax.parser import parse_bindings
from nixlite.syntax.unparse import show
from tests.syntax.support import OPTIONS, parse_error, tree

NAMES = [
    # text with one binding of `f`, the function's name, why
    ("{ f = x: x; }", "f", "the attribute's name"),
    ("{ a.f = x: x; }", "f", "the last of a path"),
    ("{ a.f = x: x; a.g = 1; }", "f", "also in a merged set"),
    ('{ "f" = x: x; }', "f", "in quotes"),
    ("{ ${f} = x: x; }", None, "a dynamic name gives none"),
    ("{ f = (x: x); }", "f", "through parentheses"),
    ("{ f = if true then (x: x) else 1; }", None, "through nothing else"),
    ("{ f = [ (x: x) ]; }", None, "not in a list"),
]


def functions(node: object) -> list[Lambda]:
    """All functions under *node*."""
    found = [node] if isinstance(node, Lambda) else []
    if isinstance(node, list | tuple):
        return [f for item in node for f in functions(item)]
    if isinstance(node, dict):
        return functions(list(node.values()))
    for kind in type(node).__mro__:
        for slot in getattr(kind, "__slots__", ()):
            if isinstance(slot, str) and not isinstance(getattr(node, slot), str | int | float | None):
                found += functions(getattr(node, slot))
    return found


@pytest.mark.parametrize(("text", "name", "why"), NAMES, ids=[case[2] for case in NAMES])
def test_names_functions(text: str, name: str | None, why: str) -> None:
    (function,) = functions(tree(text))
    assert function.name == name


def test_names_curried_functions_alike() -> None:
    assert [f.name for f in functions(tree("{ f = x: { y }: y; }"))] == ["f", "f"]


DOCS = [
    # text with one function, its doc comment, why
    ("/** a */ x: x", " a ", "before the function"),
    ("{ /** a */ f = x: x; }", " a ", "before the binding"),
    ("{ /** a */ f.g = x: x; }", " a ", "before a path"),
    ("{ /** a */ f = /** b */ x: x; }", " b ", "the nearer one wins"),
    ("/** a */ /** b */ x: x", " b ", "the last one wins"),
    ("/** a */ /* b */ # c\n x: x", " a ", "other comments do not part them"),
    ("/** a */ (x: x)", None, "parentheses do"),
    ("let /** a */ f = x: x; in f", " a ", "in let"),
    ("/* a */ x: x", None, "an ordinary comment"),
    ("/*** a */ x: x", None, "three stars"),
    ("/**/ x: x", None, "an empty comment"),
    ("{ /** a */ b = 1; f = x: x; }", None, "another binding's"),
    ("{ f = { /** a */ y }: y; }", None, "a formal argument's"),
]


@pytest.mark.parametrize(("text", "doc", "why"), DOCS, ids=[case[2] for case in DOCS])
def test_finds_doc_comments(text: str, doc: str | None, why: str) -> None:
    (function,) = functions(tree(text))
    assert function.doc == doc


def test_doc_comment_reaches_the_innermost_function_without_its_own() -> None:
    outer, inner = functions(tree("/** a */ x: y: x"))
    assert (outer.doc, inner.doc) == (" a ", " a ")
    outer, inner = functions(tree("/** a */ x: /** b */ y: x"))
    assert (outer.doc, inner.doc) == (" a ", " b ")


def test_bindings_keep_their_doc_comments() -> None:
    node = tree("{ /** a */ x = 1; inherit ({ }) /** b */ y; z = 2; }")
    assert isinstance(node, AttrSet)
    assert {name: binding.doc for name, binding in node.bindings.items()} == {
        "x": " a ",
        "y": " b ",
        "z": None,
    }


def test_merged_inherit_clauses_keep_their_sources() -> None:
    node = tree("{ a = { inherit (x) b; }; a = { inherit (y) c d; inherit (z) e; }; }")
    assert isinstance(node, AttrSet)
    inner = node.bindings["a"].value
    assert isinstance(inner, AttrSet)
    assert {name: binding.kind for name, binding in inner.bindings.items()} == dict.fromkeys(
        "bcde", INHERITED_FROM
    )
    sources = {n: inner.inherit_from[b.source] for n, b in inner.bindings.items() if b.source is not None}
    assert {n: source.name for n, source in sources.items() if isinstance(source, Var)} == {
        "b": "x",
        "c": "y",
        "d": "y",
        "e": "z",
    }


def test_bindings_keep_the_order_of_definition() -> None:
    node = tree("let z = 1; inherit (z) y; x.w = 1; a = 2; x.v = 3; in 1")
    assert isinstance(node, Let)
    assert list(node.attrs.bindings) == ["z", "y", "x", "a"]


def test_operands_begin_at_their_parentheses() -> None:
    node = tree(" (1) + ( 2 ) ")
    assert isinstance(node, Binary)
    assert (node.start, node.pos, node.end) == (1, 5, 12)
    assert (node.left.start, node.right.start, node.right.end) == (1, 7, 12)


def test_calls_grow() -> None:
    node = tree("(f 1) 2")
    assert isinstance(node, Call)
    assert len(node.arguments) == 2
    assert (node.pos, node.start, node.end) == (1, 0, 7)


def test_rewritten_operators_grow_into_calls() -> None:
    node = tree("(1 - 2) 3")
    assert isinstance(node, Call)
    assert (node.pos, len(node.arguments)) == (3, 3)


def test_interpolations_say_where_their_parts_are() -> None:
    node = tree('"a${b}c${d}"')
    assert isinstance(node, Interpolation)
    assert [pos for pos, _ in node.parts] == [1, 2, 6, 7]
    assert (node.pos, node.start, node.end, node.force_string) == (1, 0, 12, True)


def test_literals_have_no_position() -> None:
    assert [tree(text).pos for text in ("1", "1.5", '"a"', "./a", "[ ]", "[ 1 ]", "!1")] == [NO_POS] * 7


def test_lists_have_the_position_of_their_first_element() -> None:
    assert tree("[ a b ]").pos == 2


def test_curpos() -> None:
    assert isinstance(tree("__curPos"), CurPos)


def test_repl_bindings() -> None:
    attrs = parse_bindings(Source("«string»", "x = 1; inherit (y) z; a.b = 2;"), OPTIONS)
    assert show(attrs) == "{ inherit (y) z; a = { b = 2; }; x = 1; }"


def test_deep_nesting_is_no_problem() -> None:
    for text in (
        "(" * 20_000 + "1" + ")" * 20_000,
        "[" * 20_000 + "]" * 20_000,
        "{ a = " * 5_000 + "1" + "; }" * 5_000,
        " ++ ".join(["a"] * 50_000),
        " + ".join(["1"] * 50_000),
        "x: " * 20_000 + "x",
        "!" * 20_000 + "1",
        '"${' * 5_000 + "1" + '}"' * 5_000,
    ):
        assert len(show(tree(text))) >= 1


def test_deep_nesting_that_is_not_closed() -> None:
    assert parse_error("[" * 20_000).incomplete


@pytest.mark.parametrize(
    "text", ["", "a", "a\nb\n\n", "ä = 1;\r\nbß\rc\n", "x" + "é" * 3000 + "\nÄ\n", "a" * 3000]
)
def test_places_are_the_same_one_by_one_and_together(text: str) -> None:
    source = Source("«test»", text)
    offsets = list(range(len(text) + 1))
    lines, columns = source.line_columns(offsets)
    assert list(zip(lines, columns, strict=True)) == [source.line_column(offset) for offset in offsets]
    assert [source.offset(*place) for place in zip(lines, columns, strict=True)] == offsets
