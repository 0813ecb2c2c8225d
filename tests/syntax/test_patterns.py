"""Patterns for Pythons whose possessive groups match too much: the same, said with atomic groups."""

from __future__ import annotations

import re
import sys

import pytest

from nixlite.syntax import lexer, tables
from nixlite.syntax.patterns import POSSESSIVE_GROUPS, with_atomic_groups

CASES = [
    ("a*+", "a*+"),
    ("(?:a|b)*+c", "(?>(?:a|b)*)c"),
    ("((?:a)++b)?+", "(?>((?>(?:a)+)b)?)"),
    (r"\(a\)*+", r"\(a\)*+"),
    (r"[()]*+(a)++", r"[()]*+(?>(a)+)"),
    (r"[])]++(a)", r"[])]++(a)"),
    (r"[^])]++(a)?+", r"[^])]++(?>(a)?)"),
    (r"(a)*(b)+?", r"(a)*(b)+?"),
]


@pytest.mark.parametrize(("text", "atomic"), CASES, ids=[text for text, _ in CASES])
def test_possessive_groups_become_atomic(text: str, atomic: str) -> None:
    assert with_atomic_groups(text) == atomic


TEXTS = [
    "/** a\n */ x", "/* a\n */ x", " # q\n /* a */ /***/ y", "a.b.c = [ 1 2 ];", "{ a, b ? 1 }: a", "x: y: z",
    "./a/b", "~/x", "http://a.b/c", "''a''", '"b"', "1.5e3", "<nixpkgs>", "((x))", "a = { b = 1; }; c = 2;",
]  # fmt: skip


@pytest.mark.skipif(sys.version_info < POSSESSIVE_GROUPS, reason="its own possessive groups are wrong")
def test_the_lexer_s_patterns_match_the_same() -> None:
    patterns = [getattr(lexer.Patterns(tables.load()), name) for name in lexer.Patterns.__slots__]
    for pattern in patterns:
        atomic = re.compile(with_atomic_groups(pattern.pattern), pattern.flags & ~re.UNICODE)
        for text in TEXTS:
            for start in range(len(text)):
                one, two = pattern.match(text, start), atomic.match(text, start)
                assert (one and (one.span(), one.lastindex)) == (two and (two.span(), two.lastindex))


def test_documentation_comments_are_tokens_of_their_own() -> None:
    trivia = lexer.Patterns(tables.load()).trivia
    assert trivia.match("/** a\n */ x").end() == 0  # type: ignore[union-attr]
    assert trivia.match("/* a\n */ x").end() == 9  # type: ignore[union-attr]
