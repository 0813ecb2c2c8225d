"""Which builtins there are, by features and purity, against the table recorded from Nix 2.34.8."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nixlite.evaluator import Evaluator
from nixlite.runtime.host import CapturingHost
from nixlite.runtime.settings import Settings

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
