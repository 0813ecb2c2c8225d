"""Which builtins there are, by features and purity, against the table recorded from Nix 2.34.8."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nixlite.evaluator import Evaluator
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from tests.builtins import index
from tests.support import ROOT

TABLE = json.loads(Path(__file__).parents[1].joinpath("oracle", "builtins-2.34.8.json").read_text("utf-8"))[
    "builtins"
]
ALWAYS = {name for name, row in TABLE.items() if row["in-default-builtins"]}
IMPURE = {"currentSystem", "currentTime"}
FEATURES = {"fetchTree": "fetch-tree", "fetchClosure": "fetch-closure", "outputOf": "dynamic-derivations"}


def names(features: set[str], pure: bool) -> set[str]:
    settings = Settings(cwd="/", pure_eval=pure)
    settings.features = frozenset(features)
    return set(Evaluator(settings, CapturingHost({})).state.builtins)


def test_without_features() -> None:
    assert names(set(), pure=False) == ALWAYS
    assert len(ALWAYS) == 117


def test_pure() -> None:
    assert names(set(), pure=True) == ALWAYS - IMPURE


@pytest.mark.parametrize(("name", "feature"), FEATURES.items())
def test_feature(name: str, feature: str) -> None:
    assert names({feature}, pure=False) == ALWAYS | {name}


def test_global_names() -> None:
    state = Evaluator(Settings(cwd="/"), CapturingHost({})).state
    for name in state.builtins:
        plain = TABLE[name]["global"] or name == "fetchTree"  # which the table has without its feature
        assert (name in state.globals, f"__{name}" in state.globals) == (plain, not plain)


def test_index_agrees_with_the_declarations() -> None:
    """What is known of a builtin without loading its module is what its declaration says."""
    assert index.FILE.read_text("utf-8") == index.index()


def test_modules_are_loaded_by_the_first_call() -> None:
    program = (
        "import sys, nixlite\n"
        "nixlite.evaluate('builtins.head [ 1 ]')\n"
        "topics = 'lists sets versions'.split()\n"
        "print([t for t in topics if 'nixlite.builtins.' + t in sys.modules])\n"
        "print(nixlite.evaluate('with builtins; attrNames { a = 1; }').to_python())\n"
        "print([t for t in topics if 'nixlite.builtins.' + t in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["['lists']", "['a']", "['lists', 'sets']"]
