"""`elem` in long lists of strings, which remembers what it has seen: always what a plain search finds."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import nixlite
from nixlite.errors import NixError
from nixlite.runtime import membership
from nixlite.runtime.thunk import force

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def fails(payload: Any) -> Any:
    raise NixError("no")


def plain_search(value: str, items: tuple[Any, ...]) -> bool:
    """What `elem` means."""
    for item in items:
        found = force(item)
        if type(found) is str and found == value:
            return True
    return False


def outcome(search: Callable[[str, tuple[Any, ...]], bool], value: str, items: tuple[Any, ...]) -> Any:
    try:
        return search(value, items)
    except NixError:
        return "error"


def cell(chosen: random.Random) -> Any:
    """An element: mostly strings, evaluated or not; others, and what fails."""
    text = chosen.choice("abcdefgh")
    return chosen.choice([
        text, [None, text], [None, text, ("f", 1, 2)], [lambda payload: payload, text],
        [lambda payload: payload, text], [None, text], 1, None, [None, ("a",)], [fails, text],
    ][: chosen.choice([4, 6, 6, 10])])  # fmt: skip


def test_against_a_plain_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also which elements are evaluated is the same. Lists grow, shrink and change from search to search."""
    monkeypatch.setattr(membership, "LONG_LIST", 1)
    chosen = random.Random(17)
    found = 0
    for _ in range(3000):
        cells = [cell(chosen) for _ in range(chosen.randrange(1, 12))]
        twins = [list(each) if type(each) is list else each for each in cells]
        for _ in range(6):
            first, last = chosen.choice([0, 0, 0, 1]), chosen.randrange(1, len(cells) + 1)
            value = chosen.choice("abcdz")
            ours = outcome(membership.is_among, value, tuple(cells[first:last]))
            assert ours == outcome(plain_search, value, tuple(twins[first:last]))
            assert [type(x) is list and x[0] is None for x in cells] == [
                type(x) is list and x[0] is None for x in twins
            ]
            found += ours is True
    assert found > 1000


def test_a_search_within_a_search() -> None:
    """An element whose evaluation searches another list (nix-instantiate --eval --strict, Nix 2.34.8)."""
    text = """
      let
        names = builtins.genList (i: "n${toString i}") 100;
        others = builtins.genList (i: if builtins.elem "n${toString i}" names then "o${toString i}" else "n3") 100;
      in
      [ (builtins.elem "n7" others) (builtins.elem "n7" others) (builtins.elem "o99" others)
        (builtins.elem "n99" names) (builtins.elem "n100" names) ]
    """
    assert nixlite.evaluate(text).to_python() == [False, False, True, True, False]
