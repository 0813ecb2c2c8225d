"""The manual of builtins: every one has an entry with an example, and the examples do as in Nix."""

from __future__ import annotations

import re

import pytest

from nixlite.builtins.index import BUILTINS
from nixlite.builtins.manual import entry, manual_text, read
from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.formats.nix.evaluated import show_value
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.runtime.thunk import force
from nixlite.runtime.values import PrimOp, linked
from nixlite.source import Source

ENTRIES = read(manual_text())
FETCHING = {"fetchClosure", "fetchGit", "fetchMercurial", "fetchTarball", "fetchTree", "fetchurl", "getFlake"}
"""Whose examples are not tried: tests have no network."""
EXAMPLES = [
    (name, expression, answer)
    for name, found in ENTRIES.items()
    for expression, answer in found.examples
    if answer is not None
]


def test_all_builtins_have_entries() -> None:
    assert list(ENTRIES) == sorted({*BUILTINS, "derivation"})


def test_all_entries_have_examples() -> None:
    without = {name for name, found in ENTRIES.items() if all(answer is None for _, answer in found.examples)}
    assert without == {*FETCHING, "outputOf"}  # which is not there without an experimental feature
    assert all(found.examples for found in ENTRIES.values())


def test_all_builtins_say_something() -> None:
    evaluator = Evaluator(Settings(), CapturingHost())
    builtins = force(evaluator.state.globals["builtins"])
    values = {name: force(x) for name, x in builtins.items()}
    primops = {name: value for name, value in values.items() if type(value) is PrimOp}
    assert len(primops) > 100
    assert {name for name, value in primops.items() if len((linked(value).doc or "").split()) < 5} == set()
    # What is no function has all its text in the manual.
    assert {
        name for name in values if name not in primops and len(ENTRIES[name].markdown().split()) < 6
    } == set()


@pytest.mark.parametrize(("name", "expression", "answer"), EXAMPLES)
def test_examples(name: str, expression: str, answer: str) -> None:
    host = CapturingHost()
    evaluator = Evaluator(Settings(), host)
    try:
        shown = show_value(
            evaluator.state, evaluator.evaluate_source(Source("«string»", expression, base="/"))
        )
    except NixError as error:
        shown = f"error: {error.message}".split("\n")[0]
    assert shown == answer


def test_the_text_is_of_this_file() -> None:
    found = entry("sort")
    assert found is not None
    assert re.search("(?m)^    nix-repl> builtins.sort", found.markdown())
    assert entry("nothing") is None
