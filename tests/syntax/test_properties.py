"""Properties: printing and reading back, and no text that breaks the parser."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nixlite.errors import NixError
from nixlite.syntax.options import ParseOptions
from tests.syntax.support import parsed, tree


def quoted(text: str) -> str:
    return (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${").replace("\r", "\\r") + '"'
    )


NAME = st.sampled_from(["a", "b", "c'", "d-e", "or-else", "_f"])
ATTRIBUTE = st.one_of(NAME, st.text("ab $\\\"'{}\n\r\té𝄞", max_size=5).map(quoted))
OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "&&", "||", "->", "//", "+", "-", "*", "/", "++"]
ATOM = st.one_of(
    NAME,
    st.integers(0, 2**63 - 1).map(lambda number: f"({number})"),
    st.sampled_from(
        ["1.5", "0.25", "(./p)", "(/p/q)", "<p/q>", "(http://u.v)", "{ }", "[ ]", "''\n  i\n    j\n''"]
    ),
    st.text(max_size=8, alphabet=st.characters(exclude_characters="\0", codec="utf-8")).map(quoted),
)


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger expressions, always in parentheses."""
    path = st.lists(ATTRIBUTE, min_size=1, max_size=3).map(".".join)
    binding = st.one_of(
        st.tuples(ATTRIBUTE, inner).map(lambda pair: f"{pair[0]} = {pair[1]};"),
        st.tuples(inner, ATTRIBUTE).map(lambda pair: f"inherit ({pair[0]}) {pair[1]};"),
    )
    bindings = st.lists(
        binding, max_size=3, unique_by=lambda text: text.split()[-1 if "inherit" in text else 0]
    )
    formals = st.lists(st.tuples(NAME, st.none() | inner), max_size=3, unique_by=lambda pair: pair[0]).map(
        lambda pairs: ", ".join(name if default is None else f"{name} ? {default}" for name, default in pairs)
    )
    return st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(" ".join),
        st.tuples(inner, inner, inner).map(" ".join),
        st.tuples(inner, path).map(".".join),
        st.tuples(inner, path, inner).map(lambda parts: f"{parts[0]}.{parts[1]} or {parts[2]}"),
        st.tuples(inner, path).map(" ? ".join),
        st.lists(inner, max_size=3).map(lambda items: f"[ {' '.join(items)} ]"),
        bindings.map(lambda items: f"{{ {' '.join(items)} }}"),
        bindings.map(lambda items: f"rec {{ {' '.join(items)} }}"),
        st.tuples(NAME, inner).map(lambda pair: f"{pair[0]}: {pair[1]}"),
        st.tuples(formals, inner).map(lambda pair: f"{{ {pair[0]} }}: {pair[1]}"),
        st.tuples(formals, inner).map(lambda pair: f"z@{{ {pair[0]} }}: {pair[1]}"),
        st.tuples(inner, inner, inner).map(lambda parts: "if {} then {} else {}".format(*parts)),
        st.tuples(inner, inner).map(lambda parts: "with {}; {}".format(*parts)),
        st.tuples(NAME, inner, inner).map(lambda parts: "let {} = {}; in {}".format(*parts)),
        inner.map(lambda operand: f"! {operand}"),
        inner.map(lambda operand: f"- {operand}"),
    ).map(lambda text: f"({text})")


EXPRESSIONS = st.recursive(ATOM, compound, max_leaves=12)


@settings(deadline=None, max_examples=150)
@given(EXPRESSIONS)
def test_what_is_printed_reads_back_as_the_same(text: str) -> None:
    try:
        shown = parsed(text)
    except NixError as error:
        message = error.message
    else:
        assert parsed(shown) == shown
        return
    assert "already defined" in message  # a name quoted and bare


FRAGMENTS = st.sampled_from(
    "a or if then else let in rec inherit with assert { } [ ] ( ) ${ \" '' ''$ ''' ''\\ \\ $ # /* */ /** ./a a/ ~/ "
    "<a> . .. ... , ; : @ ? ! = == != < > <= >= + - * / // ++ && || -> |> <| 1 1.5 .5 1. http://x \n \r \t \0 é".split(
        " "
    )
)


@settings(deadline=None, max_examples=300)
@given(st.lists(FRAGMENTS, max_size=12), st.sampled_from(["", " "]))
def test_any_text_gives_a_tree_or_an_error_in_its_bounds(fragments: list[str], between: str) -> None:
    text = between.join(fragments)
    try:
        tree(text, ParseOptions(home="/", features=frozenset({"pipe-operators"})))
    except NixError as error:
        position = error.position
    else:
        return
    assert position is not None
    assert 1 <= position.line <= len(text) + 1
