"""The mutants: what is changed in a file, and that what may go unnoticed is still there."""

from __future__ import annotations

import ast

import pytest

from tests.mutants import key_of, mutants, mutated, reasons
from tests.support import ROOT

PROGRAM = '''"""Text."""
def f(x: int = 1) -> str:
    """Text."""
    if x == 1 and not x > 2:
        raise ValueError("no")
    return str([n for n in range(x)])
'''

EXPECTED = [
    "2 one more", "4 And swapped", "4 condition denied", "4 one more", "4 one more", "4 without not", "4 x == 1 turned",
    "4 x > 2 turned", "5 left out", "5 not 'no'", "6 only the first item", "6 returns None",
]  # fmt: skip


def test_what_is_changed() -> None:
    tree = ast.parse(PROGRAM)
    found = list(mutants(tree))
    assert sorted(f"{mutant.line} {mutant.what}" for mutant in found) == EXPECTED
    texts = {ast.unparse(mutated(tree, mutant)) for mutant in found}
    assert len(texts) == len(found)
    assert ast.unparse(tree) not in texts
    assert any("in list(range(x))[:1]" in text for text in texts)


@pytest.mark.parametrize("file", reasons())
def test_survivors_are_there(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    keys = {key_of(mutant, text.split("\n")) for mutant in mutants(ast.parse(text))}
    assert set(reasons()[file]) - keys == set()
    assert all(reasons()[file].values())
