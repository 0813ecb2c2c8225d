"""Properties: printing and reading back, and no text that breaks the parser."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nixlite.errors import NixError
from nixlite.syntax.options import ParseOptions
from tests.syntax.support import parsed, tree

NAMES = ["a", "b", "c'", "d-e", "or-else", "_f"]
TEXTS = ["", "a", "a b", "$", "${", "$${x}", '"', "\\", "\n", "\r\n", "\t", "é𝄞", "''", "if", "-"]
ATOMS = [
    "1",
    "1.5",
    "(./p)",
    "(/p/q)",
    "<p/q>",
    "(http://u.v)",
    "{ }",
    "[ ]",
    "''\n  i\n    j\n''",
    "(__curPos)",
]
OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "&&", "||", "->", "//", "+", "-", "*", "/", "++"]
SHAPES = [
    # e: an expression, n: a name, p: an attribute path, o: an operator, b: bindings, f: formal arguments
    *["(e o e)"] * 4,
    "(e e e)",
    "e . p",
    "(e . p or e)",
    "(e ? p)",
    "[ e e ]",
    "{ b }",
    "rec { b }",
    "(n: e)",
    "({ f }: e)",
    "({ f, ... }: e)",
    "(z@{ f }: e)",
    "(if e then e else e)",
    "(with e; e)",
    "(let b in e)",
    "(! e)",
    "(- e)",
]


def quoted(text: str) -> str:
    return (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${").replace("\r", "\\r") + '"'
    )


def expression(random: Random, depth: int) -> str:
    """A random expression that can stand anywhere."""
    if depth == 0:
        return random.choice([*NAMES, *ATOMS, quoted(random.choice(TEXTS))])
    words = random.choice(SHAPES).replace("(", "( ").replace(")", " )").split(" ")
    return " ".join(part(random, word, depth - 1) for word in words)


def part(random: Random, word: str, depth: int) -> str:
    """What a word of a shape stands for."""
    word, end = (word[:-1], word[-1]) if word[-1:] in (";", ":", ",") else (word, "")
    name = random.choice([random.choice(NAMES), quoted(random.choice(TEXTS))])
    number = random.randrange(100)  # keeps names apart
    if word == "e":
        word = expression(random, random.randrange(depth + 1))
    elif word == "n":
        word = random.choice(NAMES)
    elif word == "p":
        word = f"{name}.x" if number % 2 else name
    elif word == "o":
        word = random.choice(OPERATORS)
    elif word == "b":
        value = expression(random, depth)
        word = f'x{number}.{name} = {value}; inherit ({value}) y{number} "z {number}"; inherit v{number};'
    elif word == "f":
        word = random.choice(["k", f"k, l ? {expression(random, depth)}"])
    return word + end


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_what_is_printed_reads_back_as_the_same(seed: int) -> None:
    shown = parsed(expression(Random(seed), 4))
    assert parsed(shown) == shown


FRAGMENTS = (
    "a or if then else let in rec inherit with assert { } [ ] ( ) ${ \" '' ''$ ''' ''\\ \\ $ # /* */ /** ./a a/ ~/ "
    "<a> . .. ... , ; : @ ? ! = == != < > <= >= + - * / // ++ && || -> |> <| 1 1.5 .5 1. http://x \n \r \t \0 é"
).split(" ")


@settings(max_examples=300)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12), st.sampled_from(["", " "]))
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


@pytest.mark.parametrize("text", ['"${a}b"', "''a${b}''", "(assert a; b) + c"])
def test_what_nix_prints_ambiguously(text: str) -> None:
    """Concatenations and assertions lose their form, as in Nix; printing settles after one more round."""
    again = parsed(parsed(text))
    assert parsed(again) == again
